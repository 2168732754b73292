#!/bin/bash
# consul-template beside three real Consul servers, each on a loopback address of
# its own: servers die, hang and come back, and every template is right again
# soon; what was rendered meanwhile was always whole.
. "$(dirname "$0")/lib.sh"

LIMIT=300
SOON=30 # seconds to be right again, once the servers are
KEYS=24 # below one prefix: one recursive query
FAST='-consul-retry-backoff 50ms -consul-retry-max-backoff 200ms -consul-retry-attempts 0'

ask() { curl -fs -m 5 "http://127.0.0.$1:$HTTP$2" "${@:3}"; }
server() { # N: starts it, its pid in S[N]
	bg "$CONSUL" agent -server -bootstrap-expect=3 -node="n$1" -data-dir="$PWD/d$1" -bind="127.0.0.$1" \
		-client="127.0.0.$1" -http-port="$HTTP" -server-port="$RAFT" -serf-lan-port="$SERF" \
		-serf-wan-port=-1 -dns-port=-1 -grpc-port=-1 -log-level=err \
		-retry-join="127.0.0.1:$SERF" -retry-join="127.0.0.2:$SERF" -retry-join="127.0.0.3:$SERF" \
		-retry-interval=1s -hcl 'performance { raft_multiplier = 1 } leave_on_terminate = false' >>"consul$1.log" 2>&1
	S[$1]=$PID
}
has_leader() { ask "$1" /v1/status/leader | grep -q :; }
leader() { ask "$1" /v1/status/leader | sed -n 's/^"127\.0\.0\.\([123]\):.*/\1/p'; }
other() { local i; for i in 1 2 3; do [[ " $* " == *" $i "* ]] || { echo $i; return; }; done; }
set_key() { ask "$1" "/v1/kv/$2" -X PUT -d "$3" | grep -q true; }
set_port() { # of a service on a node that no agent keeps
	ask "$1" /v1/catalog/register -X PUT -o /dev/null \
		-d "{\"Node\":\"ext\",\"Address\":\"10.0.0.1\",\"Service\":{\"Service\":\"web\",\"Port\":$2}}"
}
has_port() { ask "$1" "/v1/catalog/service/web?stale=" | grep -q "\"ServicePort\":$2,"; }
has() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
# change SERVER N: everything says N from now on.
change() {
	local i
	# A request that is given up can be carried out later: only this one waits
	# for a leader.
	within 60 set_key "$1" first "$2"
	for ((i = 0; i < KEYS; i++)); do within 60 set_key "$1" "app/k$i" "v$2"; done
	within 60 set_key "$1" solo "s$2"
	within 60 set_port "$1" "$((1000 + $2))"
}
right() { # N
	local want
	want=$(printf "v$1 %.0s" $(seq $KEYS))
	within $SOON has keys "$want"
	within $SOON has tree "$want"
	within $SOON has solo "s$1"
	within $SOON has port "$((1000 + $1));"
	alive "$CT" || fail "it has ended: $(tail -n 1 err)"
}
begin() { # N: three servers, the renderer asks number N
	local i
	HTTP=$(free_port) RAFT=$(free_port) SERF=$(free_port) S=()
	for i in 1 2 3; do server $i; done
	for i in 1 2 3; do within 60 has_leader $i; done
	change 1 0
	for ((i = 0; i < KEYS; i++)); do printf '{{ key "app/k%s" }} ' $i; done >keys.in
	printf '{{ range tree "app" }}{{ .Value }} {{ end }}' >tree.in
	printf '{{ key "solo" }}' >solo.in
	printf '{{ range service "web" }}{{ .Port }};{{ end }}' >port.in
	for i in keys tree solo port; do
		echo "template { source = \"$i.in\" destination = \"$i\" command = \"cat $i >>$i.all; echo >>$i.all\" }"
	done >c
	[ "$1" = leader ] && set -- "$(leader 1)"
	[ "$1" = follower ] && set -- "$(other "$(leader 1)")"
	ASKED=$1
	within 60 has_port "$ASKED" 1000 # the last write: it has all of them
	BASEBOX_RUNTIME=$PWD/run bg consul-template -consul-addr "127.0.0.$ASKED:$HTTP" $FAST -config c 2>err
	CT=$PID
	right 0
}
whole() { # each file that ever was had all its parts
	! grep -qvxE "(v[0-9]+ ){$KEYS}" keys.all || fail "keys: $(grep -vxE "(v[0-9]+ ){$KEYS}" keys.all | head -n 1)"
	! grep -qvxE "(v[0-9]+ ){$KEYS}" tree.all || fail "tree: $(grep -vxE "(v[0-9]+ ){$KEYS}" tree.all | head -n 1)"
	! grep -qvxE 's[0-9]+' solo.all || fail "solo: $(grep -vxE 's[0-9]+' solo.all | head -n 1)"
	! grep -qvxE '1[0-9]{3};' port.all || fail "port: $(grep -vxE '1[0-9]{3};' port.all | head -n 1)"
}

t_leader_dies() { # and it is not the one that is asked
	local old new
	begin follower
	old=$(leader "$ASKED")
	kill -9 "${S[$old]}"
	new=$(other "$old" "$ASKED")
	change "$new" 1
	right 1
	server "$old"
	within 60 has_leader "$old"
	change "$old" 2
	right 2
	whole
}

t_asked_leader_dies() { # nobody answers until it is back
	local i
	begin leader
	kill -9 "${S[$ASKED]}"
	i=$(other "$ASKED")
	change "$i" 1
	server "$ASKED"
	within 60 has_leader "$ASKED"
	right 1
	whole
}

t_servers_hang() { # a leader, then the one that is asked
	local old new
	begin follower
	old=$(leader "$ASKED")
	kill -STOP "${S[$old]}"
	new=$(other "$old" "$ASKED")
	change "$new" 1
	right 1
	kill -CONT "${S[$old]}"
	kill -STOP "${S[$ASKED]}"
	new=$(other "$ASKED")
	change "$new" 2
	kill -CONT "${S[$ASKED]}"
	right 2
	whole
}

t_all_start_again() { # two times, changed before and after
	local i n
	begin 1
	for n in 1 3; do
		kill -9 "${S[@]}"
		for i in 1 2 3; do within 20 dead "${S[$i]}"; done
		for i in 1 2 3; do server $i; done
		for i in 1 2 3; do within 90 has_leader $i; done
		right $((n - 1))
		change 3 $n
		right $n
		change 2 $((n + 1))
		right $((n + 1))
	done
	whole
}

[ -x "$CONSUL" ] || { echo "0 passed, 0 failed"; exit 0; }
for t in leader_dies asked_leader_dies servers_hang all_start_again; do check $t; done
finish

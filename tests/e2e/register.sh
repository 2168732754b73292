#!/bin/bash
# register: the life of a service in the embedded store and in a real Consul.
LIMIT=${LIMIT:-240} # a check waits for many things, each with time of its own
. "$(dirname "$0")/lib.sh"

APP=$BUILD/test/app
mkdir -p "$BUILD/test"
gcc -static -Os -D_GNU_SOURCE -o "$APP" "$ROOT/tests/sample/app.c" || exit 111

# consul_up [PORT]: an agent of its own, with a leader. When it ends at once
# (another program took one of its ports first) it gets other ports.
consul_up() {
	local try
	for try in 1 2 3 4 5; do
		CPORT=${1:-$(free_port)}
		bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="$CPORT" \
			-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
			-serf-wan-port=-1 -log-level=err >consul.log 2>&1
		CPID=$PID
		ADDR=127.0.0.1:$CPORT
		within 60 leads_or_ended
		alive "$CPID" && return
	done
	fail "no Consul after $try tries: $(tail -n 1 consul.log)"
}
leads_or_ended() {
	dead "$CPID" || curl -fs "http://$ADDR/v1/status/leader" | grep -q :
}
# A supervised app `web` and its definition, not started yet. It runs as soon
# as the file `go` is there, so that a check decides how long it stays away.
service() {
	PORT=$(free_port)
	mkdir -p s/web conf run
	export BASEBOX_RUNTIME=$PWD/run BASEBOX_SCANDIR=$PWD/s
	printf 'port = %s\ngreeting = hi\nnotify = 3\n' "$PORT" >app.conf
	printf '#!/bin/sh\nuntil [ -e %s/go ]; do sleep 0.05; done\nexec %s %s/app.conf %s/app.log\n' \
		"$PWD" "$APP" "$PWD" "$PWD" >s/web/run
	echo 3 >s/web/notification-fd
	touch go
	chmod 755 s/web/run
	printf 'service {\n name = "web"\n id = "web1"\n port = %s\n address = "127.0.0.1"\n %s\n}\n' "$PORT" \
		"check { http = \"http://127.0.0.1:$PORT/health\" interval = \"300ms\" }" >conf/web.hcl
}
registrar() { bg register -config-dir conf -consul-addr "$ADDR" -drain 300ms "$@" 2>>reg.log; REG=$PID; }
# Of web1; empty when it is not listed, "?" when the store does not answer.
state() {
	local l
	l=$(register list -consul-addr "$ADDR" 2>/dev/null) || l='web1 ?'
	awk '$1 == "web1" {print $NF}' <<<"$l"
}
state_is() { [ "$(state)" = "$1" ]; }

# What is the same in both stores.
life() {
	service
	bg s6-svscan s
	registrar
	within 30 state_is passing
	curl -s "http://127.0.0.1:$PORT/sick" >/dev/null
	within 30 state_is critical
	curl -s "http://127.0.0.1:$PORT/well" >/dev/null
	within 30 state_is passing
	rm go # it stays away until the death was seen
	s6-svc -k s/web
	within 30 state_is critical
	within 30 grep -q 'killed by SIGKILL' reg.log
	touch go
	within 30 state_is passing
	s6-svc -d s/web
	within 30 state_is ''
	s6-svc -u s/web
	within 30 state_is passing
	kill -TERM "$REG"
	within 30 state_is ''
	within 30 dead "$REG"
	wait "$REG"
	is $? 0 "exit code"
}

t_dir_life() { ADDR=dir://$PWD/store; mkdir store; life; }
t_consul_life() { consul_up; life; }

t_readiness_order() { # not in the store before it is ready
	ADDR=dir://$PWD/store
	mkdir store
	service
	rm go
	bg s6-svscan s
	registrar
	within 30 test -e run/register.json # it is at work
	within 30 s6-svstat s/web
	sleep 1
	is "$(state)" "" "state before readiness"
	touch go
	within 30 state_is passing
	[ "$(grep -c listening app.log)" -ge 1 ] || fail "registered before it listened"
}

t_deregistered_by_hand() {
	consul_up
	service
	bg s6-svscan s
	registrar -ttl 3s
	within 30 state_is passing
	curl -fs -X PUT "http://$ADDR/v1/agent/service/deregister/web1" || fail "deregister"
	within 30 grep -q 'not registered any more' reg.log
	within 30 state_is passing
}

# However long the agent is away and whatever it answers while it boots (500
# without a leader, 404): one line when it went, one when it was back.
t_agent_loses_its_state() {
	consul_up
	service
	bg s6-svscan s
	registrar -ttl 3s
	within 30 state_is passing
	kill -KILL "$CPID"
	within 10 dead "$CPID"
	within 30 grep -q 'does not answer' reg.log
	consul_up "$CPORT"
	within 90 state_is passing # the pauses between its tries have grown
	is "$(grep -c 'does not answer' reg.log)" 1 "lines when it went"
	is "$(grep -c 'is back' reg.log)" 1 "lines when it came back"
}

t_dead_registrar() { # its entry is critical by itself, and its successor takes it over
	ADDR=dir://$PWD/store
	mkdir store
	service
	bg s6-svscan s
	registrar -ttl 5s
	within 30 state_is passing
	kill -KILL "$REG"
	within 30 state_is critical
	registrar -ttl 5s
	within 30 state_is passing
	is "$(find store/services -name '*.json' | wc -l)" 1 "entries"
}

listed() { register list -consul-addr "$ADDR" | grep -q "$1"; }
not_listed() { local l; l=$(register list -consul-addr "$ADDR") && [[ $l != *$1* ]]; }
t_reload() {
	ADDR=dir://$PWD/store
	mkdir store
	service
	bg s6-svscan s
	registrar
	within 30 state_is passing
	echo 'service { name = "more" id = "more1" port = 1 }' >conf/more.hcl
	kill -HUP "$REG"
	within 30 listed more1
	echo 'service { nam = "x" }' >conf/more.hcl
	kill -HUP "$REG"
	within 30 grep -q 'the old ones stay' reg.log
	listed more1 || fail "a broken file removed a service"
	rm conf/more.hcl
	kill -HUP "$REG"
	within 30 not_listed more1
	within 30 state_is passing
}

t_commands() {
	local c
	ADDR=dir://$PWD/store
	mkdir store
	echo 'service { name = "a" id = "a1" port = 9 address = "10.0.0.1" }' >a.hcl
	rc 0 register check a.hcl
	rc 0 register once a.hcl -consul-addr "$ADDR"
	like "$(register list -consul-addr "$ADDR")" "10.0.0.1:9"
	rc 0 register maint on -service a1 -reason why -consul-addr "$ADDR"
	like "$(register list -consul-addr "$ADDR")" critical
	rc 0 register maint off -service a1 -consul-addr "$ADDR"
	rc 0 register deregister a1 -consul-addr "$ADDR"
	is "$(register list -consul-addr "$ADDR")" ""
	rc 0 register addr lo
	is "$(cat out)" 127.0.0.1
	rc 1 register addr nosuch0
	rc 100 register addr 1.2.3.4/99
	rc 100 register addr 1.2.3.4
	for c in addr check deregister list maint once; do
		rc 0 register "$c" --help
		like "$(cat out)" "register addr [-explain]"
	done
	rc 100 register bogus
	rc 111 register list -consul-addr 127.0.0.1:1
	like "$(cat err)" "127.0.0.1:1"
}

# -user: root's, where that user may do it all; else it stays root.
t_other_user() {
	[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || skip 'no mount namespaces here'
	ADDR=dir://$PWD/store
	mkdir -m 777 store
	service
	echo 65531 >s/web/watch-group
	{ grep -v '^basebox:' /etc/passwd; echo basebox:x:65531:65531::/:/bin/false; } >passwd
	bg s6-svscan s
	as_basebox
	within 30 state_is passing
	is "$(awk '/^Uid:/ {print $3}' "/proc/$REG/status")" 65531 'effective user'
	is "$(awk '/^Groups:/ {print NF}' "/proc/$REG/status")" 1 'other groups'
	s6-svc -k s/web
	within 30 grep -q 'killed by SIGKILL' reg.log
	within 30 state_is passing
	within 20 health # the view is written behind the store
	curl -s "http://127.0.0.1:$PORT/sick" >/dev/null
	within 30 state_is critical
	s6-svc -d s/web
	within 30 state_is ''
	kill -TERM "$REG"
	within 20 dead "$REG"
	rm s/web/watch-group
	s6-svc -u s/web
	as_basebox
	within 30 state_is passing
	is "$(awk '/^Uid:/ {print $3}' "/proc/$REG/status")" 0 'a service that it may not follow: user'
	kill -TERM "$REG"
	within 20 dead "$REG"
	echo 65531 >s/web/watch-group
	chmod 600 conf/web.hcl
	as_basebox
	within 30 state_is passing
	is "$(awk '/^Uid:/ {print $3}' "/proc/$REG/status")" 0 'definitions that are closed to it: user'
	kill -TERM "$REG"
	within 20 dead "$REG"
	chmod 644 conf/web.hcl
	chmod 700 store
	as_basebox
	within 30 state_is passing
	is "$(awk '/^Uid:/ {print $3}' "/proc/$REG/status")" 0 'a store that is closed to it: user'
}
as_basebox() {
	# shellcheck disable=SC2016
	bg unshare -m sh -c 'mount --bind passwd /etc/passwd && exec register -user basebox -config-dir conf -consul-addr "$0" -drain 300ms' \
		"$ADDR" 2>>reg.log
	REG=$PID
}

# Ordered down, it is not in the store and does not make the container sick.
t_down_by_order() {
	ADDR=dir://$PWD/store
	mkdir store
	service
	echo "service { name = \"web\" id = \"web1\" address = \"127.0.0.1\" check { file = \"$PWD/none\" } }" >conf/web.hcl
	bg s6-svscan s
	registrar
	within 30 state_is critical
	within 30 eval '! health'
	s6-svc -d s/web
	within 30 state_is ''
	within 30 health
	s6-svc -u s/web
	within 30 state_is critical
	within 30 eval '! health'
}

t_lint() {
	printf 'service {\n  nam = "x"\n  port = 99999\n}\n' >bad.hcl
	rc 100 register check bad.hcl
	like "$(cat err)" "bad.hcl:2: service: unknown key nam"
	like "$(cat err)" "bad.hcl:3: port: not a port"
	mkdir -p conf; cp bad.hcl conf/
	rc 100 register -config-dir conf -consul-addr "dir://$PWD"
	printf 'service {\n' >open.hcl
	rc 100 register check open.hcl
	like "$(cat err)" "open.hcl: At "
	# variables reach into checks; what a shell is given keeps its own forms
	cat >var.hcl <<-'E'
		service { name = "a" port = "${P:-80}"
		  check { http = "http://h:${P:-80}/" interval = "${I:-5s}" tls_skip_verify = "${S:-true}" }
		  check { args = ["sh", "-c", "echo ${X%y}"] }
		  check { httpGet { port = "${P:-80}" } failureThreshold = "${F:-3}" periodSeconds = "${T:-3}" }
		}
	E
	rc 0 register check var.hcl
	rc 0 health --check-config var.hcl
	echo 'service { name = "a" check { tcp = "h:${P:?set P}" } }' >var.hcl
	rc 100 register check var.hcl
	like "$(cat err)" "var.hcl:1: tcp: P: set P"
}

for t in dir_life readiness_order dead_registrar reload other_user down_by_order commands lint; do check $t; done
if [ -x "$CONSUL" ]; then
	for t in consul_life deregistered_by_hand agent_loses_its_state; do check $t; done
fi
finish

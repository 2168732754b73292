#!/bin/bash
# consul: keys, services, maintenance, tables, locks and watches, side by side
# with Consul's own program and, where that can be, in a folder store.
LIMIT=${LIMIT:-240}
. "$(dirname "$0")/lib.sh"

agent() {
	local try
	for try in 1 2 3 4 5; do
		CONSUL_HTTP_ADDR=127.0.0.1:$(free_port)
		export CONSUL_HTTP_ADDR
		bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="${CONSUL_HTTP_ADDR#*:}" \
			-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
			-serf-wan-port=-1 -log-level=err >consul.log 2>&1
		AGENT=$PID
		within 60 leads_or_ended
		alive "$AGENT" && break
	done
	alive "$AGENT" || fail "no Consul after $try tries: $(tail -n 1 consul.log)"
	within 60 listed # the node itself is in the catalogue
}
leads_or_ended() { dead "$AGENT" || curl -fs "http://$CONSUL_HTTP_ADDR/v1/status/leader" | grep -q :; }
listed() { curl -fs "http://$CONSUL_HTTP_ADDR/v1/catalog/nodes" | grep -q '"t"'; }
kv() { curl -fs "http://$CONSUL_HTTP_ADDR/v1/kv/$1?raw"; }

# both ARGS...: the original and ours answer alike: both outputs and the code.
both() {
	local a=0 b=0
	timeout 60 "$CONSUL" "$@" >o1 2>e1 || a=$?
	timeout 60 consul "$@" >o2 2>e2 || b=$?
	sed -i '/^Usage:/,$d' e1 # what follows a wrong flag
	sed -i '/^See: consul --help$/d' e2
	is "$b" "$a" "exit of consul $*"
	cmp -s o1 o2 || fail "output of consul $*: $(diff o1 o2)"
	cmp -s e1 e2 || fail "errors of consul $*: $(diff e1 e2)"
}

t_kv_beside() {
	agent
	both kv put a 1
	both kv put a/b 2
	both kv put -flags=7 a/c 'x y'
	both kv put e
	both kv put -base64 b aGk=
	for i in "" -detailed -recurse "-recurse -detailed" -keys -base64 -stale "-keys -separator="; do
		# shellcheck disable=SC2086 # several words
		both kv get $i a
	done
	both kv get -detailed a/c
	both kv get -keys
	both kv get -keys a/
	both kv get -keys -recurse
	for i in nosuch "" "a b" /a e b "-recurse nosuch" "-keys nosuch" "-recurse"; do
		# shellcheck disable=SC2086
		both kv get $i
	done
	both kv put
	both kv put a b c
	both kv put -cas a 3
	both kv put -cas -modify-index=1 a 3
	both kv put -acquire a
	both kv put -release a 1
	both kv put -acquire -session=bogus a 1
	both kv put a @nosuch
	both kv put file @o1
	both kv export
	both kv export a/
	both kv export nosuch
	both kv export a b
	both kv import
	both kv import '[{"key":"i","flags":3,"value":"aGk="},{"key":"k","flags":0,"value":""}]'
	both kv get -detailed i
	both kv import '{'
	both kv import a b
	both kv put 'q<>&' $'\xff\x01'
	both kv export q
	both kv delete
	both kv delete a b
	both kv delete -cas x
	both kv delete -cas -modify-index=3 e
	both kv delete -cas -modify-index=4 -recurse e
	both kv delete nosuch
	both kv delete e
	both kv delete -recurse a
	both kv get -keys
	for c in "kv get x" "kv put x" "kv delete x" "kv export" "maint" "watch -type=key -key=k" "lock p true" \
		"catalog datacenters" "catalog nodes" "catalog services"; do
		# shellcheck disable=SC2086
		CONSUL_HTTP_ADDR=127.0.0.1:1 both $c
	done
	printf piped | consul kv put p - >/dev/null
	is "$(kv p)" piped "a value from standard input"
	is "$(consul kv export | consul kv import - | sort | head -n 1)" "Imported: b"
}

# Numbers and other values of flags, keys that no request is made for, and what
# import takes.
t_kv_in_detail() {
	local v
	agent
	for v in "-flags=-1" "-flags=x" "-flags=0x10" "-flags=010" "-flags=18446744073709551616" "-flags=" "-modify-index=x" \
		"-datacenter=nosuch" "-client-cert=/nosuch" "-namespace=x" "-nosuch" "-cas=maybe"; do
		both kv put "$v" a 1
		both kv get -detailed a
	done
	for v in "" -keys -recurse; do
		both kv get -datacenter=nosuch $v a
	done
	both kv export -datacenter=nosuch
	for v in /abc // /; do
		both kv put $v x
		both kv delete $v
		both kv get $v
	done
	both kv put a @/
	both kv put empty
	both kv get -detailed empty
	both kv delete -modify-index=3 a
	for v in '***' aGk aGk= aGk=x aGk== aG== aG= a= a 'aGkh$$$' aGkhaGk 'aGkh\naGk=\n' = aGkh=; do
		both kv import "[{\"key\":\"b6\",\"flags\":7,\"value\":\"$v\"}]"
	done
	for v in '' ' ' null '{}' '"x"' 3 '[1]' '[[]]' '[{"key":"a"}] x' '[{"Key":"i2","FLAGS":4,"Value":"aGk=","more":[1]}]' \
		'[{"flags":4}]' '[{"key":"i3","value":null}]' '[{"key":"/i4"}]' '[{"key":"i","flags":-1}]' \
		'[{"key":"i","flags":1.5}]' '[{"key":"i","flags":"3"}]' '[{"key":5}]' '[{"key":"i7"},1,{"key":"i8"}]'; do
		both kv import "$v"
	done
	both kv export
	# what is no base64 is not written; the original writes a part of it
	rc 1 consul kv put -base64 x 'aGk'
	is "$(cat err)" 'Error! Cannot base 64 decode data: illegal base64 data at input byte 0'
	echo some text | base64 >text
	both kv put -base64 x @text
	is "$(kv x)" 'some text'
}

t_services_in_detail() {
	local v
	agent
	mkdir -p dir
	echo 'service { name = "hc" }' >dir/d.hcl
	both services register dir
	both services deregister dir
	both services register /nosuch
	for v in -port=x -port=0x10 -meta=x -meta==x -tagged-address=lan=1.2.3.4 -tagged-address=lan \
		-tagged-address=lan=1.2.3.4:99999 -tagged-address=lan=a:b -tagged-address=lan=[::1]:5 -tagged-address=lan=::1; do
		both services register -name=n $v
	done
	rc 1 consul services register -name=n -namespace=x
	like "$(cat err)" 'Invalid query parameter: "ns"'
	both services deregister -id=
	for v in '{' '{"service":{"name":"x"}' '{"service":{"name":"x"}} y'; do
		printf '%s' "$v" >open.json
		rc 1 "$CONSUL" services register open.json
		rc 1 consul services register open.json
		rc 100 register check open.json
	done
	both maint -datacenter=dc1
	both maint -stale
	both catalog nodes -node-meta=a
	both catalog services -node-meta=
	for v in -h --help; do
		rc 0 consul kv $v
		rc 0 consul $v
	done
}

# An agent that answers with other JSON than it should.
t_wrong_answers() {
	local v c
	command -v python3 >/dev/null || skip "no python3"
	CONSUL_HTTP_ADDR=127.0.0.1:$(free_port)
	export CONSUL_HTTP_ADDR
	bg python3 -c 'import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(b"{}" if "self" in self.path else open("answer", "rb").read())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()' "${CONSUL_HTTP_ADDR#*:}"
	echo '{}' >answer
	within 30 curl -fs "http://$CONSUL_HTTP_ADDR/"
	for v in 7 '"x"' '[7]' '[null]' '{"a":7}' '{"a":{"b":7}}' '[' ''; do
		printf '%s' "$v" >answer
		for c in "catalog datacenters" "catalog nodes" "catalog nodes -service=x" "catalog services -tags" \
			"catalog services -node=x -tags" "kv get -keys" "kv get x" maint; do
			case $c,$v in catalog*-node*,*'{"b"'* | maint,*'{"b"'* | 'kv get x,[null]') continue;; esac
			# shellcheck disable=SC2086
			rc 1 consul $c
		done
	done
}

t_services_beside() {
	agent
	both services register -name web -port 80 -tag a -tag b -meta k=v -address 1.2.3.4 -id w1 -tagged-address lan=1.2.3.4:5
	"$CONSUL" services deregister -id w1 >/dev/null
	consul services register -name web -port 80 -tag a -tag b -meta k=v -address 1.2.3.4 -id w1 -tagged-address lan=1.2.3.4:5 >/dev/null
	is "$(curl -fs "http://$CONSUL_HTTP_ADDR/v1/agent/service/w1" | tr -d ' \n' |
		grep -oE '"(ID|Service|Port|Address|Tags|Meta|lan)":("[^"]*"|[0-9]+|\[[^]]*\]|\{[^}]*\})' | sort -u | tr '\n' ' ')" \
		'"Address":"1.2.3.4" "ID":"w1" "Meta":{"k":"v"} "Port":80 "Service":"web" "Tags":["a","b"] "lan":{"Address":"1.2.3.4","Port":5} '
	both services register
	both services register -name x y
	both services deregister
	both services deregister -id x y
	both services deregister -id nosuch
	printf 'service {\n name = "hc"\n port = 9\n check { http = "http://127.0.0.1:9/" interval = "10s" tls_skip_verify = true }\n}\n' >d.hcl
	both services register d.hcl
	consul services register d.hcl >/dev/null
	within 30 eval "consul watch -type=checks -service=hc | grep -q '\"Type\": \"http\"'"
	printf 'service { nam = "x" }\n' >b.hcl
	rc 1 consul services register b.hcl
	like "$(cat err)" 'b.hcl:1: service: unknown key nam'
	both maint
	both maint -enable
	both maint
	both maint -disable
	both maint -enable -service w1 -reason 'why not'
	both maint
	both maint -disable -service w1
	both maint -enable -disable
	both maint -reason x
	both maint -service w1
	both maint -enable -service nosuch
	both catalog datacenters
	both catalog nodes
	both catalog nodes -detailed
	both catalog nodes -service=web
	both catalog nodes -service=web -detailed
	both catalog nodes -service=nosuch
	both catalog nodes -node-meta=a=b
	both catalog nodes -near=t -filter 'Node==t'
	both catalog services
	both catalog services -tags
	both catalog services -node=t -tags
	both catalog services -node=nosuch
	both catalog services x
	both services deregister d.hcl
}

t_watch_beside() {
	agent
	consul kv put k val >/dev/null
	consul services register -name web >/dev/null
	within 60 eval 'consul catalog services | grep -q web' # it has reached the catalogue
	for v in "key -key=k" "key -key=nosuch" "keyprefix -prefix=k" "keyprefix -prefix=none" services nodes \
		"service -service=web" "service -service=web -tag=q -passingonly=true" checks "checks -state=passing" \
		"checks -service=web" "event -name=none" bogus key keyprefix service; do
		# shellcheck disable=SC2086
		both watch -type=$v
	done
	for v in "service -service=web -passingonly=x" "checks -service=web -state=passing" "key -service=x -key=k" \
		"nodes -key=x" connect_roots "key -key=k -name=x" "event -name=none -key=" "key -key=k exit 3" \
		"key -key=k kill -9 \$\$" "key -key=k -shell=false nosuchprog"; do
		# shellcheck disable=SC2086
		both watch -type=$v
	done
	bg consul watch -type=key -key=k "echo \$CONSUL_INDEX >>$PWD/index; cat >>$PWD/seen"
	within 30 grep -q '"Value":"dmFs"' seen
	consul kv put k val2 >/dev/null
	within 30 grep -q '"Value":"dmFsMg=="' seen
	is "$(grep -c . index)" 2 "runs"
}

t_lock() {
	agent
	both lock
	both lock p
	both lock -n=0 p true
	both lock -verbose p 'env | grep CONSUL_LOCK; exit 3'
	both lock -child-exit-code p 'exit 3'
	both lock -shell=false -child-exit-code p false
	both lock -shell=false p nosuchprog
	both lock -verbose -n=2 p true
	for v in -n=x -timeout=x -timeout=-1s -try=-1s -monitor-retry=-1 -datacenter=no -stale; do
		both lock $v p true
	done
	both lock -child-exit-code p 'kill -9 $$'
	is "$(consul kv get -keys)" "" "what is left"
	# each keeps the other out: ours holds, then the original
	bg consul lock q "touch $PWD/held; until [ -e $PWD/go ]; do sleep 0.1; done"
	within 30 test -e held
	rc 1 timeout 60 "$CONSUL" lock -timeout=1s q true
	rc 1 consul lock -timeout=1s q true
	touch go
	within 60 dead "$PID"
	rm held go
	bg "$CONSUL" lock q "touch $PWD/held; until [ -e $PWD/go ]; do sleep 0.1; done"
	within 30 test -e held
	rc 1 consul lock -timeout=1s q true
	bg consul lock q "touch $PWD/next"
	touch go
	within 60 test -e next # it waited for its turn
	# a semaphore of two, one place each, and the third waits
	rm -f held go
	bg consul lock -n 2 s "touch $PWD/held; until [ -e $PWD/go ]; do sleep 0.1; done"
	bg "$CONSUL" lock -n 2 s "touch $PWD/held2; until [ -e $PWD/go ]; do sleep 0.1; done"
	within 30 test -e held
	within 30 test -e held2
	rc 1 consul lock -n 2 -timeout=1s s true
	rc 1 consul lock -n 3 s true
	like "$(cat err)" 'semaphore limit conflict'
	bg consul lock -n 2 s "touch $PWD/third"
	touch go
	within 60 test -e third
}

t_lock_lost() { # the session goes: the program gets TERM
	agent
	bg consul lock -verbose -name mine l "trap 'touch $PWD/term; exit 9' TERM; touch $PWD/held; while :; do sleep 0.1; done"
	within 30 test -e held
	id=$(curl -fs "http://$CONSUL_HTTP_ADDR/v1/session/list" | grep '"ID"' | cut -d'"' -f4)
	curl -fs -X PUT "http://$CONSUL_HTTP_ADDR/v1/session/destroy/$id" >/dev/null || fail destroy
	within 60 test -e term
	within 60 dead "$PID"
}

t_folder() {
	export BASEBOX_STORE=dir://$PWD/store
	is "$(consul kv put a 1)" 'Success! Data written to: a'
	consul kv put a/b 2 >/dev/null
	consul kv put a/c/d 3 >/dev/null
	is "$(consul kv get a)" 1
	is "$(consul kv get -recurse a/)" $'a/b:2\na/c/d:3'
	is "$(consul kv get -keys a/)" $'a/b\na/c/'
	like "$(consul kv get -detailed a/b)" 'Value            2'
	rc 1 consul kv get nosuch
	is "$(cat err)" 'Error! No key exists at: nosuch'
	consul kv export >all
	is "$(consul kv delete -recurse a)" 'Success! Deleted keys with prefix: a'
	rc 1 consul kv get a
	is "$(consul kv import @all | wc -l)" 3
	is "$(consul kv get a/c/d)" 3
	rc 1 consul kv put -flags 3 a x
	like "$(cat err)" Consul
	is "$(consul services register -name web -port 80)" 'Registered service: web'
	like "$(register list)" web
	is "$(consul maint -enable -service web -reason why)" 'Service maintenance is now enabled for "web"'
	like "$(register list)" critical
	is "$(consul services deregister -id web)" 'Deregistered service: web'
	is "$(register list)" ''
	for c in "lock p true" "watch -type=nodes" "catalog nodes"; do
		# shellcheck disable=SC2086
		rc 1 consul $c
		like "$(cat err)" 'needs a Consul agent'
	done
}

t_usage() {
	rc 127 consul bogus
	like "$(cat err)" 'no such command here: bogus'
	like "$(cat err)" 'catalog nodes'
	rc 1 consul kv bogus
	like "$(cat err)" 'kv export'
	rc 1 consul kv get -tags x
	like "$(cat err)" 'flag provided but not defined: -tags'
	rc 127 consul
	rc 0 consul kv get -h
}

for t in folder usage wrong_answers; do check $t; done
if [ -x "$CONSUL" ]; then
	for t in kv_beside kv_in_detail services_beside services_in_detail watch_beside lock lock_lost; do check $t; done
fi
finish

#!/bin/bash
# register: agents that are silent, lie or flood, and what else passes between a
# registrar and a real agent: aliases, checks that the agent runs, tokens,
# namespaces, a killed registrar, and a rolling restart under load.
LIMIT=${LIMIT:-240}
. "$(dirname "$0")/lib.sh"

cat >"$work/liar.py" <<'PY'
import os, socket, sys, threading, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(64)
def one(c):
    try:
        while True:
            head = b""
            while b"\r\n\r\n" not in head:
                d = c.recv(65536)
                if not d: return
                head += d
            n = 0
            for l in head.split(b"\r\n"):
                if l.lower().startswith(b"content-length:"): n = int(l.split(b":")[1])
            body = head.split(b"\r\n\r\n", 1)[1]
            while len(body) < n: body += c.recv(65536)
            mode = open("mode").read().strip()
            with open("seen", "a") as f:
                token = [l.split(b": ")[1].decode() for l in head.split(b"\r\n") if l.lower().startswith(b"x-consul-token")]
                f.write(mode + " " + head.split(b"\r\n")[0].decode() + " " + body.decode("utf-8", "replace") + " %s %d\n" % (token, time.monotonic_ns() // 1000000))
            if mode == "ok":
                a = b"{}" if head.startswith(b"GET") else b""
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(a) + a)
            elif mode == "slow":
                time.sleep(1)
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            elif mode == "lost":
                c.sendall(b"HTTP/1.1 %s x\r\nContent-Length: 0\r\n\r\n" % (b"404" if b"/check/" in head else b"200"))
            elif mode == "list":
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]")
            elif mode == "drip":
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                while True: c.sendall(b" "); time.sleep(0.5)
            elif mode == "silent":
                time.sleep(600)
            elif mode == "garbage":
                c.sendall(os.urandom(4000)); return
            elif mode == "500":
                c.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nno\n\tmore\n")
            elif mode == "header":
                c.sendall(b"HTTP/1.1 200 OK\r\n")
                while True: c.sendall(b"X-A: " + b"a" * 60000 + b"\r\n")
            elif mode == "body":
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
                while True: c.sendall(b"[" * 65536)
    except OSError:
        pass
    finally:
        c.close()
while True:
    threading.Thread(target=one, args=(s.accept()[0],), daemon=True).start()
PY
liar() {
	echo "${1:-ok}" >mode
	PORT=$(free_port)
	ADDR=127.0.0.1:$PORT
	bg python3 "$work/liar.py" "$PORT"
	within 30 eval "(exec 3<>/dev/tcp/127.0.0.1/$PORT) 2>/dev/null"
}
conf() { mkdir -p conf run; export BASEBOX_RUNTIME=$PWD/run; cat >conf/a.hcl; }
registrar() { bg register -config-dir conf -consul-addr "$ADDR" -drain 200ms "$@" 2>>reg.log; REG=$PID; }
rss() { awk '/^VmRSS/ {print $2}' "/proc/$REG/status"; }

t_liars() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1" }'
	registrar -ttl 3s
	within 30 grep -q 'registered a' reg.log
	for m in garbage header body 500; do
		echo $m >mode
		within 60 eval "[ \$(grep -c '^$m ' seen) -ge 2 ]"
		alive "$REG" || fail "ended by $m: $(tail -n 1 reg.log)"
		[ "$(rss)" -lt 90000 ] || fail "$m: $(rss) kB"
		echo ok >mode
		: >seen
		within 60 grep -q '^ok PUT' seen
	done
	grep -q 'does not answer' reg.log || fail "garbage was an answer"
}

t_refused() { # one line for an answer of several; then it is tried again
	command -v python3 >/dev/null || skip "no python3"
	liar garbage
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	registrar
	within 30 grep -q 'does not answer' reg.log
	echo 500 >mode # told also when it was away before
	within 30 grep -q 'a: Unexpected response code: 500 (no more *)$' reg.log
	echo ok >mode
	within 30 grep -q 'registered a' reg.log
}

t_silent_agent() { # costs a time limit, at the stop, too
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1" }'
	registrar -ttl 3s
	within 30 grep -q 'registered a' reg.log
	echo silent >mode
	within 60 grep -q 'does not answer' reg.log
	kill -TERM "$REG"
	within 60 dead "$REG"
	wait "$REG"
	is $? 0 "exit code"
	like "$(cat reg.log)" 'is still registered'
}

t_dripping_agent() { # never silent, never done
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1" }'
	registrar -ttl 3s
	within 30 grep -q 'registered a' reg.log
	echo drip >mode
	rc 111 timeout 90 register list -consul-addr "$ADDR"
	within 60 grep -q 'does not answer' reg.log
	echo ok >mode
	within 60 grep -q 'is back' reg.log
}

# What changes while a request is under way is said after it.
t_change_during_a_request() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	mkdir -p s/a
	printf '#!/bin/sh\nuntil [ -e %s/ready ]; do sleep 0.1; done\necho >&3\nexec sleep 1000\n' "$PWD" >s/a/run
	chmod 755 s/a/run
	echo 3 >s/a/notification-fd
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	touch ready
	bg s6-svscan s
	export BASEBOX_SCANDIR=$PWD/s
	registrar
	within 30 grep -q 'registered a' reg.log
	rm ready
	echo slow >mode
	s6-svc -k s/a
	within 30 grep -q 'a:process .*started, not ready' seen
	touch ready # while the slow agent has not answered yet
	within 30 eval "tail -n 1 seen | grep -q 'a:process .*\"passing\"'"
}

# Asked to stop while its registration is under way, it takes that back.
t_stop_during_registration() {
	command -v python3 >/dev/null || skip "no python3"
	liar slow
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	registrar -drain 0s
	within 30 grep -q 'service/register' seen
	kill "$REG"
	within 30 dead "$REG"
	like "$(tail -n 1 seen)" service/deregister/a
}

# A token that changes while a request is under way still reaches the service.
t_token_during_a_request() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	echo one >token
	export CONSUL_HTTP_TOKEN_FILE=token
	registrar -ttl 1s
	within 30 grep -q 'registered a' reg.log
	echo slow >mode
	: >seen
	within 30 grep -q update/a:registrar seen
	echo two >token
	within 60 grep -q 'service/register.*two' seen
}

# What holds no token, or is not there, leaves the old one in use.
t_token_file_emptied() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	echo one >token
	registrar -ttl 1s -token-file token
	within 30 grep -q 'registered a' reg.log
	: >token
	within 30 grep -q 'token is empty' reg.log
	: >seen
	within 30 grep -q "update/a:registrar.*'one'" seen
	rm token
	echo two >token.new
	mv token.new token
	within 30 grep -q "service/register.*'two'" seen
	alive "$REG" || fail "ended"
}

# An agent that takes every registration and knows no check is not hammered.
t_forgetful_agent() {
	command -v python3 >/dev/null || skip "no python3"
	liar lost
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	registrar
	within 60 eval '[ "$(grep -c service/register seen)" -ge 5 ]'
	grep service/register seen | tail -n +2 | awk '{t = $NF; if (p && t - p < 300) bad = 1; p = t} END {exit bad}' ||
		fail "registered again without a pause"
	echo list >mode
	rc 1 register list -consul-addr "$ADDR"
}

# New definitions: what a check of ours looks for, a tag (the verdicts stay),
# and none while it stops.
t_reload_in_detail() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	touch good
	with() { conf <<<"service { name = \"a\" id = \"a\" port = 9 address = \"127.0.0.1\" tags = [\"$1\"]
	  check { id = \"f\" file = \"$PWD/$2\" interval = \"1h\" } } ${3-}"; }
	with one good
	registrar -drain 3s
	within 30 grep -q 'check/update/f .*passing' seen
	with two good
	: >seen
	kill -HUP "$REG"
	within 30 grep -q 'service/register.*"two"' seen
	like "$(grep service/register seen)" '"Name":"Service '"'a'"' check","Status":"passing"'
	with two bad
	kill -HUP "$REG"
	within 30 grep -q 'check/update/f .*critical' seen
	kill "$REG"
	within 30 grep -q service/deregister/a seen
	with two bad 'service { name = "late" }'
	kill -HUP "$REG"
	within 30 dead "$REG"
	grep late seen && fail "registered while stopping"
	return 0
}

# An output longer than the agent's own limit goes whole, and once.
t_long_output() {
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1"
	  check { id = "x" args = ["sh", "-c", "echo >>n; printf %06000d 1"] interval = "20ms" output_max_size = 8000 } }'
	registrar
	within 30 eval '[ "$(wc -l <n)" -ge 5 ]'
	is "$(grep -c check/update/x seen)" 1 pushes
	[ "$(grep check/update/x seen | wc -c)" -gt 6000 ] || fail "it was cut"
}

state() { register list -consul-addr "$ADDR" 2>/dev/null | awk -v id="$1" '$1 == id {print $NF}'; }
state_is() { [ "$(state "$1")" = "$2" ]; }

two() {
	P=$(free_port)
	conf <<-E
		service { name = "main" id = "main1" port = $P address = "127.0.0.1"
		  check { id = "tcp" tcp = "127.0.0.1:$P" interval = "1s" timeout = "2s" } }
		service { name = "side" id = "side1" port = 8 address = "127.0.0.1" check { alias_service = "main" } }
	E
}
follows() { # the alias follows what it mirrors, both ways
	within 30 state_is main1 critical
	within 30 state_is side1 critical
	bg python3 -m http.server -b 127.0.0.1 "$P"
	within 60 state_is main1 passing
	within 60 state_is side1 passing
}
t_alias() { agent; two; registrar -ttl 1h; follows; } # at once, not with a heartbeat
t_agent_checks() {
	agent
	two
	registrar -agent-checks
	follows
	like "$(curl -fs "http://$ADDR/v1/agent/checks")" '"Type": "tcp"'
	like "$(curl -fs "http://$ADDR/v1/agent/checks")" '"Type": "alias"'
}

t_killed_registrar() { # one instance, never two, and no ghost of what it no longer defines
	agent
	conf <<-'E'
		service { name = "a" port = 9 address = "127.0.0.1" }
		service { name = "old" id = "old1" port = 8 address = "127.0.0.1" }
	E
	registrar -ttl 3s
	within 30 eval '[ "$(register list -consul-addr $ADDR | wc -l)" = 2 ]'
	kill -KILL "$REG"
	within 10 dead "$REG"
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1" }'
	registrar -ttl 3s
	within 60 eval '[ "$(register list -consul-addr $ADDR | awk "{print \$2}")" = a ]'
	kill -KILL "$REG" # nor when it defines nothing any more
	within 10 dead "$REG"
	rm conf/a.hcl
	registrar -ttl 3s
	within 30 eval '[ -z "$(register list -consul-addr $ADDR)" ]'
	grep -q 'removing the ghost a-' reg.log || fail "$(cat reg.log)"
}

# Without an agent: a node of our own, swept of what an earlier life left (there
# is no TTL there; a living sibling of the same name stays) and gone at the end.
t_catalog() {
	local node
	agent
	node=basebox-$(hostname)
	nodes() { curl -fs "http://$ADDR/v1/catalog/nodes" | jq -r '.[].Node' | xargs; }
	ids() { curl -fs "http://$ADDR/v1/catalog/node/$node" | jq -r '.Services | keys | join(" ")'; }
	conf <<<'service { name = "old" id = "old1" port = 9 address = "127.0.0.1" }'
	registrar -mode catalog -ttl 3s
	within 30 eval '[ "$(ids)" = old1 ]'
	kill -9 "$REG"
	conf <<<'service { name = "sibling" id = "sibling1" port = 9 address = "127.0.0.1" }'
	registrar -mode catalog -ttl 3s
	SIBLING=$REG
	within 30 eval '[ "$(ids)" = "old1 sibling1" ]'
	within 60 eval '[ "$(ids)" = sibling1 ]'
	conf <<-E
		service { name = "new" id = "new1" port = 9 address = "127.0.0.1"
		  check { id = "c" name = "my check" tcp = "$ADDR" } }
	E
	kill -STOP "$SIBLING" # so that it does not wipe the mark before it is seen
	registrar -mode catalog -ttl 9s
	within 30 eval '[ "$(ids)" = "new1 sibling1" ]'
	within 30 eval 'curl -fs "http://$ADDR/v1/health/node/$node" | jq -r ".[] | [.CheckID, .Name, .Status] | join(\",\")" | grep -q "^c,my check,passing"'
	within 30 eval 'curl -fs "http://$ADDR/v1/health/node/$node" | grep -q "no heartbeat"'
	kill -CONT "$SIBLING"
	within 30 eval '! curl -fs "http://$ADDR/v1/health/node/$node" | grep -q "no heartbeat"'
	sleep 12 # the time of the second look
	is "$(ids)" "new1 sibling1"
	kill "$REG" "$SIBLING"
	within 30 eval '[ "$(nodes)" = t ]'
	rc 100 register -mode catalog -drain-mode maintenance
}

# What the last stop put in maintenance comes out of it, what somebody else put
# there does not.
# A check that is not defined any more leaves the service, by new definitions
# and with the next start.
t_check_removed() {
	local good='check { tcp = "127.0.0.1:'
	agent
	good="$good${ADDR#*:}\" }"
	with() { conf <<<"service { name = \"a\" id = \"a1\" port = 9 address = \"127.0.0.1\" $good $1 }"; }
	checks() { curl -fs "http://$ADDR/v1/agent/checks" | jq -r 'keys | join(" ")'; }
	with 'check { id = "bad" file = "/none" } check { file = "/none" }'
	registrar
	within 30 eval '[ "$(checks)" = "a1:1 a1:3 a1:registrar bad" ]'
	with 'check { id = "other" file = "/" }'
	kill -HUP "$REG"
	within 30 eval '[ "$(checks)" = "a1:1 a1:registrar other" ]'
	within 30 state_is a1 passing
	with 'check { file = "/none" }'
	kill -HUP "$REG"
	within 30 eval '[ "$(checks)" = "a1:1 a1:2 a1:registrar" ]'
	kill -9 "$REG"
	with ''
	registrar
	within 30 eval '[ "$(checks)" = "a1:1 a1:registrar" ]'
}

t_maintenance_ends() {
	agent
	conf <<-E
		service { name = "a" id = "a1" port = 9 address = "127.0.0.1" }
		service { name = "b" id = "b1" port = 9 address = "127.0.0.1" }
	E
	registrar -drain-mode maintenance
	within 30 state_is a1 passing
	within 30 state_is b1 passing
	register maint on -service b1 -reason "by hand" -consul-addr "$ADDR"
	kill "$REG"
	within 30 dead "$REG"
	state_is a1 critical || fail "no maintenance"
	registrar
	within 30 state_is a1 passing
	state_is b1 critical || fail "the operator's maintenance ended"
}

t_token_rotated() { # an agent with ACLs: the new token is used, nothing is lost meanwhile
	printf 'acl { enabled = true default_policy = "deny" tokens { master = "root" agent = "root" } }\n' >acl.hcl
	agent -config-file="$PWD/acl.hcl"
	export CONSUL_HTTP_TOKEN=root
	token() { curl -fs -X PUT -H 'X-Consul-Token: root' -d "{\"Policies\":[{\"Name\":\"p\"}],\"SecretID\":\"$1\"}" \
		"http://$ADDR/v1/acl/token" >/dev/null; }
	within 60 curl -fs -X PUT -H 'X-Consul-Token: root' -d '{"Name":"p","Rules":"service_prefix \"\" { policy = \"write\" } node_prefix \"\" { policy = \"read\" }"}' \
		"http://$ADDR/v1/acl/policy"
	A=aaaaaaaa-1111-1111-1111-111111111111 B=bbbbbbbb-1111-1111-1111-111111111111
	token $A || fail "token"
	token $B || fail "token"
	echo $A >token
	conf <<<'service { name = "a" id = "a1" port = 9 address = "127.0.0.1" }'
	unset CONSUL_HTTP_TOKEN
	registrar -token-file token -ttl 6s
	CONSUL_HTTP_TOKEN=root within 30 env CONSUL_HTTP_TOKEN=root sh -c "register list -consul-addr $ADDR | grep -q 'a1.*passing'"
	echo $B >token.new
	mv token.new token
	within 30 grep -q 'a new token' reg.log
	curl -fs -X PUT -H 'X-Consul-Token: root' "http://$ADDR/v1/agent/check/fail/a1:registrar" >/dev/null # our next heartbeat undoes it
	within 30 env CONSUL_HTTP_TOKEN=root sh -c "register list -consul-addr $ADDR | grep -q 'a1.*passing'"
	kill -TERM "$REG"
	within 30 dead "$REG"
	within 30 env CONSUL_HTTP_TOKEN=root sh -c "! register list -consul-addr $ADDR | grep -q a1"
}

t_address_templates() {
	mkdir store
	ADDR=dir://$PWD/store
	for a in '{{ GetAllInterfaces | include \"name\" \"lo\" | include \"type\" \"IPv4\" | attr \"address\" }}' 'static:127.0.0.1' 'lo'; do
		echo "service { name = \"a\" id = \"a\" port = 9 address = \"$a\" }" >a.hcl
		rc 0 register once a.hcl -consul-addr "$ADDR"
		like "$(register list -consul-addr "$ADDR")" 127.0.0.1:9 "$a"
	done
	printf 'service {\n name = "a"\n address = "{{ nosuch }}"\n}\n' >b.hcl
	rc 100 register check b.hcl
	like "$(cat err)" 'function "nosuch" not defined'
}

t_namespace() { # Enterprise's fields go out as they are
	command -v python3 >/dev/null || skip "no python3"
	liar
	conf <<<'service { name = "a" port = 9 address = "127.0.0.1" namespace = "team" partition = "part" }'
	registrar
	within 30 grep -q 'PUT /v1/agent/service/register' seen
	like "$(cat seen)" '"Namespace":"team"'
	like "$(cat seen)" '"Partition":"part"'
}

# As user 65531: what control-group gives is enough to follow and to command.
t_unprivileged() {
	[ "$(id -u)" = 0 ] || skip "not root"
	as() { s6-applyuidgid -u "$1" -g "$1" -G "$1" "${@:2}"; }
	mkdir -p s/a store
	printf '#!/bin/sh\nexec sleep 1000\n' >s/a/run
	echo 65531 >s/a/control-group
	chmod 755 s/a/run
	conf <<<'service { name = "a" id = "a" port = 9 address = "127.0.0.1" }'
	chown 65531:65531 run store
	ADDR=dir://$PWD/store
	bg s6-svscan s
	within 30 s6-svstat s/a
	export BASEBOX_SCANDIR=$PWD/s
	bg s6-applyuidgid -u 65531 -g 65531 -G 65531 register -config-dir conf -consul-addr "$ADDR" 2>>reg.log
	within 30 grep -q 'registered a' reg.log
	pid=$(s6-svstat -o pid s/a)
	as 65531 s6-svc -k s/a || fail "it may not command"
	within 30 grep -q 'killed by SIGKILL' reg.log
	within 30 eval "[ \"\$(s6-svstat -o pid s/a)\" != $pid ]"
	within 30 eval 'register list -consul-addr $ADDR | grep -q passing'
	rc 111 as 65532 s6-svc -k s/a
	rc 111 as 65532 s6-svstat s/a
	s6-svperms -v s/a >perms
	like "$(cat perms)" 'control: group'
	like "$(cat perms)" 'events: group'
	# what is not open to it is said, once
	mkdir s/b
	cp s/a/run s/b/
	s6-svscanctl -a s
	within 30 s6-svok s/b
	echo 'service { name = "b" id = "b" port = 9 address = "127.0.0.1" }' >conf/b.hcl
	s6-applyuidgid -u 65531 -g 65531 sh -c "kill -HUP $PID"
	within 30 grep -q 's/b: .*Permission denied' reg.log
	# a supervisor that is not root has nothing to give, nor to say
	mkdir -p t/a
	cp s/a/run t/a/
	echo 65531 >t/a/watch-group
	chown -R 65534 t
	bg s6-applyuidgid -u 65534 -g 65534 -G 65534 s6-svscan t 2>svscan.err
	within 30 s6-svok t/a
	is "$(cat svscan.err)" '' 'said by the supervisor'
}

for t in unprivileged liars refused silent_agent dripping_agent change_during_a_request stop_during_registration token_during_a_request token_file_emptied \
	forgetful_agent reload_in_detail long_output address_templates namespace alias agent_checks killed_registrar catalog check_removed maintenance_ends token_rotated; do
	check $t
done
finish

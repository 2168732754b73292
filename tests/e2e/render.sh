#!/bin/bash
# consul-template with the embedded store and a real Consul, beyond what the
# black-box suite of the original asks.
. "$(dirname "$0")/lib.sh"

has() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
# put KEY VALUE: in the store $ADDR
put() {
	case $ADDR in
	dir://*)
		mkdir -p "$(dirname "${ADDR#dir://}/kv/$1")"
		printf '%s' "$2" >"${ADDR#dir://}/kv/.new"
		mv "${ADDR#dir://}/kv/.new" "${ADDR#dir://}/kv/$1"
		;;
	*) curl -fsS -X PUT -d "$2" "http://$ADDR/v1/kv/$1" >/dev/null || fail put ;;
	esac
}
# A runtime directory of its own: renderers elsewhere keep the usual one's view.
ct() { BASEBOX_RUNTIME=${BASEBOX_RUNTIME-$PWD/run} bg consul-template -consul-addr "$ADDR" "$@" 2>err; CT=$PID; }
ends() { within 10 dead "$CT"; wait "$CT"; is $? "$1" "exit code"; }
consul_up() {
	CPORT=$(free_port) ADDR=127.0.0.1:$CPORT
	bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="$CPORT" \
		-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
		-serf-wan-port=-1 -log-level=err >consul.log 2>&1
	CPID=$PID
	within 30 sh -c "curl -fs http://$ADDR/v1/status/leader | grep -q :"
}

follow() { # the same in both stores
	put app/port 80
	printf '{{ key "app/port" }} {{ range ls "app" }}{{ .Key }} {{ end }}{{ keyOrDefault "none" "dflt" }}' >in
	ct -template 'in:out:cat out >>hist; echo >>hist'
	within 10 has out '80 port dflt'
	put app/port 81
	within 10 has out '81 port dflt'
	put app/host h
	within 10 has out '81 host port dflt'
	put none here
	within 10 has out '81 host port here'
	within 10 sh -c '[ "$(wc -l <hist)" = 4 ]'
	kill -INT "$CT"
	ends 12
}
t_dir_follows() { ADDR=dir://$PWD/s; mkdir s; follow; }
t_consul_follows() { consul_up; follow; }

t_dir_appears_later() {
	ADDR=dir://$PWD/s
	printf '{{ key "a" }}' >in
	ct -template in:out -consul-retry-backoff 50ms -consul-retry-max-backoff 100ms
	sleep 0.3
	put a 1
	within 10 has out 1
}

t_dir_services() {
	ADDR=dir://$PWD/s
	mkdir -p s/services/n1
	printf '{{ range service "web" }}{{ .Node }} {{ .Address }}:{{ .Port }}{{ end }}|{{ range services }}{{ .Name }} {{ end }}|{{ range nodes }}{{ .Node }} {{ end }}' >in
	ct -template in:out
	within 10 has out '||'
	printf '{"Node":"n1","Address":"10.0.0.1","Service":{"ID":"w","Service":"web","Port":80}}' >s/services/n1/.t
	mv s/services/n1/.t s/services/n1/w.json
	within 10 has out 'n1 10.0.0.1:80|web |n1 '
	rm s/services/n1/w.json
	within 10 has out '||'
}

# What only a cluster has ends with a text that names Consul.
t_dir_refuses_cluster_things() {
	ADDR=dir://$PWD/s
	mkdir s
	printf '{{ range caRoots }}{{ end }}' >in
	rc 14 consul-template -once -consul-addr "$ADDR" -consul-retry=false -template in:out
	like "$(cat err)" 'needs a Consul server'
	printf '{{ key "a@dc9" }}' >in
	rc 14 consul-template -once -consul-addr "$ADDR" -consul-retry=false -template in:out
	like "$(cat err)" 'No path to datacenter'
}

# A folder address is no Consul for the children.
t_dir_address_is_not_exported() {
	ADDR=dir://$PWD/s
	mkdir s
	printf x >in
	rc 0 consul-template -once -consul-addr "$ADDR" -template 'in:out:env >env'
	! grep CONSUL_HTTP_ADDR env || fail "exported"
}

t_readiness_after_the_first_whole_render() {
	ADDR=dir://$PWD/s
	put a 1
	printf '{{ key "a" }}' >in1
	printf '{{ key "b" }}' >in2
	mkdir -p sv/ct
	printf '#!/bin/sh\nD=%s\nexec consul-template -consul-addr %s -template $D/in1:$D/o1 -template $D/in2:$D/o2 2>$D/err\n' \
		"$PWD" "$ADDR" >sv/ct/run
	chmod 755 sv/ct/run
	echo 3 >sv/ct/notification-fd
	bg s6-supervise sv/ct
	within 10 has o1 1
	! s6-svwait -U -t 500 sv/ct 2>/dev/null || fail "ready too early"
	put b 2
	s6-svwait -U -t 10000 sv/ct || fail "never ready: $(cat err)"
	has o2 2 || fail "ready without o2"
}

# Without a shell in the image a string of plain words is executed as it is.
t_no_shell() {
	ADDR=dir://$PWD/s
	mkdir -p s root/bin root/dev
	: >root/dev/null
	cp "$BUILD/basebox" root/bin/consul-template
	cp "$BUILD/basebox" root/bin/s6-svstat
	printf x >root/in
	[ "$(id -u)" = 0 ] || skip "chroot needs root"
	chroot root /bin/consul-template -once -template 'in:out:/bin/s6-svstat /none' 2>err
	is $? 14
	like "$(cat err)" 's6-svstat: fatal'
	chroot root /bin/consul-template -once -template 'in:out2:a && b' 2>err
	is $? 14
	like "$(cat err)" 'executable file not found'
}

t_term_ends_it_when_asked() {
	ADDR=dir://$PWD/s
	put a 1
	printf '{{ key "a" }}' >in
	echo 'term_without_child = true' >c.hcl
	ct -config c.hcl -template in:out
	within 10 has out 1
	kill -TERM "$CT"
	ends 12
}

# Only whole renderings are ever seen, whenever it is killed.
t_killed_at_any_time() {
	ADDR=dir://$PWD/s
	printf '{{ $n := key "n" }}{{ range loop 3000 }}{{ $n }}\n{{ end }}' >in
	for i in $(seq 15); do
		put n "$i"
		ct -template in:out
		sleep "0.0$((RANDOM % 60))"
		kill -KILL "$CT"
		wait "$CT" 2>/dev/null
		[ ! -e out ] || [ "$(sort -u out | wc -l) $(wc -l <out)" = '1 3000' ] || fail "torn: $(sort -u out | head -3)"
	done
}

t_no_descriptor_is_left() {
	ADDR=dir://$PWD/s
	put n 0
	printf '{{ key "n" }}{{ range ls "d" }}{{ .Key }}{{ end }}{{ file "f" }}' >in
	echo >f
	ct -template in:out:true
	within 10 test -e out
	put n 1
	within 10 grep -q 1 out
	local was
	was=$(ls "/proc/$CT/fd" | wc -l)
	for i in $(seq 2 40); do
		put n "$i"
		put "d/k$i" x
		within 10 grep -q "^$i" out
	done
	kill -HUP "$CT"
	put n last
	within 10 grep -q last out
	within 5 sh -c "[ \$(ls /proc/$CT/fd | wc -l) = $was ]"
}

# A server that is gone: one message per try, the file stays, then all is well.
t_consul_away_and_back() {
	consul_up
	put a 1
	printf '{{ key "a" }}' >in
	ct -consul-retry-attempts 0 -consul-retry-backoff 50ms -consul-retry-max-backoff 200ms -template in:out
	within 10 has out 1
	kill -KILL "$CPID"
	within 10 grep -q 'retry attempt 3' err
	is "$(cat out)" 1
	grep -q 'connection refused' err || fail "$(tail -n 2 err)"
	bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="$CPORT" \
		-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
		-serf-wan-port=-1 -log-level=err >consul.log 2>&1
	within 30 sh -c "curl -fs http://$ADDR/v1/status/leader | grep -q :"
	put a 2
	within 20 has out 2
}

sockets() { ls -l "/proc/$1/fd" | grep -c socket; }
# Keys below one prefix share a query; what they show is the same as ever.
t_many_keys_few_connections() {
	consul_up
	for i in $(seq 30); do
		put "m/k$i" "v$i"
		printf '{{ key "m/k%s" }}\n' "$i"
	done >in
	printf '{{ keyOrDefault "m/opt" "dflt" }} {{ keyExists "m/opt2" }}\n' >>in
	for i in $(seq 9); do
		put "deep/$i/port" "p$i"
		printf '{{ key "deep/%s/port" }}\n' "$i"
	done >>in
	ct -log-level debug -template in:out
	within 10 grep -q '^p9$' out
	grep -q '^dflt false$' out || fail "$(grep dflt out)"
	grep -q 'kv.list(m/) serves 32 keys' err || fail "$(grep serves err)"
	grep -q 'kv.list(deep/) serves 9 keys' err || fail "$(grep serves err)"
	[ "$(sockets "$CT")" -le 4 ] || fail "$(sockets "$CT") sockets"
	put m/k7 new
	within 10 grep -q '^new$' out
	put m/opt there
	put m/opt2 ''
	within 10 grep -q '^there true$' out
	curl -fsS -X DELETE "http://$ADDR/v1/kv/m/opt" >/dev/null
	within 10 grep -q '^dflt true$' out
	curl -fsS -X DELETE "http://$ADDR/v1/kv/m/k3" >/dev/null
	put deep/4/port p44
	within 10 grep -q '^p44$' out
	grep -q '^v3$' out || fail "a deleted key took its value away"
	put m/k3 again
	within 10 grep -q '^again$' out
	# the queries of the groups are nobody's dependencies
	is "$(grep -o 'watching [0-9]* dep' err | tail -n 1)" 'watching 41 dep'
	kill -INT "$CT"
	ends 12
}
# A prefix with far more keys than are watched is not worth it.
t_few_keys_of_many() {
	consul_up
	for i in $(seq 9); do printf '{{ key "w/k%s" }}\n' "$i"; done >in
	for i in $(seq 9) $(seq 100 160); do put "w/k$i" "v$i"; done
	ct -log-level debug -template in:out
	within 10 grep -q '^v9$' out
	grep -q 'are asked for singly again' err || fail "$(tail -n 2 err)"
	put w/k5 new
	within 10 grep -q '^new$' out
	[ "$(sockets "$CT")" -ge 9 ] || fail "$(sockets "$CT") sockets"
}
t_many_keys_once() {
	consul_up
	for i in $(seq 50); do
		put "o/k$i" "v$i"
		printf '{{ key "o/k%s" }}\n' "$i"
	done >in
	rc 0 consul-template -once -consul-addr "$ADDR" -template in:res
	is "$(wc -l <res)" 50
}

# One leader asks, the other instance lives on what it shares, and takes over.
t_dedup_takes_over() {
	consul_up
	put dd/a 1
	printf '{{ key "dd/a" }}{{ range ls "dd" }}.{{ .Key }}{{ end }}{{ keyOrDefault "dd/none" "-" }}' >in
	printf 'deduplicate { prefix = "dedup/" ttl = "10s" }\n' >c.hcl
	mkdir i1 i2
	(cd i1 && exec env --default-signal consul-template -consul-addr "$ADDR" -config ../c.hcl -log-level debug -template ../in:out 2>err) &
	P1=$! && echo $P1 >>"$T/.pids"
	within 10 has i1/out '1.a-'
	(cd i2 && exec env --default-signal consul-template -consul-addr "$ADDR" -config ../c.hcl -log-level debug -template ../in:out 2>err) &
	P2=$! && echo $P2 >>"$T/.pids"
	within 10 has i2/out '1.a-'
	put dd/a 2
	within 10 has i1/out '2.a-'
	within 10 has i2/out '2.a-'
	# The one whose template has the lock asks; the other has no view running.
	if grep -q 'acquired the lock' i1/err; then L=1 F=2; else L=2 F=1; fi
	! grep -q 'acquired the lock' i$F/err || fail "two leaders"
	grep -q 'was not watching 3' i$L/err || fail "the leader does not ask"
	! grep -q 'was not watching' i$F/err || fail "the follower asks too"
	if [ $L = 1 ]; then kill -INT $P1; else kill -INT $P2; fi
	within 10 grep -q 'acquired the lock' i$F/err
	put dd/a 3
	within 10 has i$F/out '3.a-'
}

# A certificate is asked for once, and not again while the file's is good.
t_pki_cert_is_kept() {
	command -v openssl >/dev/null && command -v python3 >/dev/null || skip "no openssl or python3"
	{
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
			-subj /CN=ca -addext basicConstraints=critical,CA:TRUE
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web.key -out web.csr -subj /CN=web
		openssl x509 -req -in web.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -out web.pem
	} 2>openssl.log || fail "$(tail -n 1 openssl.log)"
	mkdir v
	python3 - >v/rules <<'EOF2'
import json
text = lambda n: open(n).read()
print(json.dumps([{"path": "/v1/pki/issue/web", "method": "PUT", "body": {"lease_duration": 0, "data": {
    "certificate": text("web.pem"), "private_key": text("web.key"), "issuing_ca": text("ca.pem"),
    "ca_chain": [text("ca.pem")]}}}]))
EOF2
	bg python3 "$ROOT/tests/suites/runtime/fakes.py" serve v
	within 10 test -s v/port
	export VAULT_ADDR VAULT_TOKEN=t ADDR=dir://$PWD
	VAULT_ADDR=http://127.0.0.1:$(cat v/port)
	printf '{{ with pkiCert "pki/issue/web" "common_name=web" }}{{ .Data.Cert }}{{ .Data.Key }}{{ .Data.CA }}{{ len .Data.CAChain }}{{ end }}' >in
	rc 0 consul-template -once -vault-renew-token=false -template in:cert
	is "$(grep -c 'BEGIN CERTIFICATE' cert) $(grep -c 'PRIVATE KEY' cert) $(tail -c 1 cert)" '2 2 1'
	openssl verify -CAfile ca.pem cert >/dev/null 2>&1 || fail "the certificate is not the one"
	cp cert first
	rc 0 consul-template -once -vault-renew-token=false -template in:cert
	cmp -s first cert || fail "the file has changed"
	is "$(grep -c /v1/pki/issue v/log)" 1 requests
}

# render.json: what is missing, what failed, what was written.
t_status() {
	ADDR=dir://$PWD/s
	export BASEBOX_RUNTIME=$PWD/run
	mkdir -p run
	put a 1
	printf '{{ key "a" }}' >in1
	printf '{{ key "b" }}' >in2
	printf '{{ key "a" | parseInt }}' >in3
	printf 'template { source = "in1" destination = "o1" }
template { source = "in2" destination = "o2" }
template { source = "in3" destination = "o3" error_fatal = false }' >c
	ct -config c
	within 10 grep -q '"destination":"o2","complete":false,"at":0,"missing":\["kv.block(b)"\]' run/render.json
	grep -q '"renders":2' run/render.json || fail "$(cat run/render.json)"
	put b 2
	within 10 has o2 2
	put a x
	within 10 grep -q '"destination":"o3".*"error":"in3: execute' run/render.json
	kill -INT "$CT"
	ends 12
	[ ! -e run/render.json ] || fail "left behind"
}

# A file that makes its service critical is taken back, and not tried again.
t_rollback() {
	ADDR=dir://$PWD/s
	export BASEBOX_RUNTIME=$PWD/run BASEBOX_SCANDIR=$PWD/sv
	mkdir -p run sv/web conf
	put v good
	printf '{{ key "v" }}' >in
	printf '#!/bin/sh\ntrap "" HUP\nexec sleep 1000\n' >sv/web/run
	chmod 755 sv/web/run
	cat >conf/web.hcl <<END
service {
  name = "web"
  port = 1
  address = "127.0.0.1"
  check { args = ["/bin/sh", "-c", "! grep -q bad $PWD/out || exit 2"] interval = "200ms" failures_before_critical = 0 }
}
END
	printf 'template { source = "in" destination = "out" rollback = "30s" reload = "web" command = "cat out >>hist; echo >>hist" }' >c
	printf good >out
	bg s6-svscan sv
	bg register -config-dir conf -consul-addr "$ADDR" 2>reg.log
	within 30 grep -q '"verdict":"passing"' run/register.json
	ct -config c
	within 10 has out good
	put v bad
	within 30 grep -q 'turned critical: out is what it was before' err
	has out good || fail "out is $(cat out)"
	within 10 grep -q 'rolled back' run/render.json
	is "$(tail -n 2 hist | tr '\n' ' ')" "bad good " history
	within 30 grep -q '"verdict":"passing"' run/register.json
	put other 1
	put v better
	within 10 has out better
	within 10 grep -q '"error":""' run/render.json
}

# fake RULES: a server with these answers at $FAKE, its requests in f/log.
fake() {
	command -v python3 >/dev/null || skip "no python3"
	mkdir -p f
	printf '%s' "$1" >f/rules.new && mv f/rules.new f/rules
	[ -s f/port ] || bg python3 "$ROOT/tests/suites/runtime/fakes.py" serve f
	within 20 test -s f/port
	FAKE=http://127.0.0.1:$(cat f/port) ADDR=dir://$PWD
}
asked() { grep -c "\"path\": \"$1\"" f/log; }

# The token is renewed before anything else; the client library's own variables.
t_vault_requests() {
	fake '[{"path":"/v1/secret/a","seq":[{"status":500,"body":{"errors":["boom"]}},{"body":{"lease_duration":600,"data":{"n":41}}}]},
		{"path":"/v1/auth/token/renew-self","body":{"auth":{"renewable":true,"lease_duration":3600}}}]'
	export VAULT_ADDR=http://127.0.0.1:1 VAULT_AGENT_ADDR=$FAKE VAULT_TOKEN=t
	printf '{{ with secret "secret/a" }}{{ parseInt .Data.n | add 1 }}{{ end }}' >in
	VAULT_MAX_RETRIES=0 rc 14 consul-template -once -consul-addr "$ADDR" -vault-retry=false -template in:res
	is "$(asked /v1/secret/a)" 1 requests
	like "$(head -n 1 f/log)" /v1/auth/token/renew-self
	rc 0 consul-template -once -consul-addr "$ADDR" -template in:res
	is "$(cat res)" 42
	fake '[{"path":"/v1/secret/a","delay":30}]'
	VAULT_CLIENT_TIMEOUT=200ms VAULT_MAX_RETRIES=0 rc 14 timeout 20 consul-template -once -consul-addr "$ADDR" \
		-vault-renew-token=false -vault-retry=false -template in:res
}

# What Vault's client library reads from the environment.
t_vault_client_variables() {
	local began
	fake '[{"path":"/v1/secret/a","status":307,"headers":{"Location":"/v1/secret/b"}},
		{"re":"/v1/secret/","body":{"lease_duration":600,"data":{"n":"x"}}}]'
	export VAULT_ADDR=$FAKE VAULT_TOKEN=t VAULT_RENEW_TOKEN=false
	printf '{{ with secret "secret/a" }}{{ .Data.n }}{{ end }}' >in
	ct() { consul-template -once -consul-addr "$ADDR" -vault-retry=false -template in:res; }
	rc 0 ct
	is "$(cat res)" x
	VAULT_DISABLE_REDIRECTS=true rc 14 ct
	like "$(cat err)" 'no secret exists at secret/a'

	VAULT_RATE_LIMIT=5,1 rc 14 ct
	like "$(cat err)" 'VAULT_RATE_LIMIT was provided but incorrectly formatted'
	printf '{{ range loop 1 5 }}{{ with secret (print "secret/x" .) }}{{ .Data.n }}{{ end }}{{ end }}' >in
	began=$(date +%s%N)
	VAULT_RATE_LIMIT=5:1 rc 0 ct # 4 secrets, each with a look at its mount
	is "$(cat res)" xxxx
	[ $(($(date +%s%N) - began)) -gt 1300000000 ] || fail "no pause"

	VAULT_ADDR=http://vault.invalid:8200 VAULT_HTTP_PROXY=$FAKE rc 0 ct
	is "$(grep -c 'vault.invalid:8200' f/log)" 8 "requests at the proxy"
}
# A domain's SRV records name the server, when the address has no port.
t_vault_srv_lookup() {
	[ "$(id -u)" = 0 ] && unshare -n -m true 2>/dev/null || skip "no namespaces"
	mkdir -p vault/v1/secret
	echo '{"lease_duration":600,"data":{"n":"x"}}' >vault/v1/secret/a
	echo 'nameserver 127.0.0.1' >resolv.conf
	printf '{{ with secret "secret/a" }}{{ .Data.n }}{{ end }}' >in
	cat >inside <<-EOF
		mount --bind resolv.conf /etc/resolv.conf
		python3 $ROOT/tests/tools/dns_srv.py 18200 &
		python3 $ROOT/tests/tools/serve.py 18200 &
		trap 'kill %1 %2; wait' EXIT
		until (exec 3<>/dev/tcp/127.0.0.1/18200) 2>/dev/null; do sleep 0.1; done
		for on in true false; do
			VAULT_SRV_LOOKUP=\$on VAULT_ADDR=http://\$1 VAULT_TOKEN=t VAULT_RENEW_TOKEN=false consul-template \
				-once -vault-retry=false -template in:res.\$on 2>err.\$on || echo \$? >code.\$on
		done
	EOF
	unshare -n -m bash inside vault.test
	is "$(cat res.true)" x
	is "$(cat code.false)" 14
	like "$(cat err.false)" 'vault.test'
	is "$(grep -c '^33 ' questions)" 1 'questions for SRV'
	unshare -n -m bash inside vault.test:18201
	is "$(grep -c '^33 ' questions)" 1 'questions for SRV of an address with a port'
}
# A file that is a mount of its own cannot be replaced: it is written over.
t_mounted_file() {
	unshare -m true 2>/dev/null || skip "no namespaces"
	mkdir -p s/kv
	printf 'a long first value' >s/kv/a
	echo old >real
	echo old >real2
	: >made
	: >checked
	printf '{{ key "a" }}\n' >in
	cat >conf.hcl <<-EOF
		template { source = "in" destination = "made" }
		template { source = "in" destination = "checked" check = ["grep", "-q", "[a-z]", "{{.src}}"] }
	EOF
	cat >inside <<-EOF
		mount --bind real made
		mount --bind real2 checked
		exec consul-template -consul-addr dir://$PWD/s -config conf.hcl
	EOF
	bg unshare -m bash inside 2>err
	within 20 grep -q 'a long first' real
	printf 'second' >s/kv/a
	within 20 grep -qx second real
	within 20 grep -qx second real2
	is "$(wc -c <real) $(wc -c <real2)" "7 7" size
	like "$(cat err)" '"made" is a mount of its own'
	like "$(cat err)" '"checked" is a mount of its own'
	is "$(ls -A | grep -c '^\.[mc]')" 0 'files left'
}
# What is not in a variable is empty, and no end of us.
t_nomad_items() {
	fake '[{"path":"/v1/var/app","index":5,"ixh":"X-Nomad-Index","body":{"Namespace":"default","Path":"app","Items":{"user":"u1"}}}]'
	printf '{{ with nomadVar "app" }}{{ .user }}[{{ .none }}{{ .none.Key }}{{ index . "no" }}{{ .none.Parent }}{{ .none.Metadata }}]{{ .Parent.Path }}{{ end }}' >in
	NOMAD_ADDR=$FAKE rc 0 consul-template -once -consul-addr "$ADDR" -template in:res
	is "$(cat res)" 'u1[<nil><nil>]app'
}
# group: N INDEX OPTIONS KEY=VALUE=MODIFYINDEX...: rules for keys below p/, with
# N of them in the recursive answer and the rest for single requests only.
group() {
	python3 - "$@" <<'END'
import base64, json, sys
n, index, more = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
item = lambda k, v, m: {"Key": "p/" + k, "Value": base64.b64encode(v.encode()).decode(), "Flags": 0, "ModifyIndex": int(m)}
keys = [item(*a.split("=")) for a in sys.argv[4:]]
rules = [{"path": "/v1/kv/p/", "q": {"recurse": ""}, "body": keys[:n], "index": index, **more}]
rules += [{"path": "/v1/kv/" + k["Key"], "body": [k], "index": index} for k in keys]
print(json.dumps(rules + [{"path": "/v1/kv/p/no", "status": 403, "body": "Permission denied"}, {"re": ".", "status": 404, "index": index}]))
END
}
keys() { for i in $(seq "$1"); do printf 'k%s=v%s=2 ' "$i" "$i"; done; }
# The rules of a query that serves many keys.
t_group_rules() {
	local all
	all=$(keys 10)
	fake "$(group 9 5 '{}' $all)"
	ADDR=${FAKE#http://}
	{ for i in $(seq 10); do printf '{{ key "p/k%s" }} ' "$i"; done; printf '{{ keyOrDefault "p/opt" "d" }}'; } >in
	ct -consul-retry-backoff 20ms -template in:out
	# k10 is hidden from lists, opt is nowhere
	within 20 has out 'v1 v2 v3 v4 v5 v6 v7 v8 v9 v10 d'
	within 20 grep -q '"recurse": "".*"index": "5"\|"index": "5".*"recurse": ""' f/log
	# the same ModifyIndex is no change, whatever the value says
	fake "$(group 9 6 '{}' ${all/k1=v1=2 k2=v2=2/k1=xx=2 k2=yy=6})"
	within 20 has out 'v1 yy v3 v4 v5 v6 v7 v8 v9 v10 d'
	# without a leader nothing is data
	fake "$(group 0 7 '{"headers":{"X-Consul-Knownleader":"false"}}')"
	within 20 grep -q 'no known leader' err
	has out 'v1 yy v3 v4 v5 v6 v7 v8 v9 v10 d' || fail "$(cat out)"
	# an index that goes back is followed by a fresh read
	fake "$(group 9 3 '{"noblock":true}' ${all/k3=v3=2/k3=zz=3})"
	within 20 has out 'v1 v2 zz v4 v5 v6 v7 v8 v9 v10 d'
}
# Refused alone, it is an error of that key.
t_group_refused() {
	fake "$(group 9 5 '{}' $(keys 9))"
	ADDR=${FAKE#http://}
	{ for i in $(seq 9); do printf '{{ key "p/k%s" }} ' "$i"; done; printf '{{ key "p/no" }}'; } >in
	rc 14 timeout 40 consul-template -consul-addr "$ADDR" -consul-retry-attempts 2 -consul-retry-backoff 20ms -template in:res
	like "$(cat err)" 'kv.block(p/no): Unexpected response code: 403 (Permission denied)'
	[ ! -e res ] || fail rendered
}
# A value larger than any that is kept sends all of them back to one query each.
t_group_with_a_giant() {
	fake "$(group 9 5 '{}' $(keys 8))"
	python3 -c 'import json
r = json.load(open("f/rules"))
r[0]["body"].append({"Key": "p/x", "Value": "eHh4" * 200000, "Flags": 0, "ModifyIndex": 1})
json.dump(r, open("f/rules.new", "w"))' && mv f/rules.new f/rules
	ADDR=${FAKE#http://}
	for i in $(seq 8); do printf '{{ key "p/k%s" }} ' "$i"; done >in
	ct -template in:out
	within 20 has out 'v1 v2 v3 v4 v5 v6 v7 v8 '
}
# Lines that users look for.
t_log_lines() {
	local line
	fake '[{"path":"/v1/kv/a","kv":"1","index":5}]'
	ADDR=${FAKE#http://}
	printf '{{ key "a" }}' >in
	ct -log-level trace -template in:out -exec 'trap "echo hup >>got" HUP; echo up >>got; while :; do sleep 0.1; done' -reload-signal SIGUSR1
	within 10 has got up
	kill -HUP "$CT"
	within 10 grep -q hup got
	kill -INT "$CT"
	ends 12
	while read -r line; do grep -qF -- "$line" err || fail "no <$line>"; done <<'END'
[DEBUG] (watcher) adding kv.block(a)
[TRACE] kv.block(a): GET /v1/kv/a?stale=&wait=60000ms
[DEBUG] (runner) kv.block(a) is still needed
[INFO] (child) receiving signal "hangup"
[DEBUG] (cli) receiving signal "interrupt"
[INFO] (runner) received finish
END
}

check dir_follows
check dir_appears_later
check dir_services
check dir_refuses_cluster_things
check dir_address_is_not_exported
check readiness_after_the_first_whole_render
check no_shell
check term_ends_it_when_asked
check killed_at_any_time
check no_descriptor_is_left
check pki_cert_is_kept
check status
check rollback
check vault_requests
check vault_client_variables
check vault_srv_lookup
check mounted_file
check nomad_items
check log_lines
check group_rules
check group_refused
check group_with_a_giant
if [ -x "$CONSUL" ]; then
	check consul_follows
	check consul_away_and_back
	check dedup_takes_over
	check many_keys_few_connections
	check few_keys_of_many
	check many_keys_once
fi
finish

#!/bin/bash
# envconsul with the embedded store, a real Consul and a Vault that answers from
# files.
. "$(dirname "$0")/lib.sh"

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
dir() { ADDR=dir://$PWD/s; mkdir -p s/kv; }
consul_up() {
	local p
	p=$(free_port) ADDR=127.0.0.1:$p
	bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="$p" \
		-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
		-serf-wan-port=-1 -log-level=err >consul.log 2>&1
	within 30 sh -c "curl -fs http://$ADDR/v1/status/leader | grep -q :"
}
# once ARGUMENT...: the environment of the child goes to ./env, sorted.
once() {
	rc 0 env -i PATH="$PATH" KEEP=1 envconsul -once -consul-addr "$ADDR" "$@" -exec env
	sort out >env
	! grep -q ' \[ERR\]' err || fail "$(cat err)"
}
var() { grep -qxF "$1" env || fail "no <$1> in: $(tr '\n' ' ' <env)"; }
novar() { ! grep -q "^$1" env || fail "there is $1"; }

t_prefixes() {
	dir
	put app/port 80
	put app/db/host h
	put other/port 81
	once -prefix app
	var port=80
	var db/host=h
	var KEEP=1
	once -prefix /app -prefix other -sanitize -upcase
	var PORT=81
	var DB_HOST=h
	once -prefix other -prefix app -no-prefix=false -pristine
	var app_port=80
	var other_port=81
	novar KEEP
}

t_configuration() {
	dir
	put app/port 80
	put app/a-b x
	put app/user u
	export SECTION=app
	cat >c.hcl <<'END'
consul { address = "127.0.0.1:1" }
prefix {
  path = "{{ env \"SECTION\" }}"
  format = "my_{{ key }}"
}
prefix {
  path = "app"
  key { name = "port" format = "ONLY_{{ key }}" }
  key { name = "user" format = "{{ key | replaceKey \"user\" \"who\" }}" }
}
exec {
  env { denylist = ["KEEP"] custom = ["EXTRA=1"] }
}
END
	rc 0 env -i PATH="$PATH" SECTION=app KEEP=1 envconsul -config c.hcl -consul-addr "$ADDR" -once env
	cp out env
	var my_port=80
	var my_a-b=x
	var ONLY_port=80
	var who=u
	var EXTRA=1
	novar KEEP
	novar CONSUL_HTTP
	! grep -q '^user=\|^a-b=' env || fail "a key that is not listed"
}

# What HTML escapes is escaped in a name that a format makes.
t_format_is_html() {
	dir
	put "app/a&b" 1
	echo 'prefix { path = "app" format = "<{{ key }}>" }' >c
	once -config c
	var '<a&amp;b>=1'
	once -config c -sanitize
	var '_a_amp_b_=1'
}

t_refused() {
	dir
	rc 15 envconsul -once -prefix app
	like "$(cat err)" 'No command given'
	echo 'prefix { path = "app" format = "{{ key" }' >c
	rc 15 envconsul -config c true
	echo 'template { source = "x" }' >c
	rc 15 envconsul -config c true
	like "$(cat err)" 'has invalid keys: template'
	echo 'prefix { path = "x" }' >c
	rc 15 consul-template -config c -once
	like "$(cat err)" 'has invalid keys: prefix'
	rc 15 envconsul -log-level bogus true
	like "$(cat err)" 'invalid log level: bogus'
	rc 13 envconsul -template x true
	like "$(cat err)" 'flag provided but not defined: -template'
	echo 'prefix { path = "{{ env \"NOPE\" }}" }' >c
	rc 14 envconsul -config c -once true
	like "$(cat err)" 'environment variable not set: NOPE'
	rc 0 envconsul -v
	like "$(cat out)" 'envconsul v0.13.4'
	rc 0 envconsul -h
	like "$(cat out)" 'Usage: envconsul'
}

t_exit_code() {
	dir
	rc 7 envconsul -consul-addr "$ADDR" sh -c '"exit 7"'
	like "$(cat err)" 'unexpected exit from subprocess (7)'
	rc 3 envconsul -consul-addr "$ADDR" -log-level ERROR exit 3 ';'
}

t_old_names() {
	dir
	put a/k v
	rc 0 envconsul -consul "$ADDR" -once -retry 100ms -timeout 1s -prefix a -exec env
	grep -qx k=v out || fail "no variable"
	like "$(cat err)" '[WARN] envconsul: -consul is now called -consul-addr'
	printf 'auth { username = "u" }\n' >c
	rc 0 envconsul -config c -consul-addr "$ADDR" -once true
	like "$(cat err)" 'the auth stanza belongs inside consul'
}

child() { # appends a line at each start, then waits
	cat >child <<'END'
#!/bin/bash
trap 'echo end >>log; exit 0' INT TERM
trap 'echo usr1 >>log' USR1
echo "start ${port-none} $$" >>log
while :; do read -rt 0.1 <> <(:); done
END
	chmod 755 child
}
lines() { [ "$(grep -c "$1" log)" = "$2" ]; }

restart() {
	child
	put app/port 80
	bg envconsul -consul-addr "$ADDR" -prefix app -exec ./child 2>err
	EC=$PID
	within 10 grep -q '^start 80' log
	put app/port 81
	within 10 grep -q '^start 81' log
	lines end 1 || fail "the first child was not ended"
	put other 1
	put app/port 82
	within 10 grep -q '^start 82' log
	lines start 3 || fail "$(cat log)"
	kill -INT $EC
	within 10 dead $EC
	wait $EC
	is $? 12
	like "$(cat err)" 'Cleaning up...'
	lines end 3 || fail "child not ended"
}
t_dir_change_restarts() { dir; restart; }
t_consul_change_restarts() { consul_up; restart; }

t_change_signals_when_asked() {
	dir
	child
	put app/port 80
	echo 'exec { command = "./child" reload_signal = "SIGUSR1" }' >c
	bg envconsul -consul-addr "$ADDR" -config c -prefix app 2>err
	within 10 grep -q '^start 80' log
	put app/port 81
	within 10 grep -q usr1 log
	lines start 1 || fail "restarted"
}

t_reload_reads_anew() {
	dir
	child
	put app/port 80
	put b/port 90
	echo 'prefix { path = "app" }' >c
	bg envconsul -consul-addr "$ADDR" -config c -exec ./child 2>err
	within 10 grep -q '^start 80' log
	echo 'prefix { path = "b" }' >c
	kill -HUP "$PID"
	within 10 grep -q '^start 90' log
	lines end 1 || fail "the first child was not ended"
}

# wait goes for the first start too; several changes are one restart.
t_wait_gathers() {
	dir
	child
	put app/port 80
	bg envconsul -consul-addr "$ADDR" -prefix app -wait 1s:5s -exec ./child 2>err
	within 10 grep -q '^start 80' log
	put app/port 81
	put app/x 1
	put app/port 82
	within 10 grep -q '^start 82' log
	lines start 2 || fail "$(cat log)"
}

t_child_waits_for_everything() {
	dir
	child
	put app/port 80
	bg envconsul -consul-addr "$ADDR" -vault-addr http://127.0.0.1:1 -vault-retry-backoff 100ms \
		-vault-retry-attempts 1 -prefix app -secret secret/x -exec ./child 2>err
	within 10 grep -q 'vault.read(secret/x)' err
	[ ! -e log ] || fail "started"
	alive "$PID" || fail "gave up"
	rc 14 envconsul -once -vault-addr http://127.0.0.1:1 -vault-retry=false -secret secret/x true
}

# The words stay apart where there is no shell.
t_no_shell() {
	[ "$(id -u)" = 0 ] || skip "chroot needs root"
	mkdir -p root/bin root/s/kv root/dev
	: >root/dev/null
	cp "$BUILD/basebox" root/bin/envconsul
	for n in execlineb exit; do cp "$BUILD/basebox" root/bin/$n; done
	PATH=/bin /usr/sbin/chroot root /bin/envconsul -once -consul-addr dir:///s /bin/execlineb -c 'exit 9' 2>err
	is $? 9
}

t_services() {
	consul_up
	curl -fsS -X PUT -d '{"ID":"w1","Name":"web","Tags":["a","b"],"Address":"10.0.0.1","Port":80}' \
		"http://$ADDR/v1/agent/service/register"
	once -service-query web
	var web/id=w1
	var web/name=web
	var web/address=10.0.0.1
	var web/tag=a,b
	var web/port=80
	once -service-query web -service-format-port 'P_{{ service }}_{{ key }}' -upcase -sanitize
	var P_WEB_PORT=80
	var WEB_ADDRESS=10.0.0.1
}

# vault_up: answers of ./vault/PATH, an HTTP server of a few lines.
vault_up() {
	local p
	p=$(free_port) VAULT=http://127.0.0.1:$p
	cat >server.py <<'END'
import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = "vault" + self.path.split("?")[0]
        ok = os.path.isfile(path)
        body = open(path, "rb").read() if ok else b'{"errors":[]}'
        self.send_response(200 if ok else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_PUT = do_GET
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()
END
	bg python3 server.py "$p"
	within 20 curl -s "$VAULT/x"
}

t_secrets() {
	[ -x /usr/bin/python3 ] || skip "needs python3"
	dir
	vault_up
	mkdir -p vault/v1/secret vault/v1/kv/data vault/v1/sys/internal/ui/mounts/kv
	echo '{"data":{"user":"u","pass":"p&q","n":5,"none":null}}' >vault/v1/secret/app
	echo '{"data":{"path":"kv/","type":"kv","options":{"version":"2"}}}' >vault/v1/sys/internal/ui/mounts/kv/app
	echo '{"data":{"data":{"port":"99"},"metadata":{"version":3}}}' >vault/v1/kv/data/app
	put app/port 80
	once -vault-addr "$VAULT" -vault-token t -vault-renew-token=false -prefix app -secret secret/app -secret kv/app
	var port=80
	var secret_app_user=u
	var 'secret_app_pass=p&q'
	var kv_app_port=99
	novar secret_app_n
	like "$(cat err)" "skipping key 'n' of secret/app"
	once -vault-addr "$VAULT" -vault-token t -vault-renew-token=false -prefix app -secret kv/app -no-prefix
	var port=99
}

# Neither values nor tokens in the log.
t_log_holds_no_value() {
	dir
	put app/pw s3cr3tvalue
	rc 0 envconsul -once -log-level TRACE -consul-token t0k3nvalue -consul-addr "$ADDR" -prefix app true
	like "$(cat err)" 'envconsul: (runner)'
	! grep -q 's3cr3tvalue\|t0k3nvalue' err || fail "a value is in the log"
}

for t in $(compgen -A function t_); do
	case ${t#t_} in
	consul_*|services) [ -x "$CONSUL" ] || continue ;;
	esac
	check "${t#t_}"
done
finish

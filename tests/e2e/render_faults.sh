#!/bin/bash
# consul-template where things go wrong: servers, disks, tokens, kills. And what
# goes beyond the original around templates that fail.
. "$(dirname "$0")/lib.sh"

KILLS=${KILLS:-40} # killed_while_writing: tries
has() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
put() { printf '%s' "$2" >"kv/.new" && mv kv/.new "kv/$1"; }
mode() { printf '%s' "$1" >.mode && mv .mode mode; }
FAST='-consul-retry-backoff 50ms -consul-retry-max-backoff 100ms -consul-retry-attempts 0'
# A runtime directory of its own: renderers elsewhere keep the usual one's view.
ct() { BASEBOX_RUNTIME=${BASEBOX_RUNTIME-$PWD/run} bg consul-template "$@" 2>err; CT=$PID; }
ends() { within 20 dead "$CT"; wait "$CT"; is $? "$1" "exit code"; }
# serve [CERT KEY]: tests/tools/serve.py here
serve() {
	local try
	mkdir -p kv vault
	for try in 1 2 3 4 5; do
		PORT=$(free_port)
		bg python3 "$ROOT/tests/tools/serve.py" "$PORT" "$@" 2>serve.log
		SERVER=$PID
		within 20 listens_or_ended
		alive "$SERVER" && return
	done
	fail "no server: $(tail -n 1 serve.log)"
}
listens_or_ended() { dead "$SERVER" || (exec 3<>"/dev/tcp/127.0.0.1/$PORT"); }

# Whatever the server says, the file keeps what it had, and follows again.
fault() { # MODE TEXT-OF-THE-ERROR
	serve
	put a 1
	printf '{{ key "a" }}' >in
	ct -consul-addr "127.0.0.1:$PORT" $FAST -template in:out
	within 20 has out 1
	mode "$1"
	within 20 grep -q "$2" err
	put a 2
	sleep 0.3
	has out 1 || fail "out is $(head -c 100 out)"
	rm mode
	within 20 has out 2
	alive "$CT" || fail "ended"
	kill -INT "$CT"
	ends 12
}
t_garbage() { fault garbage 'kv.block(a)'; }
t_truncated() { fault truncated 'kv.block(a)'; }
t_huge() { fault huge 'kv.block(a)'; }
t_hang() { fault hang 'kv.block(a)'; }
t_status_403() { fault 403 'Unexpected response code: 403'; }
t_status_429() { fault 429 'Unexpected response code: 429'; }
t_status_500() { fault 500 'Unexpected response code: 500'; }

t_status_404() { # is an answer: the key is not there, the file stays
	serve
	put a 1
	printf '{{ key "a" }}' >in
	ct -consul-addr "127.0.0.1:$PORT" $FAST -template in:out
	within 20 has out 1
	rm kv/a
	within 20 sh -c '[ "$(wc -l <requests)" -gt 4 ]'
	has out 1 || fail "out is $(cat out)"
	put a 2
	within 20 has out 2
}

# A server that starts again answers before it has read its log. What it had
# before counts until the leader says something else.
t_server_starts_again() {
	local n
	serve
	put app 1
	printf '{{ range tree "app" }}{{ .Value }}{{ end }}' >in
	ct -consul-addr "127.0.0.1:$PORT" $FAST -template 'in:out:cat out >>all; echo >>all'
	within 20 has out 1
	mode lost
	within 20 grep -q 'retry attempt 2' err
	mode behind
	n=$(wc -l <requests)
	within 20 sh -c "[ \$(wc -l <requests) -gt $((n + 8)) ]"
	put app 2
	within 20 has out 2
	rm mode
	put app 3
	within 20 has out 3
	alive "$CT" || fail "ended"
	is "$(tr '\n' ' ' <all)" '1 2 3 ' 'all that was rendered'
}

# An expired token that is replaced in its file.
t_token_file() {
	serve
	put a 1
	echo old >token
	mode token:old
	printf '{{ key "a" }}' >in
	ct -consul-addr "127.0.0.1:$PORT" $FAST -consul-token-file token -template in:out
	within 20 has out 1
	mode token:new
	put a 2
	within 20 grep -q 'Unexpected response code: 403' err
	echo new >token
	within 20 has out 2
}

certs() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca \
		-addext basicConstraints=critical,CA:TRUE
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=other \
		-addext basicConstraints=critical,CA:TRUE
	openssl req -newkey rsa:2048 -nodes -keyout srv.key -out srv.csr -subj /CN=127.0.0.1
	printf 'subjectAltName=IP:127.0.0.1,DNS:good\n' >ext
	openssl x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out srv.pem
	openssl x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days -1 -extfile ext -out late.pem ||
		openssl x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -not_before 20200101000000Z \
			-not_after 20200102000000Z -extfile ext -out late.pem
} >/dev/null 2>&1
once_tls() {
	rc "$1" consul-template -once -consul-addr "https://127.0.0.1:$PORT" -consul-retry=false \
		-consul-ssl -template in:made "${@:2}"
}
t_tls() {
	command -v openssl >/dev/null || skip "needs openssl"
	certs
	serve srv.pem srv.key
	put a 1
	printf '{{ key "a" }}' >in
	once_tls 0 -consul-ssl-ca-cert ca.pem
	has made 1 || fail "no file"
	rm made
	once_tls 14 -consul-ssl-ca-cert other.pem
	once_tls 14 -consul-ssl-ca-cert ca.pem -consul-ssl-server-name bad
	[ ! -e made ] || fail "rendered"
	once_tls 0 -consul-ssl-ca-cert ca.pem -consul-ssl-server-name good
	rm made
	kill "$SERVER"
	[ -s late.pem ] || return 0
	serve late.pem srv.key
	once_tls 14 -consul-ssl-ca-cert ca.pem
	[ ! -e made ] || fail "rendered with an expired certificate"
}

# --- disks ---

t_disk_full() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	mkdir small s s/kv
	mount -t tmpfs -o size=64k none small 2>/dev/null || skip "no mount"
	printf 1 >s/kv/a
	printf '{{ key "a" }}' >in
	echo 'template { source = "in" destination = "small/out" error_fatal = false }' >c
	ct -consul-addr "dir://$PWD/s" -config c
	within 20 has small/out 1
	head -c 100000 /dev/zero | tr '\0' x >s/kv/.n
	mv s/kv/.n s/kv/a
	within 20 grep -q 'No space left\|no space left' err || { umount small; fail "$(cat err)"; }
	r=0
	{ has small/out 1 && [ "$(ls -A small)" = out ]; } || r=1
	printf 3 >s/kv/.n
	mv s/kv/.n s/kv/a
	for _ in {1..400}; do has small/out 3 && break; sleep 0.05; done
	has small/out 3 || r=2
	kill -INT "$CT"
	within 10 dead "$CT"
	umount small
	is $r 0 "what went wrong"
}

t_folder_is_read_only() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	mkdir -p ro s/kv
	printf 1 >s/kv/a
	printf '{{ key "a" }}' >in
	mount -t tmpfs none ro 2>/dev/null || skip "no mount"
	printf 0 >ro/out
	mount -o remount,ro ro
	rc 14 consul-template -once -consul-addr "dir://$PWD/s" -template in:ro/out
	r=0
	has ro/out 0 || r=1
	umount ro
	is $r 0
	like "$(cat err)" 'ead-only file system'
}

# Only the old or the new text is ever seen.
t_killed_while_writing() {
	local i n=0
	mkdir -p s/kv
	printf '{{ $v := key "a" }}{{ range loop 3000 }}{{ $v }}{{ end }}' >in
	for ((i = 0; i < KILLS; i++)); do
		printf %s $((i % 10)) >s/kv/.n
		mv s/kv/.n s/kv/a
		consul-template -once -consul-addr "dir://$PWD/s" -template in:out 2>/dev/null &
		sleep "0.00$((RANDOM % 10))$((RANDOM % 10))"
		kill -9 $! 2>/dev/null && n=$((n + 1))
		wait $! 2>/dev/null
		[ -e out ] || continue
		[ "$(wc -c <out)" = 3000 ] && [ "$(fold -w1 out | sort -u | wc -l)" = 1 ] ||
			fail "half a file at try $i"
	done
	[ $n -gt 0 ] || fail "never killed in time"
}

# --- beyond the original ---

t_failed_command_is_only_said() {
	printf x >in
	printf y >in2
	echo 'command_error_fatal = false
template { source = "in" destination = "out" command = "false" }
template { source = "in2" destination = "out2" command = "touch done" }' >c
	mkdir s
	ct -consul-addr "dir://$PWD/s" -config c
	within 20 test -e done
	within 20 grep -q 'failed to execute command' err
	alive "$CT" || fail "ended"
	kill -INT "$CT"
	ends 12
}

t_once_ends_when_a_template_cannot() {
	mkdir s
	printf '{{ "x" | parseInt }}' >in
	printf fine >in2
	echo 'template { source = "in" destination = "out" error_fatal = false }
template { source = "in2" destination = "out2" }' >c
	rc 14 timeout 20 consul-template -once -consul-addr "dir://$PWD/s" -config c
	has out2 fine || fail "the other one is not rendered"
}

t_folder_of_templates() {
	serve
	mkdir -p tt/sub vault/v1/secret s/kv dst
	echo '{"data":{"pw":"geheim"}}' >vault/v1/secret/x
	printf 1 >s/kv/a
	printf '{{ key "a" }}' >tt/a.conf.tmpl
	printf '{{ with secret "secret/x" }}{{ .Data.pw }}{{ end }}' >tt/sub/pw.ctmpl
	printf plain >tt/plain
	printf hidden >tt/.hidden
	echo 'template { source = "tt" destination = "dst" }' >c
	rc 0 consul-template -once -consul-addr "dir://$PWD/s" -vault-addr "http://127.0.0.1:$PORT" \
		-vault-token t0ken -vault-renew-token=false -config c
	has dst/a.conf 1 || fail "a.conf"
	has dst/sub/pw geheim || fail "pw"
	has dst/plain plain || fail "plain"
	is "$(find dst -type f | wc -l)" 3 files
	is "$(stat -c %a dst/sub/pw)" 600
	is "$(stat -c %a dst/a.conf)" 644
	rc 14 consul-template -once -consul-addr "dir://$PWD/s" -template tt:none
	like "$(cat err)" 'is a directory'
}

# --- Vault ---

t_agent_token_changes() { # what was got with the old token is got again
	serve
	mkdir -p vault/v1/secret
	echo '{"data":{"pw":"one"},"lease_duration":3600}' >vault/v1/secret/x
	printf '{{ with secret "secret/x" }}{{ .Data.pw }}{{ end }}' >in
	echo t1 >token
	mkdir s
	ct -consul-addr "dir://$PWD/s" -vault-addr "http://127.0.0.1:$PORT" -vault-agent-token-file token \
		-vault-client-user-agent me/1 -template in:out
	within 20 has out one
	echo '{"data":{"pw":"two"},"lease_duration":3600}' >vault/v1/secret/x
	echo t2222 >token
	within 40 has out two
	grep -q 'secret/x t1 me/1' requests || fail "user agent"
	grep -q 'secret/x t2222' requests || fail "old token"
}

t_kubernetes_logs_in_again() {
	serve
	mkdir -p vault/v1/secret vault/v1/auth/kubernetes vault/v1/auth/token
	echo '{"auth":{"client_token":"k1","lease_duration":2,"renewable":true}}' >vault/v1/auth/kubernetes/login
	echo '{"auth":{"client_token":"k1","lease_duration":2,"renewable":false}}' >vault/v1/auth/token/renew-self
	echo '{"data":{"pw":"one"},"lease_duration":3600}' >vault/v1/secret/x
	printf '{{ with secret "secret/x" }}{{ .Data.pw }}{{ end }}' >in
	mkdir s
	echo 'vault { k8s_auth_role_name = "r" k8s_service_account_token = "jwt" }' >c
	ct -config c -consul-addr "dir://$PWD/s" -vault-addr "http://127.0.0.1:$PORT" -template in:out
	within 20 has out one
	echo '{"auth":{"client_token":"k2","lease_duration":3600,"renewable":true}}' >vault/v1/auth/kubernetes/login
	echo '{"data":{"pw":"two"},"lease_duration":3600}' >vault/v1/secret/x
	within 30 has out two
	grep -q 'secret/x k2' requests || fail "old token"
}

t_tokens_are_not_shown() {
	mkdir -p s/kv
	printf '{{ key "a" }}' >in
	ct -consul-addr "dir://$PWD/s" -vault-addr http://127.0.0.1:1 -vault-token=s3cret1 -consul-token s3cret2 \
		-log-level trace -template in:out
	within 20 grep -q 'kv.block(a)' err
	! tr '\0' ' ' <"/proc/$CT/cmdline" | grep -q s3cret || fail "in argv"
	! grep -q s3cret err || fail "in the log"
}

HTTP='garbage truncated huge hang server_starts_again status_403 status_404 status_429 status_500 token_file tls
	folder_of_templates agent_token_changes kubernetes_logs_in_again'
for t in $(compgen -A function t_); do
	case " $(echo $HTTP) " in
	*" ${t#t_} "*) command -v python3 >/dev/null || continue ;;
	esac
	check "${t#t_}"
done
finish

#!/bin/bash
# health: verdicts, outputs and exit codes against the sample service, waiting,
# expectations, hostile servers, and this container's own verdict.
. "$(dirname "$0")/lib.sh"

APP=$BUILD/test/app
mkdir -p "$BUILD/test"
gcc -static -Os -D_GNU_SOURCE -o "$APP" "$ROOT/tests/sample/app.c" || exit 111

# app [LINE...]: the sample on a free port, in $PORT
app() {
	PORT=$(free_port)
	printf 'port = %s\ngreeting = {"db": "ok", "n": 3}\n' "$PORT" >app.conf
	printf '%s\n' "$@" >>app.conf
	bg "$APP" app.conf app.log
	within 10 grep -q listening app.log
}

t_http() {
	app
	rc 0 health "http://127.0.0.1:$PORT/health"
	like "$(cat out)" "passing: HTTP GET http://127.0.0.1:$PORT/health: 200 OK"
	curl -s "http://127.0.0.1:$PORT/sick" >/dev/null
	rc 1 health "http://127.0.0.1:$PORT/health"
	like "$(cat out)" "critical: HTTP GET"
	like "$(cat out)" "503 Service Unavailable"
	rc 0 health --status 200-299,503 "http://127.0.0.1:$PORT/health"
	rc 0 health --invert "http://127.0.0.1:$PORT/health"
	rc 1 health "http://127.0.0.1:1/"
	like "$(cat out)" "connection refused"
}

t_expectations() {
	app
	rc 0 health --expect-json db=ok --expect-json n=3 "http://127.0.0.1:$PORT/"
	rc 1 health --expect-json db=down "http://127.0.0.1:$PORT/"
	rc 0 health --expect-body '"db": "o.?' "http://127.0.0.1:$PORT/"
	rc 1 health --expect-body nothing "http://127.0.0.1:$PORT/"
	rc 0 health --expect-header 'Connection: ^close$' "http://127.0.0.1:$PORT/"
	rc 1 health --expect-header 'X-None: .' "http://127.0.0.1:$PORT/"
}

t_several() {
	app
	rc 0 health "http://127.0.0.1:$PORT/" "tcp://127.0.0.1:$PORT"
	is "$(grep -c ^passing: out)" 2
	rc 1 health "http://127.0.0.1:$PORT/" tcp://127.0.0.1:1
	rc 0 health --any "http://127.0.0.1:$PORT/" tcp://127.0.0.1:1
	rc 1 health --json "tcp://127.0.0.1:$PORT" tcp://127.0.0.1:1
	is "$(jq -r '[.passing, .checks[].status] | map(tostring) | join(" ")' out)" "false passing critical"
	rc 1 health -q tcp://127.0.0.1:1
	is "$(cat out)" ""
}

t_local_kinds() {
	rc 0 health "file://$PWD/out"
	touch -d '1 hour ago' old
	rc 1 health "file://$PWD/old?max-age=1m"
	rc 0 health "file://$PWD/old?max-age=2h"
	rc 0 health -- true
	rc 0 health -- sh -c 'exit 1'
	like "$(cat out)" "warning: exec sh: exit 1"
	rc 1 health --strict -- sh -c 'exit 1'
	rc 1 health -- sh -c 'echo reason; exit 2'
	is "$(cat out)" "critical: exec sh: exit 2: reason"
	rc 1 health -- sh -c 'kill -9 $$'
	like "$(cat out)" "killed by SIGKILL"
	rc 1 health --timeout 200ms -- sleep 30
	like "$(cat out)" "timed out after 200ms"
	rc 1 health -- /nonexistent
}

t_unix() {
	python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("s.sock"); s.listen(); time.sleep(30)' &
	echo $! >>.pids
	within 10 test -S s.sock
	rc 0 health "unix://$PWD/s.sock"
	rc 1 health "unix://$PWD/none.sock"
}

# An answer, silence and a refusal; names are looked up beside the loop.
t_udp() {
	local p
	p=$(free_port)
	python3 - "$p" <<-'PY' &
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", int(sys.argv[1])))
		open("up", "w").close()
		while True:
		    d, a = s.recvfrom(100)
		    if d: s.sendto(b"got " + d, a)
	PY
	echo $! >>.pids
	within 10 test -e up
	rc 0 health --body hi "udp://127.0.0.1:$p"
	is "$(cat out)" "passing: UDP udp://127.0.0.1:$p: answered 6 bytes"
	rc 0 health --body hi "udp://localhost:$p"
	rc 0 health --timeout 300ms "udp://127.0.0.1:$p"
	like "$(cat out)" "sent, nobody refused it"
	rc 1 health udp://127.0.0.1:1
	like "$(cat out)" "Connection refused"
	rc 1 health udp://name.invalid:1
}

t_wait() {
	PORT=$(free_port)
	printf 'port = %s\ngreeting = x\ndelay = 700\n' "$PORT" >app.conf
	bg "$APP" app.conf app.log
	rc 7 health --wait 20s "http://127.0.0.1:$PORT/" -- sh -c 'exit 7'
	rc 1 health --wait 300ms tcp://127.0.0.1:1
	rc 1 health --wait 0s tcp://127.0.0.1:1 -- touch no # one look, no check of its own
	[ ! -e no ] || fail "executed"
	rc 7 health --wait 0s "tcp://127.0.0.1:$PORT" -- sh -c 'exit 7'
	rc 127 health --wait 5s "tcp://127.0.0.1:$PORT" -- /nonexistent
	# so many times in a row
	PORT=$(free_port)
	bg python3 -u -m http.server -b 127.0.0.1 "$PORT" 2>requests
	within 10 health -q "tcp://127.0.0.1:$PORT"
	rc 0 health --wait 20s --success-before-passing 3 "http://127.0.0.1:$PORT/?n"
	is "$(grep -c '/?n' requests)" 3 probes
}

# One line for each change; the thresholds hold there, and one JSON object a line.
t_watch() {
	touch f
	health --watch --json --interval 20ms --failures-before-warning 2 \
		--failures-before-critical 4 "file://$PWD/f" >lines &
	echo $! >>.pids
	within 10 grep -q passing lines
	rm f
	within 10 grep -q critical lines
	is "$(jq -r .status lines | xargs)" "passing warning critical"
}

t_wrong_usage() {
	local c
	for c in ftp://x tcp://h tcp://h:70000 'file:///x?a=b' service:; do
		rc 100 health "$c"
		[ -s err ] || fail "$c: no message"
	done
	rc 100 health --timeout -1s tcp://h:1
	like "$(cat err)" '--timeout: '
	rc 100 health --wait -1s tcp://h:1
	like "$(cat err)" '--wait: '
	rc 100 health 'file:///etc/passwd?max-age=-1s'
	rc 100 health --ca-file /nonexistent https://h/
	like "$(cat err)" /nonexistent
	rc 100 health --no-such-option
	# nothing is probed, and the argument is named
	refused 'option --output-max-size: ' --output-max-size=0 http://h/
	refused 'option --wait: time: invalid duration "x"' --wait=x http://h/
	refused 'option --interval: ' --interval=0s http://h/
	refused 'option --success-before-passing: ' --success-before-passing=x http://h/
	refused 'expect_json: expected "path=value", got "a"' --expect-json=a http://h/
	refused 'expect_json: ' --expect-json==a http://h/
	refused 'header: expected "Name: value", got "x"' --header=x http://h/
	refused 'header: ' --header=':x' http://h/
	refused 'header: ' --header=$'X: a\r\nY: b' http://h/
	refused 'expect_header: ' --expect-header=x http://h/
	refused 'expect_header: ' --expect-header='X: (' http://h/
	refused 'method: ' --method= http://h/
	refused 'method: ' --method='A B' http://h/
	refused 'key_file without cert_file' --key-file=/dev/null https://h/
}
refused() { # TEXT OPTION CHECK
	rc 100 health "${@:2}"
	like "$(cat err)" "$1"
	is "$(cat out)" ""
}

# Endless bodies, headers and silence cost a time limit and a few kilobytes.
t_hostile() {
	local p
	p=$(free_port)
	python3 - "$p" <<-'PY' &
		import socket, sys, threading
		s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(20)
		def serve(c):
		    try:
		        path = c.recv(4096).split(b" ")[1]
		        if path == b"/body":
		            c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
		            while True: c.sendall(b"x" * 65536)
		        if path == b"/head":
		            c.sendall(b"HTTP/1.1 200 OK\r\n")
		            while True: c.sendall(b"A: " + b"y" * 60000 + b"\r\n")
		        if path == b"/nul":
		            c.sendall(b"HTTP/1.1 500 a\r\nContent-Length: 6\r\n\r\na\0b\xff\n\x1bz")
		        if path == b"/loop":
		            c.sendall(b"HTTP/1.1 302 F\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		        if path == b"/slow":
		            threading.Event().wait(30)
		    except OSError: pass
		    c.close()
		while True:
		    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
	PY
	echo $! >>.pids
	within 10 health -q "tcp://127.0.0.1:$p"
	rc 0 health "http://127.0.0.1:$p/body"
	[ "$(wc -c <out)" -lt 5000 ] || fail "output of $(wc -c <out) bytes"
	rc 1 health "http://127.0.0.1:$p/head"
	rc 1 health "http://127.0.0.1:$p/nul"
	grep -qaP '\x00|\x1b' out && fail "control bytes in the output"
	rc 1 health "http://127.0.0.1:$p/loop"
	rc 1 health --timeout 300ms "http://127.0.0.1:$p/slow"
	like "$(cat out)" "timed out"
}

t_secrets() {
	local u=http://user:hunter2@127.0.0.1:1/
	rc 1 health $u
	grep hunter2 out err && fail "the password is shown"
	rc 1 health --json --wait 3500ms $u
	like "$(cat err)" 'waiting for http://***@127'
	grep hunter2 out err && fail "the password is shown while waiting"
	rc 100 health --expect-body '(' $u
	grep hunter2 out err && fail "the password is shown in an error"
	return 0
}

t_container() {
	mkdir -p s/app run
	printf '#!/bin/sh\nexec sleep 100\n' >s/app/run
	chmod 755 s/app/run
	export BASEBOX_RUNTIME=$PWD/run BASEBOX_SCANDIR=$PWD/s
	rc 1 health
	bg s6-svscan s
	within 10 health -q
	rc 0 health service:app
	s6-svc -wD -T 5000 -d s/app
	rc 0 health # wanted down
	rc 1 health service:app
	echo 3 >s/app/notification-fd
	s6-svc -u s/app
	within 5 sh -c 's6-svstat -u s/app | grep -q true'
	rc 1 health
	like "$(cat out)" "not ready"
	health --watch --interval 20ms >lines &
	echo $! >>.pids
	within 10 grep -q 'not ready' lines
	s6-svc -wD -T 5000 -d s/app
	within 10 grep -q 'wanted are up' lines
	is "$(grep -c 'not ready' lines)" 1
}

t_check_config() {
	echo 'service { check { http = "http://h/" interval = "1s" } }' >a.hcl
	printf 'check {\n  tcp = "h"\n}\ncheck {\n  bogus = 1\n}\n' >b.hcl
	rc 0 health --check-config a.hcl
	rc 100 health --check-config a.hcl --check-config b.hcl
	like "$(cat err)" "b.hcl:1: check: tcp://h: the port"
	like "$(cat err)" "b.hcl:5: check: unknown key bogus"
}

for t in http expectations several local_kinds unix udp wait watch wrong_usage hostile secrets container check_config; do
	check $t
done
finish

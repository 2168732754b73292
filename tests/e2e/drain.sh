#!/bin/bash
# A rolling restart under load: two instances of a service, a look-up in the
# store and a new connection for each request. Deregistered and drained before
# the program stops, no request fails; stopped first, some do. ROLLS and RATE
# make it longer, RESULT names a file for the counts.
LIMIT=${LIMIT:-240}
. "$(dirname "$0")/lib.sh"
ROLLS=${ROLLS:-2} RATE=${RATE:-50}

cat >"$work/app.py" <<'PY'
import http.server, os, signal, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *a): pass
class S(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    allow_reuse_address = True
signal.signal(signal.SIGTERM, lambda *a: os._exit(0))
s = S(("127.0.0.1", int(sys.argv[1])), H)
open(3, "w").write("\n")
s.serve_forever()
PY
# load ADDR RATE STOPFILE: requests by look-up, a line "sent failed" at the end
cat >"$work/load.py" <<'PY'
import json, os, random, sys, threading, time, urllib.request
addr, rate, stop = sys.argv[1], float(sys.argv[2]), sys.argv[3]
sent = failed = 0
lock = threading.Lock()
def one():
    global sent, failed
    why = None
    try:
        u = "http://%s/v1/health/service/web?passing" % addr
        l = json.load(urllib.request.urlopen(u, timeout=20))
        s = random.choice(l)["Service"]
        urllib.request.urlopen("http://127.0.0.1:%d/" % s["Port"], timeout=20).read()
    except Exception as e:
        why = repr(e)
    with lock:
        sent += 1
        if why:
            failed += 1
            print(why, file=sys.stderr)
t = time.monotonic()
threads = []
while not os.path.exists(stop):
    x = threading.Thread(target=one); x.start(); threads.append(x)
    t += 1 / rate
    d = t - time.monotonic()
    if d > 0: time.sleep(d)
    else: t = time.monotonic()
for x in threads: x.join()
open(stop + ".sum", "w").write("%d %d\n" % (sent, failed))
PY
passing() { [ "$(curl -fs "http://$ADDR/v1/health/service/web?passing" | grep -c '"ID": "web[12]"')" -ge "$1" ]; }
# box N: one container's processes: a supervised app, its registrar
box() {
	local d=$PWD/box$1
	mkdir -p "$d"/s/web "$d"/conf "$d"/run
	[ -e "$d/port" ] || free_port >"$d/port"
	printf '#!/bin/sh\nexec python3 %s %s\n' "$work/app.py" "$(cat "$d/port")" >"$d/s/web/run"
	echo 3 >"$d/s/web/notification-fd"
	chmod 755 "$d/s/web/run"
	echo "service { name = \"web\" id = \"web$1\" port = $(cat "$d/port") address = \"127.0.0.1\" }" >"$d/conf/web.hcl"
	bg s6-svscan "$d/s"
	echo "$PID" >"$d/scan"
	bg env BASEBOX_RUNTIME="$d/run" BASEBOX_SCANDIR="$d/s" register -config-dir "$d/conf" -consul-addr "$ADDR" -drain 2s 2>>reg.log
	echo "$PID" >"$d/reg"
}
gone() { dead "$(cat "box$1/$2")"; }
# What init does: the registrar first, the services when it has ended.
ordered() {
	kill -TERM "$(cat "box$1/reg")"
	within 60 gone "$1" reg
	kill -TERM "$(cat "box$1/scan")"
	within 60 gone "$1" scan
}
at_once() { # deregistered in the same moment, not drained
	kill -TERM "$(cat "box$1/scan")" "$(cat "box$1/reg")"
	within 60 gone "$1" scan
	within 60 gone "$1" reg
}
unordered() { # the program ends, its registration stays until the next start
	kill -KILL "$(cat "box$1/reg")" # first, or it tells of the end
	within 60 gone "$1" reg
	kill -TERM "$(cat "box$1/scan")"
	within 60 gone "$1" scan
}
roll() {
	agent
	box 1
	box 2
	within 60 passing 2
	env -u http_proxy -u HTTP_PROXY python3 "$work/load.py" "$ADDR" "$RATE" "$PWD/stop" 2>why &
	local load=$! i
	echo $load >>"$T/.pids"
	for ((i = 0; i < ROLLS; i++)); do
		"$1" $((i % 2 + 1))
		[ "$1" = unordered ] && sleep 1
		box $((i % 2 + 1))
		within 60 passing 2
	done
	touch stop
	wait $load
	read -r sent failed_requests <stop.sum
	echo "# $1: $sent requests, $failed_requests failed in $ROLLS restarts"
	[ -z "${RESULT-}" ] || echo "$1: $sent requests, $failed_requests failed in $ROLLS restarts" >>"$RESULT"
	[ "$sent" -gt 0 ] || fail "no load"
}
t_ordered_loses_nothing() {
	roll ordered
	is "$failed_requests" 0 "failed: $(head -n 2 why)"
}
t_at_once() { roll at_once; } # only counted: it may be lucky
t_unordered_loses_some() { # what the order is for: the load does notice
	roll unordered
	[ "$failed_requests" -gt 0 ] || fail "the load cannot tell the difference"
}

if [ -x "$CONSUL" ] && command -v python3 >/dev/null; then
	for t in ordered_loses_nothing unordered_loses_some; do check $t; done
	[ -z "${RESULT-}" ] || check at_once
fi
finish

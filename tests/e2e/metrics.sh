#!/bin/bash
# metrics: Prometheus' text, the health page and the status of a container over
# a UNIX socket and a port.
. "$(dirname "$0")/lib.sh"

service()
{
	mkdir -p "sc/$1"
	printf '#!%s/execlineb -P\n%s\n' "$BIN" "$2" >"sc/$1/run"
	chmod +x "sc/$1/run"
}
boot()
{
	bg s6-svscan sc
	SCAN=$PID
	export BASEBOX_SCANDIR=$T/sc BASEBOX_RUNTIME=$T/runtime
	mkdir -p runtime
	local s
	for s in "$@"; do within 20 s6-svok "sc/$s"; done
}
# get PATH [CURL OPTION...]: the body in $T/out, the code in $CODE
get()
{
	local path=$1
	shift
	CODE=$(curl -s -m 10 --unix-socket runtime/metrics.sock -o out \
		-w '%{http_code}' "$@" "http://x$path")
}
metric() { get /metrics && grep -qxF -e "$1" out; }
code_is() { get "$1" && [ "$CODE" = "$2" ]; }

t_metrics()
{
	service app 'sleep 1000'
	service bad 'exit 3'
	service off 'sleep 1000'
	touch sc/off/down
	mkdir -p sc/both/contents.d
	echo bundle >sc/both/type
	boot app bad off
	bg metrics
	within 20 metric 'basebox_service_up{service="app"} 1'
	metric 'basebox_service_up{service="off"} 0' || fail "$(cat out)"
	metric 'basebox_service_wanted{service="off"} 0' || fail "$(cat out)"
	within 20 metric 'basebox_service_last_exit_code{service="bad"} 3'
	grep -q '^basebox_service_last_exit_code{service="app"}' out &&
		fail "an end of app"
	grep -q 'service="both"' out && fail "a bundle"
	is "$(grep -c '^# TYPE' out)" "$(grep -c '^# HELP' out)"
	# a counter goes on when the tally is emptied
	local n
	n=$(sed -n 's/^basebox_service_ends_total{service="bad"} //p' out)
	s6-svc -d sc/bad
	s6-svwait -D -t 20000 sc/bad
	s6-svdt-clear sc/bad
	get /metrics
	[ "$(sed -n 's/^basebox_service_ends_total{service="bad"} //p' out)" -ge "$n" ] ||
		fail "a counter that goes back"
	rc 0 metrics --once
	grep -qxF 'basebox_service_up{service="app"} 1' out || fail "--once"
	get /status
	is "$CODE" 200
	like "$(cat out)" '{"name":"app","type":"longrun"'
	get /nothing
	is "$CODE" 404
	get /metrics -X POST
	is "$CODE" 405
	kill -TERM "$PID"
	wait "$PID"
	is $? 0 "exit on TERM"
	[ ! -e runtime/metrics.sock ] || fail "the socket stays"
}

t_health()
{
	local p
	p=$(free_port)
	service app true
	echo 3 >sc/app/notification-fd
	printf '#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\necho >&3\nexec sleep 1000\n' \
		>sc/app/run
	boot app
	bg metrics --listen "127.0.0.1:$p"
	within 20 code_is '/health?level=alive' 200
	within 20 code_is /health 503
	like "$(cat out)" "app is "
	touch sc/app/go
	within 20 code_is '/health?level=ready' 200
	is "$(cat out)" ready
	is "$(curl -s -m 10 "http://127.0.0.1:$p/health?level=alive")" alive
	# a service that nobody wants is no failure
	rc 0 stop app
	within 20 code_is /health 200
	kill -TERM "$SCAN"
	within 20 dead "$SCAN"
	within 20 code_is '/health?level=alive' 503
}

# Clients that say nothing, too much, or leave, disturb nobody.
t_bad_clients()
{
	local p i
	p=$(free_port)
	service app 'sleep 1000'
	boot app
	bg metrics --listen ":$p" --socket ''
	within 20 curl -s -m 10 -o out "http://127.0.0.1:$p/metrics"
	[ ! -e runtime/metrics.sock ] || fail "a socket nobody wants"
	for i in {1..10}; do
		exec {fd}<>"/dev/tcp/127.0.0.1/$p"
		printf 'GET /metr' >&"$fd"
	done
	(exec 5<>"/dev/tcp/127.0.0.1/$p"; head -c 100000 /dev/zero >&5) 2>/dev/null
	curl -s -m 10 -f -o out "http://127.0.0.1:$p/metrics" || fail "no answer"
	alive "$PID" || fail "it ended"
	rc 100 metrics --listen nowhere:99 --socket ''
	rc 100 metrics --listen 127.0.0.1:99999 --socket ''
	rc 111 metrics --listen "127.0.0.1:$p" --socket ''
}

check metrics
check health
check bad_clients
finish

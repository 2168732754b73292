# shellcheck shell=bash
# What the end-to-end scripts share. A script sources this, names its checks as
# functions, runs each with `check NAME`, and ends with `finish`:
#
#   . "$(dirname "$0")/lib.sh"
#   t_answers() { is "$(basebox --version)" "basebox 0.1.0"; }
#   check answers
#   finish
#
# Every check runs in a subshell, in its own empty folder $T, with the applets
# first in PATH; what it started with `bg` is ended by pid afterwards. It passes
# when its function returns 0 and no helper called `fail`. $ROOT is the tree,
# $BIN the folder of links, $BUILD build/, $CONSUL a real Consul (may be absent).
set -u
# What the caller happens to hold open is no part of any check.
for fd in /proc/self/fd/*; do
	fd=${fd##*/}
	# 255 is bash's own: the script that it reads
	[ "$fd" -le 2 ] || [ "$fd" -eq 255 ] || eval "exec $fd>&-"
done
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$ROOT/build} BIN=${BIN:-$BUILD/bin} CONSUL=${CONSUL:-$BUILD/consul}
# shellcheck disable=SC2034 # for the scripts
export ROOT BUILD BIN CONSUL LC_ALL=C TZ=UTC0
# script(1) has its command run by $SHELL, which is not set everywhere, and the
# words that bash's printf %q quotes are read by bash only.
export SHELL=/bin/bash
export PATH=$BIN:/usr/sbin:/usr/bin:/sbin:/bin
unset CONSUL_HTTP_ADDR CONSUL_HTTP_TOKEN BASEBOX_STORE
LIMIT=${LIMIT:-60} # seconds for one check
passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/basebox-e2e.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fail() { printf '%s' "$*" | tr '\n' '|' | cut -c1-400 >"$T/.why"; exit 1; }
is() { [ "$1" = "$2" ] || fail "${3:-value}: got <$1>, want <$2>"; }
like() { [[ $1 == *"$2"* ]] || fail "${3:-text}: <$1> holds no <$2>"; }
# rc CODE COMMAND...: its exit code; the output is in $T/out and $T/err.
rc()
{
	local want=$1 got=0
	shift
	"$@" >"$T/out" 2>"$T/err" || got=$?
	[ "$got" -eq "$want" ] ||
		fail "exit of '$*' is $got, want $want: $(tail -n 2 "$T/err")"
}

# within SECS COMMAND...: polls until it succeeds; fails after the deadline.
within()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "not in time: $*"
		sleep 0.02
	done
}

# bg COMMAND...: in the background, pid in $PID, ended after the check. INT and
# QUIT are restored, which a shell without job control makes children ignore.
bg()
{
	env --default-signal "$@" </dev/null &
	PID=$!
	echo "$PID" >>"$T/.pids"
}

alive() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }
dead() { ! alive "$1"; }

# A TCP port that is free now, below those that the kernel gives to clients.
free_port()
{
	local p
	while :; do
		p=$((15000 + RANDOM % 17000))
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || break
	done
	echo "$p"
}

# agent [OPTION...]: a real Consul of its own with a leader, at $ADDR. When it ends
# at once (another program took one of its ports first) it gets other ports.
agent() {
	local try
	[ -x "$CONSUL" ] || skip "no Consul"
	for try in 1 2 3 4 5; do
		ADDR=127.0.0.1:$(free_port)
		bg "$CONSUL" agent -dev -node=t -bind=127.0.0.1 -client=127.0.0.1 -http-port="${ADDR#*:}" "$@" \
			-dns-port=-1 -grpc-port=-1 -server-port="$(free_port)" -serf-lan-port="$(free_port)" \
			-serf-wan-port=-1 -log-level=err >consul.log 2>&1
		AGENT=$PID
		within 60 leads_or_ended
		alive "$AGENT" && return
	done
	fail "no Consul after $try tries: $(tail -n 1 consul.log)"
}
leads_or_ended() { dead "$AGENT" || curl -fs "http://$ADDR/v1/status/leader" | grep -q :; }

# Ends what the check left, children before parents being no matter: TERM, then
# KILL after a second.
sweep()
{
	local p i
	[ -e "$T/.pids" ] || return 0
	while read -r p; do kill -TERM "$p" 2>/dev/null; done <"$T/.pids"
	for i in {1..50}; do
		while read -r p; do alive "$p" && continue 2; done <"$T/.pids"
		return 0
	done 2>/dev/null
	sleep 1
	while read -r p; do kill -KILL "$p" 2>/dev/null; done <"$T/.pids"
}

check()
{
	local name=$1 r=0 watch
	T=$work/$name
	mkdir -p "$T"
	(
		cd "$T" || exit
		"t_$name"
	) >"$T/.log" 2>&1 &
	local pid=$!
	(
		trap 'kill $nap; exit' TERM
		sleep "$LIMIT" &
		nap=$!
		wait $nap
		echo "time limit of $LIMIT s" >"$T/.why"
		kill -KILL $pid
	) >/dev/null 2>&1 &
	watch=$!
	wait $pid 2>/dev/null || r=$?
	kill $watch 2>/dev/null
	wait $watch 2>/dev/null
	sweep
	if [ $r -eq 0 ]; then
		echo "ok $name"
		passed=$((passed + 1))
	elif [ $r -eq 77 ]; then
		echo "skip $name: $(cat "$T/.why" 2>/dev/null)"
	else
		echo "not ok $name: $(cat "$T/.why" 2>/dev/null || tail -n 1 "$T/.log")"
		failed=$((failed + 1))
	fi
	rm -rf "$T"
}

# The environment lacks something that the check is about.
skip() { echo "$*" >"$T/.why"; exit 77; }

finish()
{
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

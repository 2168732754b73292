#!/bin/bash
# logmux: whole lines of many writers, prefixes, JSON, rates, followed files;
# what was written before it came or while it was away is not lost.
. "$(dirname "$0")/lib.sh"

# mux [OPTION...]: runs it on ./sc, its output in ./log and ./errlog, and waits
# until it says that it is ready.
mux() { mux_to log "$@"; }
mux_to()
{
	local to=$1
	shift
	[ -e ready ] || mkfifo ready
	echo 3 >notification-fd
	exec 9<>ready
	env --default-signal logmux "$@" sc </dev/null >>"$to" 2>>errlog 3>&9 9>&- &
	PID=$!
	echo "$PID" >>"$T/.pids"
	read -r -t 30 <&9 || fail "not ready: $(cat errlog)"
}
fifo() { mkdir -p sc/.init/log "sc/${1%:err}"; mkfifo -m 600 "sc/.init/log/$1"; }
lines() { [ "$(grep -c "$1" log)" -ge "$2" ]; }
# ends it, which makes it read everything that is there
stop() { kill -TERM "$PID"; wait "$PID" || fail "exit $?"; }

t_prefix_and_waiting_lines()
{
	fifo a
	fifo b
	# nobody reads yet: opening and writing do not wait
	redirfd -u 1 sc/.init/log/a fdmove -c 2 1 sh -c 'echo one; echo two >&2
		while [ ! -e go ]; do sleep 0.05; done; printf unended' &
	mux -f prefix
	within 20 lines '^a | two$' 1
	redirfd -u 1 sc/.init/log/b echo hello
	touch go
	within 20 lines '^a | unended$' 1
	within 20 lines '^b | hello$' 1
	stop
	is "$(sort log)" "a | one
a | two
a | unended
b | hello"
	is "$(cat errlog)" ""
}

# Four writers, lines of all lengths, pieces of lines: none is lost or mixed.
t_lines_are_never_mixed()
{
	local i
	for i in 1 2 3 4; do fifo s$i; done
	mux -f prefix
	local w=()
	for i in 1 2 3 4; do
		redirfd -u 1 sc/.init/log/s$i awk -v me=s$i 'BEGIN {
			for (i = 1; i <= 2000; i++) {
				s = sprintf("%s-%d-", me, i)
				for (k = 0; k < i % 90; k++) s = s "xxxxxxxxxx"
				printf "%s", s
				if (i % 7 == 0) fflush()
				print "-" me
			} }' &
		w+=($!)
	done
	wait "${w[@]}"
	stop
	is "$(wc -l <log)" 8000 lines
	is "$(grep -vcE '^(s[1-4]) \| \1-[0-9]+-x*-\1$' log)" 0 "broken lines"
	for i in 1 2 3 4; do
		grep "^s$i |" log | cut -d- -f2 | cmp - <(seq 2000) ||
			fail "s$i is not in order"
	done
}

t_json()
{
	fifo a
	fifo a:err
	mux -f json
	redirfd -u 1 sc/.init/log/a redirfd -u 2 sc/.init/log/a:err \
		sh -c 'printf "say \"hi\"\\t\\377\\n"; echo oops >&2'
	within 20 lines '"say' 1
	within 20 grep -q oops errlog
	stop
	like "$(cat log)" '"service":"a","stream":"stdout","message":"say \"hi\"\t'
	like "$(cat errlog)" '"service":"a","stream":"stderr","message":"oops"}'
	grep -qE '^\{"time":"20[0-9-]+T[0-9:]+\.[0-9]{6}Z",' log || fail "no time"
}

t_one_service_is_other()
{
	fifo a
	fifo b
	mkdir -p sc/b/policy
	echo plain >sc/b/policy/log
	mux -f prefix
	redirfd -u 1 sc/.init/log/a echo one
	redirfd -u 1 sc/.init/log/b echo two
	stop
	is "$(sort log)" "a | one
two"
}

t_a_long_line_comes_in_pieces()
{
	fifo a
	mux
	head -c 200000 /dev/zero | tr '\0' x >big
	echo >>big
	redirfd -u 1 sc/.init/log/a cat big
	stop
	is "$(tr -d '\n' <log | wc -c)" 200000
	is "$(wc -l <log)" 4 pieces
}

t_rate()
{
	fifo noisy
	fifo calm
	mkdir -p sc/noisy/policy
	echo 10 >sc/noisy/policy/log-rate
	mux -f prefix
	redirfd -u 1 sc/.init/log/noisy seq 1000
	redirfd -u 1 sc/.init/log/calm seq 100
	within 20 lines 'noisy | logmux: [0-9]* lines left out, more than 10 ' 1
	stop
	# whatever was let through and left out is all there was
	local shown out
	shown=$(grep -c '^noisy | [0-9]*$' log)
	out=$(sed -n 's/^noisy | logmux: \([0-9]*\) lines.*/\1/p' log |
		awk '{ n += $1 } END { print n }')
	is $((shown + out)) 1000
	[ "$shown" -ge 20 ] && [ "$shown" -lt 900 ] || fail "$shown were shown"
	is "$(grep -c '^calm' log)" 100
}

# Killed and started again: what was written meanwhile waits in the pipe.
t_comes_back()
{
	fifo a
	mux -f prefix
	redirfd -u 1 sc/.init/log/a sh -c 'echo 1
		while [ ! -e go ]; do sleep 0.05; done; echo 2; touch done
		while [ ! -e end ]; do sleep 0.05; done; echo 3' &
	within 20 lines '^a | 1$' 1
	kill -KILL "$PID"
	wait "$PID"
	touch go
	within 20 test -e "$T/done"
	mux -f prefix
	within 20 lines '^a | 2$' 1
	touch end
	within 20 lines '^a | 3$' 1
	stop
	is "$(cat log)" "a | 1
a | 2
a | 3"
}

t_new_fifos_are_found()
{
	mkdir -p sc/.init/log
	mux -f prefix
	within 20 test -d sc/.init/log
	fifo late
	redirfd -u 1 sc/.init/log/late sh -c 'echo here; while [ ! -e end ]; do sleep 0.05; done' &
	echo $! >>"$T/.pids"
	within 20 lines '^late | here$' 1
	touch end
	rm -r sc/.init/log/late
	stop
}

t_no_reader_is_no_end()
{
	fifo a
	mkfifo out
	head -n 1 out >log &
	mux_to out
	redirfd -u 1 sc/.init/log/a seq 100000
	within 20 grep -q 'unable to write to stdout' errlog
	# the writer is not held up
	redirfd -u 1 sc/.init/log/a seq 100000
	alive "$PID" || fail "it ended"
	stop
	is "$(cat log)" 1
}

t_tail()
{
	mkdir -p sc/web/policy var
	echo old >var/access.log
	printf '%s\n' "$T/var/access.log" "$T/later/error.log" >sc/web/policy/tail
	mux -f prefix
	within 20 test -d sc/.init/log
	# it reads from the end of what was there; ready is when it has looked
	within 20 sh -c "echo sync >>var/access.log; grep -q 'web | sync' log"
	printf 'one\ntw' >>var/access.log
	within 20 lines '^web | one$' 1
	echo o >>var/access.log
	within 20 lines '^web | two$' 1
	# a directory that comes later
	mkdir later
	echo first >later/error.log
	within 20 lines '^web | first$' 1
	# replaced, with a late line for the old file
	exec 5>>var/access.log
	mv var/access.log var/access.log.1
	echo three >var/access.log
	within 20 lines '^web | three$' 1
	echo late >&5
	within 20 lines '^web | late$' 1
	exec 5>&-
	# truncated
	: >var/access.log
	within 20 sh -c ': >var/access.log; echo four >>var/access.log; sleep 0.1
		grep -q "web | four" log'
	# removed and made again
	rm var/access.log
	echo five >var/access.log
	within 20 lines '^web | five$' 1
	echo six >>var/access.log
	stop
	lines '^web | six$' 1 || fail "the last line is missing"
	lines old 1 && fail "old lines are shown"
	is "$(cat errlog)" ""
}

t_under_a_supervisor()
{
	mkdir -p sc/logmux sc/app
	echo 3 >sc/logmux/notification-fd
	printf '#!%s/execlineb -P\nlogmux -f prefix\n' "$BIN" >sc/logmux/run
	printf '#!%s/execlineb -P\nredirfd -u 1 ../.init/log/app fdmove -c 2 1 echo from app\n' \
		"$BIN" >sc/app/run
	chmod +x sc/*/run
	touch sc/app/down
	fifo app
	s6-svscan sc >log 2>errlog </dev/null &
	PID=$!
	echo "$PID" >>"$T/.pids"
	within 20 s6-svwait -U sc/logmux
	s6-svc -o sc/app
	within 20 lines '^app | from app$' 1
	stop
}

t_usage()
{
	rc 100 logmux -f xml sc
	INIT_LOG_RATE=many rc 100 logmux sc
	rc 111 logmux /dev/null/x
}

check prefix_and_waiting_lines
check lines_are_never_mixed
check json
check one_service_is_other
check a_long_line_comes_in_pieces
check rate
check comes_back
check new_fifos_are_found
check no_reader_is_no_end
check tail
check under_a_supervisor
check usage
finish

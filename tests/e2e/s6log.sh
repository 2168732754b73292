#!/bin/bash
# s6-log: recorded command lines beside the original, and what has to survive:
# kills, full disks, readers that go away, processors that fail.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/beside.sh"

# All that a logdir holds, oldest first.
logs()
{
	local f
	for f in "$1"/@*; do [ -e "$f" ] && cat "$f"; done
	cat "$1/current"
}
holds() { [ "$(logs "$1" | wc -l)" -ge "$2" ]; }
# bg's stdin is /dev/null; a logger needs its FIFO.
bg()
{
	env --default-signal "$@" <"${IN:-/dev/null}" &
	PID=$!
	echo "$PID" >>"$T/.pids"
}

# Killed in the middle of rotations, ten times: what was seen in the logdir is
# there afterwards, once and in order, and each start makes at most one .u.
t_kill_keeps_what_was_written()
{
	local i n=0 u
	mkfifo in
	exec 6<>in
	for i in {1..10}; do
		IN=in bg s6-log -b n1000 s4096 ./d
		seq $((n + 1)) $((n + 3000)) >&6
		n=$((n + 3000))
		within 10 holds d $n
		kill -KILL "$PID"
		within 5 dead "$PID"
	done
	: | s6-log n1000 ./d
	logs d | cmp - <(seq 1 $n) || fail "lost, doubled or out of order"
	u=$(ls d | grep -c '\.u$')
	[ "$u" -le 10 ] || fail "$u interrupted logs"
}

# Archives end at the line that reaches the limit, however fast the input is.
t_archives_are_exact()
{
	local f s
	seq 100000 999999 | s6-log n10000 s10000 l2000 ./d
	logs d | cmp - <(seq 100000 999999) || fail "not what was fed"
	for f in d/@*.s; do
		s=$(stat -c %s "$f")
		[ "$s" -ge 8000 ] && [ "$s" -lt 8007 ] || fail "an archive of $s bytes"
	done
}

# A full disk: everything waits, arrives when there is room; no busy loop.
t_full_disk()
{
	local ticks
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir m
	mount -t tmpfs -o size=300k none m 2>/dev/null || skip "cannot mount"
	head -c 200000 /dev/zero >m/ballast
	mkfifo in
	exec 6<>in
	IN=in bg s6-log r200 n1000 s50000 ./m/d 2>err
	seq 1 60000 >&6
	within 10 grep -q 'No space' err
	sleep 1
	ticks=$(awk '{ print $14 + $15 }' "/proc/$PID/stat")
	sleep 1
	ticks=$(($(awk '{ print $14 + $15 }' "/proc/$PID/stat") - ticks))
	[ "$ticks" -le 10 ] || { umount m; fail "$ticks ticks of CPU in a second"; }
	rm m/ballast
	# 350 kB do not fit in 300: the older half makes room as it is taken
	within 10 eval '[ "$(logs m/d | wc -c)" -gt 200000 ]'
	mkdir moved
	mv m/d/@* moved/ 2>/dev/null
	within 10 eval '[ "$(cat moved/@* m/d/@* m/d/current 2>/dev/null | wc -l)" -ge 60000 ]'
	cat moved/@* m/d/@* m/d/current 2>/dev/null | cmp - <(seq 1 60000) ||
		{ umount m; fail "lost or out of order"; }
	kill "$PID"
	within 5 dead "$PID"
	umount m
}

# Whoever reads our standard output leaves: the logdir has it all.
t_reader_goes()
{
	seq 1 50000 | s6-log n1000 1 ./d | head -c 1000 >/dev/null
	logs d | cmp - <(seq 1 50000) || fail "not all in the logdir"
}

# A processor that fails twice is run again; lines come in meanwhile.
t_processor_fails_then_works()
{
	mkfifo in
	exec 6<>in
	IN=in bg s6-log r100 n10 s4096 \
		'?echo x >>../tries; test $(wc -l <../tries) -ge 3 && tr 0-9 a-j' ./d 2>err
	seq 1 1000 >&6
	within 10 eval 'ls d | grep -q "\.s$"'
	[ "$(wc -l <tries)" -ge 3 ] || fail "not tried again"
	like "$(cat err)" 'processor failed in ./d'
	grep -q '[a-j]' d/@*.s || fail "not processed"
	seq 1001 1010 >&6
	within 5 grep -q 1010 d/current
}

# It reads the state of the one before on 4 and leaves its own on 5.
t_processor_state()
{
	seq 1 3000 | s6-log -b n9 s4096 '?cat; echo "$(cat <&4)s" >&5' ./d
	is "$(cat d/state)" "$(ls d | grep -c '\.s$' | awk '{ while ($1--) printf "s" }')"
	[ ! -e d/newstate ] && [ ! -e d/processed ] && [ ! -e d/previous ] ||
		fail "left: $(ls d)"
}

# At the end nothing waits for a processor that never works.
t_end_with_a_broken_processor()
{
	seq 1 2000 | timeout 10 s6-log r100 n10 s4096 '?exit 1' ./d 2>err ||
		fail "exit $?"
	logs d | cmp - <(seq 1 2000) || fail "lost"
	[ "$(stat -c %A d/current | cut -c4)" = x ] || fail "not finished"
}

t_rotation_by_time()
{
	mkfifo in
	exec 6<>in
	IN=in bg s6-log n10 R1 ./d
	echo a >&6
	within 5 eval 'ls d | grep -q "\.s$"'
	is "$(cat d/@*.s)" a
	sleep 1.5
	is "$(ls d | grep -c '\.s$')" 1 "an empty log is not rotated"
}

# The end of the last line is waited for, but not longer than -t says.
t_last_line_timeout()
{
	mkfifo in
	exec 6<>in
	IN=in bg s6-log -t 300 ./d
	printf 'whole\npart' >&6
	within 5 grep -q whole d/current
	kill "$PID"
	within 3 dead "$PID"
	is "$(tr '\n' ' ' <d/current)" "whole part "
}

# Short lines with stamps become several chunks of memory each time: it is kept
# while they come, not mapped anew (thousands of page faults tell).
t_a_burst_keeps_its_memory()
{
	local faults
	mkfifo in
	exec 6<>in
	IN=in bg s6-log n1000 s100000000 t ./d
	seq 1 1000000 >&6
	within 20 eval 'tail -c 9 d/current | grep -q " 1000000$"'
	faults=$(awk '{ print $10 }' "/proc/$PID/stat")
	[ "$faults" -le 2000 ] || fail "$faults page faults"
}

t_notification()
{
	mkfifo in
	exec 6<>in
	IN=in bg s6-log -d 8 ./d 8>ready
	within 5 test -s ready
	is "$(od -An -c ready | tr -d ' ')" '\n'
	[ -e d/lock ] || fail "ready before the logdir is open"
}

beside "$ROOT/tests/beside/s6log.cases"
for c in kill_keeps_what_was_written archives_are_exact full_disk reader_goes \
	processor_fails_then_works processor_state end_with_a_broken_processor rotation_by_time \
	last_line_timeout a_burst_keeps_its_memory notification; do
	check $c
done
finish

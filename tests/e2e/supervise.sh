#!/bin/bash
# supervise: what the supervisor does beyond the original: faster restarts, the
# second SIGTERM, state elsewhere, own supervisors, failure triage, and the
# storms and numbers that it has to bear.
. "$(dirname "$0")/lib.sh"

S=s

# service NAME [LINE...]: a service directory whose run is a shell script; a
# line FILE=TEXT makes another file, finish an executable one.
service() {
	local d=$S/$1 l
	shift
	mkdir -p "$d"
	printf '#!/bin/sh\n%s\n' "${1:-exec sleep 1000}" >"$d/run"
	shift
	for l; do printf '%s\n' "${l#*=}" >"$d/${l%%=*}"; done
	[ -e "$d/finish" ] && sed -i '1i #!/bin/sh' "$d/finish"
	chmod +x "$d/run" "$d/finish" 2>/dev/null
	:
}
scan() { bg s6-svscan "$@" "$S" 2>>err; SCAN=$PID; }
st() { s6-svstat -o "$2" "$S/$1" 2>/dev/null; }
is_up() { [ "$(st "$1" up)" = true ]; }
is_down() { [[ $(s6-svstat "$S/$1") == down*ready* ]]; }
pid_of() { s6-svstat -p "$S/$1"; }
lines() { wc -l <"$1" 2>/dev/null || echo 0; }
ms() { local t=${EPOCHREALTIME/./}; echo $((t / 1000)); }
gone() { ! kill -0 "$1" 2>/dev/null; }

# --- the rate of starts, and who is heard first ---

t_up_a_second_restarts_at_once() {
	service a 'date +%s%N >>starts; exec sleep 1000'
	scan
	within 5 is_up a
	sleep 1.1
	kill -9 "$(pid_of a)"
	date +%s%N >died
	within 5 eval '[ "$(lines s/a/starts)" = 2 ]'
	local gap=$((($(tail -1 s/a/starts) - $(cat died)) / 1000000))
	[ $gap -le 200 ] || fail "restarted after $gap ms"
}

# What a finish script says comes before the start that its end causes.
t_stop_idioms_start_once() {
	local n c=("s6-svc -d ." "s6-svc -O ." "s6-svc -D .")
	for n in 0 1 2; do
		service a$n 'echo >>n; exec sleep 1.3' "finish=${c[n]}"
	done
	scan
	for n in 0 1 2; do within 5 test -e $S/a$n/n; done
	sleep 2
	for n in 0 1 2; do is "$(lines $S/a$n/n)" 1 "starts with ${c[n]}"; done
}
t_finish_that_stops_the_tree_starts_once() {
	service a 'echo >>n; exec sleep 1.3' "finish=exec s6-svscanctl -t ../"
	scan
	within 5 dead "$SCAN"
	is "$(lines s/a/n)" 1 starts
}

# --- the second SIGTERM ---

t_second_term_forces() {
	service a 'trap "" TERM; echo >up; while :; do sleep 0.2; done' \
		'finish=exec sleep 1000' 'timeout-finish=0'
	scan
	within 5 test -e $S/a/up
	local run
	run=$(pid_of a)
	kill -TERM "$SCAN"
	kill -TERM "$SCAN" # within 200 ms: the same one
	sleep 0.4
	alive "$run" || fail 'the first TERM killed'
	kill -TERM "$SCAN"
	within 1 dead "$run"
	within 3 dead "$SCAN"
}
t_bytes_never_force() {
	service a 'trap "" TERM; echo >up; while :; do sleep 0.2; done'
	scan
	within 5 test -e $S/a/up
	for _ in 1 2 3; do s6-svscanctl -t $S; sleep 0.25; done
	alive "$(pid_of a)" || fail 'a byte killed'
	kill -9 "$(pid_of a)"
	within 3 dead "$SCAN"
}
t_term_with_a_handler() {
	service a 'trap "" TERM; echo >up; while :; do sleep 0.2; done'
	mkdir $S/.s6-svscan
	printf '#!/bin/sh\necho >>%s/handled\n' "$PWD" >$S/.s6-svscan/SIGTERM
	chmod +x $S/.s6-svscan/SIGTERM
	scan
	within 5 test -e $S/a/up
	kill -TERM "$SCAN"
	within 3 test -e handled
	is "$(st a wantedup)" true 'wanted up after the first'
	sleep 0.25
	kill -TERM "$SCAN"
	within 3 eval '[ "$(st a wantedup)" = false ]'
	alive "$(pid_of a)" || fail 'the second TERM killed'
	sleep 0.25
	kill -TERM "$SCAN"
	within 3 dead "$SCAN"
	is "$(lines handled)" 1 'runs of the handler'
}

# --- state elsewhere ---

t_state_elsewhere() {
	[ "$(id -u)" = 0 ] || return 0
	service a 'exec sleep 1000'
	mkdir -p s/.s6-svscan st
	# shellcheck disable=SC2016
	unshare -m --propagation private bash -c '
		mount --bind s/a s/a && mount -o remount,bind,ro s/a || exit 99
		! s6-supervise s/a 2>none || exit 1
		export BASEBOX_STATE=$PWD/st
		s6-supervise s/a & p=$!
		for i in $(seq 200); do s6-svok s/a && [ "$(s6-svstat -u s/a)" = true ] && break; sleep 0.02; done
		s6-svwait -U -t 3000 s/a
		s6-svstat s/a >up
		s6-svc -wD -T 5000 -d s/a || exit 2
		s6-svstat s/a >down
		ls st >names
		s6-svc -x s/a
		wait $p' || fail "exit $?: $(cat none)"
	like "$(cat up)" 'up (pid'
	like "$(cat down)" 'down (signal SIGTERM)'
	is "$(cat names)" "$(stat -c %d-%i s/a)" 'name of the state'
}

# --- processes of their own ---

t_isolated_supervisors() {
	service a 'exec sleep 1000'
	service b 'exec sleep 1000' 'flag-own-supervisor='
	service b/log 'exec cat >>out' 'flag-own-supervisor='
	scan
	within 5 is_up a
	within 5 is_up b
	within 5 is_up b/log
	is "$(ps -o ppid= -p "$(pid_of a)" | tr -d ' ')" "$SCAN" 'parent of a'
	local sup
	sup=$(ps -o ppid= -p "$(pid_of b)" | tr -d ' ')
	is "$(tr '\0' ' ' <"/proc/$sup/cmdline")" 's6-supervise b ' supervisor
	kill -9 "$sup" "$(pid_of b)"
	within 5 eval '[ "$(st b up,pid)" != "true $PID" ] && s6-svok s/b'
	within 5 is_up b
	s6-svscanctl -t $S
	within 5 dead "$SCAN"
	s6-svok s/b && fail 'b is still supervised'
	:
}
t_isolate_all() {
	service a 'exec sleep 1000'
	scan --isolate
	within 5 is_up a
	like "$(tr '\0' ' ' <"/proc/$(ps -o ppid= -p "$(pid_of a)" | tr -d ' ')/cmdline")" 's6-supervise a'
	kill -TERM "$SCAN"
	within 5 dead "$SCAN"
}

t_subreaper() {
	service a '(sleep 0.3; exec sleep 1000) & echo $! >child; exec sleep 1000'
	scan
	within 5 is_up a
	within 5 test -s s/a/child
	s6-svc -wD -T 5000 -d s/a
	within 3 eval '[ "$(ps -o ppid= -p "$(cat s/a/child)" | tr -d " ")" = "$SCAN" ]'
	kill "$(cat s/a/child)"
}

# Who hears that a supervisor has left finds the lock free.
t_left_means_unlocked() {
	local i
	for i in {1..10}; do service a$i; done
	scan
	for i in {1..10}; do within 5 is_up a$i; done
	for i in {1..10}; do
		mv s/a$i s/.a$i
		s6-svlisten1 -D -t 5000 s/.a$i s6-svscanctl -an s || fail "listen: $?"
		within 5 eval "! s6-svok s/.a$i"
	done
	for i in {1..10}; do
		mkdir b$i
		cp s/.a1/run b$i/run
		s6-svlink -t 5000 s "$PWD/b$i" || fail "link: $?"
		s6-svunlink -t 5000 s b$i || fail "unlink: $?"
		! s6-svok b$i || fail "unlinked, and still supervised"
	done
}

# --- failure triage ---

t_last_error() {
	service a
	rm s/a/run
	scan
	within 5 test -s s/a/supervise/last-error
	is "$(cat s/a/supervise/last-error)" 'unable to exec run: No such file or directory'
	service a 'exec sleep 1000'
	s6-svc -u s/a
	within 5 is_up a
	[ ! -e s/a/supervise/last-error ] || fail 'last-error stays'
}

# --- numbers ---

cpu() { awk '{print $14 + $15}' "/proc/$1/stat"; }
switches() { awk '/^voluntary/ {print $2}' "/proc/$1/status"; }

t_thousand_services() {
	local i n t
	mkdir s
	printf '#!/bin/sh\nexec sleep 1000\n' >run
	chmod +x run
	for ((i = 0; i < 1000; i++)); do mkdir s/s$i; done
	for i in s/s*; do ln -s "$PWD/run" "$i/run"; done
	(ulimit -Sn 1024; ulimit -Hn 4096; exec env --default-signal s6-svscan s) 2>err &
	SCAN=$!
	echo $SCAN >>.pids
	within 30 eval '[ "$(pgrep -c -P $SCAN -x sleep)" = 1000 ]'
	is "$(awk '/Max open files/ {print $4 " " $5}' /proc/"$(pgrep -n -P $SCAN -x sleep)"/limits)" '1024 4096' 'limits of a service'
	sleep 1
	n=$(switches $SCAN)
	sleep 2
	is "$(switches $SCAN)" "$n" 'wakeups while idle'
	t=$(ms)
	s6-svc -wD -T 5000 -d s/s500 || fail "svc: $?"
	t=$(($(ms) - t))
	[ $t -lt 500 ] || fail "down after $t ms"
	s6-svscanctl -t s
	within 20 dead $SCAN
}
t_too_many_for_the_limit() {
	local i
	mkdir s
	for ((i = 0; i < 400; i++)); do
		mkdir s/s$i
		printf '#!/bin/sh\nexec sleep 1000\n' >s/s$i/run
		chmod +x s/s$i/run
	done
	(ulimit -Sn 512; ulimit -Hn 512; exec env --default-signal s6-svscan s) 2>err &
	SCAN=$!
	echo $SCAN >>.pids
	within 20 grep -q 'too many services' err
	sleep 2
	i=$(pgrep -c -P $SCAN -x sleep)
	[ "$i" -gt 100 ] || fail "only $i run"
	i=$(cpu $SCAN)
	sleep 2
	i=$(($(cpu $SCAN) - i))
	[ $i -le 20 ] || fail "$i ticks in 2 s"
	local one
	one=$(find s -path '*/supervise/status' | head -1)
	s6-svc -wD -T 5000 -d "${one%/supervise/status}" || fail "svc: $?"
	s6-svscanctl -t s
	within 20 dead $SCAN
}

# --- storms ---

t_storm_of_orphans() {
	gcc -O1 -static -o storm "$ROOT/tests/tools/storm.c" || fail compile
	service a 'exec sleep 1000'
	service b "$PWD/storm 20000 20; echo >done; exec sleep 1000"
	scan
	within 40 test -e s/b/done
	within 20 eval '! ps -o stat= --ppid $SCAN | grep -q Z'
	is "$(ps -o pid= --ppid "$SCAN" | wc -l)" 2 children
	is_up a || fail 'a is down'
	s6-svc -wr -T 5000 -r s/a || fail "svc: $?, $(s6-svstat s/a)"
}
t_storm_of_bytes() {
	service a 'exec sleep 1000'
	scan
	within 5 is_up a
	head -c 10000 /dev/zero | tr '\0' u >s/a/supervise/control
	head -c 10000 /dev/zero | tr '\0' z >s/.s6-svscan/control
	s6-svc -wD -T 5000 -d s/a || fail "svc: $?"
}
# No ended child of the supervisor stays: those of now are gone in a while.
none_stay() {
	local p
	for p in $(ps -o pid=,stat= --ppid "$SCAN" | awk '$2 ~ /^Z/ { print $1 }'); do
		within 10 eval '! grep -q "^State:.Z" /proc/'"$p"'/status'
	done
}
t_storm_of_crashes() {
	local i fds t
	gcc -O1 -static -o answer "$ROOT/tests/tools/answer.c" || fail compile
	mkdir s
	printf '#!/bin/sh\nexit 1\n' >run
	chmod +x run
	for ((i = 0; i < 300; i++)); do mkdir s/c$i; ln -s "$PWD/run" s/c$i/run; done
	service a 'exec sleep 1000'
	scan
	within 10 is_up a
	sleep 3
	fds=$(ls "/proc/$SCAN/fd" | wc -l)
	./answer s/a 100 >times || fail answer
	t=$(cut -d. -f1 times)
	[ "$t" -le 50 ] || fail "control answered after $(cat times) ms"
	for i in 1 2 3 4; do none_stay; sleep 0.5; done
	i=$(ls "/proc/$SCAN/fd" | wc -l)
	[ $((i - fds)) -le 20 ] || fail "descriptors: $fds, then $i"
	s6-svscanctl -t s
	within 10 dead "$SCAN"
}

# shellcheck disable=SC2046
for t in ${*:-$(declare -F | sed -n 's/^declare -f t_//p')}; do check "$t"; done
finish

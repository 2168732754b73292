#!/bin/bash
# init: boot, order, stop and exit code. First the basic life (boot, crash,
# restart, TERM, exit code) in each of ten surroundings, in a root file system
# and a pid namespace of its own; then what can happen on the way up and down.
. "$(dirname "$0")/lib.sh"

L=L
export BASEBOX_RUNTIME=$work/rt

# --- a root file system, and lives in it ---

can_isolate() { [ "$(id -u)" = 0 ] && unshare -p -m -f --mount-proc true 2>/dev/null; }

# A service that says when it goes up and down: NAME CODE [BEFORE-READY].
steady() {
	printf '#!/bin/sh\nlog() { echo "$*" >>%s/log; }\n%s\n' "${OUT:-$PWD}" "${3:-:}"
	printf 'trap "log %s down; exit %s" TERM\nlog %s up\nwhile :; do sleep 0.05; done\n' "$1" "$2" "$1"
}
# node NAME CODE [BEFORE-READY]: a longrun in L, its dependencies in $DEPS.
node() {
	local d
	mkdir -p "$L/$1/policy" "$L/$1/dependencies.d"
	steady "$@" >"$L/$1/run"
	chmod +x "$L/$1/run"
	for d in ${DEPS-}; do : >"$L/$1/dependencies.d/$d"; done
}
# oneshot NAME UP [DOWN]
oneshot() {
	local d
	mkdir -p "$L/$1/policy" "$L/$1/dependencies.d"
	echo oneshot >"$L/$1/type"
	printf '#!/bin/sh\n%s\n' "$2" >"$L/$1/up"
	[ $# -lt 3 ] || printf '#!/bin/sh\n%s\n' "$3" >"$L/$1/down"
	chmod +x "$L/$1/up" "$L/$1/down" 2>/dev/null
	for d in ${DEPS-}; do : >"$L/$1/dependencies.d/$d"; done
}
policy() { echo "$3" >"$L/$1/policy/$2"; }
ready_fd() { echo 3 >"$L/$1/notification-fd"; }

boot() { bg "$@" init --compiled "$L" 2>>err; INIT=$PID; }
said() { grep -qx "$1" log 2>/dev/null; }
said_twice() { [ "$(grep -cx "$1" log)" -ge 2 ]; }
up() { within 20 said "$1 up"; }
# The order of all lines that end so, in one line.
order() { sed -n "s/ $1\$//p" log | tr '\n' ' '; }
code() { local r=0; wait "$INIT" 2>/dev/null || r=$?; is "$r" "$1" "exit code ($(tail -n 1 err))"; }
stop() { kill -TERM "$INIT"; }

# The image: services a, c (crashes at first), m (a oneshot), app (essential).
image() {
	local R=$1/root
	mkdir -p "$1/out" "$R"/{usr,proc,dev,tmp,out,etc/s6/{a,c,m,app}/{policy,dependencies.d}}
	chmod 777 "$1/out"
	chmod 1777 "$R/tmp"
	ln -s usr/bin usr/sbin usr/lib "$R/"
	[ ! -e /usr/lib64 ] || ln -s usr/lib64 "$R/"
	cp "$BUILD/basebox" "$R/init"
	L=$R/etc/s6 OUT=/out
	node a 0 'sleep 0.2'
	sed -i 's/^log a up/log a up; echo >\&3/' "$L/a/run"
	ready_fd a
	DEPS=a oneshot m 'echo m up >>/out/log' 'echo m down >>/out/log'
	node c 0 '[ -e /out/crashed ] || { : >/out/crashed; exit 3; }'
	DEPS='m c' node app 7 '[ ! -t 0 ] || log tty'
	# Told so from outside, it restarts a.
	# shellcheck disable=SC2016
	sed -i 's|sleep 0.05|sleep 0.05; [ ! -e /out/again ] \|\| { rm /out/again; /s6-svc -r $BASEBOX_SCANDIR/a; }|' "$L/app/run"
	ln -s init "$R/s6-svc"
	policy app essential 1
}

# In the mount namespace: the image becomes /, then the surroundings, then init.
# shellcheck disable=SC2016
inside='
	cd "$1" && mount --rbind /usr root/usr && mount --rbind /dev root/dev &&
	mount --bind out root/out && mount -t proc proc root/proc || exit 99
	b="--bounding-set=-all --inh-caps=-all"
	case $2 in
	no-run|tty|closed-stdio|below-init|not-pid1) ;;
	noexec-run) mkdir root/run; mount -t tmpfs -o noexec,mode=755 none root/run ;;
	*) mkdir root/run; mount -t tmpfs -o mode=755 none root/run ;;
	esac
	case $2 in
	read-only) mount --bind root root && mount -o remount,bind,ro root || exit 99
		   mount -t tmpfs -o mode=755 none root/run; mount --rbind /usr root/usr
		   mount --rbind /dev root/dev; mount --bind out root/out; mount -t proc proc root/proc
		   exec chroot root /init ;;
	uid) exec chroot --userspec=12345:12345 --groups= root /init ;;
	no-caps) exec chroot root setpriv $b /init ;;
	closed-stdio) exec chroot root /init <&- >&- 2>&- ;;
	below-init) cp root/init root/tini; exec chroot root /tini -- /init ;;
	not-pid1) chroot root /init & trap "kill -TERM $!" TERM; wait $!; wait $!; exit $? ;;
	*) exec chroot root /init ;;
	esac'

# life SURROUNDINGS: lives it once; its log lies in the folder we are in then.
life() {
	D=$work/life.$1
	if [ ! -e "$D/done" ]; then
		can_isolate || skip 'no pid and mount namespaces here'
		mkdir -p "$D"
		(image "$D")
		cd "$D/out" || exit
		live "$1"
		: >"$D/done"
	fi
	cd "$D/out" || exit
}
live() {
	local r=0 p=()
	local run=(unshare -p -m -f --mount-proc --propagation private bash -c "$inside" - "$D" "$1")
	if [ "$1" = tty ]; then
		bg script -qefc "$(printf '%q ' "${run[@]}")" "$D/term"
		within 20 grep -q . "/proc/$PID/task/$PID/children"
		read -ra p <"/proc/$PID/task/$PID/children"
		INIT=$PID PID=${p[0]}
	else
		bg "${run[@]}" 2>"$D/term"
		INIT=$PID
	fi
	up app
	up c
	: >again
	within 20 again_up a
	echo stop >>log
	read -ra p <"/proc/$PID/task/$PID/children"
	[ "$1" != tty ] || read -ra p <"/proc/${p[0]}/task/${p[0]}/children" || :
	kill -TERM "${p[0]}"
	wait "$INIT" || r=$?
	echo $r >code
}
again_up() { [ "$(grep -cx "$1 up" log)" -ge 2 ]; }
before() { [ "$(grep -nx "$1" log | head -1 | cut -d: -f1)" -lt "$(grep -nx "$2" log | head -1 | cut -d: -f1)" ] || fail "$1 is not before $2: $(cat log)"; }

in_boot() { life "$1"; before 'a up' 'm up'; before 'm up' 'app up'; }
in_crash() { life "$1"; test -e crashed && said 'c up'; }
in_restart() { life "$1"; is "$(grep -cx 'a up' log)" 2 'starts of a'; is "$(grep -cx 'app up' log)" 1 'starts of app'; }
in_term() {
	life "$1"
	sed '1,/^stop$/d' log >"$T/log"
	cd "$T" || exit
	before 'app down' 'm down'; before 'app down' 'c down'; before 'm down' 'a down'
}
in_code() { life "$1"; is "$(cat code)" 7 'exit code'; [ "$1" != tty ] || said tty; }

for s in pid1 not-pid1 below-init uid read-only noexec-run no-run no-caps closed-stdio tty; do
	for w in boot crash restart code term; do
		eval "t_${s//-/_}_$w() { in_$w $s; }"
		check "${s//-/_}_$w"
	done
done

# --- what can happen on the way up ---

t_parallel() {
	# Each waits for the other: only a start side by side gets through.
	node a 0 ': >a.here; while [ ! -e b.here ]; do sleep 0.02; done'
	node b 0 ': >b.here; while [ ! -e a.here ]; do sleep 0.02; done'
	sed -i "2i cd $PWD" "$L/a/run" "$L/b/run"
	boot; up a; up b; stop; code 0
}
t_slow_readiness() {
	node a 0 'sleep 0.7'
	sed -i 's/^log a up/log a up; echo >\&3/' "$L/a/run"
	ready_fd a
	DEPS=a node b 0
	boot; up b; is "$(order up)" 'a b ' order; stop; code 0
	is "$(order down)" 'b a ' 'stop order'
}
t_bundle() {
	node a 0 'sleep 0.3'; sed -i 's/^log a up/log a up; echo >\&3/' "$L/a/run"; ready_fd a
	node b 0
	mkdir -p "$L/both/contents.d" "$L/both/dependencies.d"
	echo bundle >"$L/both/type"
	: >"$L/both/contents.d/a"; : >"$L/both/contents.d/b"
	DEPS=both node c 0
	boot; up c; before 'a up' 'c up'; before 'b up' 'c up'; stop; code 0
	before 'c down' 'a down'; before 'c down' 'b down'
}
t_cycle_refused() {
	DEPS=b node a 0; DEPS=c node b 0; DEPS=a node c 0
	boot; code 100
	like "$(cat err)" 'dependency cycle'; test ! -e log
}
t_unknown_names_refused() {
	DEPS='nobody noone' node a 0
	DEPS=nothing node b 0
	boot; code 100
	for n in nobody noone nothing; do like "$(cat err)" "$n"; done
	test ! -e log
}
t_bad_policy_refused() { node a 0; policy a restart sometimes; boot; code 100; like "$(cat err)" sometimes; }
t_oneshot_fails_the_boot() {
	oneshot m 'exit 4'; DEPS=m node a 0; node z 0
	boot; code 120; like "$(cat err)" 'm: up exited 4'
	! said 'a up' || fail 'a was started'
}
t_oneshot_killed_fails_the_boot() { oneshot m 'kill -9 $$'; boot; code 120; like "$(cat err)" 'signal 9'; }
t_oneshot_not_runnable() { oneshot m ''; chmod -x "$L/m/up"; boot; code 120; like "$(cat err)" 'm: Permission denied'; }
t_oneshot_without_up() { oneshot m ''; rm "$L/m/up"; DEPS=m node a 0; boot; up a; stop; code 0; }
t_lenient_boot_goes_on() {
	oneshot m 'exit 4'; DEPS=m node a 0; node b 0
	mkdir -p "$L/.init"; : >"$L/.init/lenient"
	boot; up b; within 20 grep -q 'm: up exited 4' err; stop; code 0
	! said 'a up' || fail 'a was started'
}
t_start_timeout() {
	node a 0; ready_fd a; policy a start-timeout 300
	DEPS=a node b 0
	boot; code 120; like "$(cat err)" 'a: is not ready in time'; said 'a down'
	! said 'b up' || fail 'b was started'
}
t_oneshot_timeout() { oneshot m 'exec sleep 1000'; policy m start-timeout 300; boot; code 120; like "$(cat err)" 'not ready in time'; }
t_term_during_boot() {
	oneshot m ': >here; exec sleep 1000'; sed -i "2i cd $PWD" "$L/m/up"
	DEPS=m node a 0; node z 0
	boot; within 20 test -e here; up z; stop; code 0
	said 'z down'; ! said 'a up' || fail 'a was started'
}
t_not_on_start() {
	node a 0; policy a on-start 0; node b 0; : >"$L/b/down"; node c 0
	boot; up c
	! said 'a up' || fail 'a was started'
	! said 'b up' || fail 'b was started'
	s6-svc -u "$L/a"; up a; stop; code 0; said 'a down'
}
t_asked_for_once() {
	oneshot m "until [ -e $PWD/go ]; do sleep 0.05; done"
	DEPS=m node a 0 'exit 3'; policy a on-start 0; node c 0
	sed -i "2i echo >>$PWD/starts" "$L/a/run"
	mkdir -p "$L/m/policy"; policy m on-start 0
	boot; up c; s6-svc -o "$L/a"; : >go; within 20 test -e starts
	within 20 sh -c "s6-svstat $L/a | grep -q 'exitcode 3'"
	sleep 1.3; is "$(wc -l <starts)" 1 starts
	s6-svc -o "$L/a"; within 20 sh -c '[ $(wc -l <starts) = 2 ]'
	sleep 1.3; is "$(wc -l <starts)" 2 starts; stop; code 0
}
t_asked_for_with_its_needs() {
	node a 0; policy a on-start 0; DEPS=a node b 0; policy b on-start 0; node c 0
	boot; up c; s6-svc -u "$L/b"; up b; before 'a up' 'b up'; stop; code 0
	before 'b down' 'a down'
}

# An order down while the service waits in the boot is obeyed; what needs it
# waits, CMD does not, and an order up ends that.
t_told_down_in_the_boot() {
	oneshot gate "echo gate up >>$PWD/log; until [ -e $PWD/go ]; do sleep 0.05; done"
	DEPS=gate node web 0; DEPS=web node app 0
	bg init --compiled "$L" sh -c 'echo cmd up >>log; exec sleep 1000' 2>err; INIT=$PID
	up gate; s6-svc -d "$L/web"; : >go; up cmd
	! said 'web up' || fail 'web was started'
	is "$(s6-svstat -o wantedup,up "$L/web")" 'false false' 'web'
	within 20 why_is app 'app is waiting; it waits for web.|web is down; it was told to stay down.'
	s6-svc -d "$L/app"; s6-svc -u "$L/app"
	! said 'app up' || fail 'app was started without what it needs'
	s6-svc -u "$L/web"; up app; before 'web up' 'app up'; stop; code 143; before 'app down' 'web down'
}
why_is() { [ "$(status --scandir "$L" why "$1" | tr '\n' '|')" = "$2|" ]; }
# The same when it has begun to start: that is no failure of the boot.
t_told_down_while_it_starts() {
	node web 0; ready_fd web; policy web restart never; policy web start-timeout 60000
	DEPS=web node app 0
	bg init --compiled "$L" sh -c 'echo cmd up >>log; exec sleep 1000' 2>err; INIT=$PID
	up web; s6-svc -d "$L/web"; up cmd
	! said 'app up' || fail 'app was started'
	sed -i 's/^log web up/log web up; echo >\&3/' "$L/web/run"
	start --scandir "$L" app; up app; stop; code 143
}
t_told_down_as_a_oneshot() {
	oneshot gate "echo gate up >>$PWD/log; until [ -e $PWD/go ]; do sleep 0.05; done"
	DEPS=gate oneshot m "echo m up >>$PWD/log"; DEPS=m node a 0; node b 0
	boot; up gate; s6-svc -d "$L/m"; : >go; up b
	s6-svc -u "$L/m"; up m; up a; stop; code 0
}
# What is up already when it is told to go down holds up what still waits.
t_told_down_when_up() {
	oneshot gate "echo gate up >>$PWD/log; until [ -e $PWD/go ]; do sleep 0.05; done"
	node web 0; DEPS='web gate' node app 0
	bg init --compiled "$L" sh -c 'echo cmd up >>log; exec sleep 1000' 2>err; INIT=$PID
	up gate; up web; s6-svc -wD -d "$L/web"; : >go; up cmd
	! said 'app up' || fail 'app was started'
	s6-svc -u "$L/web"; up app; stop; code 143
}

# --- CMD, essential services and their codes ---

t_cmd_is_last_and_its_code_counts() {
	node a 0 'sleep 0.3'; sed -i 's/^log a up/log a up; echo >\&3/' "$L/a/run"; ready_fd a
	bg init --compiled "$L" sh -c 'echo cmd up >>log; pwd >where; exit 9' 2>err
	INIT=$PID; code 9
	before 'a up' 'cmd up'; said 'a down'; is "$(cat where)" "$PWD" 'directory of CMD'
}
t_cmd_by_signal() { node a 0; bg init --compiled "$L" sh -c 'kill -KILL $$' 2>err; INIT=$PID; code 137; }
t_cmd_not_found() { node a 0; bg init --compiled "$L" nobody-has-this 2>err; INIT=$PID; code 127; }
t_cmd_not_runnable() { node a 0; bg init --compiled "$L" "$L/a" 2>err; INIT=$PID; code 126; }
t_cmd_gets_signals() {
	node a 0
	bg init --compiled "$L" sh -c 'trap "exit 21" USR1; echo cmd up >>log; while :; do sleep 0.05; done' 2>err
	INIT=$PID; up cmd; kill -USR1 "$INIT"; code 21
}
t_essential_by_code() { node a 0; node app 3 'sleep 0.2; exit 5'; policy app essential 1; boot; code 5; said 'a down'; }
t_essential_by_signal() { node app 0 'kill -SEGV $$'; policy app essential 1; boot; code 139; }
t_essential_not_found() { node app 0; rm "$L/app/run"; policy app essential 1; boot; code 127; }
t_essential_not_runnable() { node app 0; chmod -x "$L/app/run"; policy app essential 1; boot; code 126; }
t_success_codes_of_a_stop() { node app 0; printf '#!/bin/sh\necho app up >>%s/log\nexec sleep 1000\n' "$PWD" >"$L/app/run"; policy app essential 1; policy app success-codes 143; boot; up app; stop; code 0; }
t_no_scandir() { rc 111 init --compiled "$PWD/none"; node a 0; : >"$L/.s6-svscan"; boot; code 111; ! said 'a up' || fail 'a was started'; }
t_success_codes() { node app 0 'exit 5'; policy app essential 1; policy app success-codes '5 6'; boot; code 0; }
t_term_without_a_handler() { node app 0; printf '#!/bin/sh\necho app up >>%s/log\nexec sleep 1000\n' "$PWD" >"$L/app/run"; policy app essential 1; boot; up app; stop; code 143; }
t_essential_on_failure_ends_with_success() {
	node app 0 'echo >>starts; [ "$(wc -l <starts)" -ge 2 ] || exit 1; exit 0'
	sed -i "2i cd $PWD" "$L/app/run"
	policy app essential 1; policy app restart on-failure
	boot; code 0; is "$(wc -l <starts)" 2 starts
}
t_restart_budget() { node app 0 'exit 6'; policy app essential 1; policy app restart always; policy app max-restarts 1; boot; code 6; like "$(cat err)" 'too many restarts'; }
t_restart_budget_of_successes() { node app 0 'exit 0'; policy app essential 1; policy app restart always; policy app max-restarts 1; boot; code 123; }
t_never_restarted() {
	node a 0 'echo >>starts; exit 1'; sed -i "2i cd $PWD" "$L/a/run"
	policy a restart never; node b 0
	boot; up b; within 20 test -e starts; sleep 1.5
	is "$(wc -l <starts)" 1 starts; stop; code 0
}
t_exit_code_left_behind() { node a 0; boot; up a; echo 122 >"$L/.init/exitcode"; s6-svscanctl -t "$L"; code 122; }
t_stopped_by_hand_is_no_end() {
	node app 7; policy app essential 1; node a 0
	boot; up app; s6-svc -wD -T 10000 -d "$L/app"; alive "$INIT" || fail 'init has left'
	# up is before its trap is set
	s6-svc -wu -T 10000 -u "$L/app"; within 20 said_twice 'app up'; stop; code 7
}

# --- the way down ---

t_hung_essential() {
	export INIT_STOP_TIMEOUT=500ms
	node app 0; sed -i 's/^trap.*/trap "" TERM/' "$L/app/run"; policy app essential 1; node a 0
	boot; up app; up a; stop; code 137
}
t_hung_other() {
	export INIT_STOP_TIMEOUT=500ms
	node a 0; sed -i 's/^trap.*/trap "" TERM/' "$L/a/run"
	boot; up a; stop; code 121
}
t_hung_other_but_essential_ended() {
	export INIT_STOP_TIMEOUT=500ms
	node a 0; sed -i 's/^trap.*/trap "" TERM/' "$L/a/run"
	DEPS=a node app 7; policy app essential 1
	boot; up app; stop; code 7
}
t_hung_finish() {
	export INIT_STOP_TIMEOUT=500ms
	node app 7; policy app essential 1
	printf '#!/bin/sh\nexec sleep 1000\n' >"$L/app/finish"; chmod +x "$L/app/finish"; echo 0 >"$L/app/timeout-finish"
	boot; up app; stop; code 7
}
t_hung_down_script() { export INIT_STOP_TIMEOUT=500ms; oneshot m : 'exec sleep 1000'; DEPS=m node a 0; boot; up a; stop; code 121; }
t_timeout_kill() { node app 0; sed -i 's/^trap.*/trap "" TERM/' "$L/app/run"; policy app essential 1; echo 300 >"$L/app/timeout-kill"; boot; up app; stop; code 137; }
t_second_term_kills() {
	node app 0; sed -i 's/^trap.*/trap "" TERM/' "$L/app/run"; policy app essential 1
	boot; up app; stop; within 20 test -e "$L/.init/stopping"; sleep 0.3; alive "$INIT" || fail 'too early'; stop; code 137
}
t_echo_of_term_is_one() {
	node app 0; sed -i 's/^trap.*/trap "log got; sleep 1; exit 7" TERM/' "$L/app/run"; policy app essential 1
	boot; up app; stop; stop; code 7
}
t_bytes_never_kill() {
	node app 0; sed -i 's/^trap.*/trap "sleep 1; exit 7" TERM/' "$L/app/run"; policy app essential 1
	boot; up app; for _ in 1 2 3; do s6-svscanctl -t "$L"; sleep 0.25; done; code 7
}
t_int_stops() { node app 7; policy app essential 1; boot; up app; kill -INT "$INIT"; code 7; }
t_registration_stops_first() {
	node app 0; node reg 0; policy reg stop-after app
	export INIT_STOP_DELAY=700ms
	boot; up app; up reg; stop
	within 20 said 'reg down'; sleep 0.2; ! said 'app down' || fail 'no delay'
	code 0; is "$(order down)" 'reg app ' order
}
t_down_only_after_up() { oneshot m : 'echo m undone >>'"$PWD/log"; oneshot n 'exit 1' 'echo n undone >>'"$PWD/log"; DEPS=m oneshot o : 'exit 3'; boot; code 120; ! said 'n undone'; }
t_group_gets_the_signal() {
	node a 0; printf '#!/bin/sh\n(trap "echo child down >>%s/log; exit" TERM; echo child up >>%s/log; while :; do sleep 0.05; done) & wait\n' "$PWD" "$PWD" >"$L/a/run"
	policy a kill-group 1
	boot; up child; stop; code 0; said 'child down'
}
t_orphans_get_term() {
	node a 0 "setsid sh -c 'trap \"echo orphan down >>$PWD/log; exit\" TERM; echo orphan up >>$PWD/log; while :; do sleep 0.05; done' &"
	boot; up a; up orphan; stop; code 0; said 'orphan down'
}
t_orphan_storm_during_stop() {
	can_isolate || skip 'no namespaces here'
	node a 0; sed -i 's/^trap.*/trap "for i in $(seq 300 | tr "\\n" " "); do (sleep 0.0\$((i % 10)) \&) ; done; log a down; exit 0" TERM/' "$L/a/run"
	DEPS=a node app 7; policy app essential 1
	bg unshare -p -m -f --mount-proc "$BIN/init" --compiled "$L" 2>err
	INIT=$PID; up app
	read -r p <"/proc/$PID/task/$PID/children"
	kill -TERM "$p"; code 7; said 'a down'
}
t_log_drains() {
	node a 0; mkdir -p "$L/a/log"
	printf '#!/bin/sh\nexec cat >%s/lines\n' "$PWD" >"$L/a/log/run"
	printf '#!/bin/sh\ntrap "echo last words; exit 0" TERM\necho first\necho a up >>%s/log\nwhile :; do sleep 0.05; done\n' "$PWD" >"$L/a/run"
	chmod +x "$L/a/log/run"
	boot; up a; stop; code 0; is "$(tr '\n' ' ' <lines)" 'first last words ' lines
}
# What --compiled supervises is written by somebody else.
t_reload_of_a_scandir() {
	node a 0; DEPS=a node b 0; node c 0
	boot; up b; up c
	DEPS=b node d 0; mv "$L/c" away
	s6-svscanctl -h "$L"; within 20 said 'c down'; up d
	mv away "$L/c"; echo x >"$L/d/policy/restart"; s6-svscanctl -h "$L"
	within 20 grep -q 'unable to reload' err
	rm "$L/d/policy/restart"; s6-svscanctl -h "$L"
	within 20 said_twice 'c up'
	is "$(grep -cx 'a up' log)$(grep -cx 'b up' log)$(grep -cx 'd up' log)" 111 starts
	stop; code 0; before 'd down' 'b down'; before 'b down' 'a down'
}
pss() { awk '/^Pss:/ { print $2 }' "/proc/$INIT/smaps_rollup"; }
small() { [ "$(pss)" -le 520 ]; }
t_stays_small() { # the budget: 520 kB with ten services, when all are up
	local i
	for i in 0 1 2 3 4 5 6 7 8 9; do node s$i 0; done
	boot
	for i in 0 1 2 3 4 5 6 7 8 9; do up s$i; done
	within 20 small || fail "init's PSS is $(pss) kB"
	stop
	code 0
}
t_only_one() { node a 0; boot; up a; rc 100 init --compiled "$L"; stop; code 0; }

# --- one program alone ---

t_alone_codes() {
	local n
	for n in init 'tini -s' docker-init dumb-init catatonit; do
		rc 7 $n -- sh -c 'exit 7'
		rc 137 $n -- sh -c 'kill -9 $$'
	done
	for n in init 'tini -s'; do rc 127 $n -- "$PWD/nobody"; rc 126 $n -- /; done
	rc 2 dumb-init "$PWD/nobody"; rc 1 catatonit "$PWD/nobody"
	rc 1 tini; rc 1 dumb-init; rc 1 catatonit
	rc 0 tini -s -e 7 -- sh -c 'exit 7'; rc 0 init -e 143 sh -c 'kill $$'; rc 3 tini -s -e 7 sh -c 'exit 3'
}
t_alone_signals() {
	local n
	for n in init 'tini -s' dumb-init catatonit; do
		rm -f log
		# shellcheck disable=SC2086
		bg $n -- sh -c 'trap "exit 5" TERM; echo x up >>log; while :; do sleep 0.05; done' 2>err
		INIT=$PID; up x; stop; code 5
	done
}
t_alone_rewrites() {
	local n
	for n in 'init -r TERM:INT' 'dumb-init -r 15:2'; do
		rm -f log
		# shellcheck disable=SC2086
		bg $n -- sh -c 'trap "exit 6" INT; echo x up >>log; while :; do sleep 0.05; done' 2>err
		INIT=$PID; up x; stop; code 6
	done
}
t_alone_groups() {
	local n
	for n in 'init -g' 'tini -sg' 'env TINI_KILL_PROCESS_GROUP=1 tini -s' dumb-init 'catatonit -g'; do
		rm -f log
		# shellcheck disable=SC2086
		bg $n -- sh -c 'trap "wait; exit 8" TERM; (trap "echo child down >>log; exit" TERM; echo child up >>log; while :; do sleep 0.05; done) & wait' 2>err
		INIT=$PID; up child; stop; code 8; said 'child down' || fail "$n"
	done
	rm -f log
	bg env DUMB_INIT_SETSID=0 dumb-init sh -c 'trap "exit 8" TERM; echo x up >>log; while :; do sleep 0.05; done' 2>err
	INIT=$PID; up x; stop; code 8
}

t_alone_on_a_terminal() {
	local n
	for n in init 'tini -s' dumb-init catatonit; do
		echo hello | timeout 30 script -qec "exec $n sh -c 'read x </dev/tty; echo got \$x'" /dev/null >out
		like "$(cat out)" 'got hello' "$n"
	done
}

for t in $(declare -F | sed -n 's/^declare -f t_//p'); do
	case $t in pid1_* | not_pid1_* | below_init_* | uid_* | read_only_* | noexec_run_* | no_run_* | no_caps_* | closed_stdio_* | tty_*) continue ;; esac
	check "$t"
done

finish

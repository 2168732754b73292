#!/bin/bash
# init: boot, order, stop and exit code. First the basic life (boot, crash,
# restart, TERM, exit code) in each of ten surroundings, in a root file system
# and a pid namespace of its own; then what can happen on the way up and down.
. "$(dirname "$0")/lib.sh"

L=$PWD/L

# --- a root file system, and lives in it ---

can_isolate() { [ "$(id -u)" = 0 ] && unshare -p -m -f --mount-proc true 2>/dev/null; }

# A service that says when it goes up and down: NAME CODE [BEFORE-READY].
steady() {
	printf '#!/bin/sh\nlog() { echo "$*" >>%s/log; }\n%s\nlog %s up\n' "${OUT:-$PWD}" "${3:-:}" "$1"
	printf 'trap "log %s down; exit %s" TERM\nwhile :; do sleep 0.05; done\n' "$1" "$2"
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

finish

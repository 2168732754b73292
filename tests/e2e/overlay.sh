#!/bin/bash
# Images made for s6-overlay v3 (and v2), unchanged: trees as popular images
# have them, each booted as /init in a root file system and a pid namespace of
# its own, then told to stop. What each part did is in /out/log.
# The trees' text is for the shells inside.
# shellcheck disable=SC2016,SC2034
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] && unshare -p -m -f --mount-proc true 2>/dev/null || {
	t_namespaces() { skip 'no pid and mount namespaces here'; }
	check namespaces
	finish
	exit
}

# --- making an image ---

image() {
	mkdir -p out root/{usr,proc,dev,tmp,run,out,app,command,var,etc/s6-overlay/s6-rc.d/user/contents.d}
	chmod 1777 root/tmp
	ln -s usr/bin usr/sbin usr/lib root/
	[ ! -e /usr/lib64 ] || ln -s usr/lib64 root/
	ln -s /run root/var/run
	cp "$BUILD/basebox" root/command/basebox
	for n in $("$BIN/basebox" --list); do ln -s basebox "root/command/$n"; done
	ln -s command/basebox root/init
	echo 'root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/sh' >root/etc/passwd
	echo 'root:x:0:
nobody:x:65534:' >root/etc/group
	RC=root/etc/s6-overlay/s6-rc.d
}
# put PATH TEXT: an executable file of the image.
put() { mkdir -p "root/$(dirname "$1")"; printf '%s\n' "$2" >"root/$1"; chmod +x "root/$1"; }
names() { local d=$1 n; shift; mkdir -p "$d"; for n; do : >"$d/$n"; done; }
user() { names "$RC/user/contents.d" "$@"; }
STEADY='trap "echo $0 >/dev/null; log NAME down; exit 0" TERM
log NAME up
while sleep 0.05 || exit 1; do :; done'
LOG='log() { echo "$*" >>/out/log; }'
# A script that says up, stays, says down when it is told to.
steady() { printf '#!%s\n%s\n%s' "${2:-/bin/sh}" "$LOG" "${STEADY//NAME/$1}"; }
# longrun NAME [DEPENDENCY...] with the shebang $SHEBANG
longrun() {
	local n=$1; shift
	put "etc/s6-overlay/s6-rc.d/$n/run" "$(steady "$n" "${SHEBANG-}")"
	echo longrun >"$RC/$n/type"
	names "$RC/$n/dependencies.d" "$@"
}
# oneshot NAME UP [DEPENDENCY...]
oneshot() {
	local n=$1 up=$2; shift 2
	names "$RC/$n/dependencies.d" "$@"
	echo oneshot >"$RC/$n/type"
	printf '%s\n' "$up" >"$RC/$n/up"
}

# --- living in it ---

inside='cd "$1" && mount --rbind /usr root/usr && mount --rbind /dev root/dev &&
mount --bind out root/out && mount -t proc proc root/proc &&
${DISK_RUN-mount} -t tmpfs -o noexec,mode=755 none root/run || exit 99
shift
exec /usr/sbin/chroot root /init "$@"'
boot() {
	bg unshare -p -m -f --kill-child --mount-proc --propagation private \
		env -i PATH=/usr/bin:/bin "${ENV[@]}" bash -c "$inside" - "$T" "$@" 2>>err
	INIT=$PID
}
ENV=(A=1)
said() { grep -qx "$1" "$T/out/log" 2>/dev/null; }
ended_or_said() { dead "$INIT" || said "$1"; }
wait_for() {
	within 30 ended_or_said "$1"
	said "$1" || fail "it ended without <$1>: $(tail -n 2 err), log: $(cat out/log)"
}
# Tells PID 1 of the namespace.
stop() { local p; read -ra p <"/proc/$INIT/task/$INIT/children"; kill -TERM "${p[0]}"; }
code() { local r=0; wait "$INIT" || r=$?; is "$r" "$1" "exit code"; }
line() { grep -nx "$1" "$T/out/log" | head -1 | cut -d: -f1; }
before() {
	said "$1" || fail "no <$1> in $(cat out/log)"
	said "$2" || fail "no <$2> in $(cat out/log)"
	[ "$(line "$1")" -lt "$(line "$2")" ] || fail "<$1> is not before <$2>: $(cat out/log)"
}

# 1. Oneshots whose up is the path of a script, with-contenv, variables that
# scripts leave for others, bundles between the stages.
t_stages() {
	image
	oneshot init-adduser /etc/s6-overlay/s6-rc.d/init-adduser/run
	put etc/s6-overlay/s6-rc.d/init-adduser/run '#!/command/with-contenv bash
echo "adduser PUID=$PUID" >>/out/log
printf "%s" made >/run/s6/container_environment/LATER'
	oneshot init-config '/command/execlineb -P /etc/s6-overlay/s6-rc.d/init-config/run' init-adduser
	put etc/s6-overlay/s6-rc.d/init-config/run '#!/command/execlineb -P
/command/with-contenv importas -i L LATER redirfd -a 1 /out/log s6-echo "config LATER=${L}"'
	mkdir -p "$RC/init-services"
	echo bundle >"$RC/init-services/type"
	names "$RC/init-services/contents.d" init-adduser init-config
	SHEBANG='/command/with-contenv bash' longrun svc-nginx init-services
	longrun svc-php init-services
	longrun svc-unused
	user init-adduser init-config init-services svc-nginx svc-php
	ENV=(PUID=1000)
	boot
	wait_for 'svc-nginx up'
	wait_for 'svc-php up'
	before 'adduser PUID=1000' 'config LATER=made'
	before 'config LATER=made' 'svc-nginx up'
	stop
	code 0
	before 'svc-nginx up' 'svc-nginx down'
	said 'svc-php down'
	! said 'svc-unused up' || fail 'a service outside of the bundle was started'
}
check stages

# 2. v2's cont-init.d, services.d and cont-finish.d.
t_legacy() {
	image
	put etc/cont-init.d/10-second '#!/command/with-contenv sh
echo second >>/out/log'
	put etc/cont-init.d/01-first '#!/bin/sh
echo first >>/out/log; exit 3'
	put etc/services.d/web/run "$(steady web)"
	put etc/services.d/web/finish '#!/bin/sh
echo "web finish $1" >>/out/log'
	put etc/cont-finish.d/01-bye '#!/bin/sh
echo bye >>/out/log'
	boot
	wait_for 'web up'
	before first second
	before second 'web up'
	stop
	code 0
	before 'web down' 'web finish 0'
	before 'web finish 0' bye
}
check legacy

# 3. A finish that gives its code to the container and halts it.
t_finish_halts() {
	image
	put etc/services.d/app/run '#!/bin/sh
exit 7'
	put etc/services.d/app/finish '#!/bin/sh
echo "finish $1" >>/out/log
echo "$1" >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt'
	put etc/services.d/other/run "$(steady other)"
	boot
	code 7
	said 'finish 7' || fail 'finish was not run'
}
check finish_halts

# 4. An execline finish of Home Assistant's kind: the signal's code, and v2's
# paths for ending all.
t_finish_v2() {
	image
	put etc/services.d/core/run "#!/bin/sh
$LOG
log core up
kill -9 \$\$"
	put etc/services.d/core/finish '#!/command/execlineb -S1
if { eltest ${1} -eq 256 }
foreground { redirfd -w 1 /var/run/s6/env-stage3/S6_STAGE2_EXITED s6-echo 137 }
s6-svscanctl -t /var/run/s6/services'
	boot
	code 137
}
check finish_v2

# 5. A producer piped into a logger, which becomes one bundle.
t_pipeline() {
	image
	put etc/s6-overlay/s6-rc.d/gen/run '#!/bin/sh
echo "line one"
exec sleep 1000'
	echo longrun >"$RC/gen/type"
	echo gen-log >"$RC/gen/producer-for"
	put etc/s6-overlay/s6-rc.d/gen-log/run '#!/bin/sh
echo "logger up" >>/out/log
while read -r l; do echo "got $l" >>/out/log; done'
	echo longrun >"$RC/gen-log/type"
	echo gen >"$RC/gen-log/consumer-for"
	echo gen-pipeline >"$RC/gen-log/pipeline-name"
	user gen-pipeline
	boot
	wait_for 'got line one'
	before 'logger up' 'got line one'
	stop
	code 0
}
check pipeline

# 6. user-bundles.d of newer releases, and user2 behind the legacy services.
t_user_bundles() {
	image
	longrun first
	longrun late legacy-services
	mkdir -p root/etc/s6-overlay/user-bundles.d/{user,user2}
	echo bundle >root/etc/s6-overlay/user-bundles.d/user/type
	names root/etc/s6-overlay/user-bundles.d/user/contents.d first
	names root/etc/s6-overlay/user-bundles.d/user2/contents.d late
	put etc/services.d/old/run "$(steady old)"
	boot
	wait_for 'late up'
	wait_for 'old up'
	wait_for 'first up'
	stop
	code 0
	before 'late up' 'late down'
	said 'old down' && said 'first down' || fail "not all went down: $(cat out/log)"
}
check user_bundles

# 7. A oneshot that fails stops the container when S6_BEHAVIOUR_IF_STAGE2_FAILS
# is 2, and otherwise only what depends on it.
t_stage2_fails() {
	image
	oneshot bad 'exit 1'
	longrun behind bad
	longrun beside
	user bad behind beside
	ENV=(S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
	boot
	code 120
	rm -f out/log
	ENV=(A=1)
	boot
	wait_for 'beside up'
	stop
	code 0
	! said 'behind up' || fail 'what depends on a failed oneshot was started'
}
check stage2_fails

# 8. The older files `dependencies` and `contents`; a oneshot with a down.
t_old_format() {
	image
	oneshot prepare 'redirfd -a 1 /out/log s6-echo "prepare up"'
	echo 'redirfd -a 1 /out/log s6-echo "prepare down"' >"$RC/prepare/down"
	longrun a
	rm -r "$RC/a/dependencies.d"
	printf '# what it needs\nprepare\n' >"$RC/a/dependencies"
	mkdir "$RC/all"
	echo bundle >"$RC/all/type"
	printf 'a\nprepare\n' >"$RC/all/contents"
	user all
	boot
	wait_for 'a up'
	before 'prepare up' 'a up'
	stop
	code 0
	before 'a down' 'prepare down'
}
check old_format

# 9. CMD beside the services: it starts last, its end is the container's.
t_command() {
	image
	longrun svc
	user svc
	put etc/cont-init.d/01 '#!/bin/sh
echo init >>/out/log'
	put app/main '#!/bin/sh
echo "main $1 in $PWD" >>/out/log
exit 42'
	ENV=(S6_CMD_ARG0=/app/main)
	boot "an argument"
	code 42
	before init 'main an argument in /'
	said 'svc down' || fail 'the service was not stopped'
}
check command

# CMD gets the signals when it is to; what is left behind has so long to end.
t_command_gets_signals() {
	image
	longrun svc
	user svc
	put app/main '#!/bin/sh
setsid sh -c "trap : TERM; while :; do sleep 0.05; done" &
trap "echo told INT >>/out/log" INT
trap "echo told TERM >>/out/log; exit 9" TERM
echo main up >>/out/log
while :; do sleep 0.05; done'
	ENV=(S6_CMD_RECEIVE_SIGNALS=1 S6_KILL_GRACETIME=50)
	boot /app/main
	wait_for 'main up'
	local p; read -ra p <"/proc/$INIT/task/$INIT/children"
	kill -INT "${p[0]}"
	wait_for 'told INT'
	stop
	code 9
	before 'told TERM' 'svc down'
}
check command_gets_signals

t_boot_in_time() {
	image
	longrun svc
	echo 3 >"$RC/svc/notification-fd"
	user svc
	ENV=(S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
	boot
	code 120
	grep -q 'svc: is not ready in time' err
}
check boot_in_time

# 10. Services made at the start by S6_STAGE2_HOOK, in a profile.
t_hook_and_profile() {
	image
	put etc/make '#!/bin/sh
mkdir -p /etc/cont-profile.d/p/services.d/made
cp /etc/template /etc/cont-profile.d/p/services.d/made/run
printcontenv S6_RUNTIME_PROFILE >/out/profile
printf later >/run/s6/container_environment/FROM_HOOK
printf other >/run/s6/container_environment/B
echo hook >>/out/log'
	put etc/template "$(steady made)"
	put etc/cont-profile.d/p/cont-init.d/1 '#!/command/with-contenv sh
echo "$FROM_HOOK $B" >/out/env'
	put etc/services.d/other/run "$(steady other)"
	mkdir -p root/etc/cont-profile.d/p/cont-init.d
	ENV=(S6_STAGE2_HOOK=/etc/make S6_RUNTIME_PROFILE=p B=1)
	boot
	wait_for 'made up'
	before hook 'made up'
	is "$(cat out/profile)" p
	is "$(cat out/env)" 'later other'
	stop
	code 0
	! said 'other up' || fail 'a service outside of the profile was started'
}
check hook_and_profile

# 11. fix-attrs.d, and an up that somebody wrote as a shell script.
t_fix_attrs() {
	image
	mkdir -p root/var/data/sub root/etc/fix-attrs.d
	: >root/var/data/sub/file
	echo '/var/data true nosuch,65534:65534 0640 0750
# a comment' >root/etc/fix-attrs.d/01-data
	oneshot look '#!/bin/sh
stat -c "%u %g %a" /var/data/sub/file >>/out/log
if [ -d /var/data/sub ]; then stat -c "%u %g %a" /var/data/sub >>/out/log; fi
echo done >>/out/log' base
	user look
	boot
	wait_for done
	stop
	code 0
	before '65534 65534 640' '65534 65534 750'
}
check fix_attrs

# 12. s6-rc's command, from inside.
t_s6_rc() {
	image
	longrun db
	longrun web db
	longrun spare
	put etc/s6-overlay/s6-rc.d/ask/run '#!/bin/sh
while ! grep -qx "web up" /out/log; do sleep 0.05 || exit 1; done
s6-rc -a list | sort | tr "\n" " " >/out/first
s6-rc -u change spare || exit 1
s6-rc -d change db || exit 1
s6-rc -a list | sort | tr "\n" " " >/out/second
s6-rc -u change nosuch 2>/dev/null
echo "unknown $?" >>/out/log
exec sleep 1000'
	echo longrun >"$RC/ask/type"
	user db web ask
	boot
	wait_for 'unknown 3'
	is "$(cat out/first)" 'ask db fix-attrs legacy-cont-init web '
	is "$(cat out/second)" 'ask fix-attrs legacy-cont-init spare '
	before 'web down' 'db down'
	stop
	code 0
}
check s6_rc

# S6_LOGGING: all that services print is in files, too; or only there. CMD's
# output stays where it is.
t_logging() {
	image
	put etc/s6-overlay/s6-rc.d/svc/run "#!/bin/sh
echo from svc; echo oops >&2
$LOG
log svc up
while sleep 0.05 || exit 1; do :; done"
	echo longrun >"$RC/svc/type"
	user svc
	put etc/cont-finish.d/look '#!/bin/sh
cut -d" " -f2- /run/uncaught-logs/current >/out/caught'
	put app/main '#!/bin/sh
until grep -q "from svc" /run/uncaught-logs/current; do sleep 0.05; done 2>/dev/null
echo from main'
	local n
	for n in 1 2; do
		rm -f out/log
		ENV=(S6_LOGGING=$n)
		boot /app/main >stdout
		code 0
		is "$(sort out/caught | tr '\n' ' ')" 'from svc oops ' "in files ($n)"
		[ $n = 1 ] && is "$(sort stdout | tr '\n' ' ')" 'from main from svc oops ' stdout
		[ $n = 2 ] && is "$(sort stdout | tr '\n' ' ')" 'from main ' stdout
	done
}
check logging

# A script of cont-finish.d that hangs holds up the rest so long only; the
# disks are flushed.
t_finish_maxtime() {
	image
	longrun svc
	user svc
	put etc/cont-finish.d/1 '#!/bin/sh
trap "" TERM
echo 1 hangs >>/out/log
exec sleep 1000'
	put etc/cont-finish.d/2 '#!/bin/sh
echo 2 ran >>/out/log; exit 3'
	ENV=(S6_KILL_FINISH_MAXTIME=100 S6_KILL_GRACETIME=100 S6_SYNC_DISKS=1)
	boot
	wait_for 'svc up'
	stop
	code 0
	before '1 hangs' '2 ran'
}
check finish_maxtime

t_logutil_service() {
	image
	mkdir -p "$RC/gen"
	put etc/services.d/gen/run '#!/bin/sh
echo a line; exec sleep 1000'
	put etc/services.d/gen/log/run '#!/command/execlineb -P
foreground { s6-setuidgid nobody mkdir /tmp/logs } logutil-service /tmp/logs'
	rmdir "$RC/gen"
	put etc/services.d/look/run '#!/bin/sh
until grep -q "a line" /tmp/logs/current; do sleep 0.05; done 2>/dev/null
stat -c %U /tmp/logs/current >/out/who
cat /tmp/logs/current >>/out/log
echo looked >>/out/log; exec sleep 1000'
	ENV=(S6_LOGGING_SCRIPT='n3 p>')
	boot
	wait_for looked
	said '> a line' || fail "no line: $(cat out/log)"
	is "$(cat out/who)" nobody
	stop
	code 0
}
check logutil_service

# The catch-all log's user; one that does not exist is told, and root writes.
t_catchall_user() {
	image
	put etc/s6-overlay/s6-rc.d/svc/run "#!/bin/sh
echo from svc
$LOG
log svc up
while sleep 0.05 || exit 1; do :; done"
	echo longrun >"$RC/svc/type"
	user svc
	put app/main '#!/bin/sh
until grep -q "from svc" /run/uncaught-logs/current; do sleep 0.05; done 2>/dev/null
stat -c "%U %a" /run/uncaught-logs >/out/dir
stat -c %U /run/uncaught-logs/current >/out/who'
	ENV=(S6_LOGGING=1 S6_CATCHALL_USER=nobody)
	boot /app/main
	code 0
	is "$(cat out/dir out/who | tr '\n' ' ')" 'nobody 700 nobody '
	rm -f out/*
	ENV=(S6_LOGGING=2 S6_CATCHALL_USER=missing)
	boot /app/main
	code 0
	is "$(cat out/who)" root
	like "$(cat err)" 'S6_CATCHALL_USER: there is no user missing'
}
check catchall_user

# What is said of starts and stops, by init and by s6-rc.
t_verbosity() {
	image
	oneshot prep 'true'
	echo 'exit 1' >"$RC/prep/down"
	longrun svc prep
	longrun spare
	user prep svc
	put etc/services.d/ask/run "#!/bin/sh
$LOG
for v in 0 1 2; do
	s6-rc -v \$v -u change spare 2>/out/up\$v
	s6-rc -v \$v -d change spare 2>/out/down\$v
done
log asked; exec sleep 1000"
	local l x='s6-rc: info: service'
	boot
	wait_for asked
	stop
	code 0
	for l in prep svc legacy-services; do
		grep -qx "$x $l successfully started" err || fail "no start of $l: $(cat err)"
	done
	for l in "prep: starting" "svc: starting" "svc: stopping" "svc successfully stopped" \
		"prep: stopping" "prep successfully stopped"; do
		grep -qx "$x $l" err || fail "no line <$l>: $(cat err)"
	done
	like "$(cat err)" 'init: warning: prep: down failed'
	is "$(cat out/up[01] out/down[01])" ''
	is "$(cat out/up2)" "$x spare: starting
$x spare successfully started"
	is "$(cat out/down2)" "$x spare: stopping
$x spare successfully stopped"
	for l in 1 0; do
		rm -f out/*; : >err
		ENV=(S6_VERBOSITY=$l)
		boot
		wait_for asked
		stop
		code 0
		is "$(grep -c 'info: service' err)" 0 "lines at $l"
		is "$(grep -c 'down failed' err)" "$l" "warnings at $l"
	done
}
check verbosity

t_helpers() {
	image
	put etc/cont-init.d/1 '#!/bin/sh
printenv >/dev/null
printcontenv WORDS >/out/words; echo "$?" >>/out/codes
printcontenv MISSING >/out/missing 2>/out/why; echo "$?" >>/out/codes
printcontenv ../exitcode 2>/dev/null; echo "$?" >>/out/codes
printf "late\n" >/run/s6/container_environment/LATE
printcontenv LATE >/out/late; echo "$?" >>/out/codes
with-retries -n 5 -t 1 sh -c "echo >>/out/tries; [ \$(wc -l </out/tries) = 3 ]"; echo "$?" >>/out/codes
with-retries -t 1 sh -c "echo >>/out/three; exit 200"; echo "$?" >>/out/codes
with-retries -n 2 -t 1 /no/such/program 2>/dev/null; echo "$?" >>/out/codes
with-retries -n 2 -t 1 sh -c "echo >>/out/killed; kill -9 \$\$"; echo "$?" >>/out/codes
with-retries -n 0 true 2>/dev/null; echo "$?" >>/out/codes
echo helped >>/out/log'
	put etc/services.d/svc/run "$(steady svc)"
	ENV=('WORDS= two  words')
	boot
	wait_for helped
	stop
	code 0
	is "$(tr '\n' ' ' <out/codes)" '0 1 1 0 0 200 127 137 100 '
	is "$(cat out/words; echo .)" ' two  words.'
	is "$(cat out/late; echo .)" 'late
.'
	is "$(cat out/missing)" ''
	is "$(cat out/why)" 'printcontenv: fatal: variable MISSING is not set'
	is "$(wc -l <out/tries) $(wc -l <out/three) $(wc -l <out/killed)" '3 3 2'
	is "$(ELSE=x printcontenv ELSE; env -u ELSE printcontenv ELSE 2>/dev/null || echo "$?")" x1
}
check helpers

# The live scandir has the names of s6-rc and of v2, also where /var/run is no
# link to /run.
t_paths() {
	image
	longrun svc
	user svc
	put etc/services.d/web/run "$(steady web)"
	put app/main '#!/bin/sh
for d in /run/s6-rc/servicedirs/svc /run/s6/legacy-services/web /var/run/s6/services/web /var/run/s6/services/svc; do
	s6-svstat -o up $d >>/out/up
done
cat /var/run/s6/container_environment/A >/out/a
echo 5 >/var/run/s6/env-stage3/S6_STAGE2_EXITED'
	local how
	for how in link directory nothing; do
		rm -f out/*
		[ $how = link ] || rm root/var/run
		[ $how != directory ] || mkdir root/var/run
		boot /app/main
		code 5
		is "$(tr '\n' ' ' <out/up)" 'true true true true ' "$how"
		is "$(cat out/a)" 1 "$how"
		[ $how != directory ] || { rm root/var/run/s6; rmdir root/var/run; ln -s /run root/var/run; }
	done
}
check paths

# A container that is started again with the /run that it had.
t_second_life() {
	image
	put etc/services.d/web/run "$(steady web)"
	put app/main '#!/command/with-contenv sh
echo "${FIRST-no} ${LEFT-none}" >>/out/log
printf x >/run/s6/container_environment/LEFT
echo 3 >/run/s6-linux-init-container-results/exitcode'
	ENV=(DISK_RUN=true FIRST=yes)
	boot /app/main
	code 3
	sed -i '/^echo 3/d' root/app/main
	ENV=(DISK_RUN=true)
	boot /app/main
	code 0
	before 'yes none' 'no none'
}
check second_life

# With -r all is below it, the files for scripts, too.
t_other_root() {
	mkdir -p R/run R/etc/s6-overlay/s6-rc.d/a
	echo longrun >R/etc/s6-overlay/s6-rc.d/a/type
	printf '#!/bin/sh\n' >R/etc/s6-overlay/s6-rc.d/a/run
	chmod +x R/etc/s6-overlay/s6-rc.d/a/run
	mkdir -p here/s6/container_environment
	echo kept >here/s6/container_environment/OTHER
	cat >inside <<-'EOF'
		mount --bind here /run
		X=hello init-compile -l -r R out && X=there S6_STAGE2_HOOK='s6-echo hook' init-compile -l -r R out2
	EOF
	unshare -m bash inside >said || fail "exit $?"
	is "$(cat R/run/s6/container_environment/X)" there
	is "$(cat said)" hook
	is "$(ls here/s6/container_environment)" OTHER
}
check other_root
finish

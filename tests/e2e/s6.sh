#!/bin/bash
# The s6 tools beside the originals: recorded command lines with their texts and
# exit codes. Each side's tools look at that side's own supervisor.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/beside.sh"

# $FIX/sv [-f FILE=TEXT]... COMMAND: makes the service s (with ready
# notification when there is notification-fd), supervises it, waits until it is
# up, or until it is down when it has to be, runs COMMAND there, stops it.
setup()
{
	cat >sv <<-'END'
		#!/bin/bash
		wanted=-u
		mkdir s
		printf '#!/bin/sh\nexec sleep 1000\n' >s/run
		while [ "$1" = -f ]; do
			f=${2%%=*}
			mkdir -p "s/$(dirname "$f")"
			printf "${2#*=}\n" >"s/$f"
			case $f in
			notification-fd) [[ $(cat "s/$f") == [0-9]* ]] && wanted=-U ;;
			down) wanted=-D ;;
			esac
			shift 2
		done
		chmod 755 s/run s/finish s/log/run s/data/check 2>/dev/null
		exec 6>&1 7>&2
		env --default-signal s6-supervise s >log.out 2>log.err 6>&- 7>&- &
		pid=$!
		for i in {1..500}; do
			[ -s s/supervise/status ] && break
			sleep 0.01
		done
		s6-svwait $wanted -t 5000 s || echo "not as wanted"
		eval "$1"
		r=$?
		s6-svc -xd s 2>/dev/null
		wait $pid
		exit $r
	END
	# $FIX/scan COMMAND: s6-svscan on d with the services made by lines
	# "NAME RUN" of stdin; it is stopped afterwards.
	cat >scan <<-'END'
		#!/bin/bash
		mkdir -p d
		s6-svscan -d 3 d >scan.out 2>scan.err 3>ready &
		pid=$!
		for i in {1..500}; do
			[ -s ready ] && break
			sleep 0.01
		done
		eval "$1"
		r=$?
		s6-svscanctl -t d 2>/dev/null
		wait $pid
		exit $r
	END
	# $FIX/make DIR [RUN]: a service directory.
	cat >make <<-'END'
		#!/bin/bash
		mkdir -p "$1"
		printf '#!/bin/sh\n%s\n' "${2:-exec sleep 1000}" >"$1/run"
		chmod 755 "$1/run"
	END
	# $FIX/till COMMAND: until it succeeds, at most 5 s.
	cat >till <<-'END'
		#!/bin/bash
		for i in {1..250}; do
			eval "$1" >/dev/null 2>&1 && exit 0
			sleep 0.02
		done
		echo "not in time: $1"
		exit 1
	END
	# $FIX/empty DIR...: when there is nothing in them, in at most 5 s.
	printf '#!/bin/sh\nexec "$FIX/till" "test -z \"\$(find $* -type p)\""\n' >empty
	# $FIX/do LINE: with bash's own wait, umask and export.
	printf '#!/bin/bash\neval "$1"\n' >do
	chmod 755 sv scan make till do empty
}

# --- what later versions added, and what only ours have ---

# services NAME...: service directories in s, supervised by s6-svscan; all up.
services()
{
	local n
	for n; do
		mkdir -p "s/$n"
		printf '#!/bin/sh\nexec sleep 1000\n' >"s/$n/run"
		chmod 755 "s/$n/run"
	done
	bg s6-svscan s
	SCAN=$PID
	for n; do within 10 eval '[ "$(s6-svstat -u s/'"$n"' 2>/dev/null)" = true ]'; done
}
pid_of() { s6-svstat -p "s/$1"; }
ends_by() { [ "$(s6-svstat -o signal "s/$1")" = "SIG$2" ]; }

t_several_directories()
{
	services a b c
	s6-svstat s/a s/b s/c >out || fail "svstat: $?"
	is "$(sed 's/pid [0-9]*/pid N/; s/[0-9]* sec/N sec/' out | tr '\n' '|')" \
		's/a: up (pid N) N seconds|s/b: up (pid N) N seconds|s/c: up (pid N) N seconds|'
	is "$(s6-svstat -o up,wantedup s/a s/b | tr '\n' '|')" 'true true|true true|'
	s6-svc -wD -T 10000 -d s/a s/b || fail "svc: $?"
	is "$(s6-svstat -u s/a s/b s/c | tr '\n' ' ')" 'false false true '
	rc 111 s6-svc -u s/a s/none s/b
	within 10 eval '[ "$(s6-svstat -u s/b)$(s6-svstat -u s/a)" = truetrue ]' # the others were told
	rc 1 s6-svstat -u s/a s/none s/c
	is "$(tr '\n' ' ' <out)" 'true true '
	s6-svwait -u -t 10000 s/a s/b s/c || fail "svwait: $?"
}
t_signals_by_name()
{
	local n
	services ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2 14
	for n in ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2; do
		s6-svc -O "s/$n" && s6-svc -wD -T 10000 -s "$n" "s/$n" || fail "$n: $?"
		ends_by "$n" "$n" || fail "$n: $(s6-svstat "s/$n")"
	done
	s6-svc -O s/14 && s6-svc -wD -T 10000 -s 14 s/14
	ends_by 14 ALRM || fail "$(s6-svstat s/14)"
	rc 100 s6-svc -s SEGV s/14
	rc 100 s6-svc -s nonsense s/14
}
t_reload_signal()
{
	mkdir -p s/b
	echo USR1 >s/b/reload-signal
	services a b
	s6-svc -O s/a s/b
	s6-svc -wD -T 10000 -l s/a && s6-svc -wD -T 10000 -l s/b || fail "$?"
	ends_by a HUP || fail "$(s6-svstat s/a)"
	ends_by b USR1 || fail "$(s6-svstat s/b)"
}
# A child of the service, in its group, gets what the group gets.
t_process_group()
{
	local child
	services a
	printf '#!/bin/sh\nsleep 1000 & echo $! >child.new; mv child.new child; wait\n' >s/a/run
	s6-svc -wr -T 10000 -r s/a || fail "svc: $?"
	within 10 test -e s/a/child
	child=$(cat s/a/child)
	state() { awk '/^State/ { print $2 }' "/proc/$1/status"; }
	s6-svc -P s/a
	within 10 eval '[ "$(state '"$child"')" = T ]'
	is "$(s6-svstat -o paused s/a)" true paused
	s6-svc -C s/a
	within 10 eval '[ "$(state '"$child"')" = S ]'
	s6-svc -O s/a && s6-svc -wD -T 10000 -K s/a || fail "svc: $?"
	within 10 dead "$child"
}
t_long_names()
{
	local i
	mkdir -p s/a_name_of_twenty_one_
	for i in {1..6}; do mkdir "s/$i"; done
	bg s6-svscan --services-max=4 --name-max 20 --timeout 0 --notification-fd 4 \
		s 4>ready 2>err
	within 10 test -s ready
	within 10 eval '[ "$(grep -c "too many services" err)" = 2 ]'
	like "$(cat err)" 'a_name_of_twenty_one_'
	is "$(find s -mindepth 2 -name supervise | wc -l)" 4 supervised
	rc 99 s6-svwait --timeout 10 -u "$(dirname "$(find s -mindepth 2 -name supervise | head -1)")"
}
t_last_error()
{
	services a
	s6-svc -wD -T 10000 -d s/a
	is "$(s6-svstat -o lasterror s/a)" NA
	chmod -x s/a/run
	s6-svc -u s/a
	within 10 eval 's6-svstat -o lasterror s/a | grep -q exec'
	is "$(s6-svstat -o lasterror,up s/a)" 'unable to exec run: Permission denied false'
	like "$(sv status ./s/a)" 'unable to exec run: Permission denied'
	printf '#!/no/such/program\n' >s/a/run
	chmod +x s/a/run
	s6-svc -u s/a
	within 10 eval 's6-svstat -o lasterror s/a | grep -q /no/such'
	printf '#!/bin/sh\nexec sleep 1000\n' >s/a/run
	s6-svc -u s/a
	within 10 eval '[ "$(s6-svstat -o lasterror,up s/a)" = "NA true" ]'
}

# --- runit's and daemontools' words ---

t_sv()
{
	local p
	services a b
	export SVDIR=$T/s
	is "$(sv status a b | sed 's/[0-9][0-9]*/N/g' | tr '\n' '|')" \
		'run: a: (pid N) Ns|run: b: (pid N) Ns|'
	like "$(sv stop a b)" 'ok: down: b: '
	is "$(sv status a | sed 's/[0-9][0-9]*/N/g')" 'down: a: Ns, normally up'
	like "$(sv start a)" 'ok: run: a: '
	p=$(pid_of a)
	like "$(sv restart a)" 'ok: run: a: '
	[ "$p" != "$(pid_of a)" ] || fail "not restarted"
	rc 0 sv down a
	within 10 eval '[ "$(s6-svstat -u s/a)" = false ]'
	rc 0 sv once a
	within 10 eval '[ "$(s6-svstat -o up,wantedup s/a)" = "true false" ]'
	rc 0 sv kill a
	within 10 ends_by a KILL
	rc 0 sv u ./s/a
	within 10 eval '[ "$(s6-svstat -u s/a)" = true ]'
	rc 0 sv pause a
	within 10 eval '[ "$(s6-svstat -o paused s/a)" = true ]'
	rc 0 sv cont a
	within 10 eval '[ "$(s6-svstat -o paused s/a)" = false ]'
	rc 1 sv check none
	rc 2 sv status none a none2
	rc 100 sv nonsense a
	mkdir c
	cp s/a/run c/
	bg s6-supervise c
	within 10 eval '[ "$(s6-svstat -u c)" = true ]'
	like "$(sv shutdown ./c)" 'ok: '
	within 10 dead "$PID"
}
t_chpst()
{
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir e
	echo v1 >e/A
	: >e/HOME
	is "$(chpst -u nobody:daemon:mail id -u -n)" nobody
	is "$(chpst -u nobody:daemon:mail id -G)" '1 8'
	is "$(chpst -u :1:2:3 id -G)" '2 3'
	rc 111 chpst -u :1 true
	rc 111 chpst -u nosuchuser true
	is "$(HOME=x chpst -e e sh -c 'echo "$A$HOME"')" v1
	is "$(env -i chpst -U :1:2 env | sort | tr '\n' ' ')" 'GID=2 UID=1 '
	is "$(chpst -b foo sh -c 'echo $0')" foo
	is "$(chpst -C / pwd)" /
	is "$(chpst -o 50 -d 1024000 sh -c 'ulimit -n; ulimit -d' | tr '\n' ' ')" '50 1000 '
	rc 0 chpst -l lock true
	chpst -l lock sleep 1000 &
	echo $! >>"$T/.pids"
	within 10 eval '! chpst -L lock true'
	rc 127 chpst nosuchprogram
	is "$(setuidgid daemon id -u)" 1
	is "$(envdir e sh -c 'echo $A')" v1
	is "$(softlimit -o 60 sh -c 'ulimit -n')" 60
}

[ $# -gt 0 ] || beside "$ROOT/tests/beside/s6.cases" setup
# shellcheck disable=SC2046
for t in ${*:-$(declare -F | sed -n 's/^declare -f t_//p')}; do check "$t"; done
finish

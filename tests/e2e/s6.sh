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

beside "$ROOT/tests/beside/s6.cases" setup
finish

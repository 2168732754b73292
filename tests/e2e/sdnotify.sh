#!/bin/bash
# sdnotify: readiness and status through NOTIFY_SOCKET, from whom, how long; and
# cron: services that are started again and again.
. "$(dirname "$0")/lib.sh"

# A sender, its messages as arguments: to $NOTIFY_SOCKET.
cat >"$work/send" <<'EOF2'
#!/usr/bin/python3
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(os.environ["NOTIFY_SOCKET"])
for m in sys.argv[1:]:
    s.send(m.encode().decode("unicode_escape").encode())
EOF2
chmod 755 "$work/send"
SEND=$work/send
export SEND

boot()
{
	bg s6-svscan sc
	export BASEBOX_SCANDIR=$T/sc
	within 20 s6-svok sc/app
}
app()
{
	[ -x /usr/bin/python3 ] || skip "no python3"
	export BASEBOX_RUNTIME=$T/runtime
	mkdir -p sc/app
	echo 3 >sc/app/notification-fd
	printf '#!/bin/sh\nexec sdnotify 3 %s\n' "$1" >sc/app/run
	chmod +x sc/app/run
}
ready() { [ "$(s6-svstat -o ready sc/app)" = true ]; }

t_ready_and_status()
{
	app 'sh -c "while [ ! -e go ]; do sleep 0.05; done; $SEND \"STATUS=warming up\"
		while [ ! -e on ]; do sleep 0.05; done; $SEND \"READY=1\\nSTATUS=all good\"
		exec sleep 1000"'
	boot
	within 20 s6-svwait -u -t 15000 sc/app
	touch sc/app/go
	within 20 sh -c 'status why app | grep -qF "says \"warming up\""'
	ready && fail "ready too early"
	touch sc/app/on
	within 20 ready
	within 20 sh -c 'status why app | grep -qF "up and ready"'
	like "$(status why app)" 'says "all good"'
	# it goes with the program
	rm sc/app/go
	rc 0 restart -n app
	within 20 sh -c '! status why app | grep -q "all good"'
	touch sc/app/go
	within 20 ready
	rc 0 stop app
	status why app | grep -q "all good" && fail "of a program that is gone"
	return 0
}

t_states()
{
	app 'sh -c "$SEND READY=1; $SEND RELOADING=1 STATUS=x
		while [ ! -e go ]; do sleep 0.05; done
		$SEND READY=1; $SEND STOPPING=1 WATCHDOG=1 nonsense; exec sleep 1000"'
	boot
	within 20 sh -c 'status why app | grep -qF "says \"reloading: x\""'
	within 20 ready
	touch sc/app/go
	within 20 sh -c 'status why app | grep -qF "says \"stopping: x\""'
	ready || fail "not ready any more"
}

# Another user's stranger is not believed; the same user's is not either, as
# long as it can be seen that it belongs to another session.
t_strangers()
{
	app 'sleep 1000 2>err'
	sed -i 's/exec sdnotify/exec 2>err sdnotify/' sc/app/run
	boot
	within 20 test -S runtime/notify/app
	cat >hold <<-'E'
		#!/usr/bin/python3
		import os, socket, time
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect(os.environ["NOTIFY_SOCKET"])
		s.send(b"READY=1")
		time.sleep(60)
	E
	chmod +x hold
	NOTIFY_SOCKET=$T/runtime/notify/app bg ./hold
	within 20 grep -q "a message of process $PID, user 0 is ignored" sc/app/err
	ready && fail "believed"
	return 0
}

t_usage()
{
	rc 100 sdnotify 3
	rc 100 sdnotify x true
	BASEBOX_RUNTIME=$T/r rc 127 sdnotify 1 ./no-such-program
	BASEBOX_RUNTIME=$T/r rc 0 sdnotify 1 true
}

t_cron()
{
	local n
	for n in often never; do
		mkdir -p sc/$n/policy
		printf '#!/bin/sh\necho >>ran\n' >sc/$n/run
		chmod +x sc/$n/run
		touch sc/$n/down
	done
	echo 100 >sc/often/policy/every
	echo '0 0 30 2 *' >sc/never/policy/cron
	bg s6-svscan sc
	within 20 s6-svok sc/never
	within 20 s6-svok sc/often
	env --default-signal cron sc 2>cron.err </dev/null &
	PID=$!
	echo "$PID" >>"$T/.pids"
	within 20 sh -c '[ "$(wc -l <sc/often/ran)" -ge 3 ]'
	[ -e sc/never/ran ] && fail "never did"
	# other policies, one of them wrong
	echo '0 0 30 * * *' >sc/never/policy/cron
	rm sc/often/policy/every
	echo 100 >sc/never/policy/every
	kill -HUP "$PID"
	within 20 grep -q 'never/policy/cron: more than five fields' cron.err
	within 20 test -e sc/never/ran
	kill -TERM "$PID"
	wait "$PID"
	is $? 0 "exit on TERM"
	rc 111 cron "$T/none"
}

check ready_and_status
check states
check strangers
check usage
check cron
finish

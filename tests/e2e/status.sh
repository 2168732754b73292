#!/bin/bash
# status, why, plan and the orders start, stop, restart, reload, signal on a
# scandir of s6-svscan: what they show, and that they wait for the effect.
. "$(dirname "$0")/lib.sh"

# service NAME COMMAND: an execline service, its file run
service()
{
	mkdir -p "sc/$1/dependencies.d"
	printf '#!%s/execlineb -P\n%s\n' "$BIN" "$2" >"sc/$1/run"
	chmod +x "sc/$1/run"
}
needs() { touch "sc/$1/dependencies.d/$2"; }
boot()
{
	bg s6-svscan sc
	export BASEBOX_SCANDIR=$T/sc BASEBOX_RUNTIME=$T/runtime
	mkdir -p runtime
	within 20 supervised "$@"
}
supervised()
{
	local s
	for s in "$@"; do s6-svok "sc/$s" || return; done
}
# The words of a service's line.
row() { status "$1" | awk -v s="$1" '$1 == s'; }
state() { row "$1" | awk '{ print $2 }'; }
is_state() { [ "$(state "$1")" = "$2" ]; }
why_has() { status why "$1" | grep -qF -e "$2"; }
# the value of a path in JSON, by our own parser
json() { printf '{{ with $x := file "%s" | parseJSON }}{{ %s }}{{ end }}' "$T/json" "$1" >q.ctmpl
	consul-template -once -dry -template q.ctmpl | tail -n +2; }

t_table()
{
	service app 'sleep 1000'
	service bad 'exit 3'
	service off 'sleep 1000'
	touch sc/off/down
	boot app bad off
	within 20 is_state app up
	within 20 sh -c "status bad | grep -q 'exit 3'"
	rc 0 status
	is "$(head -n 1 out | tr -s ' ')" \
		"SERVICE STATE SINCE RESTARTS READY HEALTH REGISTERED LAST EXIT"
	is "$(awk '{ print $1 }' out | xargs)" "SERVICE app bad off"
	is "$(row off | tr -s ' ')" "off down - 0 - - - -"
	is "$(row app | awk '{ print $4, $5 }')" "0 yes"
	# no colours where there is no terminal
	grep -q $'\033' out && fail "colours"
	rc 1 status app off
	rc 100 status nobody
	rc 0 status --json
	like "$(cat out)" '{"name":"off","type":"longrun","state":"down","up":false,"ready":false'
	like "$(cat out)" '"last_exit":{"code":3,"at":"20'
	cp out json
	is "$(json '$x.supervised')" true
	is "$(json 'len $x.services')" 3
}

t_why()
{
	service db 'fdmove 1 3 if { s6-ftrig-wait event Z } echo'
	echo 3 >sc/db/notification-fd
	service app 'sleep 1000'
	service web 'sleep 1000'
	service broken 'sleep 1000'
	printf '#!/no/such/thing\n' >sc/broken/run
	service other 'sleep 1000'
	touch sc/app/down sc/web/down sc/other/down
	needs web app
	needs app db
	needs other ghost
	boot db app web broken other
	s6-svc -u sc/db
	within 20 is_state db starting
	within 20 why_has db 'it has not said yet that it is ready'
	rc 1 status why web
	like "$(cat out)" "web is down; a file \`down\` keeps it from being started at boot; it waits for app."
	like "$(cat out)" "app is down"
	like "$(cat out)" "it waits for db."
	like "$(cat out)" "db is starting for"
	is "$(wc -l <out)" 3 "links of the chain"
	within 20 why_has broken 'the last try said: unable to exec run: /no/such/thing: No such file'
	within 20 is_state broken failing
	like "$(status why other)" 'it waits for ghost, which does not exist'
	s6-svc -d sc/db
	within 20 why_has db 'it was ended by SIGTERM'
	within 20 why_has db 'it is not wanted up'
	kill -TERM "$PID"
	within 20 why_has web 'nothing supervises its scandir'
}

# What the registrar knows is shown, and not when it is gone.
t_registered()
{
	local P1
	service app 'sleep 1000'
	boot app
	P1=$(free_port)
	mkdir store
	cat >app.hcl <<-E
		service {
		  name = "app"
		  port = $P1
		  check { id = "web" name = "web page" tcp = "127.0.0.1:$P1" interval = "200ms" timeout = "5s" }
		}
	E
	bg register -consul-addr "dir://$T/store" -config-file app.hcl
	within 20 sh -c 'status app | grep -q critical'
	within 20 why_has app 'its check web page is critical'
	kill -KILL "$PID"
	within 20 sh -c '! status app | grep -q critical'
}

t_orders()
{
	service db 'fdmove 1 3 if { echo } sleep 1000'
	echo 3 >sc/db/notification-fd
	service app 'trap { SIGHUP { touch hup } SIGUSR1 { touch usr1 } } sleep 1000'
	touch sc/db/down sc/app/down
	needs app db
	boot db app
	rc 0 start app
	is_state app up || fail "app is not up"
	is_state db up || fail "what it needs is not up"
	local pid
	pid=$(s6-svstat -p sc/app)
	rc 0 start app
	is "$(s6-svstat -p sc/app)" "$pid" "pid after a second start"
	within 20 sh -c 'signal app USR1 && [ -e sc/app/usr1 ]'
	within 20 sh -c 'reload app && [ -e sc/app/hup ]'
	rc 0 restart app
	[ "$(s6-svstat -p sc/app)" != "$pid" ] || fail "not restarted"
	is "$(row app | awk '{ print $4 }')" 1 'restarts of one that is up'
	rc 0 stop app
	is "$(row app | awk '{ print $4 }')" 1 'restarts of one that was stopped'
	like "$(status --json app)" '"restarts":1'
	is "$(s6-svstat -u sc/app)" false
	is_state app down || fail "not down"
	rc 100 signal app HUP
	rc 100 signal app NOSUCH
	rc 100 start ghost
	rc 100 stop
	# down already, and never started
	rc 0 stop app
	service idle 'sleep 1000'
	touch sc/idle/down
	s6-svscanctl -a sc
	within 20 supervised idle
	rc 0 stop -t 20s idle
	# time is out: it never says that it is ready
	service slow 'sleep 1000'
	echo 3 >sc/slow/notification-fd
	s6-svscanctl -a sc
	within 20 supervised slow
	rc 99 start -t 300ms slow
	rc 0 start -n slow
	kill -TERM "$PID"
	within 20 dead "$PID"
	rc 100 stop slow
}

t_plan()
{
	local n
	for n in net db migrate app; do service $n true; done
	echo oneshot >sc/migrate/type
	mkdir -p sc/all/contents.d
	touch sc/all/contents.d/{app,net}
	echo bundle >sc/all/type
	needs db net
	needs migrate db
	needs app db
	needs app migrate
	rc 0 plan sc
	is "$(tr -s ' ' <out)" " 1 net longrun
 2 db longrun after net
 3 migrate oneshot after db
 4 app longrun after db migrate
 5 all bundle of app net"
	rc 0 plan --dot sc
	is "$(head -n 1 out)" "digraph services {"
	like "$(cat out)" '"app" -> "migrate";'
	like "$(cat out)" '"all" -> "net" [style=dashed];'
	needs net app
	rc 1 plan sc
	like "$(cat err)" "cycle"
	rm sc/net/dependencies.d/app
	needs net ghost
	rc 1 plan sc
	like "$(cat err)" "net needs ghost, which does not exist"
}

# Changes come by themselves; without one nothing is written.
t_watch()
{
	service app 'sleep 1000'
	touch sc/app/down
	boot app
	status --watch >watch 2>watch.err </dev/null &
	echo $! >>.pids
	within 20 grep -q '^app *down' watch
	within 20 sh -c 'ls sc/app/event | grep -q ftrig1'
	s6-svc -u sc/app
	within 20 grep -q '^app *up' watch
	s6-svc -d sc/app
	within 20 grep -q '^app *down.*SIGTERM' watch
	service new 'sleep 1000'
	s6-svscanctl -a sc
	within 20 grep -q '^new *up' watch
	kill -TERM $!
	within 20 dead $!
	is "$(ls sc/app/event)" "" "listeners that stay"
	is "$(cat watch.err)" ""
}

# Under init: oneshots, what waits for them, and what is wanted later.
t_under_init()
{
	service db 'fdmove 1 3 if { echo } sleep 1000'
	echo 3 >sc/db/notification-fd
	service migrate true
	echo oneshot >sc/migrate/type
	printf '#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\n' >sc/migrate/up
	chmod +x sc/migrate/up
	rm sc/migrate/run
	service app 'sleep 1000'
	service later 'sleep 1000'
	mkdir -p sc/later/policy
	echo 0 >sc/later/policy/on-start
	needs migrate db
	needs app migrate
	needs later app
	export BASEBOX_SCANDIR=$T/sc BASEBOX_RUNTIME=$T/runtime
	bg init --compiled sc
	within 20 is_state migrate starting
	is_state app waiting || fail "app: $(state app)"
	is_state later down || fail "later: $(state later)"
	rc 1 status why app
	like "$(cat out)" "app is waiting; it waits for migrate."
	like "$(cat out)" "migrate is starting for"
	touch sc/migrate/go
	within 20 is_state app up
	is_state migrate done || fail "migrate: $(state migrate)"
	rc 0 status why migrate
	rc 0 start later
	is_state later up || fail "later: $(state later)"
	rc 0 restart app
	rc 0 stop later
	kill -TERM "$PID"
	wait "$PID"
	is $? 0 "exit of init"
}

t_failed_oneshot()
{
	service app 'sleep 1000'
	mkdir -p sc/prep
	echo oneshot >sc/prep/type
	printf '#!/bin/sh\n[ -e good ] || exit 3\n' >sc/prep/up
	chmod +x sc/prep/up
	needs app prep
	mkdir -p sc/.init
	touch sc/.init/lenient
	export BASEBOX_SCANDIR=$T/sc BASEBOX_RUNTIME=$T/runtime
	bg init --compiled sc
	within 20 is_state prep failed
	like "$(status why app)" "it waits for prep."
	like "$(status why app)" ": exit 3"
	rc 1 start app
	like "$(cat err)" "prep has failed"
	touch sc/prep/good
	rc 0 start app
	is_state app up || fail "app: $(state app)"
	is_state prep done || fail "prep: $(state prep)"
}

# init.json: the plan, and why what does not run does not.
t_init_json()
{
	local n long
	printf -v long '%0240d' 0
	for n in {100..399}; do mkdir -p "sc/z$n$long"; echo bundle >"sc/z$n$long/type"; done
	service app 'sleep 1000'
	service ill 'exit 5'
	service slow 'sleep 1000'
	service odd 'true'
	mkdir -p sc/{ill,slow,prep}/policy sc/.init
	printf '#!/bin/sh\nexit 125\n' >sc/odd/finish
	chmod +x sc/odd/finish
	echo 1 >sc/ill/policy/max-restarts
	echo 3 >sc/slow/notification-fd
	echo 100 >sc/slow/policy/start-timeout
	echo oneshot >sc/prep/type
	printf '#!/bin/sh\nexec sleep 1000\n' >sc/prep/up
	chmod +x sc/prep/up
	echo 100 >sc/prep/policy/start-timeout
	needs app ill
	touch sc/.init/lenient
	export BASEBOX_SCANDIR=$T/sc BASEBOX_RUNTIME=$T/runtime
	bg init --compiled sc
	within 20 why_has ill 'its restarts are used up'
	within 20 why_has prep 'is not ready in time'
	within 20 why_has slow 'is not ready in time'
	within 20 why_has odd 'its finish lets it rest'
	rc 0 stop app
	like "$(status why app)" 'it was stopped; it waits for ill.'
	like "$(status --json ill)" '"why":"its restarts are used up"'
	# all of it is JSON below its limit, the order of start first
	cp runtime/init.json json
	[ "$(stat -c %s json)" -lt 65536 ] || fail 'too long'
	is "$(json '$x.scandir')" "$T/sc"
	is "$(json '$x.booting') $(json '$x.stopping')" 'false false'
	is "$(json 'slice $x.plan 0 3')" '[ill odd prep]'
	is "$(json 'range $r := $x.rest }}{{ $r.name }} {{ $r.code }},{{ end')" 'ill 5,odd 0,prep 137,slow <no value>,'
	# a reason is gone with what it explains
	service ill 'sleep 1000'
	s6-svc -u sc/ill
	within 20 is_state ill up
	within 20 sh -c '! grep -q "used up" runtime/init.json'
	s6-svc -wD -d sc/ill
	like "$(status why ill)" 'it was stopped.'
	kill -TERM "$PID"
	within 20 dead "$PID"
	! status why odd | grep -q 'lets it rest' || fail 'a reason of nobody'
}

t_of_any_supervisor()
{
	unset BASEBOX_SCANDIR
	export BASEBOX_RUNTIME=$T/runtime
	rc 111 status --scandir "$T/none"
	service app 'sleep 1000'
	bg s6-svscan sc
	within 20 supervised app
	within 20 sh -c 'status --scandir sc app | grep -q "^app *up"'
	mkdir runtime
	ln -s "$T/sc" runtime/scandir
	within 20 sh -c 'status app | grep -q "^app *up"'
}

check table
check why
check registered
check orders
check plan
check watch
check under_init
check failed_oneshot
LIMIT=120 check init_json
check of_any_supervisor
finish

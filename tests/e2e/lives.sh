#!/bin/bash
# Whole lives of containers made from a manifest: what each of its keys does in
# a root file system and a pid namespace of its own.
# Substitutions are for the shells inside.
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] && unshare -p -m -f --mount-proc true 2>/dev/null || {
	t_namespaces() { skip 'no pid and mount namespaces here'; }
	check namespaces
	finish
	exit
}

# --- an image, and a life in it ---

# image [MANIFEST]: root/ and got/, the container's /out.
image() {
	local n
	mkdir -p root/{bin,usr,proc,dev,run,tmp,out,etc/basebox.d} got
	chmod 777 got
	chmod 1777 root/tmp
	ln -s usr/lib root/lib
	[ ! -e /usr/lib64 ] || ln -s usr/lib64 root/lib64
	cp "$BUILD/basebox" root/bin/basebox
	for n in $("$BIN/basebox" --list); do [ -e "root/bin/$n" ] || ln -s basebox "root/bin/$n"; done
	ln -s /usr/bin/sh root/bin/sh
	cp "$ROOT"/scripts/rootfs/etc/{passwd,group} root/etc/
	[ $# -eq 0 ] || manifest "$1"
}
manifest() { printf '%s\n' "$1" >root/etc/basebox.d/m.hcl; }
key() { mkdir -p "got/store/kv/$(dirname "$1")"; printf %s "$2" >got/store/kv/key.new; mv got/store/kv/key.new "got/store/kv/$1"; }
ENV=(A=1)
boot() {
	: >>got/log
	chmod 666 got/log
	bg unshare -p -m -f --kill-child --mount-proc --propagation private bash -c '
		mount --bind got root/out && mount --rbind /usr root/usr && mount --rbind /dev root/dev &&
		mount -t proc proc root/proc && mount -t tmpfs -o noexec,mode=755 none root/run || exit 99
		exec env -i PATH=/bin:/usr/sbin:/usr/bin BASEBOX_STORE=dir:///out/store "${@}" /usr/sbin/chroot root '"${PROGRAM:-/bin/init}" - "${ENV[@]}" >stdout 2>err
	INIT=$PID
	within 20 sh -c "grep -q . /proc/$INIT/task/$INIT/children"
	read -ra P <"/proc/$INIT/task/$INIT/children"
}
# inside COMMAND...: in the container.
inside() { nsenter -t "${P[0]}" -p -m -r -w env -i PATH=/bin:/usr/bin BASEBOX_STORE=dir:///out/store "$@"; }
said() { grep -qx -e "$1" got/log; }
times() { [ "$(grep -cx -e "$1" got/log)" -ge "$2" ]; }
wait_for() { within 30 said "$1"; }
is_passing() { inside status "$1" | grep -q passing; }
is_state() { [ "$(inside status "$1" | awk -v s="$1" '$1 == s { print $2 }')" = "$2" ]; }
stop() { kill -TERM "${P[0]}"; }
code() { local r=0; wait "$INIT" || r=$?; is "$r" "$1" "exit code ($(tail -n 2 err))"; }
before() { [ "$(grep -nx "$1" got/log | head -1 | cut -d: -f1)" -lt "$(grep -nx "$2" got/log | head -1 | cut -d: -f1)" ] || fail "<$1> is not before <$2>: $(cat got/log)"; }
LOG='log() { echo "$*" >>/out/log; }'
# steady NAME [TRAPS]: a command that says up, stays, says down.
steady() { printf '["sh", "-c", "%s; trap %s TERM; %s; log %s up; while :; do sleep 0.05; done"]' \
	"${LOG//\"/\\\"}" "'log $1 down; exit 0'" "${2:-:}" "$1"; }

# --- variables from the store ---

# A change of a key starts it again, although it is essential; one that asks for
# it is only told.
t_env_from() {
	image 'service "app" { essential = true env_from = ["conf/app/"]
  command = ["sh", "-c", "echo \"app $PORT\" >>/out/log; exec sleep 1000"] }
service "two" { instances = 2 env_from = ["conf/two"] env_change = "reload"
  command = ["sh", "-c", "trap \"echo two $INSTANCE told >>/out/log\" HUP; echo \"two $INSTANCE $X\" >>/out/log; while :; do sleep 0.05; done"] }'
	key conf/app/PORT 80
	key conf/two/X 1
	boot
	wait_for 'app 80'; wait_for 'two 1 1'; wait_for 'two 2 1'
	key conf/app/PORT 'a "b" $c'
	wait_for 'app a "b" $c'
	key conf/two/X 2
	wait_for 'two 1 told'; wait_for 'two 2 told'
	! said 'two 1 2' || fail 'started again'
	stop; code 143
}
check env_from

# A template whose reader is N instances: all of them are told.
t_template_reloads_instances() {
	image 'service "two" { instances = 2 reload_signal = "USR1"
  command = ["sh", "-c", "trap \"echo two $INSTANCE told >>/out/log\" USR1; echo \"two $INSTANCE $(cat /run/two.conf)\" >>/out/log; while :; do sleep 0.05; done"] }
template { contents = "v{{ key \"v\" }}" destination = "/run/two.conf" reload = "two" }'
	key v 1
	boot
	wait_for 'two 1 v1'; wait_for 'two 2 v1'
	key v 2
	wait_for 'two 1 told'; wait_for 'two 2 told'
	inside restart two
	wait_for 'two 1 v2'; wait_for 'two 2 v2'
	inside stop two
	within 20 is_state two-1 down
	is_state two-2 down
	stop; code 0
}
check template_reloads_instances

# --- the sources change while it runs ---

# What has been said since the last reload.
since() { tac got/log | sed '/^reload$/,$d' | sort | tr '\n' ' '; }
reload() { echo reload >>got/log; inside reload; }
nothing_left() { ! inside sh -c 'ls /run/service/.init/changed/* /run/service/.init/gone/*' 2>/dev/null; }
t_reload() {
	image 'service "app" { essential = true command = '"$(steady app)"' }
service "db" { command = '"$(steady db)"' }
service "web" { depends_on = ["db"] command = '"$(steady web)"' }
oneshot "once" { before = ["db"] command = '"$(steady once | sed 's/; while.*done//')"' }
service "old" { command = '"$(steady old)"' }
service "older" { depends_on = ["old"] command = '"$(steady older)"' }
oneshot "prep" { before = ["old"] command = ["true"] stop_command = ["sh", "-c", "echo prep undone >>/out/log"] }
service "turned" { command = '"$(steady turned)"' }
register "app" { port = 1 drain = "0s" }'
	boot
	for n in app web older once turned; do wait_for "$n up"; done
	inside stop turned
	manifest 'service "app" { essential = true kill_timeout = "5s" command = '"$(steady app)"' }
service "db" { env = { A = "1" } command = '"$(steady db)"' }
service "web" { depends_on = ["db"] command = '"$(steady web)"' }
oneshot "once" { before = ["db"] command = '"$(steady once | sed 's/; while.*done//')"' }
service "new" { depends_on = ["web", "turned"] log_format = "prefix" command = '"$(steady new)"' }
oneshot "turned" { command = ["sh", "-c", "echo turned once >>/out/log"] }
register "app" { port = 2 drain = "0s" }'
	reload
	wait_for 'new up'; within 30 times 'db up' 2
	within 30 grep -q 'registered app-.*-2' err
	within 30 nothing_left
	is "$(since)" 'db down db up new up old down older down prep undone turned once ' changes
	before 'older down' 'old down'; before 'old down' 'prep undone'
	is "$(inside cat /run/service/app/timeout-kill)" 5000
	is "$(grep -c 'register) stopping' err)" 0 'restarts of the registrar'
	# wrong sources change nothing; then another program of an essential one
	echo 'service {' >>root/etc/basebox.d/m.hcl
	reload
	within 30 grep -q 'everything stays as it is' err
	is "$(since)" '' changes
	manifest 'service "app" { essential = true env = { B = "1" } command = '"$(steady app)"' }'
	reload
	within 30 times 'app up' 2
	within 30 said 'db down'
	within 30 nothing_left
	stop; code 0
}
check reload

# --- jobs ---

t_jobs() {
	image 'service "fast" { command = ["sh", "-c", "echo fast >>/out/log"] every = "200ms" }
service "slow" { command = ["sh", "-c", "echo slow >>/out/log"] cron = "* * * * *" }'
	boot
	within 30 times fast 3
	is_state slow down
	# the next minute is never far
	within 90 said slow
	within 30 is_state slow down
	within 30 is_state fast down # between two times
	stop; code 0
}
LIMIT=150 check jobs

# --- lines ---

t_lines() {
	image 'service "tailed" { command = ["sleep", "1000"] tail = ["/out/app.log"] log_format = "prefix" }
service "json" { command = ["sh", "-c", "echo hello; echo oops >&2; exec sleep 1000"] log_format = "json" }
service "paired" { command = ["sh", "-c", "echo to a file; exec sleep 1000"] log { directory = "/out/logs" files = 3 } }
service "limited" { command = ["sh", "-c", "seq 100; exec sleep 1000"] log_rate = 5 log_format = "prefix" }'
	boot
	within 30 grep -q '"service":"json".*"message":"hello"' stdout
	within 30 grep -q '"message":"oops"' stdout
	within 30 grep -q 'to a file' got/logs/current
	within 30 is_state tailed up
	within 30 grep -qx 'limited | 1' stdout
	echo 'a line' >>got/app.log
	within 30 grep -qx 'tailed | a line' stdout
	! grep -q 'limited | 100' stdout || fail 'no limit'
	stop; code 0
}
check lines

# --- readiness, signals ---

t_sd_notify() {
	image 'service "n" { ready = "sd_notify" command = ["/out/notify"] }
service "after" { depends_on = ["n"] command = '"$(steady after)"' }'
	cat >got/notify <<-'E'
		#!/usr/bin/python3
		import os, socket, time
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect(os.environ["NOTIFY_SOCKET"])
		while not os.path.exists("/out/go"): time.sleep(0.02)
		s.send(b"READY=1\nSTATUS=serving 3 clients")
		time.sleep(1000)
	E
	chmod +x got/notify
	[ -x /usr/bin/python3 ] || skip 'no python3 here'
	boot
	within 30 is_state n starting
	is_state after waiting
	: >got/go
	wait_for 'after up'
	like "$(inside status why n)" 'n is up and ready'
	like "$(inside status why n)" 'says "serving 3 clients"'
	stop; code 0
}

t_signals() {
	image 'service "rewritten" { rewrite = { TERM = "QUIT" } command = '"$(steady rewritten "trap 'log rewritten quit; exit 0' QUIT")"' }
service "group" { stop_group = true command = ["sh", "-c", "(trap \"echo child down >>/out/log; exit\" TERM; echo child up >>/out/log; while :; do sleep 0.05; done) & wait"] }
service "int" { stop_signal = "INT" command = '"$(steady int "trap 'log int int; exit 0' INT")"' }
service "deaf" { kill_timeout = "200ms" command = ["sh", "-c", "trap : TERM; echo deaf up >>/out/log; while :; do sleep 0.05; done"] finish = "redirfd -a 1 /out/log s6-echo deaf finish" }'
	boot
	for n in rewritten child int deaf; do wait_for "$n up"; done
	stop; code 0
	for n in 'rewritten quit' 'child down' 'int int' 'deaf finish'; do said "$n" || fail "no <$n>: $(cat got/log)"; done
}
check sd_notify
check signals

# --- who it is ---

t_identity() {
	image 'service "me" {
  user = "nonroot" groups = ["basebox"] umask = "027" directory = "/tmp" nice = 3 oom_score_adj = 300 limits = { nofile = 77 }
  capabilities = ["net_bind_service"] no_new_privs = true env = { WHO = "a b" }
  command = ["sh", "-c", "echo $(id -u):$(id -g):$(id -G) $(umask) $PWD $(nice) $(cat /proc/self/oom_score_adj) $(ulimit -n) $WHO $(sed -n \"s/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\):.//p\" /proc/self/status | tr \"\\n\" \" \") >>/out/log; exec sleep 1000"]
}'
	boot
	within 30 grep -q . got/log
	is "$(cat got/log)" "65532:65532:65532 65531 0027 /tmp $(($(nice) + 3)) 300 77 a b 0000000000000400 0000000000000400 1"
	stop; code 0
}
check identity

# --- policies ---

t_policies() {
	image 'service "off" { start = false depends_on = ["need"] command = '"$(steady off)"' }
service "need" { start = false command = '"$(steady need)"' }
service "well" { restart = "on-failure" success_codes = [5] command = ["sh", "-c", "echo well up >>/out/log; exit 5"] }
service "ill" { restart = "on-failure" max_restarts = 2 window = "1m" command = ["sh", "-c", "echo ill up >>/out/log; exit 5"] }
service "slower" { backoff = "1h" command = ["sh", "-c", "echo slower up >>/out/log; exit 1"] }
service "other" { command = '"$(steady other)"' }'
	boot
	wait_for 'other up'; wait_for 'well up'
	within 30 times 'ill up' 3
	within 30 is_state ill down
	within 30 times 'slower up' 3
	is "$(grep -cx 'ill up' got/log)" 3 'starts of ill'
	is "$(grep -cx 'well up' got/log)" 1 'starts of well'
	! said 'off up' || fail 'off was started'
	like "$(inside status why ill)" 'its restarts are used up'
	like "$(inside status why well)" 'its policy restart = on-failure lets it rest'
	inside start off
	before 'need up' 'off up'
	stop; code 0
	before 'off down' 'need down'
}
t_budget_of_an_essential() {
	image 'service "app" { essential = true restart = "always" max_restarts = 1 window = "1m" command = ["sh", "-c", "exit 0"] }'
	boot; code 123
	image 'service "app" { essential = true restart = "always" max_restarts = 1 window = "1m" command = ["sh", "-c", "exit 9"] }'
	boot; code 9
}
check policies
check budget_of_an_essential

# What hangs and does not hear its signal is killed and started again; that is
# not the end that an essential service ends the container with.
CHECK='check { args = ["sh", "-c", "[ ! -e /out/sick ] || exit 2"] interval = "200ms" }'
t_unhealthy() {
	image 'service "app" { essential = true on_unhealthy = "restart" kill_timeout = "200ms" finish = "foreground { rm -f /out/sick } exit 0"
  command = ["sh", "-c", "trap : TERM; echo app up >>/out/log; while :; do sleep 0.05; done"] }
service "other" { on_unhealthy = "ignore" command = '"$(steady other)"' }
register "app" { port = 1 drain = "0s" '"$CHECK"' }
register "other" { port = 2 drain = "0s" '"$CHECK"' }'
	boot
	wait_for 'app up'; wait_for 'other up'
	within 30 is_passing app
	: >got/sick
	within 30 times 'app up' 2
	is "$(grep -cx 'other up' got/log)" 1 'starts of other'
	stop; code 137
}
check unhealthy

# A process that was started again for another reason has to be good before that
# it is not any more is a reason to start it again.
t_not_good_yet() {
	image 'service "app" { on_unhealthy = "restart" essential = true restart = "always"
  command = ["sh", "-c", "echo app up >>/out/log; [ -e /out/second ] || { echo $$ >/out/good; : >/out/second; until [ -e /out/passed ]; do sleep 0.05; done; exit 1; }; until [ $(wc -l </out/failed) -ge 4 ]; do sleep 0.05; done; echo $$ >/out/good; exec sleep 1000"] }
register "app" { port = 1 drain = "0s" check { interval = "200ms"
  args = ["sh", "-c", "read -r p </out/good; if [ -d /proc/$p/fd ]; then echo >/out/passed; exit 0; fi; echo >>/out/failed; exit 2"] } }'
	: >got/failed; : >got/good
	chmod 666 got/failed
	boot
	within 30 times 'app up' 2
	within 30 sh -c '[ "$(wc -l <got/failed)" -ge 4 ]'
	within 30 is_passing app
	is "$(grep -cx 'app up' got/log)" 2 'starts of app'
	! grep -q 'is unhealthy' err || fail "it was taken for unhealthy: $(grep unhealthy err)"
	: >got/good
	within 30 times 'app up' 3
	grep -q 'is unhealthy: restart' err
	stop; code 143
}
check not_good_yet

# The registrar is no root where it need not be, and may do what it has to.
t_registrar_is_no_root() {
	image 'service "app" { command = '"$(steady app)"' on_unhealthy = "stop-container" }
service "two" { command = '"$(steady two)"' on_unhealthy = "restart" }
service "three" { command = '"$(steady three)"' }
register "two" { port = 2 drain = "0s" check { args = ["sh", "-c", "[ ! -e /out/two.sick ] || exit 2"] interval = "200ms" } }
register "app" { port = 1 drain = "0s" '"$CHECK"' }'
	boot
	within 30 is_passing app
	within 30 is_passing two
	inside sh -c 'grep ^Uid /proc/$(s6-svstat -o pid /run/service/register)/status; ls -ld /run/basebox; echo x | s6-setuidgid basebox s6-svc -h /run/service/three' >as 2>&1
	like "$(tr '\t' ' ' <as)" 'Uid: 65531 65531'
	like "$(cat as)" 'drwxrwxr-t'
	like "$(cat as)" 'Permission denied'
	inside s6-setuidgid nobody health >as || fail "health says: $(cat as)"
	: >got/two.sick
	within 30 times 'two up' 2
	rm got/two.sick
	: >got/sick
	code 122
	# also where what it prints goes elsewhere
	rm -r got/sick got/store
	ENV=(INIT_LOG=prefix)
	boot
	within 30 is_passing app
	within 30 grep -q '^register | .*registered app' stdout
	stop; code 0
}
check registrar_is_no_root

# app_in_consul PROGRAM SCANDIR: the registrar of this layout, as user basebox,
# tells a real Consul of a death and of the return, and leaves at the stop.
app_in_consul() {
	local pid
	agent
	PROGRAM=$1 ENV=(A=1 "BASEBOX_STORE=http://$ADDR")
	boot
	state() { [ "$(register list -consul-addr "$ADDR" | awk '$2 == "app" {print $NF}')" = "$1" ]; }
	svstat() { inside s6-svstat -o "$1" "$2" 2>/dev/null; }
	within 30 state passing
	pid=$(svstat pid "$3/register")
	like "$(inside sh -c "grep ^Uid /proc/$pid/status" | tr '\t' ' ')" 'Uid: 65531 65531'
	pid=$(svstat pid "$3/app")
	rm got/go
	inside s6-svc -k "$3/app"
	within 30 state critical
	within 30 eval 'curl -fs "http://$ADDR/v1/agent/checks" | grep -q "not ready yet"'
	[ "$(svstat pid "$3/app")" != "$pid" ] || fail "the same process"
	: >got/go
	within 30 state passing
	grep -q 'app.*: killed by SIGKILL' err || fail "the death was not seen: $(cat err)"
	stop; code "$2"
	within 30 state ''
	grep -q 'deregistered app' err || fail "it did not leave: $(cat err)"
}
seed() {
	image
	cp -r "$ROOT"/scripts/rootfs/etc/s6 root/etc/
	mkdir -p root/etc/consul.d root/etc/consul-template.d
	cp "$ROOT"/scripts/rootfs/etc/consul-template.d/* root/etc/consul-template.d/
	echo 'service { name = "app" port = 1 drain = "0s" }' >root/etc/consul.d/app.hcl
	printf '#!/bin/sh\nuntil [ -e /out/go ]; do sleep 0.05; done\necho >&3\nexec sleep 1000\n' >root/etc/s6/app/run
	echo 3 >root/etc/s6/app/notification-fd
	: >got/go
}
t_seed_registrar() {
	seed
	app_in_consul '/bin/s6-svscan /etc/s6' 0 /etc/s6
}
t_init_registrar() {
	seed
	: >root/app # what the image's own service is there for
	app_in_consul /bin/init 0 /run/service
}
check seed_registrar
check init_registrar
finish

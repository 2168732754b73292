#!/bin/bash
# The manifest /etc/basebox.d/*.hcl and plain service directories, compiled: by
# a folder that stands for the image's root, and, where namespaces are to be
# had, as a life of what was compiled.
# Substitutions are for the shells inside.
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"

# manifest TEXT: the image has this one file.
manifest() { mkdir -p root/etc/basebox.d; printf '%s\n' "$1" >root/etc/basebox.d/m.hcl; }
compile() { rc 0 init-compile -r root live; }
# refused LINE...: nothing is written, and these are all the findings.
refused() {
	rc 100 init-compile -r root live
	[ ! -e live ] || fail 'something was written'
	sed -i "s|^$PWD/root||" err
	is "$(cat err)" "$(printf '%s\n' "$@")" findings
}
file() { is "$(cat "live/$1")" "$2" "$1"; }
script() { is "$(tr -s ' \n' ' ' <"live/$1")" "$2 " "$1"; }

t_every_key() {
	manifest 'service "app" {
  command = ["/app/server", "-p", "80 80", "a\"b\\c"]
  user = "nobody"  directory = "/srv"  umask = "027"
  env = { A = "1", B = "x y" }
  ready = "fd=4"
  stop_signal = "SIGINT"  reload_signal = "USR1"  stop_group = true
  kill_timeout = "1m"  finish_timeout = "2s"  start_timeout = "1500ms"
  restart = "on-failure"  max_restarts = 10  window = "1m"  backoff = "30s"
  success_codes = [0, 143]  essential = true  on_unhealthy = "stop-container"
  nice = 5  oom_score_adj = -10  limits = { nofile = 64 }
  max_death_tally = 7  depends_on = ["db"]  finish = "exit 0"
}
service "db" { command = "if { true } sleep 1"  ready = "sd_notify" start = false }'
	compile
	file app/notification-fd 4
	file app/down-signal SIGINT
	file app/reload-signal USR1
	file app/policy/kill-group 1
	file app/timeout-kill 60000
	file app/timeout-finish 2000
	file app/policy/start-timeout 1500
	file app/policy/restart on-failure
	file app/policy/max-restarts 10
	file app/policy/window 60000
	file app/policy/backoff-max 30000
	file app/policy/success-codes '0 143 '
	file app/policy/essential 1
	file app/policy/on-unhealthy stop-container
	file app/max-death-tally 7
	file db/policy/on-start 0
	test -e live/app/dependencies.d/db || fail 'no dependency'
	like "$(cat live/app/run.ex)" 'export A 1 export B "x y" s6-softlimit -H -o 64 execline-umask 027 chpst -n 5 choom -n -10 --'
	like "$(cat live/app/run.ex)" 'execline-cd /srv /app/server -p "80 80" "a\"b\\c"'
	[ "$(id -u)" != 0 ] || like "$(cat live/app/run.ex)" ' s6-setuidgid nobody '
	script app/finish.ex ' exit 0'
	script db/run.ex 'sdnotify 3 if { true } sleep 1'
	is "$(cat live/.init/order)" 'db longrun
app longrun db'
}
check every_key

t_findings_all_at_once() {
	manifest 'service "a" { command = ["x"] restart = "often" foo = 1
  kill_timeout = "10" depends_on = ["b", "zz"] capabilities = ["fly"]
  limits = { nofiles = 3 } stop_signal = "FOO" nice = 40 }
service "b" { command = "foo { " depends_on = ["a"] }
service "b" { }
thing "x" {}
service "c" { command = ["x"] cron = "1 2" umask = "99" instances = 0 }'
	rc 100 init-compile -r root live
	sed -i "s|^$PWD/root/etc/basebox.d/||" err
	for f in 'm.hcl:1:41: restart: expected one of always on-failure never' \
		'm.hcl:1:49: service: unknown key foo' \
		'm.hcl:2:18: kill_timeout: time: missing unit in duration "10"' \
		'm.hcl:2:64: capabilities: unknown capability fly' \
		'm.hcl:3:24: limits: unknown limit nofiles' \
		'm.hcl:3:42: stop_signal: no signal "FOO"' \
		'm.hcl:3:55: nice: expected a number from -20 to 19' \
		'm.hcl:4:25: command: unmatched {' \
		'm.hcl:5:1: b: no command' \
		'm.hcl:6:1: unknown block thing (expected service, oneshot, template or register)' \
		'm.hcl:7:38: cron: expected five fields or a word such as @hourly' \
		'm.hcl:2:42: a depends on an unknown service zz' \
		'm.hcl:4:48: a cycle: a -> b -> a'; do
		grep -qxF "$f" err || fail "not found: $f in $(cat err)"
	done
	[ "$(grep -c 'a second service "b"' err)" = 1 ] || fail 'not told of the second b'
	[ ! -e live ] || fail 'something was written'
}
check findings_all_at_once

t_syntax_error() {
	manifest 'service "a" {
  command = [
}'
	rc 100 init-compile -r root live
	like "$(cat err)" '/m.hcl:4:1: '
}
check syntax_error

t_blocks_for_others() {
	manifest '# é
service "app" { command = ["x"] env_from = ["app/config/"] instances = 2 }
template {
  source = "/etc/a"
  reload = "app"
}
register "app" { port = 8080 }'
	compile
	grep -n -e template -e source live/consul-template/manifest.d/m.hcl >lines
	is "$(cat lines)" '3:template {
4:  source = "/etc/a"'
	is "$(sed -n 7p live/register/manifest.d/m.hcl)" ' service "app" { port = 8080 }'
	rc 0 register check live/register/manifest.d/m.hcl
	like "$(cat live/consul-template/manifest.d/env-app.hcl)" 's6-svc -r ../app-1 } foreground { s6-svc -r ../app-2 }'
	test -e live/app-2/dependencies.d/consul-template || fail 'the first rendering is not waited for'
	test -e live/register/policy/stop-after/app-1 || fail 'the registration does not stop first'
	is "$(ls live/app/contents.d | tr '\n' ' ')" 'app-1 app-2 '
	like "$(cat live/app-2/run.ex)" 'export INSTANCE 2 x'
}
check blocks_for_others

t_helpers() {
	manifest 'service "j" { command = ["x"] every = "5m" }
service "k" { command = ["x"] cron = "0 4 * * *" }
service "t" { command = ["x"] tail = ["/var/log/a.log", "/b"] log_rate = 50 log_format = "json" }
service "l" { command = ["x"] log { directory = "/logs" files = 3 } }'
	compile
	file j/policy/every 300000
	file k/policy/cron '0 4 * * *'
	test -e live/j/down || fail 'a job is started by the boot'
	script cron/run.ex cron
	script logmux/run.ex logmux
	file t/policy/log json
	file t/policy/log-rate 50
	file t/policy/tail '/var/log/a.log
/b'
	test -p live/.init/log/t || fail 'no FIFO for the log'
	test -e live/t/dependencies.d/logmux || fail 'the log may stop first'
	script l/log/run.ex 's6-log -b -- n3 s1000000 T /logs'
}
check helpers

t_plain_directories() {
	mkdir -p root/etc/s6/{app/{log,data,dependencies.d},all/contents.d,mig}
	printf '#!/bin/sh\nexec sleep 9\n' | tee root/etc/s6/app/run >root/etc/s6/app/log/run
	chmod +x root/etc/s6/app/run
	echo 5 >root/etc/s6/app/notification-fd
	: >root/etc/s6/app/dependencies.d/mig
	: >root/etc/s6/app/down
	printf 'bundle\n' >root/etc/s6/all/type
	: >root/etc/s6/all/contents.d/app
	printf 'oneshot\n' >root/etc/s6/mig/type
	echo 's6-echo up' >root/etc/s6/mig/up
	printf '#!/bin/sh\necho down\n' >root/etc/s6/mig/down
	compile
	is "$(readlink live/app/run)" "$PWD/root/etc/s6/app/run"
	file app/notification-fd 5
	[ -f live/app/down ] && [ ! -L live/app/down ] || fail 'down is no file of its own'
	file app/log/run.ex "/bin/sh $PWD/root/etc/s6/app/log/run"
	is "$(cd live/mig && ./up)" up
	is "$(cd live/mig && ./down)" down
	compile # again, over itself
	mkdir full && : >full/file
	rc 111 init-compile -r root full
}
check plain_directories

t_unknown_names() {
	mkdir -p root/etc/s6/a/dependencies.d
	printf '#!/bin/sh\n' >root/etc/s6/a/run
	: >root/etc/s6/a/dependencies.d/nix
	: >root/etc/s6/a/dependencies.d/a
	refused '/etc/s6/a/dependencies.d/nix:1: a depends on an unknown service nix' \
		'/etc/s6/a/dependencies.d/a:1: a cycle: a -> a'
}
check unknown_names

t_lint() {
	mkdir -p root/app
	manifest 'service "a" { command = ["/app/one"] }
service "b" { command = ["/app/two"] }
service "c" { command = ["/app/three"] }
service "d" { command = ["/app/four"] }
register "a" { port = 80 }
register "b" { port = 80 }'
	printf '#!/bin/nosuch\n' >root/app/one
	printf '#!/app/one\n' >root/app/two
	head -c 18 "$BIN/basebox" >root/app/three
	printf '\xff\xff' >>root/app/three
	chmod +x root/app/{one,two,three}
	rc 100 basebox check -r root
	rc 100 init check -r root
	sed -i "s|^$PWD/root/etc/basebox.d/||" err
	is "$(cat err)" 'm.hcl:1:26: /app/one: its interpreter /bin/nosuch is not there
m.hcl:3:26: /app/three is for another architecture
m.hcl:4:26: /app/four: No such file or directory
m.hcl:6:23: port 80 is used twice'
	manifest 'service "a" { command = ["/app/two"] kill_timeout = "1m" }
register "a" { port = 80 nonsense = 1 }'
	rc 100 basebox check -r root
	like "$(cat err out)" 'm.hcl:2: service: unknown key nonsense'
	sed -i 's/nonsense = 1//' root/etc/basebox.d/m.hcl
	rc 0 basebox check -r root
	like "$(cat err)" 'a: its stop may take 60000 ms'
	# the other parts are found beside it, as by init
	rc 0 env -i PATH=/usr/bin:/bin "$BIN/basebox" check -r root
	rc 0 env -i PATH=/usr/bin:/bin "$BIN/init" check -r root
}
check lint

# Scripts of every kind, accounts of the image, keys of meta.
t_lint_scripts() {
	mkdir -p root/etc/s6/{plain,one} root/etc/cont-init.d root/etc/s6-overlay/s6-rc.d/osh
	printf '#!/bin/none1\n' >root/etc/s6/plain/run
	printf '#!/bin/none2\n' >root/etc/s6/one/up
	echo oneshot | tee root/etc/s6/one/type >root/etc/s6-overlay/s6-rc.d/osh/type
	printf '#!/bin/none3\n' >root/etc/cont-init.d/01
	echo '/etc/none4 x' >root/etc/s6-overlay/s6-rc.d/osh/up
	chmod +x root/etc/s6/plain/run root/etc/s6/one/up root/etc/cont-init.d/01
	echo 'root:x:0:0::/:' >root/etc/passwd
	echo 'root:x:0:' >root/etc/group
	manifest 'service "a" { command = "/none5 x" ready = ["/none6"] user = "nosuch" group = "root" }
service "b" { command = ["x"] user = "root" group = "rootless" }'
	rc 100 basebox check -r root
	sed -i "s|^$PWD/root||" err
	is "$(sort err)" "$(sort <<-'E'
		/etc/s6/plain/run: its interpreter /bin/none1 is not there
		/etc/s6/one/up: its interpreter /bin/none2 is not there
		/etc/cont-init.d/01: its interpreter /bin/none3 is not there
		/etc/s6-overlay/s6-rc.d/osh/up: /etc/none4: No such file or directory
		/etc/basebox.d/m.hcl:1:25: /none5: No such file or directory
		/etc/basebox.d/m.hcl:1:44: /none6: No such file or directory
		/etc/basebox.d/m.hcl:1:62: no user nosuch in /etc/passwd
		/etc/basebox.d/m.hcl:2:53: no group rootless in /etc/group
	E
	)" findings
	rm -r root
	manifest 'register "a" { port = 80 meta = { "bad key" = "v" } }'
	rc 100 basebox check -r root
	like "$(cat err out)" 'm.hcl:1: meta: a key is letters'
	manifest 'register "a" { port = 80 meta = { good_key-1 = "v" } }'
	rc 0 basebox check -r root
	is "$(cat err)" '' 'what is said of the own services'
}
check lint_scripts

# The base image's own services are left out where they are of no use.
t_defaults() {
	mkdir -p root/etc root/etc/consul.d root/etc/consul-template.d
	cp -r "$ROOT/scripts/rootfs/etc/s6" root/etc/
	compile
	[ ! -s live/.init/order ] || fail "left: $(cat live/.init/order)"
	: >root/app
	compile
	is "$(cut -d" " -f1 live/.init/order | sort | tr '\n' ' ')" 'app consul-template '
	# a run in the place of the image's is the user's, with or without /app
	rm root/app
	echo 'sleep 1' >root/etc/s6/app/run
	compile
	is "$(cut -d" " -f1 live/.init/order)" app
	cp "$ROOT/scripts/rootfs/etc/s6/app/run" root/etc/s6/app/
	sed -i 's/^exec.*/exec other/' root/etc/s6/app/run
	compile
	is "$(cut -d" " -f1 live/.init/order | sort | tr '\n' ' ')" 'app consul-template '
	cp "$ROOT/scripts/rootfs/etc/s6/app/run" root/etc/s6/app/
	compile
	[ ! -s live/.init/order ] || fail "left: $(cat live/.init/order)"
	manifest 'service "app" { command = ["x"] }
register "app" { port = 1 }'
	compile
	is "$(cut -d" " -f1 live/.init/order | sort | tr '\n' ' ')" 'app register '
	like "$(cat live/register/run.ex)" "-config-dir $PWD/root/etc/consul.d -config-dir ./manifest.d"
	rc 0 init-compile -c -r root live
}
check defaults

t_privileges() {
	[ "$(id -u)" = 0 ] || skip 'needs root'
	manifest 'service "a" {
  command = ["sed", "-n", "-e", "/^\\(Uid\\|Groups\\|CapEff\\|CapBnd\\|CapAmb\\|NoNewPrivs\\):/p", "/proc/self/status"]
  user = "nobody"  capabilities = ["net_bind_service", "CAP_CHOWN"]  no_new_privs = true
  groups = ["1234", "5678"]
}'
	compile
	is "$(cd live/a && ./run | tr -s ' \t\n' ' ')" 'Uid: 65534 65534 65534 65534 Groups: 1234 5678 CapEff: 0000000000000401 CapBnd: 0000000000000401 CapAmb: 0000000000000401 NoNewPrivs: 1 '
}
check privileges

# live CODE: the manifest's container ends with it; /out is the folder got.
live() {
	[ "$(id -u)" = 0 ] && unshare -p -m -f --mount-proc true 2>/dev/null || skip 'no namespaces here'
	mkdir -p root/{bin,usr,proc,dev,run,tmp,out} got
	ln -s usr/lib root/lib
	[ ! -e /usr/lib64 ] || ln -s usr/lib64 root/lib64
	cp "$BUILD/basebox" root/bin/basebox
	for n in $(basebox --list); do [ -e "root/bin/$n" ] || ln -s basebox "root/bin/$n"; done
	rc "$1" unshare -p -m -f --kill-child --mount-proc --propagation private bash -c '
		mount --bind got root/out && mount --rbind /usr root/usr && mount --rbind /dev root/dev && mount -t proc proc root/proc &&
		mount -t tmpfs -o noexec,mode=755 none root/run || exit 99
		PATH=/usr/sbin:$PATH BASEBOX_STORE=dir:///out/store exec chroot root /bin/init'
}
t_life() {
	manifest 'oneshot "first" { command = "redirfd -a 1 /out/log s6-echo first" before = ["app"] }
service "app" {
  command = "if { redirfd -a 1 /out/log s6-echo app } exit 5"
  ready = ["true"]
  essential = true
}'
	live 5
	is "$(tr '\n' ' ' <got/log)" 'first app '
}
check life

# A check that was good and fails: the service starts again, and says so.
t_unhealthy_restart() {
	manifest 'service "app" {
  command = "ifelse { eltest -e /out/started } { s6-svscanctl -t .. } foreground { redirfd -w 1 /out/started s6-echo x } sleep 1000"
  on_unhealthy = "restart"
}
register "app" { port = 1 drain = "0s" check { args = ["execlineb", "-Pc", "ifelse { eltest -e /out/once } { exit 2 } redirfd -w 1 /out/once s6-echo x"] interval = "1s" } }'
	live 0
	like "$(cat err)" 'is unhealthy: restart'
}
check unhealthy_restart

t_unhealthy_stop() {
	manifest 'service "app" { command = "sleep 1000" on_unhealthy = "stop-container" }
register "app" { port = 1 drain = "0s" check { args = ["execlineb", "-Pc", "ifelse { eltest -e /out/once } { exit 2 } redirfd -w 1 /out/once s6-echo x"] interval = "1s" } }'
	live 122
	like "$(cat err)" 'is unhealthy: stop-container'
}
check unhealthy_stop
finish

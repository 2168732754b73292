#!/bin/bash
# memcheck: a life of each face of the program beside valgrind: no invalid read
# or write, no decision on an undefined value; nothing definitely lost
# by what stays. The build is that of the debug flavour without its sanitizers
# (build/grind).
. "$(dirname "$0")/lib.sh"

LIMIT=180
mkdir "$work/grind"

# shellcheck disable=SC2086 # $LEAKS is words
# grind APPLET ARG...: the command is in CMD, what valgrind says in APPLET.vg. The
# exit code is the program's, or 99.
grind() {
	local name=$1
	shift
	ln -sf "$BUILD/grind/basebox" "$work/grind/$name"
	CMD=(valgrind --log-file="$T/$name.vg" --error-exitcode=99 --child-silent-after-fork=yes
		--num-callers=30 $LEAKS "$work/grind/$name" "$@")
}
run() { # CODE APPLET ARG...: what ends soon gives its memory back by that
	local r=0
	LEAKS=--leak-check=no grind "${@:2}"
	"${CMD[@]}" </dev/null >out 2>err || r=$?
	ended "$2" "$1" $r
}
start() { # APPLET ARG...: in the background, $PID
	LEAKS='--leak-check=full --errors-for-leak-kinds=definite' grind "$@"
	bg "${CMD[@]}" >>out 2>>err
}
end() { # APPLET CODE [SIGNAL]
	local r=0
	kill -"${3:-TERM}" "$PID"
	wait "$PID" || r=$?
	grep -q 'ERROR SUMMARY: 0 errors' "$1.vg" || r=99
	ended "$1" "$2" $r
}
ended() { # APPLET CODE GOT
	grep -q 'Memcheck' "$1.vg" || fail "valgrind did not run: $(tail -n 1 err)"
	! grep -q 'ERROR SUMMARY: [^0]\|Invalid\|uninit' "$1.vg" ||
		fail "$(sed 's/^==[0-9]*== *//' "$1.vg" | grep -m 12 'Invalid\|uninit\|definitely\|by 0x\|at 0x')"
	is "$3" "$2" "exit of $1 ($(tail -n 1 err))"
}
has() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

t_supervisor() {
	mkdir -p s/{a,b}
	printf '#!%s/execlineb -P\nforeground { fdmove 1 3 s6-echo } fdclose 3 sleep 1000\n' "$BIN" >s/a/run
	echo 3 >s/a/notification-fd
	printf '#!%s/execlineb -P\nexit 3\n' "$BIN" >s/b/run
	printf '#!%s/execlineb -P\nexit 0\n' "$BIN" >s/b/finish
	chmod +x s/*/run s/*/finish
	start s6-svscan s
	within 60 s6-svwait -U s/a
	s6-svc -r s/a
	within 60 s6-svwait -U s/a
	s6-svc -wD -d s/a
	s6-svc -wu -u s/a
	within 60 test -s s/b/supervise/death_tally
	mkdir -p s/d
	cp s/a/run s/a/notification-fd s/d
	s6-svscanctl -a s
	within 60 s6-svok s/d
	rm -r s/b
	s6-svscanctl -an s
	run 0 s6-svstat s/a
	end s6-svscan 0
}
t_init() {
	mkdir -p L/{a,m,app}/{policy,dependencies.d}
	echo oneshot >L/m/type
	printf '#!/bin/sh\nexit 0\n' >L/m/up
	printf '#!/bin/sh\nexec sleep 1000\n' >L/a/run
	printf '#!/bin/sh\ntrap "exit 7" TERM\n: >up\nwhile :; do sleep 0.1; done\n' >L/app/run
	chmod +x L/*/run L/m/up
	: >L/app/dependencies.d/a
	: >L/a/dependencies.d/m
	echo 1 >L/app/policy/essential
	BASEBOX_RUNTIME=$PWD/rt start init --compiled L
	within 60 test -e L/app/up
	kill -HUP "$PID"
	BASEBOX_RUNTIME=$PWD/rt run 0 status --json --scandir L
	end init 7
	run 7 tini -- sh -c 'exit 7'
}
t_compile() {
	mkdir -p R/etc/basebox.d
	cat >R/etc/basebox.d/a.hcl <<-'EOF'
		service "app" {
		  command = ["/bin/sleep", "1000"]
		  depends_on = ["m"]
		  env = { A = "b" }
		  limits = { nofile = 100 }
		  ready = "tcp://127.0.0.1:1"
		  every = "5m"
		}
		oneshot "m" { command = ["/bin/true"] }
		template { contents = "x" destination = "/tmp/x" reload = "app" }
		register "app" { port = 80 check { http = "http://127.0.0.1/" interval = "5s" } }
	EOF
	run 0 init-compile -r "$PWD/R" "$PWD/out.d"
	echo 'service "x" { bogus = 1 } service "y" { depends_on = ["z"] } q {' >R/etc/basebox.d/b.hcl
	run 100 init-compile -r "$PWD/R" "$PWD/out.e"
}
t_renderer() {
	mkdir -p store/kv/app
	printf 1 >store/kv/app/a
	echo '{"x":[1,2,{"y":null}]}' >json
	cat >in <<-'EOF'
		{{ key "app/a" }} {{ range ls "app" }}{{ .Key }}={{ .Value }} {{ end }}
		{{- define "t" }}<{{ . }}>{{ end }}{{ template "t" "v" }} {{ with file "json" | parseJSON }}{{ toYAML . }}{{ toTOML . }}{{ end }}
		{{ "a-b" | regexReplaceAll "(a)-(b)" "$2$1" }} {{ sha256Hex "x" }} {{ "1.2.3" | sprig_semver }} {{ timestamp "2006" | len }}
	EOF
	start consul-template -consul-addr "dir://$PWD/store" -template "in:out.txt:sh -c 'echo done >>ran'"
	within 60 grep -q '^1 ' out.txt
	printf 2 >store/kv/app/a
	within 60 grep -q '^2 ' out.txt
	kill -HUP "$PID"
	printf 3 >store/kv/app/a
	within 60 grep -q '^3 ' out.txt
	end consul-template 12 INT
	echo '{{ if }}' >bad
	run 14 consul-template -once -template bad:x
	echo 'consul { bogus = [1, {a = "b"}' >bad.hcl
	run 15 consul-template -once -config bad.hcl
	run 0 envconsul -consul-addr "dir://$PWD/store" -once -prefix app -upcase sh -c 'exit 5'
}
t_renderer_with_consul() {
	agent
	curl -fs -X PUT -d 1 "http://$ADDR/v1/kv/a" >/dev/null
	printf '{{ key "a" }} {{ range services }}{{ .Name }}{{ end }} {{ range service "consul" }}{{ .Port }}{{ end }}' >in
	start consul-template -consul-addr "$ADDR" -template in:made
	within 60 grep -q '^1 consul' made
	curl -fs -X PUT -d 2 "http://$ADDR/v1/kv/a" >/dev/null
	within 60 grep -q '^2 consul' made
	end consul-template 12 INT
	CONSUL_HTTP_ADDR=$ADDR run 0 consul kv get a
	is "$(cat out)" 2
}
t_registrar() {
	agent
	printf 'service { name = "web" port = 80 checks = [{ args = ["true"] interval = "1s" }, { tcp = "127.0.0.1:1" interval = "1s" }] }' >web.hcl
	CONSUL_HTTP_ADDR=$ADDR start register -config-file web.hcl -drain 0s
	web() { curl -fs "http://$ADDR/v1/health/service/web" | grep -q "$1"; }
	within 60 web critical
	kill -HUP "$PID"
	curl -fs -X PUT "http://$ADDR/v1/agent/service/deregister/$(curl -fs "http://$ADDR/v1/agent/services" | jq -r 'keys[]')" || :
	within 60 web web
	end register 0
	run 0 register check web.hcl
	echo 'service { name = 1 bogus = 2 }' >bad.hcl
	run 100 register check bad.hcl
}
t_health() {
	: >f
	run 0 health "file://$PWD/f"
	run 1 health tcp://127.0.0.1:1 --timeout 2s
	run 1 health --json http://127.0.0.1:1/ "file://$PWD/none"
	run 0 health -- true
	run 100 health gopher://x
	run 2 grpc-health-probe -addr 127.0.0.1:1 -connect-timeout 1s
}
t_execline() {
	printf '%s\n' 'define -s x "a b" backtick y { s6-echo z } importas -u y y' \
		'multisubstitute { define p q }' 'ifelse { test $y = z } { s6-echo ${x} $y $p } exit 1' >script
	run 0 execlineb script
	run 100 execlineb -c 'foreground { unclosed'
	run 3 if -x 3 ' false' '' true
}
t_logger() {
	local i
	for ((i = 0; i < 2000; i++)); do echo "line $i of the log, some are selected"; done >lines
	LEAKS=--leak-check=full grind s6-log n3 s4096 t '-.*7$' ./d '!tr a-z A-Z' 1
	"${CMD[@]}" <lines >out 2>err
	ended s6-log 0 $?
	[ "$(ls d | grep -c '^@')" = 3 ] || fail "$(ls d)"
}

for t in ${*:-$(compgen -A function t_)}; do check "${t#t_}"; done
finish

#!/bin/bash
# The executable itself: its form, its table of applets, --help, --install.
. "$(dirname "$0")/lib.sh"

t_static()
{
	local h
	h=$(readelf -lW "$BUILD/basebox")
	[[ $h != *INTERP* ]] || fail "INTERP header"
	like "$h" GNU_RELRO
	[[ $h =~ GNU_STACK[^$'\n']*RW\  ]] || fail "executable stack"
	like "$(readelf -hW "$BUILD/basebox")" "DYN (Position-Independent"
	[[ $(readelf -dW "$BUILD/basebox") != *NEEDED* ]] || fail "needs a library"
	[ -z "$(nm "$BUILD/basebox" 2>/dev/null)" ] || fail "not stripped"
	[[ $(readelf -hW "$BUILD/basebox") =~ "Number of section headers:"\ +0 ]] ||
		fail "section headers"
}

t_list()
{
	local n
	rc 0 basebox
	while read -r n; do
		[ "$n" = basebox ] && continue
		grep -qE "(^|  |[ (])$n( |\)|$)" out || fail "$n is not listed"
	done <"$BUILD/gen/names"
	rc 0 basebox --list
	cmp -s out "$BUILD/gen/names" || fail "--list differs from the table"
	LC_ALL=C sort -c out || fail "not sorted"
}

t_help()
{
	local n
	while read -r n; do
		[ "$n" = eltest ] && continue # its --help is a true operand
		"$BIN/$n" --help >"$n.1" 2>"$n.err" </dev/null ||
			fail "$n --help exits $?"
		[ -s "$n.1" ] || fail "$n --help prints nothing"
		[ ! -s "$n.err" ] || fail "$n --help writes to standard error"
	done <"$BUILD/gen/names"
	rc 0 basebox s6-svc --help
	cmp -s out s6-svc.1 || fail "basebox s6-svc --help differs"
	is "$(head -n 1 out)" "s6-svc - send commands to supervised services"
}

# What the reader unpacks is what the packer was given.
t_texts()
{
	tr '\0' '\1' <"$BUILD/gen/texts" |
		awk -v RS='\001' 'NR == 1 { sub(/^[^\n]*\n/, ""); printf "%s", $0 }' >want
	n=$(sed -n '2s/ - .*//p;2q' "$BUILD/gen/help")
	rc 0 basebox "$n" --help
	cmp -s out want || fail "$n --help is not the text that was packed"
	tr '\0' '\1' <"$BUILD/gen/texts" |
		awk -v RS='\001' '/\nbasebox and the libraries/ { sub(/^[^\n]*\n/, ""); printf "%s", $0 }' >want
	[ -s want ] || fail "no licences were packed"
	rc 0 basebox --licenses
	cmp -s out want || fail "--licenses is not the text that was packed"
	for n in musl mbedtls curl cjson libyaml; do
		grep -q -- "^--- $n [0-9]" out || fail "no licence of $n"
	done
}

# An SPDX document of all that is linked in, each with the hash of its source.
t_sbom()
{
	rc 0 basebox --sbom
	is "$(jq -r .spdxVersion out)" SPDX-2.3
	is "$(jq -r '[.packages[].name] | join(" ")' out)" \
		"basebox musl mbedtls curl cjson libyaml"
	is "$(jq '[.packages[1:][].checksums[0].checksumValue | select(test("^[0-9a-f]{64}$"))] | length' out)" 5 hashes
	is "$(jq '[.relationships[] | select(.relationshipType == "STATIC_LINK")] | length' out)" 5 links
	is "$(jq -r '.packages[] | select(.name == "musl") | .checksums[0].checksumValue' out)" \
		"$(sed -n 's/^sha256 \([0-9a-f]*\) musl_.*orig.tar.*/\1/p' "$ROOT/scripts/deps.lock")"
}

t_version() { is "$(basebox --version)" "basebox 0.1.0"; }

t_dispatch()
{
	rc 100 basebox s6-svok
	like "$(cat err)" "s6-svok: usage: s6-svok "
	rc 100 s6-svok
	like "$(cat err)" "s6-svok: usage: s6-svok "
	(exec -a -s6-svc "$BUILD/basebox" --help) >out || fail "login name"
	like "$(cat out)" "s6-svc - "
	(exec -a renamed "$BUILD/basebox" --version) >out || fail "other name"
	is "$(cat out)" "basebox 0.1.0"
}

t_unknown()
{
	rc 127 basebox s6-svcc
	is "$(cat err)" "basebox: fatal: no applet s6-svcc; did you mean s6-svc?"
	rc 127 basebox xyzzyxyzzy
	is "$(cat err)" "basebox: fatal: no applet xyzzyxyzzy; basebox lists them"
	rc 127 basebox "$(printf 'a%.0s' {1..500})"
	rc 100 basebox --nonsense
	like "$(cat err)" "basebox: usage: "
	rc 100 basebox --install
	rc 100 basebox --install a b
}

t_closed_fds()
{
	rc 0 basebox --list
	basebox --list >&- 2>&- <&- || fail "standard output closed: exit $?"
	basebox --list >/dev/full 2>err && fail "a full disk is not noticed"
	like "$(cat err)" "No space left on device"
}

t_install_hard()
{
	cp "$BUILD/basebox" . && mkdir d
	rc 0 ./basebox --install d
	is "$(stat -c %h basebox)" $(($(wc -l <"$BUILD/gen/names") + 1)) "links"
	is "$(d/s6-svc --help | head -n 1)" "$(s6-svc --help | head -n 1)"
	rc 0 ./basebox --install d
	like "$(cat err)" " 0 made, "
}

t_install_symbolic()
{
	mkdir bin d && cp "$BUILD/basebox" bin/
	rc 0 bin/basebox --install -s bin
	is "$(readlink bin/s6-svc)" basebox "beside the executable: its name"
	rc 0 bin/basebox --install -s d
	is "$(readlink d/s6-svc)" "$PWD/bin/basebox" "elsewhere: its path"
	is "$(readlink d/basebox)" "$PWD/bin/basebox"
}

t_install_keeps()
{
	cp "$BUILD/basebox" . && mkdir d d/s6-svok && echo mine >d/s6-svc
	rc 0 ./basebox --install -s d
	is "$(cat d/s6-svc)" mine "existing file"
	like "$(cat err)" "d/s6-svc exists and is left as it is"
	like "$(cat err)" " 2 left alone, 0 failed"
	rc 111 ./basebox --install -s -f d
	is "$(readlink d/s6-svc)" "$PWD/basebox" "replaced"
	like "$(cat err)" "unable to replace d/s6-svok: Is a directory"
	[ -d d/s6-svok ] || fail "a folder was removed"
	is "$(find d -name '.*' ! -name . | wc -l)" 0 "left-over files"
	rc 111 ./basebox --install nowhere
}

# header TEXT...: what the generator says about a file with these lines.
header()
{
	mkdir -p applets/job gen
	printf '%s\n' "$@" >applets/job/tool.c
	"$ROOT/scripts/gen-applets" -v out=gen applets/job/tool.c 2>&1
}

t_generator()
{
	local good=('// SPDX-License-Identifier: MIT' '/* tool - does it' ' *'
		' * usage: tool' ' *' ' * Exit: 0.' ' * See: here' ' */')
	is "$(header "${good[@]}")" "" "a good header"
	is "$(cat gen/names)" tool
	is "$(header "${good[@]/tool - /other - }")" \
		"applets/job/tool.c:2: the header names other, the file is tool.c"
	is "$(header "${good[@]/ usage/ Usage}")" \
		"applets/job/tool.c:8: the header has no \`usage:\` line"
	is "$(header "${good[@]/ See:/ Sea:}")" \
		"applets/job/tool.c:8: the header has no \`See:\` line"
	is "$(header "${good[@]/ Exit: 0./ Exit: 0. */}")" \
		"applets/job/tool.c:6: \`*/\` must stand on a line of its own"
	is "$(header "${good[@]:0:4}")" \
		"applets/job/tool.c:1: the header comment does not end"
	is "$(header 'int x;')" \
		"applets/job/tool.c:1: expected \`/* tool - one-line summary\`"
	is "$(header "${good[@]/ Exit: 0./ Alias: tool}")" \
		"applets/job/tool.c:8: the header has no \`Exit:\` line"
	is "$(header "${good[@]:0:6}" ' * Alias: tool' "${good[@]:6}")" \
		"applets/job/tool.c:9: the name tool is taken by applets/job/tool.c"
}

t_layers()
{
	mkdir -p core/low core/high core/beside include
	printf '%s\n' low 'high beside' >core/LAYERS
	touch include/low.h include/high.h include/beside.h core/low/own.h
	layers() { "$ROOT/scripts/check-layers" core/LAYERS core/*/*.c; }
	echo '#include "low.h"' >core/high/a.c
	layers || fail "a lower layer is refused"
	echo '#include "beside.h"' >core/high/a.c
	is "$(layers)" 'core/high/a.c:1: "beside.h": beside is a neighbour of high'
	echo '#include "high.h"' >core/low/a.c && rm core/high/a.c
	is "$(layers)" 'core/low/a.c:1: "high.h": high is above low'
	echo '#include "low/own.h"' >core/high/a.c && rm core/low/a.c
	is "$(layers)" 'core/high/a.c:1: "low/own.h" is private to low'
	echo '#include <curl/curl.h>' >core/high/a.c
	is "$(layers)" 'core/high/a.c:1: <curl/curl.h> belongs to core/http'
}

t_functions()
{
	{ echo 'int f(void)'; echo '{'; printf 'x;\n%.0s' {1..101}; echo '}'; } >a.c
	is "$("$ROOT/scripts/check-functions" a.c)" \
		'a.c:2: function of 101 lines, at most 100: int f(void)'
	sed -i '1i/* flat switch */' a.c
	is "$("$ROOT/scripts/check-functions" a.c)" ""
	printf '%s\n' 'int f(void)' '{' "	c = '\"'; /* don't strcpy(x) */" \
		'	g("strcpy(x)"); strcpy (a, b);' '}' >a.c
	is "$("$ROOT/scripts/check-functions" a.c)" 'a.c:4: strcpy is not used here'
}

# help_check OPTIONS HELP: with one applet `tool`.
help_check()
{
	printf '%s\n' "$1" >options
	printf 'job\ntool - does it\n\nusage: tool %s\n\001' "$2" >help
	"$ROOT/scripts/check-help" options RS='\001' help
}

t_option_tables()
{
	is "$(help_check $'tool a - 0\ntool n num 1' '[-a] [-n N]
 -n, --num N')" ""
	is "$(help_check 'tool a - 0' '[-a] [-b]')" \
		"tool: the help lists -b, the table does not"
	is "$(help_check $'tool a - 0\ntool b - 0' '[-a]')" \
		"tool: the table has -b, the help does not"
	is "$(help_check $'tool - once 0' '[-once] [-twice]')" \
		"tool: the help lists -twice (t), the table does not"
}

# A version that is no longer served: the nearest newer, then older, not older
# than the minimum.
t_versions()
{
	local lock cache
	lock=$ROOT/scripts/deps.lock cache=$T
	. "$ROOT/scripts/deps-fetch.sh"
	served() { printf '%s\n' 1.0-1 1.1-1 1.2-1 1.3-1 1.4-1; }
	is "$(candidates source x 1.2-2 1.1 | xargs)" "1.2-2 1.3-1 1.4-1 1.2-1 1.1-1"
}

t_pins()
{
	local lock cache
	lock=$T/lock cache=$T
	. "$ROOT/scripts/deps-fetch.sh"
	mkdir d && echo text >d/file
	echo "sha256 $(sha256sum <d/file | cut -d' ' -f1) file" >lock
	is "$(check_hashes d)" ""
	echo other >d/file
	check_hashes d >out 2>&1 && fail "a wrong hash passes"
	like "$(cat out)" "file: sha256 is "
	echo >lock
	like "$(check_hashes d)" "not pinned: sha256 "
}

for t in static list help texts version dispatch unknown closed_fds \
	install_hard install_symbolic install_keeps generator layers functions \
	option_tables versions pins sbom; do
	check $t
done
finish

# shellcheck shell=bash
# Command lines whose output and exit code were recorded from the original
# programs (s6 2.11.3.2, execline 2.9.3.0), run with ours. A file of cases:
#
#   $ COMMAND           a line for bash, without its builtins of these names
#   | output            standard output and error together, normalised
#   = CODE
#   ! REASON            optional: ours differs, and why; then
#   | our output
#   = OUR CODE
#
# `beside FILE [SETUP]` runs all of them with ours, each in an empty folder; SETUP
# is a function that prepares $FIX before. Where the originals are installed they
# are run, too, and must still do what was recorded.
# `BESIDE=record SCRIPT.sh` writes the files anew: the part of the originals is
# taken from them, ours from ours wherever it is not the same; reasons are kept,
# and a new difference gets "! ?", with which no test passes.
REAL=${REAL:-/usr/lib/execline/bin:/usr/bin}

# What differs between C libraries and folders, and is nobody's behaviour.
normalise()
{
	sed -E 's/: fatal: : /: fatal: /
		s/^([a-z0-9-]+): usage: .*/\1: usage/
		s/Operation timed out$/Connection timed out/
		s/Not a tty$/Inappropriate ioctl for device/
		s/Resource busy$/Device or resource busy/
		s/No child process$/No child processes/
		s/Illegal byte sequence$/Invalid or incomplete multibyte or wide character/
		s/Symbolic link loop$/Too many levels of symbolic links/
		s#'"$work"'/[a-z]+#DIR#g
		s#(/[a-z]+)*/(execlineb|env)\b#BIN/\2#g
		s/pid [0-9]+/pid N/; s/[0-9]+ seconds/N seconds/g
		s/@4[0-9a-f]{23}/@STAMP/g
		/^(PATH|PWD|SHLVL|_|OLDPWD)=/d'
}

# one PATH COMMAND: its normalised output behind "| ", and "= CODE".
one()
{
	local rc out=$T/.out
	rm -rf "$T/w"
	mkdir "$T/w"
	(
		cd "$T/w" || exit
		exec 7<&- 8<&-
		env -i PATH="$1:$T/bin:/usr/bin:/bin" HOME=/root LC_ALL=C TZ=UTC0 \
			FIX="$FIX" timeout 20 /bin/bash -c "set -f
enable -n exec exit wait export umask cd trap shift unset getopts test true \
false kill echo printf [ 2>/dev/null
$2"
	) >"$out" 2>&1 </dev/null
	rc=$?
	if [[ $2 == *env* ]]; then
		normalise <"$out" | sort
	else
		normalise <"$out"
	fi | tr '\000-\010\013-\037' '?' | sed 's/^/| /' | awk 1
	echo "= $rc"
}

# Reads the next case of fd 7 into $cmd, $want, $ours (empty = as $want), $why.
next_case()
{
	local line part=want
	cmd=$ahead want='' ours='' why=''
	[ -n "$cmd" ] || while IFS= read -r line <&7; do
		[[ $line == '$ '* ]] && { cmd=${line#??}; break; }
	done
	ahead=''
	[ -n "$cmd" ] || return 1
	while IFS= read -r line <&7; do
		case $line in
		'$ '*) ahead=${line#??}; break ;;
		'! '*) why=${line#??} part=ours ;;
		'| '* | '|' | '= '*)
			if [ $part = want ]; then want+=$line$'\n'
			else ours+=$line$'\n'; fi ;;
		esac
	done
	return 0
}

# run_all PATH FILE SETUP SIDE: the results of every case of the file, one after
# the other; the folders of a side are its own, so that both run at once.
run_all()
{
	local dir=$1 file=$2 setup=${3:-:} ahead='' cmd want ours why
	T=$work/beside$4 FIX=$work/fix$4
	rm -rf "$T" "$FIX"
	mkdir -p "$T/bin" "$FIX"
	# prints its arguments, so that words can be told apart
	printf '%s\n' '#!/bin/sh' 'for i do printf "<%s>" "$i"; done' >"$T/bin/pa"
	chmod 755 "$T/bin/pa"
	(cd "$FIX" && $setup) >"$work/setup.log" 2>&1 || cat "$work/setup.log"
	exec 7<"$file"
	while next_case; do
		printf '%s\0' "$(one "$dir" "$cmd")"
	done
	exec 7<&-
	sweep
}

beside()
{
	local file=$1 setup=${2:-:} ahead='' cmd want ours why i=0 name
	local -a mine real=()
	name=$(basename "$file" .cases)
	have_real && run_all "$REAL" "$file" "$setup" real >"$work/real.out" &
	mapfile -d '' -t mine < <(run_all "$BIN" "$file" "$setup" '')
	wait
	[ -e "$work/real.out" ] && mapfile -d '' -t real <"$work/real.out"
	rm -f "$work/real.out"
	[ "${BESIDE-}" = record ] && exec 8>"$file.new"
	exec </dev/null
	exec 7<"$file"
	while next_case; do
		if [ "${BESIDE-}" = record ]; then
			printf '$ %s\n%s\n' "$cmd" "${real[i]}" >&8
			[ "${mine[i]}" = "${real[i]}" ] ||
				printf '! %s\n%s\n' "${why:-?}" "${mine[i]}" >&8
		else
			compare "$name"
		fi
		i=$((i + 1))
	done
	exec 7<&-
	[ "${BESIDE-}" = record ] && mv "$file.new" "$file"
	echo "# $name: $i cases, ${#real[@]} of them with the originals, too"
}

# One case of beside.
compare()
{
	local expect=${ours:-$want}
	if [ "${why-}" = '?' ]; then
		echo "not ok $1: no reason for the difference: $cmd"
	elif [ "${mine[i]}"$'\n' != "$expect" ]; then
		echo "not ok $1: $cmd: got ${mine[i]//$'\n'/ }, want ${expect//$'\n'/ }"
	elif [ ${#real[@]} -gt 0 ] && [ "${real[i]}"$'\n' != "$want" ]; then
		echo "not ok $1: the original: $cmd: got ${real[i]//$'\n'/ }, recorded ${want//$'\n'/ }"
	else
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
}

# The versions that were recorded.
have_real()
{
	[ -x /usr/lib/execline/bin/execlineb ] && [ -x /usr/bin/s6-svc ] &&
		[[ $(dpkg-query -W -f '${Version}' s6 2>/dev/null) == 2.11.3* ]] &&
		[[ $(dpkg-query -W -f '${Version}' execline 2>/dev/null) == 2.9.3* ]]
}

# shellcheck shell=bash
# Fetches pinned Debian packages into $cache/src through a private apt
# configuration, so that the machine's own sources stay as they are. Sourced
# by scripts/setup, which sets: cache, lock (path of deps.lock).

# Prints "URI KEYRING" of the archive that this machine is configured for,
# from the one-line or the deb822 form of apt's sources.
configured_mirror()
{
	local codename f files=()
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
		[ -r "$f" ] && files+=("$f")
	done
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	awk -v code="$codename" '
	function reset() { uri = suites = comps = key = "" }
	function flush() {
		if (!done && uri != "" && (" " suites " ") ~ (" " code " ") &&
		    (" " comps " ") ~ / main /) { print uri, key; done = 1 }
		reset()
	}
	FNR == 1 { flush() }
	/^[ \t]*#/ { next }
	/^deb[ \t]/ {
		reset(); line = $0
		if (match(line, /\[[^]]*\]/)) {
			opt = substr(line, RSTART + 1, RLENGTH - 2)
			if (match(opt, /signed-by=[^ \t]+/))
				key = substr(opt, RSTART + 10, RLENGTH - 10)
			sub(/\[[^]]*\]/, "", line)
		}
		n = split(line, w, /[ \t]+/); uri = w[2]; suites = w[3]
		for (i = 4; i <= n; i++) comps = comps " " w[i]
		flush(); next
	}
	/^[ \t]*$/ { flush(); next }
	/^URIs:/ { uri = $2 }
	/^Suites:/ { sub(/^[^:]*:/, ""); suites = $0 }
	/^Components:/ { sub(/^[^:]*:/, ""); comps = $0 }
	/^Signed-By:/ { key = $2 }
	END { flush() }
	' "${files[@]}" </dev/null
}

# private_apt DIR KINDS SUITE...: writes DIR/apt.conf and refreshes its
# indexes once per setup run. KINDS = "deb-src", "deb" or both.
private_apt()
{
	local dir=$1 kinds=$2 mirror uri key suite
	shift 2
	mirror=$(configured_mirror)
	[ -n "$mirror" ] || {
		echo "setup: no Debian archive in apt's sources" >&2
		return 1
	}
	read -r uri key <<<"$mirror"
	: "${key:=/usr/share/keyrings/debian-archive-keyring.gpg}"
	rm -rf "$dir/parts"
	mkdir -p "$dir"/{parts,lists/partial,cache/archives/partial}
	for suite; do
		printf '%s\n' "Types: $kinds" "URIs: $uri" "Suites: $suite" \
			"Components: main" "Signed-By: $key" \
			>"$dir/parts/$suite.sources"
	done
	cat >"$dir/apt.conf" <<-CONF
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$dir/parts";
		Dir::State::Lists "$dir/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$dir/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "1";
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	CONF
	# A suite that is not served only narrows the choice.
	APT_CONFIG=$dir/apt.conf apt-get -q update >"$dir/update.log" 2>&1 ||
		echo "setup: not every suite has an index (see $dir/update.log)"
}

# pinned KIND NAME: "VERSION MINIMUM" from deps.lock.
pinned()
{
	awk -v k="$1" -v n="$2" '$1 == k && $2 == n { print $3, $4 }' "$lock"
}

# candidates KIND NAME WANTED MINIMUM: the versions served, best first: the
# wanted one, newer ones rising, older ones falling to MINIMUM.
candidates()
{
	local kind=$1 name=$2 want=$3 min=$4 v newer=() older=()
	echo "$want"
	while read -r v; do
		dpkg --compare-versions "$v" ge "$min" || continue
		if dpkg --compare-versions "$v" gt "$want"; then
			newer+=("$v")
		elif dpkg --compare-versions "$v" lt "$want"; then
			older=("$v" "${older[@]}")
		fi
	done < <(served "$kind" "$name")
	printf '%s\n' "${newer[@]}" "${older[@]}" | sed '/^$/d'
}

# served KIND NAME: every version in the indexes, rising.
served()
{
	local v list=() i
	while read -r v; do
		for ((i = ${#list[@]}; i > 0; i--)); do
			dpkg --compare-versions "${list[i-1]}" gt "$v" || break
		done
		list=("${list[@]:0:i}" "$v" "${list[@]:i}")
	done < <(apt-cache madison "$2" | awk -F' *[|] *' -v k="$1" '
		(/ Sources$/) == (k == "source") { print $2 }' | sort -u)
	printf '%s\n' "${list[@]}"
}

# download KIND NAME VERSION: the files into the current folder.
download()
{
	if [ "$1" = source ]; then
		apt-get -qq source --download-only "$2=$3"
	else
		apt-get -qq download "$2=$3"
	fi
}

# check_hashes DIR NAME: each file against deps.lock; a wrong one is fatal, an
# unknown one is reported.
check_hashes()
{
	local f want have
	for f in "$1"/*; do
		case $f in *.dsc | *.asc) continue ;; esac
		want=$(awk -v f="${f##*/}" \
			'$1 == "sha256" && $3 == f { print $2 }' "$lock")
		have=$(sha256sum <"$f")
		have=${have%% *}
		if [ -z "$want" ]; then
			echo "setup: not pinned: sha256 $have ${f##*/}"
		elif [ "$want" != "$have" ]; then
			echo "setup: ${f##*/}: sha256 is $have, pinned $want" >&2
			return 1
		fi
	done
}

# fetch KIND NAME: leaves $cache/src/NAME-VERSION/ with the files and sets
# $fetched to that version. The pinned version in the cache needs no network.
fetch()
{
	local kind=$1 name=$2 want min v dir
	local new=$cache/src/.new-$$
	read -r want min < <(pinned "$kind" "$name")
	[ -n "$want" ] || {
		echo "setup: $lock has no $kind $name" >&2
		return 1
	}
	fetched=$want
	dir=$cache/src/$name-$want
	if [ -d "$dir" ]; then
		check_hashes "$dir" "$name"
		return
	fi
	need_index || return
	[ "$indexed" = offline ] || while read -r v; do
		rm -rf "$new"
		mkdir -p "$new"
		(cd "$new" && APT_CONFIG=$cache/apt/apt.conf \
			download "$kind" "$name" "$v") >"$cache/fetch.log" 2>&1 ||
			continue
		check_hashes "$new" "$name" || return
		[ "$v" = "$want" ] ||
			echo "setup: $name $want is not served; taking $v"
		fetched=$v
		rm -rf "$cache/src/$name-$v"
		mv "$new" "$cache/src/$name-$v"
		return
	done < <(APT_CONFIG=$cache/apt/apt.conf \
		candidates "$kind" "$name" "$want" "$min")
	rm -rf "$new"
	# Offline, a stand-in fetched earlier will do.
	v=$(cd "$cache/src" && ls -d "$name"-* 2>/dev/null | tail -1)
	[ -n "$v" ] && {
		fetched=${v#"$name"-}
		echo "setup: $name $want is not served; taking $fetched (cached)"
		return
	}
	echo "setup: no version of $name >= $min is served" >&2
	tail -5 "$cache/fetch.log" >&2
	return 1
}

indexed=''
need_index()
{
	[ -z "$indexed" ] || return 0
	# shellcheck disable=SC2046 # a list of words
	private_apt "$cache/apt" "deb deb-src" \
		$(awk '$1 == "suites" { $1 = ""; print }' "$lock") || return
	indexed=1
	grep -qE '^(Hit|Get):' "$cache/apt/update.log" || indexed=offline
}

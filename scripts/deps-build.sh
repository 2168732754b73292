# shellcheck shell=bash
# Builds the libraries from unpacked sources. Sourced by scripts/setup; this
# file and the files that scripts/setup sums name the cache.
#
#   build_set FLAVOUR SRC PREFIX   FLAVOUR = musl (the product: static-pie,
#                                  small) or glibc (debug: -O1 -g)
# SRC holds one folder per library (musl mbedtls curl cjson libyaml).

# The libraries hold GCC's intermediate code only (slim LTO): every link of the
# product optimizes them with it, which is worth 40 kB and takes 4 s.
size_flags=$(sed -n -e "s/^$(uname -m): //" -e '/^-/p' "$here/size-flags" |
	tr '\n' ' ')
lto_flags="-flto=2 -fno-fat-lto-objects"

# run LOG COMMAND...: quiet unless the command fails, then the log's end.
run()
{
	local log=$1
	shift
	"$@" >>"$log" 2>&1 && return
	echo "setup: failed: $*" >&2
	tail -40 "$log" >&2
	echo "setup: the whole log is $log" >&2
	return 1
}

build_musl()
{
	local prefix=$1 log=$2 work=$3 dir inc
	mkdir -p "$work/musl"
	cd "$work/musl" || return
	run "$log" "$src/musl/configure" --prefix="$prefix" --disable-shared \
		--enable-wrapper=gcc CFLAGS="${size_flags/-fPIE/}" || return
	run "$log" make -j2 || return
	run "$log" make install || return
	# The kernel's headers (musl has none, and core/os needs them).
	inc=/usr/include
	for dir in linux asm-generic mtd; do
		cp -a "$inc/$dir" "$prefix/include/" || return
	done
	if [ -d "$inc/$(uname -m)-linux-gnu/asm" ]; then
		cp -a "$inc/$(uname -m)-linux-gnu/asm" "$prefix/include/"
	else
		cp -aL "$inc/asm" "$prefix/include/"
	fi
}

# cmake_lib NAME ARGS...: configure, build and install $src/NAME.
cmake_lib()
{
	local name=$1
	shift
	run "$log" cmake -S "$src/$name" -B "$work/$name" -G Ninja \
		"${common[@]}" "$@" || return
	run "$log" cmake --build "$work/$name" -j 2 || return
	run "$log" cmake --install "$work/$name"
}

# Only what HTTP(S) over TCP and unix sockets needs. Verbose strings off:
# messages still come through CURLOPT_ERRORBUFFER.
curl_options=(
	-DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_STATIC_LIBS=ON
	-DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF
	-DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF -DPICKY_COMPILER=OFF
	-DCURL_USE_PKGCONFIG=OFF -DCURL_DISABLE_INSTALL=OFF
	-DCURL_USE_MBEDTLS=ON -DENABLE_THREADED_RESOLVER=ON
	-DENABLE_UNIX_SOCKETS=ON -DENABLE_IPV6=ON
	-DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none
	-DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBSSH=OFF
	-DUSE_LIBIDN2=OFF -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF
	-DUSE_NGHTTP2=OFF
	-DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON
	-DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_KERBEROS_AUTH=ON
	-DCURL_DISABLE_NEGOTIATE_AUTH=ON -DCURL_DISABLE_NTLM=ON
	-DCURL_DISABLE_DIGEST_AUTH=ON -DCURL_DISABLE_AWS=ON
	-DCURL_DISABLE_DOH=ON -DCURL_DISABLE_MIME=ON
	-DCURL_DISABLE_FORM_API=ON -DCURL_DISABLE_NETRC=ON
	-DCURL_DISABLE_WEBSOCKETS=ON -DCURL_DISABLE_IPFS=ON
	-DCURL_DISABLE_GETOPTIONS=ON -DCURL_DISABLE_PROGRESS_METER=ON
	-DCURL_DISABLE_SHUFFLE_DNS=ON -DCURL_DISABLE_SRP=ON
	-DCURL_DISABLE_SHA512_256=ON -DCURL_DISABLE_LIBCURL_OPTION=ON
	-DCURL_DISABLE_VERBOSE_STRINGS=ON -DCURL_DISABLE_PARSEDATE=ON
	-DCURL_DISABLE_HEADERS_API=ON -DCURL_DISABLE_BINDLOCAL=ON
	-DCURL_DISABLE_BEARER_AUTH=ON
)

# What curl has no switch for, taken out of the sources: 45 kB. A request for
# it fails with a message of its own. Each edit is one call; a version of curl
# without that call only stays larger.
trim_curl()
{
	local lib=$src/curl/lib name
	# options and answers that this program does not use, 8 kB
	for name in setopt getinfo; do
		awk -f "$here/trim-curl-options" "$here/curl-options" \
			"$lib/$name.c" >"$lib/$name.new" &&
			mv "$lib/$name.new" "$lib/$name.c" || return
	done
	# the PROXY protocol's line, and addresses given beside DNS
	sed -i 's/Curl_cf_haproxy_insert_after(cf, data)/CURLE_OK/' \
		"$lib/connect.c"
	sed -i 's/Curl_loadhostpairs(data)/CURLE_OK/' "$lib/transfer.c"
	# SOCKS proxies
	sed -i 's/Curl_cf_socks_proxy_insert_after(cf, data)/CURLE_UNSUPPORTED_PROTOCOL/' \
		"$lib/connect.c"
	# racing HTTP/2 and HTTP/3 against HTTP/1.1: only the last is built
	sed -i 's/Curl_cf_https_setup(data, conn, sockindex)/CURLE_OK/' \
		"$lib/connect.c"
	# decoding the peer's certificates for CURLINFO_CERTINFO
	sed -i 's/Curl_extract_certinfo(data, i, beg, end)/CURLE_NOT_BUILT_IN/' \
		"$lib/vtls/mbedtls.c"
	# proxies of the environment: core/http decides, as Go does
	sed -i -e 's/if(Curl_check_noproxy(conn->host.name/if(FALSE \&\& Curl_check_noproxy(conn->host.name/' \
		-e 's/proxy = detect_proxy(data, conn);/proxy = NULL;/' \
		-e '/const char \*p = "no_proxy";/,/if(no_proxy) {/s/curl_getenv(p)/NULL/' \
		"$lib/url.c"
	# certificates from options (core/http sets up the context), and the
	# cache of sessions, which without tickets serves TLS 1.2 only
	sed -i -e 's/(ca_info_blob ? NULL : conn_config->CAfile)/NULL/' \
		-e 's/ca_info_blob = conn_config->ca_info_blob;/ca_info_blob = NULL;/' \
		-e 's/ssl_capath = conn_config->CApath;/ssl_capath = NULL;/' \
		-e 's/ssl_cert = ssl_config->primary.clientcert;/ssl_cert = NULL;/' \
		-e 's/ssl_cert_blob = ssl_config->primary.cert_blob;/ssl_cert_blob = NULL;/' \
		-e 's/ssl_crlfile = ssl_config->primary.CRLfile;/ssl_crlfile = NULL;/' \
		-e 's/if(ssl_config->key || ssl_config->key_blob) {/if(0) {/' \
		-e 's/if(!ssl_config->primary.cache_session)/if(1)/' \
		-e 's/if(ssl_config->primary.cache_session) {/if(0) {/' \
		"$lib/vtls/mbedtls.c"
	# a printf of its own, beside the libc's
	if grep -q '^int curlx_dyn_vprintf(struct dynbuf' "$lib/mprintf.c"; then
		cp "$here/curl_printf.c" "$lib/mprintf.c" || return
	fi
	# lists of cipher suites, and the name of the one in use for the log
	sed -i -e 's/if(conn_config->cipher_list || conn_config->cipher_list13) {/if(0) {/' \
		-e 's/mbed_cipher_suite_get_str(cipher_id, cipher_str, sizeof(cipher_str), TRUE)/cipher_str[0] = 0/' \
		"$lib/vtls/mbedtls.c"
	# pinned public keys
	sed -i '/const char \* const pinnedpubkey =/,/;/s/data->set[^;:]*/NULL/' \
		"$lib/vtls/mbedtls.c"
}

# Blocks of SHA-1, MD5 and AES as loops, 9 kB, and few errors of PSA, 2 kB
# (mbedtls_small.h says how); RSA signs and never encrypts: 1.5 kB.
trim_mbedtls()
{
	local lib=$src/mbedtls/library name
	sed -i 's/^\(psa_status_t mbedtls_to_psa_error\)(int ret)$/\1_all(int ret)/' \
		"$lib/psa_crypto.c"
	sed -i 's/crypt_func = rsa_[a-z]*crypt_wrap,/crypt_func = NULL,/' "$lib/pk_wrap.c"
	for name in SHA1 MD5 AES PSA_CRYPTO; do
		{
			echo "#define MBEDTLS_SMALL_$name"
			cat "$here/mbedtls_small.h"
		} >>"$lib/${name,,}.c" || return
	done
}

# libyaml's macros become functions, 15 kB (yaml_small.h says which).
trim_libyaml()
{
	local lib=$src/libyaml/src
	cat "$here/yaml_small.h" >>"$lib/yaml_private.h" &&
		sed -i -e '/^#define \(CACHE\|SKIP\|SKIP_LINE\|READ\|READ_LINE\)(/,/[^\\]$/d' \
			-e 's/ENQUEUE(parser, parser->tokens, token)/small_token(parser, \&token)/' \
			"$lib/scanner.c"
}

# Once for both flavours.
trim_sources()
{
	local src=$1
	trim_curl && trim_mbedtls && trim_libyaml
}

build_set()
{
	local flavour=$1 src=$2 prefix=$3 log work common cc flags ldflags
	work=$prefix.work
	log=$prefix.log
	mkdir -p "$prefix" "$work"
	if [ "$flavour" = musl ]; then
		build_musl "$prefix" "$log" "$work" || return
		cc=$prefix/bin/musl-gcc
		flags="$size_flags $lto_flags"
		ldflags=-static-pie
	else
		cc=$(command -v gcc)
		flags="-O1 -g -fPIE -fno-omit-frame-pointer"
		ldflags=-pie
	fi
	# Nothing outside the prefix may be found: a glibc library of the
	# machine in a musl program links, and then misbehaves.
	common=(
		-DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags"
		-DCMAKE_AR=/usr/bin/gcc-ar -DCMAKE_RANLIB=/usr/bin/gcc-ranlib
		-DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_C_FLAGS_MINSIZEREL=-DNDEBUG
		-DCMAKE_EXE_LINKER_FLAGS="$ldflags" -DBUILD_SHARED_LIBS=OFF
		-DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib
		-DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_FIND_ROOT_PATH="$prefix"
		-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY
		-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY
		-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY
	)
	export PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig
	cmake_lib mbedtls -DENABLE_TESTING=OFF -DENABLE_PROGRAMS=OFF \
		-DGEN_FILES=OFF -DMBEDTLS_FATAL_WARNINGS=OFF || return
	cmake_lib cjson -DENABLE_CJSON_TEST=OFF \
		-DENABLE_CUSTOM_COMPILER_FLAGS=OFF || return
	cmake_lib libyaml -DBUILD_TESTING=OFF || return
	cmake_lib curl "${curl_options[@]}" || return
	rm -rf "$work"
}

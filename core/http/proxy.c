// SPDX-License-Identifier: MIT
/* proxy - which proxy the environment names for an address, by the rules of
 * Go's http.ProxyFromEnvironment (golang.org/x/net/http/httpproxy): loopback
 * is never proxied, NO_PROXY holds names, suffixes, addresses and networks. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "http/inner.h"

static const char *env2(const char *upper, const char *lower)
{
	const char *v = getenv(upper);

	return v && *v ? v : (v = getenv(lower)) && *v ? v : NULL;
}

/* Bytes of an address: 16, with IPv4 mapped. */
static bool ip_bytes(const char *text, unsigned char out[16], bool *v4)
{
	static const unsigned char mapped[12] = {
		[10] = 0xff, [11] = 0xff};

	*v4 = inet_pton(AF_INET, text, out + 12) == 1;
	if (*v4) {
		memcpy(out, mapped, sizeof(mapped));
		return true;
	}
	return inet_pton(AF_INET6, text, out) == 1;
}

bool http_is_loopback(const char *host)
{
	static const unsigned char one[16] = {[15] = 1};
	unsigned char ip[16];
	bool v4;

	if (!strcmp(host, "localhost"))
		return true;
	if (!ip_bytes(host, ip, &v4))
		return false;
	return v4 ? ip[12] == 127 : !memcmp(ip, one, sizeof(one));
}

static bool in_network(const char *host, const char *net, unsigned long bits)
{
	unsigned char a[16], b[16];
	bool v4a, v4b;

	if (!ip_bytes(host, a, &v4a) || !ip_bytes(net, b, &v4b) || v4a != v4b)
		return false;
	if (v4a)
		bits += 96;
	if (bits > 128)
		return false;
	for (unsigned long i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8)))
			return false;
	return true;
}

/* One entry of NO_PROXY against host and port. */
static bool entry_hits(struct str item, const struct http_addr *a)
{
	struct str host = str_of(a->host);
	char text[128];
	ptrdiff_t i;
	uint64_t bits;

	item = str_trim(item, " \t");
	if (!item.n || item.n >= sizeof(text))
		return false;
	if (str_is(item, "*"))
		return true;
	i = str_chr(item, '/');
	if (i > 0 && num_u64(str_cut(item, (size_t)i + 1, item.n), 128, &bits)) {
		memcpy(text, item.p, (size_t)i);
		text[i] = '\0';
		return in_network(a->host, text, bits);
	}
	i = str_rfind(item, STR(":"));
	if (i > 0 && str_chr(item, ':') == i) {
		if (!str_eq(str_cut(item, (size_t)i + 1, item.n),
			    str_of(a->port)))
			return false;
		item.n = (size_t)i;
	}
	if (str_prefix(item, STR("*.")))
		item = str_cut(item, 1, item.n);
	if (item.p[0] == '.')
		return host.n > item.n &&
		       str_ieq(str_cut(host, host.n - item.n, host.n), item);
	if (str_ieq(host, item))
		return true;
	return host.n > item.n && host.p[host.n - item.n - 1] == '.' &&
	       str_ieq(str_cut(host, host.n - item.n, host.n), item);
}

const char *http_proxy_for(const struct http_addr *a)
{
	struct str rest, item;
	const char *proxy, *no;

	if (*a->unix_path || http_is_loopback(a->host))
		return NULL;
	proxy = a->tls ? env2("HTTPS_PROXY", "https_proxy")
		       : env2("HTTP_PROXY", "http_proxy");
	if (!proxy || (!a->tls && getenv("REQUEST_METHOD")))
		return NULL;
	no = env2("NO_PROXY", "no_proxy");
	rest = str_of(no ? no : "");
	while (str_split(&rest, ',', &item))
		if (entry_hits(item, a))
			return NULL;
	return proxy;
}

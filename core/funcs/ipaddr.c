// SPDX-License-Identifier: MIT
/* ipaddr - IP addresses with a network.
 * Source: the tables of github.com/hashicorp/go-sockaddr, as facts. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "funcs/ipaddr.h"

bool ip_parse(struct str s, struct ipaddr *out)
{
	char text[IP_TEXT];
	unsigned char raw[16];
	ptrdiff_t slash = str_chr(s, '/');
	struct str ip = slash < 0 ? s : str_cut(s, 0, (size_t)slash);
	bool v6 = str_chr(ip, ':') >= 0;
	uint64_t bits = v6 ? 128 : 32;

	if (!ip.n || ip.n >= sizeof(text))
		return false;
	memcpy(text, ip.p, ip.n);
	text[ip.n] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, raw) != 1)
		return false;
	if (slash >= 0 &&
	    !num_u64(str_cut(s, (size_t)slash + 1, s.n), bits, &bits))
		return false;
	*out = (struct ipaddr){0, v6 ? 128 : 32, (int)bits};
	for (int i = 0; i < out->width / 8; i++)
		out->ip = out->ip << 8 | raw[i];
	return true;
}

void ip_text(const struct ipaddr *a, char out[IP_TEXT])
{
	unsigned char raw[16];
	bool v6 = a->width == 128;

	/* an IPv4 address in an IPv6 one shows as IPv4 */
	if (v6 && (uint64_t)(a->ip >> 32) == 0xFFFF && a->ip >> 96 == 0)
		v6 = false;
	for (int i = 0; i < 16; i++)
		raw[i] = (unsigned char)(a->ip >> (120 - 8 * i));
	out[0] = '\0';
	inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? raw : raw + 12, out, IP_TEXT);
}

static uint128 ones(int n)
{
	return n >= 128 ? ~(uint128)0 : ((uint128)1 << n) - 1;
}

uint128 ip_mask(const struct ipaddr *a)
{
	return ones(a->width) & ~ones(a->width - a->bits);
}

uint128 ip_first(const struct ipaddr *a)
{
	return a->ip & ip_mask(a);
}

uint128 ip_last(const struct ipaddr *a)
{
	return ip_first(a) | ones(a->width - a->bits);
}

bool ip_contains(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->width == b->width && ip_first(a) <= ip_first(b) &&
	       ip_last(a) >= ip_last(b);
}

/* One text an RFC: its number, then networks. "n" is what no router forwards. */
static const char rfcs[] =
	"n 0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 "
	"198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255 ::1 :: "
	"::ffff:0:0/96 2001:db8::/32 2001:10::/28 fe80::/10\0"
	"919 255.255.255.255\0"
	"1112 224.0.0.0/4\0"
	"1122 0.0.0.0/8 127.0.0.0/8\0"
	"1918 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16\0"
	"2544 198.18.0.0/15\0"
	"2765 ::ffff:0:0/96\0"
	"2928 2001::/16\0"
	"3056 2002::/16\0"
	"3068 192.88.99.0/24 2002:c058:6301::/120\0"
	"3171 224.0.0.0/4\0"
	"3330 0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "
	"192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 "
	"224.0.0.0/4 240.0.0.0/4\0"
	"3849 2001:db8::/32\0"
	"3927 169.254.0.0/16\0"
	"4038 0:0:0:0:0:ffff::/96\0"
	"4193 fc00::/7\0"
	"4291 :: ::1 ::/96 ::ffff:0:0/96 fe80::/10 fec0::/10 ff00::/8\0"
	"4380 2001::/32\0"
	"4773 2001::/23\0"
	"4843 2001:10::/28\0"
	"5180 2001:200::/48\0"
	"5735 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 198.18.0.0/15\0"
	"5737 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24\0"
	"6052 64:ff9b::/96\0"
	"6333 192.0.0.0/29\0"
	"6598 100.64.0.0/10\0"
	"6666 100::/64\0"
	"6890 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 "
	"172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 "
	"192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
	"240.0.0.0/4 255.255.255.255 ::1 :: 64:ff9b::/96 ::ffff:0:0/96 "
	"100::/64 2001::/16 2002::/16 fc00::/7 fe80::/10\0"
	"7335 192.0.0.0/29\0";

/* The networks of an RFC as text; .p NULL: not known. */
static struct str rfc_text(int64_t rfc)
{
	char number[NUM_TEXT] = "n";

	if (rfc != RFC_NO_FORWARD)
		num_put_i64(number, rfc);
	for (const char *p = rfcs; *p; p += strlen(p) + 1) {
		struct str rest = str_of(p), first;

		str_split(&rest, ' ', &first);
		if (str_is(first, number))
			return rest;
	}
	return str_n(NULL, 0);
}

bool ip_rfc_known(int64_t rfc)
{
	return rfc_text(rfc).p != NULL;
}

bool ip_in_rfc(const struct ipaddr *a, int64_t rfc)
{
	struct str rest = rfc_text(rfc), part;
	struct ipaddr net;

	while (str_split(&rest, ' ', &part))
		if (ip_parse(part, &net) && ip_contains(&net, a))
			return true;
	return false;
}

struct str u128_text(struct arena *a, uint128 v)
{
	char digits[40];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + (int)(v % 10));
	while (v /= 10);
	return str_n(arena_dup(a, digits + at, sizeof(digits) - at),
		     sizeof(digits) - at);
}

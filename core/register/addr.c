// SPDX-License-Identifier: MIT
/* addr - which address of this machine a service is announced with: the first
 * candidate that a list of specifications accepts, each line of the list in
 * ContainerPilot's grammar (eth0, eth0:inet6, eth0[1], 10.0.0.0/8, inet, inet6,
 * static:IP, default-route). See register.h. */
#include "register.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "os/file.h"
#include "register/proc.h"

enum { ROUTE_FILE_MAX = 256 * 1024 };

/* Splits a line of /proc/net at blanks; returns how many fields (at most n). */
size_t reg_fields(struct str line, struct str *out, size_t n)
{
	size_t k = 0;

	while (k < n) {
		size_t len = 0;

		line = str_trim(line, " \t");
		while (len < line.n && line.p[len] != ' ' && line.p[len] != '\t')
			len++;
		if (!len)
			break;
		out[k++] = str_cut(line, 0, len);
		line = str_cut(line, len, line.n);
	}
	return k;
}

/* Up to 8 hexadecimal digits; false for anything else. */
bool reg_hex(struct str s, uint32_t *out)
{
	uint32_t v = 0;

	if (!s.n || s.n > 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hex((unsigned char)s.p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	*out = v;
	return true;
}

/* The interface of the IPv4 default route with the lowest metric, from
 * /proc/net/route: Iface Destination Gateway Flags RefCnt Use Metric Mask. */
static void default_route(char out[IF_NAMESIZE])
{
	enum { IFACE, DEST, FLAGS = 3, METRIC = 6, MASK, FIELDS };
	BUF_AUTO struct buf b = {0};
	uint64_t best = UINT64_MAX;
	struct str rest, line, f[FIELDS];

	out[0] = '\0';
	if (file_read(AT_FDCWD, "/proc/net/route", &b, ROUTE_FILE_MAX, NULL) < 0)
		return;
	rest = str_n(buf_str(&b), b.len);
	while (str_split(&rest, '\n', &line)) {
		uint32_t dest, mask, flags;
		uint64_t metric;

		if (reg_fields(line, f, FIELDS) != FIELDS ||
		    !reg_hex(f[DEST], &dest) || !reg_hex(f[MASK], &mask) ||
		    !reg_hex(f[FLAGS], &flags) ||
		    !num_u64(f[METRIC], UINT32_MAX, &metric))
			continue;
		if (dest || mask || !(flags & 1) || metric >= best ||
		    f[IFACE].n >= IF_NAMESIZE)
			continue;
		best = metric;
		memcpy(out, f[IFACE].p, f[IFACE].n);
		out[f[IFACE].n] = '\0';
	}
}

static int by_name_and_family(const struct reg_addr *a, const struct reg_addr *b)
{
	int r = strcmp(a->ifname, b->ifname);

	if (r)
		return r;
	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Insertion sort: the list is short, and equal ones keep the kernel's order. */
static void sort(struct reg_addr *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct reg_addr x = a[i];
		size_t k = i;

		for (; k && by_name_and_family(&x, &a[k - 1]) < 0; k--)
			a[k] = a[k - 1];
		a[k] = x;
	}
}

static bool fill(struct reg_addr *a, const struct ifaddrs *i)
{
	const void *ip;

	if (!i->ifa_addr)
		return false;
	a->family = i->ifa_addr->sa_family;
	if (a->family == AF_INET) {
		ip = &((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr;
		memcpy(a->ip, ip, 4);
	} else if (a->family == AF_INET6) {
		ip = &((struct sockaddr_in6 *)(void *)i->ifa_addr)->sin6_addr;
		memcpy(a->ip, ip, 16);
		a->link_local = IN6_IS_ADDR_LINKLOCAL((struct in6_addr *)a->ip);
	} else {
		return false;
	}
	snprintf(a->ifname, sizeof(a->ifname), "%s", i->ifa_name);
	inet_ntop(a->family, a->ip, a->text, sizeof(a->text));
	a->up = i->ifa_flags & IFF_UP;
	a->loopback = i->ifa_flags & IFF_LOOPBACK;
	return true;
}

int reg_addr_list(struct reg_addr *out, size_t max, struct err *e)
{
	char route[IF_NAMESIZE];
	struct ifaddrs *all, *i;
	size_t n = 0;

	if (getifaddrs(&all) < 0)
		return err_set(e, errno, "list network addresses");
	default_route(route);
	for (i = all; i && n < max; i = i->ifa_next) {
		struct reg_addr a = {.order = (int)n};

		if (!fill(&a, i))
			continue;
		a.default_route = route[0] && !strcmp(a.ifname, route);
		out[n++] = a;
	}
	freeifaddrs(all);
	sort(out, n);
	return (int)n;
}

/* --- one specification --- */

struct spec {
	enum { BY_NAME, BY_NET, BY_FAMILY, BY_ROUTE, STATIC } kind;
	int family; /* AF_INET, AF_INET6; 0 = either */
	char ifname[IF_NAMESIZE];
	int index; /* -1 = the first */
	unsigned char net[16];
	unsigned bits;
	char ip[INET6_ADDRSTRLEN];
};

static int bad_spec(const char *text, struct err *e)
{
	return err_set(e, 0,
		       "invalid address specification \"%s\": expected an "
		       "interface (eth0, eth0:inet6, eth0[1]), a network "
		       "(10.0.0.0/8), inet, inet6, default-route or static:IP",
		       text);
}

static int family_of(struct str s)
{
	return str_is(s, "inet") ? AF_INET : str_is(s, "inet6") ? AF_INET6 : 0;
}

static int parse_net(struct str s, ptrdiff_t slash, struct spec *sp)
{
	char ip[INET6_ADDRSTRLEN];
	uint64_t bits;

	if ((size_t)slash >= sizeof(ip))
		return -1;
	memcpy(ip, s.p, (size_t)slash);
	ip[slash] = '\0';
	sp->kind = BY_NET;
	sp->family = strchr(ip, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(sp->family, ip, sp->net) != 1)
		return -1;
	if (!num_u64(str_cut(s, (size_t)slash + 1, s.n),
		     sp->family == AF_INET ? 32 : 128, &bits))
		return -1;
	sp->bits = (unsigned)bits;
	return 0;
}

static int parse_static(struct str s, struct spec *sp)
{
	unsigned char ip[16];

	sp->kind = STATIC;
	if (!s.n || s.n >= sizeof(sp->ip))
		return -1;
	memcpy(sp->ip, s.p, s.n);
	sp->ip[s.n] = '\0';
	sp->family = strchr(sp->ip, ':') ? AF_INET6 : AF_INET;
	return inet_pton(sp->family, sp->ip, ip) == 1 ? 0 : -1;
}

/* What may be a name: no bare IP address, which static: is for, no bracket that
 * is left over, and behind a colon only the label of a second address. */
static bool is_name(struct str s)
{
	unsigned char ip[16];
	char text[IF_NAMESIZE];
	ptrdiff_t at = str_chr(s, ':');
	struct str label = str_cut(s, at < 0 ? 0 : (size_t)at + 1, s.n);

	if (!s.n || s.n >= sizeof(text) || !at || !label.n ||
	    (at > 0 && str_prefix(label, STR("inet"))))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (ascii_space((unsigned char)s.p[i]) ||
		    str_chr(STR("/[]"), s.p[i]) >= 0)
			return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET, text, ip) != 1 &&
	       inet_pton(AF_INET6, text, ip) != 1;
}

/* eth0, eth0:inet6, eth0[1] */
static int parse_name(struct str s, struct spec *sp)
{
	ptrdiff_t at;
	uint64_t index;

	sp->kind = BY_NAME;
	sp->family = AF_INET;
	if ((at = str_chr(s, '[')) > 0 && s.p[s.n - 1] == ']') {
		if (!num_u64(str_cut(s, (size_t)at + 1, s.n - 1), 1000, &index))
			return -1;
		sp->index = (int)index;
		sp->family = 0;
		s.n = (size_t)at;
	} else if ((at = str_rfind(s, STR(":"))) > 0) {
		int f = family_of(str_cut(s, (size_t)at + 1, s.n));

		if (f) {
			sp->family = f;
			s.n = (size_t)at;
		}
	}
	if (!is_name(s))
		return -1;
	memcpy(sp->ifname, s.p, s.n);
	sp->ifname[s.n] = '\0';
	return 0;
}

static int parse(const char *text, struct spec *sp, struct err *e)
{
	struct str s = str_trim(str_of(text), " \t");
	ptrdiff_t slash = str_chr(s, '/');
	int r;

	*sp = (struct spec){.index = -1};
	if (str_is(s, "default-route")) {
		sp->kind = BY_ROUTE;
		return 0;
	}
	if ((sp->family = family_of(s))) {
		sp->kind = BY_FAMILY;
		return 0;
	}
	if (str_prefix(s, STR("static:")))
		r = parse_static(str_cut(s, 7, s.n), sp);
	else if (slash > 0)
		r = parse_net(s, slash, sp);
	else
		r = parse_name(s, sp);
	return r < 0 ? bad_spec(text, e) : 0;
}

static bool in_net(const struct spec *sp, const struct reg_addr *a)
{
	unsigned whole = sp->bits / 8, rest = sp->bits % 8;

	if (a->family != sp->family || memcmp(a->ip, sp->net, whole))
		return false;
	return !rest || !((a->ip[whole] ^ sp->net[whole]) >> (8 - rest));
}

/* Why a candidate is not the one; NULL = it is. *seen counts the matching
 * addresses of the interface, for eth0[1]. */
static const char *lost(const struct spec *sp, const struct reg_addr *a,
			int *seen)
{
	if (!a->up)
		return "interface is down";
	switch (sp->kind) {
	case BY_NAME:
		if (strcmp(a->ifname, sp->ifname))
			return "another interface";
		if (sp->family && a->family != sp->family)
			return "another address family";
		if (sp->index >= 0 && (*seen)++ != sp->index)
			return "another index";
		return NULL;
	case BY_NET:
		return in_net(sp, a) ? NULL : "not in this network";
	case BY_FAMILY:
		if (a->family != sp->family)
			return "another address family";
		if (a->loopback)
			return "loopback";
		return a->link_local ? "link-local" : NULL;
	case BY_ROUTE:
		if (!a->default_route)
			return "not on the default route's interface";
		return a->link_local ? "link-local" : NULL;
	case STATIC:
		break;
	}
	return "";
}

static void explain(struct buf *b, const char *spec, const struct reg_addr *a,
		    const char *why)
{
	if (b)
		buf_addf(b, "%-16s %-12s %-39s %s\n", spec, a->ifname, a->text,
			 why ? why : "chosen");
}

int reg_addr_choose(const char *const *specs, const struct reg_addr *all,
		    size_t n, char out[REG_ADDR_TEXT], struct buf *explained,
		    struct err *e)
{
	bool found = false;

	for (; *specs && !found; specs++) {
		struct spec sp;
		int seen = 0;

		if (parse(*specs, &sp, e) < 0)
			return -1;
		if (sp.kind == STATIC) {
			snprintf(out, REG_ADDR_TEXT, "%s", sp.ip);
			if (explained)
				buf_addf(explained, "%-16s %-12s %-39s chosen\n",
					 *specs, "-", sp.ip);
			return 0;
		}
		for (size_t i = 0; i < n; i++) {
			const char *why = lost(&sp, &all[i], &seen);

			if (!why && found)
				why = "an earlier one was chosen";
			explain(explained, *specs, &all[i], why);
			if (why)
				continue;
			found = true;
			snprintf(out, REG_ADDR_TEXT, "%s", all[i].text);
		}
	}
	if (!found)
		return err_set(e, 0, "no address of this machine matches");
	return 0;
}

int reg_addr_valid(const char *spec, struct err *e)
{
	struct spec sp;

	return parse(spec, &sp, e);
}

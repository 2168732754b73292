// SPDX-License-Identifier: MIT
/* sockaddr_filter - include and exclude: which addresses a selector matches.
 * Source: github.com/hashicorp/go-sockaddr, as facts. */
#include "funcs/parse.h"
#include "funcs/sockaddr.h"
#include "regex.h"

enum { UP = 1, BROADCAST = 2, LOOPBACK = 4, TO_POINT = 8, MULTICAST = 16 };

/* What an address must be, as one selector's parameter says. */
struct filter {
	const struct selector *by;
	struct str param;
	struct regex *re;
	struct ipaddr net;
	int64_t number; /* of an RFC, a size; kinds of address, a bit each */
	unsigned flags; /* of the interface, all of them */
	bool check_flags;
	int parts; /* most matches of one address */
};

struct selector {
	const char *name;
	/* Reads one part of the parameter. */
	int (*read)(struct tmpl_call *c, struct str part, struct filter *f);
	/* How often an address matches; -1 and an error. */
	int (*match)(struct tmpl_call *c, const struct filter *f,
		     const struct val *v);
	enum how {
		WHOLE, /* the parameter is one part */
		EACH,  /* parts between '|', each filters all addresses */
		ANY,   /* all parts together, in lower case */
	} how;
};

/* --- regular expressions --- */

static int read_regex(struct tmpl_call *c, struct str part, struct filter *f)
{
	if (regex_compile(part, 0, &f->re, c->err) == 0)
		return 0;
	return err_wrap(c->err, "Unable to compile %s regexp %s", f->by->name,
			print_quoted(c->arena, part));
}

static int by_name(struct tmpl_call *c UNUSED, const struct filter *f,
		   const struct val *v)
{
	return regex_match(f->re, face_name(v), NULL) > 0;
}

static int by_address(struct tmpl_call *c UNUSED, const struct filter *f,
		      const struct val *v)
{
	const struct ipaddr *a = &sock_of(v)->a;
	char text[IP_TEXT + 8];
	size_t n;

	ip_text(a, text);
	n = strlen(text);
	if (a->bits != a->width) {
		text[n] = '/';
		n += 1 + num_put_u64(text + n + 1, (uint64_t)a->bits);
	}
	return regex_match(f->re, str_n(text, n), NULL) > 0;
}

/* An interface's address has none. */
static int by_port(struct tmpl_call *c UNUSED, const struct filter *f,
		   const struct val *v UNUSED)
{
	return regex_match(f->re, STR("0"), NULL) > 0;
}

/* --- networks --- */

static int number_arg(struct tmpl_call *c, const char *before, struct str s,
		      const char *after, int64_t *out)
{
	uint64_t v;
	enum num_result r = parse_uint(s, 10, &v);

	if (r == NUM_OK) {
		*out = v > INT64_MAX ? INT64_MAX : (int64_t)v;
		return 0;
	}
	(void)fail_num(c, "", "ParseUint", s, r);
	return err_wrap(c->err, "%s%s%s", before, print_quoted(c->arena, s),
			after);
}

static int read_rfc(struct tmpl_call *c, struct str part, struct filter *f)
{
	if (number_arg(c, "unable to parse RFC number ", part, "",
		       &f->number) == 0) {
		if (f->number == UINT32_MAX)
			f->number = RFC_NO_FORWARD;
		if (ip_rfc_known(f->number))
			return 0;
		(void)fail(c, "unsupported RFC %lld", (long long)f->number);
	}
	return err_wrap(c->err, "unable to lookup RFC number %s",
			print_quoted(c->arena, part));
}

static int by_rfc(struct tmpl_call *c UNUSED, const struct filter *f,
		  const struct val *v)
{
	return ip_in_rfc(&sock_of(v)->a, f->number);
}

static int read_network(struct tmpl_call *c, struct str part, struct filter *f)
{
	if (ip_parse(part, &f->net))
		return 0;
	return fail(c,
		    "unable to create an IP address from %s: "
		    "invalid IPAddr %.*s",
		    print_quoted(c->arena, part), STRF(part));
}

static int by_network(struct tmpl_call *c UNUSED, const struct filter *f,
		      const struct val *v)
{
	return ip_contains(&f->net, &sock_of(v)->a);
}

static int read_size(struct tmpl_call *c, struct str part, struct filter *f)
{
	return number_arg(c, "invalid exclude size argument (", part, ")",
			  &f->number);
}

static int by_size(struct tmpl_call *c, const struct filter *f,
		   const struct val *v)
{
	const struct ipaddr *a = &sock_of(v)->a;

	if (f->number > a->width)
		return fail(c,
			    "mask size out of bounds for IPv%d address: "
			    "%lld",
			    a->width == 32 ? 4 : 6, (long long)f->number);
	return a->bits == f->number;
}

/* --- types: one that two parts name is there twice --- */

static int read_type(struct tmpl_call *c, struct str part, struct filter *f)
{
	static const char *const types[] = {"unix", "ip", "ipv4", "ipv6"};

	for (int i = 0; i < (int)COUNT(types); i++) {
		if (!str_is(part, types[i]))
			continue;
		/* a count for IPv4 in the low half, for IPv6 in the high */
		f->number += (i == 1 || i == 2) +
			     ((int64_t)(i == 1 || i == 3) << 32);
		f->parts++;
		return 0;
	}
	return fail(c, "unsupported type %s %s", print_quoted(c->arena, part),
		    print_quoted(c->arena, f->param));
}

static int by_type(struct tmpl_call *c UNUSED, const struct filter *f,
		   const struct val *v)
{
	return (int)(sock_of(v)->a.width == 32 ? f->number & INT32_MAX
					       : f->number >> 32);
}

/* --- flags of the interface, kinds of the address --- */

/* Addresses that Go's net.IP knows by name: networks, or none of them. */
static const struct kind {
	const char *flag;
	const char *nets[2];
} kinds[] = {
	{"interface-local multicast", {"ff01::/16", NULL}},
	{"link-local multicast", {"224.0.0.0/24", "ff02::/16"}},
	{"link-local unicast", {"169.254.0.0/16", "fe80::/10"}},
	{"loopback", {"127.0.0.0/8", "::1"}},
	{"multicast", {"224.0.0.0/4", "ff00::/8"}},
	{"unspecified", {"0.0.0.0", "::"}},
	{"global unicast", {NULL, NULL}},
	{"forwardable", {NULL, NULL}},
};
enum { LL_UNICAST = 2, GLOBAL = 6, FORWARDABLE };

static bool is_kind(const struct ipaddr *a, size_t k)
{
	struct ipaddr host = *a, net;

	if (k == FORWARDABLE)
		return !ip_in_rfc(a, RFC_NO_FORWARD);
	host.bits = host.width;
	if (k == GLOBAL) {
		for (size_t i = LL_UNICAST; i < GLOBAL; i++)
			if (is_kind(a, i))
				return false;
		return !(a->width == 32 && a->ip == UINT32_MAX);
	}
	for (int i = 0; i < 2; i++)
		if (kinds[k].nets[i] &&
		    ip_parse(str_of(kinds[k].nets[i]), &net) &&
		    ip_contains(&net, &host))
			return true;
	/* scopes of multicast stand in the second byte, flags before them */
	return a->width == 128 && k < LL_UNICAST && a->ip >> 120 == 0xff &&
	       ((int)(a->ip >> 112) & 15) == (int)k + 1;
}

static int by_flags(struct tmpl_call *c UNUSED, const struct filter *f,
		    const struct val *v)
{
	unsigned has = (unsigned)v->fields[I_FACE].fields[FACE_FLAGS].u;

	if (f->check_flags && (has & f->flags) == f->flags)
		return 1;
	for (size_t k = 0; k < COUNT(kinds); k++)
		if ((f->number >> k & 1) && is_kind(&sock_of(v)->a, k))
			return 1;
	return 0;
}

static int read_flag(struct tmpl_call *c, struct str part, struct filter *f)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {
		{"broadcast", BROADCAST},     {"down", 0},
		{"loopback", LOOPBACK},	      {"multicast", MULTICAST},
		{"point-to-point", TO_POINT}, {"up", UP},
	};
	bool known = false;

	for (size_t i = 0; i < COUNT(flags); i++) {
		if (!str_is(part, flags[i].name))
			continue;
		f->check_flags = known = true;
		f->flags |= flags[i].flag;
		if (!flags[i].flag)
			f->flags &= ~(unsigned)UP;
	}
	for (size_t k = 0; k < COUNT(kinds); k++) {
		if (!str_is(part, kinds[k].flag))
			continue;
		known = true;
		f->number |= INT64_C(1) << k;
	}
	if (known)
		return 0;
	return fail(c, "Unknown interface flag: %s",
		    print_quoted(c->arena, part));
}

/* --- all of them --- */

static const struct selector selectors[] = {
	{"address", read_regex, by_address, WHOLE},
	{"flag", read_flag, by_flags, ANY},
	{"flags", read_flag, by_flags, ANY},
	{"name", read_regex, by_name, WHOLE},
	{"network", read_network, by_network, EACH},
	{"port", read_regex, by_port, WHOLE},
	{"rfc", read_rfc, by_rfc, EACH},
	{"rfcs", read_rfc, by_rfc, EACH},
	{"size", read_size, by_size, WHOLE},
	{"type", read_type, by_type, ANY},
};

/* Appends those that match, or the others. */
static int take(struct tmpl_call *c, struct filter *f, const struct val *list,
		bool exclude, struct val *out)
{
	jmp_buf *was = arena_hold(c->arena);
	bool failed = false;
	int m = 0;

	for (size_t i = 0; i < val_len_list(list) && m >= 0; i++) {
		m = f->by->match(c, f, &list->list->items[i]);
		for (int k = exclude ? f->parts - m : m; k > 0; k--)
			failed |= val_push(c->arena, out,
					   list->list->items[i]) < 0;
	}
	if (f->re)
		regex_free(f->re);
	return arena_release(c, was, failed) < 0 || m < 0 ? -1 : 0;
}

static int run(struct tmpl_call *c, struct filter *f, const struct val *list,
	       bool exclude, struct val *out)
{
	struct str rest = parts_of(f->param), part = rest;
	enum how how = f->by->how;

	if (how == ANY)
		rest = str_of(sock_lower(c, f->param));
	while (how == WHOLE || str_split(&rest, '|', &part)) {
		if (f->by->read(c, part, f) < 0)
			return -1;
		if (how == WHOLE)
			break;
		if (how == EACH && take(c, f, list, exclude, out) < 0)
			return -1;
	}
	return how == EACH ? 0 : take(c, f, list, exclude, out);
}

int sock_filter(struct tmpl_call *c, struct str selector, struct str param,
		const struct val *list, bool exclude, struct val *out)
{
	const char *key = sock_lower(c, selector);
	struct filter f = {.param = param, .parts = 1};

	for (size_t i = 0; i < COUNT(selectors); i++) {
		f.by = &selectors[i];
		if (strcmp(f.by->name, key) != 0)
			continue;
		f.parts = f.by->read != read_type;
		return run(c, &f, list, exclude, out);
	}
	return fail(c, "invalid %s selector %s", exclude ? "exclude" : "include",
		    print_quoted(c->arena, selector));
}

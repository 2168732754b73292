// SPDX-License-Identifier: MIT
/* sockaddr - go-sockaddr's small template language over the addresses of the
 * machine's interfaces. Its functions are a table of their own; the expression
 * runs as a template with all interfaces as dot.
 *
 * The host gives the interfaces as a list of maps, one an address: name
 * (string), flags (int: 1 up, 2 broadcast, 4 loopback, 8 point-to-point, 16
 * multicast, 32 running), address ("10.0.0.1/8"), default (bool: the default
 * route goes there), and if known index and mtu (int).
 * Source: github.com/hashicorp/go-sockaddr, as facts. */
#include "funcs/ask.h"
#include "funcs/ipaddr.h"
#include "funcs/parse.h"
#include "funcs/shapes.h"
#include "funcs/themes.h"
#include "regex.h"
#include "tmpl.h"

/* --- the values --- */

enum { I_ADDR, I_FACE, FACE_INDEX = 0, FACE_MTU, FACE_NAME, FACE_FLAGS };
enum { UP = 1, BROADCAST = 2, LOOPBACK = 4, TO_POINT = 8, MULTICAST = 16 };

/* An address travels as the bytes of this struct. */
struct sock {
	struct ipaddr a;
	bool is_default;
};

static struct sock sock_of(const struct val *v)
{
	struct sock s;

	memcpy(&s, v->fields[I_ADDR].s.p, sizeof(s));
	return s;
}

static struct str with_bits(struct arena *a, const struct ipaddr *ip)
{
	char text[IP_TEXT];

	ip_text(ip, text);
	if (ip->bits == ip->width)
		return str_of(arena_strdup(a, text));
	return str_of(arena_printf(a, "%s/%d", text, ip->bits));
}

static struct str sock_string(struct arena *a, const struct val *v)
{
	struct sock s;

	memcpy(&s, v->s.p, sizeof(s));
	return with_bits(a, &s.a);
}

static struct str flags_string(struct arena *a, const struct val *v)
{
	static const char *const names[] = {"up",	    "broadcast",
					    "loopback",	    "pointtopoint",
					    "multicast",    "running"};
	struct text t = {.a = a};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (!(v->u >> i & 1))
			continue;
		if (t.n)
			text_addc(&t, '|');
		text_adds(&t, names[i]);
	}
	return t.n ? text_str(&t) : STR("0");
}

static const struct val_type sock_type = {.name = "sockaddr.IPAddr",
					  .kind = KIND_STRING,
					  .string = sock_string};
static const struct val_type flags_type = {.name = "net.Flags",
					   .kind = KIND_UINT,
					   .bits = 64,
					   .string = flags_string};
FIELDS(face) = {INT(Index), INT(MTU), STRING(Name), FIELD(Flags, flags_type)};
static const struct val_type face_type = STRUCT("net.Interface", face);

FN(m_name)
{
	return ret(out, args[0].fields[I_FACE].fields[FACE_NAME]);
}

FN(m_flags)
{
	return ret(out, args[0].fields[I_FACE].fields[FACE_FLAGS]);
}

static const struct val_method addr_methods[] = {
	{"Flags", ":<net.Flags>", m_flags},
	{"Name", ":s", m_name},
};
FIELDS(addr) = {FIELD(SockAddr, sock_type), FIELD(Interface, face_type)};
static const struct val_type addr_type = {.name = "sockaddr.IfAddr",
					  .kind = KIND_STRUCT,
					  .fields = addr_fields,
					  .nfields = COUNT(addr_fields),
					  METHODS(addr_methods)};
static const struct val_type addr_p = POINTER("sockaddr.IfAddr", addr_type);
static const struct val_type addrs_type = {.name = "sockaddr.IfAddrs",
					   .kind = KIND_SLICE,
					   .elem = &addr_type};

static struct val set_sock(struct tmpl_call *c, struct val v,
			   const struct sock *s)
{
	struct val copy = val_ptr(c->arena, &addr_p);

	copy.type = &addr_type;
	copy.fields[I_FACE] = v.fields[I_FACE];
	copy.fields[I_ADDR].s = str_n(arena_dup(c->arena, s, sizeof(*s)),
				      sizeof(*s));
	return copy;
}

static struct val entry(const struct val *map, const char *key)
{
	const struct val *v = val_map_gets(map, str_of(key));

	return v ? *v : val_none();
}

static int all_faces(struct tmpl_call *c, struct val *out)
{
	struct val list;

	if (!c->host->interfaces)
		return no_host(c);
	if (c->host->interfaces(c->host->ctx, c->arena, &list, c->err) < 0)
		return -1;
	*out = val_list(c->arena, &addrs_type, val_len_list(&list));
	for (size_t i = 0; i < val_len_list(&list); i++) {
		const struct val *m = &list.list->items[i];
		struct val v = val_ptr(c->arena, &addr_p), *face;
		struct sock s = {.is_default = entry(m, "default").b};

		if (!ip_parse(entry(m, "address").s, &s.a))
			continue;
		face = v.fields[I_FACE].fields;
		face[FACE_INDEX].i = entry(m, "index").i;
		face[FACE_MTU].i = entry(m, "mtu").i;
		face[FACE_NAME].s = entry(m, "name").s;
		face[FACE_FLAGS].u = entry(m, "flags").u;
		val_push(c->arena, out, set_sock(c, v, &s));
	}
	return 0;
}

/* --- attributes --- */

static struct str host_text(struct tmpl_call *c, struct ipaddr a, uint128 ip)
{
	a.ip = ip;
	a.bits = a.width;
	return with_bits(c->arena, &a);
}

static struct str radix_text(struct tmpl_call *c, const struct ipaddr *a,
			     int shift)
{
	struct text t = text_in(c);

	for (int i = a->width - shift; i >= 0; i -= shift)
		text_addc(&t, "0123456789abcdef"[(int)(a->ip >> i) &
						 ((1 << shift) - 1)]);
	return text_str(&t);
}

static struct str octets_text(struct tmpl_call *c, const struct ipaddr *a)
{
	struct text t = text_in(c);

	for (int i = a->width - 8; i >= 0; i -= 8)
		text_f(&t, "%c%d", t.n ? ' ' : '[', (int)(a->ip >> i) & 255);
	text_addc(&t, ']');
	return text_str(&t);
}

static struct str size_text(struct tmpl_call *c, const struct ipaddr *a)
{
	if (a->width - a->bits == 128)
		return STR("340282366920938463463374607431768211456");
	return u128_text(c->arena, (uint128)1 << (a->width - a->bits));
}

/* .p NULL: there is no such attribute. */
static struct str attribute(struct tmpl_call *c, const struct val *v,
			    const char *name)
{
	struct sock s = sock_of(v);
	const struct ipaddr *a = &s.a;
	const struct val *face = v->fields[I_FACE].fields;
	bool v4 = a->width == 32, small = v4 && a->bits < 31;

#define IS(text) (strcmp(name, text) == 0)
	if (IS("name"))
		return face[FACE_NAME].s;
	if (IS("flags"))
		return flags_string(c->arena, &face[FACE_FLAGS]);
	if (IS("address") || IS("host"))
		return host_text(c, *a, a->ip);
	if (IS("binary"))
		return radix_text(c, a, 1);
	if (IS("hex"))
		return radix_text(c, a, 4);
	if (IS("first_usable"))
		return host_text(c, *a, ip_first(a) + small);
	if (IS("last_usable"))
		return host_text(c, *a, ip_last(a) - small);
	if (IS("mask_bits"))
		return u128_text(c->arena, (uint128)a->bits);
	if (IS("netmask"))
		return host_text(c, *a, ip_mask(a));
	if (IS("network"))
		return host_text(c, *a, ip_first(a));
	if (IS("octets"))
		return octets_text(c, a);
	if (IS("port"))
		return STR("0");
	if (IS("size"))
		return size_text(c, a);
	if (v4 && IS("broadcast"))
		return host_text(c, *a, ip_last(a));
	if (IS(v4 ? "uint32" : "uint128"))
		return u128_text(c->arena, a->ip);
	if (IS("string"))
		return with_bits(c->arena, a);
	if (IS("type"))
		return v4 ? STR("IPv4") : STR("IPv6");
#undef IS
	return str_n(NULL, 0);
}

static char *lower(struct tmpl_call *c, struct str s)
{
	char *p = cstr(c, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)ascii_lower((unsigned char)p[i]);
	return p;
}

static int get_attribute(struct tmpl_call *c, struct str name,
			 const struct val *v, struct str *out)
{
	char *key = lower(c, name);

	*out = attribute(c, v, key);
	if (out->p)
		return 0;
	return fail(c, "unsupported attribute name %s",
		    print_quoted(c->arena, str_of(key)));
}

FN(attr)
{
	struct val v = args[1];

	if (v.type == &addrs_type) {
		if (!val_len_list(&v))
			return ret_str(out, STR(""));
		v = val_at(&v, 0);
	}
	if (v.type != &addr_type)
		return fail(c, "unable to obtain attribute %.*s from type %s "
			       "(%.*s)",
			    STRF(args[0].s), val_type_name(&v),
			    STRF(go_string(c, &v)));
	*out = val_cstr("");
	return get_attribute(c, args[0].s, &v, &out->s);
}

FN(join)
{
	struct text t = text_in(c);
	struct str s;

	for (size_t i = 0; i < val_len_list(&args[2]); i++) {
		if (get_attribute(c, args[0].s, &args[2].list->items[i],
				  &s) < 0)
			return -1;
		if (i)
			text_s(&t, args[1].s);
		text_s(&t, s);
	}
	return ret_text(&t, out);
}

/* --- filters --- */

/* What one address must be, for one selector. */
struct filter {
	const char *param;
	struct regex *re;
	bool name;
	struct ipaddr net;
	int64_t number;
	unsigned flags; /* of the interface, all of them */
	bool check_flags, check_ip;
};

typedef bool match_fn(const struct filter *f, const struct val *v);

static bool by_regex(const struct filter *f, const struct val *v)
{
	char text[IP_TEXT + 8];
	struct sock s = sock_of(v);
	struct str subject = v->fields[I_FACE].fields[FACE_NAME].s;
	size_t n;

	if (!f->name) {
		ip_text(&s.a, text);
		n = strlen(text);
		if (s.a.bits != s.a.width) {
			text[n] = '/';
			n += 1 + num_put_u64(text + n + 1, (uint64_t)s.a.bits);
		}
		subject = str_n(text, n);
	}
	return regex_match(f->re, subject, NULL) > 0;
}

static bool by_rfc(const struct filter *f, const struct val *v)
{
	struct sock s = sock_of(v);

	return ip_in_rfc(&s.a, f->number);
}

static bool by_network(const struct filter *f, const struct val *v)
{
	struct sock s = sock_of(v);

	return ip_contains(&f->net, &s.a);
}

static bool by_size(const struct filter *f, const struct val *v)
{
	struct sock s = sock_of(v);

	return s.a.bits == f->number;
}

static bool by_type(const struct filter *f, const struct val *v)
{
	struct sock s = sock_of(v);

	return strcmp(f->param, "ip") == 0 ||
	       strcmp(f->param, s.a.width == 32 ? "ipv4" : "ipv6") == 0;
}

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

static bool by_flags(const struct filter *f, const struct val *v)
{
	unsigned has = (unsigned)v->fields[I_FACE].fields[FACE_FLAGS].u;
	struct sock s = sock_of(v);

	if (f->check_flags && (has & f->flags) == f->flags)
		return true;
	for (size_t k = 0; f->check_ip && k < COUNT(kinds); k++)
		if ((f->number >> k & 1) && is_kind(&s.a, k))
			return true;
	return false;
}

/* Splits a list by a filter: those that match or the others, appended. */
static void take(struct tmpl_call *c, const struct val *list, match_fn *fn,
		 const struct filter *f, bool exclude, struct val *out)
{
	for (size_t i = 0; i < val_len_list(list); i++)
		if (fn(f, &list->list->items[i]) != exclude)
			val_push(c->arena, out, list->list->items[i]);
}

static int flag_filter(struct tmpl_call *c, char *names, struct filter *f)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {
		{"broadcast", BROADCAST}, {"down", 0}, {"loopback", LOOPBACK},
		{"multicast", MULTICAST}, {"point-to-point", TO_POINT},
		{"up", UP},
	};
	struct str rest = str_of(names), name;

	while (str_split(&rest, '|', &name)) {
		bool known = false;

		for (size_t i = 0; i < COUNT(flags); i++) {
			if (!str_is(name, flags[i].name))
				continue;
			f->check_flags = known = true;
			f->flags |= flags[i].flag;
			if (!flags[i].flag)
				f->flags &= ~(unsigned)UP;
		}
		for (size_t k = 0; k < COUNT(kinds); k++) {
			if (!str_is(name, kinds[k].flag))
				continue;
			f->check_ip = known = true;
			f->number |= INT64_C(1) << k;
		}
		if (!known)
			return fail(c, "Unknown interface flag: %s",
				    print_quoted(c->arena, name));
	}
	return 0;
}

static int regex_filter(struct tmpl_call *c, const char *what, struct str re,
			const struct val *list, bool exclude, struct val *out)
{
	struct filter f = {.name = what[0] == 'n'};
	jmp_buf *was;

	if (regex_compile(re, 0, &f.re, c->err) < 0)
		return err_wrap(c->err, "Unable to compile %s regexp %s", what,
				print_quoted(c->arena, re));
	was = arena_hold(c->arena);
	take(c, list, by_regex, &f, exclude, out);
	regex_free(f.re);
	return arena_release(c, was, false);
}

static int number_arg(struct tmpl_call *c, struct str s, const char *what,
		      int64_t *out)
{
	uint64_t v;
	enum num_result r = parse_uint(s, 10, &v);

	if (r == NUM_OK) {
		*out = v > INT64_MAX ? INT64_MAX : (int64_t)v;
		return 0;
	}
	fail_num(c, "", "ParseUint", s, r);
	return err_wrap(c->err, "%s", what);
}

static int rfc_filter(struct tmpl_call *c, struct str param,
		      const struct val *list, bool exclude, struct val *out)
{
	struct str rest = parts_of(param), one;
	struct filter f = {0};

	while (str_split(&rest, '|', &one)) {
		const char *q = print_quoted(c->arena, one);

		if (number_arg(c, one,
			       arena_printf(c->arena,
					    "unable to parse RFC number %s",
					    q),
			       &f.number) < 0)
			return err_wrap(c->err,
					"unable to lookup RFC number %s", q);
		if (f.number == UINT32_MAX)
			f.number = RFC_NO_FORWARD;
		if (!ip_rfc_known(f.number))
			return fail(c, "unable to lookup RFC number %s: "
				       "unsupported RFC %lld",
				    q, (long long)f.number);
		take(c, list, by_rfc, &f, exclude, out);
	}
	return 0;
}

static int network_filter(struct tmpl_call *c, struct str param,
			  const struct val *list, bool exclude,
			  struct val *out)
{
	struct str rest = parts_of(param), one;
	struct filter f = {0};

	while (str_split(&rest, '|', &one)) {
		if (!ip_parse(one, &f.net))
			return fail(c, "unable to create an IP address from "
				       "%s: invalid IPAddr %.*s",
				    print_quoted(c->arena, one), STRF(one));
		take(c, list, by_network, &f, exclude, out);
	}
	return 0;
}

static int size_filter(struct tmpl_call *c, struct str param,
		       const struct val *list, bool exclude, struct val *out)
{
	struct filter f = {0};

	if (number_arg(c, param,
		       arena_printf(c->arena,
				    "invalid exclude size argument (%s)",
				    print_quoted(c->arena, param)),
		       &f.number) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(list); i++) {
		struct sock s = sock_of(&list->list->items[i]);

		if (f.number > s.a.width)
			return fail(c, "mask size out of bounds for IPv%d "
				       "address: %lld",
				    s.a.width == 32 ? 4 : 6,
				    (long long)f.number);
	}
	take(c, list, by_size, &f, exclude, out);
	return 0;
}

static int type_filter(struct tmpl_call *c, struct str param,
		       const struct val *list, bool exclude, struct val *out)
{
	char *names = lower(c, param);
	struct str rest = str_of(names), one;
	struct filter f = {0};

	while (str_split(&rest, '|', &one))
		if (!str_is(one, "ip") && !str_is(one, "ipv4") &&
		    !str_is(one, "ipv6") && !str_is(one, "unix"))
			return fail(c, "unsupported type %s %s",
				    print_quoted(c->arena, one),
				    print_quoted(c->arena, param));
	for (size_t i = 0; i < val_len_list(list); i++) {
		const struct val *v = &list->list->items[i];

		rest = str_of(names);
		while (str_split(&rest, '|', &one)) {
			f.param = cstr(c, one);
			if (by_type(&f, v) != exclude)
				val_push(c->arena, out, *v);
		}
	}
	return 0;
}

static int filter(struct tmpl_call *c, const struct val *args, bool exclude,
		  struct val *out)
{
	struct str key = str_of(lower(c, args[0].s)), param = args[1].s;
	const struct val *list = &args[2];
	struct filter f = {0};

	*out = val_list(c->arena, &addrs_type, 0);
	if (str_is(key, "address") || str_is(key, "name"))
		return regex_filter(c, key.p, param, list, exclude, out);
	if (str_is(key, "flag") || str_is(key, "flags")) {
		if (flag_filter(c, lower(c, param), &f) < 0)
			return -1;
		take(c, list, by_flags, &f, exclude, out);
		return 0;
	}
	if (str_is(key, "network"))
		return network_filter(c, param, list, exclude, out);
	if (str_is(key, "rfc") || str_is(key, "rfcs"))
		return rfc_filter(c, param, list, exclude, out);
	if (str_is(key, "size"))
		return size_filter(c, param, list, exclude, out);
	if (str_is(key, "type"))
		return type_filter(c, param, list, exclude, out);
	return fail(c, "invalid %s selector %s",
		    exclude ? "exclude" : "include",
		    print_quoted(c->arena, args[0].s));
}

FN(include)
{
	return filter(c, args, false, out);
}

FN(exclude)
{
	return filter(c, args, true, out);
}

FN(unique)
{
	const char *key = lower(c, args[0].s);
	struct str last = str_n(NULL, 0), now;

	if (strcmp(key, "address") != 0 && strcmp(key, "name") != 0)
		return fail(c, "unsupported unique constraint %s",
			    print_quoted(c->arena, args[0].s));
	*out = val_list(c->arena, &addrs_type, 0);
	for (size_t i = 0; i < val_len_list(&args[1]); i++) {
		const struct val *v = &args[1].list->items[i];

		now = attribute(c, v, key[0] == 'a' ? "string" : "name");
		if (last.n && str_eq(now, last))
			continue;
		last = now;
		val_push(c->arena, out, *v);
	}
	return 0;
}

FN(limit)
{
	size_t len = val_len_list(&args[1]);

	*out = val_sublist(c->arena, &args[1], 0,
			   args[0].u < len ? (size_t)args[0].u : len);
	return 0;
}

FN(offset)
{
	int64_t len = (int64_t)val_len_list(&args[1]), k = args[0].i;
	int64_t off = k < 0 ? -k : k;

	if (off > len || off < 0)
		return fail(c, "unable to seek past the end of the interface "
			       "array: offset (%lld) exceeds the number of "
			       "interfaces (%lld)",
			    (long long)off, (long long)len);
	*out = val_sublist(c->arena, &args[1],
			   (size_t)(k < 0 ? len - off : off), (size_t)len);
	return 0;
}

/* --- sorting --- */

static int three_way(uint128 a, uint128 b)
{
	return a < b ? -1 : a > b;
}

static int compare_by(char key, const struct val *x, const struct val *y)
{
	struct sock a = sock_of(x), b = sock_of(y);
	bool same = a.a.width == b.a.width;
	bool pa, pb;

	switch (key) {
	case 'a': /* address */
		return same ? three_way(a.a.ip, b.a.ip) : 0;
	case 'd': /* default */
		return (int)b.is_default - (int)a.is_default;
	case 'n': /* name */
		return str_cmp(x->fields[I_FACE].fields[FACE_NAME].s,
			       y->fields[I_FACE].fields[FACE_NAME].s);
	case 'r': /* private */
		pa = ip_in_rfc(&a.a, 6890);
		pb = ip_in_rfc(&b.a, 6890);
		return same ? (int)pb - (int)pa : -(int)pa;
	case 's': /* size */
		return same ? three_way((uint128)a.a.bits, (uint128)b.a.bits)
			    : 0;
	case 't': /* type */
		return three_way((uint128)a.a.width, (uint128)b.a.width);
	}
	return 0; /* port */
}

/* keys: one letter a clause, a capital for descending. Stable. */
static struct val sorted(struct tmpl_call *c, const struct val *list,
			 const char *keys)
{
	size_t len = val_len_list(list);
	struct val out = val_list(c->arena, &addrs_type, len);

	for (size_t i = 0; i < len; i++) {
		struct val v = list->list->items[i];
		size_t at = i;

		val_push(c->arena, &out, v);
		for (; at > 0; at--) {
			int r = 0;

			for (const char *k = keys; *k && !r; k++) {
				r = compare_by((char)(*k | 32), &v,
					       &out.list->items[at - 1]);
				if (*k < 'a')
					r = -r;
			}
			if (r >= 0)
				break;
			out.list->items[at] = out.list->items[at - 1];
		}
		out.list->items[at] = v;
	}
	return out;
}

FN(sort)
{
	static const struct {
		const char *name;
		char key;
	} names[] = {
		{"address", 'a'}, {"default", 'd'}, {"name", 'n'},
		{"port", 'p'},	  {"private", 'r'}, {"size", 's'},
		{"type", 't'},
	};
	struct str rest = parts_of(args[0].s), clause;
	struct text keys = text_in(c);

	while (str_split(&rest, ',', &clause)) {
		struct str s = space_trim(str_of(lower(c, clause)));
		bool down = s.n && s.p[0] == '-', known = false;

		if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
			s = str_cut(s, 1, s.n);
		for (size_t i = 0; i < COUNT(names); i++) {
			if (!str_is(s, names[i].name))
				continue;
			known = true;
			text_addc(&keys, down ? (char)(names[i].key - 32)
					      : names[i].key);
		}
		if (!known)
			return fail(c, "unknown sort type: %s",
				    print_quoted(c->arena, clause));
	}
	text_addc(&keys, '\0');
	return ret(out, sorted(c, &args[1], keys.p));
}

/* --- arithmetic --- */

static int math_number(struct tmpl_call *c, struct str op, struct str value,
		       bool sign, int bits, int64_t *out)
{
	const char *q = print_quoted(c->arena, op);
	struct str s = space_trim(value);
	enum num_result r;
	uint64_t u;

	if (sign && !(s.n && (s.p[0] == '+' || s.p[0] == '-')))
		return fail(c, "sign (+/-) is required for operation %s", q);
	if (sign) {
		r = parse_int(value, 10, out);
	} else {
		r = parse_uint(value, 10, &u);
		*out = (int64_t)u;
	}
	if (r == NUM_OK && bits < 64 &&
	    (*out >= INT64_C(1) << (bits - sign) ||
	     *out < -(INT64_C(1) << (bits - 1))))
		r = NUM_RANGE;
	if (r == NUM_OK)
		return 0;
	fail_num(c, "", sign ? "ParseInt" : "ParseUint", value, r);
	return err_wrap(c->err, "unable to convert %s to int for operation %s",
			print_quoted(c->arena, value), q);
}

static int math_one(struct tmpl_call *c, const struct val *args,
		    struct ipaddr *a)
{
	const char *op = lower(c, args[0].s);
	bool v4 = a->width == 32;
	uint128 all = v4 ? UINT32_MAX : ~(uint128)0, host = all & ~ip_mask(a);
	struct ipaddr masked = *a;
	int64_t k;

	if (strcmp(op, "mask") == 0) {
		if (math_number(c, args[0].s, args[1].s, false, 32, &k) < 0)
			return -1;
		if (k > a->width)
			return fail(c, "parameter for operation %s on ipv%d "
				       "addresses must be between 0 and %d",
				    print_quoted(c->arena, args[0].s),
				    v4 ? 4 : 6, v4 ? 32 : 64);
		masked.bits = (int)k;
		a->ip = ip_first(&masked);
		if (masked.bits < a->bits)
			a->bits = masked.bits;
		return 0;
	}
	if (strcmp(op, "address") != 0 && strcmp(op, "network") != 0)
		return fail(c, "unsupported math operation: %s",
			    print_quoted(c->arena, args[0].s));
	if (math_number(c, args[0].s, args[1].s, true, v4 ? 33 : 64, &k) < 0)
		return -1;
	if (op[0] == 'a')
		a->ip = (a->ip + (uint128)k) & all;
	else if (k >= 0 && (v4 || k > 0))
		a->ip = ip_first(a) + ((uint128)k & host);
	else if (v4) /* counted back from the end of the network */
		a->ip = ip_first(a) + ((host + 1 + (uint128)k) & host);
	else
		a->ip = ip_last(a) - (((uint128)0 - (uint128)k - 1) & host);
	return 0;
}

FN(math)
{
	*out = val_list(c->arena, &addrs_type, 0);
	for (size_t i = 0; i < val_len_list(&args[2]); i++) {
		struct val v = args[2].list->items[i];
		struct sock s = sock_of(&v);

		if (math_one(c, args, &s.a) < 0)
			return err_wrap(c->err,
					"unable to perform an IPMath "
					"operation on %.*s",
					STRF(go_string(c, &v)));
		val_push(c->arena, out, set_sock(c, v, &s));
	}
	return 0;
}

/* --- sources --- */

static struct val with_flag(struct tmpl_call *c, struct val list, char *flag)
{
	struct filter f = {0};
	struct val out = val_list(c->arena, &addrs_type, 0);

	flag_filter(c, flag, &f);
	take(c, &list, by_flags, &f, false, &out);
	return out;
}

static struct val in_rfc(struct tmpl_call *c, struct val list, int64_t rfc,
			 bool exclude)
{
	struct filter f = {.number = rfc};
	struct val out = val_list(c->arena, &addrs_type, 0);

	take(c, &list, by_rfc, &f, exclude, &out);
	return out;
}

FN(get_all)
{
	return all_faces(c, out);
}

FN(get_default)
{
	struct val all;

	if (all_faces(c, &all) < 0)
		return -1;
	*out = val_list(c->arena, &addrs_type, 0);
	for (size_t i = 0; i < val_len_list(&all); i++) {
		struct val v = all.list->items[i];

		if (sock_of(&v).is_default)
			val_push(c->arena, out, v);
	}
	return val_len_list(out) ? 0 : fail(c, "No default interface found");
}

static int forwardable(struct tmpl_call *c, bool public, struct val *out)
{
	char forward[] = "forwardable", up[] = "up";
	struct val all;

	if (all_faces(c, &all) < 0)
		return -1;
	all = with_flag(c, with_flag(c, all, forward), up);
	all = sorted(c, &all, "dts");
	*out = in_rfc(c, all, 6890, public);
	return 0;
}

FN(get_private)
{
	return forwardable(c, false, out);
}

FN(get_public)
{
	return forwardable(c, true, out);
}

/* The plain addresses of a list, or of its first element. */
static int addresses(struct tmpl_call *c, const struct val *list, bool all,
		     struct val *out)
{
	struct text t = text_in(c);

	for (size_t i = 0; i < val_len_list(list) && (all || !i); i++) {
		if (i)
			text_addc(&t, ' ');
		text_s(&t, attribute(c, &list->list->items[i], "address"));
	}
	return ret_text(&t, out);
}

FN(get_private_ip)
{
	struct val list;

	if (forwardable(c, false, &list) < 0)
		return -1;
	return addresses(c, &list, false, out);
}

FN(get_public_ip)
{
	struct val list;

	if (forwardable(c, true, &list) < 0)
		return -1;
	return addresses(c, &list, false, out);
}

FN(get_private_ips)
{
	struct val list;

	if (all_faces(c, &list) < 0)
		return -1;
	list = in_rfc(c, sorted(c, &list, "ts"), 6890, false);
	list = in_rfc(c, list, RFC_NO_FORWARD, true);
	return addresses(c, &list, true, out);
}

FN(get_public_ips)
{
	struct val list;

	if (all_faces(c, &list) < 0)
		return -1;
	list = in_rfc(c, sorted(c, &list, "ts"), 6890, true);
	return addresses(c, &list, true, out);
}

static int named(struct tmpl_call *c, struct str re, bool all,
		 struct val *out)
{
	char forward[] = "forwardable";
	struct val list, found = val_list(c->arena, &addrs_type, 0);

	if (all_faces(c, &list) < 0 ||
	    regex_filter(c, "name", re, &list, false, &found) < 0)
		return -1;
	if (!all)
		found = with_flag(c, found, forward);
	found = sorted(c, &found, "ts");
	return addresses(c, &found, all, out);
}

FN(get_interface_ip)
{
	return named(c, args[0].s, false, out);
}

FN(get_interface_ips)
{
	return named(c, args[0].s, true, out);
}

#define FACES "<sockaddr.IfAddrs>"
static const struct tmpl_func sock_funcs[] = {
	{"Attr", "sa:s", attr},
	{"GetAllInterfaces", ":" FACES, get_all},
	{"GetDefaultInterfaces", ":" FACES, get_default},
	{"GetInterfaceIP", "s:s", get_interface_ip},
	{"GetInterfaceIPs", "s:s", get_interface_ips},
	{"GetPrivateIP", ":s", get_private_ip},
	{"GetPrivateIPs", ":s", get_private_ips},
	{"GetPrivateInterfaces", ":" FACES, get_private},
	{"GetPublicIP", ":s", get_public_ip},
	{"GetPublicIPs", ":s", get_public_ips},
	{"GetPublicInterfaces", ":" FACES, get_public},
	{"attr", "sa:s", attr},
	{"exclude", "ss" FACES ":" FACES, exclude},
	{"include", "ss" FACES ":" FACES, include},
	{"join", "ss" FACES ":s", join},
	{"limit", "u" FACES ":" FACES, limit},
	{"math", "ss" FACES ":" FACES, math},
	{"offset", "i" FACES ":" FACES, offset},
	{"sort", "s" FACES ":" FACES, sort},
	{"unique", "s" FACES ":" FACES, unique},
};

static const struct tmpl_func *sock_find(const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT(sock_funcs); i++)
		if (str_is(str_n(name, n), sock_funcs[i].name))
			return &sock_funcs[i];
	return NULL;
}

static const struct val_type *sock_named(const char *name, size_t n)
{
	return str_is(str_n(name, n), addrs_type.name) ? &addrs_type
	       : str_is(str_n(name, n), flags_type.name) ? &flags_type
							 : NULL;
}

static const struct tmpl_funcs sock_table = {sock_find, sock_named};

static int wrap_error(struct tmpl_call *c, const char *what, struct str input)
{
	struct text t = text_in(c);

	print_quote(&t, input, true);
	return err_wrap(c->err, "unable to %s %.*s", what,
			STRF(text_str(&t)));
}

/*: sockaddr EXPRESSION...
 * {{ sockaddr "GetPrivateIP" }} ~> 10.0.0.7
 * {{ sockaddr "GetAllInterfaces | include \"name\" \"lo\" | attr \"address\"" }} ~> 127.0.0.1
 */
FN(sockaddr)
{
	static const struct tmpl_opts opts = {.funcs = &sock_table,
					      .name = "sockaddr.Parse"};
	struct text t = text_in(c);
	struct tmpl *tmpl;
	struct val dot;
	struct buf b;
	int r;

	text_adds(&t, "{{ ");
	text_s(&t, join_args(c, args, n, " "));
	text_adds(&t, " }}");
	if (all_faces(c, &dot) < 0)
		return err_wrap(c->err, "unable to query interface addresses");
	if (tmpl_parse(&tmpl, text_str(&t), &opts, c->err) < 0)
		return wrap_error(c, "parse template", text_str(&t));
	buf_init(&b, TMPL_STRING);
	r = tmpl_exec(tmpl, c->host, TMPL_MISSING_ERROR, dot, &b, c->arena,
		      c->err);
	tmpl_free(tmpl);
	if (r == 0)
		return ret_buf(c, &b, out);
	buf_free(&b);
	return wrap_error(c, "execute sockaddr input", text_str(&t));
}

static const struct tmpl_func table[] = {
	{"sockaddr", "..s:s", sockaddr},
};

THEME(theme_sockaddr, "addresses", table);

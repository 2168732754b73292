// SPDX-License-Identifier: MIT
/* sockaddr - go-sockaddr's small template language over the addresses of the
 * machine's interfaces. Its functions are a table of their own; the expression
 * runs as a template with all interfaces as dot.
 *
 * The host gives the interfaces as a list of maps, one an address: name
 * (string), flags (int: 1 up, 2 broadcast, 4 loopback, 8 point-to-point, 16
 * multicast, 32 running), address ("10.0.0.1/8"), default (bool: the default
 * route goes there), and if known index, mtu (int) and mac ("02:00:...").
 * Source: github.com/hashicorp/go-sockaddr, as facts. */
#include "funcs/ask.h"
#include "funcs/parse.h"
#include "funcs/sockaddr.h"
#include "funcs/themes.h"
#include "tmpl.h"

/* --- attributes --- */

static int get_attribute(struct tmpl_call *c, struct str name,
			 const struct val *v, struct str *out)
{
	char *key = sock_lower(c, name);

	*out = sock_attr(c, v, key);
	if (out->p)
		return 0;
	return fail(c, "unsupported attribute name %s",
		    print_quoted(c->arena, str_of(key)));
}

FN(attr)
{
	struct val v = args[1];

	if (v.type == &type_if_addrs) {
		if (!val_len_list(&v))
			return ret_str(out, STR(""));
		v = val_at(&v, 0);
	}
	if (v.type != &type_if_addr)
		return fail(c,
			    "unable to obtain attribute %.*s from type %s "
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
		if (get_attribute(c, args[0].s, &args[2].list->items[i], &s) < 0)
			return -1;
		if (i)
			text_s(&t, args[1].s);
		text_s(&t, s);
	}
	return ret_text(&t, out);
}

/* --- selections --- */

static int filter(struct tmpl_call *c, const struct val *args, bool exclude,
		  struct val *out)
{
	*out = sock_list(c);
	return sock_filter(c, args[0].s, args[1].s, &args[2], exclude, out);
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
	const char *key = sock_lower(c, args[0].s);
	bool name = strcmp(key, "name") == 0;
	struct str last = str_n(NULL, 0), now;

	*out = sock_list(c);
	for (size_t i = 0; i < val_len_list(&args[1]); i++) {
		const struct val *v = &args[1].list->items[i];

		if (!name && strcmp(key, "address") != 0)
			return fail(c, "unsupported unique constraint %s",
				    print_quoted(c->arena, args[0].s));
		now = sock_attr(c, v, name ? key : "string");
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
		return fail(c,
			    "unable to seek past the end of the interface "
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
	const struct sock *s = sock_of(x), *t = sock_of(y);
	const struct ipaddr *a = &s->a, *b = &t->a;
	bool same = a->width == b->width;
	bool pa, pb;

	switch (key) {
	case 'a': /* address */
		return same ? three_way(a->ip, b->ip) : 0;
	case 'd': /* default */
		return (int)t->is_default - (int)s->is_default;
	case 'n': /* name */
		return str_cmp(face_name(x), face_name(y));
	case 'r': /* private */
		pa = ip_in_rfc(a, 6890);
		pb = ip_in_rfc(b, 6890);
		return same ? (int)pb - (int)pa : -(int)pa;
	case 's': /* size */
		return same ? three_way((uint128)a->bits, (uint128)b->bits) : 0;
	case 't': /* type */
		return three_way((uint128)a->width, (uint128)b->width);
	}
	return 0; /* port */
}

/* keys: one letter a clause, a capital for descending. Stable. */
static struct val sorted(struct tmpl_call *c, const struct val *list,
			 const char *keys)
{
	size_t len = val_len_list(list);
	struct val out = val_list(c->arena, &type_if_addrs, len);

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
		struct str s = space_trim(str_of(sock_lower(c, clause)));
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
	(void)fail_num(c, "", sign ? "ParseInt" : "ParseUint", value, r);
	return err_wrap(c->err, "unable to convert %s to int for operation %s",
			print_quoted(c->arena, value), q);
}

static int math_one(struct tmpl_call *c, const struct val *args,
		    struct ipaddr *a)
{
	const char *op = sock_lower(c, args[0].s);
	bool v4 = a->width == 32;
	uint128 all = v4 ? UINT32_MAX : ~(uint128)0, host = all & ~ip_mask(a);
	struct ipaddr masked = *a;
	int64_t k;

	if (strcmp(op, "mask") == 0) {
		if (math_number(c, args[0].s, args[1].s, false, 32, &k) < 0)
			return -1;
		if (k > a->width)
			return fail(c,
				    "parameter for operation %s on ipv%d "
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
	*out = sock_list(c);
	for (size_t i = 0; i < val_len_list(&args[2]); i++) {
		struct val v = args[2].list->items[i];
		struct sock s = *sock_of(&v);

		if (math_one(c, args, &s.a) < 0)
			return err_wrap(c->err,
					"unable to perform an IPMath "
					"operation on %.*s",
					STRF(go_string(c, &v)));
		val_push(c->arena, out, sock_set(c, &v, s));
	}
	return 0;
}

/* --- sources --- */

/* What a selector leaves of a list. */
static struct val some(struct tmpl_call *c, struct val list,
		       const char *selector, const char *param, bool exclude)
{
	struct val out = sock_list(c);

	sock_filter(c, str_of(selector), str_of(param), &list, exclude, &out);
	return out;
}

FN(get_all)
{
	return sock_all(c, out);
}

FN(get_default)
{
	struct val all;

	if (sock_all(c, &all) < 0)
		return -1;
	*out = sock_list(c);
	for (size_t i = 0; i < val_len_list(&all); i++)
		if (sock_of(&all.list->items[i])->is_default)
			val_push(c->arena, out, all.list->items[i]);
	return val_len_list(out) ? 0 : fail(c, "No default interface found");
}

/* The plain addresses of a list, or of its first element. */
static int addresses(struct tmpl_call *c, const struct val *list, bool all,
		     struct val *out)
{
	struct text t = text_in(c);

	for (size_t i = 0; i < val_len_list(list) && (all || !i); i++) {
		if (i)
			text_addc(&t, ' ');
		text_s(&t, sock_attr(c, &list->list->items[i], "address"));
	}
	return ret_text(&t, out);
}

/* GetPrivate..., GetPublic...: Interfaces, IP (the first of them), IPs. */
FN(get_some)
{
	bool public = c->name[4] == 'u',
	     all = str_suffix(str_of(c->name), STR("Ps"));
	struct val list;

	if (sock_all(c, &list) < 0)
		return -1;
	if (!all) {
		list = some(c, list, "flag", "forwardable", false);
		list = some(c, list, "flag", "up", false);
	}
	list = some(c, sorted(c, &list, all ? "ts" : "dts"), "rfc", "6890",
		    public);
	if (all && !public)
		list = some(c, list, "rfc", "4294967295", true);
	if (!str_has(str_of(c->name), STR("IP")))
		return ret(out, list);
	return addresses(c, &list, all, out);
}

/* GetInterfaceIP, GetInterfaceIPs. */
FN(get_named)
{
	bool all = str_suffix(str_of(c->name), STR("s"));
	struct val list, found = sock_list(c);

	if (sock_all(c, &list) < 0 ||
	    sock_filter(c, STR("name"), args[0].s, &list, false, &found) < 0)
		return -1;
	if (!all)
		found = some(c, found, "flag", "forwardable", false);
	found = sorted(c, &found, "ts");
	return addresses(c, &found, all, out);
}

#define FACES "<sockaddr.IfAddrs>"
static const struct tmpl_func sock_funcs[] = {
	{"Attr", "sa:s", attr},
	{"GetAllInterfaces", ":" FACES, get_all},
	{"GetDefaultInterfaces", ":" FACES, get_default},
	{"GetInterfaceIP", "s:s", get_named},
	{"GetInterfaceIPs", "s:s", get_named},
	{"GetPrivateIP", ":s", get_some},
	{"GetPrivateIPs", ":s", get_some},
	{"GetPrivateInterfaces", ":" FACES, get_some},
	{"GetPublicIP", ":s", get_some},
	{"GetPublicIPs", ":s", get_some},
	{"GetPublicInterfaces", ":" FACES, get_some},
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
	return str_is(str_n(name, n), type_if_addrs.name)    ? &type_if_addrs
	       : str_is(str_n(name, n), type_net_flags.name) ? &type_net_flags
							     : NULL;
}

const struct tmpl_funcs funcs_sockaddr = {sock_find, sock_named};

static int wrap_error(struct tmpl_call *c, const char *what, struct str input)
{
	struct text t = text_in(c);

	print_quote(&t, input, true);
	return err_wrap(c->err, "unable to %s %.*s", what, STRF(text_str(&t)));
}

/*: sockaddr EXPRESSION...
 * {{ sockaddr "GetPrivateIP" }} ~> 10.0.0.7
 * {{ sockaddr "GetAllInterfaces | include \"name\" \"lo\" | attr \"address\"" }} ~> 127.0.0.1
 */
FN(sockaddr)
{
	static const struct tmpl_opts opts = {.funcs = &funcs_sockaddr,
					      .name = "sockaddr.Parse"};
	struct text t = text_in(c);
	struct tmpl *tmpl;
	struct val dot;
	struct buf b;
	int r;

	text_adds(&t, "{{ ");
	text_s(&t, join_args(c, args, n, " "));
	text_adds(&t, " }}");
	if (sock_all(c, &dot) < 0)
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

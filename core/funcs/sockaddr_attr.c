// SPDX-License-Identifier: MIT
/* sockaddr_attr - addresses of interfaces as values, and what can be asked of
 * one by name. Source: github.com/hashicorp/go-sockaddr, as facts. */
#include "funcs/ask.h"
#include "funcs/shapes.h"
#include "funcs/sockaddr.h"

/* --- the values --- */

/* An address travels as a string that holds a struct sock. */
const struct sock *sock_of(const struct val *v)
{
	return (const void *)v->fields[I_ADDR].s.p;
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
	const struct sock *s = (const void *)v->s.p;

	return with_bits(a, &s->a);
}

static struct str flags_string(struct arena *a, const struct val *v)
{
	static const char *const names[] = {"up",	 "broadcast",
					    "loopback",	 "pointtopoint",
					    "multicast", "running"};
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

static const struct val_type sock_type = {
	.name = "sockaddr.IPAddr", .kind = KIND_STRING, .string = sock_string};
const struct val_type type_net_flags = {.name = "net.Flags",
					.kind = KIND_UINT,
					.bits = 64,
					.string = flags_string};
FIELDS(face) = {INT(Index), INT(MTU), STRING(Name), STRING(HardwareAddr),
		FIELD(Flags, type_net_flags)};
static const struct val_type face_type = STRUCT("net.Interface", face);

FN(m_name)
{
	return ret(out, args[0].fields[I_FACE].fields[FACE_NAME]);
}

FN(m_flags)
{
	return ret(out, args[0].fields[I_FACE].fields[FACE_FLAGS]);
}

static struct str addr_string(struct arena *a, const struct val *v)
{
	struct text t = {.a = a};

	text_s(&t, with_bits(a, &sock_of(v)->a));
	text_addc(&t, ' ');
	text_s(&t, print_str(a, &v->fields[I_FACE]));
	return text_str(&t);
}

static const struct val_method addr_methods[] = {
	{"Flags", ":<net.Flags>", m_flags},
	{"Name", ":s", m_name},
};
FIELDS(addr) = {FIELD(SockAddr, sock_type), FIELD(Interface, face_type)};
const struct val_type type_if_addr = {.name = "sockaddr.IfAddr",
				      .kind = KIND_STRUCT,
				      .fields = addr_fields,
				      .nfields = COUNT(addr_fields),
				      .string = addr_string,
				      METHODS(addr_methods)};
static const struct val_type addr_p = POINTER("sockaddr.IfAddr", type_if_addr);
const struct val_type type_if_addrs = {
	.name = "sockaddr.IfAddrs", .kind = KIND_SLICE, .elem = &type_if_addr};

struct val sock_set(struct tmpl_call *c, const struct val *v, struct sock s)
{
	struct val copy = val_ptr(c->arena, &addr_p);
	struct sock *p = arena_alloc(c->arena, sizeof(*p));

	*p = s;
	copy.type = &type_if_addr;
	copy.fields[I_FACE] = v->fields[I_FACE];
	copy.fields[I_ADDR].s = str_n((const char *)p, sizeof(*p));
	return copy;
}

struct val sock_list(struct tmpl_call *c)
{
	return val_list(c->arena, &type_if_addrs, 0);
}

static struct val entry(const struct val *map, const char *key)
{
	const struct val *v = val_map_gets(map, str_of(key));

	return v ? *v : val_none();
}

int sock_all(struct tmpl_call *c, struct val *out)
{
	struct val list;

	if (!c->host->interfaces)
		return no_host(c);
	if (c->host->interfaces(c->host->ctx, c->arena, &list, c->err) < 0)
		return -1;
	*out = sock_list(c);
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
		face[FACE_MAC].s = entry(m, "mac").s;
		face[FACE_FLAGS].u = entry(m, "flags").u;
		val_push(c->arena, out, sock_set(c, &v, s));
	}
	return 0;
}

/* --- attributes --- */

struct str face_name(const struct val *v)
{
	return v->fields[I_FACE].fields[FACE_NAME].s;
}

static struct str host_text(struct tmpl_call *c, const struct ipaddr *a,
			    uint128 ip)
{
	struct ipaddr host = {ip, a->width, a->width};

	return with_bits(c->arena, &host);
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
		text_f(&t, t.n ? " %d" : "%d", (int)(a->ip >> i) & 255);
	return text_str(&t);
}

static struct str size_text(struct tmpl_call *c, const struct ipaddr *a)
{
	if (a->width - a->bits == 128)
		return STR("340282366920938463463374607431768211456");
	return u128_text(c->arena, (uint128)1 << (a->width - a->bits));
}

struct str sock_attr(struct tmpl_call *c, const struct val *v, const char *name)
{
	const struct ipaddr *a = &sock_of(v)->a;
	const struct val *face = v->fields[I_FACE].fields;
	bool v4 = a->width == 32, small = v4 && a->bits < 31;

#define IS(text) (strcmp(name, text) == 0)
	if (IS("name"))
		return face_name(v);
	if (IS("flags"))
		return flags_string(c->arena, &face[FACE_FLAGS]);
	if (IS("address") || IS("host"))
		return host_text(c, a, a->ip);
	if (IS("binary"))
		return radix_text(c, a, 1);
	if (IS("hex"))
		return radix_text(c, a, 4);
	if (IS("first_usable"))
		return host_text(c, a, ip_first(a) + small);
	if (IS("last_usable"))
		return host_text(c, a, ip_last(a) - small);
	if (IS("mask_bits"))
		return u128_text(c->arena, (uint128)a->bits);
	if (IS("netmask"))
		return host_text(c, a, ip_mask(a));
	if (IS("network"))
		return host_text(c, a, ip_first(a));
	if (IS("octets"))
		return octets_text(c, a);
	if (IS("port"))
		return STR("0");
	if (IS("size"))
		return size_text(c, a);
	if (v4 && IS("broadcast"))
		return host_text(c, a, ip_last(a));
	if (IS(v4 ? "uint32" : "uint128"))
		return u128_text(c->arena, a->ip);
	if (IS("string"))
		return with_bits(c->arena, a);
	if (IS("type"))
		return v4 ? STR("IPv4") : STR("IPv6");
#undef IS
	return str_n(NULL, 0);
}

char *sock_lower(struct tmpl_call *c, struct str s)
{
	char *p = cstr(c, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)ascii_lower((unsigned char)p[i]);
	return p;
}

// SPDX-License-Identifier: MIT
/* consul_print - JSON in the order in which the original's Go structs print it.
 * A shape lists the members; what the answer does not have gets the zero value
 * of its kind, or is left out. */
#include "consul_applet.h"

#include "data/json.h"

static const struct json_shape weights[] = {
	{"Passing", 'n', NULL}, {"Warning", 'n', NULL}, {0}};
static const struct json_shape proxy[] = {
	{"DestinationServiceName", 'o', NULL}, {"DestinationServiceID", 'o', NULL},
	{"LocalServiceAddress", 'o', NULL},    {"LocalServicePort", 'o', NULL},
	{"Config", 'o', NULL},		       {"Upstreams", 'o', NULL},
	{"MeshGateway", 'z', NULL},	       {"Expose", 'z', NULL}, {0}};
const struct json_shape agent_kv[] = {
	{"Key", 's', NULL},	    {"CreateIndex", 'n', NULL},
	{"ModifyIndex", 'n', NULL}, {"LockIndex", 'n', NULL},
	{"Flags", 'n', NULL},	    {"Value", 'z', NULL},
	{"Session", 's', NULL},	    {0}};
const struct json_shape agent_node[] = {
	{"ID", 's', NULL},	    {"Node", 's', NULL},
	{"Address", 's', NULL},	    {"Datacenter", 's', NULL},
	{"TaggedAddresses", 'z', NULL}, {"Meta", 'z', NULL},
	{"CreateIndex", 'n', NULL}, {"ModifyIndex", 'n', NULL}, {0}};
static const struct json_shape service[] = {
	{"Kind", 'o', NULL},	    {"ID", 's', NULL},
	{"Service", 's', NULL},	    {"Tags", 'z', NULL},
	{"Meta", 'z', NULL},	    {"Port", 'n', NULL},
	{"Address", 's', NULL},	    {"TaggedAddresses", 'o', NULL},
	{"Weights", 'z', weights},  {"EnableTagOverride", 'b', NULL},
	{"CreateIndex", 'o', NULL}, {"ModifyIndex", 'o', NULL},
	{"Proxy", 'p', proxy},	    {"Connect", 'p', NULL}, {0}};
static const struct json_shape definition[] = {
	{"Interval", 'd', NULL}, {"Timeout", 'd', NULL},
	{"DeregisterCriticalServiceAfter", 'd', NULL},
	{"HTTP", 's', NULL},	 {"Header", 'z', NULL},
	{"Method", 's', NULL},	 {"Body", 's', NULL},
	{"TLSSkipVerify", 'b', NULL}, {"TCP", 's', NULL}, {0}};
const struct json_shape agent_check[] = {
	{"Node", 's', NULL},	   {"CheckID", 's', NULL},
	{"Name", 's', NULL},	   {"Status", 's', NULL},
	{"Notes", 's', NULL},	   {"Output", 's', NULL},
	{"ServiceID", 's', NULL},  {"ServiceName", 's', NULL},
	{"ServiceTags", 'z', NULL}, {"Type", 's', NULL},
	{"Definition", 'z', definition},
	{"CreateIndex", 'n', NULL}, {"ModifyIndex", 'n', NULL}, {0}};
const struct json_shape agent_entry[] = {
	{"Node", 'z', agent_node}, {"Service", 'z', service},
	{"Checks", 'z', agent_check}, {0}};
const struct json_shape agent_event[] = {
	{"ID", 's', NULL},	  {"Name", 's', NULL},
	{"Payload", 'z', NULL},	  {"NodeFilter", 's', NULL},
	{"ServiceFilter", 's', NULL}, {"TagFilter", 's', NULL},
	{"Version", 'n', NULL},	  {"LTime", 'n', NULL}, {0}};

static void newline(struct buf *b, unsigned indent, unsigned depth)
{
	if (!indent)
		return;
	buf_addc(b, '\n');
	buf_addn(b, ' ', (size_t)indent * depth);
}

static bool empty(const struct val *v)
{
	return !v || !val_truth(v) ||
	       (val_kind(v) == KIND_STRING && str_is(v->s, "0"));
}

static const char *zero_text(char zero)
{
	switch (zero) {
	case 's':
		return "\"\"";
	case 'n':
		return "0";
	case 'b':
		return "false";
	case 'd':
		return "\"0s\"";
	default:
		return "null";
	}
}

/* A member's name; the first of its object opens it. */
static void name_of(struct buf *b, struct str name, size_t n, unsigned indent,
		    unsigned depth)
{
	buf_addc(b, n ? ',' : '{');
	newline(b, indent, depth + 1);
	json_print_str(b, name, 0);
	buf_adds(b, indent ? ": " : ":");
}

static size_t shaped(struct buf *b, struct arena *a, const struct val *v,
		     const struct json_shape *s, unsigned indent, unsigned depth)
{
	size_t n = 0;

	for (; s->name; s++) {
		const struct val *m = agent_member(v, s->name);

		if ((s->zero == 'o' && empty(m)) ||
		    (s->zero == 'p' && (!m || !m->type)))
			continue;
		name_of(b, str_of(s->name), n++, indent, depth);
		if (!m || !m->type)
			buf_adds(b, zero_text(s->zero));
		else
			agent_print(b, a, m, s->of, indent, depth + 1);
	}
	return n;
}

static size_t sorted(struct buf *b, struct arena *a, const struct val *v,
		     unsigned indent, unsigned depth)
{
	size_t n;
	const struct val_entry *e = val_map_entries(v, &n);

	for (size_t i = 0; i < n; i++) {
		name_of(b, e[i].key.s, i, indent, depth);
		agent_print(b, a, &e[i].v, NULL, indent, depth + 1);
	}
	return n;
}

void agent_print(struct buf *b, struct arena *a, const struct val *v,
	       const struct json_shape *shape, unsigned indent, unsigned depth)
{
	size_t n;

	switch ((int)val_kind(v)) {
	case KIND_MAP:
		n = shape ? shaped(b, a, v, shape, indent, depth)
			  : sorted(b, a, v, indent, depth);
		if (n)
			newline(b, indent, depth);
		buf_adds(b, n ? "}" : "{}");
		return;
	case KIND_SLICE:
		n = val_len_list(v);
		buf_addc(b, '[');
		for (size_t i = 0; i < n; i++) {
			if (i)
				buf_addc(b, ',');
			newline(b, indent, depth + 1);
			agent_print(b, a, &v->list->items[i], shape, indent,
				  depth + 1);
		}
		if (n)
			newline(b, indent, depth);
		buf_addc(b, ']');
		return;
	default:
		(void)!json_print(a, b, v, 0, NULL);
	}
}

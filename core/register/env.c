// SPDX-License-Identifier: MIT
/* env - services from the environment, in registrator's convention:
 * SERVICE_NAME, SERVICE_TAGS, SERVICE_PORT ..., the same for one port as
 * SERVICE_8080_NAME, and any other SERVICE_X as meta x.
 * Source: registrator's documentation of SERVICE_ variables, as facts. */
#include <stdlib.h>
#include <string.h>

#include "register.h"

#include "register/def.h"

enum { ENV_PORTS = 32 };

struct port {
	unsigned port; /* 0 = the variables without a port */
	struct reg_service s;
	/* the check, as the block that a definition file would hold */
	struct hcl_item items[12];
	struct hcl_key keys[12];
	struct hcl_node values[12];
	struct hcl_node block;
	bool ignore, check_set;
};

struct env {
	struct def *d;
	struct port ports[ENV_PORTS + 1]; /* [0] is for all */
	size_t n;
};

static struct port *port_of(struct env *v, unsigned port)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->ports[i].port == port)
			return &v->ports[i];
	if (v->n == COUNT(v->ports))
		return NULL;
	v->ports[v->n].port = port;
	v->ports[v->n].s = (struct reg_service){
		.drain = -1, .port = port, .file = "environment"};
	v->ports[v->n].s.body = val_map(&v->d->conf->arena, &type_map_any);
	v->ports[v->n].block.kind = HCL_OBJECT;
	v->ports[v->n].block.items = v->ports[v->n].items;
	return &v->ports[v->n++];
}

static void set(struct env *v, struct port *p, const char *key, struct val x)
{
	val_map_sets(&v->d->conf->arena, &p->s.body, str_of(key), x);
}

static void meta(struct env *v, struct port *p, struct str key,
		 const char *value)
{
	struct arena *a = &v->d->conf->arena;
	const struct val *old = val_map_gets(&p->s.body, STR("Meta"));
	struct val map = old ? *old : val_map(a, &type_map_str);
	char *lower = arena_dup(a, key.p, key.n);

	if (!lower)
		return;
	for (size_t i = 0; i < key.n; i++)
		lower[i] = (char)ascii_lower((unsigned char)lower[i]);
	val_map_sets(a, &map, str_n(lower, key.n), val_cstr(value));
	set(v, p, "Meta", map);
}

static void tags(struct env *v, struct port *p, const char *value)
{
	struct arena *a = &v->d->conf->arena;
	struct val list = val_list(a, &type_strings, 4);
	char *from = arena_strdup(a, value), *to, *tag;

	while (from && *from) { /* "\\," is a comma in a tag */
		for (tag = to = from; *from && *from != ','; from++) {
			from += from[0] == '\\' && from[1] == ',';
			*to++ = *from;
		}
		from += *from == ',';
		if (to > tag)
			val_push(a, &list,
				 val_str(str_n(tag, (size_t)(to - tag))));
	}
	set(v, p, "Tags", list);
}

static void put(struct port *p, const char *key, const char *value)
{
	size_t n = 0;

	while (n < p->block.n && !str_is(p->keys[n].name, key))
		n++; /* a port's own replaces what is for all */
	if (n == COUNT(p->items))
		return;
	p->keys[n].name = str_of(key);
	p->values[n] =
		(struct hcl_node){.kind = HCL_STRING, .s = str_of(value)};
	p->items[n] = (struct hcl_item){&p->keys[n], 1, &p->values[n]};
	if (n == p->block.n)
		p->block.n++;
}

/* A path ("/health") on the service's own port, or a whole URL; tcp and grpc
 * are addresses. */
static void check_target(struct env *v, struct port *p, const char *key,
			 const char *scheme, const char *value)
{
	struct arena *a = &v->d->conf->arena;

	if (scheme && !strstr(value, "://"))
		value = arena_printf(a, "%s://127.0.0.1:%u%s%s", scheme,
				     p->s.port, *value == '/' ? "" : "/", value);
	else if (!scheme && !strchr(value, ':'))
		value = arena_printf(a, "127.0.0.1:%u", p->s.port);
	put(p, key, value ? value : "");
	p->check_set = true;
}

static void check(struct env *v, struct port *p, struct str key,
		  const char *value)
{
	static const struct {
		const char *variable, *key;
		bool target;
		const char *scheme;
	} names[] = {
		{"HTTP", "http", true, "http"},
		{"HTTPS", "http", true, "https"},
		{"TCP", "tcp", true, NULL},
		{"GRPC", "grpc", true, NULL},
		{"HTTP_METHOD", "method", false, NULL},
		{"HTTPS_METHOD", "method", false, NULL},
		{"GRPC_USE_TLS", "grpc_use_tls", false, NULL},
		{"TLS_SKIP_VERIFY", "tls_skip_verify", false, NULL},
		{"INTERVAL", "interval", false, NULL},
		{"TIMEOUT", "timeout", false, NULL},
		{"DEREGISTER_AFTER", "deregister_critical_service_after", false,
		 NULL},
		{"INITIAL_STATUS", "status", false, NULL},
	};

	if (str_is(key, "TTL")) {
		put(p, "ttl", value);
		p->check_set = true;
		return;
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!str_is(key, names[i].variable))
			continue;
		if (names[i].target)
			check_target(v, p, names[i].key, names[i].scheme, value);
		else
			put(p, names[i].key, value);
		return;
	}
	reg_lint_add(v->d->lint, (struct hcl_pos){0},
		     "unknown variable SERVICE_CHECK_%.*s", (int)key.n, key.p);
}

/* What is for all ports names each of several with its port behind it. */
static const char *name(struct env *v, const struct port *p, bool own,
			const char *value)
{
	return own || v->n <= 2 || !p->port
		       ? value
		       : arena_printf(&v->d->conf->arena, "%s-%u", value,
				      p->port);
}

static void one(struct env *v, struct port *p, bool own, struct str key,
		const char *value)
{
	uint64_t port;

	if (str_is(key, "NAME")) {
		p->s.name = name(v, p, own, value);
	} else if (str_is(key, "ID")) {
		p->s.id = name(v, p, own, value);
	} else if (str_is(key, "TAGS")) {
		tags(v, p, value);
	} else if (str_is(key, "ADDRESS")) {
		p->s.address = value;
	} else if (str_is(key, "IGNORE")) {
		p->ignore = *value != '\0';
	} else if (str_is(key, "PORT")) {
		if (!own && p->port)
			return; /* of the one without */
		if (num_arg(value, 65535, &port))
			p->s.port = (unsigned)port;
		else
			reg_lint_add(v->d->lint, (struct hcl_pos){0},
				     "SERVICE_PORT: not a port: %s", value);
	} else if (str_prefix(key, STR("CHECK_"))) {
		check(v, p, str_cut(key, 6, key.n), value);
	} else {
		meta(v, p, key, value);
	}
}

/* An image's own variables may name those of the container. */
static const char *expanded(struct env *v, const char *pair, const char *eq)
{
	struct arena *a = &v->d->conf->arena;
	const char *value;
	struct str out;
	struct err e;

	if (reg_expand(a, str_of(eq + 1), &out, &e) < 0) {
		reg_lint_add(v->d->lint, (struct hcl_pos){0}, "%.*s: %s",
			     (int)(eq - pair), pair, e.text);
		return eq + 1;
	}
	value = arena_dup(a, out.p, out.n);
	return value ? value : eq + 1;
}

enum pass { PORTS, PLAIN, OWN, PLAIN_CHECKS, OWN_CHECKS, PASSES };

/* SERVICE_8080_X is for that port, SERVICE_X for all that have none of their
 * own: the ports are learnt first, then each pass writes over the one before,
 * the checks last, when names and ports are known. */
static void variable(struct env *v, const char *pair, enum pass pass)
{
	const char *eq = strchr(pair, '='), *value;
	struct str key;
	struct port *p;
	uint64_t port = 0;
	size_t n = 0;
	bool own;

	if (!eq || strncmp(pair, "SERVICE_", 8))
		return;
	key = str_n(pair + 8, (size_t)(eq - pair - 8));
	while (n < key.n && ascii_digit((unsigned char)key.p[n]))
		n++;
	own = n && n < key.n && key.p[n] == '_' &&
	      num_u64(str_cut(key, 0, n), 65535, &port);
	if (own)
		key = str_cut(key, n + 1, key.n);
	if (pass == PORTS) {
		(void)port_of(v, (unsigned)port);
		return;
	}
	if (own != (pass == OWN || pass == OWN_CHECKS) ||
	    str_prefix(key, STR("CHECK_")) != (pass >= PLAIN_CHECKS))
		return;
	value = expanded(v, pair, eq);
	for (size_t i = 0; !own && i < v->n; i++)
		one(v, &v->ports[i], false, key, value);
	p = own ? port_of(v, (unsigned)port) : NULL;
	if (p)
		one(v, p, true, key, value);
}

static void finish(struct env *v, struct port *p)
{
	if (p->ignore)
		return;
	if (!p->s.name)
		return;
	set(v, p, "Name", val_cstr(p->s.name));
	if (p->s.id)
		set(v, p, "ID", val_cstr(p->s.id));
	if (p->s.port)
		set(v, p, "Port", val_int((int64_t)p->s.port));
	v->d->ncheck = 0;
	if (p->check_set)
		reg_take_check(v->d, &p->block);
	reg_conf_add(v->d, &p->s);
}

int reg_conf_env(struct reg_conf *c, char *const *environment,
		 struct reg_lint *lint)
{
	struct env *v = calloc(1, sizeof(*v));
	size_t before = lint->errors;

	lint->file = "environment";
	if (!v || !(v->d = calloc(1, sizeof(*v->d)))) {
		free(v);
		reg_lint_add(lint, (struct hcl_pos){0}, "out of memory");
		return -1;
	}
	v->d->conf = c;
	v->d->lint = lint;
	port_of(v, 0);
	for (int pass = PORTS; pass < PASSES; pass++)
		for (size_t i = 0; environment[i]; i++)
			variable(v, environment[i], (enum pass)pass);
	/* with ports of their own the plain variables are only defaults */
	for (size_t i = v->n > 1 ? 1 : 0; i < v->n; i++)
		finish(v, &v->ports[i]);
	free(v->d);
	free(v);
	return lint->errors == before ? 0 : -1;
}

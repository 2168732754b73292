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
	struct hcl_item items[8];
	struct hcl_key keys[8];
	struct hcl_node values[8];
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
	v->ports[v->n].s = (struct reg_service){.drain = -1, .port = port,
						.file = "environment"};
	v->ports[v->n].s.body = val_map(&v->d->conf->arena, &type_map_any);
	v->ports[v->n].block.kind = HCL_OBJECT;
	v->ports[v->n].block.items = v->ports[v->n].items;
	return &v->ports[v->n++];
}

static void set(struct env *v, struct port *p, const char *key, struct val x)
{
	val_map_sets(&v->d->conf->arena, &p->s.body, str_of(key), x);
}

static void meta(struct env *v, struct port *p, struct str key, const char *value)
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
	struct str rest = str_of(value), part;

	while (str_split(&rest, ',', &part))
		if (part.n)
			val_push(a, &list, val_str(part));
	set(v, p, "Tags", list);
}

static void put(struct port *p, const char *key, const char *value)
{
	size_t n = p->block.n;

	if (n == COUNT(p->items))
		return;
	p->keys[n].name = str_of(key);
	p->values[n] = (struct hcl_node){.kind = HCL_STRING, .s = str_of(value)};
	p->items[n] = (struct hcl_item){&p->keys[n], 1, &p->values[n]};
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
			check_target(v, p, names[i].key, names[i].scheme,
				     value);
		else
			put(p, names[i].key, value);
		return;
	}
	reg_lint_add(v->d->lint, (struct hcl_pos){0},
		     "unknown variable SERVICE_CHECK_%.*s", (int)key.n, key.p);
}

static void one(struct env *v, struct port *p, struct str key, const char *value)
{
	uint64_t port;

	if (str_is(key, "NAME")) {
		p->s.name = value;
	} else if (str_is(key, "ID")) {
		p->s.id = value;
	} else if (str_is(key, "TAGS")) {
		tags(v, p, value);
	} else if (str_is(key, "ADDRESS")) {
		p->s.address = value;
	} else if (str_is(key, "IGNORE")) {
		p->ignore = *value != '\0';
	} else if (str_is(key, "PORT")) {
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

/* SERVICE_8080_X is for that port, SERVICE_X for all. Checks are read in a
 * second pass, when the ports are known. */
static void variable(struct env *v, const char *pair, bool checks)
{
	const char *eq = strchr(pair, '=');
	struct str key;
	struct port *p;
	uint64_t port = 0;
	size_t n = 0;

	if (!eq || strncmp(pair, "SERVICE_", 8))
		return;
	key = str_n(pair + 8, (size_t)(eq - pair - 8));
	while (n < key.n && ascii_digit((unsigned char)key.p[n]))
		n++;
	if (n && n < key.n && key.p[n] == '_' &&
	    num_u64(str_cut(key, 0, n), 65535, &port))
		key = str_cut(key, n + 1, key.n);
	if (str_prefix(key, STR("CHECK_")) != checks)
		return;
	p = port_of(v, (unsigned)port);
	if (p)
		one(v, p, key, eq + 1);
}

static void finish(struct env *v, const struct port *all, struct port *p)
{
	if (p->ignore || (all && all->ignore))
		return;
	if (all && p != all) {
		if (!p->s.name)
			p->s.name = all->s.name;
		if (!p->s.address)
			p->s.address = all->s.address;
		if (!val_map_gets(&p->s.body, STR("Tags")) &&
		    val_map_gets(&all->s.body, STR("Tags")))
			set(v, p, "Tags",
			    *val_map_gets(&all->s.body, STR("Tags")));
	}
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
	for (size_t i = 0; environment[i]; i++)
		variable(v, environment[i], false);
	for (size_t i = 0; environment[i]; i++)
		variable(v, environment[i], true);
	/* with ports of their own the plain variables are only defaults */
	for (size_t i = v->n > 1 ? 1 : 0; i < v->n; i++)
		finish(v, &v->ports[0], &v->ports[i]);
	free(v->d);
	free(v);
	return lint->errors == before ? 0 : -1;
}

// SPDX-License-Identifier: MIT
/* finish - what definitions need once all of them are known: ids, addresses,
 * the checks that stood outside, and no two services of one id. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "register.h"

#include "register/def.h"

static const char *const default_addresses[] = {"default-route", "inet",
						"inet6", NULL};

const char *reg_state_name(enum reg_state s)
{
	static const char *const names[] = {"passing", "warning", "critical"};

	return names[s];
}

void reg_conf_init(struct reg_conf *c, const struct reg_hooks *hooks)
{
	*c = (struct reg_conf){.addresses = default_addresses, .hooks = hooks};
	arena_init(&c->arena, 64 << 20);
}

void reg_conf_free(struct reg_conf *c)
{
	arena_free(&c->arena);
	*c = (struct reg_conf){0};
}

static void set(struct reg_conf *c, struct reg_service *s, const char *key,
		struct val v)
{
	val_map_sets(&c->arena, &s->body, str_of(key), v);
}

/* NAME-HOSTNAME-PORT, so that a restart takes the same one. */
static void default_id(struct reg_conf *c, struct reg_service *s,
		       const char *host)
{
	s->id = s->port ? arena_printf(&c->arena, "%s-%s-%u", s->name, host,
				       s->port)
			: arena_printf(&c->arena, "%s-%s", s->name, host);
	if (s->id)
		set(c, s, "ID", val_cstr(s->id));
}

static void own(struct reg_conf *c, struct reg_service *s, const char *owner)
{
	const struct val *old = val_map_gets(&s->body, STR("Meta"));
	struct val meta = old ? *old : val_map(&c->arena, &type_map_str);

	val_map_sets(&c->arena, &meta, STR("basebox-owner"), val_cstr(owner));
	set(c, s, "Meta", meta);
}

/* Consul's file has 1 where a weight is not given, its API takes 0 there, and
 * refuses that. */
static void weight(struct reg_conf *c, struct reg_service *s, struct val *all,
		   const char *key, int64_t least, struct reg_lint *lint)
{
	const struct val *v = val_map_gets(all, str_of(key));

	if (!v)
		val_map_sets(&c->arena, all, str_of(key), val_int(1));
	else if (val_kind(v) != KIND_INT || v->i < least || v->i > 65535)
		reg_lint_add(lint, s->pos,
			     "service %s: weights: %s is a number from %d to "
			     "65535",
			     s->name, key, (int)least);
}

static void weights(struct reg_conf *c, struct reg_service *s,
		    struct reg_lint *lint)
{
	const struct val *old = val_map_gets(&s->body, STR("Weights"));
	struct val all;

	if (!old)
		return;
	all = *old;
	weight(c, s, &all, "Passing", 1, lint);
	weight(c, s, &all, "Warning", 0, lint);
	set(c, s, "Weights", all);
}

static struct reg_service *by_id(struct reg_conf *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->services[i].id && !strcmp(c->services[i].id, id))
			return &c->services[i];
	/* a definition file knows names rather than our default ids */
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->services[i].name, id))
			return &c->services[i];
	return NULL;
}

static void add_check(struct reg_conf *c, struct reg_service *s,
		      const struct reg_check *d)
{
	size_t size = sizeof(*s->checks);
	struct reg_check *more = arena_array(&c->arena, s->nchecks + 1, size);

	if (!more)
		return;
	memcpy(more, s->checks, s->nchecks * size);
	more[s->nchecks++] = *d;
	s->checks = more;
}

static void place_loose(struct reg_conf *c, struct reg_lint *lint)
{
	for (struct reg_loose *l = c->loose; l; l = l->next) {
		struct reg_service *s = by_id(c, l->check.service_id);

		lint->file = l->file;
		if (!s)
			reg_lint_add(lint, l->check.pos,
				     "check: no service \"%s\"",
				     l->check.service_id);
		else
			add_check(c, s, &l->check);
	}
	c->loose = NULL;
}

/* Consul's agent wants ids that are unique on its node. */
static void check_ids(struct reg_conf *c, struct reg_service *s)
{
	for (size_t i = 0; i < s->nchecks; i++) {
		struct reg_check *d = &s->checks[i];
		const struct reg_service *of;

		if (!d->id)
			d->id = arena_printf(&c->arena, "%s:%zu", s->id, i + 1);
		if (d->alias && (of = by_id(c, d->alias))) {
			/* by its name it is known here, by its id to the agent */
			d->alias = of->id;
			val_map_sets(&c->arena, &d->agent, STR("AliasService"),
				     val_cstr(of->id));
		}
		if (!d->name)
			d->name = arena_printf(&c->arena, "Service '%s' check",
					       s->name);
	}
}

static void unique(struct reg_conf *c, size_t i, struct reg_lint *lint)
{
	const struct reg_service *s = &c->services[i];

	for (size_t k = 0; k < i; k++) {
		const struct reg_service *o = &c->services[k];

		if (strcmp(s->id, o->id))
			continue;
		reg_lint_add(lint, s->pos,
			     "service %s: the id %s is taken by %s:%u", s->name,
			     s->id, o->file, o->pos.line);
		return;
	}
}

/* A plain IP address or host name is no specification. */
static bool literal(const char *address)
{
	struct str s = str_of(address);

	return (str_chr(s, '.') >= 0 || str_chr(s, ':') >= 0) &&
	       str_chr(s, '/') < 0 && str_chr(s, '[') < 0 &&
	       !str_prefix(s, STR("static:")) && str_find(s, STR(":inet")) < 0;
}

static void address(struct reg_conf *c, struct reg_service *s,
		    const struct reg_addr *all, size_t n, struct reg_lint *lint)
{
	bool given = s->address && *s->address;
	const char *one[2] = {s->address, NULL};
	char chosen[REG_ADDR_TEXT];
	struct err e;

	if (given && strstr(s->address, "{{") && c->hooks->address) {
		if (c->hooks->address(c->hooks->ctx, &c->arena, s->address,
				      &s->address, &e) == 0) {
			set(c, s, "Address", val_cstr(s->address));
			return;
		}
		lint->file = s->file;
		reg_lint_add(lint, s->pos, "service %s: address: %s", s->name,
			     e.text);
		return;
	}
	if (given && literal(s->address)) {
		set(c, s, "Address", val_cstr(s->address));
		return;
	}
	if (reg_addr_choose(given ? one : c->addresses, all, n, chosen, NULL,
			    &e) == 0) {
		s->address = arena_strdup(&c->arena, chosen);
	} else if (given) {
		lint->file = s->file;
		reg_lint_add(lint, s->pos, "service %s: address %s: %s", s->name,
			     s->address, e.text);
	} else {
		s->address = "127.0.0.1"; /* a namespace with loopback alone */
	}
	set(c, s, "Address", val_cstr(s->address));
}

static void addresses(struct reg_conf *c, struct reg_lint *lint)
{
	struct reg_addr *all = arena_array(&c->arena, REG_ADDRS, sizeof(*all));
	struct err e;
	int n;

	if (!all)
		return;
	n = reg_addr_list(all, REG_ADDRS, &e);
	if (n < 0) {
		reg_lint_add(lint, (struct hcl_pos){0}, "%s", e.text);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		address(c, &c->services[i], all, (size_t)n, lint);
}

int reg_conf_finish(struct reg_conf *c, const char *owner,
		    struct reg_lint *lint)
{
	size_t before = lint->errors;
	char host[256] = "localhost";

	gethostname(host, sizeof(host) - 1);
	owner = arena_strdup(&c->arena, owner && *owner ? owner : host);
	c->owner = owner;
	for (size_t i = 0; i < c->n; i++) {
		struct reg_service *s = &c->services[i];

		lint->file = s->file;
		if (!s->name)
			s->name = "";
		if (!s->id || !*s->id)
			default_id(c, s, host);
		own(c, s, owner ? owner : "");
		weights(c, s, lint);
		unique(c, i, lint);
	}
	place_loose(c, lint);
	for (size_t i = 0; i < c->n; i++)
		check_ids(c, &c->services[i]);
	addresses(c, lint);
	return lint->errors == before ? 0 : -1;
}

// SPDX-License-Identifier: MIT
/* sweep - ghosts of this container's earlier lives: entries with our owner mark
 * that are no longer defined. One look at the start removes those whose
 * registrar check is critical; a second look, one TTL later, those that have
 * become so meanwhile (a living sibling keeps its own fresh). */
#include <string.h>

#include "register/engine.h"

static bool defined(const struct reg *r, const char *id)
{
	for (const struct entry *en = r->entries; en; en = en->next)
		if (!strcmp(en->s->id, id))
			return true;
	return false;
}

static const char *text(const struct val *m, const char *key)
{
	const struct val *v = val_map_gets(m, str_of(key));

	/* strings of the store's answers end with a NUL */
	return v && val_kind(v) == KIND_STRING && v->s.p ? v->s.p : "";
}

static bool ours(const struct reg *r, const struct val *service)
{
	const struct val *meta = val_map_gets(service, STR("Meta"));
	const struct val *mine, *theirs;

	if (!meta || val_kind(meta) != KIND_MAP || !r->conf.n)
		return false;
	mine = val_map_gets(&r->conf.services[0].body, STR("Meta"));
	mine = mine ? val_map_gets(mine, STR("basebox-owner")) : NULL;
	theirs = val_map_gets(meta, STR("basebox-owner"));
	return mine && theirs && val_kind(theirs) == KIND_STRING &&
	       str_eq(mine->s, theirs->s);
}

static bool dead(const struct val *service)
{
	const struct val *checks = val_map_gets(service, STR("Checks"));

	if (!checks || val_kind(checks) != KIND_SLICE || !checks->list)
		return false;
	for (size_t i = 0; i < checks->list->n; i++) {
		const struct val *c = &checks->list->items[i];

		if (val_kind(c) == KIND_MAP &&
		    str_suffix(str_of(text(c, "CheckID")), STR(":registrar")))
			return !strcmp(text(c, "Status"), "critical");
	}
	return false;
}

static void removed(void *ctx, struct store_reply *reply)
{
	struct reg *r = ctx;

	r->sweep = NULL;
	if (!reply->err)
		reg_sweep(r); /* the next one */
}

static void look(void *ctx, struct store_reply *reply)
{
	struct reg *r = ctx;
	struct err e;

	r->sweep = NULL;
	if (reply->err || val_kind(&reply->value) != KIND_SLICE ||
	    !reply->value.list || r->stopping)
		return;
	for (size_t i = 0; i < reply->value.list->n; i++) {
		const struct val *s = &reply->value.list->items[i];
		const char *id;

		if (val_kind(s) != KIND_MAP)
			continue;
		id = text(s, "ID");
		if (!*id || defined(r, id) || !ours(r, s) || !dead(s))
			continue;
		log_info("register", "removing the ghost %s", id);
		if (store_deregister(r->o.store, id, NULL, removed, r,
				     &r->sweep, &e) < 0)
			log_warn("register", "%s: %s", id, e.text);
		return;
	}
}

static void again(struct loop_timer *t)
{
	reg_sweep(t->ctx);
}

void reg_sweep(struct reg *r)
{
	struct err e;

	if (r->sweep || r->stopping)
		return;
	(void)store_sweep(r->o.store, &e);
	if (store_services(r->o.store, look, r, &r->sweep, &e) < 0)
		r->sweep = NULL;
	if (r->swept++ == 0)
		loop_timer_set(r->o.loop, &r->sweep_timer,
			       clock_mono_ms() + dur_ms(r->o.ttl) * 4 / 3, again,
			       r);
	else if (store_is_dir(r->o.store)) /* anybody's job there */
		loop_timer_set(r->o.loop, &r->sweep_timer,
			       clock_mono_ms() + dur_ms(r->o.ttl), again, r);
}

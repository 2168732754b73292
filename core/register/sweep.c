// SPDX-License-Identifier: MIT
/* sweep - ghosts of this container's earlier lives: entries with our owner mark
 * that are no longer defined. One look at the start removes those whose
 * registrar check is critical; a second look, one TTL later, those that have
 * become so meanwhile (a living sibling keeps its own fresh). */
#include <string.h>

#include "register/engine.h"

#define MARK "no heartbeat since this registrar's look"

static const char *text(const struct val *m, const char *key)
{
	const struct val *v = val_map_gets(m, str_of(key));

	/* strings of the store's answers end with a NUL */
	return v && val_kind(v) == KIND_STRING && v->s.p ? v->s.p : "";
}

static bool ours(const struct reg *r, const struct val *service)
{
	const struct val *meta = val_map_gets(service, STR("Meta"));
	const struct val *theirs;

	if (!meta || val_kind(meta) != KIND_MAP || !r->conf.owner)
		return false;
	theirs = val_map_gets(meta, STR("basebox-owner"));
	return theirs && val_kind(theirs) == KIND_STRING &&
	       str_is(theirs->s, r->conf.owner);
}

/* The check of a service whose id ends so; NULL = there is none. */
static const struct val *check(const struct val *service, const char *prefix,
			       const char *suffix)
{
	const struct val *checks = val_map_gets(service, STR("Checks"));

	if (!checks || val_kind(checks) != KIND_SLICE || !checks->list)
		return NULL;
	for (size_t i = 0; i < checks->list->n; i++) {
		const struct val *c = &checks->list->items[i];
		struct str id = str_of(
			val_kind(c) == KIND_MAP ? text(c, "CheckID") : "");

		if (str_prefix(id, str_of(prefix)) &&
		    str_suffix(id, str_of(suffix)))
			return c;
	}
	return NULL;
}

static void done(void *ctx, struct store_reply *reply)
{
	struct reg *r = ctx;

	r->sweep = NULL;
	/* the next one; a store that forgets nothing is not asked forever */
	if (!reply->err && r->swept < 2 * REG_SERVICES)
		reg_sweep(r);
}

/* Whether a request was made for this one. The catalogue knows no silence: a
 * mark is put on the registrar's check there, which a living one wipes with its
 * next heartbeat. */
static bool handle(struct reg *r, const struct val *s, const char *id)
{
	const struct val *c = check(s, "", ":registrar");
	bool marked = c && !strcmp(text(c, "Output"), MARK), dead;
	int sent;
	struct err e;

	if (!c || !ours(r, s))
		return false;
	dead = !strcmp(text(c, "Status"), "critical") ||
	       (marked && r->swept_late);
	if (dead) {
		log_info("register", "removing the ghost %s", id);
		sent = store_deregister(r->o.store, id, NULL, done, r,
					&r->sweep, &e);
	} else if (r->o.catalog && !marked && !r->swept_late) {
		sent = store_check(r->o.store, id, text(c, "CheckID"),
				   text(c, "Name"), text(c, "Status"),
				   STR(MARK), NULL, done, r, &r->sweep, &e);
	} else {
		return false;
	}
	if (sent < 0)
		log_warn("register", "%s: %s", id, e.text);
	return true;
}

/* What an earlier life left in a service that is defined: its maintenance, and
 * checks of our naming (ID:1, ID:process) that it has no more. */
static void tidy(struct entry *en, const struct val *s)
{
	const struct val *all = val_map_gets(s, STR("Checks")), *c;
	size_t n = strlen(en->s->id);

	c = check(s, "_service_maintenance:", en->s->id);
	en->unmaint |= c && !strcmp(text(c, "Notes"), REG_STOPPING);
	for (size_t i = 0; all && val_kind(all) == KIND_SLICE && all->list &&
			   i < all->list->n;
	     i++) {
		const char *id = val_kind(&all->list->items[i]) == KIND_MAP
					 ? text(&all->list->items[i], "CheckID")
					 : "";

		if (!strncmp(id, en->s->id, n) && id[n] == ':')
			entry_drop(en, id);
	}
	entry_pump(en);
}

static void look(void *ctx, struct store_reply *reply)
{
	struct reg *r = ctx;

	r->sweep = NULL;
	if (reply->err || val_kind(&reply->value) != KIND_SLICE ||
	    !reply->value.list || r->stopping)
		return;
	for (size_t i = 0; i < reply->value.list->n; i++) {
		const struct val *s = &reply->value.list->items[i];
		struct entry *en;
		const char *id;

		if (val_kind(s) != KIND_MAP)
			continue;
		id = text(s, "ID");
		en = *id ? entry_find(r, id) : NULL;
		if (en) {
			tidy(en, s);
		} else if (*id && handle(r, s, id)) {
			return;
		}
	}
}

static void again(struct loop_timer *t)
{
	struct reg *r = t->ctx;

	r->swept_late = true;
	reg_sweep(r);
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
			       clock_mono_ms() + dur_ms(r->o.ttl) * 4 / 3,
			       again, r);
	else if (store_is_dir(r->o.store)) /* anybody's job there */
		loop_timer_set(r->o.loop, &r->sweep_timer,
			       clock_mono_ms() + dur_ms(r->o.ttl), again, r);
}

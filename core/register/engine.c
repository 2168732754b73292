// SPDX-License-Identifier: MIT
/* engine - the registrar as a whole: start, new definitions, stop. */
#include <stdlib.h>
#include <string.h>

#include "register/engine.h"

void reg_contact(struct reg *r, const char *error)
{
	if (!error)
		r->contact_ms = clock_boot_ms();
	if (!error == !r->away)
		return;
	r->away = error != NULL;
	if (error)
		log_warn("register", "store %s does not answer: %s",
			 store_name(r->o.store), error);
	else
		log_warn("register", "store %s is back", store_name(r->o.store));
	reg_view_soon(r);
}

/* Ready means: each service that may be registered now is. */
void reg_settled(struct reg *r)
{
	if (r->told_ready || r->stopping)
		return;
	for (struct entry *en = r->entries; en; en = en->next)
		if (en->wanted && !en->settled)
			return;
	r->told_ready = true;
	if (r->o.ready)
		r->o.ready(r->o.ctx);
}

static bool all_left(const struct reg *r)
{
	for (const struct entry *en = r->entries; en; en = en->next)
		if (en->call || (en->there && !en->maint))
			return false;
	return true;
}

void reg_left(struct reg *r)
{
	struct entry **at = &r->entries;

	while (*at) {
		struct entry *en = *at;

		if (!en->removed || en->there || en->call) {
			at = &en->next;
			continue;
		}
		*at = en->next;
		entry_free(en);
	}
	if (r->stopping && !r->draining && all_left(r))
		reg_drain(r);
}

static int add_all(struct reg *r, struct entry **fresh, struct err *e)
{
	struct entry **tail = fresh;

	for (size_t i = 0; i < r->conf.n; i++) {
		if (entry_new(r, &r->conf.services[i], tail, e) < 0)
			return -1;
		tail = &(*tail)->next;
	}
	return 0;
}

static void free_list(struct entry *en)
{
	while (en) {
		struct entry *next = en->next;

		entry_free(en);
		en = next;
	}
}

int reg_start(struct reg **out, const struct reg_opts *o, struct reg_conf *c,
	      struct err *e)
{
	struct reg *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(e);
	r->o = *o;
	if (!r->o.ttl)
		r->o.ttl = REG_TTL;
	r->conf = *c;
	if (add_all(r, &r->entries, e) < 0) {
		free_list(r->entries);
		*c = r->conf;
		free(r);
		return -1;
	}
	*c = (struct reg_conf){0};
	*out = r;
	reg_view_open(r);
	for (struct entry *en = r->entries; en; en = en->next)
		entry_begin(en);
	reg_sweep(r);
	reg_settled(r);
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

bool reg_check_same(const struct reg_check *a, const struct reg_check *b)
{
	return !strcmp(a->id, b->id) && val_deep_equal(&a->agent, &b->agent) &&
	       val_deep_equal(&a->ours, &b->ours);
}

/* Equal definitions: the same registration and the same checks. */
static bool same(const struct reg_service *a, const struct reg_service *b)
{
	if (strcmp(a->id, b->id) || a->nchecks != b->nchecks ||
	    !val_deep_equal(&a->body, &b->body) || a->drain != b->drain ||
	    a->drain_connections != b->drain_connections ||
	    !same_text(a->supervise, b->supervise) ||
	    !same_text(a->token, b->token))
		return false;
	for (size_t i = 0; i < a->nchecks; i++)
		if (!reg_check_same(&a->checks[i], &b->checks[i]))
			return false;
	return true;
}

struct entry *entry_find(const struct reg *r, const char *id)
{
	for (struct entry *en = r->entries; en; en = en->next)
		if (!en->removed && !strcmp(en->s->id, id))
			return en;
	return NULL;
}

/* A changed service keeps its place in the store and its history: the new
 * entry registers over the old one. */
static void replace(struct entry *old, struct entry *en)
{
	entry_inherit(en, old);
	old->removed = true;
	old->there = false; /* not ours to remove any more */
	store_cancel(old->call);
	old->call = NULL;
}

/* Leaving may free entries (reg_left), so the walk starts again each time. */
static void leave(struct reg *r, bool all)
{
	for (struct entry *en = r->entries; en;) {
		if ((all || en->removed) && !en->leaving) {
			en->leaving = true;
			entry_leave(en);
			en = r->entries;
			continue;
		}
		en = en->next;
	}
}

/* Definitions that no entry points into any more. */
static void free_old(struct reg *r)
{
	struct reg_old **at = &r->old;

	while (*at) {
		struct reg_old *o = *at;
		const struct entry *en = r->entries;

		while (en && !(en->s >= o->conf.services &&
			       en->s < o->conf.services + o->conf.n))
			en = en->next;
		if (en) {
			at = &o->next;
			continue;
		}
		*at = o->next;
		reg_conf_free(&o->conf);
		free(o);
	}
}

int reg_reload(struct reg *r, struct reg_conf *c, struct err *e)
{
	struct reg_old *kept;
	struct entry *fresh = NULL, *en, *next;

	if (r->stopping) { /* nothing is registered any more */
		reg_conf_free(c);
		return 0;
	}
	kept = calloc(1, sizeof(*kept));
	if (!kept)
		return err_nomem(e);
	kept->conf = r->conf;
	r->conf = *c;
	if (add_all(r, &fresh, e) < 0) {
		free_list(fresh);
		*c = r->conf;
		r->conf = kept->conf;
		free(kept);
		return -1;
	}
	*c = (struct reg_conf){0};
	/* entries that stay still point into the old definitions */
	kept->next = r->old;
	r->old = kept;
	for (en = r->entries; en; en = en->next) {
		bool defined = false;

		for (size_t i = 0; i < r->conf.n; i++)
			defined |= !strcmp(r->conf.services[i].id, en->s->id);
		if (!defined)
			en->removed = true;
	}
	for (en = fresh; en; en = next) {
		struct entry *old = entry_find(r, en->s->id);

		next = en->next;
		en->next = NULL;
		if (old && same(old->s, en->s)) {
			entry_free(en);
			continue;
		}
		if (old)
			replace(old, en);
		en->next = r->entries;
		r->entries = en;
		entry_begin(en);
	}
	leave(r, false);
	free_old(r);
	reg_view_soon(r);
	return 0;
}

void reg_refresh(struct reg *r)
{
	for (struct entry *en = r->entries; !r->stopping && en; en = en->next) {
		en->stale = true; /* also when a request is under way */
		loop_timer_unset(&en->timer);
		en->retry_ms = 0;
		en->refused = false;
		entry_pump(en);
	}
}

/* The store does not take us out in time: the stop goes on, the TTL of the
 * registrar's check does the rest. */
static void give_up(struct loop_timer *t)
{
	struct reg *r = t->ctx;

	for (struct entry *en = r->entries; en; en = en->next) {
		if (!en->call && (!en->there || en->maint))
			continue;
		log_warn("register",
			 "%s is still registered: the store did "
			 "not answer in time",
			 en->s->id);
		store_cancel(en->call);
		en->call = NULL;
		loop_timer_unset(&en->timer);
		en->there = false;
	}
	reg_left(r);
}

void reg_stop(struct reg *r)
{
	if (r->stopping) { /* the wait alone: deregistration comes first */
		r->skip_drain = true;
		if (r->draining)
			reg_drain(r);
		return;
	}
	r->stopping = true;
	loop_timer_unset(&r->sweep_timer);
	reg_view_soon(r);
	loop_timer_set(r->o.loop, &r->drain_timer,
		       clock_mono_ms() + REG_LEAVE_MS, give_up, r);
	for (struct entry *en = r->entries; en; en = en->next)
		en->leaving = false;
	leave(r, true);
	reg_left(r);
}

void reg_free(struct reg *r)
{
	if (!r)
		return;
	store_cancel(r->sweep);
	loop_timer_unset(&r->sweep_timer);
	loop_timer_unset(&r->drain_timer);
	loop_timer_unset(&r->view_timer);
	free_list(r->entries);
	reg_view_close(r);
	reg_conf_free(&r->conf);
	while (r->old) {
		struct reg_old *next = r->old->next;

		reg_conf_free(&r->old->conf);
		free(r->old);
		r->old = next;
	}
	free(r);
}

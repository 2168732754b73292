// SPDX-License-Identifier: MIT
/* entry - one service: what should be in the store, and the next request that
 * brings the store nearer to it. All changes end in entry_pump. */
#include <stdlib.h>
#include <string.h>

#include "register/engine.h"

static void on_timer(struct loop_timer *t)
{
	entry_pump(t->ctx);
}

/* Another service may mirror this one: it looks at once. */
static void wake_aliases(const struct entry *en)
{
	for (struct entry *o = en->reg->entries; o; o = o->next)
		for (size_t i = POINT_CHECKS; i < o->npoints; i++)
			if (o != en && o->points[i].def->alias && !o->call &&
			    !o->retry_ms)
				loop_timer_set(o->reg->o.loop, &o->timer, 0,
					       on_timer, o);
}

static void point_set(struct point *p, enum reg_state state, const char *output)
{
	const char *old = p->output ? p->output : "";
	char *copy;

	if (p->state == state && !strcmp(old, output))
		return;
	copy = strdup(output);
	if (!copy && *output)
		return; /* the next verdict comes soon */
	free(p->output);
	p->output = copy;
	p->state = state;
	p->dirty = true;
	reg_view_soon(p->entry->reg);
	wake_aliases(p->entry);
}

static void on_verdict(void *ctx, enum reg_state state, const char *output)
{
	struct point *p = ctx;
	struct entry *en = p->entry;
	bool ready = en->following &&
		     en->points[POINT_PROCESS].state == REG_PASSING;

	point_set(p, state, output);
	if (ready && state == REG_PASSING)
		p->good = true;
	if (ready && state == REG_CRITICAL && p->good) {
		p->good = false;
		reg_unhealthy(en->reg, en->follow.dir, en->s->id);
	}
	entry_pump(en);
}

/* Another process, or none: that it does not pass yet is no reason to act. */
static void not_good(struct entry *en)
{
	for (size_t i = POINT_CHECKS; i < en->npoints; i++)
		en->points[i].good = false;
}

static void probes_start(struct entry *en)
{
	const struct reg_hooks *h = en->reg->conf.hooks;
	struct err e;

	if (en->reg->o.agent_checks)
		return;
	for (size_t i = POINT_CHECKS; i < en->npoints; i++) {
		struct point *p = &en->points[i];

		if (p->probe || p->def->foreign || p->def->alias)
			continue;
		if (h->start(h->ctx, p->def, on_verdict, p, &p->probe, &e) < 0) {
			log_error("register", "check %s: %s", p->id, e.text);
			point_set(p, REG_CRITICAL, e.text);
		}
	}
}

static void probes_stop(struct entry *en)
{
	const struct reg_hooks *h = en->reg->conf.hooks;

	for (size_t i = POINT_CHECKS; i < en->npoints; i++) {
		if (en->points[i].probe)
			h->stop(h->ctx, en->points[i].probe);
		en->points[i].probe = NULL;
	}
}

/* A death is said before any later state, so it is kept apart; unless the
 * store does not have the service, where nobody saw it live. */
static void died(struct entry *en, const char *text)
{
	free(en->death);
	en->death = en->there || en->call ? strdup(text) : NULL;
	en->death_sent = false;
	point_set(&en->points[POINT_PROCESS], REG_CRITICAL, text);
	log_info("register", "service %s: %s", en->s->id, text);
}

static void on_follow(void *ctx, enum follow_event ev, const char *text)
{
	struct entry *en = ctx;
	struct point *p = &en->points[POINT_PROCESS];

	en->down = ev == FOLLOW_STOPPED;
	if (ev != FOLLOW_READY)
		not_good(en);
	switch (ev) {
	case FOLLOW_READY:
		en->wanted = !en->reg->stopping && !en->removed;
		point_set(p, REG_PASSING, "up");
		probes_start(en);
		break;
	case FOLLOW_STARTED:
		point_set(p, REG_CRITICAL, text);
		break;
	case FOLLOW_DIED:
		died(en, text);
		break;
	case FOLLOW_STOPPED:
		en->wanted = false;
		probes_stop(en);
		point_set(p, REG_CRITICAL, "down by order");
		break;
	}
	reg_view_soon(en->reg);
	entry_pump(en);
}

int entry_new(struct reg *r, struct reg_service *s, struct entry **out,
	      struct err *e)
{
	struct entry *en = calloc(1, sizeof(*en));
	size_t n = POINT_CHECKS + s->nchecks;
	struct arena *a = &r->conf.arena;

	if (!en || !(en->points = calloc(n, sizeof(*en->points)))) {
		free(en);
		return err_nomem(e);
	}
	en->reg = r;
	en->s = s;
	en->npoints = n;
	for (size_t i = 0; i < n; i++)
		en->points[i].entry = en;
	en->points[POINT_REGISTRAR].id = arena_printf(a, "%s:registrar", s->id);
	en->points[POINT_REGISTRAR].name = "registrar";
	en->points[POINT_PROCESS].id = arena_printf(a, "%s:process", s->id);
	en->points[POINT_PROCESS].name = "process";
	en->points[POINT_PROCESS].state = REG_CRITICAL;
	for (size_t i = 0; i < s->nchecks; i++) {
		struct point *p = &en->points[POINT_CHECKS + i];

		p->def = &s->checks[i];
		p->id = p->def->id;
		p->name = p->def->name;
		p->state = p->def->initial;
	}
	*out = en;
	return 0;
}

static bool has_check(const struct entry *en, const char *id)
{
	for (size_t i = 0; i < en->npoints; i++)
		if (!en->points[i].off && !strcmp(en->points[i].id, id))
			return true;
	return false;
}

void entry_drop(struct entry *en, const char *id)
{
	/* without memory it stays, as a check that nobody updates */
	if (!has_check(en, id) && !strlist_has(&en->drop, id))
		(void)!strlist_add(&en->drop, id);
}

void entry_inherit(struct entry *en, struct entry *old)
{
	en->there = old->there || old->call;
	en->stale = true;
	en->settled = old->settled;
	en->death = old->death;
	old->death = NULL;
	/* registering over it leaves the checks that it has no more */
	for (size_t k = POINT_CHECKS; k < old->npoints; k++)
		entry_drop(en, old->points[k].id);
	for (size_t k = 0; k < old->drop.n; k++)
		entry_drop(en, old->drop.items[k]);
	for (size_t i = POINT_CHECKS; i < en->npoints; i++) {
		struct point *p = &en->points[i], *was;

		for (size_t k = POINT_CHECKS; k < old->npoints; k++) {
			was = &old->points[k];
			if (!reg_check_same(p->def, was->def))
				continue;
			p->state = was->state;
			p->good = was->good;
			p->output = was->output;
			was->output = NULL;
			break;
		}
	}
}

void entry_begin(struct entry *en)
{
	const char *dir = en->s->supervise ? en->s->supervise : en->s->name;

	if (en->reg->o.scandir &&
	    follow_start(&en->follow, en->reg->o.loop, en->reg->o.scandir, dir,
			 on_follow, en)) {
		en->following = true;
		return;
	}
	if (en->s->supervise)
		log_warn("register", "service %s: no service directory %s",
			 en->s->id, en->s->supervise);
	en->points[POINT_PROCESS].off = true;
	en->wanted = true;
	probes_start(en);
	entry_pump(en);
}

void entry_free(struct entry *en)
{
	if (en->following)
		follow_stop(&en->follow);
	probes_stop(en);
	loop_timer_unset(&en->timer);
	store_cancel(en->call);
	for (size_t i = 0; i < en->npoints; i++)
		free(en->points[i].output);
	free(en->points);
	free(en->death);
	strlist_free(&en->drop);
	free(en);
}

/* No longer to be in the store: stop, or no longer defined. */
void entry_leave(struct entry *en)
{
	en->wanted = false;
	if (en->following)
		follow_stop(&en->follow);
	en->following = false;
	probes_stop(en);
	if (!en->call) { /* do not wait out a pause between tries */
		loop_timer_unset(&en->timer);
		en->retry_ms = 0;
		en->refused = false;
	}
	entry_pump(en);
}

enum reg_state entry_state(const struct entry *en)
{
	enum reg_state worst = REG_PASSING;

	for (size_t i = 0; i < en->npoints; i++)
		if (!en->points[i].off && en->points[i].state > worst)
			worst = en->points[i].state;
	return worst;
}

/* Aliases mirror the worst check of the service that they name. */
static void alias(struct entry *en)
{
	for (size_t i = POINT_CHECKS; i < en->npoints; i++) {
		struct point *p = &en->points[i];
		struct entry *o = en->reg->entries;

		if (!p->def->alias)
			continue;
		while (o && (o == en || (strcmp(o->s->id, p->def->alias) &&
					 strcmp(o->s->name, p->def->alias))))
			o = o->next;
		if (o)
			point_set(p, entry_state(o),
				  reg_state_name(entry_state(o)));
		else
			point_set(p, REG_CRITICAL, "no such service");
	}
}

static int64_t beat_ms(const struct entry *en)
{
	return dur_ms(en->reg->o.ttl) / 3;
}

/* When this entry has to be looked at again without an event. */
static void sleep_until_due(struct entry *en, int64_t now)
{
	int64_t at = CLOCK_NEVER;

	for (size_t i = 0; i < en->npoints; i++) {
		const struct point *p = &en->points[i];
		int64_t due =
			p->said_ms +
			(i == POINT_REGISTRAR ? beat_ms(en) : REG_ASSERT_MS);

		if (!p->off && !(p->def && p->def->foreign) && due < at)
			at = due;
	}
	if (!en->there)
		at = CLOCK_NEVER;
	if (at < now)
		at = now;
	loop_timer_set(en->reg->o.loop, &en->timer, at, on_timer, en);
}

/* The check that should be said now; npoints = none. */
static size_t next_point(const struct entry *en, int64_t now)
{
	if (en->death)
		return POINT_PROCESS;
	for (size_t i = 0; i < en->npoints; i++) {
		const struct point *p = &en->points[i];
		int64_t every =
			i == POINT_REGISTRAR ? beat_ms(en) : REG_ASSERT_MS;

		if (p->off || (p->def && p->def->foreign) ||
		    (p->def && en->reg->o.agent_checks))
			continue;
		if (p->dirty || now - p->said_ms >= every)
			return i;
	}
	return en->npoints;
}

void entry_pump(struct entry *en)
{
	int64_t now = clock_mono_ms();
	size_t i;

	if (en->call || (en->retry_ms && loop_timer_is_set(&en->timer) &&
			 en->timer.at > now))
		return;
	alias(en);
	if (!en->wanted && en->there) {
		bool maint = en->reg->stopping && !en->removed &&
			     en->reg->o.drain_mode == REG_DRAIN_MAINTENANCE;

		if (maint && en->maint)
			return;
		entry_send(en, maint ? OP_MAINT : OP_DEREGISTER, 0);
		return;
	}
	if (!en->wanted) {
		loop_timer_unset(&en->timer);
		reg_left(en->reg); /* may free this entry */
		return;
	}
	if (!en->there || (en->stale && !en->death)) {
		entry_send(en, OP_REGISTER, 0);
		return;
	}
	if (en->drop.n) {
		entry_send(en, OP_DROP, 0);
		return;
	}
	if (en->unmaint) {
		entry_send(en, OP_UNMAINT, 0);
		return;
	}
	i = next_point(en, now);
	if (i < en->npoints)
		entry_send(en, OP_CHECK, i);
	else
		sleep_until_due(en, now);
}

// SPDX-License-Identifier: MIT
/* group - see render/group.h. The recursive query is a view of its own that no
 * template uses (the group's `poll`): retries, indexes, stale answers and the
 * pace are those of every view. */
#include "render/group_inner.h"

#include <stdlib.h>
#include <string.h>

#include "funcs/shape.h"

/* --- members --- */

int group_by_key(const void *a, const void *b)
{
	struct view *const *x = a, *const *y = b;

	return strcmp((*x)->q->name, (*y)->q->name);
}

static void sort(struct group *g)
{
	if (!g->sorted && g->n > 1)
		qsort(g->members, g->n, sizeof(*g->members), group_by_key);
	g->sorted = true;
}

/* The first member with this key; a kv.get and a kv.block of the same key may
 * stand side by side. */
static size_t find(const struct group *g, struct str key)
{
	size_t lo = 0, hi = g->n;

	/* Consul sorts in the same way: mostly it is the next one. */
	if (g->hint < hi && str_eq(str_of(g->members[g->hint]->q->name), key))
		return g->hint;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (str_cmp(str_of(g->members[mid]->q->name), key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool group_same_place(const struct tmpl_query *a, const struct tmpl_query *b)
{
	return !strcmp(a->dc, b->dc) && !strcmp(a->ns, b->ns) &&
	       !strcmp(a->partition, b->partition);
}

void group_join(struct group *g, struct view *v)
{
	if (vec_push(&g->members, &g->n, &g->cap, v, 0) < 0)
		return; /* it goes on alone */
	loop_timer_unset(&v->timer);
	v->source->cancel(v);
	v->group = g;
	v->modify = 0;
	v->scan = 0;
	v->gone = false;
	g->sorted = false;
}

/* It is asked for by itself again. */
static void release(struct view *v)
{
	v->group = NULL;
	v->index = 0;
	v->fetched = false;
	if (!v->done)
		view_again(v, 0);
}

static void on_dissolve(struct loop_timer *t);

static void dissolve_later(struct group *g)
{
	g->dissolving = true;
	loop_timer_set(g->r->loop, &g->timer, clock_mono_ms(), on_dissolve, g);
}

void group_leave(struct view *v)
{
	struct group *g = v->group;

	if (v->store) /* is being confirmed */
		g->confirming--;
	g->hint = 0;
	for (size_t i = 0; i < g->n; i++)
		if (g->members[i] == v) {
			memmove(&g->members[i], &g->members[i + 1],
				(--g->n - i) * sizeof(*g->members));
			break;
		}
	for (size_t i = 0; i < g->nchanges; i++)
		if (g->changes[i].v == v)
			g->changes[i].v = NULL;
	v->group = NULL;
	if (g->n < GROUP_MIN / 2 && !g->dissolving)
		dissolve_later(g);
}

static void dissolve(struct group *g)
{
	log_debug("view", "kv.list(%s): %zu keys are asked for singly again",
		  g->prefix, g->n);
	while (g->n)
		release(g->members[--g->n]);
	if (g->poll)
		view_free(g->poll);
	g->poll = NULL;
	g->dissolving = false;
	g->rest_until = clock_mono_ms() + GROUP_REST_MS;
}

static void on_dissolve(struct loop_timer *t)
{
	dissolve(t->ctx);
}

/* --- keys that the recursive answer leaves out --- */

static void confirm_more(struct group *g);

static void on_single(void *ctx, struct store_reply *r)
{
	struct view *v = ctx;
	struct group *g = v->group;
	struct view_news n = {.absent = true, .known_leader = true};

	v->store = NULL;
	g->confirming--;
	if (r->err && !r->status)
		return; /* no contact: again after the next answer */
	if (r->err || !r->absent) {
		/* There, but not to be listed: it stays alone. */
		group_leave(v);
		v->alone = true;
		release(v);
	} else {
		v->gone = true;
		view_member(v, &n);
	}
	confirm_more(g);
}

static void confirm(struct view *v)
{
	struct store_ask ask = {.stale = v->r->conf->max_stale != 0};
	struct err e;

	if (store_fetch(v->r->store, v->q, &ask, on_single, v, &v->store, &e) ==
	    0)
		v->group->confirming++;
}

static void confirm_more(struct group *g)
{
	for (size_t i = 0; i < g->n && g->confirming < GROUP_CONFIRM; i++) {
		struct view *v = g->members[i];

		if (v->scan < g->answered && !v->gone && !v->store && !v->done)
			confirm(v);
	}
}

/* --- the recursive query --- */

static void note(struct group *g, struct view *v, uint64_t modify,
		 struct str value)
{
	struct change c = {.v = v, .modify = modify};

	if (consul_base64(&g->arena, value, &c.text) < 0)
		return;
	(void)!vec_push(&g->changes, &g->nchanges, &g->changes_cap, c, 0);
}

static void on_key(void *ctx, struct str key, uint64_t modify, struct str value)
{
	struct group *g = ((struct view *)ctx)->own;

	g->keys++;
	for (size_t i = find(g, key);
	     i < g->n && str_eq(str_of(g->members[i]->q->name), key); i++) {
		struct view *v = g->members[i];

		g->hint = i + 1;
		v->scan = g->scan;
		v->gone = false;
		/* A new index with an equal ModifyIndex is no change. */
		if (!v->received || v->absent || v->modify != modify)
			note(g, v, modify, value);
	}
}

void group_drop_changes(struct group *g)
{
	arena_free(&g->arena);
	g->nchanges = 0;
}

static void apply(struct group *g)
{
	for (size_t i = 0; i < g->nchanges; i++) {
		struct change *c = &g->changes[i];
		struct view_news n = {.data = val_str(c->text),
				      .known_leader = true};

		if (!c->v)
			continue;
		c->v->modify = c->modify;
		view_member(c->v, &n);
	}
	group_drop_changes(g);
}

/* Whether the answer may be used: the rules of every view. */
static bool usable(const struct view *p, const struct consul_reply *r)
{
	const struct render_config *c = p->r->conf;

	return r->known_leader && r->have_index && r->index >= p->index &&
	       !(c->max_stale && !p->no_stale &&
		 r->last_contact_ms * DUR_MS > c->max_stale);
}

static bool pays(const struct group *g, const struct consul_reply *r)
{
	size_t share = g->scan == 1 ? GROUP_SHARE : 2 * GROUP_SHARE;
	size_t bytes = g->scan == 1 ? GROUP_BYTES : 2 * GROUP_BYTES;

	return g->n * share >= g->keys && r->bytes <= bytes;
}

static void on_answer(void *ctx, struct consul_reply *r)
{
	struct view *p = ctx;
	struct group *g = p->own;
	struct view_news n = {
		.index = r->have_index ? r->index : 0,
		.last_contact_ms = r->last_contact_ms,
		.known_leader = r->known_leader,
	};

	g->call = NULL;
	if (r->too_large || r->status == 403 || (!r->err && !pays(g, r))) {
		group_drop_changes(g);
		dissolve_later(g);
		return;
	}
	if (r->err) {
		group_drop_changes(g);
		if (!r->status)
			view_lost(p);
		view_failed(p, r->err->text, false);
		return;
	}
	if (usable(p, r)) {
		g->answered = g->scan;
		apply(g);
		confirm_more(g);
	} else {
		group_drop_changes(g);
	}
	view_got(p, &n);
}

static void fetch(struct view *p)
{
	struct group *g = p->own;
	const struct render_config *c = p->r->conf;
	struct consul_ask ask = {
		.index = p->index,
		.wait_ms = dur_ms(c->block_query_wait),
		.stale = c->max_stale && !p->no_stale && !p->doubt,
		.consistent = p->doubt,
		.max_body = 2 * GROUP_BYTES,
	};
	struct err e;

	sort(g);
	g->hint = 0;
	g->scan++;
	g->keys = 0;
	group_drop_changes(g);
	if (consul_keys(store_consul(p->r->store), p->q, &ask, on_key,
			on_answer, p, &g->call, &e) < 0)
		view_failed(p, e.text, false);
}

static void cancel(struct view *p)
{
	struct group *g = p->own;

	if (!g) /* the group has gone before its query */
		return;
	consul_cancel(g->call);
	g->call = NULL;
}

static const struct render_retry *retry(const struct runner *r)
{
	return &r->conf->consul.retry;
}

const struct view_source group_source = {retry, fetch, cancel};

void groups_close(struct runner *r)
{
	struct group *g;

	while ((g = r->groups)) {
		r->groups = g->next;
		if (g->poll)
			g->poll->own = NULL;
		for (size_t i = 0; i < g->n; i++)
			g->members[i]->group = NULL;
		loop_timer_unset(&g->timer);
		consul_cancel(g->call);
		g->call = NULL;
		arena_free(&g->arena);
		free(g->changes);
		free(g->members);
		free(g->prefix);
		free(g);
	}
}

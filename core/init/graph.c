// SPDX-License-Identifier: MIT
/* graph.c - names become edges, edges become an order, and the order is walked
 * forward to start and backward to stop. Each walk looks at everything: what
 * has changed since the last one needs no bookkeeping that could be wrong. */
#include "init/graph.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 16 << 20, CHAIN_TEXT = 512 };

struct node *graph_find(const struct graph *g, const char *name)
{
	size_t from = 0, to = g->n;

	while (from < to) {
		size_t i = (from + to) / 2;
		int c = strcmp(name, g->node[i].name);

		if (!c)
			return &g->node[i];
		if (c < 0)
			to = i;
		else
			from = i + 1;
	}
	return NULL;
}

/* --- edges --- */

struct edges {
	struct edge *items;
	size_t n, cap;
	bool *content; /* beside each: a bundle's member */
	size_t contents, content_cap;
};

static int add(struct edges *v, unsigned from, unsigned to, enum edge_kind kind,
	       bool content, struct err *e)
{
	struct edge x = {from, to, kind};

	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].from == from && v->items[i].to == to &&
		    v->items[i].kind == kind)
			return 0;
	if (vec_push(&v->items, &v->n, &v->cap, x, GRAPH_EDGES) < 0 ||
	    vec_push(&v->content, &v->contents, &v->content_cap, content,
		     GRAPH_EDGES) < 0)
		return err_nomem(e);
	return 0;
}

static int resolve(struct load *l, struct edges *v, struct err *e)
{
	const struct graph *g = l->g;

	for (size_t i = 0; i < l->raws; i++) {
		const struct raw_edge *r = &l->raw[i];
		const struct node *to = graph_find(g, r->to);

		if (to) {
			if (add(v, r->from, (unsigned)(to - g->node), r->kind,
				r->content, e) < 0)
				return -1;
		} else if (r->kind == EDGE_NEEDS) {
			say_line("init: fatal: %s: unknown name in %s: %s",
				 g->node[r->from].name,
				 r->content ? "contents.d" : "dependencies.d",
				 r->to);
			l->wrong++;
		}
	}
	return 0;
}

/* What a bundle depends on, its members do. The list grows meanwhile, so that
 * bundles in bundles are done too. */
static int inherit(struct load *l, struct edges *v, struct err *e)
{
	for (size_t i = 0; i < v->n; i++) {
		struct edge need = v->items[i];

		if (v->content[i] || need.kind != EDGE_NEEDS ||
		    l->g->node[need.from].type != NODE_BUNDLE)
			continue;
		for (size_t k = 0; k < v->n; k++) {
			struct edge m = v->items[k];

			if (v->content[k] && m.from == need.from &&
			    m.to != need.to &&
			    add(v, m.to, need.to, EDGE_NEEDS, false, e) < 0)
				return -1;
		}
	}
	return 0;
}

/* Marks (held) all that needs node `root`, itself too. */
static void mark_users(struct graph *g, const struct edges *v, unsigned root)
{
	bool more = true;

	for (size_t i = 0; i < g->n; i++)
		g->node[i].held = i == root;
	while (more) {
		more = false;
		for (size_t i = 0; i < v->n; i++) {
			const struct edge *x = &v->items[i];

			if (x->kind != EDGE_NEEDS || !g->node[x->to].held ||
			    g->node[x->from].held)
				continue;
			more = g->node[x->from].held = true;
		}
	}
}

static bool is_star(const struct load *l, unsigned node)
{
	for (size_t i = 0; i < l->raws; i++)
		if (l->raw[i].from == node && l->raw[i].kind == EDGE_STOPS &&
		    !strcmp(l->raw[i].to, "*"))
			return true;
	return false;
}

/* `*` in stop-after: before all but its users and others of this kind. */
static int stars(struct load *l, struct edges *v, struct err *e)
{
	struct graph *g = l->g;

	for (unsigned r = 0; r < g->n; r++) {
		if (!g->node[r].first_to_stop || !is_star(l, r))
			continue;
		mark_users(g, v, r);
		for (unsigned x = 0; x < g->n; x++)
			if (!g->node[x].held && !is_star(l, x) &&
			    add(v, r, x, EDGE_STOPS, false, e) < 0)
				return -1;
	}
	return 0;
}

static bool stops_before(const struct edges *v, unsigned a, unsigned b)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].from == a && v->items[i].to == b &&
		    v->items[i].kind == EDGE_STOPS)
			return true;
	return false;
}

/* CMD waits for the boot, but not for those that are to stop before it. */
static int cmd_last(struct load *l, struct edges *v, struct err *e)
{
	struct graph *g = l->g;
	const struct node *cmd = graph_find(g, NODE_CMD);
	unsigned c;

	if (!cmd)
		return 0;
	c = (unsigned)(cmd - g->node);
	mark_users(g, v, c);
	for (unsigned x = 0; x < g->n; x++)
		if (!g->node[x].held && !stops_before(v, x, c) &&
		    add(v, c, x, EDGE_WAITS, false, e) < 0)
			return -1;
	return 0;
}

/* --- the order --- */

static int by_from(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->from != y->from ? (x->from < y->from ? -1 : 1)
	       : x->to != y->to	  ? (x->to < y->to ? -1 : 1)
				  : 0;
}

#define EACH_EDGE(g, nd, x)                                                    \
	for (const struct edge *x = (g)->edge + (nd)->edges;                   \
	     x < (g)->edge + (nd)->edges + (nd)->nedges; x++)

static int keep_edges(struct graph *g, const struct edges *v, struct err *e)
{
	g->edges = v->n;
	g->edge = arena_array(&g->arena, v->n + 1, sizeof(*g->edge));
	g->order = arena_array(&g->arena, g->n + 1, sizeof(*g->order));
	if (!g->edge || !g->order)
		return err_nomem(e);
	if (v->n) {
		memcpy(g->edge, v->items, v->n * sizeof(*g->edge));
		qsort(g->edge, v->n, sizeof(*g->edge), by_from);
	}
	for (unsigned i = 0; i < v->n; i++) {
		struct node *n = &g->node[g->edge[i].from];

		if (!n->nedges++)
			n->edges = i;
	}
	return 0;
}

/* While the order is made, held = not placed yet. */
static const struct edge *obstacle(const struct graph *g, const struct node *n,
				   bool hard)
{
	EACH_EDGE(g, n, x)
		if (g->node[x->to].held && (!hard || x->kind != EDGE_STOPS))
			return x;
	return NULL;
}

static size_t place(struct graph *g, size_t placed, bool hard)
{
	size_t before;

	do {
		before = placed;
		for (unsigned i = 0; i < g->n; i++) {
			struct node *n = &g->node[i];

			if (!n->held || obstacle(g, n, hard))
				continue;
			n->held = false;
			g->order[placed++] = i;
			if (hard)
				return placed;
		}
	} while (placed > before);
	return placed;
}

/* Says one cycle among those that are not placed, and places its members. */
static size_t say_cycle(struct graph *g, size_t placed)
{
	char text[CHAIN_TEXT];
	size_t len = 0;
	unsigned at = 0, begin;

	while (!g->node[at].held)
		at++;
	/* So many steps lead into the cycle. */
	for (size_t i = 0; i < g->n; i++)
		at = obstacle(g, &g->node[at], true)->to;
	begin = at;
	text[0] = '\0';
	do {
		int n = snprintf(text + len, sizeof(text) - len, "%s -> ",
				 g->node[at].name);

		len += n > 0 && (size_t)n < sizeof(text) - len ? (size_t)n : 0;
		at = obstacle(g, &g->node[at], true)->to;
	} while (at != begin);
	say_line("init: fatal: dependency cycle: %s%s", text,
		 g->node[begin].name);
	do {
		unsigned next = obstacle(g, &g->node[at], true)->to;

		g->order[placed++] = at;
		g->node[at].held = false;
		at = next;
	} while (g->node[at].held && obstacle(g, &g->node[at], true));
	return placed;
}

/* Stop-only edges give way when they contradict the others. */
static void make_order(struct load *l)
{
	struct graph *g = l->g;
	size_t placed = 0, now;

	for (size_t i = 0; i < g->n; i++)
		g->node[i].held = true;
	while (placed < g->n) {
		placed = place(g, placed, false);
		if (placed == g->n)
			break;
		now = place(g, placed, true);
		if (now > placed) {
			placed = now;
			continue;
		}
		placed = say_cycle(g, placed);
		l->wrong++;
	}
}

/* --- loading --- */

static int build(struct load *l, struct edges *v, struct err *e)
{
	struct graph *g = l->g;

	if (load_nodes(l, e) < 0 || load_edges(l, e) < 0 ||
	    resolve(l, v, e) < 0 || inherit(l, v, e) < 0 ||
	    stars(l, v, e) < 0 || cmd_last(l, v, e) < 0 ||
	    keep_edges(g, v, e) < 0)
		return -1;
	make_order(l);
	if (l->wrong) {
		err_set(e, 0, "nothing is started");
		e->num = EINVAL;
		return -1;
	}
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].normally_down)
			g->node[i].wanted = false;
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].wanted)
			graph_want(g, &g->node[i]);
	return 0;
}

int graph_load(struct graph *g, int dir, struct err *e)
{
	struct load l = {.g = g, .dir = dir};
	struct edges v = {0};
	int r;

	arena_init(&g->arena, ARENA_MAX);
	g->node = NULL;
	g->n = 0;
	r = build(&l, &v, e);
	free(l.raw);
	free(v.items);
	free(v.content);
	return r;
}

void graph_free(struct graph *g)
{
	arena_free(&g->arena);
	g->n = 0;
}

/* --- up --- */

void graph_want(struct graph *g, struct node *n)
{
	n->wanted = true;
	for (size_t i = g->n; i-- > 0;) {
		const struct node *x = &g->node[g->order[i]];

		if (!x->wanted)
			continue;
		EACH_EDGE(g, x, ed)
			if (ed->kind == EDGE_NEEDS)
				g->node[ed->to].wanted = true;
	}
}

enum verdict { MAY_START, MUST_WAIT, CANNOT };

static enum verdict judge(const struct graph *g, const struct node *n)
{
	EACH_EDGE(g, n, x) {
		const struct node *to = &g->node[x->to];

		if (x->kind == EDGE_STOPS ||
		    (to->state == NODE_UP && !to->refused) ||
		    (x->kind == EDGE_WAITS &&
		     (!to->wanted || to->kept || to->state == NODE_FAILED)))
			continue;
		return to->state == NODE_FAILED ? CANNOT : MUST_WAIT;
	}
	return MAY_START;
}

static bool is_kept(const struct graph *g, const struct node *n)
{
	if (n->refused)
		return true;
	EACH_EDGE(g, n, x)
		if (n->state == NODE_IDLE && x->kind == EDGE_NEEDS &&
		    g->node[x->to].kept)
			return true;
	return false;
}

void graph_up(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[g->order[i]];
		enum verdict v;

		n->kept = is_kept(g, n);
		if (!n->wanted || n->refused || n->state != NODE_IDLE)
			continue;
		v = judge(g, n);
		if (v == CANNOT) {
			n->state = NODE_FAILED;
		} else if (v == MAY_START && n->type == NODE_BUNDLE) {
			n->state = NODE_UP;
		} else if (v == MAY_START) {
			n->state = NODE_STARTING;
			g->start(g->ctx, n);
		}
	}
}

void graph_fail(struct graph *g, struct node *n)
{
	n->state = NODE_FAILED;
	graph_up(g);
}

bool graph_settled(const struct graph *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].wanted && !g->node[i].kept &&
		    (g->node[i].state == NODE_IDLE ||
		     g->node[i].state == NODE_STARTING))
			return false;
	return true;
}

/* --- down --- */

bool graph_leave(struct graph *g)
{
	bool all = true;

	for (size_t i = 0; i < g->n; i++)
		g->node[i].held = false;
	for (size_t i = g->n; i-- > 0;) {
		struct node *n = &g->node[g->order[i]];

		if (!n->leaves)
			continue;
		if (!n->held && n->state != NODE_DOWN &&
		    n->state != NODE_STOPPING) {
			n->state = NODE_STOPPING;
			g->stop(g->ctx, n);
		}
		if (n->state == NODE_DOWN)
			continue;
		all = false;
		EACH_EDGE(g, n, x)
			g->node[x->to].held = true;
	}
	return all;
}

bool graph_down(struct graph *g, bool first)
{
	bool all = true;

	for (size_t i = 0; i < g->n; i++)
		g->node[i].held = false;
	for (size_t i = g->n; i-- > 0;) {
		struct node *n = &g->node[g->order[i]];
		bool mine = !n->held && (!first || n->first_to_stop);

		if (mine && n->state != NODE_DOWN && n->state != NODE_STOPPING) {
			n->state = NODE_STOPPING;
			g->stop(g->ctx, n);
		}
		if (n->state == NODE_DOWN)
			continue;
		all &= first && !mine;
		EACH_EDGE(g, n, x)
			g->node[x->to].held = true;
	}
	return all;
}

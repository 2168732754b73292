// SPDX-License-Identifier: MIT
/* graph - what init starts and stops, and in which order: nodes, what each
 * depends on, and the two walks (up and down) over them. It knows nothing of
 * processes: whoever runs it says what has become of a node, and is told by
 * callbacks what to do next. Everything is allocated by graph_load; a reload
 * makes another graph. */
#ifndef BASEBOX_INIT_GRAPH_H
#define BASEBOX_INIT_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "supervise.h"

enum { GRAPH_NODES = 4096, GRAPH_EDGES = 65536, GRAPH_RESTARTS = 65536 };

/* The node of a container's CMD. It starts after everything else. */
#define NODE_CMD "cmd"

enum node_type { NODE_LONGRUN, NODE_ONESHOT, NODE_BUNDLE };

enum node_state {
	NODE_IDLE,     /* waits for what it depends on, or is not wanted */
	NODE_STARTING, /* told to start, not ready yet */
	NODE_UP,       /* ready; a oneshot: done; a bundle: all of it */
	NODE_FAILED,   /* it, or what it depends on */
	NODE_STOPPING,
	NODE_DOWN,     /* for good: the container stops */
};

enum restart { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };

/* L/NAME/policy/ as numbers and keywords; the rest is what has been so far. */
struct policy {
	enum restart restart;
	bool essential;
	uint32_t max_restarts, window_ms; /* max 0 = no budget; <= GRAPH_RESTARTS */
	uint32_t backoff_max_ms;          /* 0 = always 1 s */
	uint32_t start_timeout_ms;        /* 0 = none */
	uint64_t success[4];              /* exit codes, one bit each */
	uint32_t failures, nrestarts;
	int64_t *restarts; /* the last max_restarts of them, a ring */
};

struct node {
	const char *name;
	enum node_type type;
	enum node_state state;
	bool wanted;   /* part of the boot, or asked for since */
	bool normally_down;
	bool first_to_stop; /* it has stop-only edges: a registration */
	bool going;    /* its down script runs */
	bool done;     /* oneshot: its up has succeeded */
	bool killed;   /* it had to be */
	bool rests;    /* it ended and its policy does not start it again */
	bool spent;    /* its restarts are used up */
	bool leaves;   /* the sources have it no more */
	bool once;     /* a longrun that is not to be started again */
	bool refused;  /* somebody's last order was down */
	bool kept;     /* that, or something that it needs is kept down so */
	bool held;     /* of a walk */
	char why[48];  /* the reason why it does not run; "" = none known */
	unsigned edges, nedges; /* those that begin here, in graph.edge */
	struct policy policy;
	struct service *service; /* NULL: not supervised */
	struct loop_timer timeout;
};

enum edge_kind {
	EDGE_NEEDS, /* `from` starts after `to` and stops before it */
	EDGE_WAITS, /* the same, but a failure of `to` is no hindrance */
	EDGE_STOPS, /* `from` stops before `to` */
};

struct edge {
	unsigned from, to; /* numbers of nodes */
	enum edge_kind kind;
};

struct graph {
	struct arena arena;
	struct node *node;   /* sorted by name */
	size_t n;
	unsigned *order;     /* numbers of nodes, dependencies first */
	struct edge *edge;   /* sorted by from */
	size_t edges;
	bool lenient;        /* a failure concerns only those that need it */
	/* What is to be done now. */
	void (*start)(void *ctx, struct node *n);
	void (*stop)(void *ctx, struct node *n); /* or graph_is_down at once */
	void *ctx;
};

/* Reads the nodes of a live scandir. Unknown names, cycles and what is no
 * policy are said, one line each; then, or when something cannot be read, -1
 * with e->num EINVAL or errno. */
int graph_load(struct graph *g, int dir, struct err *e) MUST_USE;
void graph_free(struct graph *g);
/* NULL: there is none. */
struct node *graph_find(const struct graph *g, const char *name);

/* Makes this node and all it needs wanted. */
void graph_want(struct graph *g, struct node *n);
/* Starts what can be started now. */
void graph_up(struct graph *g);
/* This one failed, and so did all that needs it. */
void graph_fail(struct graph *g, struct node *n);
/* No wanted node is idle or starting, but for those that an order keeps down
 * and what needs them. */
bool graph_settled(const struct graph *g);

/* From now on, down: stops what nothing holds up any more. `first`: only
 * those that have stop-only edges. true: all (of those) are down. */
bool graph_down(struct graph *g, bool first);

/* Stops those that leave, in order. true: all of them are down. */
bool graph_leave(struct graph *g);

/* --- load.c --- */

/* What graph_load collects. */
struct raw_edge {
	char *to;
	unsigned from;
	enum edge_kind kind;
	bool content; /* `from` is a bundle that holds `to` */
};
struct load {
	struct graph *g;
	int dir;
	size_t cap, edge_cap;
	struct raw_edge *raw;
	size_t raws, raw_cap;
	unsigned wrong; /* things that were said */
};
/* Reads nodes, sorted, and raw edges. */
int load_nodes(struct load *l, struct err *e) MUST_USE;
int load_edges(struct load *l, struct err *e) MUST_USE;
void load_policy(struct load *l, struct node *n);

#endif

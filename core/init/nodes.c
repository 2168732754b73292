// SPDX-License-Identifier: MIT
/* nodes.c - the graph's nodes are services of the supervisor: a longrun as it
 * is, a oneshot as one that runs ./up once and, in the end, ./down once. What
 * happens to a service is noted here; the graph is looked at when the turn of
 * the loop ends, outside the supervisor's own work. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/inner.h"
#include "init/policy.h"

static struct init *init_of(const struct service *s)
{
	return s->sup->hooks.ctx;
}

static bool is_logger(const struct service *s)
{
	const struct half *h = s->owner;

	return h == h->entry->log;
}

/* NULL: a logger, or a service that came later. */
static struct node *node_of(const struct service *s)
{
	const struct half *h = s->owner;

	if (is_logger(s))
		return NULL;
	return graph_find(&init_of(s)->graph, h->entry->name);
}

static void on_timeout(struct loop_timer *t);

/* The budget of restarts begins anew, and what has failed is tried again. */
static void carry(struct init *in, const struct node *o, struct node *n)
{
	n->wanted |= o->wanted;
	n->done = o->done;
	n->once = o->once;
	n->rests = o->rests;
	n->refused = o->refused;
	n->service = o->service;
	memcpy(n->why, o->why, sizeof(n->why));
	n->policy.failures = o->policy.failures;
	if (n->type == NODE_BUNDLE || o->state == NODE_FAILED || o->spent)
		return;
	n->state = o->state;
	if (loop_timer_is_set(&o->timeout))
		loop_timer_set(&in->loop, &n->timeout, o->timeout.at,
			       on_timeout, n);
}

void nodes_carry(struct init *in, const struct graph *old, struct graph *g)
{
	for (struct service *s = in->sup.all; s; s = s->next) {
		const struct half *h = s->owner;
		struct node *n = graph_find(g, h->entry->name);

		/* one that came later and was nobody's */
		if (n && !is_logger(s) && !graph_find(old, n->name)) {
			n->service = s;
			if (s->state == SERVICE_UP)
				n->state = NODE_UP;
		}
	}
	for (size_t i = 0; i < old->n; i++) {
		struct node *o = &old->node[i];
		struct node *n = o->leaves ? NULL : graph_find(g, o->name);

		if (n)
			carry(in, o, n);
		loop_timer_unset(&o->timeout);
	}
}

static bool has(const struct service *s, const char *file)
{
	return s->dir >= 0 && faccessat(s->dir, file, F_OK, 0) == 0;
}

static bool is_cmd(const struct init *in, const struct node *n)
{
	return in->opt->cmd && !strcmp(n->name, NODE_CMD);
}

static bool stopping(const struct init *in)
{
	return in->phase > PHASE_RUN;
}

static void on_walk(struct loop_timer *t)
{
	struct init *in = t->ctx;

	if (stopping(in)) {
		stop_walk(in);
		return;
	}
	if (in->leaving)
		reload_walk(in);
	tell_up(in);
	if (in->booting && graph_settled(&in->graph)) {
		in->booting = false;
		view_soon(in);
	}
}

void nodes_soon(struct init *in)
{
	loop_timer_set(&in->loop, &in->walk, 0, on_walk, in);
}

static void because(struct init *in, struct node *n, const char *why)
{
	snprintf(n->why, sizeof(n->why), "%s", why);
	view_soon(in);
}

static void nothing_wrong(struct init *in, struct node *n)
{
	if (n->why[0])
		because(in, n, "");
}

static void is_down(struct init *in, struct node *n)
{
	n->state = NODE_DOWN;
	tell(in, n, TELL_STOPPED);
	nodes_soon(in);
}

/* --- up --- */

void nodes_boot_failed(struct init *in, struct node *n, const char *why)
{
	bool boot = in->booting && !stopping(in);

	loop_timer_unset(&n->timeout);
	because(in, n, why);
	tell_wrong(in, boot && !in->graph.lenient, n->name, why);
	if (stopping(in))
		return;
	graph_fail(&in->graph, n);
	if (boot && !in->graph.lenient) {
		stop_decide(in, INIT_BOOT);
		stop_begin(in, false);
	}
	nodes_soon(in);
}

static void is_up(struct init *in, struct node *n)
{
	if (n->state != NODE_STARTING && n->state != NODE_FAILED)
		return;
	n->state = NODE_UP;
	tell(in, n, TELL_STARTED);
	nothing_wrong(in, n);
	loop_timer_unset(&n->timeout);
	nodes_soon(in);
}

static void on_timeout(struct loop_timer *t)
{
	struct node *n = t->ctx;
	struct init *in = init_of(n->service);

	if (n->type == NODE_ONESHOT)
		service_force(n->service);
	nodes_boot_failed(in, n, "is not ready in time");
}

static void go(struct init *in, struct node *n)
{
	uint32_t ms = n->policy.start_timeout_ms;

	if (!n->service)
		return;
	tell(in, n, TELL_STARTING);
	if (n->type == NODE_ONESHOT && !has(n->service, "up")) {
		is_up(in, n);
		return;
	}
	if (ms)
		loop_timer_set(&in->loop, &n->timeout, clock_mono_ms() + ms,
			       on_timeout, n);
	if (n->once)
		service_command(n->service, 'o');
	else
		service_go(n->service);
}

static void start_node(void *ctx, struct node *n)
{
	go(ctx, n);
}

/* --- what the supervisor asks --- */

static bool may_start(struct service *s)
{
	struct init *in = init_of(s);
	struct node *n = node_of(s);

	if (!n)
		return !stopping(in) || is_logger(s);
	switch (n->state) {
	case NODE_IDLE: /* it waits; or somebody wants it now */
		n->once = n->type == NODE_LONGRUN && !s->status.want_up;
		graph_want(&in->graph, n);
		nodes_soon(in);
		return false;
	case NODE_FAILED:
		n->state = NODE_STARTING;
		return !stopping(in);
	case NODE_STARTING:
	case NODE_UP:
		return !stopping(in);
	case NODE_STOPPING:
	case NODE_DOWN:
		break;
	}
	return n->going;
}

static void prepare(struct service *s, struct spawn *how)
{
	static char *up[] = {(char *)"up", NULL, NULL};
	static char *down[] = {(char *)"down", NULL, NULL};
	struct init *in = init_of(s);
	struct node *n = node_of(s);

	if (!n)
		return;
	nothing_wrong(in, n);
	if (n->type == NODE_ONESHOT) {
		how->path = n->going ? "./down" : "./up";
		how->argv = n->going ? down : up;
		up[1] = down[1] = (char *)n->name;
	} else if (is_cmd(in, n)) {
		how->path = NULL;
		how->argv = in->opt->cmd;
		how->cwd = in->cwd;
		if (in->tty)
			how->flags = (how->flags & ~(unsigned)SPAWN_SETSID) |
				     SPAWN_SETPGID | SPAWN_FOREGROUND;
	}
}

static int64_t died(struct service *s, int wstat)
{
	struct node *n = node_of(s);
	int64_t now = clock_mono_ms(), pause;

	if (!n)
		return SERVICE_RESTART_MS;
	if (n->type == NODE_ONESHOT)
		return SERVICE_REST;
	pause = policy_died(&n->policy, wstat, now - s->started, now, &n->spent);
	n->rests = pause == SERVICE_REST;
	return pause;
}

/* An order from outside counts for more than the boot: what it keeps down waits
 * for another one, and so does what needs it. */
static void told(struct service *s, bool up)
{
	struct init *in = init_of(s);
	struct node *n = node_of(s);

	if (!n || stopping(in))
		return;
	if (n->refused != !up)
		nodes_soon(in);
	n->refused = !up;
	if (!up)
		loop_timer_unset(&n->timeout);
	if (!up && n->state <= NODE_STARTING && s->state == SERVICE_DOWN) {
		n->state = NODE_IDLE;
		because(in, n, "it was told to stay down");
	} else if (up && n->state == NODE_IDLE) {
		nothing_wrong(in, n);
	} else if (up && n->state == NODE_UP && s->state == SERVICE_DOWN &&
		   n->type == NODE_LONGRUN) {
		n->state = NODE_STARTING;
	}
}

static void unrunnable(struct service *s, int num)
{
	struct init *in = init_of(s);
	struct node *n = node_of(s);

	if (!n)
		return;
	if (n->type == NODE_ONESHOT) {
		service_command(s, 'O');
		if (n->state == NODE_STOPPING) {
			is_down(in, n);
		} else {
			nodes_boot_failed(in, n, strerror(num));
		}
	} else if (n->policy.essential && !stopping(in)) {
		stop_decide(in, num == ENOENT ? 127 : 126);
		stop_begin(in, false);
	} else if (n->state == NODE_STOPPING) {
		is_down(in, n);
	}
}

/* --- the end of a run --- */

static void oneshot_ended(struct init *in, struct node *n, int wstat)
{
	char why[64];

	if (n->state == NODE_STOPPING) {
		if (n->going && wstat)
			tell_wrong(in, false, n->name, "down failed");
		is_down(in, n);
	} else if (wstat == 0) {
		n->done = true;
		is_up(in, n);
	} else if (n->state == NODE_STARTING) {
		snprintf(why, sizeof(why), "up %s %d",
			 WIFSIGNALED(wstat) ? "was ended by signal" : "exited",
			 WIFSIGNALED(wstat) ? WTERMSIG(wstat)
					    : WEXITSTATUS(wstat));
		nodes_boot_failed(in, n, why);
	}
}

static void rests(struct init *in, struct node *n, int code)
{
	static const char *const words[] = {
		[RESTART_ALWAYS] = "its finish lets it rest",
		[RESTART_ON_FAILURE] =
			"its policy restart = on-failure lets it rest",
		[RESTART_NEVER] = "its policy restart = never lets it rest",
	};

	n->rests = false;
	because(in, n,
		n->spent ? "its restarts are used up"
			 : words[n->policy.restart]);
	if (n->spent)
		tell_wrong(in, false, n->name, "too many restarts");
	if (n->policy.essential) {
		stop_decide(in, n->spent && !code ? INIT_RESTARTS : code);
		stop_begin(in, false);
	} else if (n->state == NODE_STARTING) {
		nodes_boot_failed(in, n, "ended before it was ready");
	}
}

static void ended(struct init *in, struct node *n)
{
	int wstat = n->service->status.wstat;
	int code = policy_code(&n->policy, wstat);

	if (n->type == NODE_ONESHOT) {
		oneshot_ended(in, n, wstat);
		return;
	}
	if (stopping(in) && n->policy.essential && !in->decided &&
	    (!in->known || !strcmp(n->name, NODE_CMD))) {
		in->known = true;
		in->code = n->killed ? INIT_KILLED : code;
	}
	if (n->state == NODE_STOPPING) {
		is_down(in, n);
	} else if (n->refused && n->state == NODE_STARTING &&
		   !n->policy.essential) {
		n->rests = false;
		told(n->service, false);
	} else if (n->rests && !stopping(in)) {
		rests(in, n, code);
	}
}

/* --- what the supervisor tells --- */

static void opened(struct init *in, struct node *n, struct service *s)
{
	n->service = s;
	if (n->type == NODE_ONESHOT || !n->wanted)
		service_command(s, 'O');
	if (n->state == NODE_STARTING)
		go(in, n);
}

static void changed(struct service *s, const char *events)
{
	struct init *in = init_of(s);
	struct node *n = node_of(s);

	if (!n)
		return;
	for (; *events; events++) {
		switch (*events) {
		case 's':
			opened(in, n, s);
			break;
		case 'u':
			if (n->type == NODE_LONGRUN && s->notify.fd < 0)
				is_up(in, n);
			break;
		case 'U':
			if (n->type == NODE_LONGRUN)
				is_up(in, n);
			break;
		case 'O':
			n->rests = true;
			break;
		case 'D':
			ended(in, n);
			break;
		}
	}
}

static void left(struct service *s)
{
	struct node *n = node_of(s);

	if (n && n->service == s) {
		n->service = NULL;
		loop_timer_unset(&n->timeout);
		if (n->state == NODE_STOPPING)
			is_down(init_of(s), n);
		nodes_soon(init_of(s));
	}
	half_left(s);
}

/* Bundles are no services. */
static bool accepts(void *ctx, const char *name)
{
	const struct init *in = ctx;
	const struct node *n = graph_find(&in->graph, name);

	return !n || n->type != NODE_BUNDLE;
}

void nodes_init(struct init *in)
{
	struct service_hooks *h = &in->sup.hooks;

	h->ctx = in;
	h->may_start = may_start;
	h->prepare = prepare;
	h->died = died;
	h->told = told;
	h->unrunnable = unrunnable;
	h->changed = changed;
	h->left = left;
	h->reaped = stop_reaped;
	in->dir.accepts = accepts;
	in->graph.start = start_node;
	in->graph.ctx = in;
}

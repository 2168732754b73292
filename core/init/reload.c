// SPDX-License-Identifier: MIT
/* reload.c - the sources have changed: a child writes what differs into the
 * live scandir, what they have no more is stopped in order, a new graph takes
 * over the services as they are, new ones start, and those whose program is
 * another one now start again. Whatever fails, the old graph stays. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "init/inner.h"

/* .init/KIND/NAME, and it is removed; 0: there is none. */
static char mark(const struct init *in, const char *kind, const char *name,
		 bool keep)
{
	char path[NAME_MAX + 32], c = ' ';

	snprintf(path, sizeof(path), ".init/%s/%s", kind, name);
	if (file_peek(in->live, path, &c, 1, NULL) < 0)
		return 0;
	if (!keep)
		unlinkat(in->live, path, 0);
	return c;
}

static bool is_gone(const struct init *in, const struct node *n)
{
	if (in->opt->cmd && !strcmp(n->name, NODE_CMD))
		return false;
	return mark(in, "gone", n->name, true) ||
	       faccessat(in->live, n->name, F_OK, 0) < 0;
}

static void apply_changes(struct init *in)
{
	for (size_t i = 0; i < in->graph.n; i++) {
		struct node *n = &in->graph.node[i];
		char how = mark(in, "changed", n->name, false);
		struct service *s = n->service;

		mark(in, "gone", n->name, false);
		if (!how || !s || n->type != NODE_LONGRUN ||
		    !s->status.want_up)
			continue;
		if (how == 'h') {
			service_command(s, 'h');
		} else if (s->state != SERVICE_DOWN) {
			service_command(s, 'd');
			service_command(s, 'u');
		}
	}
}

static int take_over(struct init *in, struct err *e)
{
	struct graph old = in->graph, g = {
		.start = old.start, .stop = old.stop, .ctx = old.ctx,
	};

	if (graph_load(&g, in->live, e) < 0) {
		graph_free(&g);
		return -1;
	}
	g.lenient = faccessat(in->live, ".init/lenient", F_OK, 0) == 0;
	nodes_carry(in, &old, &g);
	for (size_t i = 0; i < old.n; i++)
		if (old.node[i].leaves)
			mark(in, "gone", old.node[i].name, false);
	in->graph = g;
	graph_free(&old);
	scandir_scan(&in->dir);
	scandir_prune(&in->dir, false);
	apply_changes(in);
	return 0;
}

static void on_late(struct loop_timer *t)
{
	struct init *in = t->ctx;

	for (size_t i = 0; i < in->graph.n; i++) {
		struct node *n = &in->graph.node[i];

		if (!n->leaves || n->state == NODE_DOWN)
			continue;
		if (n->service)
			service_force(n->service);
		loop_timer_set(&in->loop, &in->budget,
			       clock_mono_ms() + in->opt->stop_timeout, on_late,
			       in);
	}
}

static void end(struct init *in)
{
	struct err e;

	in->leaving = false;
	loop_timer_unset(&in->budget);
	if (take_over(in, &e) < 0)
		say_warn("unable to reload: %s", e.text);
	view_soon(in);
	nodes_soon(in);
	if (in->again) {
		in->again = false;
		reload_ask(in);
	}
}

void reload_walk(struct init *in)
{
	if (graph_leave(&in->graph))
		end(in);
}

static void begin(struct init *in)
{
	for (size_t i = 0; i < in->graph.n; i++) {
		struct node *n = &in->graph.node[i];

		n->leaves = is_gone(in, n);
	}
	in->leaving = true;
	loop_timer_set(&in->loop, &in->budget,
		       clock_mono_ms() + in->opt->stop_timeout, on_late, in);
	nodes_soon(in);
}

void reload_compiled(struct init *in, bool ok)
{
	if (in->phase != PHASE_RUN)
		return;
	if (ok)
		begin(in);
	else
		say_warn("not reloaded: everything stays as it is");
	if (!ok && in->again) {
		in->again = false;
		reload_ask(in);
	}
}

void reload_ask(struct init *in)
{
	struct err e;

	if (in->phase != PHASE_RUN)
		return;
	in->again = in->leaving || in->compiler_pid > 0;
	if (in->again)
		return;
	if (in->opt->compiled)
		begin(in);
	else if (boot_compile(in, &e) < 0)
		say_warn("unable to reload: %s", e.text);
}

// SPDX-License-Identifier: MIT
/* sv_wait - what services are waited for, over ev_wait. */
#include "sv_wait.h"

#include <errno.h>
#include <stdlib.h>

#include "ev_wait.h"
#include "s6.h"

/* The awaited state; "over" and "ready" need the second bit. */
struct target {
	bool up;
	bool ready;
};

struct sv_waiter {
	struct ev_set ev;
	struct s6_watch *sv;
	struct target target;
	int failed;
};

void sv_wait_close(struct sv_waiter *w)
{
	ev_close(&w->ev);
	free(w->sv);
	free(w);
}

static bool reached(const struct s6_watch *s, struct target t)
{
	return s->up == t.up && (!t.ready || s->ready);
}

/* A service that has failed for good, or whose supervisor is gone, counts as
 * done: the others can still be waited for. */
static bool feed(void *ctx, size_t i, char c)
{
	struct sv_waiter *w = ctx;
	struct s6_watch *s = &w->sv[i];
	bool there = reached(s, w->target);

	s6_watch_byte(s, c);
	if ((c == S6_EV_FAILED && w->target.up) ||
	    (c == S6_EV_LEFT && !there)) {
		w->failed++;
		return true;
	}
	return reached(s, w->target);
}

struct sv_waiter *sv_wait_open(char *const *dirs, size_t n)
{
	struct sv_waiter *w = calloc(1, sizeof *w);
	struct err e;

	if (!w || !(w->sv = calloc(n ? n : 1, sizeof *w->sv)))
		die_sys(111, ENOMEM, "unable to wait");
	ev_open(&w->ev, n, feed, w);
	for (size_t i = 0; i < n; i++) {
		if (s6_watch_open(&w->sv[i], dirs[i], &e) < 0) {
			sv_wait_close(w);
			die(111, "%s", e.text);
		}
		w->ev.items[i].l = &w->sv[i].ev;
	}
	return w;
}

/* Until one or all are there. */
static int wait_for(struct sv_waiter *w, struct target t, bool any,
		    int64_t deadline)
{
	w->target = t;
	w->ev.any = any;
	for (size_t i = 0; i < w->ev.n; i++)
		w->ev.items[i].done |= reached(&w->sv[i], t);
	return ev_wait(&w->ev, deadline);
}

int sv_wait(struct sv_waiter *w, const struct sv_goal *g)
{
	int64_t deadline = ev_deadline(g->timeout);
	bool restart = g->state == 'r' || g->state == 'R';
	struct target t = {
		.up = g->state != 'd' && g->state != 'D',
		.ready = g->state == 'U' || g->state == 'D' || g->state == 'R',
	};

	int r = 0;

	if (restart) {
		r = wait_for(w, (struct target){false, g->over}, false,
			     deadline);
		/* what failed meanwhile will not come up */
		for (size_t i = 0; i < w->ev.n; i++) {
			struct s6_watch *s = &w->sv[i];

			w->ev.items[i].done = s->failed || s->left;
			w->failed += s->failed && !s->left;
		}
	}
	if (r == 0)
		r = wait_for(w, t, g->any && !restart, deadline);
	if (r == 0)
		r = w->failed;
	sv_wait_close(w);
	return r;
}

int sv_wait_exit(int failed)
{
	if (failed < 0) {
		say_fatal("timed out");
		return 99;
	}
	if (failed)
		say_fatal("some services reported permanent failure or their "
			  "supervisor died");
	return failed;
}

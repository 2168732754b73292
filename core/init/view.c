// SPDX-License-Identifier: MIT
/* view.c - init.json, what only init knows, for `status`, `why` and `health`.
 * Members, beside those of every view (runtime.h), whose interval is so long
 * that it never hangs, as nothing is written while nothing happens:
 *
 *   "scandir":  the live scandir
 *   "booting":  not all of the boot is up yet
 *   "stopping": the container stops
 *   "code":     what it ends with, once that is decided
 *   "rest":     [{"name", "why": the reason why it does not run,
 *                 "code": what its last run ended with}]
 *   "plan":     names in the order of start; they stop in reverse
 *
 * Written at most once a second, in fixed memory; the names that do not fit
 * are left out. */
#include <sys/wait.h>

#include "data/json.h"
#include "init/inner.h"
#include "init/policy.h"

enum {
	PAUSE_MS = 1000,
	ROOM = RUNTIME_VIEW_MAX - 64, /* for what ends a list and begins one */
};

static const int64_t never = 1000000000000; /* ms; exact in a double */

/* Takes back what did not fit. false: no more will. */
static bool fits(struct buf *b, size_t before)
{
	if (!b->failed && b->len <= ROOM)
		return true;
	b->failed = false;
	buf_cut(b, before);
	return false;
}

static bool put_rest(struct buf *b, const struct node *n, bool first)
{
	size_t before = b->len;
	const struct service *s = n->service;

	buf_adds(b, first ? "{\"name\":" : ",{\"name\":");
	json_print_str(b, str_of(n->name), 0);
	buf_adds(b, ",\"why\":");
	json_print_str(b, str_of(n->why), 0);
	if (s && s->state == SERVICE_DOWN)
		buf_addf(b, ",\"code\":%d",
			 policy_code(&n->policy, s->status.wstat));
	buf_addc(b, '}');
	return fits(b, before);
}

static void put_lists(struct buf *b, const struct graph *g)
{
	bool first = true;
	size_t before;

	buf_adds(b, ",\"rest\":[");
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].why[0] && put_rest(b, &g->node[i], first))
			first = false;
	buf_adds(b, "],\"plan\":[");
	for (size_t i = 0; i < g->n; i++) {
		before = b->len;
		buf_adds(b, i ? "," : "");
		json_print_str(b, str_of(g->node[g->order[i]].name), 0);
		if (!fits(b, before))
			break;
	}
	buf_adds(b, "]}\n");
}

static void put_bool(struct buf *b, const char *key, bool x)
{
	buf_addf(b, ",\"%s\":%s", key, x ? "true" : "false");
}

static void on_view(struct loop_timer *t)
{
	static char text[RUNTIME_VIEW_MAX + 1];
	struct init *in = t->ctx;
	struct buf b = {.p = text, .cap = sizeof(text), .max = RUNTIME_VIEW_MAX};

	in->view_at = clock_mono_ms();
	runtime_view_begin(&in->view, &b);
	buf_adds(&b, "\"scandir\":");
	json_print_str(&b, str_of(in->path), 0);
	put_bool(&b, "booting", in->booting);
	put_bool(&b, "stopping", in->phase > PHASE_RUN);
	if (in->decided || in->known)
		buf_addf(&b, ",\"code\":%d", in->code);
	put_lists(&b, &in->graph);
	(void)!runtime_view_write(&in->view, &b, NULL);
	boot_not_quiet(in);
}

void view_soon(struct init *in)
{
	if (in->view.path[0] && !loop_timer_is_set(&in->view_timer))
		loop_timer_set(&in->loop, &in->view_timer,
			       in->view_at + PAUSE_MS, on_view, in);
}

/* Not refused when there is no place for it, or when it is another's. */
void view_open(struct init *in)
{
	in->view_at = -PAUSE_MS;
	if (runtime_view_open(&in->view, "init", never, NULL) < 0)
		in->view.path[0] = '\0';
	view_soon(in);
}

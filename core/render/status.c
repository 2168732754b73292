// SPDX-License-Identifier: MIT
/* status - render.json, what this renderer knows, for `status`, `health` and
 * `why`. Members, beside those of every view (runtime.h):
 *
 *   "complete":  every template is rendered
 *   "renders":   files written since the start
 *   "failing":   queries that wait for another try, "error": the last reason
 *   "templates": [{"source", "destination", "complete": bool, "at": boot clock
 *                 ms of the last write or 0, "missing": [id] (8 at most),
 *                 "error": why it is not as it should be, "" = it is}]
 *
 * No data of the store is in it, only names. With too many templates for
 * RUNTIME_VIEW_MAX those that are well are left out. */
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "render/runner.h"
#include "render/status.h"

enum {
	SOON_MS = 100, /* several changes of one moment are one write */
	AGAIN_MS = 60000,
	IDS = 8,
};

static void member(struct buf *b, const char *key, const char *value)
{
	buf_addf(b, "\"%s\":", key);
	json_print_str(b, str_of(value), 0);
}

static void put_template(struct buf *b, const struct job *j)
{
	size_t n = 0;

	buf_addc(b, '{');
	member(b, "source", j->name);
	buf_addc(b, ',');
	member(b, "destination", j->conf->destination);
	buf_addf(b, ",\"complete\":%s,\"at\":%lld,\"missing\":[",
		 j->complete ? "true" : "false", (long long)j->written_ms);
	for (size_t i = 0; i < j->nused && n < IDS; i++)
		if (!j->used[i]->received) {
			buf_adds(b, n++ ? "," : "");
			json_print_str(b, str_of(j->used[i]->q->id), 0);
		}
	buf_adds(b, "],");
	member(b, "error", j->error ? j->error : "");
	buf_addc(b, '}');
}

static void build(const struct runner *r, struct buf *b, bool all)
{
	size_t failing = 0, n = 0;
	bool complete = true;

	for (const struct view *v = r->first; v; v = v->next)
		failing += v->tries > 0;
	for (size_t i = 0; i < r->njobs; i++)
		complete = complete && r->jobs[i].complete;
	runtime_view_begin(&r->status, b);
	buf_addf(b, "\"complete\":%s,\"renders\":%llu,\"failing\":%zu,",
		 complete ? "true" : "false", (unsigned long long)r->renders,
		 failing);
	member(b, "error", failing && r->view_error ? r->view_error : "");
	buf_adds(b, ",\"templates\":[");
	for (size_t i = 0; i < r->njobs; i++) {
		const struct job *j = &r->jobs[i];

		if (!all && j->complete && !j->error)
			continue;
		if (!all && b->len > RUNTIME_VIEW_MAX - 9216)
			break;
		buf_adds(b, n++ ? "," : "");
		put_template(b, j);
	}
	buf_adds(b, "]}\n");
}

static void on_timer(struct loop_timer *t)
{
	struct runner *r = t->ctx;
	BUF_AUTO struct buf b = {.max = RUNTIME_VIEW_MAX};
	struct err e;

	build(r, &b, true);
	if (b.failed) {
		buf_reset(&b);
		build(r, &b, false);
	}
	if (b.failed || runtime_view_write(&r->status, &b, &e) < 0)
		log_debug("runner", "render.json is not written");
	loop_timer_set(r->loop, t, clock_mono_ms() + AGAIN_MS, on_timer, r);
}

void status_soon(struct runner *r)
{
	int64_t at = clock_mono_ms() + SOON_MS;

	if (r->status.path[0] &&
	    (!loop_timer_is_set(&r->status_timer) || r->status_timer.at > at))
		loop_timer_set(r->loop, &r->status_timer, at, on_timer, r);
}

void status_open(struct runner *r)
{
	const struct render_config *c = r->conf;
	struct err e;

	if (c->once || c->dry || c->env || c->parse_only)
		return;
	if (runtime_view_open(&r->status, "render", AGAIN_MS, &e) < 0) {
		r->status.path[0] = '\0';
		log_debug("runner", "no render.json: %s", e.text);
	}
	status_soon(r);
}

void status_close(struct runner *r)
{
	loop_timer_unset(&r->status_timer);
	runtime_view_close(&r->status);
	free(r->view_error);
	r->view_error = NULL;
}

void status_job(struct job *j, const char *error)
{
	free(j->error);
	j->error = error ? strdup(error) : NULL;
	status_soon(j->r);
}

void status_view(struct runner *r, const char *error)
{
	free(r->view_error);
	r->view_error = strdup(error);
	status_soon(r);
}

// SPDX-License-Identifier: MIT
/* view - one poller for each distinct dependency: fetch, compare, publish,
 * fetch again. The rules about indexes, stale answers and retries are
 * consul-template's; what differs is said where it differs. */
#include <stdlib.h>
#include <string.h>

#include "crypto.h"
#include "render/group.h"
#include "render/runner.h"
#include "render/status.h"

/* --- the table of views --- */

static struct view **bucket(struct runner *r, const char *id)
{
	return &r->buckets[str_hash(str_of(id)) & (r->nbuckets - 1)];
}

static int grow(struct runner *r)
{
	size_t n = r->nbuckets ? r->nbuckets * 4 : 64;
	struct view **old = r->buckets;

	if (r->nviews < r->nbuckets)
		return 0;
	r->buckets = calloc(n, sizeof(*r->buckets));
	if (!r->buckets) {
		r->buckets = old;
		return -1;
	}
	r->nbuckets = n;
	for (struct view *v = r->first; v; v = v->next) {
		struct view **b = bucket(r, v->q->id);

		v->hnext = *b;
		*b = v;
	}
	free(old);
	return 0;
}

/* A copy of the query in one block: there may be thousands of them. */
static const char *pack(char **at, const char *s)
{
	char *p = *at;
	size_t n;

	if (!s || !*s)
		return "";
	n = strlen(s) + 1;
	memcpy(p, s, n);
	*at += n;
	return p;
}

static size_t room(const char *s)
{
	return s && *s ? strlen(s) + 1 : 0;
}

static struct tmpl_query *query_copy(const struct tmpl_query *q)
{
	size_t n = 0, text = 0;
	struct tmpl_query *c;
	const char **pairs;
	char *at;

	text = room(q->id) + room(q->name) + room(q->tag) + room(q->dc) +
	       room(q->near) + room(q->ns) + room(q->partition) +
	       room(q->peer) + room(q->sameness) + room(q->filter) +
	       room(q->choose) + room(q->version);
	for (; q->pairs && q->pairs[n]; n++)
		text += strlen(q->pairs[n]) + 1;
	c = calloc(1, sizeof(*c) + (n + 1) * sizeof(*pairs) + text);
	if (!c)
		return NULL;
	pairs = (const char **)(c + 1);
	at = (char *)(pairs + n + 1);
	*c = *q;
	c->id = pack(&at, q->id);
	c->name = pack(&at, q->name);
	c->tag = pack(&at, q->tag);
	c->dc = pack(&at, q->dc);
	c->near = pack(&at, q->near);
	c->ns = pack(&at, q->ns);
	c->partition = pack(&at, q->partition);
	c->peer = pack(&at, q->peer);
	c->sameness = pack(&at, q->sameness);
	c->filter = pack(&at, q->filter);
	c->choose = pack(&at, q->choose);
	c->version = pack(&at, q->version);
	for (size_t i = 0; i < n; i++)
		pairs[i] = pack(&at, q->pairs[i]);
	c->pairs = q->pairs ? pairs : NULL;
	return c;
}

static struct view *view_new(struct runner *r, const struct tmpl_query *q,
			     const struct view_source *source, struct err *e)
{
	struct view *v, **b;

	if (!source) {
		err_set(e, 0, "%s: there is no client for it", q->id);
		return NULL;
	}
	v = calloc(1, sizeof(*v));
	if (!v || grow(r) < 0 || !(v->q = query_copy(q))) {
		free(v);
		err_nomem(e);
		return NULL;
	}
	v->r = r;
	v->source = source;
	v->prev = r->last;
	*(r->last ? &r->last->next : &r->first) = v;
	r->last = v;
	r->nviews++;
	b = bucket(r, v->q->id);
	v->hnext = *b;
	*b = v;
	return v;
}

struct view *view_find(struct runner *r, struct str id)
{
	struct view *v = NULL;

	if (r->nbuckets)
		v = r->buckets[str_hash(id) & (r->nbuckets - 1)];
	while (v && !str_eq(str_of(v->q->id), id))
		v = v->hnext;
	return v;
}

struct view *view_get(struct runner *r, const struct tmpl_query *q,
		      struct err *e)
{
	struct view *v = view_find(r, str_of(q->id));

	return v ? v : view_new(r, q, view_source_of(r, q->kind), e);
}

static void data_free(struct view *v)
{
	if (v->arena) {
		arena_free(v->arena);
		free(v->arena);
	}
	free(v->text);
	v->arena = NULL;
	v->text = NULL;
}

void view_free(struct view *v)
{
	struct runner *r = v->r;
	struct view **b = bucket(r, v->q->id);

	if (v->group)
		group_leave(v);
	loop_timer_unset(&v->timer);
	v->source->cancel(v);
	while (*b != v)
		b = &(*b)->hnext;
	*b = v->hnext;
	*(v->prev ? &v->prev->next : &r->first) = v->next;
	*(v->next ? &v->next->prev : &r->last) = v->prev;
	r->nviews--;
	r->nhidden -= v->hidden;
	data_free(v);
	free(v->q);
	free(v);
}

/* --- polling --- */

static void on_timer(struct loop_timer *t)
{
	struct view *v = t->ctx;

	v->began = clock_mono_ms();
	v->source->fetch(v);
}

void view_again(struct view *v, int64_t ms)
{
	loop_timer_set(v->r->loop, &v->timer, clock_mono_ms() + ms, on_timer,
		       v);
}

void view_start(struct view *v)
{
	v->started = true;
	v->r->nstarted++;
	log_debug("watcher", "adding %s", v->q->id);
	log_trace("view", "%s starting fetch", v->q->id);
	view_again(v, 0);
}

struct view *view_hidden(struct runner *r, const struct tmpl_query *q,
			 const struct view_source *source, void *own)
{
	struct view *v = view_new(r, q, source, NULL);

	if (!v)
		return NULL;
	v->own = own;
	v->hidden = v->started = v->received = true;
	r->nhidden++;
	return v;
}

void view_restart(struct view *v)
{
	loop_timer_unset(&v->timer);
	v->source->cancel(v);
	view_again(v, 0);
}

/* A view that is answered at once again and again asks ten times a second;
 * the original waits before it publishes, here the news come first. */
static void next_fetch(struct view *v)
{
	int64_t left = VIEW_LIMIT_MS - (clock_mono_ms() - v->began);
	bool first = !v->fetched;
	unsigned char dither;

	v->fetched = true;
	if (left <= 0 || first) {
		view_again(v, 0);
		return;
	}
	crypto_random(&dither, 1);
	view_again(v, left + dither % 20);
}

static bool blocks(const struct view *v)
{
	return v->q->kind == DEP_KV_BLOCK || v->q->kind == DEP_NOMAD_VAR_BLOCK;
}

/* Takes the data over. A lone string is kept without its arena: most
 * dependencies are keys. */
static int keep(struct view *v, struct view_news *n)
{
	char *text = NULL;

	if (n->data.type == &type_string) {
		text = malloc(n->data.s.n + 1);
		if (!text)
			return -1;
		if (n->data.s.n)
			memcpy(text, n->data.s.p, n->data.s.n);
	}
	data_free(v);
	v->data = n->data;
	if (text) {
		v->text = text;
		v->data.s.p = text;
	} else {
		v->arena = n->arena;
		n->arena = NULL;
	}
	return 0;
}

static void publish(struct view *v, struct view_news *n)
{
	v->received = false; /* so that it counts as news */
	view_inject(v, n);
	if (!v->received) {
		v->index = 0;
		next_fetch(v);
		return;
	}
	if (v->r->conf->once) {
		v->done = true;
		return;
	}
	next_fetch(v);
}

void view_inject(struct view *v, struct view_news *n)
{
	if ((v->received && v->absent == n->absent &&
	     val_deep_equal(&v->data, &n->data)) ||
	    (n->absent && blocks(v)) || keep(v, n) < 0)
		return;
	v->received = true;
	v->absent = n->absent;
	v->version++;
	if (val_kind(&v->data) == KIND_SLICE && val_len_list(&v->data))
		v->had_items = true;
	log_debug("runner", "receiving dependency %s", v->q->id);
	runner_due(v->r);
}

void view_member(struct view *v, struct view_news *n)
{
	view_inject(v, n);
	if (v->received && v->r->conf->once)
		v->done = true;
}

void view_lost(struct view *v)
{
	v->index = 0;
	v->doubt = v->received;
}

static void consider(struct view *v, struct view_news *n)
{
	const struct render_config *conf = v->r->conf;

	if (v->tries)
		status_soon(v->r);
	v->tries = 0;
	if (conf->max_stale && !v->no_stale &&
	    n->last_contact_ms * DUR_MS > conf->max_stale) {
		log_trace("view", "%s stale data (last contact exceeded "
			  "max_stale)", v->q->id);
		v->no_stale = true;
		view_again(v, 0);
		return;
	}
	v->no_stale = v->doubt = false;
	if (n->index == v->index) {
		log_trace("view", "%s no new data (index was the same)",
			  v->q->id);
	} else if (n->index < v->index) {
		log_trace("view", "%s had a lower index, resetting", v->q->id);
		view_lost(v);
	} else {
		v->index = n->index;
		if (v->received && v->absent == n->absent &&
		    val_deep_equal(&v->data, &n->data)) {
			log_trace("view", "%s no new data (contents were the "
				  "same)", v->q->id);
		} else if (n->absent && blocks(v)) {
			log_trace("view", "%s asked for blocking query",
				  v->q->id);
		} else {
			publish(v, n);
			return;
		}
	}
	if (conf->err_on_failed_lookup && !v->received && v->fetched) {
		view_failed(v, "lookup error", true);
		return;
	}
	next_fetch(v);
}

void view_got(struct view *v, struct view_news *n)
{
	if (n->known_leader)
		consider(v, n);
	else
		view_failed(v, "the cluster has no known leader", false);
	if (n->arena) {
		arena_free(n->arena);
		free(n->arena);
	}
}

/* --- failures --- */

/* Sleeps of backoff * 2^n, and of the maximum once n is beyond log2 of their
 * ratio: 250ms, 500ms ... 32s, 1m0s, 1m0s. */
static bool retry_after(const struct render_retry *c, unsigned n, int64_t *ns)
{
	int limit = 0;

	if (!c || !c->enabled || (c->attempts > 0 && n >= (unsigned)c->attempts))
		return false;
	if (c->max_backoff > 0 && c->backoff > 0) {
		if (c->max_backoff <= c->backoff / 2)
			limit = -1;
		while (limit >= 0 && limit < 40 &&
		       c->backoff << limit <= c->max_backoff / 2)
			limit++;
		if ((int)n > limit) {
			*ns = c->max_backoff;
			return true;
		}
	}
	*ns = c->backoff << (n < 30 ? n : 30);
	return true;
}

/* Between tries beyond the last one. */
static int64_t late_retry(const struct view *v)
{
	const struct render_retry *c =
		v->source->retry ? v->source->retry(v->r) : NULL;

	return c && c->max_backoff > 0 ? dur_ms(c->max_backoff) : 60000;
}

void view_failed(struct view *v, const char *text, bool fatal)
{
	struct buf BUF_AUTO full = {0};
	char after[DUR_TEXT];
	int64_t ns;

	/* A group's id ends in what tells it from the view of an `ls`. */
	buf_addf(&full, "%.*s: %s", v->hidden ? (int)strcspn(v->q->id, "#")
					      : (int)strlen(v->q->id),
		 v->q->id, text);
	v->no_stale = false;
	status_view(v->r, buf_str(&full));
	if (!fatal && retry_after(v->source->retry ? v->source->retry(v->r)
						   : NULL, v->tries, &ns)) {
		v->tries++;
		dur_put(after, ns);
		log_error("runner", "sending server error back to caller");
		log_warn("view", "%s (retry attempt %u after \"%s\")",
			 buf_str(&full), v->tries, after);
		view_again(v, dur_ms(ns));
		return;
	}
	/* envconsul only says it: the child goes on with what it has. */
	if (v->r->conf->env && !v->r->conf->once) {
		log_error("view", "%s", buf_str(&full));
		view_again(v, late_retry(v));
		return;
	}
	log_error("view", "%s (exceeded maximum retries)", buf_str(&full));
	log_error("runner", "watcher reported error: %s", buf_str(&full));
	runner_fail(v->r, buf_str(&full));
}

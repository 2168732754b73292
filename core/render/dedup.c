// SPDX-License-Identifier: MIT
/* dedup - sessions, locks, and the data behind them.
 *
 * The key's value: "basebox-dedup 1\n", then for each dependency its id, one
 * byte (0 = absent, 1 = data) and the data (render/wire.h). What is too large
 * for a key, or was written by another program, is not taken: that template
 * then asks for itself. */
#include "render/dedup.h"

#include <stdlib.h>
#include <string.h>

#include "crypto.h"
#include "data/json.h"
#include "funcs/shape.h"
#include "render/vault.h"
#include "render/wire.h"

static const char header[] = "basebox-dedup 1\n";
static const char no_data[] = "__NO_DATA__";
static const char too_large[] = "basebox-dedup large\n";
#define LOCK_FLAGS "3304740253564472344"

/* One template's share. */
struct share {
	struct dedup *d;
	struct job *job;
	struct consul_call *call; /* the lock, or the blocking read */
	struct consul_call *put;
	struct loop_timer timer;
	bool known, leads, alone;
	uint64_t index;
	uint32_t hash;            /* of what was shared last */
	struct buf late;          /* to be written after the running put */
};

struct dedup {
	struct runner *r;
	struct share *shares;
	struct consul_call *call; /* of the session */
	struct loop_timer timer;
	char session[40];
	unsigned tries;
};

static void watch_key(struct share *s);
static void take_lock(struct share *s);

/* --- which data can be shared --- */

static const struct val_type *type_of(enum tmpl_dep kind)
{
	switch ((int)kind) {
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
		return &type_string;
	case DEP_KV_LIST:
		return &shape_key_pair_l;
	case DEP_SERVICE:
	case DEP_CONNECT:
		return &shape_health_service_l;
	case DEP_SERVICES:
		return &shape_catalog_snippet_l;
	case DEP_NODES:
		return &shape_node_l;
	case DEP_DATACENTERS:
		return &type_strings;
	default:
		return NULL;
	}
}

static struct share *share_of(const struct job *j)
{
	struct dedup *d = j->r->dedup;

	return d ? &d->shares[j - j->r->jobs] : NULL;
}

bool dedup_follows(const struct job *j, enum tmpl_dep kind)
{
	const struct share *s = share_of(j);

	return s && !s->leads && !s->alone && type_of(kind);
}

/* --- requests --- */

static struct consul *client(const struct dedup *d)
{
	return store_consul(d->r->store);
}

static int key_path(const struct share *s, struct buf *b)
{
	buf_adds(b, "/v1/kv/");
	http_escape_path(b, str_of(s->d->r->conf->dedup.prefix));
	return buf_addf(b, "%s/data", s->job->id);
}

static void later(struct share *s, int64_t ms, loop_timer_fn *fn)
{
	loop_timer_set(s->d->r->loop, &s->timer, clock_mono_ms() + ms, fn, s);
}

/* --- what the leader writes --- */

static void write_now(struct share *s, struct str bytes);

static void on_written(void *ctx, struct consul_reply *r)
{
	struct share *s = ctx;
	struct buf next = s->late;

	s->put = NULL;
	s->late = (struct buf){0};
	if (r->err)
		log_warn("dedup", "failed to write the data of %s: %s",
			 s->job->display, r->err->text);
	if (next.len && s->leads)
		write_now(s, str_n(next.p, next.len));
	buf_free(&next);
}

static void write_now(struct share *s, struct str bytes)
{
	struct buf BUF_AUTO path = {0};
	struct err e;

	key_path(s, &path);
	buf_addf(&path, "?acquire=%s&flags=" LOCK_FLAGS, s->d->session);
	if (consul_send(client(s->d), "PUT", buf_str(&path), bytes, NULL,
			on_written, s, &s->put, &e) < 0)
		log_warn("dedup", "%s", e.text);
}

static int gather(const struct job *j, struct buf *b)
{
	buf_adds(b, header);
	for (size_t i = 0; i < j->nused; i++) {
		const struct view *v = j->used[i];
		const struct val_type *t = type_of(v->q->kind);

		if (!t)
			continue;
		wire_put_str(b, str_of(v->q->id));
		buf_addc(b, v->absent ? 0 : 1);
		if (!v->absent && wire_put(b, t, &v->data) < 0)
			return -1;
	}
	return b->failed ? -1 : 0;
}

void dedup_share(struct job *j)
{
	struct share *s = share_of(j);
	struct buf BUF_AUTO b = {.max = CONSUL_VALUE_MAX};
	uint32_t hash;

	if (!s || !s->leads)
		return;
	if (gather(j, &b) < 0) {
		buf_free(&b);
		b = (struct buf){0};
		buf_adds(&b, too_large);
	}
	hash = str_hash(str_n(buf_str(&b), b.len));
	if (hash == s->hash)
		return;
	s->hash = hash;
	if (!s->put) {
		write_now(s, str_n(b.p, b.len));
		return;
	}
	buf_reset(&s->late);
	buf_add(&s->late, b.p, b.len);
}

/* --- what a follower takes --- */

static int take_one(struct runner *r, struct str *in)
{
	struct arena *a = calloc(1, sizeof(*a));
	struct view *v = NULL;
	struct view_news n = {.arena = a, .known_leader = true};
	struct str id;
	int ret = -1;

	if (!a || wire_get_str(in, &id) < 0 || !in->n)
		goto out;
	v = view_find(r, id);
	n.absent = in->p[0] == 0;
	*in = str_cut(*in, 1, in->n);
	if (!v || !type_of(v->q->kind))
		goto out; /* its type is not known, so neither is its length */
	if (!n.absent &&
	    wire_get(in, type_of(v->q->kind), a, &n.data) < 0)
		goto out;
	ret = 0;
	if (!v->started)
		view_inject(v, &n);
out:
	if (n.arena) {
		arena_free(n.arena);
		free(n.arena);
	}
	return ret;
}

static void alone(struct share *s, const char *why)
{
	if (!s->alone)
		log_warn("dedup", "%s: %s; its data are read directly",
			 s->job->display, why);
	s->alone = true;
	runner_due(s->d->r);
}

static void take(struct share *s, struct str bytes)
{
	if (str_is(bytes, no_data) || !bytes.n)
		return;
	if (str_is(bytes, too_large)) {
		alone(s, "the shared data are too large for a key");
		return;
	}
	if (!str_prefix(bytes, STR(header))) {
		alone(s, "the leader is another program, whose encoding is "
			 "Go's");
		return;
	}
	bytes = str_cut(bytes, sizeof(header) - 1, bytes.n);
	while (bytes.n)
		if (take_one(s->d->r, &bytes) < 0)
			break;
}

/* --- locks --- */

static void on_lock_time(struct loop_timer *t)
{
	take_lock(t->ctx);
}

static void on_watch_time(struct loop_timer *t)
{
	watch_key(t->ctx);
}

static void on_lock(void *ctx, struct consul_reply *r)
{
	struct share *s = ctx;

	s->call = NULL;
	if (r->err) {
		log_warn("dedup", "failed to lock %s: %s", s->job->display,
			 r->err->text);
		later(s, 5000, on_lock_time);
		return;
	}
	s->known = true;
	s->index = 0;
	if (r->yes && !s->leads)
		log_info("dedup", "acquired the lock of %s", s->job->display);
	s->leads = r->yes;
	s->hash = 0;
	runner_due(s->d->r);
	watch_key(s);
}

static void take_lock(struct share *s)
{
	struct buf BUF_AUTO path = {0};
	struct err e;

	if (!*s->d->session)
		return;
	key_path(s, &path);
	buf_addf(&path, "?acquire=%s&flags=" LOCK_FLAGS, s->d->session);
	if (consul_send(client(s->d), "PUT", buf_str(&path), STR("__NO_DATA__"),
			NULL, on_lock, s, &s->call, &e) < 0)
		later(s, 5000, on_lock_time);
}

static void lost(struct share *s)
{
	if (s->leads)
		log_warn("dedup", "lost the lock of %s", s->job->display);
	s->leads = false;
	s->index = 0;
	later(s, 100 + (int64_t)(vault_chance() * 400), on_lock_time);
}

static void on_key(void *ctx, struct consul_reply *r)
{
	struct share *s = ctx;
	struct arena a = {0};
	struct val json = val_none();
	const struct val *pair;
	struct buf BUF_AUTO bytes = {0};
	struct str session;

	s->call = NULL;
	if (r->status == 404) {
		lost(s);
		return;
	}
	if (r->err || json_parse(&a, r->body, JSON_NUMBER, &json, NULL) < 0 ||
	    !val_len_list(&json)) {
		arena_free(&a);
		later(s, 5000, on_watch_time);
		return;
	}
	pair = &json.list->items[0];
	session = json_text(pair, "Session");
	s->index = r->index;
	if (!session.n || (s->leads && !str_is(session, s->d->session))) {
		lost(s);
	} else {
		if (!s->leads &&
		    crypto_base64_get(BASE64_STD, json_text(pair, "Value"),
				      &bytes, NULL) == 0)
			take(s, str_n(buf_str(&bytes), bytes.len));
		later(s, 50, on_watch_time);
	}
	arena_free(&a);
}

static void watch_key(struct share *s)
{
	struct buf BUF_AUTO path = {0};
	struct err e;

	key_path(s, &path);
	buf_adds(&path, "?");
	if (s->index)
		buf_addf(&path, "index=%llu&", (unsigned long long)s->index);
	buf_adds(&path, "wait=60000ms");
	if (consul_send(client(s->d), "GET", buf_str(&path), (struct str){0},
			NULL, on_key, s, &s->call, &e) < 0)
		later(s, 5000, on_watch_time);
}

/* --- the session --- */

static void create(struct dedup *d);

static void on_time(struct loop_timer *t);

static void wait_ms(struct dedup *d, int64_t ms)
{
	loop_timer_set(d->r->loop, &d->timer, clock_mono_ms() + ms, on_time, d);
}

static void on_created(void *ctx, struct consul_reply *r)
{
	struct dedup *d = ctx;
	struct arena a = {0};
	struct val json = val_none();
	struct str id = STR("");

	d->call = NULL;
	if (!r->err && json_parse(&a, r->body, 0, &json, NULL) == 0)
		id = json_text(&json, "ID");
	if (!id.n || id.n >= sizeof(d->session)) {
		int64_t ms = 1000 << (d->tries < 6 ? d->tries : 6);

		d->tries++;
		log_error("dedup", "failed to create a session: %s",
			  r->err ? r->err->text : "no id in the answer");
		wait_ms(d, ms);
	} else {
		d->tries = 0;
		memcpy(d->session, id.p, id.n);
		d->session[id.n] = '\0';
		for (size_t i = 0; i < d->r->njobs; i++)
			take_lock(&d->shares[i]);
		wait_ms(d, dur_ms(d->r->conf->dedup.ttl) / 2);
	}
	arena_free(&a);
}

static void create(struct dedup *d)
{
	struct buf BUF_AUTO body = {0};
	int64_t us = d->r->conf->dedup.ttl / 1000;
	struct err e;

	buf_addf(&body, "{\"Name\":\"Consul-Template de-duplication\","
		 "\"Behavior\":\"delete\",\"LockDelay\":\"1ms\",\"TTL\":"
		 "\"%lld.%06llds\"}", (long long)(us / 1000000),
		 (long long)(us % 1000000));
	if (consul_send(client(d), "PUT", "/v1/session/create",
			str_n(buf_str(&body), body.len), NULL, on_created, d,
			&d->call, &e) < 0)
		wait_ms(d, 5000);
}

static void drop_session(struct dedup *d)
{
	*d->session = '\0';
	for (size_t i = 0; i < d->r->njobs; i++) {
		struct share *s = &d->shares[i];

		consul_cancel(s->call);
		s->call = NULL;
		loop_timer_unset(&s->timer);
		s->leads = false;
	}
}

static void on_renewed(void *ctx, struct consul_reply *r)
{
	struct dedup *d = ctx;

	d->call = NULL;
	if (!r->err) {
		wait_ms(d, dur_ms(d->r->conf->dedup.ttl) / 2);
		return;
	}
	log_warn("dedup", "failed to renew the session: %s", r->err->text);
	drop_session(d);
	wait_ms(d, 1000);
}

static void on_time(struct loop_timer *t)
{
	struct dedup *d = t->ctx;
	struct buf BUF_AUTO path = {0};
	struct err e;

	if (!*d->session) {
		create(d);
		return;
	}
	buf_addf(&path, "/v1/session/renew/%s", d->session);
	if (consul_send(client(d), "PUT", buf_str(&path), STR(""), NULL,
			on_renewed, d, &d->call, &e) < 0)
		wait_ms(d, 1000);
}

/* --- from outside --- */

int dedup_open(struct runner *r, struct err *e)
{
	struct dedup *d;

	if (!r->conf->dedup.enabled)
		return 0;
	if (r->conf->once) {
		log_info("runner", "disabling de-duplication in once mode");
		return 0;
	}
	if (!store_consul(r->store)) {
		log_warn("runner", "de-duplication needs a Consul server");
		return 0;
	}
	d = r->dedup = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(e);
	d->r = r;
	d->shares = calloc(r->njobs + 1, sizeof(*d->shares));
	if (!d->shares)
		return err_nomem(e);
	for (size_t i = 0; i < r->njobs; i++) {
		d->shares[i].d = d;
		d->shares[i].job = &r->jobs[i];
	}
	return 0;
}

void dedup_start(struct runner *r)
{
	if (r->dedup)
		create(r->dedup);
}

static void on_destroyed(void *ctx, struct consul_reply *r)
{
	bool *done = ctx;

	(void)r;
	*done = true;
}

static void destroy(struct dedup *d)
{
	struct buf BUF_AUTO path = {0};
	struct consul_call *call;
	int64_t end = clock_mono_ms() + 1000;
	bool done = false;

	buf_addf(&path, "/v1/session/destroy/%s", d->session);
	if (consul_send(client(d), "PUT", buf_str(&path), STR(""), NULL,
			on_destroyed, &done, &call, NULL) < 0)
		return;
	while (!done && clock_mono_ms() < end)
		if (loop_turn(d->r->loop, end, NULL) < 0)
			break;
	if (!done)
		consul_cancel(call);
}

void dedup_close(struct runner *r)
{
	struct dedup *d = r->dedup;
	char session[sizeof(d->session)];

	if (!d)
		return;
	memcpy(session, d->session, sizeof(session));
	drop_session(d);
	consul_cancel(d->call);
	loop_timer_unset(&d->timer);
	for (size_t i = 0; i < r->njobs && d->shares; i++) {
		consul_cancel(d->shares[i].put);
		buf_free(&d->shares[i].late);
	}
	memcpy(d->session, session, sizeof(session));
	if (*d->session)
		destroy(d);
	free(d->shares);
	free(d);
	r->dedup = NULL;
}

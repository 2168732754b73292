// SPDX-License-Identifier: MIT
/* vault_call - one request to Vault. A 5xx or a lost connection is tried
 * twice more, a second or so apart, before anybody hears of it; errors have
 * the client library's form. */
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "render/vault.h"

struct vault_call {
	struct vault *v;
	struct http_call *http;
	struct loop_timer timer;
	char *method, *target, *body;
	size_t body_n;
	vault_fn *fn;
	void *ctx;
	int tries;
};

static void call_free(struct vault_call *c)
{
	loop_timer_unset(&c->timer);
	free(c->method);
	free(c->target);
	if (c->body)
		explicit_bzero(c->body, c->body_n);
	free(c->body);
	free(c);
}

void vault_cancel(struct vault_call *c)
{
	if (!c)
		return;
	http_cancel(c->http);
	call_free(c);
}

const struct val *json_member(const struct val *v, const char *key)
{
	const struct val *m;

	if (!v || val_kind(v) != KIND_MAP || !v->map)
		return NULL;
	m = val_map_gets(v, str_of(key));
	return m && m->type ? m : NULL;
}

struct str json_text(const struct val *v, const char *key)
{
	const struct val *m = json_member(v, key);

	return m && val_kind(m) == KIND_STRING ? m->s : STR("");
}

int64_t json_int(const struct val *v, const char *key)
{
	const struct val *m = json_member(v, key);
	int64_t n;
	double d;

	if (!m)
		return 0;
	if (val_kind(m) == KIND_STRING)
		return num_i64(m->s, INT64_MIN, INT64_MAX, &n) ? n
		       : num_double(m->s, &d)                  ? (int64_t)d
							       : 0;
	return val_kind(m) == KIND_FLOAT ? (int64_t)m->f : 0;
}

bool json_true(const struct val *v, const char *key)
{
	const struct val *m = json_member(v, key);

	return m && val_kind(m) == KIND_BOOL && m->b;
}

/* "Error making API request.", with Vault's own texts if it sent some. */
static void explain(const struct http_answer *a, const struct val *json,
		    struct err *e)
{
	const struct val *errors = json_member(json, "errors");
	struct buf BUF_AUTO b = {0};

	buf_addf(&b, "Error making API request.\n\nURL: %s %s\nCode: %d. ",
		 a->method, a->url, a->status);
	if (errors && val_kind(errors) == KIND_SLICE) {
		buf_adds(&b, "Errors:\n\n");
		for (size_t i = 0; i < val_len_list(errors); i++) {
			const struct val *t = &errors->list->items[i];

			if (val_kind(t) == KIND_STRING)
				buf_addf(&b, "%s* %.*s", i ? "\n" : "",
					 (int)t->s.n, t->s.p);
		}
	} else {
		buf_addf(&b, "Raw Message:\n\n%s", buf_str(&a->body));
	}
	err_set(e, 0, "%s", buf_str(&b));
}

static bool again(const struct http_answer *a)
{
	return a->err || a->status == 412 || (a->status >= 500 &&
					      a->status != 501);
}

static int start(struct vault_call *c, struct err *e);

static void on_time(struct loop_timer *t)
{
	struct vault_call *c = t->ctx;
	struct vault_answer out = {.status = 0};
	struct err e;

	if (start(c, &e) == 0)
		return;
	out.err = &e;
	c->fn(c->ctx, &out);
	call_free(c);
}

static void on_answer(void *ctx, struct http_answer *a)
{
	struct vault_call *c = ctx;
	struct vault_answer out = {.status = a->status};
	struct err e;

	c->http = NULL;
	if (again(a) && c->tries++ < c->v->tries) {
		loop_timer_set(c->v->r->loop, &c->timer,
			       clock_mono_ms() + 1000 +
				       (int64_t)(vault_chance() * 500),
			       on_time, c);
		return;
	}
	out.arena = calloc(1, sizeof(*out.arena));
	if (a->err) {
		e = *a->err;
		out.err = &e;
	} else if (!out.arena) {
		err_nomem(&e);
		out.err = &e;
	} else {
		bool good = a->status >= 200 && a->status < 400;
		bool parsed = !a->body.len ||
			      json_parse(out.arena,
					 str_n(buf_str(&a->body), a->body.len),
					 JSON_NUMBER, &out.json, &e) == 0;

		if (!good)
			explain(a, parsed ? &out.json : NULL, &e);
		if (!good || !parsed)
			out.err = &e;
	}
	c->fn(c->ctx, &out);
	if (out.arena) {
		arena_free(out.arena);
		free(out.arena);
	}
	call_free(c);
}

static int start(struct vault_call *c, struct err *e)
{
	struct http_req r = {
		.method = c->method,
		.target = c->target,
		.timeout_ms = c->v->timeout_ms,
	};

	if (c->body)
		r.body = str_n(c->body, c->body_n);
	return http_start(c->v->site, &r, on_answer, c, &c->http, e);
}

/* How long a request waits for VAULT_RATE_LIMIT, in ms. */
static int64_t wait_for_turn(struct vault *v)
{
	double now = (double)clock_mono_ms(), step, wait;

	if (v->rate <= 0)
		return 0;
	step = 1000 / v->rate;
	if (v->turn < now)
		v->turn = now;
	wait = v->turn - now - (v->burst > 1 ? v->burst - 1 : 0) * step;
	v->turn += step;
	return wait > 0 ? (int64_t)wait + 1 : 0;
}

int vault_send(struct vault *v, const char *method, const char *target,
	       struct str body, vault_fn *fn, void *ctx,
	       struct vault_call **out, struct err *e)
{
	struct vault_call *c = calloc(1, sizeof(*c));
	int64_t ms;

	if (!c)
		return err_nomem(e);
	c->v = v;
	c->fn = fn;
	c->ctx = ctx;
	c->method = strdup(method);
	c->target = strdup(target);
	if (body.p && (c->body = malloc(body.n + 1))) {
		memcpy(c->body, body.p, body.n);
		c->body_n = body.n;
	}
	if (!c->method || !c->target || (body.p && !c->body)) {
		call_free(c);
		return err_nomem(e);
	}
	ms = wait_for_turn(v);
	if (ms) {
		loop_timer_set(v->r->loop, &c->timer, clock_mono_ms() + ms,
			       on_time, c);
	} else if (start(c, e) < 0) {
		call_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

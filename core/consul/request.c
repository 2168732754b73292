// SPDX-License-Identifier: MIT
/* request - calls, and what the headers of an answer say. */
#include <stdlib.h>
#include <string.h>

#include "consul/inner.h"

void consul_call_free(struct consul_call *call)
{
	consul_keys_free(call->keys);
	arena_free(&call->arena);
	free(call);
}

void consul_cancel(struct consul_call *call)
{
	if (!call)
		return;
	http_cancel(call->http);
	consul_call_free(call);
}

struct arena *consul_reply_take(struct consul_reply *r)
{
	struct arena *a = r->arena;

	r->arena = NULL;
	return a;
}

/* A header that must be a number when it is there and not empty. */
static int number(const struct http_answer *a, const char *name, uint64_t *out,
		  bool *have, struct err *e)
{
	char text[64];

	*have = http_header(a, name, text, sizeof(text)) && *text;
	if (!*have || num_arg(text, UINT64_MAX, out))
		return 0;
	return err_set(e, 0,
		       "Failed to parse %s: strconv.ParseUint: parsing \"%s\": "
		       "invalid syntax",
		       name, text);
}

static int read_meta(const struct http_answer *a, struct consul_reply *r,
		     struct err *e)
{
	uint64_t contact = 0;
	char leader[16];
	bool have;

	if (number(a, "X-Consul-Index", &r->index, &r->have_index, e) < 0 ||
	    number(a, "X-Consul-LastContact", &contact, &have, e) < 0)
		return -1;
	r->last_contact_ms = (int64_t)contact;
	r->known_leader = !http_header(a, "X-Consul-KnownLeader", leader,
				       sizeof(leader)) ||
			  strcmp(leader, "false");
	return 0;
}

static int bad_status(const struct http_answer *a, struct err *e)
{
	struct str s =
		str_trim(str_n(buf_str(&a->body), a->body.len), " \t\r\n");

	return err_set(e, 0, "Unexpected response code: %d (%.*s)", a->status,
		       s.n > 2048 ? 2048 : (int)s.n, s.n ? s.p : "");
}

/* 1: another request of the same call was started. */
static int take(struct consul_call *call, const struct http_answer *a,
		struct consul_reply *r, struct err *e)
{
	if (call->q && call->q->kind == DEP_DATACENTERS && call->step)
		return consul_took(call, a, r, e);
	if (a->err)
		return err_set(e, a->err->num, "%s", a->err->text);
	if (read_meta(a, r, e) < 0)
		return -1;
	if (call->keys && a->status == 200)
		return consul_keys_end(call, r, e);
	if (call->q)
		return a->status == 200 || a->status == 404
			       ? consul_took(call, a, r, e)
			       : bad_status(a, e);
	if (a->status != 200)
		return bad_status(a, e);
	r->body = str_n(buf_str(&a->body), a->body.len);
	r->yes = str_prefix(r->body, STR("true"));
	return 0;
}

static void on_answer(void *ctx, struct http_answer *a)
{
	struct consul_call *call = ctx;
	struct consul_reply r = {.status = a->status,
				 .timeout = a->timeout,
				 .known_leader = true,
				 .ms = a->ms};
	struct err e;
	int ret;

	call->http = NULL;
	ret = take(call, a, &r, &e);
	if (ret == 1)
		return;
	if (ret < 0 && call->keys)
		(void)!consul_keys_end(call, &r, NULL);
	/* What the agent itself answers says nothing of leaders. */
	if (call->q &&
	    (call->q->kind == DEP_CA_ROOTS || call->q->kind == DEP_CA_LEAF))
		r.known_leader = true;
	if (ret < 0)
		r.err = &e;
	if (ret == 0 && call->q && a->status == 404 && !r.absent) {
		bad_status(a, &e);
		r.err = &e;
	}
	call->fn(call->ctx, &r);
	if (r.arena) {
		arena_free(r.arena);
		free(r.arena);
	}
	consul_call_free(call);
}

/* --- starting --- */

int consul_request(struct consul_call *call, const char *method,
		   const char *target, struct str body,
		   const char *const *headers, struct err *e)
{
	struct http_req r = {
		.method = method,
		.target = target,
		.body = body,
		.headers = headers,
		.max_body = call->ask.max_body,
		.on_body = call->keys ? consul_keys_body : NULL,
	};

	/* Consul adds up to a sixteenth to the wait; a server that is silent
	 * for a minute longer is not going to answer. */
	if (call->q && call->ask.wait_ms > 0)
		r.timeout_ms =
			call->ask.wait_ms + call->ask.wait_ms / 16 + 60000;
	else if (!call->q)
		r.timeout_ms = call->ask.wait_ms;
	return http_start(call->c->site, &r, on_answer, call, &call->http, e);
}

struct consul_call *consul_call_new(struct consul *c, consul_fn *fn, void *ctx)
{
	struct consul_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->c = c;
	call->fn = fn;
	call->ctx = ctx;
	return call;
}

int consul_fetch(struct consul *c, const struct tmpl_query *q,
		 const struct consul_ask *ask, consul_fn *fn, void *ctx,
		 struct consul_call **out, struct err *e)
{
	struct consul_call *call = consul_call_new(c, fn, ctx);

	if (!call)
		return err_nomem(e);
	if (ask)
		call->ask = *ask;
	call->q = q;
	if (consul_next(call, e) < 0) {
		consul_call_free(call);
		return -1;
	}
	if (out)
		*out = call;
	return 0;
}

/* The path with the namespace and the partition of the environment. */
static const char *spaces(struct consul_call *call, const char *path)
{
	struct buf BUF_AUTO b = {0};
	struct http_query q = {0};

	http_query_opt(&q, "ns", call->c->ns);
	http_query_opt(&q, "partition", call->c->partition);
	if (!q.n)
		return path;
	http_query_put(&b, &q);
	if (b.failed)
		return NULL;
	if (strchr(path, '?'))
		*b.p = '&';
	return arena_printf(&call->arena, "%s%s", path, b.p);
}

int consul_send_for(struct consul *c, int64_t limit_ms, const char *method,
		    const char *path, struct str body, const char *token,
		    consul_fn *fn, void *ctx, struct consul_call **out,
		    struct err *e)
{
	struct consul_call *call = consul_call_new(c, fn, ctx);
	const char *headers[2] = {NULL};

	if (!call)
		return err_nomem(e);
	call->ask.wait_ms = limit_ms;
	path = spaces(call, path);
	if (!path) {
		consul_call_free(call);
		return err_nomem(e);
	}
	if (token && *token) {
		headers[0] =
			arena_printf(&call->arena, "X-Consul-Token: %s", token);
		if (!headers[0]) {
			consul_call_free(call);
			return err_nomem(e);
		}
	}
	if (consul_request(call, method, path, body, headers, e) < 0) {
		consul_call_free(call);
		return -1;
	}
	if (out)
		*out = call;
	return 0;
}

int consul_send(struct consul *c, const char *method, const char *path,
		struct str body, const char *token, consul_fn *fn, void *ctx,
		struct consul_call **out, struct err *e)
{
	return consul_send_for(c, CONSUL_SEND_MS, method, path, body, token, fn,
			       ctx, out, e);
}

// SPDX-License-Identifier: MIT
/* store - calls and their owners; the backends do the work. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inner.h"

/* --- opening --- */

const char *store_address(const char *option)
{
	static const char *const names[] = {"BASEBOX_STORE", "CONSUL_HTTP_ADDR"};
	const char *v;

	if (option && *option)
		return option;
	for (size_t i = 0; i < COUNT(names); i++)
		if ((v = getenv(names[i])) && *v)
			return v;
	return "127.0.0.1:8500";
}

bool store_address_is_dir(const char *address)
{
	return address && !strncmp(address, "dir://", 6);
}

static int open_consul(struct store *s, struct http *h,
		       const struct consul_conf *conf, struct err *e)
{
	s->backend = &store_consul_backend;
	if (!h) {
		if (http_open(&s->http, s->loop, e) < 0)
			return -1;
		h = s->http;
	}
	return consul_open(h, conf, &s->consul, e);
}

int store_open(struct store **out, struct loop *l, struct http *h,
	       const struct consul_conf *conf, struct err *e)
{
	struct consul_conf c = conf ? *conf : (struct consul_conf){0};
	struct store *s = calloc(1, sizeof(*s));
	char host[256] = "localhost";
	int ret;

	if (!s)
		return err_nomem(e);
	if (!c.address || !*c.address)
		c.address = store_address(NULL);
	gethostname(host, sizeof(host) - 1);
	s->loop = l;
	s->name = strdup(c.address);
	s->node = strdup(host);
	s->node_address = strdup("");
	if (!s->name || !s->node || !s->node_address)
		ret = err_nomem(e);
	else if (store_address_is_dir(c.address))
		ret = store_folder_open(s, c.address + 6, e);
	else
		ret = open_consul(s, h, &c, e);
	if (ret < 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (struct store_call *c = s->calls, *next; c; c = next) {
		next = c->next;
		store_cancel(c);
	}
	if (s->backend)
		s->backend->close(s);
	http_close(s->http);
	free(s->name);
	free(s->node);
	free(s->node_address);
	free(s);
}

bool store_is_dir(const struct store *s)
{
	return s->folder != NULL;
}

const char *store_name(const struct store *s)
{
	return s->name;
}

struct consul *store_consul(struct store *s)
{
	return s->consul;
}

int store_set_token(struct store *s, const char *token, struct err *e)
{
	return s->consul ? consul_set_token(s->consul, token, e) : 0;
}

int store_set_node(struct store *s, const struct store_node *n, struct err *e)
{
	struct buf BUF_AUTO own = {0};
	char *name, *address = strdup(n->address ? n->address : "");

	/* an agent of this host may have the plain name */
	buf_addf(&own, "%s%s", n->catalog && !n->name ? "basebox-" : "",
		 n->name && *n->name ? n->name : s->node);
	name = buf_take(&own);
	if (!name || !address) {
		free(name);
		free(address);
		return err_nomem(e);
	}
	free(s->node);
	free(s->node_address);
	s->node = name;
	s->node_address = address;
	s->catalog = n->catalog;
	return 0;
}

/* --- calls --- */

static void unlink_call(struct store_call *c)
{
	*(c->prev ? &c->prev->next : &c->s->calls) = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static void call_free(struct store_call *c)
{
	loop_timer_unset(&c->timer);
	c->s->backend->end(c);
	arena_free(&c->arena);
	free(c);
}

static int begin(struct store *s, const struct store_req *r, store_fn *fn,
		 void *ctx, struct store_call **out, struct err *e)
{
	struct store_call *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem(e);
	c->s = s;
	c->fn = fn;
	c->ctx = ctx;
	if (s->backend->begin(c, r, e) < 0) {
		call_free(c);
		return -1;
	}
	c->next = s->calls;
	if (c->next)
		c->next->prev = c;
	s->calls = c;
	if (out)
		*out = c;
	return 0;
}

void store_cancel(struct store_call *c)
{
	if (!c)
		return;
	unlink_call(c);
	call_free(c);
}

struct arena *store_reply_take(struct store_reply *r)
{
	struct arena *a = r->arena;

	r->arena = NULL;
	return a;
}

static void drop(struct arena *a)
{
	if (a) {
		arena_free(a);
		free(a);
	}
}

void store_answer(struct store_call *c, struct store_reply *r)
{
	unlink_call(c);
	c->fn(c->ctx, r);
	drop(r->arena);
	call_free(c);
}

void store_fail(struct store_call *c, int status, const struct err *e)
{
	struct store_reply r = {
		.err = e, .status = status, .known_leader = true};

	store_answer(c, &r);
}

/* --- the calls one by one --- */

int store_fetch(struct store *s, const struct tmpl_query *q,
		const struct store_ask *ask, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_FETCH, .query = q};

	if (ask)
		r.ask = *ask;
	return begin(s, &r, fn, ctx, call, e);
}

int store_put(struct store *s, const char *key, struct str value, store_fn *fn,
	      void *ctx, struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_PUT, .key = key, .value = value};

	return begin(s, &r, fn, ctx, call, e);
}

int store_cas(struct store *s, const char *key, struct str value, uint64_t index,
	      store_fn *fn, void *ctx, struct store_call **call, struct err *e)
{
	struct store_req r = {
		.op = STORE_CAS, .key = key, .value = value, .index = index};

	return begin(s, &r, fn, ctx, call, e);
}

int store_delete(struct store *s, const char *key, bool recurse, store_fn *fn,
		 void *ctx, struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_DELETE, .key = key, .flag = recurse};

	return begin(s, &r, fn, ctx, call, e);
}

int store_register(struct store *s, const struct val *service,
		   const char *token, store_fn *fn, void *ctx,
		   struct store_call **call, struct err *e)
{
	struct store_req r = {
		.op = STORE_REGISTER, .service = service, .token = token};

	return begin(s, &r, fn, ctx, call, e);
}

int store_deregister(struct store *s, const char *id, const char *token,
		     store_fn *fn, void *ctx, struct store_call **call,
		     struct err *e)
{
	struct store_req r = {.op = STORE_DEREGISTER, .key = id, .token = token};

	return begin(s, &r, fn, ctx, call, e);
}

int store_check(struct store *s, const char *service_id, const char *check_id,
		const char *name, const char *status, struct str output,
		const char *token, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_CHECK,
			      .key = service_id,
			      .check = check_id,
			      .reason = name,
			      .status = status,
			      .value = output,
			      .token = token};

	return begin(s, &r, fn, ctx, call, e);
}

int store_maint(struct store *s, const char *id, bool on, const char *reason,
		const char *token, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_MAINT,
			      .key = id,
			      .flag = on,
			      .reason = reason ? reason : "",
			      .token = token};

	return begin(s, &r, fn, ctx, call, e);
}

int store_services(struct store *s, store_fn *fn, void *ctx,
		   struct store_call **call, struct err *e)
{
	struct store_req r = {.op = STORE_SERVICES};

	return begin(s, &r, fn, ctx, call, e);
}

/* --- waiting --- */

void store_wait_fn(void *ctx, struct store_reply *r)
{
	struct store_wait *w = ctx;

	w->done = true;
	w->failed = r->err != NULL;
	if (r->err)
		w->err = *r->err;
	w->reply = *r;
	w->reply.err = NULL;
	w->reply.arena = store_reply_take(r);
}

int store_wait(struct store *s, struct store_wait *w, struct err *e)
{
	while (!w->done)
		if (loop_turn(s->loop, CLOCK_NEVER, e) < 0)
			return -1;
	if (!w->failed)
		return 0;
	if (e)
		*e = w->err;
	return -1;
}

void store_wait_free(struct store_wait *w)
{
	drop(w->reply.arena);
	memset(w, 0, sizeof(*w));
}

// SPDX-License-Identifier: MIT
/* consul - the store in a Consul agent: each call is one request of its API,
 * two for the list of services. */
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "store/inner.h"

static void on_fetched(void *ctx, struct consul_reply *r)
{
	struct store_call *c = ctx;
	struct store_reply out = {
		.err = r->err,
		.timeout = r->timeout,
		.status = r->status,
		.absent = r->absent,
		.yes = r->yes,
		.have_index = r->have_index,
		.index = r->index,
		.last_contact_ms = r->last_contact_ms,
		.known_leader = r->known_leader,
		.ms = r->ms,
		.value = r->value,
	};

	c->consul = NULL;
	out.arena = consul_reply_take(r);
	store_answer(c, &out);
}

static int fetch(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct consul_ask ask = {.index = r->ask.index,
				 .wait_ms = r->ask.wait_ms,
				 .stale = r->ask.stale,
				 .consistent = r->ask.consistent};

	return consul_fetch(c->s->consul, r->query, &ask, on_fetched, c,
			    &c->consul, e);
}

static int send(struct store_call *c, const char *method, struct buf *path,
		struct str body, const char *token, consul_fn *fn, struct err *e)
{
	if (path->failed)
		return err_nomem(e);
	return consul_send(c->s->consul, method, buf_str(path), body, token, fn,
			   c, &c->consul, e);
}

/* --- keys --- */

static int key(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct buf BUF_AUTO path = {0};
	struct str value = r->value.p ? r->value : STR("");
	const char *k = r->key;

	if (r->value.n > CONSUL_VALUE_MAX)
		return err_set(e, 0, "the value is longer than %d bytes",
			       CONSUL_VALUE_MAX);
	buf_adds(&path, "/v1/kv/");
	http_escape_path(&path, str_of(*k == '/' ? k + 1 : k));
	if (r->op == STORE_CAS)
		buf_addf(&path, "?cas=%llu", (unsigned long long)r->index);
	if (r->op == STORE_DELETE && r->flag)
		buf_adds(&path, "?recurse=");
	if (r->op == STORE_DELETE)
		return send(c, "DELETE", &path, (struct str){0}, r->token,
			    on_fetched, e);
	return send(c, "PUT", &path, value, r->token, on_fetched, e);
}

/* --- registrations --- */

static int send_to(struct store_call *c, const char *path, const struct val *v,
		   const char *token, consul_fn *fn, struct err *e)
{
	struct buf BUF_AUTO json = {0}, p = {0};

	buf_adds(&p, path);
	if (json_print(&c->arena, &json, v, JSON_PLAIN, e) < 0)
		return -1;
	return send(c, "PUT", &p, str_n(buf_str(&json), json.len), token, fn, e);
}

static int send_json(struct store_call *c, const char *path,
		     const struct val *v, const char *token, struct err *e)
{
	return send_to(c, path, v, token, on_fetched, e);
}

/* The synthetic node of catalogue mode says that no agent speaks for it. */
static void mark_external(struct arena *a, struct val *payload)
{
	struct val meta = val_map(a, &type_map_any);

	store_set_text(a, &meta, "external-node", "true");
	store_set(a, payload, "NodeMeta", meta);
}

static int enlist(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct store *s = c->s;
	struct val payload;

	if (!s->catalog)
		return send_json(c, "/v1/agent/service/register", r->service,
				 r->token, e);
	if (store_payload(&c->arena, s->node, s->node_address, r->service,
			  &payload, e) < 0)
		return -1;
	mark_external(&c->arena, &payload);
	return send_json(c, "/v1/catalog/register", &payload, r->token, e);
}

/* The service is out, whatever became of the node. */
static void delisted(struct store_call *c)
{
	struct store_reply out = {.status = 200};

	store_answer(c, &out);
}

static void on_node_gone(void *ctx, struct consul_reply *r)
{
	struct store_call *c = ctx;

	(void)r;
	c->consul = NULL;
	delisted(c);
}

static const char *kept_token(const struct store_call *c)
{
	return val_kind(&c->kept) == KIND_STRING ? c->kept.s.p : NULL;
}

/* The node goes with its last service. */
static void on_node(void *ctx, struct consul_reply *r)
{
	struct store_call *c = ctx;
	struct val v = val_none(), m = val_map(&c->arena, &type_map_any);
	const struct val *left;
	struct err e;

	c->consul = NULL;
	if (!r->err && json_parse(&c->arena, r->body, 0, &v, &e) == 0 &&
	    (left = store_member(&v, "Services")) &&
	    val_kind(left) == KIND_MAP && !val_map_len(left)) {
		store_set_text(&c->arena, &m, "Node", c->s->node);
		if (send_to(c, "/v1/catalog/deregister", &m, kept_token(c),
			    on_node_gone, &e) == 0)
			return;
	}
	delisted(c);
}

static void on_delisted(void *ctx, struct consul_reply *r)
{
	struct buf BUF_AUTO path = {0};
	struct store_call *c = ctx;
	struct err e;

	c->consul = NULL;
	if (r->err) {
		store_fail(c, r->status, r->err);
		return;
	}
	buf_adds(&path, "/v1/catalog/node/");
	http_escape_path(&path, str_of(c->s->node));
	if (send(c, "GET", &path, (struct str){0}, kept_token(c), on_node, &e) <
	    0)
		delisted(c);
}

static int delist(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct buf BUF_AUTO path = {0};
	struct val m;

	if (c->s->catalog) {
		m = val_map(&c->arena, &type_map_any);
		store_set_text(&c->arena, &m, "Node", c->s->node);
		store_set_text(&c->arena, &m, "ServiceID", r->key);
		if (r->token)
			c->kept = val_cstr(arena_strdup(&c->arena, r->token));
		return send_to(c, "/v1/catalog/deregister", &m, r->token,
			       on_delisted, e);
	}
	buf_adds(&path, "/v1/agent/service/deregister/");
	http_escape_path(&path, str_of(r->key));
	return send(c, "PUT", &path, STR(""), r->token, on_fetched, e);
}

static struct val state_of(struct store_call *c, const struct store_req *r)
{
	struct val m = val_map(&c->arena, &type_map_any);

	store_set_text(&c->arena, &m, "Status", r->status);
	store_set(&c->arena, &m, "Output", val_str(r->value));
	return m;
}

/* In the catalogue a check is replaced whole. */
static int catalog_check(struct store_call *c, const struct store_req *r,
			 struct err *e)
{
	struct arena *a = &c->arena;
	struct val m = val_map(a, &type_map_any), check = state_of(c, r);

	store_set_text(a, &check, "Node", c->s->node);
	store_set_text(a, &check, "CheckID", r->check);
	store_set_text(a, &check, "Name", r->reason);
	store_set_text(a, &check, "ServiceID", r->key ? r->key : "");
	store_set_text(a, &m, "Node", c->s->node);
	store_set_text(a, &m, "Address",
		       *c->s->node_address ? c->s->node_address : "127.0.0.1");
	store_set(a, &m, "SkipNodeUpdate", val_bool(true));
	store_set(a, &m, "Check", check);
	return send_json(c, "/v1/catalog/register", &m, r->token, e);
}

static int check(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct buf BUF_AUTO path = {0};
	struct val m;

	if (c->s->catalog && r->status)
		return catalog_check(c, r, e);
	if (c->s->catalog) {
		m = val_map(&c->arena, &type_map_any);
		store_set_text(&c->arena, &m, "Node", c->s->node);
		store_set_text(&c->arena, &m, "CheckID", r->check);
		return send_json(c, "/v1/catalog/deregister", &m, r->token, e);
	}
	m = r->status ? state_of(c, r) : val_map(&c->arena, &type_map_any);
	buf_adds(&path, r->status ? "/v1/agent/check/update/"
				  : "/v1/agent/check/deregister/");
	http_escape_path(&path, str_of(r->check));
	if (path.failed)
		return err_nomem(e);
	return send_json(c, buf_str(&path), &m, r->token, e);
}

static int maint(struct store_call *c, const struct store_req *r, struct err *e)
{
	struct buf BUF_AUTO path = {0};
	struct http_query q = {0};

	if (c->s->catalog)
		return err_set(e, 0, "maintenance mode needs the agent's API");
	buf_adds(&path, r->key ? "/v1/agent/service/maintenance/"
			       : "/v1/agent/maintenance");
	if (r->key)
		http_escape_path(&path, str_of(r->key));
	http_query_add(&q, "enable", r->flag ? "true" : "false");
	http_query_opt(&q, "reason", r->reason);
	http_query_put(&path, &q);
	return send(c, "PUT", &path, STR(""), r->token, on_fetched, e);
}

/* --- the list of services --- */

/* The checks of one service, from the agent's map of checks by id or from
 * the list that /v1/health/node gives. */
static int add_checks(struct arena *a, struct val *list, const struct val *all,
		      const char *id, struct err *e)
{
	bool map = val_kind(all) == KIND_MAP;
	size_t n = map ? val_map_len(all) : val_len_list(all);
	struct val k, v;

	for (size_t i = 0; i < n; i++) {
		if (map)
			val_map_at(a, all, i, &k, &v);
		else
			v = all->list->items[i];
		if (!strcmp(store_text(a, &v, "ServiceID"), id) &&
		    val_push(a, list, v) < 0)
			return err_nomem(e);
	}
	return 0;
}

/* Both answers are there: one map for each service, with its checks. */
static int join(struct arena *a, const struct val *services,
		const struct val *checks, struct val *out, struct err *e)
{
	const struct val *map = store_member(services, "Services");
	struct val key_, s;

	if (!map) /* the agent's answer is the map itself */
		map = services;
	*out = val_list(a, &type_anys, 8);
	if (val_kind(map) != KIND_MAP) /* null: no such node */
		return val_kind(map) == KIND_INVALID
			       ? 0
			       : err_set(e, 0,
					 "the answer is no map of services");
	for (size_t i = 0; i < val_map_len(map); i++) {
		struct val list = val_list(a, &type_anys, 4), one;

		val_map_at(a, map, i, &key_, &s);
		if (val_kind(&s) != KIND_MAP)
			continue;
		one = val_map_dup(a, &s);
		if (add_checks(a, &list, checks, store_text(a, &s, "ID"), e) < 0)
			return -1;
		store_set(a, &one, "Checks", list);
		if (val_push(a, out, one) < 0)
			return err_nomem(e);
	}
	return 0;
}

static int ask_checks(struct store_call *c, struct err *e);

static void on_listed(void *ctx, struct consul_reply *r)
{
	struct store_call *c = ctx;
	struct store_reply out = {.status = r->status, .known_leader = true};
	struct val v = val_none(), joined;
	struct err e;

	c->consul = NULL;
	if (r->err) {
		store_fail(c, r->status, r->err);
		return;
	}
	if (json_parse(&c->arena, r->body, 0, &v, &e) < 0)
		goto failed;
	if (c->step++ == 0) {
		c->kept = v;
		if (ask_checks(c, &e) < 0)
			goto failed;
		return;
	}
	out.arena = calloc(1, sizeof(*out.arena));
	if (!out.arena) {
		err_nomem(&e);
		goto failed;
	}
	if (join(&c->arena, &c->kept, &v, &joined, &e) < 0) {
		free(out.arena);
		goto failed;
	}
	out.value = val_deep_copy(out.arena, &joined);
	store_answer(c, &out);
	return;
failed:
	store_fail(c, r->status, &e);
}

static int ask_list(struct store_call *c, const char *agent,
		    const char *catalog, struct err *e)
{
	struct buf BUF_AUTO path = {0};

	buf_adds(&path, c->s->catalog ? catalog : agent);
	if (c->s->catalog)
		http_escape_path(&path, str_of(c->s->node));
	return send(c, "GET", &path, (struct str){0}, NULL, on_listed, e);
}

static int ask_checks(struct store_call *c, struct err *e)
{
	return ask_list(c, "/v1/agent/checks", "/v1/health/node/", e);
}

/* --- the table --- */

static int begin(struct store_call *c, const struct store_req *r, struct err *e)
{
	switch (r->op) {
	case STORE_FETCH:
		return fetch(c, r, e);
	case STORE_PUT:
	case STORE_CAS:
	case STORE_DELETE:
		return key(c, r, e);
	case STORE_REGISTER:
		return enlist(c, r, e);
	case STORE_DEREGISTER:
		return delist(c, r, e);
	case STORE_CHECK:
		return check(c, r, e);
	case STORE_MAINT:
		return maint(c, r, e);
	case STORE_SERVICES:
		return ask_list(c, "/v1/agent/services", "/v1/catalog/node/", e);
	}
	return -1;
}

static void end(struct store_call *c)
{
	consul_cancel(c->consul);
}

static void close_store(struct store *s)
{
	consul_close(s->consul);
}

const struct store_backend store_consul_backend = {begin, end, close_store};

// SPDX-License-Identifier: MIT
/* fetch - which request answers which dependency. Paths and parameters are
 * those of Consul's Go client, so that a proxy or a test that knows the
 * original's requests knows ours. */
#include <stdlib.h>
#include <string.h>

#include "consul/inner.h"
#include "data/json.h"
#include "funcs/shape.h"

/* The path of a kind; a trailing '/' means that the name follows. */
static const char *path_of(enum tmpl_dep kind)
{
	switch (kind) {
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
	case DEP_KV_LIST:
		return "/v1/kv/";
	case DEP_SERVICE:
		return "/v1/health/service/";
	case DEP_CONNECT:
		return "/v1/health/connect/";
	case DEP_SERVICES:
		return "/v1/catalog/services";
	case DEP_NODE:
		return "/v1/catalog/node/";
	case DEP_NODES:
		return "/v1/catalog/nodes";
	case DEP_DATACENTERS:
		return "/v1/catalog/datacenters";
	case DEP_PARTITIONS:
		return "/v1/partitions";
	case DEP_EXPORTED_SERVICES:
		return "/v1/exported-services";
	case DEP_IMPORTED_SERVICES:
		return "/v1/imported-services";
	case DEP_PEERINGS:
		return "/v1/peerings";
	case DEP_CA_ROOTS:
		return "/v1/agent/connect/ca/roots";
	case DEP_CA_LEAF:
		return "/v1/agent/connect/ca/leaf/";
	case DEP_CATALOG_SERVICE:
		return "/v1/catalog/service/";
	case DEP_FILE:
	case DEP_VAULT_READ:
	case DEP_VAULT_WRITE:
	case DEP_VAULT_LIST:
	case DEP_VAULT_PKI:
	case DEP_NOMAD_SERVICES:
	case DEP_NOMAD_SERVICE:
	case DEP_NOMAD_VAR_GET:
	case DEP_NOMAD_VAR_BLOCK:
	case DEP_NOMAD_VAR_LIST:
		break;
	}
	return NULL;
}

/* These are asked again and again instead of waiting in the server. */
static bool polled(enum tmpl_dep kind)
{
	return kind == DEP_DATACENTERS || kind == DEP_PARTITIONS;
}

static void add_waiting(const struct consul_call *call, struct http_query *p,
			char index[NUM_TEXT], char wait[NUM_TEXT + 2])
{
	size_t n;

	if (call->ask.stale)
		http_query_add(p, "stale", "");
	if (call->ask.consistent)
		http_query_add(p, "consistent", "");
	if (polled(call->q->kind))
		return;
	if (call->ask.index) {
		num_put_u64(index, call->ask.index);
		http_query_add(p, "index", index);
	}
	if (call->ask.wait_ms > 0) {
		n = num_put_i64(wait, call->ask.wait_ms);
		memcpy(wait + n, "ms", 3);
		http_query_add(p, "wait", wait);
	}
}

static const char *or_else(const char *s, const char *other)
{
	return s && *s ? s : other;
}

static void add_options(const struct consul_call *call, struct http_query *p)
{
	const struct tmpl_query *q = call->q;
	const struct consul *c = call->c;

	http_query_opt(p, "dc", q->dc);
	http_query_opt(p, "ns", or_else(q->ns, c->ns));
	http_query_opt(p, "partition", or_else(q->partition, c->partition));
	http_query_opt(p, "peer", q->peer);
	http_query_opt(p, "sameness-group", q->sameness);
	http_query_opt(p, "near", q->near);
	http_query_opt(p, "tag", q->tag);
	if (q->kind == DEP_KV_LIST)
		http_query_add(p, "recurse", "");
	if ((q->kind == DEP_SERVICE || q->kind == DEP_CONNECT) &&
	    !strcmp(or_else(q->filter, "passing"), "passing"))
		http_query_add(p, "passing", "1");
}

static int send(struct consul_call *call, const char *path, const char *name,
		const struct http_query *p, struct err *e)
{
	struct buf BUF_AUTO b = {0};

	buf_adds(&b, path);
	http_escape_path(&b, str_of(name));
	if (http_query_put(&b, p) < 0)
		return err_nomem(e);
	log_trace(NULL, "%s: GET %s", call->q->id, buf_str(&b));
	return consul_request(call, "GET", buf_str(&b), (struct str){0}, NULL,
			      e);
}

/* Asking each datacentre for its services shows which ones are alive. */
static int next_datacenter(struct consul_call *call, struct err *e)
{
	struct str dc = call->list.list->items[call->next].s;
	struct http_query p = {0};
	char *name = arena_dup(&call->arena, dc.p, dc.n);

	if (!name)
		return err_nomem(e);
	http_query_add(&p, "dc", name);
	http_query_add(&p, "consistent", "");
	return send(call, "/v1/catalog/services", "", &p, e);
}

int consul_next(struct consul_call *call, struct err *e)
{
	const struct tmpl_query *q = call->q;
	const char *path = path_of(q->kind), *name;
	struct http_query p = {0};
	char index[NUM_TEXT], wait[NUM_TEXT + 2];

	if (!path)
		return err_set(e, 0, "%s is not read from Consul", q->id);
	if (call->step == 1 && q->kind == DEP_DATACENTERS)
		return next_datacenter(call, e);
	if (call->step == 0 && q->kind == DEP_NODE && !*q->name)
		return send(call, "/v1/agent/self", "", &p, e);
	name = q->kind == DEP_NODE && !*q->name ? call->node : q->name;
	if (path[strlen(path) - 1] != '/')
		name = "";
	add_options(call, &p);
	add_waiting(call, &p, index, wait);
	return send(call, path, name, &p, e);
}

/* --- what an answer means --- */

static struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

/* The local agent's node name, from /v1/agent/self. */
static int took_self(struct consul_call *call, struct str json, struct err *e)
{
	struct arena a = {0};
	struct val v = val_none();
	const struct val *config = NULL, *name = NULL;
	int ret = json_parse(&a, json, JSON_BORROW, &v, e);

	if (ret == 0 && val_kind(&v) == KIND_MAP)
		config = val_map_gets(&v, STR("Config"));
	if (config && val_kind(config) == KIND_MAP)
		name = val_map_gets(config, STR("NodeName"));
	if (ret == 0 && name && val_kind(name) == KIND_STRING)
		call->node = arena_dup(&call->arena, name->s.p, name->s.n);
	arena_free(&a);
	if (ret == 0 && !call->node)
		return err_set(e, 0, "the agent does not say its node name");
	call->step = 1;
	return ret < 0 || consul_next(call, e) < 0 ? -1 : 1;
}

static int next_or_end(struct consul_call *call, struct consul_reply *r,
		       struct err *e)
{
	if (call->next < val_len_list(&call->list))
		return consul_next(call, e) < 0 ? -1 : 1;
	r->value = val_deep_copy(r->arena, &call->kept);
	return 0;
}

/* The first answer names the datacentres; each further one tells whether one
 * of them is alive (which consul_living also hears when it failed). */
static int took_datacenters(struct consul_call *call,
			    const struct http_answer *a,
			    struct consul_reply *r, struct err *e)
{
	if (call->step == 0) {
		call->list = val_deep_copy(&call->arena, &r->value);
		call->kept = val_list(&call->arena, &type_strings,
				      val_len_list(&call->list));
		call->step = 1;
	} else {
		if (!a->err && a->status == 200)
			(void)!val_push(&call->arena, &call->kept,
					call->list.list->items[call->next]);
		call->next++;
	}
	return next_or_end(call, r, e);
}

int consul_took(struct consul_call *call, const struct http_answer *a,
		struct consul_reply *r, struct err *e)
{
	struct str body = str_n(buf_str(&a->body), a->body.len);
	const struct tmpl_query *q = call->q;
	bool dcs = q->kind == DEP_DATACENTERS && q->ignore_failing;

	if (call->step == 0 && q->kind == DEP_NODE && !*q->name &&
	    a->status == 200)
		return took_self(call, body, e);
	r->arena = arena_new();
	if (!r->arena)
		return err_nomem(e);
	if (dcs && call->step == 1)
		return took_datacenters(call, a, r, e);
	if (a->status == 404) {
		/* Only keys may be absent; an empty list is a list. */
		r->absent = q->kind == DEP_KV_GET || q->kind == DEP_KV_BLOCK ||
			    q->kind == DEP_KV_LIST;
		if (q->kind == DEP_KV_LIST)
			r->value = val_list(r->arena, &shape_key_pair_l, 0);
		return 0;
	}
	if (consul_decode(q, body, r->arena, &r->value, &r->absent, e) < 0)
		return -1;
	return dcs ? took_datacenters(call, a, r, e) : 0;
}

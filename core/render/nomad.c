// SPDX-License-Identifier: MIT
/* nomad - services and variables of a Nomad server, by blocking queries as
 * with Consul; the index is in X-Nomad-Index. */
#include "render/nomad.h"

#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "funcs/shape.h"
#include "render/clients.h"
#include "render/vault.h"

struct nomad {
	struct http_site *site;
	struct http_tls *tls;
};

/* --- the client --- */

static const char *or_env(const char *s, const char *name)
{
	const char *v = *s ? s : getenv(name);

	return v && *v ? v : NULL;
}

static void tls_of(const struct render_ssl *s, struct http_tls_conf *t)
{
	const char *skip = getenv("NOMAD_SKIP_VERIFY");

	clients_tls(s, t);
	if (s->enabled)
		return;
	*t = (struct http_tls_conf){
		.insecure = skip && opt_bool(skip) == 1,
		.ca_file = or_env("", "NOMAD_CACERT"),
		.ca_path = or_env("", "NOMAD_CAPATH"),
		.cert = or_env("", "NOMAD_CLIENT_CERT"),
		.key = or_env("", "NOMAD_CLIENT_KEY"),
		.server_name = or_env("", "NOMAD_TLS_SERVER_NAME"),
	};
}

int nomad_open(struct runner *r, struct err *e)
{
	const struct render_nomad *c = &r->conf->nomad;
	const struct render_transport *t = &c->transport;
	struct http_tls_conf tls;
	struct buf BUF_AUTO auth = {0};
	struct http_site_conf s = {
		.url = *c->address ? c->address : "http://127.0.0.1:4646",
		.dial_ms = dur_ms(t->dial_timeout),
		.keep_alive_s = dur_ms(t->dial_keep_alive) / 1000,
		.idle_s = dur_ms(t->idle_conn_timeout) / 1000,
		.no_reuse = t->disable_keep_alives,
		.basic = or_env("", "NOMAD_HTTP_AUTH"),
	};
	struct nomad *n = calloc(1, sizeof(*n));

	if (!n)
		return err_nomem(e);
	r->nomad = n;
	if (*c->auth_user || *c->auth_password) {
		buf_addf(&auth, "%s:%s", c->auth_user, c->auth_password);
		s.basic = buf_str(&auth);
	}
	tls_of(&c->ssl, &tls);
	if (http_tls_open(&tls, &n->tls, e) < 0)
		return -1;
	s.tls = n->tls;
	if (http_site_open(r->http, &s, &n->site, e) < 0)
		return -1;
	return http_site_header(n->site, "X-Nomad-Token", c->token, e);
}

void nomad_close(struct nomad *n)
{
	if (!n)
		return;
	http_site_free(n->site);
	http_tls_free(n->tls);
	free(n);
}

/* --- what answers become --- */

static void fill(struct arena *a, struct val *to, const char *field,
		 const struct val *json, const char *key)
{
	const struct val *m = json_member(json, key);
	struct val *f = val_field(to, field);

	if (m)
		(void)!shape_decode(a, f->type, m, f, NULL);
}

static int by_text(const void *x, const void *y)
{
	const struct val *a = x, *b = y;

	return str_cmp(a->s, b->s);
}

static int by_name(const void *x, const void *y)
{
	const struct val *a = x, *b = y;

	return str_cmp(val_field(a, "Name")->s, val_field(b, "Name")->s);
}

static void sort(struct val *list, int (*fn)(const void *, const void *))
{
	if (val_len_list(list) > 1)
		qsort(list->list->items, list->list->n,
		      sizeof(*list->list->items), fn);
}

static struct val items_of(const struct val *json)
{
	return val_kind(json) == KIND_SLICE ? *json : val_none();
}

/* The services of the first namespace of the answer. */
static int services(const struct val *json, struct arena *a, struct val *out,
		    struct err *e)
{
	struct val all = items_of(json), list = val_none();

	*out = val_list(a, &shape_nomad_snippet_l, 8);
	if (val_len_list(&all)) {
		const struct val *m = json_member(&all.list->items[0],
						  "Services");

		list = m ? items_of(m) : val_none();
	}
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct val s = val_ptr(a, &shape_nomad_snippet_p);

		if (!s.fields)
			return err_nomem(e);
		fill(a, &s, "Name", &list.list->items[i], "ServiceName");
		fill(a, &s, "Tags", &list.list->items[i], "Tags");
		sort(val_field(&s, "Tags"), by_text);
		if (val_push(a, out, s) < 0)
			return err_nomem(e);
	}
	sort(out, by_name);
	return 0;
}

static bool has_tag(const struct val *s, const char *tag)
{
	const struct val *tags = val_field(s, "Tags");

	for (size_t i = 0; i < val_len_list(tags); i++)
		if (str_is(tags->list->items[i].s, tag))
			return true;
	return !*tag;
}

static int service(const struct tmpl_query *q, const struct val *json,
		   struct arena *a, struct val *out, struct err *e)
{
	static const char *const keys[][2] = {
		{"ID", "ID"}, {"Name", "ServiceName"}, {"Node", "NodeID"},
		{"Address", "Address"}, {"Port", "Port"},
		{"Datacenter", "Datacenter"}, {"Tags", "Tags"},
		{"JobID", "JobID"}, {"AllocID", "AllocID"},
	};
	struct val list = items_of(json);

	*out = val_list(a, &shape_nomad_service_l, 8);
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct val s = val_ptr(a, &shape_nomad_service_p);

		if (!s.fields)
			return err_nomem(e);
		for (size_t k = 0; k < COUNT(keys); k++)
			fill(a, &s, keys[k][0], &list.list->items[i],
			     keys[k][1]);
		sort(val_field(&s, "Tags"), by_text);
		if (has_tag(&s, q->tag) && val_push(a, out, s) < 0)
			return err_nomem(e);
	}
	return 0;
}

static struct val meta_of(struct arena *a, const struct val *json)
{
	static const char *const keys[] = {
		"Namespace", "Path", "CreateIndex", "ModifyIndex",
		"CreateTime", "ModifyTime",
	};
	struct val m = val_ptr(a, &shape_nomad_meta_p);

	for (size_t i = 0; m.fields && i < COUNT(keys); i++)
		fill(a, &m, keys[i], json, keys[i]);
	return m;
}

static int variable(const struct val *json, struct arena *a, struct val *out,
		    struct err *e)
{
	const struct val *items = json_member(json, "Items");
	struct val meta = meta_of(a, json), map = val_map(a, &type_map_str);

	if (!meta.fields)
		return err_nomem(e);
	if (items && shape_decode(a, &type_map_str, items, &map, e) < 0)
		return -1;
	*out = shape_nomad_make(a, &meta, &map);
	return 0;
}

static int variables(const struct val *json, struct arena *a, struct val *out,
		     struct err *e)
{
	struct val list = items_of(json);

	*out = val_list(a, &shape_nomad_meta_l, 8);
	for (size_t i = 0; i < val_len_list(&list); i++)
		if (val_push(a, out, meta_of(a, &list.list->items[i])) < 0)
			return err_nomem(e);
	return 0;
}

static int shape(const struct tmpl_query *q, const struct val *json,
		 struct arena *a, struct val *out, struct err *e)
{
	switch ((int)q->kind) {
	case DEP_NOMAD_SERVICES:
		return services(json, a, out, e);
	case DEP_NOMAD_SERVICE:
		return service(q, json, a, out, e);
	case DEP_NOMAD_VAR_LIST:
		return variables(json, a, out, e);
	default:
		return variable(json, a, out, e);
	}
}

/* --- answers --- */

static int read_answer(const struct view *v, struct http_answer *a,
		       struct view_news *n, struct err *e)
{
	enum tmpl_dep kind = v->q->kind;
	struct val json = val_none();
	struct arena tmp = {0};
	struct val made;
	int ret;

	if (a->err)
		return err_set(e, 0, "%s", a->err->text);
	if (a->status == 404 &&
	    (kind == DEP_NOMAD_VAR_GET || kind == DEP_NOMAD_VAR_BLOCK)) {
		n->absent = true;
		return 0;
	}
	/* What must not be listed looks empty. */
	if (a->status == 403 && kind == DEP_NOMAD_VAR_LIST)
		buf_reset(&a->body);
	else if (a->status != 200)
		return err_set(e, 0, "Unexpected response code: %d (%s)",
			       a->status, buf_str(&a->body));
	n->arena = calloc(1, sizeof(*n->arena));
	if (!n->arena)
		return err_nomem(e);
	ret = a->body.len ? json_parse(&tmp, str_n(a->body.p, a->body.len),
				       JSON_NUMBER, &json, e) : 0;
	if (ret == 0)
		ret = shape(v->q, &json, &tmp, &made, e);
	if (ret == 0)
		n->data = val_deep_copy(n->arena, &made);
	arena_free(&tmp);
	return ret;
}

static void on_answer(void *ctx, struct http_answer *a)
{
	struct view *v = ctx;
	struct view_news n = {.known_leader = true};
	uint64_t contact = 0;
	char leader[8];
	struct err e;

	v->own = NULL;
	(void)http_header_u64(a, "X-Nomad-Index", &n.index);
	(void)http_header_u64(a, "X-Nomad-LastContact", &contact);
	n.last_contact_ms = (int64_t)contact;
	if (http_header(a, "X-Nomad-KnownLeader", leader, sizeof(leader)))
		n.known_leader = strcmp(leader, "false") != 0;
	if (read_answer(v, a, &n, &e) == 0) {
		view_got(v, &n);
		return;
	}
	if (n.arena) {
		arena_free(n.arena);
		free(n.arena);
	}
	view_failed(v, e.text, false);
}

/* --- requests --- */

static const char *path_of(enum tmpl_dep kind)
{
	switch ((int)kind) {
	case DEP_NOMAD_SERVICES:
		return "/v1/services";
	case DEP_NOMAD_SERVICE:
		return "/v1/service/";
	case DEP_NOMAD_VAR_LIST:
		return "/v1/vars";
	default:
		return "/v1/var/";
	}
}

static void fetch(struct view *v)
{
	const struct render_config *c = v->r->conf;
	const struct tmpl_query *q = v->q;
	const char *path = path_of(q->kind), *region = getenv("NOMAD_REGION");
	struct http_query p = {0};
	struct buf BUF_AUTO target = {0};
	struct http_req r = {0};
	struct http_call *call;
	char index[NUM_TEXT], wait[NUM_TEXT + 2];
	size_t n;
	struct err e;

	http_query_opt(&p, "namespace", *q->ns ? q->ns : c->nomad.ns);
	http_query_opt(&p, "region", *q->dc ? q->dc : region);
	http_query_opt(&p, "choose", q->choose);
	if (c->max_stale && !v->no_stale)
		http_query_add(&p, "stale", "");
	if (v->index) {
		num_put_u64(index, v->index);
		http_query_add(&p, "index", index);
	}
	n = num_put_i64(wait, dur_ms(c->block_query_wait));
	memcpy(wait + n, "ms", 3);
	http_query_add(&p, "wait", wait);
	if (q->kind == DEP_NOMAD_VAR_LIST)
		http_query_add(&p, "prefix", q->name);
	buf_adds(&target, path);
	if (path[strlen(path) - 1] == '/')
		http_escape_path(&target, str_of(q->name));
	http_query_put(&target, &p);
	r.target = buf_str(&target);
	if (http_start(v->r->nomad->site, &r, on_answer, v, &call, &e) < 0)
		view_failed(v, e.text, false);
	else
		v->own = call;
}

static void cancel(struct view *v)
{
	http_cancel(v->own);
	v->own = NULL;
}

static const struct render_retry *retry(const struct runner *r)
{
	return &r->conf->nomad.retry;
}

const struct view_source view_nomad_source = {retry, fetch, cancel};

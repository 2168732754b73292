// SPDX-License-Identifier: MIT
/* vault_view - secrets as dependencies. The first fetch asks which engine the
 * path belongs to (KV version 2 puts data/ or metadata/ behind the mount),
 * then reads, lists or writes; later fetches first wait for the lease: a
 * renewable one is renewed as long as that works, any other is slept through
 * for most of its time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/json.h"
#include "funcs/shape.h"
#include "render/vault.h"

struct own {
	struct vault_call *call;
	struct loop_timer timer;
	struct buf path;      /* behind /v1/, with the engine's part */
	bool mounted;         /* path is known for good */
	bool kv2;
	bool fetched;
	bool renewable;
	char *lease_id;
	int64_t lease, prior; /* seconds */
	int64_t grace;        /* ms */
	int64_t sleep_ms;     /* of a lease that is not renewable */
};

enum { WAKE_MS = 5 };

static void ask(struct view *v);

static void fail(struct view *v, const struct err *e)
{
	view_failed(v, e->text, false);
}

static void send(struct view *v, const char *method, const char *target,
		 struct str body, vault_fn *fn)
{
	struct own *o = v->own;
	struct err e;

	if (vault_send(v->r->vault, method, target, body, fn, v, &o->call,
		       &e) < 0)
		fail(v, &e);
}

/* --- which engine --- */

/* Puts word (data or metadata) behind the mount, unless it is there. */
static void insert(struct view *v, struct str mount, const char *word)
{
	struct own *o = v->own;
	struct str raw = str_of(v->q->name), ns = str_of(v->r->conf->vault.ns);
	struct str bare, rest;

	while (ns.n && ns.p[ns.n - 1] == '/')
		ns.n--;
	if (ns.n && str_prefix(mount, ns) && mount.n > ns.n &&
	    mount.p[ns.n] == '/')
		mount = str_cut(mount, ns.n + 1, mount.n);
	bare = mount;
	while (bare.n && bare.p[bare.n - 1] == '/')
		bare.n--;
	buf_reset(&o->path);
	if (str_eq(raw, mount) || str_eq(raw, bare)) {
		buf_addf(&o->path, "%.*s/%s", (int)bare.n, bare.p, word);
		return;
	}
	rest = str_prefix(raw, mount) ? str_cut(raw, mount.n, raw.n) : raw;
	if (str_prefix(rest, STR("data/")) ||
	    str_prefix(rest, STR("metadata/")) ||
	    str_prefix(rest, STR("subkeys/"))) {
		buf_add(&o->path, raw.p, raw.n);
		return;
	}
	buf_addf(&o->path, "%.*s/%s/%.*s", (int)bare.n, bare.p, word,
		 (int)rest.n, rest.p);
}

static void on_mount(void *ctx, struct vault_answer *a)
{
	struct view *v = ctx;
	struct own *o = v->own;
	const struct val *data = json_member(&a->json, "data");
	const struct val *options = json_member(data, "options");

	o->call = NULL;
	/* A server that cannot be asked now is asked again next time. */
	o->mounted = a->status != 0 && a->status < 500;
	o->kv2 = !a->err && str_is(json_text(data, "type"), "kv") &&
		 str_is(json_text(options, "version"), "2");
	buf_reset(&o->path);
	buf_adds(&o->path, v->q->name);
	if (a->err && a->status != 404)
		log_warn("view", "failed to check if %s is KVv2, assume not: "
			 "%s", v->q->name, a->err->text);
	if (o->kv2)
		insert(v, json_text(data, "path"),
		       v->q->kind == DEP_VAULT_LIST ? "metadata" : "data");
	ask(v);
}

static void find_mount(struct view *v)
{
	struct buf BUF_AUTO target = {0};

	buf_adds(&target, "/v1/sys/internal/ui/mounts/");
	http_escape_path(&target, str_of(v->q->name));
	send(v, "GET", buf_str(&target), (struct str){0}, on_mount);
}

/* --- what a secret looks like --- */

static void fill(struct arena *a, struct val *to, const char *field,
		 const struct val *json, const char *key)
{
	const struct val *m = json_member(json, key);
	struct val *f = val_field(to, field);

	if (m)
		(void)!shape_decode(a, f->type, m, f, NULL);
}

static struct val auth_of(struct arena *a, const struct val *json)
{
	static const char *const keys[][2] = {
		{"ClientToken", "client_token"}, {"Accessor", "accessor"},
		{"Policies", "policies"}, {"Metadata", "metadata"},
		{"LeaseDuration", "lease_duration"}, {"Renewable", "renewable"},
	};
	struct val v = val_ptr(a, &shape_secret_auth_p);

	for (size_t i = 0; v.fields && i < COUNT(keys); i++)
		fill(a, &v, keys[i][0], json, keys[i][1]);
	return v;
}

static struct val wrap_of(struct arena *a, const struct val *json)
{
	static const char *const keys[][2] = {
		{"Token", "token"}, {"TTL", "ttl"},
		{"CreationTime", "creation_time"},
		{"WrappedAccessor", "wrapped_accessor"},
	};
	struct val v = val_ptr(a, &shape_wrap_info_p);

	for (size_t i = 0; v.fields && i < COUNT(keys); i++)
		fill(a, &v, keys[i][0], json, keys[i][1]);
	return v;
}

static struct val secret_of(struct arena *a, const struct val *json)
{
	static const char *const keys[][2] = {
		{"RequestID", "request_id"}, {"LeaseID", "lease_id"},
		{"LeaseDuration", "lease_duration"}, {"Renewable", "renewable"},
		{"Data", "data"}, {"Warnings", "warnings"},
	};
	const struct val *auth = json_member(json, "auth");
	const struct val *wrap = json_member(json, "wrap_info");
	struct val v = val_ptr(a, &shape_secret_p);

	for (size_t i = 0; v.fields && i < COUNT(keys); i++)
		fill(a, &v, keys[i][0], json, keys[i][1]);
	if (v.fields && auth)
		*val_field(&v, "Auth") = auth_of(a, auth);
	if (v.fields && wrap)
		*val_field(&v, "WrapInfo") = wrap_of(a, wrap);
	return v;
}

/* --- leases --- */

static int64_t now_s(void)
{
	return (int64_t)clock_wall().tv_sec;
}

/* How long data without a lease is good, by what it says of itself. -1: an
 * error of the rotating engine. */
static int64_t own_seconds(const struct val *data, bool *exact)
{
	int64_t n;

	*exact = false;
	if (json_member(data, "certificate") &&
	    (n = json_int(data, "expiration")) > 0)
		return n - now_s();
	if (json_member(data, "secret_id") &&
	    (n = json_int(data, "secret_id_ttl")) > 0)
		return n + 1;
	if (json_member(data, "rotation_period") && json_member(data, "ttl")) {
		*exact = true;
		n = json_int(data, "ttl");
		return n > 0 ? n + 1 : -1;
	}
	return 0;
}

static void note_lease(struct view *v, const struct val *json)
{
	const struct render_vault *c = &v->r->conf->vault;
	const struct val *auth = json_member(json, "auth");
	struct own *o = v->own;
	struct str id = json_text(json, "lease_id");
	double part = c->lease_renewal_threshold +
		      (vault_chance() - 0.5) * 0.1;
	int64_t seconds;
	bool exact = false;

	o->lease = json_int(json, "lease_duration");
	if (auth && json_int(auth, "lease_duration") > 0)
		o->lease = json_int(auth, "lease_duration");
	o->renewable = auth ? json_true(auth, "renewable")
			    : json_true(json, "renewable");
	o->prior = o->lease;
	o->grace = 0;
	free(o->lease_id);
	o->lease_id = strndup(id.n ? id.p : "", id.n);
	seconds = o->lease;
	if (seconds <= 0)
		seconds = own_seconds(json_member(json, "data"), &exact);
	if (part <= 0 || part >= 1)
		part = c->lease_renewal_threshold;
	if (seconds == 0) {
		o->sleep_ms = (int64_t)((double)dur_ms(c->default_lease_duration) *
					part);
		return;
	}
	o->sleep_ms = seconds < 0 ? 1000
				  : (int64_t)((double)seconds * 1000 *
					      (exact ? 1 : part));
}

/* --- answers --- */

static void publish(struct view *v, struct vault_answer *a, struct val data)
{
	struct own *o = v->own;
	struct view_news n = {.data = data, .arena = a->arena,
			      .index = v->index + 1, .known_leader = true};

	a->arena = NULL;
	o->fetched = true;
	view_got(v, &n);
}

static bool deleted(const struct val *json)
{
	const struct val *meta =
		json_member(json_member(json, "data"), "metadata");
	struct str when = json_text(meta, "deletion_time");
	struct arena a = {0};
	struct val t;
	char now[CLOCK_DATE];
	bool past;

	if (!when.n)
		return false;
	/* RFC 3339 in UTC: the order of the text is the order of time. */
	past = shape_time_parse(&a, when, &t, NULL) == 0;
	arena_free(&a);
	clock_date(now, (time_t)now_s(), true, '-', 'T');
	return past && when.n >= 19 &&
	       str_cmp(str_cut(when, 0, 19), str_of(now)) < 0;
}

static void say_warnings(const struct view *v, const struct val *json)
{
	const struct val *w = json_member(json, "warnings");

	for (size_t i = 0; w && val_kind(w) == KIND_SLICE &&
			   i < val_len_list(w); i++)
		if (val_kind(&w->list->items[i]) == KIND_STRING)
			log_warn("view", "%s: %.*s", v->q->id,
				 (int)w->list->items[i].s.n,
				 w->list->items[i].s.p);
}

static void missing(struct view *v)
{
	struct own *o = v->own;
	struct err e;

	err_set(&e, 0, "no secret exists at %s", buf_str(&o->path));
	fail(v, &e);
}

static void on_secret(void *ctx, struct vault_answer *a)
{
	struct view *v = ctx;
	struct own *o = v->own;
	bool none;

	o->call = NULL;
	none = a->status == 404 || (!a->err && !a->json.type);
	if (v->q->kind == DEP_VAULT_WRITE && none && a->status != 404 &&
	    !o->kv2) {
		/* A write that answers nothing: there is nothing to show. */
		note_lease(v, &a->json);
		publish(v, a, val_none());
		return;
	}
	if (none || (!a->err && deleted(&a->json))) {
		missing(v);
		return;
	}
	if (a->err) {
		fail(v, a->err);
		return;
	}
	say_warnings(v, &a->json);
	note_lease(v, &a->json);
	if (o->sleep_ms == 1000 && !o->lease) {
		struct err e;

		err_set(&e, 0, "vault rotating secret returned ttl=0, will "
			       "retry");
		fail(v, &e);
		return;
	}
	publish(v, a, secret_of(a->arena, &a->json));
}

static int by_text(const void *x, const void *y)
{
	const struct val *a = x, *b = y;

	return str_cmp(a->s, b->s);
}

static void on_list(void *ctx, struct vault_answer *a)
{
	struct view *v = ctx;
	struct own *o = v->own;
	const struct val *keys = json_member(json_member(&a->json, "data"),
					     "keys");
	struct val list;

	o->call = NULL;
	if (a->err && a->status != 404) {
		fail(v, a->err);
		return;
	}
	list = val_list(a->arena, &type_strings, 8);
	for (size_t i = 0; keys && val_kind(keys) == KIND_SLICE &&
			   i < val_len_list(keys); i++)
		if (val_kind(&keys->list->items[i]) == KIND_STRING)
			(void)!val_push(a->arena, &list,
					keys->list->items[i]);
	if (val_len_list(&list) > 1)
		qsort(list.list->items, list.list->n, sizeof(*list.list->items),
		      by_text);
	o->sleep_ms = dur_ms(v->r->conf->vault.default_lease_duration);
	publish(v, a, list);
}

/* --- requests --- */

void vault_put_pairs(struct buf *b, const struct tmpl_query *q, bool kv2)
{
	buf_adds(b, kv2 ? "{\"data\":{" : "{");
	for (size_t i = 0; q->pairs && q->pairs[i]; i++) {
		struct str s = str_of(q->pairs[i]);
		ptrdiff_t eq = str_chr(s, '=');

		if (eq < 0)
			continue;
		buf_adds(b, i ? "," : "");
		json_print_str(b, str_cut(s, 0, (size_t)eq), 0);
		buf_addc(b, ':');
		json_print_str(b, str_cut(s, (size_t)eq + 1, s.n), 0);
	}
	buf_adds(b, kv2 ? "}}" : "}");
}

static void ask(struct view *v)
{
	struct own *o = v->own;
	struct buf BUF_AUTO target = {0}, body = {0};
	const struct tmpl_query *q = v->q;

	buf_adds(&target, "/v1/");
	http_escape_path(&target, str_n(buf_str(&o->path), o->path.len));
	if (q->kind == DEP_VAULT_LIST) {
		buf_adds(&target, "?list=true");
		send(v, "GET", buf_str(&target), (struct str){0}, on_list);
	} else if (q->kind == DEP_VAULT_WRITE) {
		vault_put_pairs(&body, q, o->kv2);
		send(v, "PUT", buf_str(&target),
		     str_n(buf_str(&body), body.len), on_secret);
	} else {
		if (*q->version)
			buf_addf(&target, "?%s", q->version);
		send(v, "GET", buf_str(&target), (struct str){0}, on_secret);
	}
}

static void on_sleep_over(struct loop_timer *t);

static void begin(struct view *v)
{
	const struct vault *vault = v->r->vault;
	struct own *o = v->own;
	int64_t now = clock_mono_ms();

	/* The token is renewed before anything is asked, as the original
	 * does. */
	if (vault->renewing && now < vault->first_until)
		loop_timer_set(v->r->loop, &o->timer, now + WAKE_MS,
			       on_sleep_over, v);
	else if (o->mounted)
		ask(v);
	else
		find_mount(v);
}

/* --- between two reads --- */

static void renew(struct view *v);

static void on_renew_time(struct loop_timer *t)
{
	renew(t->ctx);
}

static void on_sleep_over(struct loop_timer *t)
{
	begin(t->ctx);
}

static void on_renewed(void *ctx, struct vault_answer *a)
{
	struct view *v = ctx;
	struct own *o = v->own;
	int64_t ms = -1;

	o->call = NULL;
	if (a->err) {
		log_warn("view", "%s: failed to renew: %s", v->q->id,
			 a->err->text);
	} else {
		o->prior = o->lease;
		o->lease = json_int(&a->json, "lease_duration");
		if (json_true(&a->json, "renewable"))
			ms = vault_renew_after(o->lease, o->prior, &o->grace);
	}
	if (ms >= 0) {
		loop_timer_set(v->r->loop, &o->timer, clock_mono_ms() + ms,
			       on_renew_time, v);
		return;
	}
	log_warn("view", "%s: renewer done (maybe the lease expired)",
		 v->q->id);
	begin(v);
}

static void renew(struct view *v)
{
	struct own *o = v->own;
	struct buf BUF_AUTO body = {0};

	buf_adds(&body, "{\"increment\":0,\"lease_id\":");
	json_print_str(&body, str_of(o->lease_id), 0);
	buf_adds(&body, "}");
	send(v, "PUT", "/v1/sys/leases/renew",
	     str_n(buf_str(&body), body.len), on_renewed);
}

static void fetch(struct view *v)
{
	struct own *o = v->own;

	if (!o) {
		o = v->own = calloc(1, sizeof(*o));
		if (!o) {
			view_failed(v, "out of memory", true);
			return;
		}
	}
	if (!o->fetched || v->tries)
		begin(v);
	else if (o->renewable && o->lease_id && *o->lease_id)
		renew(v);
	else
		loop_timer_set(v->r->loop, &o->timer,
			       clock_mono_ms() + o->sleep_ms, on_sleep_over, v);
}

static void cancel(struct view *v)
{
	struct own *o = v->own;

	if (!o)
		return;
	vault_cancel(o->call);
	loop_timer_unset(&o->timer);
	buf_free(&o->path);
	free(o->lease_id);
	free(o);
	v->own = NULL;
}

static const struct render_retry *retry(const struct runner *r)
{
	return &r->conf->vault.retry;
}

const struct view_source view_vault_source = {retry, fetch, cancel};

void vault_read_again(struct runner *r)
{
	for (struct view *v = r->first; v; v = v->next)
		if (v->source == &view_vault_source && v->started && !v->done)
			view_restart(v);
}

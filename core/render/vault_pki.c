// SPDX-License-Identifier: MIT
/* vault_pki - pkiCert: a certificate that is only asked for when the one in
 * the destination file is missing or old, so that a restart issues nothing.
 * It is renewed after lease_renewal_threshold of its life. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/pki.h"
#include "data/json.h"
#include "funcs/shape.h"
#include "os/file.h"
#include "render/vault.h"

enum { LOOK_S = 3600, PEM_MAX = 4 << 20 };

struct own {
	struct vault_call *call;
	struct loop_timer timer;
	bool tried_file;
	int64_t renew_at; /* seconds since 1970; 0 = now */
};

/* What a text full of PEM blocks holds. */
struct pem {
	struct val v;     /* dependency.PemEncoded */
	bool cert, key;
	int64_t from, to;
};

/* --- reading PEM --- */

static struct str block(struct arena *a, struct str type, const struct buf *der)
{
	struct buf BUF_AUTO b = {0}, name = {0};
	struct str s = {0};

	buf_add(&name, type.p, type.n);
	crypto_pem_put(buf_str(&name), str_n(der->p, der->len), &b);
	s.p = arena_dup(a, buf_str(&b), b.len);
	s.n = s.p ? b.len : 0;
	return s;
}

static void take_ca(struct arena *a, struct pem *p, struct str text)
{
	struct val *ca = val_field(&p->v, "CA");
	struct val *chain = val_field(&p->v, "CAChain");

	if (!ca->s.n)
		ca->s = text;
	if (!chain->list)
		*chain = val_list(a, &type_strings, 4);
	for (size_t i = 0; chain->list && i < val_len_list(chain); i++)
		if (str_eq(chain->list->items[i].s, text))
			return;
	(void)!val_push(a, chain, val_str(text));
}

static int take(struct arena *a, struct pem *p, struct str type,
		const struct buf *der, struct err *e)
{
	struct cert_info info;

	if (str_suffix(type, STR("PRIVATE KEY"))) {
		val_field(&p->v, "Key")->s = block(a, type, der);
		p->key = true;
		return 0;
	}
	if (!str_is(type, "CERTIFICATE"))
		return 0;
	if (crypto_cert_read(str_n(der->p, der->len), &info, e) < 0)
		return -1;
	if (info.is_ca) {
		take_ca(a, p, block(a, type, der));
		return 0;
	}
	val_field(&p->v, "Cert")->s = block(a, type, der);
	p->cert = true;
	p->from = info.not_before;
	p->to = info.not_after;
	return 0;
}

static int read_all(struct arena *a, struct str text, struct pem *p,
		    struct err *e)
{
	struct buf BUF_AUTO der = {0};
	struct str type;

	*p = (struct pem){.v = val_ptr(a, &shape_pem_p)};
	if (!p->v.fields)
		return err_nomem(e);
	p->v.type = &shape_pem;
	while (crypto_pem_next(&text, &type, &der) == 1)
		if (take(a, p, type, &der, e) < 0)
			return -1;
	return 0;
}

/* --- when it is old --- */

static int64_t now_s(void)
{
	return (int64_t)clock_wall().tv_sec;
}

static int64_t renew_time(const struct view *v, const struct pem *p)
{
	double part = v->r->conf->vault.lease_renewal_threshold;

	return p->from + (int64_t)((double)(p->to - p->from) * part);
}

static void publish(struct view *v, const struct pem *p, struct arena *a)
{
	struct own *o = v->own;
	struct view_news n = {.data = p->v, .arena = a, .index = v->index + 1,
			      .known_leader = true};

	o->renew_at = renew_time(v, p);
	view_got(v, &n);
}

static struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

static void drop(struct arena *a)
{
	if (a)
		arena_free(a);
	free(a);
}

/* --- from the destination --- */

/* The file's name is in the id: vault.pki(PATH->FILE). */
static bool from_file(struct view *v)
{
	const char *id = v->q->id, *at = strstr(id, "->");
	struct buf BUF_AUTO name = {0}, text = {0};
	struct arena *a;
	struct pem p;

	if (!at || !strlen(at + 2))
		return false;
	buf_add(&name, at + 2, strlen(at + 2) - 1);
	if (!name.len || file_read(AT_FDCWD, buf_str(&name), &text, PEM_MAX,
				   NULL) < 0)
		return false;
	a = arena_new();
	if (!a || read_all(a, str_n(buf_str(&text), text.len), &p, NULL) < 0 ||
	    !p.cert || !p.key || now_s() >= p.to ||
	    now_s() >= renew_time(v, &p)) {
		drop(a);
		return false;
	}
	publish(v, &p, a);
	return true;
}

/* --- from Vault --- */

/* All strings of the answer's data, and the chain, one after another. */
static void gather(const struct val *data, struct buf *b)
{
	struct arena a = {0};
	struct val key, item;

	for (size_t i = 0; data && val_kind(data) == KIND_MAP &&
			   i < val_map_len(data); i++) {
		val_map_at(&a, data, i, &key, &item);
		if (val_kind(&item) == KIND_STRING)
			buf_addf(b, "%.*s\n", (int)item.s.n, item.s.p);
		for (size_t k = 0; val_kind(&item) == KIND_SLICE &&
				   k < val_len_list(&item); k++)
			if (val_kind(&item.list->items[k]) == KIND_STRING)
				buf_addf(b, "%.*s\n",
					 (int)item.list->items[k].s.n,
					 item.list->items[k].s.p);
	}
	arena_free(&a);
}

static void on_answer(void *ctx, struct vault_answer *ans)
{
	struct view *v = ctx;
	struct own *o = v->own;
	struct buf BUF_AUTO text = {0};
	struct arena *a;
	struct pem p;
	struct err e;

	o->call = NULL;
	if (ans->err) {
		view_failed(v, ans->err->text, false);
		return;
	}
	gather(json_member(&ans->json, "data"), &text);
	a = arena_new();
	if (!a)
		err_nomem(&e);
	else if (read_all(a, str_n(buf_str(&text), text.len), &p, &e) == 0 &&
		 !p.cert)
		err_set(&e, 0, "no certificate in the answer");
	else if (a && p.cert) {
		publish(v, &p, a);
		return;
	}
	drop(a);
	view_failed(v, e.text, false);
}

static void issue(struct view *v)
{
	struct own *o = v->own;
	struct buf BUF_AUTO target = {0}, body = {0};
	struct err e;

	buf_adds(&target, "/v1/");
	http_escape_path(&target, str_of(v->q->name));
	vault_put_pairs(&body, v->q, false);
	if (vault_send(v->r->vault, "PUT", buf_str(&target),
		       str_n(buf_str(&body), body.len), on_answer, v, &o->call,
		       &e) < 0)
		view_failed(v, e.text, false);
}

static void fetch(struct view *v);

static void on_time(struct loop_timer *t)
{
	struct view *v = t->ctx;
	struct own *o = v->own;

	if (!v->tries && o->renew_at > now_s())
		fetch(v);
	else
		issue(v);
}

static void fetch(struct view *v)
{
	struct own *o = v->own;
	int64_t left;

	if (!o) {
		o = v->own = calloc(1, sizeof(*o));
		if (!o) {
			view_failed(v, "out of memory", true);
			return;
		}
	}
	if (!o->tried_file) {
		o->tried_file = true;
		if (from_file(v))
			return;
	}
	left = o->renew_at ? o->renew_at - now_s() : 0;
	if (left <= 0 && o->renew_at && !v->tries)
		left = 1; /* a new one without time left is taken as it is */
	if (left > LOOK_S)
		left = LOOK_S; /* the clock may be set meanwhile */
	loop_timer_set(v->r->loop, &o->timer,
		       clock_mono_ms() + (v->tries ? 0 : left * 1000), on_time,
		       v);
}

static void cancel(struct view *v)
{
	struct own *o = v->own;

	if (!o)
		return;
	vault_cancel(o->call);
	loop_timer_unset(&o->timer);
	free(o);
	v->own = NULL;
}

static const struct render_retry *retry(const struct runner *r)
{
	return &r->conf->vault.retry;
}

const struct view_source view_pki_source = {retry, fetch, cancel};

// SPDX-License-Identifier: MIT
/* probe_http - an HTTP request and what is expected of its answer. The body is
 * read up to a limit, the rest is not waited for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "health/inner.h"

struct header_rule {
	const char *name;
	struct regex *re;
};

struct probe_http {
	struct http_site *site;
	struct http_tls *tls;
	struct http_call *call;
	char *target; /* path and query */
	char *shown;  /* the URL without secrets */
	struct regex *body;
	struct header_rule headers[HEADERS_MAX];
	size_t nheaders;
};

static void http_close_probe(struct health_probe *p)
{
	struct probe_http *h = p->http;

	http_site_free(h->site);
	http_tls_free(h->tls);
	regex_free(h->body);
	for (size_t i = 0; i < h->nheaders; i++)
		regex_free(h->headers[i].re);
	free(h->target);
	free(h->shown);
	free(h);
	p->http = NULL;
}

/* http+unix:///run/app.sock:/path -> unix:///run/app.sock and /path */
static int split_unix(const char *url, struct buf *site, struct buf *target,
		      struct err *e)
{
	struct str s = str_of(url);
	ptrdiff_t at;

	s = str_cut(s, strlen("http+unix://"), s.n);
	at = str_find(s, STR(":/"));
	if (at <= 0)
		return err_set(e, 0, "expected http+unix:///socket:/path");
	buf_addf(site, "unix://%.*s", (int)at, s.p);
	buf_add(target, s.p + at + 1, s.n - (size_t)at - 1);
	return 0;
}

static int split_url(const char *url, struct buf *site, struct buf *target,
		     struct err *e)
{
	struct target t;

	if (!strncmp(url, "http+unix://", 12))
		return split_unix(url, site, target, e);
	if (!target_parse(url, &t))
		return err_set(e, 0, "not a URL");
	buf_add(site, t.scheme.p, t.scheme.n);
	buf_adds(site, "://");
	if (t.user.n) {
		buf_add(site, t.user.p, t.user.n);
		buf_addc(site, '@');
	}
	if (str_chr(t.host, ':') >= 0)
		buf_addf(site, "[%.*s]", (int)t.host.n, t.host.p);
	else
		buf_add(site, t.host.p, t.host.n);
	if (t.port.n)
		buf_addf(site, ":%.*s", (int)t.port.n, t.port.p);
	if (t.path.n)
		buf_add(target, t.path.p, t.path.n);
	else
		buf_addc(target, '/');
	if (t.query.n)
		buf_addf(target, "?%.*s", (int)t.query.n, t.query.p);
	return 0;
}

static int open_rules(struct probe_http *h, const struct health_def *d,
		      struct err *e)
{
	if (d->expect_body &&
	    regex_compile(str_of(d->expect_body), 0, &h->body, e) < 0)
		return err_wrap(e, "expect_body");
	for (size_t i = 0; d->expect_header && d->expect_header[i]; i++) {
		const char *rule = d->expect_header[i];
		const char *colon = strchr(rule, ':');
		struct header_rule *r = &h->headers[h->nheaders];

		if (!colon || h->nheaders == HEADERS_MAX)
			return err_set(e, 0, "expect_header: more than %d",
				       HEADERS_MAX);
		if (regex_compile(str_trim(str_of(colon + 1), " "), 0, &r->re,
				  e) < 0)
			return err_wrap(e, "expect_header");
		r->name = rule;
		h->nheaders++;
	}
	return 0;
}

static int open_site(struct health_probe *p, struct err *e)
{
	BUF_AUTO struct buf site = {0}, target = {0};
	const struct health_def *d = p->d;
	struct probe_http *h = p->http;
	struct http_tls_conf tls = {.insecure = d->tls_skip_verify,
				    .ca_file = d->ca_file,
				    .cert = d->cert_file, .key = d->key_file,
				    .server_name = d->tls_server_name};
	struct http_site_conf conf = {.no_redirect = d->disable_redirects,
				      .agent = "basebox-health",
				      .no_proxy = true, .no_reuse = true};
	char shown[512];

	if (split_url(d->target, &site, &target, e) < 0)
		return err_wrap(e, "%s", target_shown(d->target, shown,
						      sizeof(shown)));
	h->shown = strdup(target_shown(d->target, shown, sizeof(shown)));
	h->target = buf_take(&target);
	if (!h->shown || !h->target)
		return err_nomem(e);
	conf.url = buf_str(&site);
	conf.headers = d->headers;
	if (!strncmp(conf.url, "https:", 6)) {
		if (http_tls_open(&tls, &h->tls, e) < 0)
			return -1;
		conf.tls = h->tls;
	}
	return http_site_open(p->env.http, &conf, &h->site, e);
}

static int http_open_probe(struct health_probe *p, struct err *e)
{
	p->http = calloc(1, sizeof(*p->http));
	if (!p->http)
		return err_nomem(e);
	if (open_rules(p->http, p->d, e) < 0 || open_site(p, e) < 0) {
		http_close_probe(p);
		return -1;
	}
	return 0;
}

/* --- judging --- */

static struct str first_line(const struct http_answer *a)
{
	struct str head = str_n(buf_str(&a->head), a->head.len);
	ptrdiff_t end = str_find(head, STR("\n"));
	ptrdiff_t space;

	head = str_trim(end < 0 ? head : str_cut(head, 0, (size_t)end), "\r ");
	space = str_chr(head, ' '); /* without "HTTP/1.1" */
	return space < 0 ? head : str_cut(head, (size_t)space + 1, head.n);
}

/* path is dotted: "status.db=ok". */
static bool json_meets(struct arena *a, const struct val *v, const char *rule)
{
	const char *eq = strchr(rule, '=');
	struct str rest = str_n(rule, eq ? (size_t)(eq - rule) : strlen(rule));
	BUF_AUTO struct buf b = {0};
	struct str part, want;
	struct err e;

	while (str_split(&rest, '.', &part)) {
		uint64_t i;

		if (val_kind(v) == KIND_MAP)
			v = val_map_gets(v, part);
		else if (val_kind(v) == KIND_SLICE && v->list &&
			 num_u64(part, UINT32_MAX, &i) && i < v->list->n)
			v = &v->list->items[i];
		else
			v = NULL;
		if (!v)
			return false;
	}
	want = str_of(eq ? eq + 1 : "");
	if (val_kind(v) == KIND_STRING)
		return str_eq(v->s, want);
	return json_print(a, &b, v, JSON_PLAIN, &e) == 0 &&
	       str_eq(str_n(b.p, b.len), want);
}

static const char *json_unmet(const struct health_def *d,
			      const struct http_answer *a)
{
	const char *unmet = NULL;
	struct arena arena;
	struct val v;
	struct err e;

	if (!d->expect_json)
		return NULL;
	arena_init(&arena, 16 * BODY_MAX);
	if (json_parse(&arena, str_n(buf_str(&a->body), a->body.len), JSON_NUMBER,
		       &v, &e) < 0)
		unmet = d->expect_json[0];
	for (size_t i = 0; !unmet && d->expect_json[i]; i++)
		if (!json_meets(&arena, &v, d->expect_json[i]))
			unmet = d->expect_json[i];
	arena_free(&arena);
	return unmet;
}

/* The expectation that is not met, as text; "" when all are. */
static void unmet(struct health_probe *p, const struct http_answer *a,
		  char *out, size_t n)
{
	const struct probe_http *h = p->http;
	struct str body = str_n(buf_str(&a->body), a->body.len);
	const char *json;
	char value[1024];

	out[0] = '\0';
	for (size_t i = 0; i < h->nheaders; i++) {
		const struct header_rule *r = &h->headers[i];
		int len = (int)strcspn(r->name, ":");
		char name[128];

		snprintf(name, sizeof(name), "%.*s", len, r->name);
		if (!http_header(a, name, value, sizeof(value)) ||
		    regex_match(r->re, str_of(value), NULL) != 1) {
			snprintf(out, n, "header %s is not as expected", name);
			return;
		}
	}
	if (h->body && regex_match(h->body, body, NULL) != 1) {
		snprintf(out, n, "the body does not match \"%s\"",
			 p->d->expect_body);
		return;
	}
	json = json_unmet(p->d, a);
	if (json)
		snprintf(out, n, "the body has not %s", json);
}

static enum health_state by_status(const struct health_def *d, int status)
{
	if (d->status)
		return status_in(d->status, status) ? HEALTH_PASSING
						    : HEALTH_CRITICAL;
	if (status >= 200 && status < 300)
		return HEALTH_PASSING;
	return status == 429 ? HEALTH_WARNING : HEALTH_CRITICAL;
}

static void on_answer(void *ctx, struct http_answer *a)
{
	struct health_probe *p = ctx;
	struct probe_http *h = p->http;
	const char *method = p->d->method ? p->d->method : "GET";
	enum health_state s;
	char why[300];
	struct str line;

	h->call = NULL;
	if (a->err) {
		const char *text = strstr(a->err->text, "\": ");

		probe_done(p, HEALTH_CRITICAL, "HTTP %s %s: %s", method,
			   h->shown, text ? text + 3 : a->err->text);
		return;
	}
	s = by_status(p->d, a->status);
	line = first_line(a);
	unmet(p, a, why, sizeof(why));
	if (why[0]) {
		probe_done(p, HEALTH_CRITICAL, "HTTP %s %s: %.*s: %s", method,
			   h->shown, (int)line.n, line.p, why);
		return;
	}
	probe_done(p, s, "HTTP %s %s: %.*s%s%.*s", method, h->shown, (int)line.n,
		   line.p, a->body.len ? ": " : "", (int)a->body.len,
		   buf_str(&a->body));
}

static void http_begin(struct health_probe *p)
{
	const struct health_def *d = p->d;
	struct http_req r = {.method = d->method, .target = p->http->target,
			     .max_body = BODY_MAX, .cut_body = true,
			     .timeout_ms = 0};
	struct err e;

	if (d->body)
		r.body = str_of(d->body);
	if (http_start(p->http->site, &r, on_answer, p, &p->http->call, &e) < 0) {
		p->http->call = NULL;
		probe_done(p, HEALTH_CRITICAL, "HTTP %s: %s", p->http->shown,
			   e.text);
	}
}

static void http_end(struct health_probe *p)
{
	http_cancel(p->http->call);
	p->http->call = NULL;
}

const struct probe_kind probe_http = {http_open_probe, http_begin, http_end,
				      http_close_probe, "HTTP", NULL};

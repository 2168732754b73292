// SPDX-License-Identifier: MIT
/* probe_h2 - checks over HTTP/2: gRPC's health service, and a plain PING. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/grpc.h"
#include "health/h2.h"
#include "health/inner.h"

struct probe_h2 {
	struct http_tls *tls;
	struct health_grpc *call;
	struct h2 *ping;
	char *url;     /* for the connection */
	char *service; /* gRPC: what is asked for */
	char shown[256];
};

static void h2_close_probe(struct health_probe *p)
{
	struct probe_h2 *h = p->h2;

	http_tls_free(h->tls);
	free(h->url);
	free(h->service);
	free(h);
	p->h2 = NULL;
}

/* grpcs://h:p/service is https://h:p and "service". */
static int split(struct probe_h2 *h, const char *target, bool *tls)
{
	struct buf BUF_AUTO url = {0};
	struct target t;

	if (!target_parse(target, &t))
		return -1;
	*tls = str_suffix(t.scheme, STR("s"));
	buf_addf(&url, str_chr(t.host, ':') >= 0 ? "%s://[%.*s]:%.*s"
						 : "%s://%.*s:%.*s",
		 *tls ? "https" : "http", (int)t.host.n, t.host.p,
		 (int)t.port.n, t.port.p);
	h->url = buf_take(&url);
	if (t.path.n > 1)
		h->service = strndup(t.path.p + 1, t.path.n - 1);
	return h->url && (t.path.n <= 1 || h->service) ? 0 : -1;
}

static int h2_open_probe(struct health_probe *p, struct err *e)
{
	struct http_tls_conf tls = {.insecure = p->d->tls_skip_verify,
				    .ca_file = p->d->ca_file,
				    .cert = p->d->cert_file,
				    .key = p->d->key_file,
				    .server_name = p->d->tls_server_name};
	bool with_tls = false;

	p->h2 = calloc(1, sizeof(*p->h2));
	if (!p->h2)
		return err_nomem(e);
	target_shown(p->d->target, p->h2->shown, sizeof(p->h2->shown));
	if (split(p->h2, p->d->target, &with_tls) < 0) {
		h2_close_probe(p);
		return err_nomem(e);
	}
	if (with_tls && http_tls_open(&tls, &p->h2->tls, e) < 0) {
		h2_close_probe(p);
		return -1;
	}
	return 0;
}

static void h2_end(struct health_probe *p)
{
	health_grpc_free(p->h2->call);
	h2_free(p->h2->ping);
	p->h2->call = NULL;
	p->h2->ping = NULL;
}

/* --- gRPC --- */

static void on_answer(void *ctx, const struct health_grpc_answer *a)
{
	struct health_probe *p = ctx;
	char name[NUM_TEXT], text[sizeof(a->text)];
	struct health_grpc_answer got = *a;

	snprintf(text, sizeof(text), "%s", a->text);
	h2_end(p);
	if (!got.called)
		probe_done(p, HEALTH_CRITICAL, "gRPC %s: %s", p->h2->shown,
			   text);
	else if (got.code != GRPC_OK)
		probe_done(p, HEALTH_CRITICAL, "gRPC %s: %s%s%s",
			   p->h2->shown, health_grpc_code(got.code, name),
			   *text ? ": " : "", text);
	else
		probe_done(p, got.serving == 1 ? HEALTH_PASSING
					       : HEALTH_CRITICAL,
			   "gRPC %s: %s", p->h2->shown,
			   health_grpc_serving(got.serving, name));
}

static void grpc_begin(struct health_probe *p)
{
	static const struct health_grpc_events ev = {.done = on_answer};
	struct health_grpc_conf c = {.url = p->h2->url, .tls = p->h2->tls,
				     .service = p->h2->service,
				     .headers = p->d->headers};
	struct err e;

	if (health_grpc_start(p->env.http, &c, &ev, p, &p->h2->call, &e) < 0)
		probe_done(p, HEALTH_CRITICAL, "gRPC %s: %s", p->h2->shown,
			   e.text);
}

/* --- PING --- */

static void on_ping_fail(void *ctx, const char *why)
{
	struct health_probe *p = ctx;
	char text[512];

	snprintf(text, sizeof(text), "%s", why);
	h2_end(p);
	probe_done(p, HEALTH_CRITICAL, "HTTP/2 PING %s: %s", p->h2->shown,
		   text);
}

static void on_ping_up(void *ctx)
{
	struct health_probe *p = ctx;

	h2_ping(p->h2->ping);
}

static void on_pong(void *ctx)
{
	struct health_probe *p = ctx;

	h2_end(p);
	probe_done(p, HEALTH_PASSING, "HTTP/2 PING %s: answered",
		   p->h2->shown);
}

static void ping_begin(struct health_probe *p)
{
	static const struct h2_events ev = {.up = on_ping_up, .pong = on_pong,
					    .fail = on_ping_fail};
	struct http_stream_conf c = {.url = p->h2->url, .tls = p->h2->tls,
				     .alpn = "h2"};
	struct err e;

	if (h2_open(p->env.http, &c, &ev, p, &p->h2->ping, &e) < 0)
		probe_done(p, HEALTH_CRITICAL, "HTTP/2 PING %s: %s",
			   p->h2->shown, e.text);
}

const struct probe_kind probe_grpc = {h2_open_probe, grpc_begin, h2_end,
				      h2_close_probe, "gRPC", NULL};
const struct probe_kind probe_h2ping = {h2_open_probe, ping_begin, h2_end,
					h2_close_probe, "HTTP/2 PING", NULL};

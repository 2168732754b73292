// SPDX-License-Identifier: MIT
/* def_hcl - a check block: Consul's keys, Kubernetes' probe names, and what
 * the field asks for beyond them. One table says which key goes where. */
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "health/inner.h"

struct reading {
	struct arena *a;
	struct health_def *d;
	health_lint_fn *lint;
	void *ctx;
	size_t findings;
	const char *http, *tcp, *udp, *grpc, *h2ping, *unix_path, *file;
	const char *service, *alias, *url, *token;
	bool tcp_tls, grpc_tls, h2ping_tls, ttl;
};

PRINTF(3, 4)
static void finding(struct reading *r, struct hcl_pos pos, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	fmt_vprint(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->findings++;
	if (r->lint)
		r->lint(r->ctx, pos, text);
}

enum { COUNTER_MAX = 1000000 };
enum type {
	STRING,
	DURATION,
	COUNTER,
	BOOL,
	STRINGS,
	HEADERS,
	STATE,
	SECONDS,
	SPECIAL
};

#define D(field) offsetof(struct health_def, field)
#define R(field) offsetof(struct reading, field)

static const struct key {
	const char *name;
	enum type type;
	bool ours; /* the field is of struct reading */
	size_t off;
} keys[] = {
	{"id", STRING, false, D(id)},
	{"check_id", STRING, false, D(id)},
	{"name", STRING, false, D(name)},
	{"notes", STRING, false, D(notes)},
	{"token", STRING, true, R(token)}, /* the service's is used, as there */
	{"service_id", STRING, false, D(service_id)},
	{"http", STRING, true, R(http)},
	{"tcp", STRING, true, R(tcp)},
	{"tcp_use_tls", BOOL, true, R(tcp_tls)},
	{"udp", STRING, true, R(udp)},
	{"unix", STRING, true, R(unix_path)},
	{"grpc", SPECIAL, true, R(grpc)},
	{"grpc_use_tls", BOOL, true, R(grpc_tls)},
	{"h2ping", STRING, true, R(h2ping)},
	{"h2ping_use_tls", BOOL, true, R(h2ping_tls)},
	{"file", STRING, true, R(file)},
	{"service", STRING, true, R(service)},
	{"alias_service", STRING, true, R(alias)},
	{"url", STRING, true, R(url)},
	{"args", STRINGS, false, D(argv)},
	{"script_args", STRINGS, false, D(argv)},
	{"ttl", DURATION, false, D(ttl)},
	{"interval", DURATION, false, D(interval)},
	{"timeout", DURATION, false, D(timeout)},
	{"initial_delay", DURATION, false, D(initial_delay)},
	{"deregister_critical_service_after", DURATION, false,
	 D(deregister_after)},
	{"status", STATE, false, D(initial)},
	{"success_before_passing", COUNTER, false, D(success_before_passing)},
	{"failures_before_warning", COUNTER, false, D(failures_before_warning)},
	{"failures_before_critical", COUNTER, false,
	 D(failures_before_critical)},
	{"method", STRING, false, D(method)},
	{"body", STRING, false, D(body)},
	{"header", HEADERS, false, D(headers)},
	{"disable_redirects", BOOL, false, D(disable_redirects)},
	{"tls_skip_verify", BOOL, false, D(tls_skip_verify)},
	{"tls_server_name", STRING, false, D(tls_server_name)},
	{"ca_file", STRING, false, D(ca_file)},
	{"cert_file", STRING, false, D(cert_file)},
	{"key_file", STRING, false, D(key_file)},
	{"expect_status", STRING, false, D(status)},
	{"expect_body", STRING, false, D(expect_body)},
	{"expect_header", STRINGS, false, D(expect_header)},
	{"expect_json", STRINGS, false, D(expect_json)},
	{"initialDelaySeconds", SECONDS, false, D(initial_delay)},
	{"periodSeconds", SECONDS, false, D(interval)},
	{"timeoutSeconds", SECONDS, false, D(timeout)},
	{"successThreshold", COUNTER, false, D(success_before_passing)},
	{"failureThreshold", COUNTER, false, D(failures_before_critical)},
	{"output_max_size", SPECIAL, false, 0},
	{"httpGet", SPECIAL, false, 0},
	{"tcpSocket", SPECIAL, false, 0},
	{"exec", SPECIAL, false, 0},
};

static const char *text(struct reading *r, const struct key *k,
			const struct hcl_node *n)
{
	if (n->kind == HCL_STRING)
		return arena_dup(r->a, n->s.p, n->s.n);
	finding(r, n->pos, "check: %s: expected a string, got a %s", k->name,
		hcl_kind_name(n->kind));
	return NULL;
}

/* ["a", "b"], or one string; NULL-terminated in the arena. */
static const char *const *texts(struct reading *r, const struct key *k,
				const struct hcl_node *n)
{
	size_t count = n->kind == HCL_LIST ? n->n : 1;
	const char **out = arena_array(r->a, count + 1, sizeof(*out));

	if (!out)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		out[i] = text(r, k, n->kind == HCL_LIST ? n->list[i] : n);
		if (!out[i])
			out[i] = "";
	}
	return out;
}

/* header { Name = ["value"] }; also Name = "value". */
static const char *const *headers(struct reading *r, const struct key *k,
				  const struct hcl_node *n)
{
	const char **out = arena_array(r->a, HEADERS_MAX + 1, sizeof(*out));
	size_t count = 0;

	if (n->kind != HCL_OBJECT || !out) {
		finding(r, n->pos, "check: %s: expected a map of lists",
			k->name);
		return NULL;
	}
	for (size_t i = 0; i < n->n; i++) {
		struct str name = n->items[i].keys[0].name;
		const char *const *v = texts(r, k, n->items[i].val);

		for (; v && *v && count < HEADERS_MAX; v++)
			out[count++] = arena_printf(r->a, "%.*s: %s",
						    (int)name.n, name.p, *v);
	}
	return out;
}

static void duration(struct reading *r, const struct key *k,
		     const struct hcl_node *n, int64_t *out)
{
	int64_t s = n->kind == HCL_INT ? n->i : -1;
	bool number = n->kind == HCL_INT || (n->kind == HCL_STRING &&
					     num_i64(n->s, 0, INT32_MAX, &s));
	struct err e;

	if (number && k->type == SECONDS) {
		*out = s < 0	       ? -1
		       : s > INT32_MAX ? INT32_MAX * DUR_S
				       : s * DUR_S;
	} else if (n->kind != HCL_STRING) {
		finding(r, n->pos,
			"check: %s: expected a duration such as "
			"\"10s\"",
			k->name);
		return;
	} else if (dur_parse(n->s, out, &e) < 0) {
		finding(r, n->pos, "check: %s: %s", k->name, e.text);
		return;
	}
	if (*out < 0)
		finding(r, n->pos, "check: %s: negative", k->name);
}

static void counter(struct reading *r, const struct key *k,
		    const struct hcl_node *n, unsigned *out)
{
	uint64_t u =
		n->kind == HCL_INT && n->i >= 0 ? (uint64_t)n->i : UINT64_MAX;

	/* a variable's value is a string */
	if (n->kind == HCL_STRING && !num_u64(n->s, COUNTER_MAX, &u))
		u = UINT64_MAX;
	if (u > COUNTER_MAX)
		finding(r, n->pos, "check: %s: expected a number from 0 to %d",
			k->name, COUNTER_MAX);
	else
		*out = (unsigned)u;
}

static const struct hcl_node *member(const struct hcl_node *n, const char *name)
{
	for (size_t i = 0; n->kind == HCL_OBJECT && i < n->n; i++)
		if (hcl_key_is(n->items[i].keys[0].name, name))
			return n->items[i].val;
	return NULL;
}

static const char *member_text(struct reading *r, const struct hcl_node *n,
			       const char *name, const char *otherwise)
{
	const struct hcl_node *m = member(n, name);

	if (!m)
		return otherwise;
	if (m->kind == HCL_INT)
		return arena_printf(r->a, "%lld", (long long)m->i);
	if (m->kind == HCL_STRING)
		return arena_dup(r->a, m->s.p, m->s.n);
	return otherwise;
}

/* Kubernetes' httpGet { path port host scheme httpHeaders }. */
static void http_get(struct reading *r, const struct hcl_node *n)
{
	const struct hcl_node *h = member(n, "httpHeaders");
	const char *scheme = member_text(r, n, "scheme", "http");
	const char *path = member_text(r, n, "path", "/");
	const char **out;

	r->http = arena_printf(
		r->a, "%s://%s:%s%s%s",
		!strcmp(scheme, "HTTPS") || !strcmp(scheme, "https") ? "https"
								     : "http",
		member_text(r, n, "host", "127.0.0.1"),
		member_text(r, n, "port", "80"), *path == '/' ? "" : "/", path);
	if (!h || h->kind != HCL_LIST || h->n > HEADERS_MAX)
		return;
	out = arena_array(r->a, h->n + 1, sizeof(*out));
	for (size_t i = 0; out && i < h->n; i++)
		out[i] = arena_printf(r->a, "%s: %s",
				      member_text(r, h->list[i], "name", ""),
				      member_text(r, h->list[i], "value", ""));
	r->d->headers = out;
}

/* Consul's host:port/service, or Kubernetes' grpc { port service }. */
static void take_grpc(struct reading *r, const struct key *k,
		      const struct hcl_node *n)
{
	const char *service;

	if (n->kind != HCL_OBJECT) {
		r->grpc = text(r, k, n);
		return;
	}
	service = member_text(r, n, "service", "");
	r->grpc = arena_printf(r->a, "127.0.0.1:%s%s%s",
			       member_text(r, n, "port", "0"),
			       *service ? "/" : "", service);
}

static void special(struct reading *r, const struct key *k,
		    const struct hcl_node *n)
{
	unsigned size = 0;

	if (!strcmp(k->name, "grpc")) {
		take_grpc(r, k, n);
	} else if (!strcmp(k->name, "output_max_size")) {
		counter(r, k, n, &size);
		if (!size)
			finding(r, n->pos, "check: output_max_size: at least 1");
		r->d->output_max = size;
	} else if (n->kind != HCL_OBJECT) {
		finding(r, n->pos, "check: %s: expected a block", k->name);
	} else if (!strcmp(k->name, "httpGet")) {
		http_get(r, n);
	} else if (!strcmp(k->name, "tcpSocket")) {
		r->tcp = arena_printf(r->a, "%s:%s",
				      member_text(r, n, "host", "127.0.0.1"),
				      member_text(r, n, "port", "0"));
	} else {
		const struct hcl_node *c = member(n, "command");

		if (c)
			r->d->argv = texts(r, k, c);
	}
}

static void take(struct reading *r, const struct key *k,
		 const struct hcl_node *n)
{
	void *field = (char *)(k->ours ? (void *)r : (void *)r->d) + k->off;
	int state;

	switch (k->type) {
	case STRING:
		*(const char **)field = text(r, k, n);
		return;
	case DURATION:
	case SECONDS:
		duration(r, k, n, field);
		if (!strcmp(k->name, "ttl"))
			r->ttl = true;
		return;
	case COUNTER:
		counter(r, k, n, field);
		if (!strcmp(k->name, "failures_before_warning"))
			r->d->warning_set = true;
		return;
	case BOOL:
		if (n->kind == HCL_BOOL)
			*(bool *)field = n->b;
		else if (n->kind == HCL_STRING &&
			 (str_is(n->s, "true") || str_is(n->s, "false")))
			*(bool *)field = str_is(n->s, "true");
		else
			finding(r, n->pos, "check: %s: expected a bool",
				k->name);
		return;
	case STRINGS:
		*(const char *const **)field = texts(r, k, n);
		return;
	case HEADERS:
		*(const char *const **)field = headers(r, k, n);
		return;
	case STATE:
		if (n->kind == HCL_STRING && !n->s.n)
			return; /* as if it were not there */
		state = n->kind == HCL_STRING ? health_state_parse(arena_dup(
							r->a, n->s.p, n->s.n))
					      : -1;
		if (state < 0)
			finding(r, n->pos,
				"check: status: expected passing, "
				"warning or critical");
		else
			r->d->initial = (enum health_state)state;
		return;
	case SPECIAL:
		special(r, k, n);
		return;
	}
}

/* The URL form of the one target that is given. Consul's tcp and grpc are
 * plain host:port. */
static const char *target(struct reading *r, size_t *given)
{
	const struct {
		const char *value, *prefix;
	} all[] = {
		{r->http, ""},
		{r->tcp, r->tcp_tls ? "tcp+tls://" : "tcp://"},
		{r->udp, "udp://"},
		{r->unix_path, "unix://"},
		{r->grpc, r->grpc_tls ? "grpcs://" : "grpc://"},
		{r->h2ping, r->h2ping_tls ? "h2pings://" : "h2ping://"},
		{r->file, "file://"},
		{r->service, "service:"},
		{r->url, ""},
	};
	const char *found = NULL;

	*given = 0;
	for (size_t i = 0; i < COUNT(all); i++) {
		if (!all[i].value || !*all[i].value)
			continue;
		(*given)++;
		found = strstr(all[i].value, "://") || !*all[i].prefix
				? all[i].value
				: arena_printf(r->a, "%s%s", all[i].prefix,
					       all[i].value);
	}
	return found;
}

static void finish(struct reading *r, const struct hcl_node *obj)
{
	size_t given;
	const char *url = target(r, &given);
	struct health_def *d = r->d;
	struct err e;

	/* what is written by a program often has empty values for what is not
	 * set, which Consul takes for that */
	if (d->argv && !d->argv[0])
		d->argv = NULL;
	if (r->alias && !*r->alias)
		r->alias = NULL;
	if (d->method && !*d->method)
		d->method = NULL;
	given += (d->argv != NULL) + r->ttl + (r->alias != NULL);
	if (given != 1) {
		finding(r, obj->pos,
			given ? "check: more than one of http, tcp, udp, unix, "
				"grpc, h2ping, args, file, service, ttl, "
				"alias_service"
			      : "check: nothing to check (http, tcp, udp, unix, "
				"grpc, h2ping, args, file, service, ttl or "
				"alias_service)");
		return;
	}
	if (url) {
		if (health_def_url(r->a, url, d, &e) < 0)
			finding(r, obj->pos, "check: %s", e.text);
	} else if (r->ttl) {
		d->kind = HEALTH_TTL;
	} else if (r->alias) {
		d->kind = HEALTH_ALIAS;
		d->target = r->alias;
	} else {
		d->kind = HEALTH_EXEC;
	}
	if (health_def_check(d, &e) < 0)
		finding(r, obj->pos, "check: %s", e.text);
}

size_t health_def_hcl(struct arena *a, const struct hcl_node *obj,
		      struct health_def *d, health_lint_fn *lint, void *ctx)
{
	/* Consul pings over TLS unless told otherwise. */
	struct reading r = {
		.a = a, .d = d, .lint = lint, .ctx = ctx, .h2ping_tls = true};

	d->pos = obj->pos;
	for (size_t i = 0; i < obj->n; i++) {
		const struct hcl_key *key = &obj->items[i].keys[0];
		size_t k = 0;

		while (k < COUNT(keys) && !hcl_key_is(key->name, keys[k].name))
			k++;
		if (k == COUNT(keys))
			finding(&r, key->pos, "check: unknown key %.*s",
				(int)key->name.n, key->name.p);
		else
			take(&r, &keys[k], obj->items[i].val);
	}
	if (!r.findings)
		finish(&r, obj);
	return r.findings;
}

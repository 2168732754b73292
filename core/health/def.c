// SPDX-License-Identifier: MIT
/* def - a check from its URL form, and what makes a definition valid. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "health/inner.h"

static const struct scheme {
	const char *name;
	enum health_kind kind;
	bool port; /* must be given */
} schemes[] = {
	{"http", HEALTH_HTTP, false},	  {"https", HEALTH_HTTP, false},
	{"http+unix", HEALTH_HTTP, false}, {"tcp", HEALTH_TCP, true},
	{"tcp+tls", HEALTH_TCP, true},	  {"udp", HEALTH_UDP, true},
	{"unix", HEALTH_UNIX, false},	  {"file", HEALTH_FILE, false},
	{"grpc", HEALTH_GRPC, true},	  {"grpcs", HEALTH_GRPC, true},
	{"h2ping", HEALTH_H2PING, true},  {"h2pings", HEALTH_H2PING, true},
};

static int bad(const char *url, struct err *e, const char *why)
{
	char shown[512];

	return err_set(e, 0, "%s: %s", target_shown(url, shown, sizeof(shown)),
		       why);
}

static int unknown(const char *url, struct err *e)
{
	return bad(url, e,
		   "not a check (http, https, http+unix, tcp, tcp+tls, udp, "
		   "unix, grpc, grpcs, h2ping, h2pings, file, service:NAME)");
}

static int check_target(const char *url, const struct scheme *s,
			const struct target *t, struct err *e)
{
	unsigned port;

	switch (s->kind) {
	case HEALTH_FILE:
		if (health_file_valid(url, e) < 0)
			return err_wrap(e, "%s", url);
		return 0;
	case HEALTH_UNIX:
		if (t->host.n || t->path.n < 2)
			return bad(url, e, "expected unix:///path");
		return 0;
	case HEALTH_HTTP:
		if (str_is(t->scheme, "http+unix"))
			return str_find(t->path, STR(":/")) > 0
				       ? 0
				       : bad(url, e, "expected "
						     "http+unix:///socket:/path");
		break;
	case HEALTH_TCP:
	case HEALTH_UDP:
	case HEALTH_GRPC:
	case HEALTH_H2PING:
	case HEALTH_EXEC:
	case HEALTH_SERVICE:
	case HEALTH_TTL:
	case HEALTH_ALIAS:
		break;
	}
	if (!t->host.n)
		return bad(url, e, "no host");
	if ((s->port || t->port.n) && !target_port(t->port, &port))
		return bad(url, e, "the port must be a number from 1 to 65535");
	return 0;
}

int health_def_url(struct arena *a, const char *url, struct health_def *d,
		   struct err *e)
{
	struct target t;

	if (!strncmp(url, "service:", 8)) {
		if (!url[8] || strchr(url + 8, '/') || url[8] == '.')
			return bad(url, e, "expected service:NAME");
		d->kind = HEALTH_SERVICE;
		d->target = arena_strdup(a, url);
		return d->target ? 0 : err_nomem(e);
	}
	for (size_t i = 0; i < COUNT(schemes); i++) {
		size_t n = strlen(schemes[i].name);

		if (strncmp(url, schemes[i].name, n) ||
		    strncmp(url + n, "://", 3))
			continue;
		/* the host of http+unix:// is empty and its path odd */
		if (!target_parse(url, &t) && schemes[i].kind != HEALTH_HTTP)
			return bad(url, e, "not a URL");
		if (check_target(url, &schemes[i], &t, e) < 0)
			return -1;
		d->kind = schemes[i].kind;
		d->target = arena_strdup(a, url);
		return d->target ? 0 : err_nomem(e);
	}
	return unknown(url, e);
}

static int readable(const char *path, struct err *e)
{
	if (path && access(path, R_OK) < 0)
		return err_set(e, errno, "%s", path);
	return 0;
}

/* The letters of a method and of a header's name (RFC 9110, 5.6.2). */
static size_t token(const char *s)
{
	return strspn(s, "!#$%&'*+-.^_`|~0123456789"
			 "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* "Name: value" with a name and nothing that begins another line. */
static int check_header(const char *s, struct err *e)
{
	size_t n = token(s);

	if (!n || s[n] != ':' || s[strcspn(s, "\r\n")])
		return err_set(e, 0,
			       "header: expected \"Name: value\", got \"%.*s\"",
			       (int)strcspn(s, ":\r\n"), s);
	return 0;
}

/* "Name: regex" */
static int check_expected_header(const char *s, struct err *e)
{
	size_t n = token(s);
	struct regex *re;

	if (!n || s[n] != ':')
		return err_set(e, 0,
			       "expect_header: expected \"Name: regex\", got "
			       "\"%s\"",
			       s);
	if (regex_compile(str_trim(str_of(s + n + 1), " "), 0, &re, e) < 0)
		return err_wrap(e, "expect_header");
	regex_free(re);
	return 0;
}

static int check_http(const struct health_def *d, struct err *e)
{
	struct regex *re;

	if (d->method && (!*d->method || d->method[token(d->method)]))
		return err_set(e, 0, "method: not a method: \"%s\"", d->method);
	for (size_t i = 0; d->headers && d->headers[i]; i++)
		if (check_header(d->headers[i], e) < 0)
			return -1;
	for (size_t i = 0; d->expect_header && d->expect_header[i]; i++)
		if (check_expected_header(d->expect_header[i], e) < 0)
			return -1;
	for (size_t i = 0; d->expect_json && d->expect_json[i]; i++) {
		const char *s = d->expect_json[i];

		if (*s == '=' || !strchr(s, '='))
			return err_set(e, 0,
				       "expect_json: expected \"path=value\", "
				       "got \"%s\"",
				       s);
	}
	if (d->expect_body) {
		if (regex_compile(str_of(d->expect_body), 0, &re, e) < 0)
			return err_wrap(e, "expect_body");
		regex_free(re);
	}
	if (d->status && !status_valid(d->status))
		return err_set(e, 0, "status: expected a list such as "
				     "200-399,418, got \"%s\"", d->status);
	return 0;
}

int health_def_check(const struct health_def *d, struct err *e)
{

	if (d->interval < DUR_MS && d->kind != HEALTH_TTL &&
	    d->kind != HEALTH_ALIAS)
		return err_set(e, 0, "interval: at least 1ms");
	if (d->timeout < 0 || d->initial_delay < 0 || d->ttl < 0)
		return err_set(e, 0, "a duration is negative");
	if (d->kind == HEALTH_TTL && d->ttl < DUR_S)
		return err_set(e, 0, "ttl: at least 1s");
	if (d->kind == HEALTH_EXEC && (!d->argv || !d->argv[0] || !*d->argv[0]))
		return err_set(e, 0, "args: no program");
	if (d->warning_set &&
	    d->failures_before_warning > d->failures_before_critical)
		return err_set(e, 0, "failures_before_warning is larger than "
				     "failures_before_critical");
	if (check_http(d, e) < 0)
		return -1;
	if (d->key_file && !d->cert_file)
		return err_set(e, 0, "key_file without cert_file");
	if (readable(d->ca_file, e) < 0 || readable(d->cert_file, e) < 0 ||
	    readable(d->key_file, e) < 0)
		return -1;
	return 0;
}

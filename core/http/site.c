// SPDX-License-Identifier: MIT
/* site - where requests go, worked out once: curl's URL, proxy, headers. */
#include <stdlib.h>
#include <string.h>

#include "http/inner.h"

static char *hostport(const char *scheme, const char *host,
		      const struct http_addr *a)
{
	struct buf b = {0};

	buf_adds(&b, scheme);
	buf_addf(&b, strchr(host, ':') ? "[%s]" : "%s", host);
	if (a->port_given)
		buf_addf(&b, ":%s", a->port);
	return buf_take(&b);
}

/* A server name other than the host: curl is told the name, and to connect
 * to the host instead. */
static int rename_host(struct http_site *s, const char *name, struct err *e)
{
	struct buf b = {0}, host = {0};

	buf_addf(&b, strchr(s->addr.host, ':') ? "::[%s]:%s" : "::%s:%s",
		 s->addr.host, s->addr.port);
	s->connect = buf_take(&b);
	buf_addf(&host, "Host: %s", s->base + strlen("https://"));
	if (!s->connect || host.failed ||
	    strlist_add(&s->headers, buf_str(&host)) < 0) {
		buf_free(&host);
		return err_nomem(e);
	}
	buf_free(&host);
	s->url = hostport("https://", name, &s->addr);
	return 0;
}

static int copy(char **out, const char *s)
{
	if (!s || !*s)
		return 0;
	*out = strdup(s);
	return *out ? 0 : -1;
}

static int set_up(struct http_site *s, const struct http_site_conf *c,
		  struct err *e)
{
	const char *scheme = s->addr.tls ? "https://" : "http://", *name;
	struct http_tls_conf verify = {0};

	if (c->tls)
		s->tls = http_tls_ref(c->tls);
	else if (s->addr.tls && http_tls_open(&verify, &s->tls, e) < 0)
		return -1;
	s->base = hostport(scheme, s->addr.host, &s->addr);
	if (!s->base || copy(&s->basic, c->basic ? c->basic : s->addr.user) ||
	    copy(&s->agent, c->agent ? c->agent : "Go-http-client/1.1") ||
	    copy(&s->proxy, c->proxy && *c->proxy ? c->proxy
			    : c->no_proxy	  ? NULL
						  : http_proxy_for(&s->addr)))
		return err_nomem(e);
	for (size_t i = 0; c->headers && c->headers[i]; i++)
		if (strlist_add(&s->headers, c->headers[i]) < 0)
			return err_nomem(e);
	name = s->addr.tls ? http_tls_server_name(s->tls) : NULL;
	if (name && rename_host(s, name, e) < 0)
		return -1;
	if (!name)
		s->url = hostport(scheme, s->addr.host, &s->addr);
	return s->url ? 0 : err_nomem(e);
}

int http_site_open(struct http *h, const struct http_site_conf *c,
		   struct http_site **out, struct err *e)
{
	struct http_site *s = calloc(1, sizeof(*s));

	if (!s)
		return err_nomem(e);
	s->h = h;
	s->conf = *c;
	s->conf.url = NULL;
	s->conf.headers = NULL;
	s->conf.proxy = NULL;
	if (http_addr_parse(c->url, &s->addr, e) < 0 || set_up(s, c, e) < 0) {
		http_site_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void http_site_free(struct http_site *s)
{
	struct http_call *c, *next;

	if (!s)
		return;
	for (c = s->h->calls; c; c = next) {
		next = c->next;
		if (c->site == s)
			http_cancel(c);
	}
	http_addr_free(&s->addr);
	http_tls_free(s->tls);
	strlist_free(&s->headers);
	free(s->base);
	if (s->basic)
		explicit_bzero(s->basic, strlen(s->basic));
	free(s->basic);
	free(s->agent);
	free(s->proxy);
	free(s->url);
	free(s->connect);
	free(s);
}

static bool same_name(const char *line, const char *name)
{
	size_t n = strlen(name);

	return !strncasecmp(line, name, n) && line[n] == ':';
}

int http_site_header(struct http_site *s, const char *name, const char *value,
		     struct err *e)
{
	struct strlist l = {0};
	struct buf b = {0};
	int ret = 0;

	for (size_t i = 0; i < s->headers.n && ret == 0; i++)
		if (!same_name(s->headers.items[i], name))
			ret = strlist_add(&l, s->headers.items[i]);
	if (value && *value && ret == 0) {
		ret = buf_addf(&b, "%s: %s", name, value);
		if (ret == 0)
			ret = strlist_add(&l, buf_str(&b));
	}
	buf_free(&b);
	if (ret < 0) {
		strlist_free(&l);
		return err_nomem(e);
	}
	strlist_free(&s->headers);
	s->headers = l;
	return 0;
}

const char *http_site_base(const struct http_site *s)
{
	return s->base;
}

const struct http_addr *http_site_addr(const struct http_site *s)
{
	return &s->addr;
}

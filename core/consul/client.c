// SPDX-License-Identifier: MIT
/* client - the address and the credentials, from the caller's settings and
 * from the environment variables that Consul's own tools read. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "consul/inner.h"
#include "os/file.h"

static const char *given(const char *s)
{
	return s && *s ? s : NULL;
}

static const char *env(const struct consul_conf *c, const char *name)
{
	return c->no_env ? NULL : given(getenv(name));
}

/* Fills what is not given. */
static void fill(struct consul_conf *c)
{
	struct http_tls_conf *t = &c->tls;
	const char *v;
	int on;

	if (!given(c->address))
		c->address = env(c, "CONSUL_HTTP_ADDR");
	if (!given(c->address))
		c->address = "127.0.0.1:8500";
	if (!given(c->token))
		c->token = env(c, "CONSUL_HTTP_TOKEN");
	if (!given(c->token_file))
		c->token_file = env(c, "CONSUL_HTTP_TOKEN_FILE");
	if (!given(c->ns))
		c->ns = env(c, "CONSUL_NAMESPACE");
	if (!given(c->partition))
		c->partition = env(c, "CONSUL_PARTITION");
	if (!given(c->auth))
		c->auth = env(c, "CONSUL_HTTP_AUTH");
	if ((v = env(c, "CONSUL_HTTP_SSL")) && opt_bool(v) == 1)
		c->tls_on = true;
	if (c->tls_given)
		return;
	t->ca_file = env(c, "CONSUL_CACERT");
	t->ca_path = env(c, "CONSUL_CAPATH");
	t->cert = env(c, "CONSUL_CLIENT_CERT");
	t->key = env(c, "CONSUL_CLIENT_KEY");
	t->server_name = env(c, "CONSUL_TLS_SERVER_NAME");
	if ((v = env(c, "CONSUL_HTTP_SSL_VERIFY")) && (on = opt_bool(v)) >= 0)
		t->insecure = !on;
}

static int read_token(const char *path, char **token, struct err *e)
{
	struct buf BUF_AUTO b = {0};
	struct err low;
	struct str s;

	if (file_read(AT_FDCWD, path, &b, 64 << 10, &low) < 0)
		return err_set(e, 0, "Error loading token file: open %s: %s",
			       path, err_go(low.num));
	s = str_trim(str_n(buf_str(&b), b.len), " \t\r\n");
	if (!s.n)
		return 0;
	free(*token);
	*token = strndup(s.p, s.n);
	explicit_bzero(b.p, b.len);
	return *token ? 0 : err_nomem(e);
}

static char *copy(const char *s)
{
	return strdup(s ? s : "");
}

/* The address with https:// put in front where TLS is asked for. */
static char *url_of(const struct consul_conf *c)
{
	struct buf b = {0};

	if (!c->tls_on || !strncmp(c->address, "unix:", 5) ||
	    !strncmp(c->address, "https://", 8))
		return copy(c->address);
	buf_adds(&b, "https://");
	buf_adds(&b, c->address + (strncmp(c->address, "http://", 7) ? 0 : 7));
	return buf_take(&b);
}

static int open_site(struct consul *c, const struct consul_conf *conf,
		     struct err *e)
{
	struct http_site_conf s = {
		.tls = c->tls,
		.basic = given(conf->auth),
		.dial_ms = conf->dial_ms,
		.keep_alive_s = conf->keep_alive_s,
		.idle_s = conf->idle_s,
		.no_reuse = conf->no_reuse,
	};
	char *url = url_of(conf);
	int ret;

	if (!url)
		return err_nomem(e);
	s.url = url;
	ret = http_site_open(c->http, &s, &c->site, e);
	free(url);
	return ret;
}

static int set_up(struct consul *c, const struct consul_conf *conf,
		  struct err *e)
{
	c->address = copy(conf->address);
	c->token = copy(conf->token);
	c->ns = copy(conf->ns);
	c->partition = copy(conf->partition);
	if (!c->address || !c->token || !c->ns || !c->partition)
		return err_nomem(e);
	if (given(conf->token_file) &&
	    read_token(conf->token_file, &c->token, e) < 0)
		return -1;
	if (http_tls_open(&conf->tls, &c->tls, e) < 0 ||
	    open_site(c, conf, e) < 0)
		return -1;
	return http_site_header(c->site, "X-Consul-Token", c->token, e);
}

int consul_open(struct http *h, const struct consul_conf *conf,
		struct consul **out, struct err *e)
{
	struct consul *c = calloc(1, sizeof(*c));
	struct consul_conf full = conf ? *conf : (struct consul_conf){0};

	if (!c)
		return err_nomem(e);
	c->http = h;
	fill(&full);
	if (set_up(c, &full, e) < 0) {
		consul_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void consul_close(struct consul *c)
{
	if (!c)
		return;
	http_site_free(c->site);
	http_tls_free(c->tls);
	if (c->token)
		explicit_bzero(c->token, strlen(c->token));
	free(c->address);
	free(c->token);
	free(c->ns);
	free(c->partition);
	free(c);
}

const char *consul_address(const struct consul *c)
{
	return c->address;
}

struct http_site *consul_site(struct consul *c)
{
	return c->site;
}

int consul_set_token(struct consul *c, const char *token, struct err *e)
{
	char *t = copy(token);

	if (!t)
		return err_nomem(e);
	free(c->token);
	c->token = t;
	return http_site_header(c->site, "X-Consul-Token", t, e);
}

// SPDX-License-Identifier: MIT
/* vault - the client: its address, TLS and limits, and when leases are renewed. */
#include "render/vault.h"

#include <stdlib.h>

#include "crypto.h"
#include "render/clients.h"

/* --- leases --- */

double vault_chance(void)
{
	uint32_t n;

	crypto_random(&n, sizeof(n));
	return n / 4294967296.0;
}

int64_t vault_renew_after(int64_t lease, int64_t prior, int64_t *grace)
{
	int64_t ms = lease * 1000, sleep;

	if (lease <= 0)
		return -1;
	if (!*grace || lease > prior)
		*grace = (int64_t)(lease * 1000 * (0.1 + 0.1 * vault_chance()));
	sleep = lease >= prior ? ms * 2 / 3 + *grace / 3 : ms - *grace;
	return ms <= *grace || ms - sleep <= *grace ? -1 : sleep;
}

/* --- opening --- */

const char *vault_proxy(void)
{
	const char *p = getenv("VAULT_PROXY_ADDR");

	return p && *p ? p : getenv("VAULT_HTTP_PROXY");
}

static int open_site(struct vault *v, struct err *e)
{
	const struct render_vault *c = &v->r->conf->vault;
	const struct render_transport *t = &c->transport;
	const char *agent = getenv("VAULT_AGENT_ADDR");
	const char *off = getenv("VAULT_DISABLE_REDIRECTS");
	const char *srv = getenv("VAULT_SRV_LOOKUP");
	struct buf BUF_AUTO found = {0};
	struct http_tls_conf tls;
	struct http_site_conf s = {
		.url = agent && *agent ? agent
		       : *c->address   ? c->address
				       : "https://127.0.0.1:8200",
		.dial_ms = dur_ms(t->dial_timeout),
		.keep_alive_s = dur_ms(t->dial_keep_alive) / 1000,
		.idle_s = dur_ms(t->idle_conn_timeout) / 1000,
		.no_reuse = t->disable_keep_alives,
		.no_redirect = off && opt_bool(off) == 1,
		.proxy = vault_proxy(),
		.agent = c->user_agent && *c->user_agent ? c->user_agent : NULL,
	};

	if (srv && opt_bool(srv) == 1 && http_srv(s.url, &found))
		s.url = buf_str(&found);
	clients_tls(&c->ssl, &tls);
	tls.ca_pem = str_of(c->ssl.ca_cert_bytes);
	if (!c->ssl.enabled)
		tls = (struct http_tls_conf){0};
	if (http_tls_open(&tls, &v->tls, e) < 0)
		return -1;
	s.tls = v->tls;
	if (http_site_open(v->r->http, &s, &v->site, e) < 0 ||
	    http_site_header(v->site, "X-Vault-Request", "true", e) < 0 ||
	    http_site_header(v->site, "X-Vault-Namespace", c->ns, e) < 0)
		return -1;
	return http_site_header(v->site, "X-Vault-Token", v->token, e);
}

/* VAULT_RATE_LIMIT: requests per second, then perhaps ":" and how many at once. */
static int rate_limit(struct vault *v, struct err *e)
{
	const char *text = getenv("VAULT_RATE_LIMIT");
	struct str rest = str_of(text ? text : ""), rate;
	uint64_t burst;

	if (!rest.n)
		return 0;
	str_split(&rest, ':', &rate);
	if (!num_double(rate, &v->rate) ||
	    (rest.n && !num_u64(rest, INT32_MAX, &burst)))
		return err_set(e, 0, "VAULT_RATE_LIMIT was provided but "
				     "incorrectly formatted");
	v->burst = rest.n ? (double)burst : v->rate;
	return 0;
}

/* What the client library takes from the environment. */
static void limits(struct vault *v)
{
	const char *tries = getenv("VAULT_MAX_RETRIES");
	const char *limit = getenv("VAULT_CLIENT_TIMEOUT");
	uint64_t n;
	int64_t ns;

	v->tries = tries && num_arg(tries, 1000, &n) ? (int)n : 2;
	v->timeout_ms = 60000;
	if (limit && num_arg(limit, 1000000, &n) && n)
		v->timeout_ms = (int64_t)n * 1000;
	else if (limit && dur_parse(str_of(limit), &ns, NULL) == 0 && ns > 0)
		v->timeout_ms = dur_ms(ns);
}

static int prepare(struct vault *v, struct err *e)
{
	limits(v);
	return rate_limit(v, e) < 0 || vault_token_first(v, e) < 0 ||
			       open_site(v, e) < 0
		       ? -1
		       : vault_token_open(v, e);
}

int vault_open(struct runner *r, struct err *e)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (!v)
		return err_nomem(e);
	v->r = r;
	r->vault = v;
	return prepare(v, e);
}

void vault_close(struct vault *v)
{
	if (!v)
		return;
	vault_token_close(v);
	http_site_free(v->site);
	http_tls_free(v->tls);
	free(v);
}

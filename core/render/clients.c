// SPDX-License-Identifier: MIT
/* clients - from the configuration's stanzas to the store and, where Vault or
 * Nomad are used, to their sites. */
#include "render/clients.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "os/file.h"

#include "render/nomad.h"
#include "render/vault.h"

static const char *given(const char *s)
{
	return *s ? s : NULL;
}

void clients_tls(const struct render_ssl *s, struct http_tls_conf *t)
{
	*t = (struct http_tls_conf){
		.insecure = !s->verify,
		.ca_file = given(s->ca_cert),
		.ca_path = given(s->ca_path),
		.cert = given(s->cert),
		.key = given(s->key),
		.server_name = given(s->server_name),
	};
}

static int open_store(struct runner *r, struct err *e)
{
	const struct render_consul *c = &r->conf->consul;
	const struct render_transport *t = &c->transport;
	struct consul_conf k = {
		.address = given(c->address),
		.token = given(c->token),
		.token_file = given(c->token_file),
		.ns = given(c->ns),
		.tls_given = c->ssl.enabled,
		.tls_on = c->ssl.enabled,
		.dial_ms = dur_ms(t->dial_timeout),
		.keep_alive_s = dur_ms(t->dial_keep_alive) / 1000,
		.idle_s = dur_ms(t->idle_conn_timeout) / 1000,
		.no_reuse = t->disable_keep_alives,
	};
	struct buf BUF_AUTO auth = {0};

	if (*c->auth_user || *c->auth_password) {
		buf_addf(&auth, "%s:%s", c->auth_user, c->auth_password);
		k.auth = buf_str(&auth);
	}
	if (c->ssl.enabled)
		clients_tls(&c->ssl, &k.tls);
	if (c->ssl.enabled && !c->ssl.verify)
		log_warn("clients", "disabling consul SSL verification");
	if (t->max_conns_per_host > 0)
		http_limit_host(r->http, (unsigned)t->max_conns_per_host);
	if (store_open(&r->store, r->loop, r->http, &k, e) < 0)
		return err_wrap(e, "client set: consul");
	return 0;
}

int clients_open(struct runner *r, struct err *e)
{
	if (open_store(r, e) < 0)
		return -1;
	if (vault_open(r, e) < 0)
		return err_wrap(e, "client set: vault");
	if (nomad_open(r, e) < 0)
		return err_wrap(e, "client set: nomad");
	return 0;
}

/* Without root the embedded store needs /proc/self, which this closes. */
void clients_hide(const struct render_config *c)
{
	if (c->vault.enabled &&
	    (!geteuid() || !store_address_is_dir(c->consul.address)))
		(void)prctl(PR_SET_DUMPABLE, 0);
}

void clients_token_again(struct runner *r)
{
	const char *path = r->conf->consul.token_file;
	struct buf BUF_AUTO b = {0};
	struct str s;
	char *token;

	if (!*path || file_read(AT_FDCWD, path, &b, 64 << 10, NULL) < 0)
		return;
	s = str_trim(str_n(buf_str(&b), b.len), " \t\r\n");
	token = s.n ? strndup(s.p, s.n) : NULL;
	if (token && store_set_token(r->store, token, NULL) == 0)
		log_debug("clients", "read the Consul token from %s again",
			  path);
	if (token)
		explicit_bzero(token, s.n);
	free(token);
	explicit_bzero(b.p, b.len);
}

void clients_close(struct runner *r)
{
	nomad_close(r->nomad);
	vault_close(r->vault);
	store_close(r->store);
}

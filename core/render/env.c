// SPDX-License-Identifier: MIT
/* env - the environment of commands and of the child: ours, filtered, then
 * the addresses and credentials as configured, then `custom`. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render/runner.h"

struct list {
	struct arena *a;
	char **items;
	size_t n, cap;
};

/* Later ones replace earlier ones of the same name. */
static void put(struct list *l, const char *pair)
{
	size_t len = strcspn(pair, "=");

	for (size_t i = 0; i < l->n; i++)
		if (!strncmp(l->items[i], pair, len) &&
		    (l->items[i][len] == '=' || !l->items[i][len])) {
			l->items[i] = arena_strdup(l->a, pair);
			return;
		}
	if (l->n + 1 >= l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;

		l->items = arena_grow(l->a, l->items,
				      l->cap * sizeof(*l->items),
				      cap * sizeof(*l->items));
		l->cap = cap;
	}
	if (!l->items)
		return;
	l->items[l->n++] = arena_strdup(l->a, pair);
	l->items[l->n] = NULL;
}

static void set(struct list *l, const char *name, const char *value)
{
	char *pair;

	if (!value || !*value)
		return;
	pair = arena_printf(l->a, "%s=%s", name, value);
	if (pair)
		put(l, pair);
}

static bool named(const struct render_list *globs, const char *pair)
{
	char name[256];
	size_t n = strcspn(pair, "=");

	if (n >= sizeof(name))
		return false;
	memcpy(name, pair, n);
	name[n] = '\0';
	for (size_t i = 0; i < globs->n; i++)
		if (fnmatch(globs->items[i], name, FNM_PATHNAME) == 0)
			return true;
	return false;
}

static void put_own(struct list *l, const struct render_config *c)
{
	const struct render_consul *k = &c->consul;
	const struct render_vault *v = &c->vault;

	if (!store_address_is_dir(k->address))
		set(l, "CONSUL_HTTP_ADDR", k->address);
	if (*k->auth_user || *k->auth_password)
		set(l, "CONSUL_HTTP_AUTH",
		    arena_printf(l->a, "%s:%s", k->auth_user,
				 k->auth_password));
	set(l, "CONSUL_HTTP_TOKEN", k->token);
	set(l, "CONSUL_HTTP_TOKEN_FILE", k->token_file);
	set(l, "CONSUL_HTTP_SSL", k->ssl.enabled ? "true" : "false");
	set(l, "CONSUL_HTTP_SSL_VERIFY", k->ssl.verify ? "true" : "false");
	set(l, "VAULT_ADDR", v->address);
	if (!v->ssl.verify)
		set(l, "VAULT_SKIP_VERIFY", "true");
	set(l, "VAULT_CLIENT_CERT", v->ssl.cert);
	set(l, "VAULT_CLIENT_KEY", v->ssl.key);
	set(l, "VAULT_CAPATH", v->ssl.ca_path);
	set(l, "VAULT_CACERT", v->ssl.ca_cert);
	set(l, "VAULT_CACERT_BYTES", v->ssl.ca_cert_bytes);
	set(l, "VAULT_TLS_SERVER_NAME", v->ssl.server_name);
}

static bool passes(const struct render_exec *x, const char *pair)
{
	return (!x->allowlist.n || named(&x->allowlist, pair)) &&
	       !named(&x->denylist, pair);
}

char **env_build(struct runner *r, const struct render_exec *x,
		 struct arena *a)
{
	struct list l = {.a = a};

	for (char **p = environ; p && *p && !x->pristine && !r->conf->pristine;
	     p++)
		if (passes(x, *p))
			put(&l, *p);
	for (size_t i = 0; i < r->vars.len && !x->pristine;
	     i += strlen(r->vars.p + i) + 1)
		if (passes(x, r->vars.p + i))
			put(&l, r->vars.p + i);
	if (!r->conf->env)
		put_own(&l, r->conf);
	for (size_t i = 0; i < x->custom.n; i++)
		put(&l, x->custom.items[i]);
	return l.items;
}

const char *env_own(struct runner *r, const char *name)
{
	size_t n = strlen(name);

	if (!r->own) {
		struct list l = {.a = &r->arena};

		put_own(&l, r->conf);
		r->own = l.items;
	}
	for (char **p = r->own; p && *p; p++)
		if (!strncmp(*p, name, n) && (*p)[n] == '=')
			return *p + n + 1;
	return NULL;
}

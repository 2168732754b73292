// SPDX-License-Identifier: MIT
/* conf_final - from what was given to what holds. The schema's table gives
 * each value its place, default and environment variable; the rest here are
 * values that depend on others: stanzas that switch themselves on because
 * something in them is set, old names, a template's general delimiters.
 * Everything is copied into the configuration's own arena.
 * Source: spec of consul-template 0.42, 1.5 and 2.5 to 2.12. */
#include "conf.h"

#include <stdlib.h>

struct final {
	struct arena *a;
	struct render_config *c;
};

static const char blanks[] = " \t\r\n\v\f";

static const char *keep(struct final *f, struct str s)
{
	return arena_dup(f->a, s.p ? s.p : "", s.n);
}

static const char *get_str(struct final *f, const struct val *t,
			   const char *key)
{
	const struct val *v = conf_get(t, key);

	return v ? keep(f, v->s) : "";
}

/* Set, and not to an empty string. */
static bool given(const struct val *t, const char *key)
{
	const struct val *v = conf_get(t, key);

	return v && (val_kind(v) != KIND_STRING || v->s.n);
}

static bool get_bool(const struct val *t, const char *key, bool def)
{
	const struct val *v = conf_get(t, key);

	return v ? v->b : def;
}

static int64_t get_int(const struct val *t, const char *key, int64_t def)
{
	const struct val *v = conf_get(t, key);

	return v ? v->i : def;
}

/* One list behind the other. */
static struct render_list get_lists(struct final *f, const struct val *x,
				    const struct val *y)
{
	const struct val *v[2] = {x, y};
	const char **items;
	size_t n = 0;

	for (int i = 0; i < 2; i++)
		n += v[i] ? val_len_list(v[i]) : 0;
	items = arena_array(f->a, n + 1, sizeof(*items));
	n = 0;
	for (int i = 0; i < 2; i++)
		for (size_t j = 0; v[i] && j < val_len_list(v[i]); j++)
			items[n++] = keep(f, v[i]->list->items[j].s);
	return (struct render_list){.items = items, .n = n};
}

/* --- environment --- */

/* By a schema's list of names and default; "" when there is nothing. */
static const char *from_env(struct final *f, const char *names)
{
	struct str rest = str_of(names), name;

	while (str_split(&rest, ' ', &name)) {
		const char *s;

		if (str_prefix(name, STR("=")))
			return keep(f, str_cut(name, 1, name.n));
		s = getenv(keep(f, name));
		if (s && *s)
			return keep(f, str_trim(str_of(s), blanks));
	}
	return "";
}

/* -1 when the variable is unset or no boolean. */
static int env_bool(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? opt_bool(s) : -1;
}

/* --- by the table --- */

static void fill(struct final *f, const struct conf_block *b,
		 const struct val *tree, char *base);

static void fill_key(struct final *f, const struct conf_key *k,
		     const struct val *v, char *at)
{
	switch ((enum conf_type)k->type) {
	case CONF_STR:
	case CONF_ID:
		*(const char **)(void *)at = v ? keep(f, v->s)
					     : from_env(f, k->env);
		return;
	case CONF_BOOL:
		*(bool *)at = v ? v->b : k->def;
		return;
	case CONF_INT:
	case CONF_SIGNAL:
	case CONF_PERMS:
		if (k->flags & CONF_WIDE)
			*(int64_t *)(void *)at = v ? v->i : k->def;
		else
			*(int *)(void *)at = v ? (int)v->i : k->def;
		return;
	case CONF_DUR:
		*(int64_t *)(void *)at = v ? v->i : k->def * DUR_MS;
		return;
	case CONF_FLOAT:
		*(double *)(void *)at = v ? v->f : k->def / 100.0;
		return;
	case CONF_LIST:
	case CONF_WORDS:
		*(struct render_list *)(void *)at = get_lists(f, v, NULL);
		return;
	case CONF_BLOCK:
		fill(f, k->block, v, at);
		return;
	case CONF_BLOCKS:
		return;
	}
}

static void fill(struct final *f, const struct conf_block *b,
		 const struct val *tree, char *base)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->keys[i].off != CONF_NOWHERE &&
		    (conf_has(b, i) || b->keys[i].type == CONF_BLOCK))
			fill_key(f, &b->keys[i],
				 conf_get(tree, b->keys[i].name),
				 base + b->keys[i].off);
}

/* --- stanzas that several use --- */

static void fix_ssl(const struct val *t, struct render_ssl *s)
{
	const struct val *x = conf_get(t, "ssl");

	s->enabled = get_bool(x, "enabled",
			      conf_get(x, "verify") || given(x, "cert") ||
				      given(x, "key") || given(x, "ca_cert") ||
				      given(x, "ca_cert_bytes") ||
				      given(x, "ca_path") ||
				      given(x, "server_name"));
}

static void fix_wait(const struct val *t, struct render_wait *w)
{
	const struct val *x = conf_get(t, "wait");

	w->enabled = get_bool(x, "bool", get_bool(x, "enabled", w->min != 0));
	w->max = get_int(x, "max", (int64_t)(4 * (uint64_t)w->min));
}

static void no_empty_command(struct render_list *l)
{
	if (l->n && !l->items[0][0])
		l->n = 0;
}

static void fix_exec(struct final *f, const struct val *t,
		     struct render_exec *e)
{
	const struct val *x = conf_get(t, "exec"), *env = conf_get(x, "env");

	e->allowlist = get_lists(f, conf_get(env, "allowlist"),
				 conf_get(env, "whitelist"));
	e->denylist = get_lists(f, conf_get(env, "denylist"),
				conf_get(env, "blacklist"));
	e->reload_given = conf_get(x, "reload_signal") != NULL;
	no_empty_command(&e->command);
}

/* --- the stores --- */

static void fix_consul(const struct val *t, struct render_consul *c)
{
	const struct val *auth = conf_get(t, "auth");

	if (!get_bool(auth, "enabled", true))
		c->auth_user = c->auth_password = "";
	fix_ssl(t, &c->ssl);
}

static void vault_ssl(struct final *f, const struct val *s,
		      struct render_ssl *o)
{
	const struct {
		const char *key, *env, **at;
	} files[] = {
		{"cert", "VAULT_CLIENT_CERT", &o->cert},
		{"key", "VAULT_CLIENT_KEY", &o->key},
		{"ca_cert", "VAULT_CACERT", &o->ca_cert},
		{"ca_cert_bytes", "VAULT_CACERT_BYTES", &o->ca_cert_bytes},
		{"ca_path", "VAULT_CAPATH", &o->ca_path},
		{"server_name", "VAULT_TLS_SERVER_NAME", &o->server_name},
	};

	for (size_t i = 0; i < COUNT(files); i++)
		if (!conf_get(s, files[i].key))
			*files[i].at = from_env(f, files[i].env);
	o->enabled = get_bool(s, "enabled", true);
	o->verify = get_bool(s, "verify", env_bool("VAULT_SKIP_VERIFY") != 1);
}

static void fix_vault(struct final *f, const struct val *t,
		      struct render_vault *v)
{
	int renew = env_bool("VAULT_RENEW_TOKEN");

	v->enabled = get_bool(t, "enabled", *v->address);
	v->renew_token_set = conf_get(t, "renew_token") || renew >= 0;
	v->renew_token = get_bool(t, "renew_token", renew > 0);
	v->unwrap_token = get_bool(t, "unwrap_token",
				   env_bool("VAULT_UNWRAP_TOKEN") > 0);
	vault_ssl(f, conf_get(t, "ssl"), &v->ssl);
}

/* --- templates --- */

static const char *owner(struct final *f, const struct val *t,
			 const char *name, const char *number)
{
	if (conf_get(t, name) || !conf_get(t, number))
		return get_str(f, t, name);
	return arena_printf(f->a, "%lld", (long long)get_int(t, number, 0));
}

/* The template's own delimiter, the general one, Go's. */
static const char *delimiter(struct final *f, const struct val *root,
			     const char *own, const char *side,
			     const char *def)
{
	const struct val *d = conf_get(root, "default_delimiters");

	if (*own)
		return own;
	return given(d, side) ? get_str(f, d, side) : def;
}

/* exec.command counts before command, exec.timeout before command_timeout. */
static void fix_command(struct final *f, const struct val *t,
			struct render_exec *e)
{
	const struct val *x = conf_get(t, "exec");

	fix_exec(f, t, e);
	if (!conf_get(x, "command"))
		e->command = get_lists(f, conf_get(t, "command"), NULL);
	no_empty_command(&e->command);
	e->timeout = get_int(x, "timeout",
			     get_int(t, "command_timeout", 30 * DUR_S));
}

static void template(struct final *f, const struct val *root,
		     const struct val *t, struct render_template *o)
{
	bool fatal = get_bool(root, "template_error_fatal", true);

	fill(f, conf_key_at(&conf_root, "template")->block, t, (char *)o);
	o->error_fatal = f->c->error_fatal_given
				 ? f->c->error_fatal
				 : get_bool(t, "error_fatal", fatal);
	o->command_error_fatal =
		get_bool(t, "command_error_fatal",
			 get_bool(root, "command_error_fatal", true));
	o->user = owner(f, t, "user", "uid");
	o->group = owner(f, t, "group", "gid");
	o->left = delimiter(f, root, o->left, "left", "{{");
	o->right = delimiter(f, root, o->right, "right", "}}");
	o->denylist = get_lists(f, conf_get(t, "function_denylist"),
				conf_get(t, "function_blacklist"));
	fix_wait(t, &o->wait);
	fix_command(f, t, &o->exec);
}

/* --- envconsul --- */

/* name and format of each `key` block. */
static void vars_keys(struct final *f, const struct val *t,
		      struct render_vars *o)
{
	const struct val *list = conf_get(t, "key");
	size_t n = list ? val_len_list(list) : 0;
	const char **names = arena_array(f->a, n + 1, sizeof(*names));
	const char **formats = arena_array(f->a, n + 1, sizeof(*formats));

	for (size_t i = 0; i < n; i++) {
		names[i] = get_str(f, &list->list->items[i], "name");
		formats[i] = get_str(f, &list->list->items[i], "format");
	}
	o->names = (struct render_list){names, n};
	o->formats = (struct render_list){formats, n};
}

/* Secrets come last: of equal names the later one counts. */
static void vars(struct final *f, const struct val *root)
{
	static const struct {
		const char *name;
		enum tmpl_dep kind;
	} kinds[] = {
		{"prefix", DEP_KV_LIST},
		{"service", DEP_CATALOG_SERVICE},
		{"secret", DEP_VAULT_READ},
	};
	struct render_config *c = f->c;
	size_t total = 0;

	for (size_t k = 0; k < COUNT(kinds); k++)
		total += conf_get(root, kinds[k].name)
				 ? val_len_list(conf_get(root, kinds[k].name))
				 : 0;
	c->vars = arena_array(f->a, total + 1, sizeof(*c->vars));
	for (size_t k = 0; k < COUNT(kinds); k++) {
		const struct val *list = conf_get(root, kinds[k].name);

		for (size_t i = 0; list && i < val_len_list(list); i++) {
			const struct val *t = &list->list->items[i];
			struct render_vars *o = &c->vars[c->nvars++];

			fill(f, conf_key_at(&conf_env_root, kinds[k].name)->block,
			     t, (char *)o);
			o->kind = kinds[k].kind;
			o->no_prefix = get_bool(t, "no_prefix",
						o->kind == DEP_KV_LIST);
			vars_keys(f, t, o);
		}
	}
}

static void templates(struct final *f, const struct val *root)
{
	const struct val *list = conf_get(root, "template");
	size_t n = list ? val_len_list(list) : f->c->env;

	f->c->templates = arena_array(f->a, n + 1, sizeof(*f->c->templates));
	f->c->ntemplates = n;
	for (size_t i = 0; i < n; i++)
		template(f, root, list ? &list->list->items[i] : NULL,
			 &f->c->templates[i]);
}

static void fix_top(struct final *f, const struct val *root)
{
	struct render_config *c = f->c;
	const struct val *d = conf_get(root, "deduplicate");
	const struct val *s = conf_get(root, "syslog");

	c->dedup.enabled = get_bool(
		d, "enabled",
		given(d, "prefix") || get_int(d, "ttl", 0) ||
			get_int(d, "max_stale", 0) ||
			get_int(d, "block_query_wait", 0));
	c->syslog.enabled = get_bool(s, "enabled",
				     given(s, "facility") || given(s, "name"));
	if (c->env && !given(s, "name"))
		c->syslog.name = "envconsul";
	c->parse_only = get_bool(root, "parseonly", c->parse_only);
	fix_exec(f, root, &c->exec);
	fix_wait(root, &c->wait);
	if (c->once)
		c->wait.enabled = false;
}

int conf_final(const struct conf_block *root, const struct val *tree,
	       struct render_config *c, struct err *e)
{
	struct final f = {.a = &c->arena, .c = c};
	jmp_buf *outer = c->arena.oom;
	const struct val *nomad = conf_get(tree, "nomad");
	jmp_buf oom;

	if (setjmp(oom)) {
		c->arena.oom = outer;
		return err_nomem(e);
	}
	c->arena.oom = &oom;
	c->env = root == &conf_env_root;
	fill(&f, root, tree, (char *)c);
	fix_consul(conf_get(tree, "consul"), &c->consul);
	fix_vault(&f, conf_get(tree, "vault"), &c->vault);
	fix_ssl(nomad, &c->nomad.ssl);
	c->nomad.enabled = get_bool(nomad, "enabled", *c->nomad.address);
	fix_top(&f, tree);
	templates(&f, tree);
	if (c->env)
		vars(&f, tree);
	c->arena.oom = outer;
	return 0;
}

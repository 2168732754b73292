// SPDX-License-Identifier: MIT
/* conf_final - from what was given to what holds: defaults, environment, and
 * the stanzas that switch themselves on because something in them is set.
 * Everything is copied into the configuration's own arena.
 * Source: spec of consul-template 0.42, 1.5 and 2.5 to 2.12. */
#include "conf.h"

#include <signal.h>
#include <stdlib.h>

struct final {
	struct arena *a;
	struct render_config *c;
};

static const char blanks[] = " \t\r\n\v\f";

/* --- getters: the given value, or the default --- */

static const char *keep(struct final *f, struct str s)
{
	return arena_dup(f->a, s.p ? s.p : "", s.n);
}

static const char *get_str(struct final *f, const struct val *t,
			   const char *key, const char *def)
{
	const struct val *v = conf_get(t, key);

	return v ? keep(f, v->s) : arena_strdup(f->a, def);
}

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

static struct render_list get_list(struct final *f, const struct val *t,
				   const char *key, const char *more)
{
	const struct val *v[2] = {conf_get(t, key),
				  more ? conf_get(t, more) : NULL};
	size_t n = 0;
	const char **items;

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

/* The first of a NULL-ended list of names that is not empty, trimmed. */
static struct str env_first(const char *const *names)
{
	for (; *names; names++) {
		const char *s = getenv(*names);

		if (s && *s)
			return str_trim(str_of(s), blanks);
	}
	return STR("");
}

/* The given string, else the environment's, else the default. */
static const char *get_env(struct final *f, const struct val *t,
			   const char *key, const char *const *names,
			   const char *def)
{
	struct str s;

	if (conf_get(t, key))
		return get_str(f, t, key, "");
	s = env_first(names);
	return s.n ? keep(f, s) : arena_strdup(f->a, def);
}

#define ENV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* -1 when the variable is unset or no boolean. */
static int env_bool(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? opt_bool(s) : -1;
}

/* --- stanzas that several use --- */

static struct render_retry get_retry(const struct val *t)
{
	const struct val *r = conf_get(t, "retry");

	return (struct render_retry){
		.enabled = get_bool(r, "enabled", true),
		.attempts = (int)get_int(r, "attempts", 12),
		.backoff = get_int(r, "backoff", 250 * DUR_MS),
		.max_backoff = get_int(r, "max_backoff", DUR_MIN),
	};
}

static struct render_ssl get_ssl(struct final *f, const struct val *t)
{
	const struct val *s = conf_get(t, "ssl");
	bool on = conf_get(s, "verify") || given(s, "cert") ||
		  given(s, "key") || given(s, "ca_cert") ||
		  given(s, "ca_cert_bytes") || given(s, "ca_path") ||
		  given(s, "server_name");

	return (struct render_ssl){
		.enabled = get_bool(s, "enabled", on),
		.verify = get_bool(s, "verify", true),
		.cert = get_str(f, s, "cert", ""),
		.key = get_str(f, s, "key", ""),
		.ca_cert = get_str(f, s, "ca_cert", ""),
		.ca_cert_bytes = get_str(f, s, "ca_cert_bytes", ""),
		.ca_path = get_str(f, s, "ca_path", ""),
		.server_name = get_str(f, s, "server_name", ""),
	};
}

static struct render_transport get_transport(const struct val *t)
{
	const struct val *x = conf_get(t, "transport");

	return (struct render_transport){
		.dial_keep_alive = get_int(x, "dial_keep_alive", 30 * DUR_S),
		.dial_timeout = get_int(x, "dial_timeout", 30 * DUR_S),
		.idle_conn_timeout = get_int(x, "idle_conn_timeout", 5 * DUR_S),
		.tls_handshake_timeout =
			get_int(x, "tls_handshake_timeout", 10 * DUR_S),
		.disable_keep_alives = get_bool(x, "disable_keep_alives", false),
		.max_idle_conns = (int)get_int(x, "max_idle_conns", 0),
		.max_idle_conns_per_host =
			(int)get_int(x, "max_idle_conns_per_host", 100),
		.max_conns_per_host = (int)get_int(x, "max_conns_per_host", 0),
	};
}

static struct render_wait get_wait(const struct val *t)
{
	const struct val *w = conf_get(t, "wait");
	int64_t min = get_int(w, "min", 0);

	return (struct render_wait){
		.enabled = get_bool(w, "bool",
				    get_bool(w, "enabled", min != 0)),
		.min = min,
		.max = get_int(w, "max", (int64_t)(4 * (uint64_t)min)),
	};
}

static struct render_exec get_exec(struct final *f, const struct val *t)
{
	const struct val *x = conf_get(t, "exec"), *env = conf_get(x, "env");
	struct render_exec e = {
		.command = get_list(f, x, "command", NULL),
		.pristine = get_bool(env, "pristine", false),
		.custom = get_list(f, env, "custom", NULL),
		.allowlist = get_list(f, env, "allowlist", "whitelist"),
		.denylist = get_list(f, env, "denylist", "blacklist"),
		.kill_signal = (int)get_int(x, "kill_signal", SIGINT),
		.kill_timeout = get_int(x, "kill_timeout", 30 * DUR_S),
		.reload_given = conf_get(x, "reload_signal") != NULL,
		.reload_signal = (int)get_int(x, "reload_signal", 0),
		.splay = get_int(x, "splay", 0),
		.timeout = get_int(x, "timeout", 0),
	};

	if (e.command.n && !e.command.items[0][0])
		e.command.n = 0;
	return e;
}

/* --- the stores --- */

static void final_consul(struct final *f, const struct val *root)
{
	const struct val *t = conf_get(root, "consul");
	const struct val *auth = conf_get(t, "auth");
	struct render_consul *c = &f->c->consul;
	bool login = get_bool(auth, "enabled",
			      given(auth, "username") ||
				      given(auth, "password"));

	c->address = get_env(f, t, "address",
			     ENV("BASEBOX_STORE", "CONSUL_HTTP_ADDR"), "");
	c->ns = get_env(f, t, "namespace", ENV("CONSUL_NAMESPACE"), "");
	c->token = get_env(f, t, "token",
			   ENV("CONSUL_TOKEN", "CONSUL_HTTP_TOKEN"), "");
	c->token_file =
		get_env(f, t, "token_file",
			ENV("CONSUL_TOKEN_FILE", "CONSUL_HTTP_TOKEN_FILE"), "");
	c->auth_user = login ? get_str(f, auth, "username", "") : "";
	c->auth_password = login ? get_str(f, auth, "password", "") : "";
	c->retry = get_retry(t);
	c->ssl = get_ssl(f, t);
	c->transport = get_transport(t);
}

static void vault_ssl(struct final *f, const struct val *t)
{
	struct render_vault *v = &f->c->vault;
	const struct val *s = conf_get(t, "ssl");
	int skip = env_bool("VAULT_SKIP_VERIFY");

	v->ssl = get_ssl(f, t);
	v->ssl.enabled = get_bool(s, "enabled", true);
	v->ssl.verify = get_bool(s, "verify", skip != 1);
	v->ssl.cert = get_env(f, s, "cert", ENV("VAULT_CLIENT_CERT"), "");
	v->ssl.key = get_env(f, s, "key", ENV("VAULT_CLIENT_KEY"), "");
	v->ssl.ca_cert = get_env(f, s, "ca_cert", ENV("VAULT_CACERT"), "");
	v->ssl.ca_cert_bytes = get_env(f, s, "ca_cert_bytes",
				       ENV("VAULT_CACERT_BYTES"), "");
	v->ssl.ca_path = get_env(f, s, "ca_path", ENV("VAULT_CAPATH"), "");
	v->ssl.server_name = get_env(f, s, "server_name",
				     ENV("VAULT_TLS_SERVER_NAME"), "");
}

static void vault_k8s(struct final *f, const struct val *t)
{
	struct render_vault *v = &f->c->vault;

	v->k8s_role = get_env(f, t, "k8s_auth_role_name",
			      ENV("VAULT_K8S_AUTH_ROLE_NAME"), "");
	v->k8s_token = get_env(f, t, "k8s_service_account_token",
			       ENV("VAULT_K8S_SERVICE_ACCOUNT_TOKEN"), "");
	v->k8s_token_path = get_env(
		f, t, "k8s_service_account_token_path",
		ENV("VAULT_K8S_SERVICE_ACCOUNT_TOKEN_PATH"),
		"/run/secrets/kubernetes.io/serviceaccount/token");
	v->k8s_mount = get_env(f, t, "k8s_service_mount_path",
			       ENV("VAULT_K8S_SERVICE_MOUNT_PATH"),
			       "kubernetes");
}

static void final_vault(struct final *f, const struct val *root)
{
	const struct val *t = conf_get(root, "vault");
	const struct val *x = conf_get(t, "lease_renewal_threshold");
	struct render_vault *v = &f->c->vault;
	int renew = env_bool("VAULT_RENEW_TOKEN");
	int unwrap = env_bool("VAULT_UNWRAP_TOKEN");

	v->address = get_env(f, t, "address", ENV("VAULT_ADDR"), "");
	v->enabled = get_bool(t, "enabled", v->address[0] != '\0');
	v->ns = get_env(f, t, "namespace", ENV("VAULT_NAMESPACE"), "");
	v->token = get_env(f, t, "token", ENV("VAULT_TOKEN"), "");
	v->agent_token_file = get_str(f, t, "vault_agent_token_file", "");
	v->renew_token_set = conf_get(t, "renew_token") || renew >= 0;
	v->renew_token = get_bool(t, "renew_token", renew > 0);
	v->unwrap_token = get_bool(t, "unwrap_token", unwrap > 0);
	v->default_lease_duration =
		get_int(t, "default_lease_duration", 5 * DUR_MIN);
	v->lease_renewal_threshold = x ? x->f : 0.90;
	v->retry = get_retry(t);
	v->transport = get_transport(t);
	vault_ssl(f, t);
	vault_k8s(f, t);
}

static void final_nomad(struct final *f, const struct val *root)
{
	const struct val *t = conf_get(root, "nomad");
	struct render_nomad *n = &f->c->nomad;

	n->address = get_env(f, t, "address", ENV("NOMAD_ADDR"), "");
	n->enabled = get_bool(t, "enabled", n->address[0] != '\0');
	n->ns = get_env(f, t, "namespace", ENV("NOMAD_NAMESPACE"), "");
	n->token = get_env(f, t, "token", ENV("NOMAD_TOKEN"), "");
	n->auth_user = get_str(f, t, "auth_username", "");
	n->auth_password = get_str(f, t, "auth_password", "");
	n->retry = get_retry(t);
	n->ssl = get_ssl(f, t);
	n->transport = get_transport(t);
}

/* --- templates --- */

static const char *owner(struct final *f, const struct val *t,
			 const char *name, const char *number)
{
	if (conf_get(t, name) || !conf_get(t, number))
		return get_str(f, t, name, "");
	return arena_printf(f->a, "%lld", (long long)get_int(t, number, 0));
}

/* The template's own delimiter, the general one, Go's. */
static const char *delimiter(struct final *f, const struct val *root,
			     const struct val *t, const char *own,
			     const char *side, const char *def)
{
	const struct val *d = conf_get(root, "default_delimiters");

	if (given(t, own))
		return get_str(f, t, own, "");
	return given(d, side) ? get_str(f, d, side, "") : def;
}

/* exec.command counts before command, exec.timeout before command_timeout. */
static void final_command(struct final *f, const struct val *t,
			  struct render_template *o)
{
	const struct val *x = conf_get(t, "exec");

	o->exec = get_exec(f, t);
	if (!conf_get(x, "command")) {
		o->exec.command = get_list(f, t, "command", NULL);
		if (o->exec.command.n && !o->exec.command.items[0][0])
			o->exec.command.n = 0;
	}
	o->exec.timeout = get_int(x, "timeout",
				  get_int(t, "command_timeout", 30 * DUR_S));
}

static void final_template(struct final *f, const struct val *root,
			   const struct val *t, struct render_template *o)
{
	bool fatal = get_bool(root, "template_error_fatal", true);

	o->source = get_str(f, t, "source", "");
	o->contents = get_str(f, t, "contents", "");
	o->destination = get_str(f, t, "destination", "");
	o->create_dest_dirs = get_bool(t, "create_dest_dirs", true);
	o->backup = get_bool(t, "backup", false);
	o->error_on_missing_key = get_bool(t, "error_on_missing_key", false);
	o->error_fatal = f->c->error_fatal_given
				 ? f->c->error_fatal
				 : get_bool(t, "error_fatal", fatal);
	o->perms = (unsigned)get_int(t, "perms", 0);
	o->user = owner(f, t, "user", "uid");
	o->group = owner(f, t, "group", "gid");
	o->left = delimiter(f, root, t, "left_delimiter", "left", "{{");
	o->right = delimiter(f, root, t, "right_delimiter", "right", "}}");
	o->denylist = get_list(f, t, "function_denylist",
			       "function_blacklist");
	o->sandbox = get_str(f, t, "sandbox_path", "");
	o->wait = get_wait(t);
	final_command(f, t, o);
	o->check = get_list(f, t, "check", NULL);
	o->reload = get_str(f, t, "reload", "");
	o->keep_nonempty = get_bool(t, "keep_nonempty", false);
}

static void final_templates(struct final *f, const struct val *root)
{
	const struct val *list = conf_get(root, "template");
	size_t n = list ? val_len_list(list) : 0;

	f->c->templates = arena_array(f->a, n + 1, sizeof(*f->c->templates));
	f->c->ntemplates = n;
	for (size_t i = 0; i < n; i++)
		final_template(f, root, &list->list->items[i],
			       &f->c->templates[i]);
}

/* --- the rest --- */

static void final_logs(struct final *f, const struct val *root)
{
	const struct val *s = conf_get(root, "syslog");
	const struct val *l = conf_get(root, "log_file");
	struct render_config *c = f->c;

	c->syslog.enabled = get_bool(s, "enabled",
				     given(s, "facility") || given(s, "name"));
	c->syslog.facility = get_str(f, s, "facility", "LOCAL0");
	c->syslog.name = get_str(f, s, "name", "consul-template");
	c->log_file.path = get_str(f, l, "path", "");
	c->log_file.rotate_bytes = get_int(l, "log_rotate_bytes", 0);
	c->log_file.rotate_duration =
		get_int(l, "log_rotate_duration", 24 * DUR_HOUR);
	c->log_file.max_files = (int)get_int(l, "log_rotate_max_files", 0);
	c->log_level = get_env(f, root, "log_level",
			       ENV("CT_LOG", "CONSUL_TEMPLATE_LOG",
				   "CONSUL_TEMPLATE_LOG_LEVEL"),
			       "WARN");
}

static void final_dedup(struct final *f, const struct val *root)
{
	const struct val *t = conf_get(root, "deduplicate");
	struct render_dedup *d = &f->c->dedup;
	bool on = given(t, "prefix") || get_int(t, "ttl", 0) ||
		  get_int(t, "max_stale", 0) ||
		  get_int(t, "block_query_wait", 0);

	d->enabled = get_bool(t, "enabled", on);
	d->prefix = get_str(f, t, "prefix", "consul-template/dedup/");
	d->ttl = get_int(t, "ttl", 15 * DUR_S);
	d->max_stale = get_int(t, "max_stale", 2 * DUR_S);
	d->block_query_wait = get_int(t, "block_query_wait", DUR_MIN);
}

static void final_top(struct final *f, const struct val *root)
{
	struct render_config *c = f->c;

	c->pid_file = get_str(f, root, "pid_file", "");
	c->max_stale = get_int(root, "max_stale", 2 * DUR_S);
	c->block_query_wait = get_int(root, "block_query_wait", DUR_MIN);
	c->reload_signal = (int)get_int(root, "reload_signal", SIGHUP);
	c->kill_signal = (int)get_int(root, "kill_signal", SIGINT);
	c->once = get_bool(root, "once", false);
	c->parse_only = get_bool(root, "parseonly",
				 get_bool(root, "parse_only", false));
	c->err_on_failed_lookup = get_bool(root, "err_on_failed_lookup", false);
	c->term_without_child = get_bool(root, "term_without_child", false);
	c->notify_fd = (int)get_int(root, "notification_fd", -1);
	c->wait = get_wait(root);
	if (c->once)
		c->wait.enabled = false;
	c->exec = get_exec(f, root);
}

int conf_final(const struct val *tree, struct render_config *c, struct err *e)
{
	struct final f = {.a = &c->arena, .c = c};
	jmp_buf *outer = c->arena.oom;
	jmp_buf oom;

	if (setjmp(oom)) {
		c->arena.oom = outer;
		return err_nomem(e);
	}
	c->arena.oom = &oom;
	final_consul(&f, tree);
	final_vault(&f, tree);
	final_nomad(&f, tree);
	final_dedup(&f, tree);
	final_logs(&f, tree);
	final_top(&f, tree);
	final_templates(&f, tree);
	c->arena.oom = outer;
	return 0;
}

// SPDX-License-Identifier: MIT
/* conf_dump - the final configuration for the debug log, in the original's
 * shape (Go's field names). Tokens, passwords and the variables given to
 * children are left out. */
#include "conf.h"

#include "data/json.h"

static void key(struct buf *b, const char *name)
{
	char last = b->len ? b->p[b->len - 1] : '{';

	buf_adds(b, last == '{' || last == '[' ? "" : ",");
	buf_addf(b, "\"%s\":", name);
}

static void str(struct buf *b, const char *name, const char *s)
{
	key(b, name);
	json_print_str(b, str_of(s), 0);
}

static void num(struct buf *b, const char *name, int64_t n)
{
	key(b, name);
	buf_addf(b, "%lld", (long long)n);
}

static void yes(struct buf *b, const char *name, bool v)
{
	key(b, name);
	buf_adds(b, v ? "true" : "false");
}

static void list(struct buf *b, const char *name, const struct render_list *l)
{
	key(b, name);
	buf_addc(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		buf_adds(b, i ? "," : "");
		json_print_str(b, str_of(l->items[i]), 0);
	}
	buf_addc(b, ']');
}

static void open(struct buf *b, const char *name)
{
	key(b, name);
	buf_addc(b, '{');
}

static void shut(struct buf *b)
{
	buf_addc(b, '}');
}

static void connection(struct buf *b, const struct render_retry *r,
		       const struct render_ssl *s,
		       const struct render_transport *t)
{
	open(b, "Retry");
	num(b, "Attempts", r->attempts);
	num(b, "Backoff", r->backoff);
	num(b, "MaxBackoff", r->max_backoff);
	yes(b, "Enabled", r->enabled);
	shut(b);
	open(b, "SSL");
	str(b, "CaCert", s->ca_cert);
	str(b, "CaPath", s->ca_path);
	str(b, "Cert", s->cert);
	yes(b, "Enabled", s->enabled);
	str(b, "Key", s->key);
	str(b, "ServerName", s->server_name);
	yes(b, "Verify", s->verify);
	shut(b);
	open(b, "Transport");
	num(b, "DialKeepAlive", t->dial_keep_alive);
	num(b, "DialTimeout", t->dial_timeout);
	yes(b, "DisableKeepAlives", t->disable_keep_alives);
	num(b, "IdleConnTimeout", t->idle_conn_timeout);
	num(b, "MaxIdleConns", t->max_idle_conns);
	num(b, "MaxIdleConnsPerHost", t->max_idle_conns_per_host);
	num(b, "MaxConnsPerHost", t->max_conns_per_host);
	num(b, "TLSHandshakeTimeout", t->tls_handshake_timeout);
	shut(b);
}

static void stores(struct buf *b, const struct render_config *c)
{
	open(b, "Consul");
	str(b, "Address", c->consul.address);
	str(b, "Namespace", c->consul.ns);
	str(b, "TokenFile", c->consul.token_file);
	yes(b, "Auth", c->consul.auth_user[0] != '\0');
	connection(b, &c->consul.retry, &c->consul.ssl, &c->consul.transport);
	shut(b);
	open(b, "Vault");
	str(b, "Address", c->vault.address);
	yes(b, "Enabled", c->vault.enabled);
	str(b, "Namespace", c->vault.ns);
	yes(b, "RenewToken", c->vault.renew_token);
	yes(b, "UnwrapToken", c->vault.unwrap_token);
	num(b, "DefaultLeaseDuration", c->vault.default_lease_duration);
	str(b, "K8SAuthRoleName", c->vault.k8s_role);
	connection(b, &c->vault.retry, &c->vault.ssl, &c->vault.transport);
	shut(b);
	open(b, "Nomad");
	str(b, "Address", c->nomad.address);
	yes(b, "Enabled", c->nomad.enabled);
	str(b, "Namespace", c->nomad.ns);
	str(b, "AuthUsername", c->nomad.auth_user);
	connection(b, &c->nomad.retry, &c->nomad.ssl, &c->nomad.transport);
	shut(b);
}

static void wait(struct buf *b, const struct render_wait *w)
{
	open(b, "Wait");
	yes(b, "Enabled", w->enabled);
	num(b, "Min", w->min);
	num(b, "Max", w->max);
	shut(b);
}

static void exec(struct buf *b, const struct render_exec *x)
{
	open(b, "Exec");
	list(b, "Command", &x->command);
	yes(b, "Pristine", x->pristine);
	list(b, "Allowlist", &x->allowlist);
	list(b, "Denylist", &x->denylist);
	num(b, "KillSignal", x->kill_signal);
	num(b, "KillTimeout", x->kill_timeout);
	if (x->reload_given)
		num(b, "ReloadSignal", x->reload_signal);
	num(b, "Splay", x->splay);
	num(b, "Timeout", x->timeout);
	shut(b);
}

static void template(struct buf *b, const struct render_template *t)
{
	buf_adds(b, b->p[b->len - 1] == '[' ? "{" : ",{");
	str(b, "Source", t->source);
	str(b, "Contents", t->contents);
	str(b, "Destination", t->destination);
	yes(b, "Backup", t->backup);
	yes(b, "CreateDestDirs", t->create_dest_dirs);
	yes(b, "ErrMissingKey", t->error_on_missing_key);
	yes(b, "ErrFatal", t->error_fatal);
	num(b, "Perms", t->perms);
	str(b, "User", t->user);
	str(b, "Group", t->group);
	str(b, "LeftDelim", t->left);
	str(b, "RightDelim", t->right);
	list(b, "FunctionDenylist", &t->denylist);
	str(b, "SandboxPath", t->sandbox);
	exec(b, &t->exec);
	wait(b, &t->wait);
	shut(b);
}

void conf_dump(const struct render_config *c, struct buf *b)
{
	buf_addc(b, '{');
	stores(b, c);
	open(b, "Dedup");
	yes(b, "Enabled", c->dedup.enabled);
	str(b, "Prefix", c->dedup.prefix);
	num(b, "TTL", c->dedup.ttl);
	num(b, "MaxStale", c->dedup.max_stale);
	shut(b);
	exec(b, &c->exec);
	wait(b, &c->wait);
	open(b, "Syslog");
	yes(b, "Enabled", c->syslog.enabled);
	str(b, "Facility", c->syslog.facility);
	str(b, "Name", c->syslog.name);
	shut(b);
	open(b, "FileLog");
	str(b, "LogFilePath", c->log_file.path);
	num(b, "LogRotateBytes", c->log_file.rotate_bytes);
	num(b, "LogRotateDuration", c->log_file.rotate_duration);
	num(b, "LogRotateMaxFiles", c->log_file.max_files);
	shut(b);
	str(b, "LogLevel", c->log_level);
	str(b, "PidFile", c->pid_file);
	num(b, "MaxStale", c->max_stale);
	num(b, "BlockQueryWaitTime", c->block_query_wait);
	num(b, "ReloadSignal", c->reload_signal);
	num(b, "KillSignal", c->kill_signal);
	yes(b, "Once", c->once);
	yes(b, "ParseOnly", c->parse_only);
	yes(b, "ErrOnFailedLookup", c->err_on_failed_lookup);
	key(b, "Templates");
	buf_addc(b, '[');
	for (size_t i = 0; i < c->ntemplates; i++)
		template(b, &c->templates[i]);
	buf_adds(b, "]}");
}

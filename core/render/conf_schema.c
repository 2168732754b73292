// SPDX-License-Identifier: MIT
/* conf_schema - every stanza and key of a configuration: its type, where its
 * value goes, its default and environment variables. Reading, merging,
 * finishing, the debug log and the flags all follow these tables.
 * Source: consul-template 0.42's configuration, sections 1.5 and 2.5 to 2.12
 * of its specification here; marked (+) is what the original does not have. */
#include "conf.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

#define BLOCK(b) {(b), COUNT(b), NULL, 0}
/* HERE is the struct that the keys of the next table fill. */
#define AT(field) offsetof(struct HERE, field)
#define SEC 1000

static int consul_text(struct arena *a, struct str s, struct val *out,
		       struct err *e UNUSED)
{
	char stamp[CLOCK_DATE];

	/* Nothing is set up yet, so this is Go's plain log line. */
	clock_date(stamp, clock_wall().tv_sec, false, '/', ' ');
	say_line("%s [WARN] consul now accepts a stanza instead of a string. "
		 "Update your configuration files and change consul = \"\" to "
		 "consul { } instead.",
		 stamp);
	*out = val_map(a, &type_map_any);
	val_map_sets(a, out, STR("address"), val_str(s));
	return 0;
}

#undef HERE
#define HERE render_consul
static const struct conf_key auth[] = {
	{"enabled", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, 0},
	{"username", NULL, NULL, 0, AT(auth_user), CONF_STR, 0},
	{"password", NULL, NULL, 0, AT(auth_password), CONF_STR, CONF_SECRET},
};
static const struct conf_block auth_block = BLOCK(auth);

#undef HERE
#define HERE render_retry
static const struct conf_key retry[] = {
	{"attempts", NULL, NULL, 12, AT(attempts), CONF_INT, 0},
	{"backoff", NULL, NULL, 250, AT(backoff), CONF_DUR, 0},
	{"max_backoff", NULL, NULL, 60 * SEC, AT(max_backoff), CONF_DUR, 0},
	{"enabled", NULL, NULL, true, AT(enabled), CONF_BOOL, 0},
};
static const struct conf_block retry_block = BLOCK(retry);

#undef HERE
#define HERE render_ssl
static const struct conf_key ssl[] = {
	{"enabled", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"verify", NULL, NULL, true, AT(verify), CONF_BOOL, 0},
	{"cert", NULL, NULL, 0, AT(cert), CONF_STR, 0},
	{"key", NULL, NULL, 0, AT(key), CONF_STR, 0},
	{"ca_cert", NULL, NULL, 0, AT(ca_cert), CONF_STR, 0},
	{"ca_cert_bytes", NULL, NULL, 0, AT(ca_cert_bytes), CONF_STR, 0},
	{"ca_path", NULL, NULL, 0, AT(ca_path), CONF_STR, 0},
	{"server_name", NULL, NULL, 0, AT(server_name), CONF_STR, 0},
};
static const struct conf_block ssl_block = BLOCK(ssl);

#undef HERE
#define HERE render_transport
static const struct conf_key transport[] = {
	{"dial_keep_alive", NULL, NULL, 30 * SEC, AT(dial_keep_alive), CONF_DUR,
	 0},
	{"dial_timeout", NULL, NULL, 30 * SEC, AT(dial_timeout), CONF_DUR, 0},
	{"disable_keep_alives", NULL, NULL, 0, AT(disable_keep_alives),
	 CONF_BOOL, 0},
	{"idle_conn_timeout", NULL, NULL, 5 * SEC, AT(idle_conn_timeout),
	 CONF_DUR, 0},
	{"max_idle_conns", NULL, NULL, 0, AT(max_idle_conns), CONF_INT, 0},
	{"max_idle_conns_per_host", NULL, NULL, 100, AT(max_idle_conns_per_host),
	 CONF_INT, 0},
	{"max_conns_per_host", NULL, NULL, 0, AT(max_conns_per_host), CONF_INT,
	 0},
	{"tls_handshake_timeout", NULL, NULL, 10 * SEC,
	 AT(tls_handshake_timeout), CONF_DUR, 0},
};
static const struct conf_block transport_block = BLOCK(transport);

#undef HERE
#define HERE render_consul
static const struct conf_key consul[] = {
	{"address", "BASEBOX_STORE CONSUL_HTTP_ADDR", NULL, 0, AT(address),
	 CONF_STR, 0},
	{"namespace", "CONSUL_NAMESPACE", NULL, 0, AT(ns), CONF_STR, 0},
	{"token", "CONSUL_TOKEN CONSUL_HTTP_TOKEN", NULL, 0, AT(token), CONF_STR,
	 CONF_SECRET},
	{"token_file", "CONSUL_TOKEN_FILE CONSUL_HTTP_TOKEN_FILE", NULL, 0,
	 AT(token_file), CONF_STR, 0},
	{"auth", NULL, &auth_block, 0, 0, CONF_BLOCK, 0},
	{"retry", NULL, &retry_block, 0, AT(retry), CONF_BLOCK, 0},
	{"ssl", NULL, &ssl_block, 0, AT(ssl), CONF_BLOCK, 0},
	{"transport", NULL, &transport_block, 0, AT(transport), CONF_BLOCK, 0},
};
static const struct conf_block consul_block = {consul, COUNT(consul), consul_text, 0};

#undef HERE
#define HERE render_vault
static const struct conf_key vault[] = {
	{"address", "VAULT_ADDR", NULL, 0, AT(address), CONF_STR, 0},
	{"enabled", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"namespace", "VAULT_NAMESPACE", NULL, 0, AT(ns), CONF_STR, 0},
	{"token", "VAULT_TOKEN", NULL, 0, AT(token), CONF_STR, CONF_SECRET},
	{"vault_agent_token_file", NULL, NULL, 0, AT(agent_token_file), CONF_STR,
	 0},
	{"renew_token", NULL, NULL, 0, AT(renew_token), CONF_BOOL, 0},
	{"unwrap_token", NULL, NULL, 0, AT(unwrap_token), CONF_BOOL, 0},
	{"default_lease_duration", NULL, NULL, 300 * SEC,
	 AT(default_lease_duration), CONF_DUR, 0},
	{"lease_renewal_threshold", NULL, NULL, 90, AT(lease_renewal_threshold),
	 CONF_FLOAT, 0},
	{"client_user_agent", NULL, NULL, 0, AT(user_agent), CONF_STR, 0},
	{"k8s_auth_role_name", "VAULT_K8S_AUTH_ROLE_NAME", NULL, 0, AT(k8s_role),
	 CONF_STR, 0},
	{"k8s_service_account_token", "VAULT_K8S_SERVICE_ACCOUNT_TOKEN", NULL, 0,
	 AT(k8s_token), CONF_STR, CONF_SECRET},
	{"k8s_service_account_token_path",
	 "VAULT_K8S_SERVICE_ACCOUNT_TOKEN_PATH =/run/secrets/kubernetes.io/serviceaccount/token",
	 NULL, 0, AT(k8s_token_path), CONF_STR, 0},
	{"k8s_service_mount_path", "VAULT_K8S_SERVICE_MOUNT_PATH =kubernetes",
	 NULL, 0, AT(k8s_mount), CONF_STR, 0},
	{"retry", NULL, &retry_block, 0, AT(retry), CONF_BLOCK, 0},
	{"ssl", NULL, &ssl_block, 0, AT(ssl), CONF_BLOCK, 0},
	{"transport", NULL, &transport_block, 0, AT(transport), CONF_BLOCK, 0},
};
static const struct conf_block vault_block = BLOCK(vault);

#undef HERE
#define HERE render_nomad
static const struct conf_key nomad[] = {
	{"address", "NOMAD_ADDR", NULL, 0, AT(address), CONF_STR, 0},
	{"enabled", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"namespace", "NOMAD_NAMESPACE", NULL, 0, AT(ns), CONF_STR, 0},
	{"token", "NOMAD_TOKEN", NULL, 0, AT(token), CONF_STR, CONF_SECRET},
	{"auth_username", NULL, NULL, 0, AT(auth_user), CONF_STR, 0},
	{"auth_password", NULL, NULL, 0, AT(auth_password), CONF_STR,
	 CONF_SECRET},
	{"retry", NULL, &retry_block, 0, AT(retry), CONF_BLOCK, 0},
	{"ssl", NULL, &ssl_block, 0, AT(ssl), CONF_BLOCK, 0},
	{"transport", NULL, &transport_block, 0, AT(transport), CONF_BLOCK, 0},
};
static const struct conf_block nomad_block = BLOCK(nomad);

#undef HERE
#define HERE render_dedup
static const struct conf_key dedup[] = {
	{"enabled", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"prefix", "=consul-template/dedup/", NULL, 0, AT(prefix), CONF_STR, 0},
	{"ttl", NULL, NULL, 15 * SEC, AT(ttl), CONF_DUR, 0},
	{"max_stale", NULL, NULL, 2 * SEC, AT(max_stale), CONF_DUR, 0},
	{"block_query_wait", NULL, NULL, 60 * SEC, AT(block_query_wait),
	 CONF_DUR, 0},
};
static const struct conf_block dedup_block = BLOCK(dedup);

#undef HERE
#define HERE render_config
static const struct conf_key delimiters[] = {
	{"left", NULL, NULL, 0, CONF_NOWHERE, CONF_STR, 0},
	{"right", NULL, NULL, 0, CONF_NOWHERE, CONF_STR, 0},
};
static const struct conf_block delimiters_block = BLOCK(delimiters);

#undef HERE
#define HERE render_exec
static const struct conf_key env[] = {
	{"pristine", NULL, NULL, 0, AT(pristine), CONF_BOOL, 0},
	{"custom", NULL, NULL, 0, AT(custom), CONF_LIST,
	 CONF_JOIN | CONF_SECRET},
	{"allowlist", NULL, NULL, 0, AT(allowlist), CONF_LIST, CONF_JOIN},
	{"denylist", NULL, NULL, 0, AT(denylist), CONF_LIST, CONF_JOIN},
	{"whitelist", NULL, NULL, 0, CONF_NOWHERE, CONF_LIST, CONF_JOIN},
	{"blacklist", NULL, NULL, 0, CONF_NOWHERE, CONF_LIST, CONF_JOIN},
};
static const struct conf_block env_block = BLOCK(env);

#undef HERE
#define HERE render_exec
static const struct conf_key exec[] = {
	{"command", NULL, NULL, 0, AT(command), CONF_LIST, 0},
	{"enabled", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, 0},
	{"env", NULL, &env_block, 0, 0, CONF_BLOCK, 0},
	{"kill_signal", NULL, NULL, SIGINT, AT(kill_signal), CONF_SIGNAL, 0},
	{"kill_timeout", NULL, NULL, 30 * SEC, AT(kill_timeout), CONF_DUR, 0},
	{"reload_signal", NULL, NULL, 0, AT(reload_signal), CONF_SIGNAL, 0},
	{"splay", NULL, NULL, 0, AT(splay), CONF_DUR, 0},
	{"timeout", NULL, NULL, 0, AT(timeout), CONF_DUR, 0},
};
static const struct conf_block exec_block = BLOCK(exec);

/* The original's enable key is really called "bool"; "enabled" is (+). */
#undef HERE
#define HERE render_wait
static const struct conf_key wait[] = {
	{"bool", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"enabled", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, 0},
	{"min", NULL, NULL, 0, AT(min), CONF_DUR, 0},
	{"max", NULL, NULL, 0, AT(max), CONF_DUR, 0},
};
static const struct conf_block wait_block = {wait, COUNT(wait), conf_wait, 0};

#undef HERE
#define HERE render_template
static const struct conf_key template[] = {
	{"source", NULL, NULL, 0, AT(source), CONF_STR, 0},
	{"contents", NULL, NULL, 0, AT(contents), CONF_STR, 0},
	{"destination", NULL, NULL, 0, AT(destination), CONF_STR, 0},
	{"create_dest_dirs", NULL, NULL, true, AT(create_dest_dirs), CONF_BOOL,
	 0},
	{"command", NULL, NULL, 0, CONF_NOWHERE, CONF_LIST, 0},
	{"command_timeout", NULL, NULL, 0, CONF_NOWHERE, CONF_DUR, 0},
	{"exec", NULL, &exec_block, 0, AT(exec), CONF_BLOCK, 0},
	{"perms", NULL, NULL, 0, AT(perms), CONF_PERMS, 0},
	{"user", NULL, NULL, 0, AT(user), CONF_ID, 0},
	{"group", NULL, NULL, 0, AT(group), CONF_ID, 0},
	{"uid", NULL, NULL, 0, CONF_NOWHERE, CONF_INT, 0},
	{"gid", NULL, NULL, 0, CONF_NOWHERE, CONF_INT, 0},
	{"backup", NULL, NULL, 0, AT(backup), CONF_BOOL, 0},
	{"error_on_missing_key", NULL, NULL, 0, AT(error_on_missing_key),
	 CONF_BOOL, 0},
	{"error_fatal", NULL, NULL, true, AT(error_fatal), CONF_BOOL, 0},
	{"left_delimiter", NULL, NULL, 0, AT(left), CONF_STR, 0},
	{"right_delimiter", NULL, NULL, 0, AT(right), CONF_STR, 0},
	{"function_denylist", NULL, NULL, 0, AT(denylist), CONF_LIST, 0},
	{"function_blacklist", NULL, NULL, 0, CONF_NOWHERE, CONF_LIST, 0},
	{"sandbox_path", NULL, NULL, 0, AT(sandbox), CONF_STR, 0},
	{"wait", NULL, &wait_block, 0, AT(wait), CONF_BLOCK, 0},
	{"check", NULL, NULL, 0, AT(check), CONF_WORDS, 0}, /* (+) */
	{"reload", NULL, NULL, 0, AT(reload), CONF_STR, 0}, /* (+) */
	{"command_error_fatal", NULL, NULL, true, AT(command_error_fatal),
	 CONF_BOOL, 0}, /* (+) */
	{"rollback", NULL, NULL, 0, AT(rollback), CONF_DUR, 0}, /* (+) */
	{"keep_nonempty", NULL, NULL, 0, AT(keep_nonempty), CONF_BOOL, 0},
	 /* (+) */
};
static const struct conf_block template_block = BLOCK(template);

#undef HERE
#define HERE render_syslog
static const struct conf_key syslog[] = {
	{"enabled", NULL, NULL, 0, AT(enabled), CONF_BOOL, 0},
	{"facility", "=LOCAL0", NULL, 0, AT(facility), CONF_STR, 0},
	{"name", "=consul-template", NULL, 0, AT(name), CONF_STR, 0},
};
static const struct conf_block syslog_block = BLOCK(syslog);

#undef HERE
#define HERE render_log_file
static const struct conf_key log_file[] = {
	{"path", NULL, NULL, 0, AT(path), CONF_STR, 0},
	{"log_rotate_bytes", NULL, NULL, 0, AT(rotate_bytes), CONF_INT,
	 CONF_WIDE},
	{"log_rotate_duration", NULL, NULL, 86400 * SEC, AT(rotate_duration),
	 CONF_DUR, 0},
	{"log_rotate_max_files", NULL, NULL, 0, AT(max_files), CONF_INT, 0},
};
static const struct conf_block log_file_block = BLOCK(log_file);

/* envconsul's. */
#undef HERE
#define HERE render_vars
static const struct conf_key vars_key[] = {
	{"name", NULL, NULL, 0, CONF_NOWHERE, CONF_STR, 0},
	{"format", NULL, NULL, 0, CONF_NOWHERE, CONF_STR, 0},
};
static const struct conf_block vars_key_block = BLOCK(vars_key);

static const struct conf_key vars[] = {
	{"path", NULL, NULL, 0, AT(path), CONF_STR, 0},
	{"format", NULL, NULL, 0, AT(format[0]), CONF_STR, 0},
	{"no_prefix", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, 0},
	{"key", NULL, &vars_key_block, 0, CONF_NOWHERE, CONF_BLOCKS, 0},
};
static const struct conf_block vars_block = BLOCK(vars);

static const struct conf_key service[] = {
	{"query", NULL, NULL, 0, AT(path), CONF_STR, 0},
	{"format_id", NULL, NULL, 0, AT(format[0]), CONF_STR, 0},
	{"format_name", NULL, NULL, 0, AT(format[1]), CONF_STR, 0},
	{"format_address", NULL, NULL, 0, AT(format[2]), CONF_STR, 0},
	{"format_tag", NULL, NULL, 0, AT(format[3]), CONF_STR, 0},
	{"format_port", NULL, NULL, 0, AT(format[4]), CONF_STR, 0},
};
static const struct conf_block service_block = BLOCK(service);

#undef HERE
#define HERE render_config
static const struct conf_key root[] = {
	{"consul", NULL, &consul_block, 0, AT(consul), CONF_BLOCK, 0},
	{"vault", NULL, &vault_block, 0, AT(vault), CONF_BLOCK, 0},
	{"nomad", NULL, &nomad_block, 0, AT(nomad), CONF_BLOCK, CONF_CT},
	{"deduplicate", NULL, &dedup_block, 0, AT(dedup), CONF_BLOCK, CONF_CT},
	{"default_delimiters", NULL, &delimiters_block, 0, CONF_NOWHERE,
	 CONF_BLOCK, CONF_CT},
	{"exec", NULL, &exec_block, 0, AT(exec), CONF_BLOCK, 0},
	{"template", NULL, &template_block, 0, CONF_NOWHERE, CONF_BLOCKS,
	 CONF_JOIN | CONF_CT},
	{"wait", NULL, &wait_block, 0, AT(wait), CONF_BLOCK, 0},
	{"syslog", NULL, &syslog_block, 0, AT(syslog), CONF_BLOCK, 0},
	{"log_file", NULL, &log_file_block, 0, AT(log_file), CONF_BLOCK, CONF_CT},
	{"log_level",
	 "CT_LOG CONSUL_TEMPLATE_LOG CONSUL_TEMPLATE_LOG_LEVEL =WARN", NULL, 0,
	 AT(log_level), CONF_STR, CONF_CT},
	{"log_level", "CT_LOG ENVCONSUL =WARN", NULL, 0, AT(log_level), CONF_STR,
	 CONF_ENV},
	{"max_stale", NULL, NULL, 2 * SEC, AT(max_stale), CONF_DUR, 0},
	{"block_query_wait", NULL, NULL, 60 * SEC, AT(block_query_wait),
	 CONF_DUR, 0},
	{"pid_file", NULL, NULL, 0, AT(pid_file), CONF_STR, 0},
	{"reload_signal", NULL, NULL, SIGHUP, AT(reload_signal), CONF_SIGNAL,
	 0},
	{"kill_signal", NULL, NULL, SIGINT, AT(kill_signal), CONF_SIGNAL, 0},
	{"template_error_fatal", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, CONF_CT},
	{"err_on_failed_lookup", NULL, NULL, 0, AT(err_on_failed_lookup),
	 CONF_BOOL, CONF_OR | CONF_CT},
	{"once", NULL, NULL, 0, AT(once), CONF_BOOL, 0},
	{"parseonly", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL, CONF_CT},
	{"parse_only", NULL, NULL, 0, AT(parse_only), CONF_BOOL, CONF_CT}, /* (+) */
	{"command_error_fatal", NULL, NULL, 0, CONF_NOWHERE, CONF_BOOL,
	 CONF_CT}, /* (+) */
	{"term_without_child", NULL, NULL, 0, AT(term_without_child), CONF_BOOL,
	 0}, /* (+) */
	{"notification_fd", NULL, NULL, -1, AT(notify_fd), CONF_INT, 0},
	 /* (+) */
	{"prefix", NULL, &vars_block, 0, CONF_NOWHERE, CONF_BLOCKS,
	 CONF_JOIN | CONF_ENV},
	{"secret", NULL, &vars_block, 0, CONF_NOWHERE, CONF_BLOCKS,
	 CONF_JOIN | CONF_ENV},
	{"service", NULL, &service_block, 0, CONF_NOWHERE, CONF_BLOCKS,
	 CONF_JOIN | CONF_ENV},
	{"pristine", NULL, NULL, 0, AT(pristine), CONF_BOOL, CONF_ENV},
	{"sanitize", NULL, NULL, 0, AT(sanitize), CONF_BOOL, CONF_ENV},
	{"upcase", NULL, NULL, 0, AT(upcase), CONF_BOOL, CONF_ENV},
	{"auth", NULL, &auth_block, 0, CONF_NOWHERE, CONF_BLOCK, CONF_ENV},
	{"ssl", NULL, &ssl_block, 0, CONF_NOWHERE, CONF_BLOCK, CONF_ENV},
};

const struct conf_block conf_root = {root, COUNT(root), NULL, CONF_ENV};
const struct conf_block conf_env_root = {root, COUNT(root), NULL, CONF_CT};

const struct conf_key *conf_key(const struct conf_block *b, struct str name)
{
	for (size_t i = 0; i < b->n; i++)
		if (conf_has(b, i) && str_ieq(name, str_of(b->keys[i].name)))
			return &b->keys[i];
	return NULL;
}

const struct conf_key *conf_key_at(const struct conf_block *root_block,
				   const char *path)
{
	const struct conf_block *b = root_block;
	const struct conf_key *k = NULL;
	struct str rest = str_of(path), name;

	while (b && str_split(&rest, '.', &name)) {
		k = conf_key(b, name);
		b = k ? k->block : NULL;
	}
	return k;
}

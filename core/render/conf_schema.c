// SPDX-License-Identifier: MIT
/* conf_schema - every stanza and key of a configuration, with its type.
 * Source: consul-template 0.42's configuration, sections 2.5 to 2.12 of its
 * specification here; marked (+) is what the original does not have. */
#include "conf.h"

#define BLOCK(b) {(b), COUNT(b), NULL}

static int consul_text(struct arena *a, struct str s, struct val *out,
		       struct err *e UNUSED)
{
	struct tm tm;
	struct timespec now = clock_wall();
	char stamp[32];

	/* Nothing is set up yet, so this is Go's plain log line. */
	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &tm);
	say_line("%s [WARN] consul now accepts a stanza instead of a string. "
		 "Update your configuration files and change consul = \"\" to "
		 "consul { } instead.",
		 stamp);
	*out = val_map(a, &type_map_any);
	val_map_sets(a, out, STR("address"), val_str(s));
	return 0;
}

static const struct conf_key auth[] = {
	{"enabled", CONF_BOOL, 0, NULL},
	{"username", CONF_STR, 0, NULL},
	{"password", CONF_STR, CONF_SECRET, NULL},
};
static const struct conf_block auth_block = BLOCK(auth);

static const struct conf_key retry[] = {
	{"attempts", CONF_INT, 0, NULL},
	{"backoff", CONF_DUR, 0, NULL},
	{"max_backoff", CONF_DUR, 0, NULL},
	{"enabled", CONF_BOOL, 0, NULL},
};
static const struct conf_block retry_block = BLOCK(retry);

static const struct conf_key ssl[] = {
	{"enabled", CONF_BOOL, 0, NULL},
	{"verify", CONF_BOOL, 0, NULL},
	{"cert", CONF_STR, 0, NULL},
	{"key", CONF_STR, 0, NULL},
	{"ca_cert", CONF_STR, 0, NULL},
	{"ca_cert_bytes", CONF_STR, 0, NULL},
	{"ca_path", CONF_STR, 0, NULL},
	{"server_name", CONF_STR, 0, NULL},
};
static const struct conf_block ssl_block = BLOCK(ssl);

static const struct conf_key transport[] = {
	{"dial_keep_alive", CONF_DUR, 0, NULL},
	{"dial_timeout", CONF_DUR, 0, NULL},
	{"disable_keep_alives", CONF_BOOL, 0, NULL},
	{"idle_conn_timeout", CONF_DUR, 0, NULL},
	{"max_idle_conns", CONF_INT, 0, NULL},
	{"max_idle_conns_per_host", CONF_INT, 0, NULL},
	{"max_conns_per_host", CONF_INT, 0, NULL},
	{"tls_handshake_timeout", CONF_DUR, 0, NULL},
};
static const struct conf_block transport_block = BLOCK(transport);

static const struct conf_key consul[] = {
	{"address", CONF_STR, 0, NULL},
	{"namespace", CONF_STR, 0, NULL},
	{"token", CONF_STR, CONF_SECRET, NULL},
	{"token_file", CONF_STR, 0, NULL},
	{"auth", CONF_BLOCK, 0, &auth_block},
	{"retry", CONF_BLOCK, 0, &retry_block},
	{"ssl", CONF_BLOCK, 0, &ssl_block},
	{"transport", CONF_BLOCK, 0, &transport_block},
};
static const struct conf_block consul_block = {consul, COUNT(consul),
					       consul_text};

static const struct conf_key vault[] = {
	{"address", CONF_STR, 0, NULL},
	{"enabled", CONF_BOOL, 0, NULL},
	{"namespace", CONF_STR, 0, NULL},
	{"token", CONF_STR, CONF_SECRET, NULL},
	{"vault_agent_token_file", CONF_STR, 0, NULL},
	{"renew_token", CONF_BOOL, 0, NULL},
	{"unwrap_token", CONF_BOOL, 0, NULL},
	{"default_lease_duration", CONF_DUR, 0, NULL},
	{"lease_renewal_threshold", CONF_FLOAT, 0, NULL},
	{"client_user_agent", CONF_STR, 0, NULL},
	{"k8s_auth_role_name", CONF_STR, 0, NULL},
	{"k8s_service_account_token", CONF_STR, CONF_SECRET, NULL},
	{"k8s_service_account_token_path", CONF_STR, 0, NULL},
	{"k8s_service_mount_path", CONF_STR, 0, NULL},
	{"retry", CONF_BLOCK, 0, &retry_block},
	{"ssl", CONF_BLOCK, 0, &ssl_block},
	{"transport", CONF_BLOCK, 0, &transport_block},
};
static const struct conf_block vault_block = BLOCK(vault);

static const struct conf_key nomad[] = {
	{"address", CONF_STR, 0, NULL},
	{"enabled", CONF_BOOL, 0, NULL},
	{"namespace", CONF_STR, 0, NULL},
	{"token", CONF_STR, CONF_SECRET, NULL},
	{"auth_username", CONF_STR, 0, NULL},
	{"auth_password", CONF_STR, CONF_SECRET, NULL},
	{"retry", CONF_BLOCK, 0, &retry_block},
	{"ssl", CONF_BLOCK, 0, &ssl_block},
	{"transport", CONF_BLOCK, 0, &transport_block},
};
static const struct conf_block nomad_block = BLOCK(nomad);

static const struct conf_key dedup[] = {
	{"enabled", CONF_BOOL, 0, NULL},
	{"prefix", CONF_STR, 0, NULL},
	{"ttl", CONF_DUR, 0, NULL},
	{"max_stale", CONF_DUR, 0, NULL},
	{"block_query_wait", CONF_DUR, 0, NULL},
};
static const struct conf_block dedup_block = BLOCK(dedup);

static const struct conf_key delimiters[] = {
	{"left", CONF_STR, 0, NULL},
	{"right", CONF_STR, 0, NULL},
};
static const struct conf_block delimiters_block = BLOCK(delimiters);

static const struct conf_key env[] = {
	{"pristine", CONF_BOOL, 0, NULL},
	{"custom", CONF_LIST, CONF_JOIN | CONF_SECRET, NULL},
	{"allowlist", CONF_LIST, CONF_JOIN, NULL},
	{"denylist", CONF_LIST, CONF_JOIN, NULL},
	{"whitelist", CONF_LIST, CONF_JOIN, NULL},
	{"blacklist", CONF_LIST, CONF_JOIN, NULL},
};
static const struct conf_block env_block = BLOCK(env);

static const struct conf_key exec[] = {
	{"command", CONF_LIST, 0, NULL},
	{"enabled", CONF_BOOL, 0, NULL},
	{"env", CONF_BLOCK, 0, &env_block},
	{"kill_signal", CONF_SIGNAL, 0, NULL},
	{"kill_timeout", CONF_DUR, 0, NULL},
	{"reload_signal", CONF_SIGNAL, 0, NULL},
	{"splay", CONF_DUR, 0, NULL},
	{"timeout", CONF_DUR, 0, NULL},
};
static const struct conf_block exec_block = BLOCK(exec);

/* The original's enable key is really called "bool"; "enabled" is (+). */
static const struct conf_key wait[] = {
	{"bool", CONF_BOOL, 0, NULL},
	{"enabled", CONF_BOOL, 0, NULL},
	{"min", CONF_DUR, 0, NULL},
	{"max", CONF_DUR, 0, NULL},
};
static const struct conf_block wait_block = {wait, COUNT(wait), conf_wait};

static const struct conf_key template[] = {
	{"source", CONF_STR, 0, NULL},
	{"contents", CONF_STR, 0, NULL},
	{"destination", CONF_STR, 0, NULL},
	{"create_dest_dirs", CONF_BOOL, 0, NULL},
	{"command", CONF_LIST, 0, NULL},
	{"command_timeout", CONF_DUR, 0, NULL},
	{"exec", CONF_BLOCK, 0, &exec_block},
	{"perms", CONF_PERMS, 0, NULL},
	{"user", CONF_ID, 0, NULL},
	{"group", CONF_ID, 0, NULL},
	{"uid", CONF_INT, 0, NULL},
	{"gid", CONF_INT, 0, NULL},
	{"backup", CONF_BOOL, 0, NULL},
	{"error_on_missing_key", CONF_BOOL, 0, NULL},
	{"error_fatal", CONF_BOOL, 0, NULL},
	{"left_delimiter", CONF_STR, 0, NULL},
	{"right_delimiter", CONF_STR, 0, NULL},
	{"function_denylist", CONF_LIST, 0, NULL},
	{"function_blacklist", CONF_LIST, 0, NULL},
	{"sandbox_path", CONF_STR, 0, NULL},
	{"wait", CONF_BLOCK, 0, &wait_block},
	{"check", CONF_WORDS, 0, NULL},        /* (+) */
	{"reload", CONF_STR, 0, NULL},	       /* (+) */
	{"keep_nonempty", CONF_BOOL, 0, NULL}, /* (+) */
};
static const struct conf_block template_block = BLOCK(template);

static const struct conf_key syslog[] = {
	{"enabled", CONF_BOOL, 0, NULL},
	{"facility", CONF_STR, 0, NULL},
	{"name", CONF_STR, 0, NULL},
};
static const struct conf_block syslog_block = BLOCK(syslog);

static const struct conf_key log_file[] = {
	{"path", CONF_STR, 0, NULL},
	{"log_rotate_bytes", CONF_INT, 0, NULL},
	{"log_rotate_duration", CONF_DUR, 0, NULL},
	{"log_rotate_max_files", CONF_INT, 0, NULL},
};
static const struct conf_block log_file_block = BLOCK(log_file);

static const struct conf_key root[] = {
	{"consul", CONF_BLOCK, 0, &consul_block},
	{"vault", CONF_BLOCK, 0, &vault_block},
	{"nomad", CONF_BLOCK, 0, &nomad_block},
	{"deduplicate", CONF_BLOCK, 0, &dedup_block},
	{"default_delimiters", CONF_BLOCK, 0, &delimiters_block},
	{"exec", CONF_BLOCK, 0, &exec_block},
	{"template", CONF_BLOCKS, CONF_JOIN, &template_block},
	{"wait", CONF_BLOCK, 0, &wait_block},
	{"syslog", CONF_BLOCK, 0, &syslog_block},
	{"log_file", CONF_BLOCK, 0, &log_file_block},
	{"log_level", CONF_STR, 0, NULL},
	{"max_stale", CONF_DUR, 0, NULL},
	{"block_query_wait", CONF_DUR, 0, NULL},
	{"pid_file", CONF_STR, 0, NULL},
	{"reload_signal", CONF_SIGNAL, 0, NULL},
	{"kill_signal", CONF_SIGNAL, 0, NULL},
	{"template_error_fatal", CONF_BOOL, 0, NULL},
	{"err_on_failed_lookup", CONF_BOOL, CONF_OR, NULL},
	{"once", CONF_BOOL, 0, NULL},
	{"parseonly", CONF_BOOL, 0, NULL},
	{"parse_only", CONF_BOOL, 0, NULL},	     /* (+) */
	{"term_without_child", CONF_BOOL, 0, NULL},  /* (+) */
	{"notification_fd", CONF_INT, 0, NULL},	     /* (+) */
};

const struct conf_block conf_root = BLOCK(root);

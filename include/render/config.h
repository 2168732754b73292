// SPDX-License-Identifier: MIT
/* render/config - the renderer's configuration in its final form: files,
 * CT_LOCAL_CONFIG, flags and environment merged, every default filled in. How
 * it came about (which key was unset where) is core/render/config*.c's own.
 *
 * Strings are never NULL, "" = not given; they and the lists live in the
 * arena. Durations are nanoseconds. Signals are numbers, 0 = SIGNULL (none).
 * Source: spec of consul-template 0.42, sections 1 and 2. */
#ifndef BASEBOX_RENDER_CONFIG_H
#define BASEBOX_RENDER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "tmpl/host.h"

struct render_list {
	const char *const *items; /* NULL-terminated, never NULL itself */
	size_t n;
};

struct render_retry {
	bool enabled;
	int attempts; /* 0 = without end */
	int64_t backoff, max_backoff;
};

struct render_ssl {
	bool enabled, verify;
	const char *cert, *key, *ca_cert, *ca_cert_bytes, *ca_path;
	const char *server_name;
};

struct render_transport {
	int64_t dial_keep_alive, dial_timeout, idle_conn_timeout;
	int64_t tls_handshake_timeout;
	bool disable_keep_alives;
	int max_idle_conns, max_idle_conns_per_host, max_conns_per_host;
};

struct render_consul {
	const char *address, *ns, *token, *token_file;
	const char *auth_user, *auth_password; /* both "" = no basic auth */
	struct render_retry retry;
	struct render_ssl ssl; /* enabled: replaces CONSUL_CACERT etc. */
	struct render_transport transport;
};

struct render_vault {
	bool enabled;
	const char *address, *ns;
	const char *token; /* of configuration or VAULT_TOKEN; the runner reads
			    * ~/.vault-token and agent_token_file */
	const char *agent_token_file;
	bool renew_token, unwrap_token;
	bool renew_token_set; /* given somewhere; else the runner decides */
	int64_t default_lease_duration;
	double lease_renewal_threshold;
	const char *user_agent;
	const char *k8s_role, *k8s_token, *k8s_token_path, *k8s_mount;
	struct render_retry retry;
	struct render_ssl ssl;
	struct render_transport transport;
};

struct render_nomad {
	bool enabled;
	const char *address, *ns, *token, *auth_user, *auth_password;
	struct render_retry retry;
	struct render_ssl ssl;
	struct render_transport transport;
};

struct render_dedup {
	bool enabled;
	const char *prefix;
	int64_t ttl, max_stale, block_query_wait;
};

struct render_wait {
	bool enabled;
	int64_t min, max;
};

struct render_exec {
	struct render_list command; /* n = 0: none. One element with white
				     * space is a shell command */
	bool pristine;
	struct render_list custom, allowlist, denylist;
	int kill_signal;
	int64_t kill_timeout;
	bool reload_given; /* false: a change restarts the child */
	int reload_signal;
	int64_t splay;
	int64_t timeout; /* of a template's command; 0 = do not wait */
};

struct render_template {
	const char *source, *contents; /* exactly one (checked by the runner:
					* its error text is a run-time one) */
	const char *destination;
	bool create_dest_dirs, backup, error_on_missing_key, error_fatal;
	unsigned perms; /* 0 = not given */
	const char *user, *group;
	const char *left, *right; /* delimiters with defaults applied */
	struct render_list denylist;
	const char *sandbox;
	struct render_wait wait;
	struct render_exec exec;
	/* Beyond the original, off by default. */
	struct render_list check; /* command on the staged file, {{.src}} */
	const char *reload;       /* a supervised service to reload */
	bool command_error_fatal; /* false: a failed command is only said */
	bool tree;                /* of a folder: secrets are 0600 */
	int64_t rollback;         /* trial of a new file; 0 = none */
	bool keep_nonempty;       /* an empty list does not replace a full one */
};

/* envconsul: one prefix, secret or service, and how its variables are called.
 */
struct render_vars {
	enum tmpl_dep kind;
	const char *path;      /* or a service's query */
	const char *format[5]; /* a service's id, name, address, tag, port; "" */
	bool no_prefix;
	struct render_list names, formats; /* `key` blocks, in pairs */
};

struct render_syslog {
	bool enabled;
	const char *facility, *name;
};

struct render_log_file {
	const char *path; /* "" = none */
	int64_t rotate_bytes, rotate_duration;
	int max_files;
};

struct render_config {
	struct arena arena;

	struct render_consul consul;
	struct render_vault vault;
	struct render_nomad nomad;
	struct render_dedup dedup;
	struct render_wait wait;
	struct render_exec exec; /* the child; command.n = 0: none */
	struct render_syslog syslog;
	struct render_log_file log_file;

	struct render_template *templates;
	size_t ntemplates;

	const char *log_level, *pid_file;
	int64_t max_stale, block_query_wait;
	int reload_signal, kill_signal;
	bool once, dry, parse_only;
	bool err_on_failed_lookup;
	bool error_fatal_given, error_fatal; /* the flag, over all templates */

	/* envconsul: variables instead of templates. */
	bool env, pristine, sanitize, upcase;
	struct render_vars *vars;
	size_t nvars;
	struct render_list words; /* the command line, where no shell is */

	/* Beyond the original, off by default. */
	bool term_without_child; /* SIGTERM ends it when there is no child */
	int notify_fd;           /* readiness goes there; -1 = nowhere */
};

#endif

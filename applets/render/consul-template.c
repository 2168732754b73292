// SPDX-License-Identifier: MIT
/* consul-template - render files from keys, services and secrets
 *
 * usage: consul-template [options]
 *
 * Watches what the templates ask a store for, renders them into files, and
 * after a change runs commands or signals a child process. TIME is written
 * 250ms, 5s, 1h30m; a flag without =VALUE takes =true or =false.
 *
 * Options:
 *
 *   -config=PATH
 *       configuration file or folder (repeatable)
 *   -consul-addr=ADDRESS
 *       Consul agent, or dir:///PATH
 *   -consul-auth=USER[:PASSWORD]
 *       HTTP basic authentication
 *   -consul-retry
 *       retry failed requests (true)
 *   -consul-retry-attempts=N
 *       give up after N retries (12; 0: never)
 *   -consul-retry-backoff=TIME
 *       first pause between tries (250ms)
 *   -consul-retry-max-backoff=TIME
 *       longest pause (1m)
 *   -consul-ssl
 *       use TLS
 *   -consul-ssl-ca-cert=FILE
 *       trust these CA certificates
 *   -consul-ssl-ca-path=DIR
 *       trust the CA certificates there
 *   -consul-ssl-cert=FILE
 *       client certificate
 *   -consul-ssl-key=FILE
 *       its key
 *   -consul-ssl-server-name=NAME
 *       name to verify, instead of the address's
 *   -consul-ssl-verify
 *       verify the server (true)
 *   -consul-token=TOKEN
 *       ACL token
 *   -consul-token-file=FILE
 *       read the ACL token from a file
 *   -consul-transport-dial-keep-alive=TIME
 *       TCP keep-alive interval (30s)
 *   -consul-transport-dial-timeout=TIME
 *       limit of connecting (30s)
 *   -consul-transport-disable-keep-alives
 *       a new connection for each request
 *   -consul-transport-max-idle-conns-per-host=N
 *       idle connections to keep (100)
 *   -consul-transport-tls-handshake-timeout=TIME
 *       limit of a handshake (10s)
 *   -dedup
 *       share the work between instances through Consul
 *   -default-left-delimiter=TEXT
 *       of actions ({{)
 *   -default-right-delimiter=TEXT
 *       of actions (}})
 *   -dry
 *       print to standard output instead of writing
 *   -exec=COMMAND
 *       run it once all templates are rendered, and keep it
 *   -exec-env-allowlist=PATTERN
 *       pass on these variables (repeatable)
 *   -exec-env-custom=NAME=VALUE
 *       set a variable (repeatable)
 *   -exec-env-denylist=PATTERN
 *       hold back these variables (repeatable)
 *   -exec-env-pristine
 *       pass on nothing of the own environment
 *   -exec-kill-signal=SIGNAL
 *       stops the child (SIGINT)
 *   -exec-kill-timeout=TIME
 *       SIGKILL after it (30s)
 *   -exec-reload-signal=SIGNAL
 *       sent on a change instead of a restart
 *   -exec-splay=TIME
 *       random delay before signals, up to this
 *   -kill-signal=SIGNAL
 *       ends this program (SIGINT)
 *   -log-file=FILE
 *       write the log there as well
 *   -log-level=LEVEL
 *       TRACE, DEBUG, INFO, WARN (default) or ERR
 *   -log-rotate-bytes=N
 *       begin a new log file after N bytes
 *   -log-rotate-duration=TIME
 *       or after this time (24h)
 *   -log-rotate-max-files=N
 *       log files to keep (0: all, negative: none)
 *   -max-stale=TIME
 *       accept answers this old (2s; 0: ask the leader)
 *   -once
 *       render once, then end
 *   -parse-only
 *       check the templates, then end
 *   -pid-file=FILE
 *       write the process number there
 *   -reload-signal=SIGNAL
 *       reads everything anew (SIGHUP)
 *   -retry=TIME
 *       old name of -consul-retry-backoff
 *   -syslog
 *       send the log to syslog as well
 *   -syslog-facility=NAME
 *       LOCAL0 and the like
 *   -syslog-name=NAME
 *       tag of the messages
 *   -template=IN[:OUT[:COMMAND]]
 *       a template, its file, what to run after a change (repeatable)
 *   -template-error-fatal
 *       end on any template's error (true)
 *   -vault-addr=URL
 *       Vault server
 *   -vault-agent-token-file=FILE
 *       token kept by a Vault agent
 *   -vault-client-user-agent=TEXT
 *       name sent to Vault
 *   -vault-default-lease-duration=TIME
 *       for secrets without a lease (5m)
 *   -vault-renew-token
 *       renew the token
 *   -vault-retry
 *       as for Consul
 *   -vault-retry-attempts=N
 *       as for Consul
 *   -vault-retry-backoff=TIME
 *       as for Consul
 *   -vault-retry-max-backoff=TIME
 *       as for Consul
 *   -vault-ssl
 *       use TLS (true)
 *   -vault-ssl-ca-cert=FILE
 *       as for Consul
 *   -vault-ssl-ca-path=DIR
 *       as for Consul
 *   -vault-ssl-cert=FILE
 *       as for Consul
 *   -vault-ssl-key=FILE
 *       as for Consul
 *   -vault-ssl-server-name=NAME
 *       as for Consul
 *   -vault-ssl-verify
 *       as for Consul
 *   -vault-token=TOKEN
 *       token, wrapped or not
 *   -vault-transport-dial-keep-alive=TIME
 *       as for Consul
 *   -vault-transport-dial-timeout=TIME
 *       as for Consul
 *   -vault-transport-disable-keep-alives
 *       as for Consul
 *   -vault-transport-max-conns-per-host=N
 *       connections at most (0: no limit)
 *   -vault-transport-max-idle-conns-per-host=N
 *       as for Consul
 *   -vault-transport-tls-handshake-timeout=TIME
 *       as for Consul
 *   -vault-unwrap-token
 *       the token is wrapped
 *   -wait=MIN[:MAX]
 *       wait for silence before rendering changes
 *   -h, -help
 *       this text
 *   -help-functions
 *       all template functions by theme, with examples
 *   -v, -version
 *       the version
 *
 * Exit: 0 done, 12 ended by the kill signal, 13 command line, 14 templates,
 *   commands or stores, 15 configuration; with -exec the child's own code.
 * See: https://github.com/hashicorp/consul-template
 * Help: own
 */
#include <stdlib.h>

#include "applets.h"
#include "data/json.h"
#include "render_program.h"

#define VERSION "consul-template v0.42.1 (basebox " BASEBOX_VERSION ")"

#define VALUE RENDER_VALUE
#define YES   RENDER_YES

const struct opt consul_template_opts[] = {
	VALUE("config"),
	VALUE("consul-addr"),
	VALUE("consul-auth"),
	YES("consul-retry"),
	VALUE("consul-retry-attempts"),
	VALUE("consul-retry-backoff"),
	VALUE("consul-retry-max-backoff"),
	YES("consul-ssl"),
	VALUE("consul-ssl-ca-cert"),
	VALUE("consul-ssl-ca-path"),
	VALUE("consul-ssl-cert"),
	VALUE("consul-ssl-key"),
	VALUE("consul-ssl-server-name"),
	YES("consul-ssl-verify"),
	VALUE("consul-token"),
	VALUE("consul-token-file"),
	VALUE("consul-transport-dial-keep-alive"),
	VALUE("consul-transport-dial-timeout"),
	YES("consul-transport-disable-keep-alives"),
	VALUE("consul-transport-max-idle-conns-per-host"),
	VALUE("consul-transport-tls-handshake-timeout"),
	YES("dedup"),
	VALUE("default-left-delimiter"),
	VALUE("default-right-delimiter"),
	VALUE("exec"),
	VALUE("exec-env-allowlist"),
	VALUE("exec-env-custom"),
	VALUE("exec-env-denylist"),
	YES("exec-env-pristine"),
	VALUE("exec-kill-signal"),
	VALUE("exec-kill-timeout"),
	VALUE("exec-reload-signal"),
	VALUE("exec-splay"),
	VALUE("kill-signal"),
	VALUE("log-file"),
	VALUE("log-level"),
	VALUE("log-rotate-bytes"),
	VALUE("log-rotate-duration"),
	VALUE("log-rotate-max-files"),
	VALUE("max-stale"),
	YES("once"),
	YES("parse-only"),
	VALUE("pid-file"),
	VALUE("reload-signal"),
	VALUE("retry"),
	YES("syslog"),
	VALUE("syslog-facility"),
	VALUE("syslog-name"),
	VALUE("template"),
	YES("template-error-fatal"),
	VALUE("vault-addr"),
	VALUE("vault-agent-token-file"),
	VALUE("vault-client-user-agent"),
	VALUE("vault-default-lease-duration"),
	YES("vault-renew-token"),
	YES("vault-retry"),
	VALUE("vault-retry-attempts"),
	VALUE("vault-retry-backoff"),
	VALUE("vault-retry-max-backoff"),
	YES("vault-ssl"),
	VALUE("vault-ssl-ca-cert"),
	VALUE("vault-ssl-ca-path"),
	VALUE("vault-ssl-cert"),
	VALUE("vault-ssl-key"),
	VALUE("vault-ssl-server-name"),
	YES("vault-ssl-verify"),
	VALUE("vault-token"),
	VALUE("vault-transport-dial-keep-alive"),
	VALUE("vault-transport-dial-timeout"),
	YES("vault-transport-disable-keep-alives"),
	VALUE("vault-transport-max-conns-per-host"),
	VALUE("vault-transport-max-idle-conns-per-host"),
	VALUE("vault-transport-tls-handshake-timeout"),
	YES("vault-unwrap-token"),
	VALUE("wait"),
	{"dry", NULL, 0, OPT_FLAG, RENDER_AT(load.dry), 0},
	{"help-functions", NULL, 0, OPT_FLAG, RENDER_AT(functions), 0},
	RENDER_COMMON,
	{0},
};

/* Words behind the flags, in Go's %q of a list. */
static int extra(char **argv, int argc, int i)
{
	struct buf BUF_AUTO b = {0};
	struct err e;

	for (; i < argc; i++) {
		buf_adds(&b, b.len ? " " : "");
		json_print_str(&b, str_of(argv[i]), JSON_PLAIN);
	}
	err_set(&e, 0, "cli: extra args: [%s]", buf_str(&b));
	return render_usage(&e);
}

static int program(struct render_flags *f, int argc, char **argv)
{
	const char *local = getenv("CT_LOCAL_CONFIG");
	int next = 1;
	struct err e;

	if (local && *local && render_load_local(&f->load, local, &e) < 0)
		return render_usage(&e);
	if (opt_goflags(consul_template_opts, f, argc, argv, &next, &e) < 0)
		return f->help ? applet_help(argv[0]) : render_usage(&e);
	render_scrub(argv, next);
	if (next < argc)
		return extra(argv, argc, next);
	return f->functions ? applet_functions() : render_program(f, VERSION);
}

int consul_template_main(int argc, char **argv)
{
	struct render_flags f = {0};
	int code;

	render_load_init(&f.load);
	code = program(&f, argc, argv);
	render_load_end(&f.load);
	return code;
}

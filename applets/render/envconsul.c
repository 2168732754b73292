// SPDX-License-Identifier: MIT
/* envconsul - run a program with variables from keys, services and secrets
 *
 * usage: envconsul [options] COMMAND...
 *
 * Fetches what the options and the configuration name, puts it into the
 * environment of COMMAND and starts it; after a change it is stopped and
 * started anew, or gets the signal exec.reload_signal. TIME is written 250ms,
 * 5s, 1h30m; a flag without =VALUE takes =true or =false.
 *
 * Options:
 *
 *   -prefix=PATH[@DATACENTER]
 *       the keys below it (repeatable)
 *   -secret=PATH
 *       a secret of Vault (repeatable)
 *   -service-query=[TAG.]NAME[@DATACENTER][~NEAR]
 *       id, name, address, tag and port of a service (repeatable)
 *   -service-format-id=FORMAT, -service-format-name=FORMAT,
 *   -service-format-address=FORMAT, -service-format-tag=FORMAT,
 *   -service-format-port=FORMAT
 *       their names ({{service}}/{{key}})
 *   -no-prefix
 *       names without the path, for each -prefix and -secret
 *   -pristine
 *       pass on nothing of the own environment
 *   -sanitize
 *       what a name cannot hold becomes _
 *   -upcase
 *       names in upper case
 *   -once
 *       fetch once, watch nothing afterwards
 *   -exec=COMMAND
 *       in place of COMMAND...
 *   -exec-kill-signal=SIGNAL
 *       stops the program (SIGINT)
 *   -exec-kill-timeout=TIME
 *       SIGKILL after it (30s)
 *   -exec-splay=TIME
 *       random delay before signals, up to this
 *   -vault-namespace=NAME, -vault-k8s-auth-role-name=NAME,
 *   -vault-k8s-service-account-token=TOKEN,
 *   -vault-k8s-service-account-token-path=FILE,
 *   -vault-k8s-service-mount-path=PATH
 *       namespace, and login with a Kubernetes account
 *   -auth, -consul, -retry, -splay, -ssl, -ssl-verify, -ssl-ca-cert,
 *   -ssl-cert, -timeout, -token
 *       old names
 *   -h, -help
 *       this text
 *   -v, -version
 *       the version
 *
 * Besides, as consul-template has them: -config, -consul-*, -vault-*, -wait,
 * and -syslog*, -log-level, -max-stale, -pid-file, -kill-signal,
 * or -reload-signal.
 *
 * Exit: 0 done, 12 ended by the kill signal, 13 command line, 14 stores, 15
 *   configuration; else the program's own code.
 * See: https://github.com/hashicorp/envconsul
 * Help: own
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applets.h"
#include "render_program.h"

#define VERSION "envconsul v0.13.4 (basebox " BASEBOX_VERSION ")"

/* An old name and what it is called now. */
static const char *const old[][2] = {
	{"auth", "consul-auth"},
	{"consul", "consul-addr"},
	{"retry", "consul-retry-backoff"},
	{"splay", "exec-splay"},
	{"ssl", "consul-ssl"},
	{"ssl-verify", "consul-ssl-verify"},
	{"ssl-ca-cert", "consul-ssl-ca-cert"},
	{"ssl-cert", "consul-ssl-cert"},
	{"timeout", "exec-kill-timeout"},
	{"token", "consul-token"},
};

static int set_old(void *opts, const struct opt *o, const char *value,
		   struct err *e)
{
	const char *name = o->name;

	for (size_t i = 0; i < COUNT(old); i++)
		if (!strcmp(name, old[i][0]))
			name = old[i][1];
	log_warn(NULL, "-%s is now called -%s", o->name, name);
	return render_flag(&((struct render_flags *)opts)->load, name, value, e);
}

#define VALUE RENDER_VALUE
#define YES   RENDER_YES
#define OLD(name)                                                              \
	{                                                                      \
		name, set_old, 0, OPT_FN, 0, 0                                 \
	}
#define OLD_YES(name)                                                          \
	{                                                                      \
		name, set_old, 0, OPT_FN0, 0, 0                                \
	}

static const struct opt envconsul_opts[] = {
	VALUE("prefix"),
	VALUE("secret"),
	VALUE("service-query"),
	VALUE("service-format-id"),
	VALUE("service-format-name"),
	VALUE("service-format-address"),
	VALUE("service-format-tag"),
	VALUE("service-format-port"),
	YES("no-prefix"),
	YES("pristine"),
	YES("sanitize"),
	YES("upcase"),
	YES("once"),
	VALUE("exec"),
	VALUE("exec-kill-signal"),
	VALUE("exec-kill-timeout"),
	VALUE("exec-splay"),
	VALUE("vault-namespace"),
	VALUE("vault-k8s-auth-role-name"),
	VALUE("vault-k8s-service-account-token"),
	VALUE("vault-k8s-service-account-token-path"),
	VALUE("vault-k8s-service-mount-path"),
	OLD("auth"),
	OLD("consul"),
	OLD("retry"),
	OLD("splay"),
	OLD_YES("ssl"),
	OLD_YES("ssl-verify"),
	OLD("ssl-ca-cert"),
	OLD("ssl-cert"),
	OLD("timeout"),
	OLD("token"),
	RENDER_COMMON,
	{0},
};

/* The flags that are consul-template's too. */
static bool shared(const char *name)
{
	static const char *const words[] = {
		"config",   "wait",	   "log-level",	   "max-stale",
		"pid-file", "kill-signal", "reload-signal"};
	static const char *const fronts[] = {"consul-", "vault-", "syslog"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (!strcmp(name, words[i]))
			return true;
	for (size_t i = 0; i < COUNT(fronts); i++)
		if (!strncmp(name, fronts[i], strlen(fronts[i])))
			return true;
	return false;
}

static struct opt *all_flags(void)
{
	const struct opt *o = consul_template_opts;
	size_t n = 0;
	struct opt *v;

	while (o[n].name)
		n++;
	v = calloc(n + COUNT(envconsul_opts), sizeof(*v));
	if (!v)
		return NULL;
	n = COUNT(envconsul_opts) - 1;
	memcpy(v, envconsul_opts, n * sizeof(*v));
	for (; o->name; o++)
		if (shared(o->name))
			v[n++] = *o;
	return v;
}

static int program(struct render_flags *f, int argc, char **argv)
{
	struct opt *flags = all_flags();
	int next = 1, ret = 0;
	struct err e;

	if (!flags)
		err_nomem(&e);
	if (!flags || opt_goflags(flags, f, argc, argv, &next, &e) < 0)
		ret = f->help ? -1 : render_usage(&e);
	free(flags);
	if (ret)
		return ret < 0 ? applet_help(argv[0]) : ret;
	if (f->version)
		return puts(VERSION) < 0 || fflush(stdout) ? 111 : RENDER_OK;
	render_scrub(argv, next);
	f->load.words = argv + next;
	return render_program(f, VERSION);
}

int envconsul_main(int argc, char **argv)
{
	struct render_flags f = {0};
	int code;

	log_set_name("envconsul: ");
	render_load_env(&f.load);
	code = program(&f, argc, argv);
	render_load_end(&f.load);
	return code;
}

// SPDX-License-Identifier: MIT
/* register - keep this container's services true in the store
 *
 * usage: register [options]
 *        register check FILE...
 *        register once FILE...
 *        register deregister ID...
 *        register maint on|off [-service ID] [-reason TEXT]
 *        register list
 *        register addr [-explain] [SPEC...]
 *
 * Reads service definitions (Consul's own, HCL or JSON, and registrator's
 * SERVICE_* variables), runs their checks here, registers each service when it
 * is ready, reports what the checks say, and takes all of them out again on
 * TERM or INT, waiting out the drain before it exits. HUP reads the definitions
 * again.
 *
 * An address may be go-sockaddr's template: address = "{{ GetPrivateIP }}". To
 * follow services as another user than the supervisor's, name that user's group
 * in a file control-group in their directories. An agent that does not answer
 * at the stop is left after 5 s; the TTL takes the services away.
 *
 *   -config-dir DIR       *.hcl and *.json of it; default /etc/consul.d
 *   -config-file FILE     a definition file; both may be repeated
 *   -consul-addr ADDR     host:port, http(s)://, unix:// or dir:///path; else
 *                         BASEBOX_STORE, else CONSUL_HTTP_ADDR
 *   -token-file FILE      the ACL token; watched
 *   -mode agent|catalog   the agent's API, or the catalogue of the servers on a
 *                         node of our own, basebox-HOSTNAME; default agent
 *   -agent-checks         the agent runs the checks
 *   -address SPEC         how to choose the address (register addr); repeated
 *   -ttl DURATION         of the registrar's own check; default 30s
 *   -drain DURATION       wait after deregistration; default 1s
 *   -drain-mode MODE      deregister, or maintenance
 *   -scandir DIR          where service directories are; else BASEBOX_SCANDIR,
 *                         else the supervised one of the usual places
 *   -no-env               ignore SERVICE_* variables
 *   -user NAME            started by root: go on as NAME once the definitions
 *                         are read, where these, the store (folder or socket),
 *                         token and key files are open to that user and each
 *                         service that is followed has a watch-group; else
 *                         stay root
 *   -notify-fd N          write a newline there once all is registered; default:
 *                         what ./notification-fd says, when that is open
 *   -log-level LEVEL      TRACE DEBUG INFO WARN ERR; default INFO
 *   -service ID, -reason TEXT, -explain   of the sub-commands
 *
 * Exit: 0 stopped by order or done, 1 the store refused, 100 wrong usage or a
 *   broken definition, 111 system call failed or the store is unreachable.
 * See: https://developer.hashicorp.com/consul/docs/services/configuration
 */
#include "register_applet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "s6.h"

#define OFF(field) offsetof(struct register_opts, field)

static int log_level(void *opts, const struct opt *o, const char *value,
		     struct err *e)
{
	int level = log_level_parse(value);

	(void)opts;
	(void)o;
	if (level < 0)
		return err_set(e, 0, "invalid log level \"%s\"", value);
	log_set_level((enum log_level)level);
	return 0;
}

static int mode(void *opts, const struct opt *o, const char *value,
		struct err *e)
{
	struct register_opts *r = opts;

	(void)o;
	r->catalog = !strcmp(value, "catalog");
	if (!r->catalog && strcmp(value, "agent") != 0)
		return err_set(e, 0, "expected agent or catalog");
	return 0;
}

static int drain_mode(void *opts, const struct opt *o, const char *value,
		      struct err *e)
{
	struct register_opts *r = opts;

	(void)o;
	r->drain_mode = REG_DRAIN_DEREGISTER;
	if (!strcmp(value, "maintenance"))
		r->drain_mode = REG_DRAIN_MAINTENANCE;
	else if (strcmp(value, "deregister") != 0)
		return err_set(e, 0, "expected deregister or maintenance");
	return 0;
}

static int address(void *opts, const struct opt *o, const char *value,
		   struct err *e)
{
	struct register_opts *r = opts;

	(void)o;
	if (reg_addr_valid(value, e) < 0)
		return -1;
	return strlist_add(&r->addresses, value) < 0 ? err_nomem(e) : 0;
}

const struct opt register_opts[] = {
	{"config-dir", NULL, 0, OPT_LIST, OFF(dirs), 0},
	{"config-file", NULL, 0, OPT_LIST, OFF(files), 0},
	{"consul-addr", NULL, 0, OPT_STR, OFF(store), 0},
	{"token-file", NULL, 0, OPT_STR, OFF(token_file), 0},
	{"mode", mode, 0, OPT_FN, 0, 0},
	{"agent-checks", NULL, 0, OPT_FLAG, OFF(agent_checks), 0},
	{"address", address, 0, OPT_FN, 0, 0},
	{"ttl", NULL, 0, OPT_DUR, OFF(ttl), 0},
	{"drain", NULL, 0, OPT_DUR, OFF(drain), 0},
	{"drain-mode", drain_mode, 0, OPT_FN, 0, 0},
	{"scandir", NULL, 0, OPT_STR, OFF(scandir), 0},
	{"no-env", NULL, 0, OPT_FLAG, OFF(no_env), 0},
	{"user", NULL, 0, OPT_STR, OFF(user), 0},
	{"notify-fd", NULL, 0, OPT_INT, OFF(notify_fd), 0},
	{"log-level", log_level, 0, OPT_FN, 0, 0},
	{"service", NULL, 0, OPT_STR, OFF(service), 0},
	{"reason", NULL, 0, OPT_STR, OFF(reason), 0},
	{"explain", NULL, 0, OPT_FLAG, OFF(explain), 0},
	{0},
};

static const struct command {
	const char *name;
	int (*run)(struct register_opts *o, int argc, char **argv);
} commands[] = {
	{"addr", register_addr},
	{"check", register_check},
	{"deregister", register_deregister},
	{"list", register_list},
	{"maint", register_maint},
	{"once", register_once},
};

/* Options may stand before and behind the sub-command's operands. */
static int operands(struct register_opts *o, int argc, char **argv, char **left)
{
	struct err e;
	int n = 0, next;

	while (argc > 1) {
		if (opt_goflags(register_opts, o, argc, argv, &next, &e) < 0)
			die(100, "%s", e.text);
		argc -= next;
		argv += next;
		if (!argc)
			break;
		left[n++] = argv[0];
	}
	return n;
}

int register_main(int argc, char **argv)
{
	struct register_opts o = {.drain = DUR_S, .notify_fd = -1};
	char **left;
	int n, code = -1;

	say_prog("register");
	log_set_level(LOG_INFO);
	for (int i = 1; i < argc; i++) /* also behind a sub-command */
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "-help") ||
		    !strcmp(argv[i], "--help"))
			return applet_help("register");
	left = calloc((size_t)argc + 1, sizeof(*left));
	if (!left)
		die_sys(111, ENOMEM, "start");
	n = operands(&o, argc, argv, left);
	if (o.ttl < 0 || (o.ttl && o.ttl < DUR_S) || o.drain < 0)
		die(100, "-ttl is at least 1s, -drain not negative");
	if (o.catalog && o.drain_mode == REG_DRAIN_MAINTENANCE)
		die(100, "-drain-mode maintenance needs -mode agent");
	if (!n) {
		if (o.notify_fd < 0)
			o.notify_fd = s6_notify_fd();
		code = register_run(&o);
	} else {
		for (size_t i = 0; i < COUNT(commands); i++)
			if (!strcmp(left[0], commands[i].name))
				code = commands[i].run(&o, n - 1, left + 1);
		if (code < 0)
			die(100,
			    "unknown command %s (addr, check, deregister, "
			    "list, maint, once)",
			    left[0]);
	}
	free(left);
	strlist_free(&o.dirs);
	strlist_free(&o.files);
	strlist_free(&o.addresses);
	return code;
}

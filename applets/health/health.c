// SPDX-License-Identifier: MIT
/* health - check services, this container, or wait for something
 *
 * usage: health [options] [CHECK...] [-- prog args...]
 *
 * Without CHECK: the verdict of this container as its registrar last saw it
 * (no network), or, when no registrar runs, whether every service that is
 * wanted up is up, and ready where it can say so. So a HEALTHCHECK needs no
 * argument. Several CHECKs are probed at once and all must pass.
 *
 *   http://H:P/PATH https:// http+unix:///SOCKET:/PATH   2xx passes, 429 warns
 *   tcp://H:P tcp+tls://H:P unix:///PATH                 connects
 *   udp://H:P                       any answer, or nobody refuses
 *   grpc://H:P[/SERVICE] grpcs://   grpc.health.v1 says SERVING
 *   h2ping://H:P h2pings://         answers an HTTP/2 PING
 *   file:///PATH[?max-age=30s]      is there and fresh
 *   service:NAME                    up and ready; not ready yet warns
 *   -- prog args                    exit 0 passes, 1 warns
 *
 *   --wait DURATION     until they pass or time is out; then executes prog
 *   --any               one that passes is enough
 *   --invert            waits for (or demands) the contrary
 *   --watch             a line at each change, without end
 *   --interval DURATION between probes of --watch; default 10s
 *   --initial-delay DURATION   before the first probe
 *   --success-before-passing N   passes in a row, for --wait and --watch;
 *   --failures-before-warning N --failures-before-critical N   for --watch
 *   --timeout DURATION  of one probe; default 10s, prog 30s
 *   --strict            a warning is a failure
 *   --json              results as JSON
 *   -q, --quiet         no output
 *   --scandir DIR       where service directories are
 *   --method M --body TEXT --header "N: V" --status 200-399,418
 *   --expect-body RE --expect-header "N: RE" --expect-json PATH=VALUE
 *   --disable-redirects --tls-skip-verify --tls-server-name NAME
 *   --ca-file F --cert-file F --key-file F --output-max-size N
 *   --check-config FILE check definitions of a file without probing; repeated
 *
 * Exit: 0 passing (or warning), 1 critical or timed out, 100 wrong usage, 111
 *   system call failed; with prog, after --wait, its own.
 * See: https://developer.hashicorp.com/consul/docs/services/usage/checks
 */
#include "health_applet.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"

#define OFF(field) offsetof(struct health_opts, field)
#define DEF(field)                                                             \
	(offsetof(struct health_opts, def) + offsetof(struct health_def, field))

static int size(void *opts, const struct opt *o, const char *value,
		struct err *e)
{
	struct health_opts *h = opts;
	uint64_t n;

	if (!num_arg(value, 1 << 20, &n) || !n)
		return err_set(e, 0,
			       "option --%s: expected a number from 1 to "
			       "1048576, got %s",
			       o->name, value);
	h->def.output_max = (size_t)n;
	return 0;
}

const struct opt health_opts[] = {
	{"wait", NULL, 0, OPT_DUR, OFF(wait), 0},
	{"any", NULL, 0, OPT_FLAG, OFF(any), 0},
	{"invert", NULL, 0, OPT_FLAG, OFF(invert), 0},
	{"watch", NULL, 0, OPT_FLAG, OFF(watch), 0},
	{"interval", NULL, 0, OPT_DUR, DEF(interval), 0},
	{"timeout", NULL, 0, OPT_DUR, DEF(timeout), 0},
	{"initial-delay", NULL, 0, OPT_DUR, DEF(initial_delay), 0},
	{"success-before-passing", NULL, 0, OPT_U32,
	 DEF(success_before_passing), 0},
	{"failures-before-warning", NULL, 0, OPT_U32,
	 DEF(failures_before_warning), 0},
	{"failures-before-critical", NULL, 0, OPT_U32,
	 DEF(failures_before_critical), 0},
	{"strict", NULL, 0, OPT_FLAG, OFF(strict), 0},
	{"json", NULL, 0, OPT_FLAG, OFF(json), 0},
	{"quiet", NULL, 'q', OPT_FLAG, OFF(quiet), 0},
	{"scandir", NULL, 0, OPT_STR, OFF(scandir), 0},
	{"method", NULL, 0, OPT_STR, DEF(method), 0},
	{"body", NULL, 0, OPT_STR, DEF(body), 0},
	{"header", NULL, 0, OPT_LIST, OFF(headers), 0},
	{"status", NULL, 0, OPT_STR, DEF(status), 0},
	{"expect-body", NULL, 0, OPT_STR, DEF(expect_body), 0},
	{"expect-header", NULL, 0, OPT_LIST, OFF(expect_headers), 0},
	{"expect-json", NULL, 0, OPT_LIST, OFF(expect_jsons), 0},
	{"disable-redirects", NULL, 0, OPT_FLAG, DEF(disable_redirects), 0},
	{"tls-skip-verify", NULL, 0, OPT_FLAG, DEF(tls_skip_verify), 0},
	{"tls-server-name", NULL, 0, OPT_STR, DEF(tls_server_name), 0},
	{"ca-file", NULL, 0, OPT_STR, DEF(ca_file), 0},
	{"cert-file", NULL, 0, OPT_STR, DEF(cert_file), 0},
	{"key-file", NULL, 0, OPT_STR, DEF(key_file), 0},
	{"output-max-size", size, 0, OPT_FN, 0, 0},
	{"check-config", NULL, 0, OPT_LIST, OFF(configs), 0},
	{0},
};

/* Options may stand behind a CHECK; what follows "--" is the program. */
static void read_args(struct health_opts *o, int argc, char **argv)
{
	struct err e;
	int next;

	for (;;) {
		if (opt_getopt(health_opts, o, argc, argv, &next, &e) < 0) {
			say_fatal("%s", e.text);
			applet_usage("health");
		}
		if (next > 1 && !strcmp(argv[next - 1], "--")) {
			o->prog = argv + next;
			if (!*o->prog)
				die(100, "no program after --");
			return;
		}
		if (next >= argc)
			return;
		if (strlist_add(&o->checks, argv[next]) < 0)
			die_sys(111, ENOMEM, "start");
		argc -= next;
		argv += next;
	}
}

static void finish_opts(struct health_opts *o)
{
	bool no_wait = o->wait == INT64_MIN;

	if (o->headers.n)
		o->def.headers = (const char *const *)o->headers.items;
	if (o->expect_headers.n)
		o->def.expect_header =
			(const char *const *)o->expect_headers.items;
	if (o->expect_jsons.n)
		o->def.expect_json = (const char *const *)o->expect_jsons.items;
	if (no_wait)
		o->wait = 0; /* as with a wait of 0, which looks once, too */
	o->def.warning_set = o->def.failures_before_warning > 0;
	if (o->wait < 0 || o->def.interval <= 0 || o->def.timeout < 0 ||
	    o->def.initial_delay < 0)
		die(100, "option --%s",
		    o->wait < 0		   ? "wait: negative"
		    : o->def.interval <= 0 ? "interval: not over 0"
		    : o->def.timeout < 0   ? "timeout: negative"
					   : "initial-delay: negative");
	/* without --wait the program is the check */
	if (o->prog && no_wait) {
		o->exec_check = (const char *const *)o->prog;
		o->prog = NULL;
	}
}

int health_main(int argc, char **argv)
{
	static struct health_opts o;
	int code;

	say_prog("health");
	health_def_init(&o.def);
	o.wait = INT64_MIN;
	read_args(&o, argc, argv);
	finish_opts(&o);
	if (o.configs.n)
		return health_check_config(&o);
	code = health_run(&o);
	if (code || !o.prog)
		return code;
	execvp(o.prog[0], o.prog);
	code = errno == ENOENT ? 127 : 126;
	say_fatal("unable to exec %s: %s", o.prog[0], strerror(errno));
	return code;
}

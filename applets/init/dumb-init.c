// SPDX-License-Identifier: MIT
/* dumb-init - run one program as the container, in a session of its own
 *
 * usage: dumb-init [ -cv ] [ -r from:to ]... [ -- ] prog [ args... ]
 *
 * Starts PROG in a session of its own, passes signals on to its process group,
 * reaps orphans, and ends with its exit code after a last SIGTERM to the group.
 *
 *  -c, --single-child  no session, signals to PROG alone (DUMB_INIT_SETSID=0)
 *  -r, --rewrite F:T   signal F is passed on as T; T = 0: not at all
 *  -v, --verbose       say what happens (DUMB_INIT_DEBUG=1)
 *  -V, --version       the version
 *
 * Exit: PROG's, 128+n when killed by signal n, 2 PROG cannot be run, 1 wrong
 * usage.
 * See: https://github.com/Yelp/dumb-init
 */
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "init.h"
#include "os.h"

struct dumb_init {
	struct single_options single;
	bool verbose, version;
};

#define AT(field) offsetof(struct dumb_init, field)

static const struct opt dumb_init_opts[] = {
	{"single-child", NULL, 'c', OPT_FLAG, AT(single.one), 0},
	{"rewrite", single_rewrite, 'r', OPT_FN, 0, 0},
	{"verbose", NULL, 'v', OPT_FLAG, AT(verbose), 0},
	{"version", NULL, 'V', OPT_FLAG, AT(version), 0},
	{0},
};

static bool is_one(const char *name, const char *value)
{
	const char *v = getenv(name);

	return v && !strcmp(v, value);
}

int dumb_init_main(int argc, char **argv)
{
	struct dumb_init d = {0};
	struct single_options *o = &d.single;
	struct err e;
	int next;

	signal_block_all();
	single_init(o);
	o->quiet = 1;
	o->not_found = o->not_runnable = 2;
	if (opt_getopt(dumb_init_opts, &d, argc, argv, &next, &e) < 0 ||
	    (next >= argc && !d.version)) {
		say_line("Usage: dumb-init [option] program [args]");
		return 1;
	}
	if (d.version) {
		say_line("dumb-init v1.2.5 (basebox " BASEBOX_VERSION ")");
		return 0;
	}
	o->one |= is_one("DUMB_INIT_SETSID", "0");
	o->verbose = d.verbose || is_one("DUMB_INIT_DEBUG", "1") ? 2 : 0;
	o->session = o->group = o->farewell = !o->one;
	return single_run(o, argv + next);
}

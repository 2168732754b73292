// SPDX-License-Identifier: MIT
/* catatonit - run one program as the container, or nothing at all
 *
 * usage: catatonit [ -gL ] [ -- ] prog [ args... ]
 * usage: catatonit -P
 *
 * Starts PROG in a group of its own, passes signals on, reaps orphans, and
 * ends with its exit code.
 *
 *  -g, --group    signals to PROG's process group
 *  -P, --pause    no program: reap until TERM or INT
 *  -h  help
 *  -V, --version  the version
 *  -L, --license  the same
 *
 * Exit: PROG's, 128+n when killed by signal n, 1 PROG cannot be run or wrong
 * usage.
 * See: https://github.com/openSUSE/catatonit
 */
#include "applet.h"
#include "applets.h"
#include "init.h"
#include "os.h"

struct catatonit {
	struct single_options single;
	bool help, version;
};

#define AT(field) offsetof(struct catatonit, field)

static const struct opt catatonit_opts[] = {
	{"group", NULL, 'g', OPT_FLAG, AT(single.group), 0},
	{"pause", NULL, 'P', OPT_FLAG, AT(single.pause), 0},
	{NULL, NULL, 'h', OPT_FLAG, AT(help), 0},
	{"version", NULL, 'V', OPT_FLAG, AT(version), 0},
	{"license", NULL, 'L', OPT_FLAG, AT(version), 0},
	{0},
};

int catatonit_main(int argc, char **argv)
{
	struct catatonit c = {0};
	struct err e;
	int next;

	signal_block_all();
	single_init(&c.single);
	c.single.subreaper = true;
	c.single.not_found = c.single.not_runnable = 1;
	if (opt_getopt(catatonit_opts, &c, argc, argv, &next, &e) < 0 ||
	    (next >= argc && !c.help && !c.version && !c.single.pause)) {
		applet_help("catatonit");
		return 1;
	}
	if (c.help)
		return applet_help("catatonit");
	if (c.version) {
		say_line("tini version 0.1.7_catatonit (basebox " BASEBOX_VERSION
			 ")");
		return 0;
	}
	return single_run(&c.single, argv + next);
}

// SPDX-License-Identifier: MIT
/* tini - run one program as the container
 *
 * usage: tini [ -gsvwhl ] [ -e code ] [ -p signal ] [ -- ] prog [ args... ]
 * usage: tini --version
 *
 * Starts PROG in a group of its own, passes signals on, reaps orphans, and
 * ends with its exit code.
 *
 *  -g  signals to PROG's process group (TINI_KILL_PROCESS_GROUP)
 *  -s  be a subreaper when not PID 1 (TINI_SUBREAPER)
 *  -v  say more, up to three times (TINI_VERBOSITY=0-3)
 *  -w  say which orphans ended
 *  -e CODE    this exit code of PROG becomes 0; may be repeated
 *  -p SIGNAL  is sent to us when our parent ends
 *  -h, -l     help, licences
 *  --version  the version
 *
 * Exit: PROG's, 128+n when killed by signal n, 126 PROG cannot be run, 127
 * PROG not found, 1 wrong usage.
 * See: https://github.com/krallin/tini
 * Alias: docker-init
 */
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "init.h"
#include "os.h"

struct tini {
	struct single_options single;
	bool help, license, version;
};

static int tini_louder(void *opts, const struct opt *o, const char *v,
		       struct err *e)
{
	struct tini *t = opts;

	(void)o;
	(void)v;
	(void)e;
	t->single.verbose++;
	return 0;
}

#define AT(field) offsetof(struct tini, field)

static const struct opt tini_opts[] = {
	{NULL, NULL, 'g', OPT_FLAG, AT(single.group), 0},
	{NULL, NULL, 's', OPT_FLAG, AT(single.subreaper), 0},
	{NULL, tini_louder, 'v', OPT_FN0, 0, 0},
	{NULL, NULL, 'w', OPT_FLAG, AT(single.warn_reap), 0},
	{NULL, single_remap, 'e', OPT_FN, 0, 0},
	{NULL, single_death, 'p', OPT_FN, 0, 0},
	{NULL, NULL, 'h', OPT_FLAG, AT(help), 0},
	{NULL, NULL, 'l', OPT_FLAG, AT(license), 0},
	{"version", NULL, 0, OPT_FLAG, AT(version), 0},
	{0},
};

/* Levels: 0 only what is fatal, 1 warnings, 2 what happens, 3 each signal. */
static void tini_env(struct tini *t)
{
	const char *level = getenv("TINI_VERBOSITY");
	uint64_t n;

	t->single.group |= getenv("TINI_KILL_PROCESS_GROUP") != NULL;
	t->single.subreaper |= getenv("TINI_SUBREAPER") != NULL;
	if (!level || !num_arg(level, 3, &n))
		return;
	t->single.quiet = n == 0;
	t->single.verbose = n > 1 ? (int)n - 1 : 0;
}

int tini_main(int argc, char **argv)
{
	struct tini t = {0};
	struct err e;
	int next;

	signal_block_all();
	single_init(&t.single);
	tini_env(&t);
	if (opt_getopt(tini_opts, &t, argc, argv, &next, &e) < 0 ||
	    (next >= argc && !t.help && !t.license && !t.version)) {
		applet_help("tini");
		return 1;
	}
	if (t.help)
		return applet_help("tini");
	if (t.version || t.license) {
		say_line("tini version 0.19.0 (basebox " BASEBOX_VERSION ")");
		return 0;
	}
	return single_run(&t.single, argv + next);
}

// SPDX-License-Identifier: MIT
/* init - boot a container, supervise its services, stop them in order
 *
 * usage: init [ PROG [ ARGS... ] ]
 * usage: init compile [ OPTIONS ] DIR
 * usage: init check [ -r ROOT ]
 * usage: init --compiled DIR [ PROG [ ARGS... ] ]
 *
 * The ENTRYPOINT of an image. Services come from /etc/s6, /etc/basebox.d and an
 * s6-overlay tree, each starts when all it depends on is ready, and they stop
 * in reverse. PROG is one more service, `cmd`, the last to start; its end ends
 * the container with its exit code.
 *
 * Where nothing defines a service, or with one of the following options, there
 * is PROG alone: signals go to it, orphans are reaped (tini, dumb-init).
 *
 *  --compiled DIR  supervise this live scandir, as `init compile` writes it
 *  -g  signals to PROG's process group
 *  -r F:T     signal F is passed on as T; T = 0: not at all
 *  -e CODE    this exit code of PROG becomes 0
 *  -p SIGNAL  is sent to us when our parent ends
 *  -s  be a subreaper (always)
 *
 * INIT_STOP_TIMEOUT  for the whole stop, 9s; what is left then is killed
 * INIT_STOP_DELAY    between deregistration and the first SIGTERM, 0s
 * INIT_LOG           prefix: `name | ` before each line of a service; json:
 *                    each as an object; otherwise they are as they are
 *
 * Signals: TERM, INT, QUIT, PWR stop; a second TERM kills what is left. HUP,
 * USR1, USR2, WINCH go to PROG. HUP without one, `reload` or `s6-svscanctl -h`
 * reads the sources again: what is new starts, what they have no more stops,
 * a service whose program or environment is another one starts again, and all
 * else goes on. When something is wrong with them, nothing changes.
 *
 * Exit: the essential service's own (128+n when killed by signal n), 0 stopped
 * as ordered, 100 configuration refused, 111 system call failed, 120 the boot
 * failed, 121 something had to be killed, 122 stopped by on_unhealthy, 123
 * restarts used up, 126 PROG cannot be run, 127 PROG not found, 137 the
 * essential service had to be killed.
 * See: README.md
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "find_words.h"
#include "init.h"
#include "os.h"

struct init {
	struct init_options boot;
	struct single_options single;
	bool plain;
};

#define AT(field) offsetof(struct init, field)

static int init_rewrite(void *opts, const struct opt *o, const char *v,
			struct err *e)
{
	struct init *in = opts;

	in->plain = true;
	return single_rewrite(&in->single, o, v, e);
}

static int init_remap(void *opts, const struct opt *o, const char *v,
		      struct err *e)
{
	struct init *in = opts;

	in->plain = true;
	return single_remap(&in->single, o, v, e);
}

static int init_death(void *opts, const struct opt *o, const char *v,
		      struct err *e)
{
	struct init *in = opts;

	in->plain = true;
	return single_death(&in->single, o, v, e);
}

static const struct opt init_opts[] = {
	{"compiled", NULL, 0, OPT_STR, AT(boot.compiled), 0},
	{NULL, NULL, 'g', OPT_FLAG, AT(single.group), 0},
	{NULL, init_rewrite, 'r', OPT_FN, 0, 0},
	{NULL, init_remap, 'e', OPT_FN, 0, 0},
	{NULL, init_death, 'p', OPT_FN, 0, 0},
	{NULL, NULL, 's', OPT_FLAG, AT(plain), 0},
	{0},
};

/* s6-overlay's variable comes before the words of CMD. */
static char **command(char **cmd)
{
	char *first = getenv("S6_CMD_ARG0");

	return first && *first ? el_join(&first, 1, cmd) : cmd;
}

int init_main(int argc, char **argv)
{
	const char *disks = getenv("S6_SYNC_DISKS");
	struct init in = {0};
	uint64_t yes;
	int next;

	if (argc > 1 && !strcmp(argv[1], "compile"))
		return init_compile_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "check"))
		return check_main(argc - 1, argv + 1);
	signal_block_all();
	init_options_env(&in.boot);
	single_init(&in.single);
	next = applet_opts("init", init_opts, &in, argc, argv, 0);
	if (next < argc)
		in.boot.cmd = command(argv + next);
	if (in.boot.cmd && !in.boot.compiled &&
	    (in.plain || in.single.group || !init_has_sources())) {
		in.single.subreaper = true;
		return single_run(&in.single, in.boot.cmd);
	}
	find_words();
	next = init_run(&in.boot);
	if (num_arg(disks ? disks : "", 1, &yes) && yes)
		sync();
	return next;
}

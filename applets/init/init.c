// SPDX-License-Identifier: MIT
/* init - boot a container, supervise its services, stop them in order
 *
 * usage: init [ PROG [ ARGS... ] ]
 * usage: init compile [ OPTIONS ] DIR
 * usage: init --compiled DIR [ PROG [ ARGS... ] ]
 *
 * The ENTRYPOINT of an image. Services come from /etc/s6, /etc/basebox.d and an
 * s6-overlay tree, each starts when all it depends on is ready, and they stop
 * in reverse. PROG is one more service, `cmd`, the last to start; its end ends
 * the container with its exit code.
 *
 *  --compiled DIR  supervise this live scandir, as `init compile` writes it
 *
 * INIT_STOP_TIMEOUT  for the whole stop, 9s; what is left then is killed
 * INIT_STOP_DELAY    between deregistration and the first SIGTERM, 0s
 *
 * Signals: TERM, INT, QUIT, PWR stop; a second TERM kills what is left. HUP,
 * USR1, USR2, WINCH go to PROG; HUP without one rescans.
 *
 * Exit: the essential service's own (128+n when killed by signal n), 0 stopped
 * as ordered, 100 configuration refused, 111 system call failed, 120 the boot
 * failed, 121 something had to be killed, 126 PROG cannot be run, 127 PROG not
 * found, 123 restarts used up, 137 the essential service had to be killed.
 * See: spec/init.md
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "init.h"
#include "os.h"

static const struct opt init_opts[] = {
	{0, "compiled", OPT_STR, offsetof(struct init_options, compiled), 0,
	 NULL},
	{0},
};

int init_main(int argc, char **argv)
{
	struct init_options o = {0};
	int next;

	if (argc > 1 && !strcmp(argv[1], "compile"))
		return init_compile_main(argc - 1, argv + 1);
	signal_block_all();
	init_options_env(&o);
	next = applet_opts("init", init_opts, &o, argc, argv, 0);
	if (next < argc)
		o.cmd = argv + next;
	return init_run(&o);
}

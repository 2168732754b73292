// SPDX-License-Identifier: MIT
/* s6-svscanctl - send commands to s6-svscan
 *
 * usage: s6-svscanctl [ -zabhitqnN ] scandir
 *
 * Letters are sent in the order given, at most 64:
 *  -a  scan now                -z  reap now
 *  -n  stop what is no more in the scandir, its loggers last
 *  -N  the same, loggers too   -h  scan, then as -n
 *  -t  stop everything, loggers at their end of input; -i is the same
 *  -q  stop everything         -b  leave at once, stop nothing
 *
 * Exit: 0 sent, 100 wrong usage or s6-svscan is not running, 111 system call
 *   failed.
 * See: https://skarnet.org/software/s6/s6-svscanctl.html
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "sv_send.h"

enum { COMMANDS = 64 };

struct ctl {
	char cmd[COMMANDS];
	unsigned n;
};

static int add(void *opts, const struct opt *o, const char *value UNUSED,
	       struct err *e UNUSED)
{
	struct ctl *c = opts;

	if (c->n == COMMANDS)
		die(100, "too many commands");
	c->cmd[c->n++] = o->letter;
	return 0;
}

#define CMD(c)                                                                 \
	{                                                                      \
		NULL, add, c, OPT_FN0, 0, 0                                    \
	}
static const struct opt s6_svscanctl_opts[] = {
	CMD('z'), CMD('a'), CMD('b'), CMD('h'), CMD('i'),
	CMD('t'), CMD('q'), CMD('n'), CMD('N'), {0},
};

int s6_svscanctl_main(int argc, char **argv)
{
	struct ctl c = {.n = 0};
	int i = applet_opts("s6-svscanctl", s6_svscanctl_opts, &c, argc, argv,
			    1);

	return sv_send_scan(argv[i], c.cmd, c.n);
}

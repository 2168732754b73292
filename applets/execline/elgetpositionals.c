// SPDX-License-Identifier: MIT
/* elgetpositionals - put the script's parameters into the command line
 *
 * usage: elgetpositionals [ -P num ] prog...
 *
 * $# is their number, $0 $1 ... their values, $@ all but $0.
 *  -P NUM  at least this many; missing ones are empty
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/elgetpositionals.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct getpos {
	uint32_t least;
};

static const struct opt elgetpositionals_opts[] = {
	{NULL, NULL, 'P', OPT_U32, offsetof(struct getpos, least), 0},
	{0},
};

int elgetpositionals_main(int argc, char **argv)
{
	struct getpos o = {0};
	struct el_values v = {0};
	size_t n;
	int i = applet_opts("elgetpositionals", elgetpositionals_opts, &o, argc,
			    argv, 0);
	char **pos = el_frame_get(&n, 111);

	el_positionals(&v, pos, n, o.least, 1);
	el_subst_exec(argv + i, &v);
}

// SPDX-License-Identifier: MIT
/* piperw - make a pipe
 *
 * usage: piperw fdr fdw prog...
 *
 * fdr gets its reading end, fdw its writing end.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/piperw.html
 * Fds: own
 */
#include <errno.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int piperw_main(int argc, char **argv)
{
	int i = applet_opts("piperw", NULL, NULL, argc, argv, 3), p[2];
	int r = applet_num("piperw", argv[i]);
	int w = applet_num("piperw", argv[i + 1]);

	if (r == w)
		applet_usage("piperw");
	el_pipe(p);
	/* the writing end out of the way of the reading end's place */
	if (p[1] == r && (p[1] = dup(p[1])) < 0)
		die_sys(111, errno, "unable to move fds");
	if (el_fd_move(r, p[0], false) < 0 || el_fd_move(w, p[1], false) < 0)
		die_sys(111, errno, "unable to move fds");
	el_exec(argv + i + 2);
}

// SPDX-License-Identifier: MIT
/* fdswap - swap two descriptors
 *
 * usage: fdswap fd1 fd2 prog...
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/fdswap.html
 * Fds: own
 */
#include <errno.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int fdswap_main(int argc, char **argv)
{
	int i = applet_opts("fdswap", NULL, NULL, argc, argv, 3);
	int a = applet_num("fdswap", argv[i]), b = applet_num("fdswap", argv[i + 1]);
	int keep;

	if (a == b)
		el_exec(argv + i + 2);
	keep = dup(a);
	if (keep < 0 || el_fd_move(a, b, true) < 0 ||
	    el_fd_move(b, keep, false) < 0)
		die_sys(111, errno, "unable to swap fds");
	el_exec(argv + i + 2);
}

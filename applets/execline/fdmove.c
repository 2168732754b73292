// SPDX-License-Identifier: MIT
/* fdmove - move or copy a descriptor
 *
 * usage: fdmove [ -c ] to from prog...
 *
 *  -c  copy: from stays open
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/fdmove.html
 * Fds: own
 */
#include <errno.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct fdmove {
	bool copy;
};

static const struct opt fdmove_opts[] = {
	{NULL, NULL, 'c', OPT_FLAG, offsetof(struct fdmove, copy), 0},
	{0},
};

int fdmove_main(int argc, char **argv)
{
	struct fdmove o = {0};
	int i = applet_opts("fdmove", fdmove_opts, &o, argc, argv, 3);
	int to = applet_num("fdmove", argv[i]);
	int from = applet_num("fdmove", argv[i + 1]);

	if (el_fd_move(to, from, o.copy) < 0)
		die_sys(111, errno, "unable to move fd %d to fd %d", from, to);
	el_exec(argv + i + 2);
}

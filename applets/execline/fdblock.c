// SPDX-License-Identifier: MIT
/* fdblock - make a descriptor blocking or not
 *
 * usage: fdblock [ -n ] fd prog...
 *
 *  -n  non-blocking
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/fdblock.html
 * Fds: own
 */
#include <errno.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct fdblock {
	bool non;
};

static const struct opt fdblock_opts[] = {
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct fdblock, non), 0},
	{0},
};

int fdblock_main(int argc, char **argv)
{
	struct fdblock o = {0};
	int i = applet_opts("fdblock", fdblock_opts, &o, argc, argv, 2);
	int fd = applet_num("fdblock", argv[i]);

	if (el_fd_blocking(fd, !o.non) < 0)
		die_sys(111, errno, "unable to %s",
			o.non ? "ndelay_on" : "ndelay_off");
	el_exec(argv + i + 1);
}

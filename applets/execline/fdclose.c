// SPDX-License-Identifier: MIT
/* fdclose - close a descriptor
 *
 * usage: fdclose fd prog...
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/fdclose.html
 * Fds: own
 */
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int fdclose_main(int argc, char **argv)
{
	int i = applet_opts("fdclose", NULL, NULL, argc, argv, 2);

	close(applet_num("fdclose", argv[i]));
	el_exec(argv + i + 1);
}

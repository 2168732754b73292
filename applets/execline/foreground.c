// SPDX-License-Identifier: MIT
/* foreground - run a command, then go on
 *
 * usage: foreground { prog1... } prog...
 *
 * The variable ? gets the exit code of prog1, or 256 + its signal.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/foreground.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int foreground_main(int argc, char **argv)
{
	int i = applet_opts("foreground", NULL, NULL, argc, argv, 0);
	char **rest = argv + i + el_block(argv + i, 1) + 1;

	el_setenv_num("?", el_run(argv + i));
	el_exec(rest);
}

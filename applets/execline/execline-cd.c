// SPDX-License-Identifier: MIT
/* execline-cd - change the working directory
 *
 * usage: cd path prog...
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/execline-cd.html
 * Alias: cd
 * Fds: own
 */
#include <errno.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int execline_cd_main(int argc, char **argv)
{
	int i = applet_opts("execline-cd", NULL, NULL, argc, argv, 2);

	if (chdir(argv[i]) < 0)
		die_sys(111, errno, "unable to chdir to %s", argv[i]);
	el_exec(argv + i + 1);
}

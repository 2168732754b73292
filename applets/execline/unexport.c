// SPDX-License-Identifier: MIT
/* unexport - unset a variable
 *
 * usage: unexport var prog...
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/unexport.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int unexport_main(int argc, char **argv)
{
	int i = applet_opts("unexport", NULL, NULL, argc, argv, 2);

	if (strchr(argv[i], '='))
		die(100, "invalid variable name: %s", argv[i]);
	if (argv[i][0])
		el_unsetenv(argv[i]);
	el_exec(argv + i + 1);
}

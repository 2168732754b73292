// SPDX-License-Identifier: MIT
/* export - set a variable
 *
 * usage: export var value prog...
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/export.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int export_main(int argc, char **argv)
{
	int i = applet_opts("export", NULL, NULL, argc, argv, 3);

	if (strchr(argv[i], '='))
		die(100, "invalid variable name: %s", argv[i]);
	el_setenv(argv[i], argv[i + 1]);
	el_exec(argv + i + 2);
}

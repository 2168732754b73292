// SPDX-License-Identifier: MIT
/* exit - exit with a code
 *
 * usage: exit [ n ]
 *
 * Exit: n, or 0; 100 wrong usage.
 * See: https://skarnet.org/software/execline/exit.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int exit_main(int argc, char **argv)
{
	int i = applet_opts("exit", NULL, NULL, argc, argv, 0);
	uint64_t code = 0;

	if (argv[i] && !num_arg(argv[i], UINT32_MAX, &code))
		applet_usage("exit");
	return (int)code;
}

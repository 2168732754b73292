// SPDX-License-Identifier: MIT
/* run - the run, finish, up and down of a compiled service
 *
 * usage: run [ args... ]
 *
 * Executes the execline script of its own name and `.ex` in the working
 * directory: run.ex, finish.ex, up.ex, down.ex. A live scandir holds symlinks
 * of these names to this program, so that nothing there need be executable.
 *
 * Exit: the script's; 100 syntax error, 111 system call failed, 126 and 127 it
 *   cannot be executed or found.
 * See: README.md
 * Alias: finish up down
 * Fds: own
 */
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int run_main(int argc, char **argv)
{
	char file[16];
	/* finish gets how run ended as $1 ...; the others have no arguments */
	char *script[] = {(char *)"execlineb",
			  (char *)(*argv[0] == 'f' ? "-S0" : "-P"), file};
	char **all;

	snprintf(file, sizeof(file), "%.12s.ex", argv[0]);
	all = el_join(script, COUNT(script), argv + 1);
	return execlineb_main(argc + (int)COUNT(script) - 1, all);
}

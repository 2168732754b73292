// SPDX-License-Identifier: MIT
/* exec - execute a program
 *
 * usage: exec [ -c ] [ -l ] [ -a argv0 ] prog...
 *
 *  -c  with an empty environment   -a NAME  under this argv[0]
 *  -l  with a dash before argv[0]
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/exec.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

extern char **environ;

static const struct opt exec_opts[] = {EL_EXEC_OPTS(0), {0}};

int exec_main(int argc, char **argv)
{
	struct el_exec o = {0};
	int i = applet_opts("exec", exec_opts, &o, argc, argv, 1);

	el_exec_how(&o, argv + i);
}

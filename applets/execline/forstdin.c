// SPDX-License-Identifier: MIT
/* forstdin - run a command for each line of standard input
 *
 * usage: forstdin [ -E | -e ] [ -p ] [ -o okcodes | -x breakcodes ] [ -N |
 *        -n ] [ -C | -c ] [ -0 | -d delim ] var loop...
 *
 *  -d CHARS  that end a line (newline); "": netstrings. -0: the NUL byte
 *  -N  keep them; -n  do not       -C  skip empty lines; -c  do not
 *  -o N,N...  stop at any other exit code
 *  -x N,N...  stop at these        -p  all at once
 *  -E  put the value into loop as ${var}, not into the environment; -e  do not
 *
 * Exit: 0, 1 when there was no line, or the code that ended the loop; 100
 *   wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/execline/forstdin.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt forstdin_opts[] = {EL_LINES_OPTS, {0}};

int forstdin_main(int argc, char **argv)
{
	struct el_lines l = {.delim = "\n"};
	int i = applet_opts("forstdin", forstdin_opts, &l, argc, argv, 2);

	el_check_name(argv[i]);
	return el_lines_run(&l, 0, argv[i], argv + i + 1);
}

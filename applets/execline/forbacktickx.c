// SPDX-License-Identifier: MIT
/* forbacktickx - run a command for each line that another one prints
 *
 * usage: forbacktickx [ -E | -e ] [ -p ] [ -o okcodes | -x breakcodes ] [ -N
 *        | -n ] [ -C | -c ] [ -0 | -d delim ] var { gen... } loop...
 *
 *  -d CHARS  that end a line (newline); "": netstrings. -0: the NUL byte
 *  -N  keep them; -n  do not       -C  skip empty lines; -c  do not
 *  -o N,N...  stop at any other exit code
 *  -x N,N...  stop at these        -p  all at once
 *  -E  put the value into loop as ${var}, not into the environment; -e  do not
 *
 * Exit: 0, 1 when there was no line, or the code that ended the loop; 100
 *   wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/execline/forbacktickx.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt forbacktickx_opts[] = {EL_LINES_OPTS, {0}};

int forbacktickx_main(int argc, char **argv)
{
	struct el_lines l = {.delim = "\n"};
	int i = applet_opts("forbacktickx", forbacktickx_opts, &l, argc, argv, 2);
	char **loop = argv + i + 1 + el_block(argv + i + 1, 1) + 1;
	int fd;

	el_check_name(argv[i]);
	if (!argv[i + 1])
		die(100, "empty block");
	if (!loop[0])
		applet_usage("forbacktickx");
	el_spawn_reader(argv + i + 1, &fd);
	return el_lines_run(&l, fd, argv[i], loop);
}

// SPDX-License-Identifier: MIT
/* forx - run a command for each of some values
 *
 * usage: forx [ -E | -e ] [ -p ] [ -o okcodes | -x breakcodes ] var {
 *        args... } loop...
 *
 *  -o N,N...  stop at any other exit code
 *  -x N,N...  stop at these        -p  all at once
 *  -E  put the value into loop as ${var}, not into the environment; -e  do not
 *
 * Exit: 0, or the code that ended the loop; with -p 1 when one would have;
 *   100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/execline/forx.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt forx_opts[] = {EL_LOOP_OPTS, {0}};

int forx_main(int argc, char **argv)
{
	struct el_loop l = {.import = 0};
	int i = applet_opts("forx", forx_opts, &l, argc, argv, 2), code = -1;
	char **value = argv + i + 1;
	char **loop = value + el_block(value, 1) + 1;

	el_check_name(argv[i]);
	for (; loop[0] && *value && code < 0; value++)
		code = el_loop_turn(&l, argv[i], *value, loop);
	return el_loop_finish(&l) ? (code < 0 ? 0 : code) : 1;
}

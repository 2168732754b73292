// SPDX-License-Identifier: MIT
/* elglob - put file names that match into the command line
 *
 * usage: elglob [ -v ] [ -w ] [ -s ] [ -m ] [ -e ] [ -0 ] key pattern
 *        prog...
 *
 *  -s  sorted                      -m  a slash behind directories
 *  -e  backslash is nothing special
 *  -0  no word when nothing matches (otherwise the pattern)
 *  -v  warn of folders that cannot be read; -w  die of them
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/elglob.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt elglob_opts[] = {EL_GLOB_OPTS, {0}};

int elglob_main(int argc, char **argv)
{
	struct el_glob o = {0};
	struct el_values v = {0};
	int i = applet_opts("elglob", elglob_opts, &o, argc, argv, 2);

	el_glob(&v, &o, argv[i], argv[i + 1]);
	el_subst_exec(argv + i + 2, &v);
}

// SPDX-License-Identifier: MIT
/* ifte - execute one of two commands
 *
 * usage: ifte [ -X ] [ -n ] { progthen... } { progelse... } progif...
 *
 *  -n  the other way round         -X  a killed progif has failed
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/ifte.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt ifte_opts[] = {EL_TEST_OPTS, {0}};

int ifte_main(int argc, char **argv)
{
	struct el_test_how o = {0};
	int i = applet_opts("ifte", ifte_opts, &o, argc, argv, 0);
	char **other = argv + i + el_block_of("then", argv + i, 1) + 1;
	char **test = other + el_block_of("else", other, 2) + 1;

	if (!test[0])
		die(100, "empty command-if");
	el_exec(el_test_how(test, &o) ? argv + i : other);
}

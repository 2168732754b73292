// SPDX-License-Identifier: MIT
/* ifelse - execute one of two commands
 *
 * usage: ifelse [ -X ] [ -n ] { progif... } { progthen... } progelse...
 *
 *  -n  the other way round         -X  a killed progif has failed
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/ifelse.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt ifelse_opts[] = {EL_TEST_OPTS, {0}};

int ifelse_main(int argc, char **argv)
{
	struct el_test_how o = {0};
	int i = applet_opts("ifelse", ifelse_opts, &o, argc, argv, 0);
	char **then = argv + i + el_block_of("if", argv + i, 1) + 1;
	char **other = then + el_block_of("then", then, 2) + 1;

	el_exec(el_test_how(argv + i, &o) ? then : other);
}

// SPDX-License-Identifier: MIT
/* ifthenelse - run one of two commands, then go on
 *
 * usage: ifthenelse [ -X ] [ -s ] { progif... } { progthen... } {
 *        progelse... } prog...
 *
 * The variable ? gets the exit code of the one that ran, or 256 + its signal.
 *  -X  a killed progif has failed
 *  -s  progthen and progelse are executed with prog as their last arguments
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/ifthenelse.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct ifthenelse {
	struct el_test_how test;
	bool scope;
};

static const struct opt ifthenelse_opts[] = {
	{NULL, NULL, 'X', OPT_FLAG, offsetof(struct ifthenelse, test.crash_ok),
	 0},
	{NULL, NULL, 's', OPT_FLAG, offsetof(struct ifthenelse, scope), 0},
	{0},
};

int ifthenelse_main(int argc, char **argv)
{
	struct ifthenelse o = {0};
	int i = applet_opts("ifthenelse", ifthenelse_opts, &o, argc, argv, 0);
	size_t n1 = el_block_of("if", argv + i, 1);
	char **then = argv + i + n1 + 1;
	size_t n2 = el_block_of("then", then, 2);
	char **other = then + n2 + 1;
	size_t n3 = el_block_of("else", other, 3);
	char **rest = other + n3 + 1;
	bool yes = el_test_how(argv + i, &o.test);

	if (!o.scope) {
		el_setenv_num("?", el_run(yes ? then : other));
		el_exec(rest);
	}
	el_exec(el_join(yes ? then : other, yes ? n2 : n3, rest));
}

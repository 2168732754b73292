// SPDX-License-Identifier: MIT
/* tryexec - execute a program, or else another one
 *
 * usage: tryexec [ -n ] [ -c ] [ -l ] [ -a argv0 ] { prog1... } prog2...
 *
 * Executes prog1; prog2 when that is not possible.
 *  -n  prog2 first, else prog1     -c -l -a NAME  as in exec
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/tryexec.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct tryexec {
	struct el_exec how;
	bool reverse;
};

static const struct opt tryexec_opts[] = {
	EL_EXEC_OPTS(offsetof(struct tryexec, how)),
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct tryexec, reverse), 0},
	{0},
};

int tryexec_main(int argc, char **argv)
{
	struct tryexec o = {0};
	int i = applet_opts("tryexec", tryexec_opts, &o, argc, argv, 0);
	char **first = argv + i,
	     **second = argv + i + el_block(argv + i, 1) + 1;

	if (o.reverse) {
		first = second;
		second = argv + i;
	}
	if (!argv[i])
		die(100, "empty block");
	if (!first[0])
		die(100, "empty remainder not allowed with -n");
	el_try_exec(&o.how, first);
	el_exec(second);
}

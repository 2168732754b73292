// SPDX-License-Identifier: MIT
/* if - go on if a command succeeds
 *
 * usage: if [ -X ] [ -n ] [ -t | -x exitcode ] { prog1... } prog...
 *
 * Exits with the code of prog1 if it fails.
 *  -n  go on if it fails, else exit 1
 *  -X  a killed prog1 has failed (otherwise that ends everything)
 *  -t  exit with 0                 -x CODE  exit with this code
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/if.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct if_opts {
	bool crash_ok, negate;
	int code;
};

static const struct opt if_opts[] = {
	{NULL, NULL, 'X', OPT_FLAG, offsetof(struct if_opts, crash_ok), 0},
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct if_opts, negate), 0},
	{NULL, NULL, 't', OPT_SET, offsetof(struct if_opts, code), 0},
	{NULL, NULL, 'x', OPT_INT, offsetof(struct if_opts, code), 0},
	{0},
};

int if_main(int argc, char **argv)
{
	struct if_opts o = {.code = -1};
	int i = applet_opts("if", if_opts, &o, argc, argv, 0);
	char **rest = argv + i + el_block(argv + i, 1) + 1;
	int code;

	if (o.code > 255)
		die(100, "invalid exit code");
	code = el_test(argv + i, o.crash_ok);
	if (o.negate)
		code = !code;
	if (!code)
		el_exec(rest);
	return o.code >= 0 ? o.code : code;
}

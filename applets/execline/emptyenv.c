// SPDX-License-Identifier: MIT
/* emptyenv - go on with an empty or cleaned environment
 *
 * usage: emptyenv [ -p | -c | -o | -P ] prog...
 *
 *  -p  keep PATH
 *  -c  keep all but the variables that execline uses itself
 *  -o  drop the frame of elgetopt  -P  drop the frame of parameters
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/emptyenv.html
 * Fds: own
 */
#include <stdlib.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

extern char **environ;

enum { EMPTY, CLEAN = 1, OPTS = 2, PARAMS = 4 };

struct emptyenv {
	unsigned what;
	bool path;
};

static const struct opt emptyenv_opts[] = {
	{NULL, NULL, 'p', OPT_FLAG, offsetof(struct emptyenv, path), 0},
	{NULL, NULL, 'c', OPT_BIT, offsetof(struct emptyenv, what), CLEAN},
	{NULL, NULL, 'o', OPT_BIT, offsetof(struct emptyenv, what), OPTS},
	{NULL, NULL, 'P', OPT_BIT, offsetof(struct emptyenv, what), PARAMS},
	{0},
};

int emptyenv_main(int argc, char **argv)
{
	struct emptyenv o = {0};
	int i = applet_opts("emptyenv", emptyenv_opts, &o, argc, argv, 1);
	char *path = getenv("PATH"), *empty[2] = {path ? path - 5 : NULL, NULL};

	if (o.what & CLEAN)
		el_env_drop("ELGETOPT_\0"
			    "EXECLINE_\0"
			    "!\0"
			    "?\0"
			    "#\0"
			    "0\0"
			    "1\0"
			    "2\0"
			    "3\0"
			    "4\0"
			    "5\0"
			    "6\0"
			    "7\0"
			    "8\0"
			    "9\0");
	else if (o.what) {
		if (o.what & OPTS)
			el_frame_pop(EL_FRAME_OPTS);
		if (o.what & PARAMS)
			el_frame_pop(EL_FRAME);
	} else
		el_exec_env(argv + i, o.path ? empty : empty + 1);
	el_exec(argv + i);
}

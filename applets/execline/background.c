// SPDX-License-Identifier: MIT
/* background - start a command and go on
 *
 * usage: background [ -d ] { prog1... } prog...
 *
 * The variable ! gets the pid of prog1.
 *  -d  prog1 is no child of prog
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/background.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct background {
	bool detach;
};

static const struct opt background_opts[] = {
	{NULL, NULL, 'd', OPT_FLAG, offsetof(struct background, detach), 0},
	{0},
};

int background_main(int argc, char **argv)
{
	struct background o = {0};
	int i = applet_opts("background", background_opts, &o, argc, argv, 0);
	char **rest = argv + i + el_block(argv + i, 1) + 1;

	if (!argv[i])
		die(100, "empty block");
	pid_t pid = o.detach ? el_spawn_detached(argv + i) : el_spawn(argv + i);
	if (pid < 0)
		el_die_spawn(argv[i]);
	el_setenv_num("!", (unsigned)pid);
	el_exec(rest);
}

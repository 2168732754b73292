// SPDX-License-Identifier: MIT
/* pipeline - pipe one command into another
 *
 * usage: pipeline [ -d ] [ -r | -w ] { prog1... } prog...
 *
 * The variable ! gets the pid of prog1.
 *  -r  prog1 writes (default)      -w  prog1 reads
 *  -d  prog1 is no child of prog
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/pipeline.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct pipeline {
	bool detach;
	int writer; /* prog is the writer */
};

static const struct opt pipeline_opts[] = {
	{NULL, NULL, 'd', OPT_FLAG, offsetof(struct pipeline, detach), 0},
	{NULL, NULL, 'r', OPT_SET, offsetof(struct pipeline, writer), 0},
	{NULL, NULL, 'w', OPT_SET, offsetof(struct pipeline, writer), 1},
	{0},
};

int pipeline_main(int argc, char **argv)
{
	struct pipeline o = {0};
	int i = applet_opts("pipeline", pipeline_opts, &o, argc, argv, 0);
	char **rest = argv + i + el_block(argv + i, 1) + 1;
	if (!rest[0])
		die(100, "empty remainder");
	pid_t pid = el_spawn_piped(argv + i, o.writer, o.detach);

	el_setenv_num("!", (unsigned)pid);
	el_exec(rest);
}

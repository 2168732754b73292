// SPDX-License-Identifier: MIT
/* runblock - execute a block of the script's parameters
 *
 * usage: runblock [ -P ] [ -n argshift ] [ -r ] n cmd...
 *
 *  -n NUM  skip this many parameters first
 *  -r  what is behind n blocks, instead of the n-th one
 *  -P  keep the frame of parameters
 * With cmd that is executed, with these as its last arguments.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/runblock.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct runblock {
	bool keep, rest;
	uint32_t shift;
};

static const struct opt runblock_opts[] = {
	{NULL, NULL, 'P', OPT_FLAG, offsetof(struct runblock, keep), 0},
	{NULL, NULL, 'r', OPT_FLAG, offsetof(struct runblock, rest), 0},
	{NULL, NULL, 'n', OPT_U32, offsetof(struct runblock, shift), 0},
	{0},
};

int runblock_main(int argc, char **argv)
{
	struct runblock o = {0};
	int i = applet_opts("runblock", runblock_opts, &o, argc, argv, 1);
	int skip = applet_num("runblock", argv[i]);
	char **cmd = argv + i + 1, **pos, **from;
	size_t n, at;

	if (!skip && !o.rest)
		applet_usage("runblock");
	pos = el_frame_get(&n, 100);
	at = o.shift;
	for (int k = o.rest ? 0 : 1; k < skip; k++)
		at += el_frame_block(pos, n, at);
	if (o.rest ? at > n : at >= n)
		die(100, "too few arguments");
	from = pos + at + 1;
	n -= at;
	if (!o.rest) {
		n = el_frame_block(pos, n + at, at) - 1;
		for (size_t k = 0; k < n; k++)
			from[k] += from[k][0] == ' ';
		from[n] = NULL;
	}
	from = el_join(cmd, (size_t)(argc - i - 1), from);
	if (!o.keep)
		el_frame_pop(EL_FRAME);
	el_exec(from);
}

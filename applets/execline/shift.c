// SPDX-License-Identifier: MIT
/* shift - drop the first of the script's parameters
 *
 * usage: shift [ -n argn ] [ -b blockn ] prog...
 *
 *  -n NUM  this many (1)           -b NUM  and then this many blocks
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/shift.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct shift {
	uint32_t args, blocks;
};

static const struct opt shift_opts[] = {
	{NULL, NULL, 'n', OPT_U32, offsetof(struct shift, args), 0},
	{NULL, NULL, 'b', OPT_U32, offsetof(struct shift, blocks), 0},
	{0},
};

int shift_main(int argc, char **argv)
{
	struct shift o = {UINT32_MAX, UINT32_MAX};
	int i = applet_opts("shift", shift_opts, &o, argc, argv, 1);
	size_t n, at;
	char **pos = el_frame_get(&n, 0);

	if (o.args == UINT32_MAX)
		o.args = o.blocks == UINT32_MAX;
	at = o.args;
	for (; o.blocks != UINT32_MAX && o.blocks; o.blocks--)
		at += el_frame_block(pos, n, at);
	el_frame_shift(pos, n, at < n ? at : n);
	el_exec(argv + i);
}

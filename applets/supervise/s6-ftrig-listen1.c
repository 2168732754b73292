// SPDX-License-Identifier: MIT
/* s6-ftrig-listen1 - run a program and wait for events in a fifodir
 *
 * usage: s6-ftrig-listen1 [ -t timeout ] fifodir regexp prog...
 *
 * Listens before prog is started; prints the last event of the match.
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 ok, 1 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-ftrig-listen1.html
 */
#include <stdio.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "ev_match.h"

struct listen1 {
	uint32_t timeout;
};

static const struct opt s6_ftrig_listen1_opts[] = {
	{"timeout", NULL, 't', OPT_U32, offsetof(struct listen1, timeout), 0},
	{0},
};

int s6_ftrig_listen1_main(int argc, char **argv)
{
	struct listen1 o = {0};
	int i = applet_opts("s6-ftrig-listen1", s6_ftrig_listen1_opts, &o, argc,
			    argv, 3);
	int64_t deadline = ev_deadline(o.timeout);
	struct ev_match m;

	ev_match_open(&m, argv + i, 1);
	ev_match_run(&m, argv + i + 2, deadline);
	dprintf(1, "%c\n", m.last);
	ev_match_close(&m);
	return 0;
}

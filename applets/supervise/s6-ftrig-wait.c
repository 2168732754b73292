// SPDX-License-Identifier: MIT
/* s6-ftrig-wait - wait for events in a fifodir
 *
 * usage: s6-ftrig-wait [ -t timeout ] fifodir regexp
 *
 * Waits until the events match and prints the last one of them.
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 ok, 1 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-ftrig-wait.html
 */
#include <errno.h>
#include <stdio.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "ev_match.h"

struct wait_opts {
	uint32_t timeout;
};

static const struct opt s6_ftrig_wait_opts[] = {
	{"timeout", NULL, 't', OPT_U32, offsetof(struct wait_opts, timeout), 0},
	{0},
};

int s6_ftrig_wait_main(int argc, char **argv)
{
	struct wait_opts o = {0};
	int i = applet_opts("s6-ftrig-wait", s6_ftrig_wait_opts, &o, argc, argv,
			    2);
	int64_t deadline = ev_deadline(o.timeout);
	struct ev_match m;

	ev_match_open(&m, argv + i, 1);
	if (ev_wait(&m.ev, deadline) < 0) {
		ev_match_close(&m);
		die_sys(1, ETIMEDOUT, "unable to match regexp on %s",
			argv[i + 1]);
	}
	dprintf(1, "%c\n", m.last);
	ev_match_close(&m);
	return 0;
}

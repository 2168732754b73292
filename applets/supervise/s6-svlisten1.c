// SPDX-License-Identifier: MIT
/* s6-svlisten1 - run a program and wait for a service to reach a state
 *
 * usage: s6-svlisten1 [ -U | -u | -d | -D | -r | -R ] [ -t timeout ]
 *        servicedir prog...
 *
 * Subscribes before prog is started, so that what prog does is not missed.
 *  -u  up (default)            -U  up and ready
 *  -d  down                    -D  down, and finish is over
 *  -r  restarted               -R  restarted and ready
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 reached, 1 failed for good or the supervisor died, 99 timed out,
 *   100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svlisten1.html
 */
#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "sv_wait.h"

static const struct opt s6_svlisten1_opts[] = {
	SV_STATE_OPTS(offsetof(struct sv_goal, state)),
	{"timeout", NULL, 't', OPT_U32, offsetof(struct sv_goal, timeout), 0},
	{0},
};

int s6_svlisten1_main(int argc, char **argv)
{
	struct sv_goal g = {.state = 'u', .over = true};
	int i = applet_opts("s6-svlisten1", s6_svlisten1_opts, &g, argc, argv,
			    2);
	struct sv_waiter *w = sv_wait_open(argv + i, 1);

	if (el_spawn(argv + i + 1) < 0) {
		sv_wait_close(w);
		el_die_spawn(argv[i + 1]);
	}
	return sv_wait_exit(sv_wait(w, &g));
}

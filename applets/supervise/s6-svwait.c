// SPDX-License-Identifier: MIT
/* s6-svwait - wait for supervised services to reach a state
 *
 * usage: s6-svwait [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ]
 *        servicedir...
 *
 *  -u  up (default)            -U  up and ready
 *  -d  down                    -D  down, and finish is over
 *  -r  restarted               -R  restarted and ready
 *  -a  all of them (default)   -o  any of them
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 reached, n services failed for good or lost their supervisor,
 *   99 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svwait.html
 */
#include "applet.h"
#include "applets.h"
#include "sv_wait.h"

static const struct opt s6_svwait_opts[] = {
	SV_STATE_OPTS(offsetof(struct sv_goal, state)),
	{NULL, NULL, 'a', OPT_SET, offsetof(struct sv_goal, any), 0},
	{NULL, NULL, 'o', OPT_SET, offsetof(struct sv_goal, any), 1},
	{"timeout", NULL, 't', OPT_U32, offsetof(struct sv_goal, timeout), 0},
	{0},
};

int s6_svwait_main(int argc, char **argv)
{
	struct sv_goal g = {.state = 'u'};
	int i = applet_opts("s6-svwait", s6_svwait_opts, &g, argc, argv, 1);

	return sv_wait_exit(
		sv_wait(sv_wait_open(argv + i, (size_t)(argc - i)), &g));
}

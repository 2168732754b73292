// SPDX-License-Identifier: MIT
/* s6-svlisten - run a program and wait for services to reach a state
 *
 * usage: s6-svlisten [ -U | -u | -d | -D | -r | -R ] [ -a | -o ]
 *        [ -t timeout ] servicedir... "" prog...
 *
 * The directories are an execline block. Subscribes before prog is started.
 *  -u  up (default)            -U  up and ready
 *  -d  down                    -D  down, and finish is over
 *  -r  restarted               -R  restarted and ready
 *  -a  all of them (default)   -o  any of them
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 reached, n services failed for good or lost their supervisor,
 *   99 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svlisten.html
 */
#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "sv_wait.h"

static const struct opt s6_svlisten_opts[] = {
	SV_STATE_OPTS(offsetof(struct sv_goal, state)),
	{NULL, NULL, 'a', OPT_SET, offsetof(struct sv_goal, any), 0},
	{NULL, NULL, 'o', OPT_SET, offsetof(struct sv_goal, any), 1},
	{"timeout", NULL, 't', OPT_U32, offsetof(struct sv_goal, timeout), 0},
	{0},
};

int s6_svlisten_main(int argc, char **argv)
{
	struct sv_goal g = {.state = 'u', .over = true};
	int i = applet_opts("s6-svlisten", s6_svlisten_opts, &g, argc, argv, 3);
	size_t n = el_block_size(argv + i);

	if (!n || !argv[i + (int)n] || !argv[i + (int)n + 1])
		applet_usage("s6-svlisten");
	char **prog = argv + i + el_block(argv + i, 1) + 1;
	if (g.any && (g.state == 'r' || g.state == 'R')) {
		say_warn("-o is unsupported when combined with -r"
			 "- using -a instead");
		g.any = 0;
	}
	struct sv_waiter *w = sv_wait_open(argv + i, n);
	if (el_spawn(prog) < 0) {
		sv_wait_close(w);
		el_die_spawn(prog[0]);
	}
	return sv_wait_exit(sv_wait(w, &g));
}

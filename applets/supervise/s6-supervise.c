// SPDX-License-Identifier: MIT
/* s6-supervise - keep one service running
 *
 * usage: s6-supervise servicedir
 *
 * Starts ./run of the service directory and starts it again when it dies,
 * after ./finish has run. Commands come through supervise/control (s6-svc),
 * the state is in supervise/status (s6-svstat), what happens is told to the
 * listeners in event/ (s6-svwait).
 *
 * Signals: TERM brings the service down and leaves; HUP leaves when it ends
 * by itself; QUIT leaves at once and lets it run; INT interrupts its process
 * group and leaves.
 *
 * Exit: 0 it left as told, 100 wrong usage or already supervised, 111 system
 * call failed.
 * See: https://skarnet.org/software/s6/s6-supervise.html
 */
#include "applet.h"
#include "applets.h"
#include "supervise.h"

static const struct opt s6_supervise_opts[] = {{0}};

int s6_supervise_main(int argc, char **argv)
{
	int next;

	signal_block_all();
	next = applet_opts("s6-supervise", s6_supervise_opts, NULL, argc, argv,
			   1);
	return supervise_alone(argv[next]);
}

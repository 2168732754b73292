// SPDX-License-Identifier: MIT
/* s6-ftrig-notify - send an event to the listeners of a fifodir
 *
 * usage: s6-ftrig-notify fifodir message
 *
 * Each byte of message is an event.
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-ftrig-notify.html
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "s6.h"

int s6_ftrig_notify_main(int argc, char **argv)
{
	int i = applet_opts("s6-ftrig-notify", NULL, NULL, argc, argv, 2);
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	if (s6_fifodir_notify(AT_FDCWD, argv[i], argv[i + 1],
			      strlen(argv[i + 1]), &e) < 0)
		die_sys(111, e.num, "unable to notify %s", argv[i]);
	return 0;
}

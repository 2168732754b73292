// SPDX-License-Identifier: MIT
/* s6-svok - tell whether a service is supervised
 *
 * usage: s6-svok servicedir
 *
 * Exit: 0 supervised, 1 not, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svok.html
 */
#include <fcntl.h>
#include <limits.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "s6.h"

int s6_svok_main(int argc, char **argv)
{
	int i = applet_opts("s6-svok", NULL, NULL, argc, argv, 1);
	char path[PATH_MAX];
	struct err e;
	int r = s6_place(path, argv[i], S6_LOCK, &e);

	if (r == 0)
		r = s6_lock_test(AT_FDCWD, path, &e);
	if (r < 0)
		die_sys(111, e.num, "unable to check %s", argv[i]);
	return !r;
}

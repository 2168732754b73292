// SPDX-License-Identifier: MIT
/* s6-cleanfifodir - remove listeners that are gone from a fifodir
 *
 * usage: s6-cleanfifodir fifodir
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-cleanfifodir.html
 */
#include <fcntl.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "s6.h"

int s6_cleanfifodir_main(int argc, char **argv)
{
	int i = applet_opts("s6-cleanfifodir", NULL, NULL, argc, argv, 1);
	struct err e;

	if (s6_fifodir_clean(AT_FDCWD, argv[i], &e) < 0)
		die_sys(111, e.num, "unable to clean up fifodir at %s", argv[i]);
	return 0;
}

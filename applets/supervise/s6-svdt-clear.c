// SPDX-License-Identifier: MIT
/* s6-svdt-clear - empty the death tally of a service
 *
 * usage: s6-svdt-clear servicedir
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svdt-clear.html
 */
#include <fcntl.h>
#include <limits.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "s6.h"

int s6_svdt_clear_main(int argc, char **argv)
{
	int i = applet_opts("s6-svdt-clear", NULL, NULL, argc, argv, 1);
	char path[PATH_MAX];
	struct err e;

	if (s6_place(path, argv[i], S6_TALLY, &e) < 0)
		die(111, "%s", e.text);
	if (s6_tally_clear(AT_FDCWD, path, &e) < 0)
		die_sys(111, e.num,
			"unable to clear death tally for service %s", argv[i]);
	return 0;
}

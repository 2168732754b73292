// SPDX-License-Identifier: MIT
/* homeof - print the home directory of a user
 *
 * usage: homeof user
 *
 * Exit: 0 ok, 100 wrong usage, 111 unknown user.
 * See: https://skarnet.org/software/execline/homeof.html
 * Fds: own
 */
#include <stdio.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/user.h"

int homeof_main(int argc, char **argv)
{
	int i = applet_opts("homeof", NULL, NULL, argc, argv, 1);
	struct user u;
	struct err e;
	int r = user_find(argv[i], &u, &e);

	if (r < 0)
		die(111, "%s", e.text);
	if (!r)
		die(111, "unable to get passwd entry for %s: no such user",
		    argv[i]);
	dprintf(1, "%s\n", u.home);
	return 0;
}

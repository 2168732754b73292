// SPDX-License-Identifier: MIT
/* s6-setuidgid - run a program as another user
 *
 * usage: s6-setuidgid account prog...
 *
 * Takes uid, gid and supplementary groups of the account. `user:group`, by
 * name or number: these two, and no supplementary groups. An empty account
 * changes nothing. HOME and the like stay as they are.
 *
 * Exit: that of prog, 1 unknown account, 100 wrong usage, 111 system call
 *   failed, 126 prog cannot be executed, 127 prog not found.
 * See: https://skarnet.org/software/s6/s6-setuidgid.html
 * Alias: setuidgid
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "ids_apply.h"

int s6_setuidgid_main(int argc, char **argv)
{
	int i = applet_opts("s6-setuidgid", NULL, NULL, argc, argv, 2);
	struct ids ids = {0};

	if (!argv[i][0])
		el_exec(argv + i + 1);
	say_prog("s6-envuidgid");
	if (argv[i][0] == '-')
		applet_usage("s6-envuidgid");
	ids_of_account(argv[i], &ids);
	say_prog("s6-applyuidgid");
	ids_apply(&ids);
	el_unsetenv("UID");
	el_unsetenv("GID");
	el_unsetenv("GIDLIST");
	el_exec(argv + i + 1);
}

// SPDX-License-Identifier: MIT
/* getcwd - put the working directory into a variable
 *
 * usage: getcwd [ -E | -e ] var prog...
 *
 *  -E  put it into the command line as ${var}; -e  do not (default)
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/getcwd.html
 * Fds: own
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct getcwd_opts {
	int import;
};

static const struct opt getcwd_opts[] = {
	{NULL, NULL, 'E', OPT_SET, offsetof(struct getcwd_opts, import), 1},
	{NULL, NULL, 'e', OPT_SET, offsetof(struct getcwd_opts, import), 0},
	{0},
};

int getcwd_main(int argc, char **argv)
{
	struct getcwd_opts o = {0};
	int i = applet_opts("getcwd", getcwd_opts, &o, argc, argv, 2);
	char path[PATH_MAX];

	el_check_name(argv[i]);
	if (!getcwd(path, sizeof path))
		die_sys(111, errno, "unable to getcwd");
	el_exec_var(argv[i], path, o.import, argv + i + 1);
}

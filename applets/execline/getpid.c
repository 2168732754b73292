// SPDX-License-Identifier: MIT
/* getpid - put the process id into a variable
 *
 * usage: getpid [ -E | -e ] [ -P | -p ] var prog...
 *
 *  -P  of the parent               -p  of this process (default)
 *  -E  put it into the command line as ${var}; -e  do not (default)
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/getpid.html
 * Fds: own
 */
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct getpid_opts {
	int import, parent;
};

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct getpid_opts, f), v     \
	}
static const struct opt getpid_opts[] = {
	SET('E', import, 1),
	SET('e', import, 0),
	SET('P', parent, 1),
	SET('p', parent, 0),
	{0},
};

int getpid_main(int argc, char **argv)
{
	struct getpid_opts o = {0};
	int i = applet_opts("getpid", getpid_opts, &o, argc, argv, 2);
	char text[NUM_TEXT];

	el_check_name(argv[i]);
	num_put_u64(text, (unsigned)(o.parent ? getppid() : getpid()));
	el_exec_var(argv[i], text, o.import, argv + i + 1);
}

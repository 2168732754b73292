// SPDX-License-Identifier: MIT
/* execline-umask - change the umask
 *
 * usage: umask value prog...
 *
 * value is octal.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/execline-umask.html
 * Alias: umask
 * Fds: own
 */
#include <sys/stat.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

int execline_umask_main(int argc, char **argv)
{
	int i = applet_opts("execline-umask", NULL, NULL, argc, argv, 2);
	uint64_t mode;

	if (!num_oct(str_of(argv[i]), UINT32_MAX, &mode))
		applet_usage("execline-umask");
	umask((mode_t)mode & 0777);
	el_exec(argv + i + 1);
}

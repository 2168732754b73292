// SPDX-License-Identifier: MIT
/* with-contenv - run a program with the container's environment
 *
 * usage: with-contenv prog...
 *
 * Services have it anyway. This adds what scripts have written to
 * /run/s6/container_environment since the start, a file for each variable.
 *
 * Exit: prog's; 111 system call failed, 126 and 127 prog cannot be executed or
 *   found.
 * See: https://github.com/just-containers/s6-overlay
 * Fds: own
 */
#include <errno.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "../supervise/env_dir.h"
#include "execline.h"

int with_contenv_main(int argc, char **argv)
{
	static const struct envdir how = {.missing_ok = true, .keep = true,
					  .full = true, .large = true};
	int i = applet_opts("with-contenv", NULL, NULL, argc, argv, 1);
	struct err e;

	if (env_dir_read(&how, "/run/s6/container_environment", &e) < 0 &&
	    e.num != ENOENT)
		die(111, "%s", e.text);
	el_exec(argv + i);
}

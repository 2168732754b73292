// SPDX-License-Identifier: MIT
/* halt - stop the container
 *
 * usage: halt
 *
 * Tells init to stop all services and to end: s6-overlay's
 * /run/s6/basedir/bin/halt. The exit code is init's, or the number in
 * /run/s6-linux-init-container-results/exitcode.
 *
 * Exit: 0 told, 100 wrong usage or no init, 111 system call failed.
 * See: https://github.com/just-containers/s6-overlay
 * Alias: poweroff reboot shutdown
 */
#include <limits.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "runtime.h"
#include "s6.h"

int halt_main(int argc UNUSED, char **argv UNUSED)
{
	char dir[PATH_MAX], run[PATH_MAX];
	char *words[] = {(char *)"s6-svscanctl", (char *)"-t", dir, NULL};
	struct err e;

	if (s6_scandir_find(dir, NULL,
			    runtime_dir(run, false, &e) < 0 ? NULL : run,
			    &e) < 0)
		die(100, "%s", e.text);
	return s6_svscanctl_main(3, words);
}

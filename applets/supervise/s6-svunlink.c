// SPDX-License-Identifier: MIT
/* s6-svunlink - take a service out of a running scandir
 *
 * usage: s6-svunlink [ -X ] [ -t timeout ] scandir servicename
 *
 * Unlinks it, makes s6-svscan end its supervision and waits for that.
 *  -X  do not wait
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 ok, 99 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svunlink.html
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "sv_link.h"

struct svunlink {
	bool dont_wait;
	uint32_t timeout;
};

static const struct opt s6_svunlink_opts[] = {
	{NULL, NULL, 'X', OPT_FLAG, offsetof(struct svunlink, dont_wait), 0},
	{"timeout", NULL, 't', OPT_U32, offsetof(struct svunlink, timeout), 0},
	{0},
};

int s6_svunlink_main(int argc, char **argv)
{
	struct svunlink o = {0};
	int i = applet_opts("s6-svunlink", s6_svunlink_opts, &o, argc, argv, 2);
	const char *scandir = argv[i], *name = argv[i + 1];
	int64_t deadline = ev_deadline(o.timeout);
	char link[PATH_MAX], dir[2][PATH_MAX];
	struct sv_events ev;
	struct stat st;

	if (!*name || *name == '.' || *name == '/')
		die(100, "invalid service name");
	sv_path(link, scandir, name);
	/* what is not there needs nothing */
	if (lstat(link, &st) < 0)
		return 0;
	sv_events_open(&ev, S6_EV_LEFT);
	if (!o.dont_wait && realpath(link, dir[0])) {
		sv_path(dir[1], dir[0], "log");
		for (int k = 0; k < 2; k++)
			if (sv_supervised(dir[k]))
				sv_events_add(&ev, dir[k]);
	}
	if (unlink(link) < 0) {
		int num = errno;

		sv_events_close(&ev);
		die_sys(111, num, "unable to unlink %s", link);
	}
	int code = sv_send_scan(scandir, "an", 2);
	if (code) {
		sv_events_close(&ev);
		return code;
	}
	if (sv_events_wait(&ev, deadline) < 0)
		die(99, "timed out");
	return 0;
}

// SPDX-License-Identifier: MIT
/* s6-mkfifodir - make a directory for event listeners
 *
 * usage: s6-mkfifodir [ -f ] [ -g gid ] fifodir
 *
 *  -g GID  only this group may listen (otherwise everybody)
 *  -f  an existing one gets the permissions, too
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-mkfifodir.html
 */
#include <fcntl.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "s6.h"

struct mkfifodir {
	bool force;
	gid_t gid;
};

static const struct opt s6_mkfifodir_opts[] = {
	{NULL, NULL, 'f', OPT_FLAG, offsetof(struct mkfifodir, force), 0},
	{NULL, NULL, 'g', OPT_U32, offsetof(struct mkfifodir, gid), 0},
	{0},
};

int s6_mkfifodir_main(int argc, char **argv)
{
	struct mkfifodir o = {.gid = (gid_t)-1};
	int i = applet_opts("s6-mkfifodir", s6_mkfifodir_opts, &o, argc, argv,
			    1);
	struct err e;

	if (s6_fifodir_make(AT_FDCWD, argv[i], o.gid, o.force, &e) < 0)
		die_sys(111, e.num, "unable to create fifodir at %s", argv[i]);
	return 0;
}

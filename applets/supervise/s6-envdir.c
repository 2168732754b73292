// SPDX-License-Identifier: MIT
/* s6-envdir - set variables from the files of a directory
 *
 * usage: s6-envdir [ -I | -i ] [ -n ] [ -f ] [ -L ] [ -c nullchar ] dir prog...
 *
 * A file NAME sets NAME to its first line without the blanks at its end; an
 * empty file unsets it. NUL bytes become newlines.
 *  -f  the whole file, without its last newline
 *  -n  blanks at the end stay (with -f: the last newline, too)
 *  -L  values of any length (otherwise 4095 bytes are read)
 *  -c C  NUL becomes C
 *  -I  dir may be missing      -i  it may not (default)
 *
 * Exit: that of prog, 100 wrong usage, 111 system call failed, 126 prog cannot
 *   be executed, 127 prog not found.
 * See: https://skarnet.org/software/s6/s6-envdir.html
 * Alias: envdir
 * Fds: own
 */
#include <errno.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "env_dir.h"
#include "execline.h"

#define FLAG(c, f)                                                             \
	{                                                                      \
		NULL, NULL, c, OPT_FLAG, offsetof(struct envdir, f), 0         \
	}
static const struct opt s6_envdir_opts[] = {
	{NULL, NULL, 'I', OPT_SET, offsetof(struct envdir, missing_ok), 1},
	{NULL, NULL, 'i', OPT_SET, offsetof(struct envdir, missing_ok), 0},
	FLAG('n', keep),
	FLAG('f', full),
	FLAG('L', large),
	{NULL, NULL, 'c', OPT_STR, offsetof(struct envdir, nul), 0},
	{0},
};

int s6_envdir_main(int argc, char **argv)
{
	struct envdir o = {0};
	int i = applet_opts("s6-envdir", s6_envdir_opts, &o, argc, argv, 2);
	struct err e;

	if (o.nul && !*o.nul)
		die_sys(111, EINVAL, "unable to envdir %s", argv[i]);
	if (env_dir_read(&o, argv[i], &e) < 0)
		die_sys(111, e.num, "unable to envdir %s", argv[i]);
	el_exec(argv + i + 1);
}

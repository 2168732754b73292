// SPDX-License-Identifier: MIT
/* s6-setsid - run a program in its own session or process group
 *
 * usage: s6-setsid [ -s | -b | -f | -g ] [ -i | -I | -q ] [ -d ctty ]
 *        prog...
 *
 *  -s  session (default)           -b  process group
 *  -f  foreground group of the terminal; -g  even from the background
 *  -d FD  the terminal (0)
 *  -i  failing is fatal; -I  a warning (default); -q  silent
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/s6/s6-setsid.html
 * Fds: own
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { SESSION, GROUP, FRONT, FORCE };
enum { WARN, FATAL, SILENT };

struct setsid_opts {
	int what, strict;
	uint32_t tty;
};

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct setsid_opts, f), v     \
	}
static const struct opt s6_setsid_opts[] = {
	SET('s', what, SESSION),
	SET('b', what, GROUP),
	SET('f', what, FRONT),
	SET('g', what, FORCE),
	SET('i', strict, FATAL),
	SET('I', strict, WARN),
	SET('q', strict, SILENT),
	{NULL, NULL, 'd', OPT_U32, offsetof(struct setsid_opts, tty), 0},
	{0},
};

static void failed(const struct setsid_opts *o, const char *call)
{
	if (o->strict == FATAL)
		die_sys(111, errno, "unable to %s", call);
	if (o->strict == WARN)
		say_warnsys(errno, "unable to %s", call);
}

int s6_setsid_main(int argc, char **argv)
{
	struct setsid_opts o = {0};
	int i = applet_opts("s6-setsid", s6_setsid_opts, &o, argc, argv, 1);
	int r;

	if (o.what == SESSION) {
		if (setsid() < 0)
			failed(&o, "setsid");
		el_exec(argv + i);
	}
	if (setpgid(0, 0) < 0)
		failed(&o, "setpgid");
	if (o.what >= FRONT) {
		if (o.what == FORCE)
			signal(SIGTTOU, SIG_IGN);
		r = tcsetpgrp((int)o.tty, getpid());
		if (r < 0)
			failed(&o, "tcsetpgrp");
		if (o.what == FORCE)
			signal(SIGTTOU, SIG_DFL);
	}
	el_exec(argv + i);
}

// SPDX-License-Identifier: MIT
/* elgetopt - parse the script's parameters as options
 *
 * usage: elgetopt [ -D default ] optstring prog...
 *
 * Option c sets ELGETOPT_c to its argument, or to 1; the parameters become
 * those that are left.
 *  -D VALUE  instead of 1
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/elgetopt.html
 * Fds: own
 */
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct getopt_opts {
	const char *preset;
};

static const struct opt elgetopt_opts[] = {
	{NULL, NULL, 'D', OPT_STR, offsetof(struct getopt_opts, preset), 0},
	{0},
};

NORETURN static void wrong(const char *script, const char *text)
{
	say_line("%s: %s", script, text);
	_exit(1);
}

/* One parameter that begins with a dash; dies of an unknown option, or one
 * without its argument. */
static void read_options(const char *set, const char *preset, char **pos,
			 size_t n, size_t *at)
{
	char name[] = "ELGETOPT_c";

	for (const char *p = pos[*at] + 1; *p; p++) {
		const char *o = *p == ':' ? NULL : strchr(set, *p);

		name[9] = *p;
		if (!o)
			wrong(pos[0], "illegal option");
		if (o[1] != ':') {
			el_setenv(name, preset);
			continue;
		}
		if (!p[1] && *at == n)
			wrong(pos[0], "option requires an argument");
		el_setenv(name, p[1] ? p + 1 : pos[++*at]);
		break;
	}
}

int elgetopt_main(int argc, char **argv)
{
	struct getopt_opts o = {"1"};
	int i = applet_opts("elgetopt", elgetopt_opts, &o, argc, argv, 2);
	const char *set = argv[i];
	size_t n, at;
	char **pos = el_frame_get(&n, 100);

	el_frame_push(EL_FRAME_OPTS);
	for (at = 1; at <= n && pos[at][0] == '-' && pos[at][1]; at++) {
		if (!strcmp(pos[at], "--")) {
			at++;
			break;
		}
		read_options(set, o.preset, pos, n, &at);
	}
	el_frame_shift(pos, n, at - 1);
	el_exec(argv + i + 1);
}

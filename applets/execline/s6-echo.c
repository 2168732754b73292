// SPDX-License-Identifier: MIT
/* s6-echo - print words
 *
 * usage: s6-echo [ -n ] [ -s sep ] [ -- ] args...
 *
 *  -n  no newline at the end
 *  -s SEP  the first character of SEP between words instead of a blank
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6-portable-utils/s6-echo.html
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "os/fd.h"

struct s6_echo {
	bool bare;
	const char *sep;
};

static const struct opt s6_echo_opts[] = {
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct s6_echo, bare), 0},
	{NULL, NULL, 's', OPT_STR, offsetof(struct s6_echo, sep), 0},
	{0},
};

int s6_echo_main(int argc, char **argv)
{
	struct s6_echo o = {.sep = " "};
	int i = applet_opts("s6-echo", s6_echo_opts, &o, argc, argv, 0);
	BUF_AUTO struct buf b = {0};
	struct err e;

	for (int first = i; argv[i]; i++) {
		if (i > first && *o.sep)
			buf_addc(&b, *o.sep);
		buf_adds(&b, argv[i]);
	}
	if (!o.bare)
		buf_addc(&b, '\n');
	if (b.failed || (b.len && fd_write(1, b.p, b.len, &e) < 0))
		die(111, "unable to write");
	return 0;
}

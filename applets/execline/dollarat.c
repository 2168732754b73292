// SPDX-License-Identifier: MIT
/* dollarat - print the script's parameters
 *
 * usage: dollarat [ -n ] [ -0 | -d delimchar ]
 *
 *  -d C  with C after each (newline); "": as netstrings
 *  -0  with NUL after each         -n  not after the last one
 *
 * Exit: 0 ok, 100 wrong usage or no parameters, 111 system call failed.
 * See: https://skarnet.org/software/execline/dollarat.html
 * Fds: own
 */
#include <errno.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/fd.h"

struct dollarat {
	bool chomp;
	const char *delim; /* NULL: the NUL byte */
};

static int nul(void *opts, const struct opt *o UNUSED, const char *value UNUSED,
	       struct err *e UNUSED)
{
	((struct dollarat *)opts)->delim = NULL;
	return 0;
}

static const struct opt dollarat_opts[] = {
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct dollarat, chomp), 0},
	{NULL, NULL, 'd', OPT_STR, offsetof(struct dollarat, delim), 0},
	{NULL, nul, '0', OPT_FN0, 0, 0},
	{0},
};

int dollarat_main(int argc, char **argv)
{
	struct dollarat o = {.delim = "\n"};
	struct buf b = {0};
	size_t n;
	char **pos;

	applet_opts("dollarat", dollarat_opts, &o, argc, argv, 0);
	pos = el_frame_get(&n, 0);
	for (size_t i = 1; i <= n; i++) {
		if (!pos[i])
			die(100, "%zu not set", i);
		if (o.delim && !*o.delim) {
			buf_addf(&b, "%zu:%s,", strlen(pos[i]), pos[i]);
			continue;
		}
		buf_adds(&b, pos[i]);
		if (i < n || !o.chomp)
			buf_addc(&b, o.delim ? *o.delim : '\0');
	}
	if (b.failed || fd_write(1, buf_str(&b), b.len, NULL) < 0)
		die_sys(111, errno, "unable to write to stdout");
	return 0;
}

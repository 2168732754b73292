// SPDX-License-Identifier: MIT
/* printcontenv - print a variable of the container's environment
 *
 * usage: printcontenv VAR
 *
 * Prints the bytes of /run/s6/container_environment/VAR and nothing else, no
 * newline either. Where there is no such folder, its own environment is asked.
 *
 * Exit: 0 printed, 1 no such variable, 100 wrong usage, 111 system call failed.
 * See: https://github.com/just-containers/s6-overlay
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "os.h"

enum { VALUE_MAX = 1 << 20 };

/* 1 = it is set, 0 = not, -1. */
static int value(const char *var, struct buf *out, struct err *e)
{
	int FD_AUTO at = open("/run/s6/container_environment",
			      O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *own = getenv(var);

	if (strchr(var, '/') || !*var || *var == '.')
		return 0;
	if (at < 0) {
		if (own)
			buf_adds(out, own);
		return own != NULL;
	}
	if (file_read(at, var, out, VALUE_MAX, e) == 0)
		return 1;
	return e->num == ENOENT ? 0 : -1;
}

int printcontenv_main(int argc, char **argv)
{
	const char *var = argv[applet_opts("printcontenv", NULL, NULL, argc,
					   argv, 1)];
	BUF_AUTO struct buf b = {0};
	struct err e;

	switch (value(var, &b, &e)) {
	case 0:
		die(1, "variable %s is not set", var);
	case 1:
		if (fd_write(1, buf_str(&b), b.len, &e) == 0)
			return 0;
		break;
	}
	die(111, "%s", e.text);
}

// SPDX-License-Identifier: MIT
/* sv_send - s6's reading of the errors: no reader, or a directory without its
 * control directory, is a supervisor that does not listen (100); a control
 * directory without its FIFO is broken (100); the rest is the system's (111).
 */
#include "sv_send.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base.h"
#include "s6.h"

static int send_to(const char *dir, const char *sub, const char *fifo,
		   const char *cmd, size_t n)
{
	char path[PATH_MAX];
	struct err e;

	if (s6_place(path, dir, fifo, &e) < 0) {
		say_fatal("%s", e.text);
		return 111;
	}
	if (s6_control_send(AT_FDCWD, path, cmd, n, &e) == 0)
		return 0;
	if ((e.num == ENOENT || e.num == ENOTDIR) &&
	    s6_place(path, dir, sub, NULL) == 0 && access(path, F_OK) < 0) {
		if (errno != ENOENT || access(dir, F_OK) < 0)
			goto other;
		e.num = ENXIO;
	}
	switch (e.num) {
	case ENXIO:
		say_fatal("unable to control %s: supervisor not listening", dir);
		return 100;
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
		say_fatal("something is wrong with the %s/%s directory%s: %s",
			  dir, sub, *sub == '.' ? ". errno reported" : "",
			  strerror(e.num));
		return 100;
	default:
		break;
	}
other:
	say_fatal("unable to control %s: %s", dir, strerror(e.num));
	return 111;
}

int sv_send(const char *dir, const char *cmd, size_t n)
{
	return send_to(dir, S6_SUPERVISE, S6_CONTROL, cmd, n);
}

int sv_send_scan(const char *dir, const char *cmd, size_t n)
{
	return send_to(dir, ".s6-svscan", S6_SCAN_CONTROL, cmd, n);
}

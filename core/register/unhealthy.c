// SPDX-License-Identifier: MIT
/* unhealthy - what its service directory says is to become of a service whose
 * check fails after it was good: policy/on-unhealthy holds `ignore`, `restart`
 * or `stop-container`. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "os/fd.h"
#include "os/file.h"
#include "register/engine.h"
#include "s6/control.h"

#define EXIT_CODE "122\n" /* of init, when a check stopped the container */

static int tell(const char *dir, const char *fifo, const char *bytes,
		struct err *e)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, fifo) >=
	    sizeof(path))
		return err_set(e, ENAMETOOLONG, "%s", dir);
	return s6_control_send(AT_FDCWD, path, bytes, strlen(bytes), e);
}

static int stop_all(const char *scandir, struct err *e)
{
	char path[PATH_MAX];
	int FD_AUTO fd = -1;

	snprintf(path, sizeof(path), "%s/.init/exitcode", scandir);
	/* it may be there for us in a folder that is not ours */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (fd_write(fd, EXIT_CODE, strlen(EXIT_CODE), e) < 0)
		return -1;
	return tell(scandir, S6_SCAN_CONTROL, "t", e);
}

void reg_unhealthy(const struct reg *r, const char *dir, const char *id)
{
	char path[PATH_MAX], text[32];
	struct str word;
	struct err e;
	ssize_t n;
	int sent = 0;

	snprintf(path, sizeof(path), "%s/policy/on-unhealthy", dir);
	n = file_peek(AT_FDCWD, path, text, sizeof(text), NULL);
	word = str_trim(str_n(text, n > 0 ? (size_t)n : 0), " \t\n");
	/* what hangs may not hear its signal: timeout-kill counts, too */
	if (str_is(word, "restart"))
		sent = tell(dir, S6_CONTROL, "du", &e);
	else if (str_is(word, "stop-container"))
		sent = stop_all(r->o.scandir, &e);
	else
		return;
	if (sent < 0)
		log_error("register", "service %s is unhealthy: %s", id, e.text);
	else
		log_warn("register", "service %s is unhealthy: %.*s", id,
			 (int)word.n, word.p);
}

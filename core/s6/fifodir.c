// SPDX-License-Identifier: MIT
/* The notifying side of fifodirs. A listener is a FIFO with a name of exactly
 * 39 characters:
 *
 *   ftrig1:@ TAI64N-in-24-hex : 6-random      e.g. ftrig1:@400...ea0:aZ09bc
 *
 * Directory modes: 01733 (anyone may listen) or 03730 (a group may).
 * Source: s6's ftrigw_*.c, as facts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "os/dir.h"
#include "s6/fifodir.h"

int s6_fifodir_make(int at, const char *path, gid_t gid, bool force,
		    struct err *e)
{
	bool made = true;
	struct stat st;

	if (mkdirat(at, path, 0700) < 0) {
		if (errno != EEXIST)
			return err_set(e, errno, "unable to mkdir %s", path);
		if (fstatat(at, path, &st, 0) < 0)
			return err_set(e, errno, "unable to stat %s", path);
		if (!S_ISDIR(st.st_mode))
			return err_say(e, ENOTDIR,
				       "%s exists and is not a directory",
				       path);
		if (!force)
			return 0;
		made = false;
	}
	if (gid != (gid_t)-1 && fchownat(at, path, (uid_t)-1, gid, 0) < 0)
		return err_set(e, errno, "unable to chown %s", path);
	if (fchmodat(at, path, gid == (gid_t)-1 ? 01733 : 03730, 0) < 0)
		return err_set(e, errno, "unable to chmod %s", path);
	return made;
}

/* Opens one listener for writing; removes it when nobody reads. -1 = none. */
static int listener(int dir, const char *name)
{
	if (strncmp(name, S6_FTRIG, sizeof S6_FTRIG - 1) != 0 ||
	    strlen(name) != S6_FTRIG_LEN)
		return -1;
	int fd = openat(dir, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENXIO)
		unlinkat(dir, name, 0);
	return fd;
}

/* n = 0: only looks. */
static int each(int at, const char *path, const char *bytes, size_t n,
		struct err *e)
{
	struct dir d;
	const char *name;
	int r = 0;

	if (dir_open(&d, at, path, e) < 0)
		return -1;
	while ((name = dir_next(&d))) {
		int fd = listener(d.fd, name);

		if (fd < 0)
			continue;
		/* a full pipe loses the event, as its reader is told */
		if (n && write(fd, bytes, n) < 0 && errno == EPIPE)
			unlinkat(d.fd, name, 0);
		close(fd);
	}
	if (errno)
		r = err_set(e, errno, "unable to readdir %s", path);
	dir_close(&d);
	return r;
}

int s6_fifodir_clean(int at, const char *path, struct err *e)
{
	return each(at, path, NULL, 0, e);
}

int s6_fifodir_notify(int at, const char *path, const char *bytes, size_t n,
		      struct err *e)
{
	return each(at, path, bytes, n, e);
}

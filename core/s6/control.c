// SPDX-License-Identifier: MIT
/* Control FIFOs: whoever may write, commands; the reader holds a writing end
 * itself, so that its reading end is never at an end. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "s6/control.h"

int s6_control_make(int at, const char *path, int fd[2], struct err *e)
{
	struct stat st;

	if (mkfifoat(at, path, 0600) < 0) {
		if (errno != EEXIST)
			return err_set(e, errno, "unable to mkfifo %s", path);
		if (fstatat(at, path, &st, 0) < 0)
			return err_set(e, errno, "unable to stat %s", path);
		if (!S_ISFIFO(st.st_mode)) {
			err_set(e, 0, "%s is not a FIFO", path);
			if (e)
				e->num = EEXIST;
			return -1;
		}
	}
	int r = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r < 0)
		return err_set(e, errno, "unable to read %s", path);
	int w = openat(at, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (w < 0) {
		err_set(e, errno, "unable to write %s", path);
		close(r);
		return -1;
	}
	fd[0] = r;
	fd[1] = w;
	return 0;
}

int s6_control_open(int at, const char *path, struct err *e)
{
	int fd = openat(at, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (fcntl(fd, F_SETFL, O_WRONLY) < 0) {
		err_set(e, errno, "unable to open %s", path);
		close(fd);
		return -1;
	}
	return fd;
}

int s6_control_send(int at, const char *path, const char *bytes, size_t n,
		    struct err *e)
{
	int fd = s6_control_open(at, path, e);
	ssize_t r = 0;

	if (fd < 0)
		return -1;
	/* at most PIPE_BUF bytes: all of them or none */
	while (n && (r = write(fd, bytes, n)) < 0 && errno == EINTR)
		;
	if (r < 0)
		err_set(e, errno, "unable to write %s", path);
	close(fd);
	return r < 0 ? -1 : 0;
}

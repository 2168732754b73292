// SPDX-License-Identifier: MIT
/* Record locks. The tools of s6 ask F_GETLK for a read lock over the whole
 * file and take "not unlocked" for "supervised"; they see an OFD lock too, and
 * that one is not dropped when any other descriptor of the file is closed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "os/fd.h"
#include "s6/lock.h"

int s6_lock_test(int at, const char *path, struct err *e)
{
	int fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		return err_set(e, errno, "unable to open %s", path);
	}
	int r = fd_lock_test(fd, e);
	if (r < 0)
		err_wrap(e, "%s", path);
	close(fd);
	return r;
}

int s6_lock_take(int at, const char *path, mode_t mode, struct err *e)
{
	int fd = openat(at, path, O_WRONLY | O_NONBLOCK | O_CREAT | O_CLOEXEC,
			mode);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (fd_lock(fd, false, false, e) < 0) {
		err_wrap(e, "%s", path);
		close(fd);
		return -1;
	}
	return fd;
}

// SPDX-License-Identifier: MIT
/* Record locks. The tools of s6 ask F_GETLK for a read lock over the whole
 * file and take "not unlocked" for "supervised"; they see an OFD lock too, and
 * that one is not dropped when any other descriptor of the file is closed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "s6/lock.h"

int s6_lock_test(int at, const char *path, struct err *e)
{
	struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_set(e, errno, "unable to open %s", path);
	}
	int r = fcntl(fd, F_GETLK, &l);
	if (r < 0)
		err_set(e, errno, "unable to check the lock on %s", path);
	close(fd);
	return r < 0 ? -1 : l.l_type != F_UNLCK;
}

int s6_lock_fd(int fd, bool shared, bool wait)
{
	struct flock l = {.l_type = shared ? F_RDLCK : F_WRLCK,
			  .l_whence = SEEK_SET};
	int r;

	do
		r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &l);
	while (r < 0 && wait && errno == EINTR);
	if (r < 0 && (errno == EAGAIN || errno == EACCES))
		errno = EBUSY;
	return r;
}

int s6_lock_take(int at, const char *path, mode_t mode, struct err *e)
{
	int fd = openat(at, path,
			O_WRONLY | O_NONBLOCK | O_CREAT | O_CLOEXEC, mode);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (s6_lock_fd(fd, false, false) < 0) {
		err_set(e, errno, "unable to lock %s", path);
		close(fd);
		return -1;
	}
	return fd;
}

// SPDX-License-Identifier: MIT
/* fd.c - descriptors. */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "os/dir.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif

int fd_std(struct err *e)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd ? O_WRONLY : O_RDONLY) == fd)
			continue;
		/* An image may have no /dev/null: the root directory can be
		 * neither read nor written, which is what is wanted. */
		if (open("/", O_RDONLY | O_DIRECTORY) != fd)
			return err_set(e, errno, "unable to open /dev/null");
	}
	return 0;
}

/* What the range calls do, one by one: kernels before 5.11 and strict
 * sandboxes have no close_range(2). Without /proc only small numbers are
 * found; what we opened ourselves is close-on-exec anyway. */
static void each_in_range(unsigned from, unsigned to, bool really)
{
	struct dir d;
	const char *name;
	uint64_t n;

	if (dir_open(&d, AT_FDCWD, "/proc/self/fd", NULL) < 0) {
		for (unsigned fd = from; fd <= to && fd < 1024; fd++)
			if (really)
				close((int)fd);
			else
				fcntl((int)fd, F_SETFD, FD_CLOEXEC);
		return;
	}
	while ((name = dir_next(&d))) {
		if (!num_arg(name, INT32_MAX, &n) || n < from || n > to ||
		    (int)n == d.fd)
			continue;
		if (really)
			close((int)n);
		else
			fcntl((int)n, F_SETFD, FD_CLOEXEC);
	}
	dir_close(&d);
}

void fd_cloexec_from(int from)
{
	if (syscall(SYS_close_range, (unsigned)from, ~0U,
		    CLOSE_RANGE_CLOEXEC) < 0)
		each_in_range((unsigned)from, ~0U, false);
}

void fd_close_range(unsigned from, unsigned to)
{
	if (from <= to && syscall(SYS_close_range, from, to, 0U) < 0)
		each_in_range(from, to, true);
}

void fd_close(int *fd)
{
	int num = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = num;
}

int fd_nonblock(int fd, struct err *e)
{
	int fl = fcntl(fd, F_GETFL);

	if (fl < 0 || fcntl(fd, F_SETFL, fl | O_NONBLOCK) < 0)
		return err_set(e, errno, "unable to set up descriptor %d", fd);
	return 0;
}

int fd_write(int fd, const void *p, size_t n, struct err *e)
{
	const char *from = p;

	while (n) {
		ssize_t r = write(fd, from, n);

		if (r < 0) {
			if (errno == EINTR)
				continue;
			return err_set(e, errno, "unable to write");
		}
		from += r;
		n -= (size_t)r;
	}
	return 0;
}

ssize_t fd_read(int fd, void *p, size_t n, struct err *e)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, (char *)p + got, n - got);

		if (r < 0) {
			if (errno == EINTR)
				continue;
			return err_set(e, errno, "unable to read");
		}
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

int fd_pipe(int fd[2], bool nonblock, struct err *e)
{
	if (pipe2(fd, O_CLOEXEC | (nonblock ? O_NONBLOCK : 0)) < 0)
		return err_set(e, errno, "unable to make a pipe");
	return 0;
}

/* Checks that it is a FIFO (EISDIR: it is none), and the mode it was made with where the umask may
 * have cut it. */
static int fifo_opened(int fd, bool made, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISFIFO(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	return made && (st.st_mode & 07777) != mode ? fchmod(fd, mode) : 0;
}

int fd_fifo(int at, const char *path, mode_t mode, struct err *e)
{
	bool made = mkfifoat(at, path, mode) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return err_set(e, errno, "unable to mkfifo %s", path);
	fd = openat(at, path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fifo_opened(fd, made, mode) == 0)
		return fd;
	if (errno == EISDIR)
		err_say(e, EEXIST, "%s is not a FIFO", path);
	else
		err_set(e, errno, "unable to open %s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

int fd_lock(int fd, bool shared, bool wait, struct err *e)
{
	struct flock l = {.l_type = shared ? F_RDLCK : F_WRLCK,
			  .l_whence = SEEK_SET};
	int r, own = wait ? F_OFD_SETLKW : F_OFD_SETLK;

	do
		r = fcntl(fd, own, &l);
	while (r < 0 && errno == EINTR);
	/* Some sandboxes know the classic lock only. */
	if (r < 0 && errno == EINVAL)
		r = fcntl(fd, wait ? F_SETLKW : F_SETLK, &l);
	if (r < 0)
		return err_set(e, errno == EAGAIN || errno == EACCES ? EBUSY
								     : errno,
			       "unable to lock");
	return 0;
}

int fd_lock_test(int fd, struct err *e)
{
	struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &l) < 0)
		return err_set(e, errno, "unable to test a lock");
	return l.l_type != F_UNLCK;
}

void fd_limit_raise(struct rlimit *was)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, was) < 0) {
		*was = (struct rlimit){1024, 4096};
		return;
	}
	r = *was;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

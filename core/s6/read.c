// SPDX-License-Identifier: MIT
/* Plain reading and writing, interrupted calls taken up again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "s6/read.h"

static ssize_t read_again(int fd, void *buf, size_t n)
{
	ssize_t r;

	do
		r = read(fd, buf, n);
	while (r < 0 && errno == EINTR);
	return r;
}

ssize_t s6_read_small(int at, const char *path, void *buf, size_t n,
		      struct err *e)
{
	int fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t got = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	while (got < n) {
		ssize_t r = read_again(fd, (char *)buf + got, n - got);

		if (r < 0) {
			err_set(e, errno, "unable to read %s", path);
			close(fd);
			return -1;
		}
		if (!r)
			break;
		got += (size_t)r;
	}
	close(fd);
	errno = 0;
	return (ssize_t)got;
}

static int write_all(int fd, const void *p, size_t n)
{
	while (n) {
		ssize_t r = write(fd, p, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		p = (const char *)p + r;
		n -= (size_t)r;
	}
	return 0;
}

static int copy(int to, int from, size_t n)
{
	char b[4096];

	while (n) {
		ssize_t r = read_again(from, b, n < sizeof b ? n : sizeof b);

		if (r <= 0)
			return (int)r;
		if (write_all(to, b, (size_t)r) < 0)
			return -1;
		n -= (size_t)r;
	}
	return 0;
}

int s6_replace(int at, const char *path, int from, size_t keep, const void *p,
	       size_t n, struct err *e)
{
	char tmp[PATH_MAX];
	int len = snprintf(tmp, sizeof tmp, "%s.new", path);

	if (len < 0 || (size_t)len >= sizeof tmp)
		return err_set(e, ENAMETOOLONG, "unable to open %s.new", path);
	int fd = openat(at, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0644);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", tmp);
	if (fchmod(fd, 0644) < 0 || copy(fd, from, keep) < 0 ||
	    write_all(fd, p, n) < 0) {
		err_set(e, errno, "unable to write %s", tmp);
		close(fd);
		unlinkat(at, tmp, 0);
		return -1;
	}
	close(fd);
	if (renameat(at, tmp, at, path) < 0) {
		err_set(e, errno, "unable to rename %s to %s", tmp, path);
		unlinkat(at, tmp, 0);
		return -1;
	}
	return 0;
}

// SPDX-License-Identifier: MIT
/* supervise/death_tally: records of 14 bytes, oldest first.
 *
 *   offset size  field
 *        0   12  time of death, TAI64N
 *       12    1  exit code, or 128 + signal
 *       13    1  signal, 0 = it exited
 *
 * Source: s6's s6_dtally_*.c, as facts. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "os/fd.h"
#include "s6/tally.h"

void s6_death_now(struct s6_death *d, int wstat)
{
	tai_now(&d->when);
	d->sig = WIFSIGNALED(wstat) ? (uint8_t)WTERMSIG(wstat) : 0;
	d->code = d->sig ? (uint8_t)(128 + d->sig)
			 : (uint8_t)WEXITSTATUS(wstat);
}

void s6_death_pack(unsigned char out[S6_DEATH_SIZE], const struct s6_death *d)
{
	tai_pack(out, &d->when);
	out[12] = d->code;
	out[13] = d->sig;
}

void s6_death_unpack(struct s6_death *d, const unsigned char in[S6_DEATH_SIZE])
{
	tai_unpack(&d->when, in);
	d->code = in[12];
	d->sig = in[13];
}

/* The size of an open tally; one that is no whole number of records is made
 * empty (or, where that is not allowed, taken for it). */
static off_t tally_size(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (st.st_size % S6_DEATH_SIZE) {
		if (ftruncate(fd, 0) < 0)
			return 0;
		return 0;
	}
	return st.st_size;
}

/* One write at the end; a part of a record (full disk) is taken back. */
static int append(int fd, off_t size, const unsigned char *rec)
{
	ssize_t n = pwrite(fd, rec, S6_DEATH_SIZE, size);

	if (n == S6_DEATH_SIZE)
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	int num = errno;
	if (ftruncate(fd, size) < 0)
		num = errno;
	errno = num;
	return -1;
}

/* To `fd`: what is left to read from `old`, then the record. */
static int copy(int fd, int old, const unsigned char *rec, struct err *e)
{
	char b[64 * S6_DEATH_SIZE];
	ssize_t n;

	while ((n = fd_read(old, b, sizeof b, e)) > 0)
		if (fd_write(fd, b, (size_t)n, e) < 0)
			return -1;
	return n < 0 ? -1 : fd_write(fd, rec, S6_DEATH_SIZE, e);
}

/* The file becomes the rest of `old` and the record, through PATH.new. */
static int rewrite(int at, const char *path, int old, const unsigned char *rec,
		   struct err *e)
{
	char temp[PATH_MAX];

	if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp)
		return err_set(e, ENAMETOOLONG, "unable to write %s", path);
	int fd = openat(at, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0666);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", temp);
	int r = copy(fd, old, rec, e);
	if (r < 0)
		err_wrap(e, "%s", temp);
	close(fd);
	if (r == 0 && renameat(at, temp, at, path) < 0)
		r = err_set(e, errno, "unable to rename %s to %s", temp, path);
	if (r < 0)
		unlinkat(at, temp, 0);
	return r;
}

int s6_tally_add(int at, const char *path, const struct s6_death *d,
		 unsigned max, struct err *e)
{
	unsigned char rec[S6_DEATH_SIZE];
	int r = 0;

	if (!max)
		return 0;
	if (max > S6_TALLY_MAX)
		max = S6_TALLY_MAX;
	s6_death_pack(rec, d);
	int fd = openat(at, path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC,
			0666);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	off_t size = tally_size(fd);
	off_t room = (off_t)(max - 1) * S6_DEATH_SIZE;
	if (size <= room) {
		if (append(fd, size, rec) < 0)
			r = err_set(e, errno, "unable to write %s", path);
	} else if (lseek(fd, size - room, SEEK_SET) < 0) {
		r = err_set(e, errno, "unable to read %s", path);
	} else {
		r = rewrite(at, path, fd, rec, e);
	}
	close(fd);
	return r;
}

int s6_tally_clear(int at, const char *path, struct err *e)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK |
			O_CLOEXEC, 0666);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	close(fd);
	return 0;
}

int s6_tally_read(int at, const char *path, struct s6_death *out, size_t max,
		  struct err *e)
{
	unsigned char rec[S6_DEATH_SIZE];
	/* writable, so that a broken file can be emptied; else as it is */
	int fd = openat(at, path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	size_t have = (size_t)tally_size(fd) / S6_DEATH_SIZE;
	size_t n = have < max ? have : max;
	for (size_t i = 0; i < n; i++) {
		off_t off = (off_t)((have - n + i) * sizeof rec);

		if (pread(fd, rec, sizeof rec, off) != sizeof rec) {
			n = i;
			break;
		}
		s6_death_unpack(&out[i], rec);
	}
	close(fd);
	return (int)n;
}

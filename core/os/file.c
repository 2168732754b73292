// SPDX-License-Identifier: MIT
/* file.c - whole files. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/fd.h"

/* --- reading --- */

static int open_to_read(int at, const char *path, int flags, struct err *e)
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	return fd;
}

int file_read(int at, const char *path, struct buf *b, size_t max,
	      struct err *e)
{
	FD_AUTO int fd = open_to_read(at, path, 0, e);
	size_t got = 0;
	char piece[4096];
	ssize_t r;

	if (fd < 0)
		return -1;
	while ((r = fd_read(fd, piece, sizeof(piece), e)) > 0) {
		got += (size_t)r;
		if (got > max)
			return err_set(e, EFBIG, "unable to read %s", path);
		if (buf_add(b, piece, (size_t)r) < 0)
			return err_nomem(e);
	}
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

ssize_t file_peek(int at, const char *path, void *p, size_t n, struct err *e)
{
	/* Small files are read by supervisors too: a FIFO must not block. */
	FD_AUTO int fd = open_to_read(at, path, O_NONBLOCK, e);
	ssize_t r;

	if (fd < 0)
		return -1;
	r = fd_read(fd, p, n, e);
	return r < 0 ? err_wrap(e, "%s", path) : r;
}

/* --- replacing --- */

/* Where the slash before the last part ends, as a length. */
static size_t dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* ".NAME.XXXXXX" beside path; a long NAME is cut. */
static int temp_name(char out[PATH_MAX], const char *path, struct err *e)
{
	size_t dir = dir_len(path);
	uint32_t mark;
	int n;

	if (getrandom(&mark, sizeof(mark), GRND_NONBLOCK) != sizeof(mark))
		mark = (uint32_t)clock_mono_ns() ^ (uint32_t)getpid() << 20;
	n = snprintf(out, PATH_MAX, "%.*s.%.200s.%06x", (int)dir, path,
		     path + dir, mark & 0xffffff);
	if (n >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "unable to write %s", path);
	return 0;
}

static int open_temp(int at, char temp[PATH_MAX], const char *path,
		     const struct file_how *how, struct err *e)
{
	int fd = -1;

	if (how->temp) {
		if (strlen(how->temp) >= PATH_MAX)
			return err_set(e, ENAMETOOLONG, "unable to write %s",
				       path);
		memcpy(temp, how->temp, strlen(how->temp) + 1);
		fd = openat(at, temp,
			    O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK |
				    O_CLOEXEC,
			    0600);
	}
	for (int i = 0; !how->temp && i < 100; i++) {
		if (temp_name(temp, path, e) < 0)
			return -1;
		fd = openat(at, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0600);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	if (fd < 0)
		return err_set(e, errno, "unable to create %s", temp);
	return fd;
}

/* Owner first: chown may take set-id bits away again. */
static int dress(int at, const char *path, int fd, const struct file_how *how,
		 struct err *e)
{
	struct stat old;
	bool asks = !(how->flags & FILE_MODE) || how->flags & FILE_KEEP_OWNER;
	bool was = asks &&
		   fstatat(at, path, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
		   S_ISREG(old.st_mode);
	mode_t mode = 0644;

	if (how->flags & FILE_OWNER) {
		if (fchown(fd, how->uid, how->gid) < 0)
			return err_set(e, errno, "unable to chown %s", path);
	} else if ((how->flags & FILE_KEEP_OWNER) && was) {
		(void)!fchown(fd, old.st_uid, old.st_gid);
	}
	if (how->flags & FILE_MODE)
		mode = how->mode;
	else if (was)
		mode = old.st_mode & 07777;
	if (fchmod(fd, mode) < 0)
		return err_set(e, errno, "unable to chmod %s", path);
	return 0;
}

int file_replace(int at, const char *path, const void *p, size_t n,
		 const struct file_how *how, struct err *e)
{
	static const struct file_how plain;
	char temp[PATH_MAX];
	int fd, r;

	if (!how)
		how = &plain;
	fd = open_temp(at, temp, path, how, e);
	if (fd < 0)
		return -1;
	r = dress(at, path, fd, how, e);
	if (r == 0 && fd_write(fd, p, n, e) < 0)
		r = err_wrap(e, "%s", path);
	if (r == 0 && (how->flags & FILE_SYNC) && fsync(fd) < 0)
		r = err_set(e, errno, "unable to sync %s", path);
	if (close(fd) < 0 && r == 0)
		r = err_set(e, errno, "unable to write %s", path);
	if (r == 0 && renameat(at, temp, at, path) < 0)
		r = err_set(e, errno, "unable to rename %s to %s", temp, path);
	if (r < 0)
		unlinkat(at, temp, 0);
	return r;
}

int file_overwrite(int at, const char *path, const void *p, size_t n,
		   struct err *e)
{
	int FD_AUTO fd = openat(at, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (fd_write(fd, p, n, e) < 0)
		return err_wrap(e, "%s", path);
	if (ftruncate(fd, (off_t)n) < 0 || fsync(fd) < 0)
		return err_set(e, errno, "unable to write %s", path);
	return 0;
}

int file_mkdirs(int at, const char *path, mode_t mode, struct err *e)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return err_set(e, ENAMETOOLONG, "unable to mkdir %s", path);
	for (size_t i = 1; i <= n; i++) {
		struct stat st;

		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(at, part, mode) == 0)
			continue;
		/* EROFS and EACCES may come before EEXIST. */
		if (fstatat(at, part, &st, 0) == 0 && S_ISDIR(st.st_mode))
			continue;
		mkdirat(at, part, mode);
		return err_set(e, errno, "unable to mkdir %s", part);
	}
	return 0;
}

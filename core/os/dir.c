// SPDX-License-Identifier: MIT
/* dir.c - getdents64(2) without the C library's allocation. */
#include "os/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux_dirent64, as the kernel writes it. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

int dir_open(struct dir *d, int at, const char *path, struct err *e)
{
	d->pos = d->len = 0;
	d->fd = openat(at, path ? path : ".",
		       O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		return err_set(e, errno, "unable to open directory %s",
			       path ? path : ".");
	return 0;
}

const char *dir_next(struct dir *d)
{
	for (;;) {
		struct entry *en;

		if (d->pos >= d->len) {
			long r = syscall(SYS_getdents64, d->fd, d->buf,
					 sizeof(d->buf));

			if (r == 0)
				errno = 0;
			if (r <= 0)
				return NULL;
			d->len = (unsigned)r;
			d->pos = 0;
		}
		en = (struct entry *)(void *)(d->buf + d->pos);
		d->pos += en->reclen;
		d->type = en->type;
		if (en->name[0] != '.' ||
		    (en->name[1] && (en->name[1] != '.' || en->name[2])))
			return en->name;
	}
}

void dir_close(struct dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

// SPDX-License-Identifier: MIT
/* mux_tail - followed files. Any event of inotify makes all of them be looked
 * at: they are few, and what an event meant does not matter then. A replaced
 * file is read on for a while, as its writer may not know yet. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logd/mux_inner.h"
#include "os/fd.h"

enum {
	OLD_MS = 2000,	/* how long a replaced file is read on */
	LOOK_MS = 1000, /* where nothing tells of changes */
};

static void read_on(struct source *s, struct input *in)
{
	struct mux *m = s->m;
	struct stat st;
	ssize_t n;

	if (in->fd < 0)
		return;
	if (fstat(in->fd, &st) == 0 && st.st_size < in->off) {
		mux_end(s, in);
		in->off = 0;
	}
	while ((n = pread(in->fd, m->chunk, sizeof(m->chunk), in->off)) > 0) {
		in->off += n;
		mux_feed(s, in, m->chunk, (size_t)n);
		mux_flush(m);
	}
}

static void shut(struct source *s, struct input *in)
{
	mux_end(s, in);
	if (in->watch >= 0)
		inotify_rm_watch(s->m->inotify, in->watch);
	in->watch = -1;
	fd_close(&in->fd);
}

/* Devices and pipes are none of ours: /dev/stdout is there already. */
static void open_file(struct source *s, bool at_end)
{
	const uint32_t what =
		IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
	struct input *in = &s->in;
	struct stat st;
	int fd = open(s->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return;
	}
	in->fd = fd;
	in->off = at_end ? st.st_size : 0;
	in->inode = st.st_ino;
	in->device = st.st_dev;
	in->watch = inotify_add_watch(s->m->inotify, s->path, what);
	if (in->watch < 0)
		mux_check_in(s->m, LOOK_MS);
}

static void watch_dir(struct source *s)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(s->path, '/');
	size_t n = slash == s->path ? 1 : (size_t)(slash - s->path);

	memcpy(dir, s->path, n);
	dir[n] = '\0';
	if (inotify_add_watch(s->m->inotify, dir,
			      IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
				      IN_DELETE) < 0)
		mux_check_in(s->m, LOOK_MS);
}

/* Another file has the name now, or none. */
static bool replaced(const struct source *s)
{
	struct stat st;

	return stat(s->path, &st) < 0 || st.st_ino != s->in.inode ||
	       st.st_dev != s->in.device;
}

static void look(struct source *s)
{
	int64_t now = clock_mono_ms();
	struct stat st;

	read_on(s, &s->old);
	read_on(s, &s->in);
	if (s->in.fd >= 0 && replaced(s)) {
		shut(s, &s->old);
		s->old = s->in;
		s->old_until = now + OLD_MS;
		s->in = (struct input){.fd = -1, .watch = -1};
	}
	if (s->in.fd < 0) {
		watch_dir(s);
		open_file(s, !s->m->started);
		read_on(s, &s->in);
	}
	/* a link's target may appear where nobody looks */
	if (s->in.fd < 0 && lstat(s->path, &st) == 0 && S_ISLNK(st.st_mode))
		mux_check_in(s->m, LOOK_MS);
	if (s->old.fd >= 0 && now >= s->old_until)
		shut(s, &s->old);
	if (s->old.fd >= 0)
		mux_check_in(s->m, s->old_until - now);
}

void mux_tail_close(struct source *s)
{
	shut(s, &s->old);
	shut(s, &s->in);
}

void mux_tails(struct mux *m)
{
	for (struct source *s = m->all; s; s = s->next)
		if (s->tail)
			look(s);
}

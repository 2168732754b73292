// SPDX-License-Identifier: MIT
/* view_file - `file`: read at first, then again whenever its size or time of
 * modification is another one (seen every two seconds). A file that is not
 * there ends the program, as the original does. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "os/file.h"
#include "render/runner.h"

enum { FILE_MAX = 256 << 20 };

struct file_own {
	struct loop_timer timer;
	bool read;
	off_t size;
	struct timespec mtime;
};

static void fail(struct view *v, const char *verb, int num)
{
	struct buf BUF_AUTO b = {0};

	buf_addf(&b, "%s %s: %s", verb, v->q->name, err_go(num));
	view_failed(v, buf_str(&b), true);
}

static void deliver(struct view *v)
{
	struct buf b = {0};
	struct view_news n = {.index = v->index + 1, .known_leader = true};
	struct err e;

	if (file_read(AT_FDCWD, v->q->name, &b, FILE_MAX, &e) < 0) {
		buf_free(&b);
		fail(v, e.num == EISDIR ? "read" : "open", e.num);
		return;
	}
	n.data = val_str(str_n(buf_str(&b), b.len));
	view_got(v, &n);
	buf_free(&b);
}

static void on_time(struct loop_timer *t)
{
	struct view *v = t->ctx;
	struct file_own *o = v->own;
	struct stat st;

	if (stat(v->q->name, &st) < 0) {
		fail(v, "stat", errno);
		return;
	}
	if (o->read && st.st_size == o->size &&
	    st.st_mtim.tv_sec == o->mtime.tv_sec &&
	    st.st_mtim.tv_nsec == o->mtime.tv_nsec) {
		loop_timer_set(v->r->loop, t, clock_mono_ms() + FILE_POLL_MS,
			       on_time, v);
		return;
	}
	o->read = true;
	o->size = st.st_size;
	o->mtime = st.st_mtim;
	deliver(v);
}

static void fetch(struct view *v)
{
	struct file_own *o = v->own;

	if (!o) {
		o = v->own = calloc(1, sizeof(*o));
		if (!o) {
			view_failed(v, "out of memory", true);
			return;
		}
	}
	loop_timer_set(v->r->loop, &o->timer,
		       clock_mono_ms() + (o->read ? FILE_POLL_MS : 0), on_time,
		       v);
}

static void cancel(struct view *v)
{
	struct file_own *o = v->own;

	if (o)
		loop_timer_unset(&o->timer);
	free(o);
	v->own = NULL;
}

const struct view_source view_file_source = {NULL, fetch, cancel};

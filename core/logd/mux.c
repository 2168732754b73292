// SPDX-License-Identifier: MIT
/* mux - the FIFOs and the loop; see the public header for what is on disk.
 *
 * A FIFO is opened for reading alone, so that the end of its last writer is
 * seen: a line without an end goes out then and is not glued to the first one
 * of the next start. It is opened anew before the old descriptor is closed, as
 * what a writer has left meanwhile would be lost with the last one. */
#include "logd/mux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logd/mux_inner.h"
#include "os/dir.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/signal.h"
#include "s6/numfile.h"

enum {
	SOURCES = 2048,
	TURN_READS = 8,	       /* of one FIFO, before the others' turn */
	LAST_READS = 4096,     /* at the end: a writer may never stop */
	TAILS_MAX = 16 * 1024, /* bytes of policy/tail */
};

#define LOGS ".init/log"

/* --- FIFOs --- */

static int open_fifo(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void on_fifo(struct loop_fd *w, uint32_t events);

static void shut_fifo(struct source *s)
{
	loop_unwatch(&s->w);
	mux_end(s, &s->in);
	fd_close(&s->in.fd);
}

/* Takes fd over; one that cannot be watched is given up until the next scan. */
static void watch_fifo(struct source *s, int fd)
{
	struct err e;

	s->in.fd = fd;
	if (fd >= 0 &&
	    loop_watch(&s->m->loop, &s->w, fd, EPOLLIN, on_fifo, s, &e) < 0) {
		say_warn("%s: %s", s->path, e.text);
		fd_close(&s->in.fd);
	}
}

/* At most so many chunks; true: its last writer has gone. */
static bool read_fifo(struct source *s, int most)
{
	struct mux *m = s->m;

	while (most-- > 0) {
		ssize_t n = read(s->in.fd, m->chunk, sizeof(m->chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		mux_feed(s, &s->in, m->chunk, (size_t)n);
		mux_flush(m);
	}
	return false;
}

static void on_fifo(struct loop_fd *w, uint32_t events UNUSED)
{
	struct source *s = w->ctx;
	int fd;

	if (!read_fifo(s, TURN_READS))
		return;
	fd = open_fifo(s->path);
	shut_fifo(s);
	mux_flush(s->m);
	watch_fifo(s, fd);
}

/* --- what there is --- */

static struct source *find(const struct mux *m, const char *path)
{
	struct source *s = m->all;

	while (s && strcmp(s->path, path))
		s = s->next;
	return s;
}

/* What the service says of its lines, else what was said of all. */
static void read_policy(struct source *s)
{
	char file[PATH_MAX + NAME_MAX + 32], word[16];
	const struct mux_opts *o = s->m->o;
	int format = -1;
	ssize_t n;

	s->rate = o->rate;
	snprintf(file, sizeof(file), "%s/%s/policy/log-rate", o->scandir,
		 s->name);
	if (s6_numfile(AT_FDCWD, file, &s->rate, NULL) < 0)
		say_warn("invalid %s", file);
	snprintf(file, sizeof(file), "%s/%s/policy/log", o->scandir, s->name);
	n = file_peek(AT_FDCWD, file, word, sizeof(word) - 1, NULL);
	if (n > 0) {
		word[n] = '\0';
		word[strcspn(word, "\n")] = '\0';
		format = mux_format(word);
	}
	s->format = format < 0 ? o->format : (enum mux_format)format;
}

/* The source of this path, made if it is new (*made). NULL: too many. */
static struct source *source(struct mux *m, const char *name, const char *path,
			     bool *made)
{
	struct source *s = find(m, path), **p = &m->all;
	size_t n = 0;

	*made = !s;
	if (!s) {
		for (; *p && n < SOURCES; n++)
			p = &(*p)->next;
		if (*p || !(s = calloc(1, sizeof(*s))))
			return NULL;
		*s = (struct source){.m = m,
				     .in = {.fd = -1, .watch = -1},
				     .old = {.fd = -1, .watch = -1}};
		*p = s;
		snprintf(s->path, sizeof(s->path), "%s", path);
		snprintf(s->name, sizeof(s->name), "%s", name);
	}
	s->seen = true;
	read_policy(s);
	return s;
}

static void add_fifo(struct mux *m, const char *entry)
{
	char path[PATH_MAX], name[NAME_MAX + 1];
	struct source *s;
	char *colon;
	bool made;

	if (snprintf(path, sizeof(path), "%s/" LOGS "/%s", m->o->scandir,
		     entry) >= (int)sizeof(path))
		return;
	snprintf(name, sizeof(name), "%s", entry);
	colon = strrchr(name, ':');
	if (colon && !strcmp(colon, ":err"))
		*colon = '\0';
	else
		colon = NULL;
	s = source(m, name, path, &made);
	if (!s)
		return;
	s->to_err = colon;
	if (s->in.fd < 0)
		watch_fifo(s, open_fifo(path));
}

static void add_tails(struct mux *m, const char *name)
{
	BUF_AUTO struct buf b = {0};
	char path[PATH_MAX];
	struct str rest, line;
	bool made;

	if (snprintf(path, sizeof(path), "%s/%s/policy/tail", m->o->scandir,
		     name) >= (int)sizeof(path) ||
	    file_read(AT_FDCWD, path, &b, TAILS_MAX, NULL) < 0)
		return;
	rest = str_n(b.p, b.len);
	while (str_split(&rest, '\n', &line)) {
		struct source *s;

		if (!line.n || line.n >= sizeof(path) || *line.p != '/')
			continue;
		memcpy(path, line.p, line.n);
		path[line.n] = '\0';
		s = source(m, name, path, &made);
		if (s)
			s->tail = true;
	}
}

static void each(struct mux *m, const char *sub,
		 void (*fn)(struct mux *m, const char *name))
{
	char path[PATH_MAX + sizeof(LOGS) + 1];
	const char *name;
	struct dir d;

	snprintf(path, sizeof(path), "%s/%s", m->o->scandir, sub);
	if (dir_open(&d, AT_FDCWD, path, NULL) < 0)
		return;
	while ((name = dir_next(&d)))
		if (name[0] != '.')
			fn(m, name);
	dir_close(&d);
}

static void drop_unseen(struct mux *m)
{
	for (struct source **p = &m->all; *p;) {
		struct source *s = *p;

		if (s->seen) {
			s->seen = false;
			p = &s->next;
			continue;
		}
		if (s->tail) {
			mux_tail_close(s);
		} else if (s->in.fd >= 0) {
			read_fifo(s, LAST_READS);
			shut_fifo(s);
		}
		mux_report(s);
		*p = s->next;
		free(s);
	}
	mux_flush(m);
}

static void scan(struct mux *m)
{
	each(m, LOGS, add_fifo);
	each(m, "", add_tails);
	drop_unseen(m);
	mux_tails(m);
}

/* --- the loop --- */

/* A new FIFO, or (more often) something about a file. */
static void on_inotify(struct loop_fd *w, uint32_t events UNUSED)
{
	struct mux *m = w->ctx;
	char b[4096] __attribute__((aligned(8)));
	bool fresh = false;
	ssize_t n;

	while ((n = read(w->fd, b, sizeof(b))) > 0)
		for (ssize_t i = 0; i < n;) {
			const struct inotify_event *x = (const void *)(b + i);

			fresh |= x->wd == m->logs || x->mask & IN_Q_OVERFLOW;
			i += (ssize_t)(sizeof(*x) + x->len);
		}
	if (fresh)
		scan(m);
	else
		mux_tails(m);
}

static void on_check(struct loop_timer *t)
{
	struct mux *m = t->ctx;

	for (struct source *s = m->all; s; s = s->next)
		mux_report(s);
	mux_flush(m);
	mux_tails(m);
}

void mux_check_in(struct mux *m, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;

	if (!loop_timer_is_set(&m->check) || m->check.at > at)
		loop_timer_set(&m->loop, &m->check, at, on_check, m);
}

static void on_signal(void *ctx, int sig)
{
	struct mux *m = ctx;

	if (sig == SIGHUP)
		scan(m);
	else
		loop_stop(&m->loop);
}

static int open_all(struct mux *m, struct signals *sig, struct err *e)
{
	static const int list[] = {SIGTERM, SIGINT, SIGHUP, 0};
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/" LOGS, m->o->scandir) >=
	    (int)sizeof(path))
		return err_set(e, ENAMETOOLONG, "%s", m->o->scandir);
	signal_no_pipe();
	if (loop_init(&m->loop, e) < 0 ||
	    signals_open(sig, &m->loop, list, on_signal, m, e) < 0 ||
	    file_mkdirs(AT_FDCWD, path, 0755, e) < 0)
		return -1;
	m->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	m->logs = inotify_add_watch(m->inotify, path, IN_CREATE | IN_MOVED_TO);
	if (m->logs < 0)
		say_warnsys(errno, "unable to watch %s", path);
	if (m->inotify >= 0 && loop_watch(&m->loop, &m->w, m->inotify, EPOLLIN,
					  on_inotify, m, e) < 0)
		return -1;
	scan(m);
	m->started = true;
	fd = s6_notify_fd();
	if (fd >= 0) {
		(void)!write(fd, "\n", 1);
		close(fd);
	}
	return 0;
}

int mux_run(const struct mux_opts *o, struct err *e)
{
	struct mux *m = calloc(1, sizeof(*m));
	struct signals sig = {0};
	int r;

	if (!m)
		return err_nomem(e);
	m->o = o;
	r = open_all(m, &sig, e);
	if (r == 0)
		r = loop_run(&m->loop, e);
	/* nothing is seen any more: everything is read to its end */
	if (r == 0) {
		mux_tails(m);
		drop_unseen(m);
	}
	free(m);
	return r;
}

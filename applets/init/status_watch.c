// SPDX-License-Identifier: MIT
/* status_watch - sleeps until an event of a service comes, the scandir gets or
 * loses an entry, or a view in the runtime directory is replaced. Where
 * nothing can be hung up (another user's services), it looks each second. */
#include "status_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/loop.h"
#include "os/signal.h"
#include "survey.h"

enum { SETTLE = 20, SECOND = 1000, LISTENERS = 512 };

struct listener {
	struct s6_listen l;
	struct loop_fd w;
	char name[NAME_MAX + 1];
	bool seen;
	struct listener *next;
};

struct watch {
	struct loop loop;
	struct loop_fd dir;
	struct loop_timer draw;
	const char *scandir;
	char *const *names;
	bool json, terminal, colour;
	bool deaf; /* something cannot be listened to */
	struct listener *all;
	size_t n;
	struct buf last; /* what was shown */
};

static void on_draw(struct loop_timer *t);

static void soon(struct watch *w, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;

	if (!loop_timer_is_set(&w->draw) || w->draw.at > at)
		loop_timer_set(&w->loop, &w->draw, at, on_draw, w);
}

/* What was said does not matter: everything is read again. */
static void on_event(struct loop_fd *f, uint32_t events UNUSED)
{
	char b[4096];

	while (read(f->fd, b, sizeof(b)) > 0)
		;
	soon(f->ctx, SETTLE);
}

static struct listener *listener_of(struct watch *w, const char *name)
{
	struct listener *l = w->all;

	while (l && strcmp(l->name, name))
		l = l->next;
	return l;
}

static void listen_to(struct watch *w, const char *name)
{
	char dir[PATH_MAX + NAME_MAX + 2], path[PATH_MAX];
	struct listener *l = listener_of(w, name);
	struct err e;

	if (l) {
		l->seen = true;
		return;
	}
	snprintf(dir, sizeof(dir), "%s/%s", w->scandir, name);
	l = w->n < LISTENERS ? calloc(1, sizeof(*l)) : NULL;
	if (!l || s6_place(path, dir, S6_EVENT, NULL) < 0 ||
	    s6_listen_open(&l->l, path, NULL) < 0) {
		free(l);
		w->deaf = true;
		return;
	}
	if (loop_watch(&w->loop, &l->w, l->l.fd, EPOLLIN, on_event, w, &e) < 0) {
		s6_listen_close(&l->l);
		free(l);
		w->deaf = true;
		return;
	}
	l->seen = true;
	memcpy(l->name, name, strnlen(name, NAME_MAX));
	l->next = w->all;
	w->all = l;
	w->n++;
	/* what happened between the reading and the listening */
	soon(w, SETTLE);
}

static void drop(struct watch *w, bool every)
{
	for (struct listener **p = &w->all; *p;) {
		struct listener *l = *p;

		if (l->seen && !every) {
			l->seen = false;
			p = &l->next;
			continue;
		}
		loop_unwatch(&l->w);
		s6_listen_close(&l->l);
		*p = l->next;
		free(l);
		w->n--;
	}
}

/* Lines of b that were not in what was shown before. */
static void put_changed(const struct watch *w, const struct buf *b,
			struct buf *out)
{
	struct str rest = str_n(b->p, b->len), line;

	while (str_split(&rest, '\n', &line)) {
		struct str old = str_n(w->last.p, w->last.len), was;
		bool same = !line.n;

		while (!same && str_split(&old, '\n', &was))
			same = str_eq(line, was);
		if (same)
			continue;
		buf_add(out, line.p, line.n);
		buf_addc(out, '\n');
	}
}

static void show(struct watch *w, const struct survey *v)
{
	BUF_AUTO struct buf b = {0};
	BUF_AUTO struct buf out = {0};

	if (w->json)
		survey_json(v, w->names, &b);
	else
		survey_table(v, w->names, w->colour, w->terminal, &b);
	if (w->terminal && !w->json) {
		buf_adds(&out, "\033[H\033[J");
		buf_add(&out, b.p, b.len);
	} else {
		put_changed(w, &b, &out);
	}
	if (out.len && fd_write(1, out.p, out.len, NULL) < 0)
		loop_stop(&w->loop);
	buf_free(&w->last);
	w->last = b;
	b = (struct buf){0};
}

static void on_draw(struct loop_timer *t)
{
	struct watch *w = t->ctx;
	struct survey v;
	struct err e;

	w->deaf = false;
	if (survey_load(&v, w->scandir, &e) < 0) {
		say_fatal("%s", e.text);
		loop_stop(&w->loop);
		return;
	}
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i].supervised)
			listen_to(w, v.s[i].name);
		else if (v.s[i].type != SURVEY_BUNDLE)
			w->deaf = true; /* nothing tells when it is taken up */
	drop(w, false);
	show(w, &v);
	survey_free(&v);
	if (w->deaf || w->terminal)
		soon(w, SECOND);
}

static void on_signal(void *ctx, int sig UNUSED)
{
	loop_stop(ctx);
}

/* Changes of the two directories themselves. */
static int watch_dirs(struct watch *w, struct err *e)
{
	const uint32_t what = IN_CREATE | IN_DELETE | IN_MOVED_TO;
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char runtime[PATH_MAX], notify[PATH_MAX + 16];

	if (fd < 0)
		return err_set(e, errno, "unable to watch");
	inotify_add_watch(fd, w->scandir, what);
	if (runtime_dir(runtime, false, NULL) == 0) {
		inotify_add_watch(fd, runtime, what);
		snprintf(notify, sizeof(notify), "%s/notify", runtime);
		inotify_add_watch(fd, notify, what);
	}
	return loop_watch(&w->loop, &w->dir, fd, EPOLLIN, on_event, w, e);
}

int status_watch(const char *scandir, char *const *names, bool json,
		 bool terminal, bool colour)
{
	static const int list[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, 0};
	struct watch w = {.scandir = scandir,
			  .names = names,
			  .json = json,
			  .terminal = terminal,
			  .colour = colour};
	struct signals sig = {0};
	struct err e;

	signal_no_pipe();
	if (loop_init(&w.loop, &e) < 0 ||
	    signals_open(&sig, &w.loop, list, on_signal, &w.loop, &e) < 0)
		die(111, "%s", e.text);
	if (watch_dirs(&w, &e) < 0)
		say_warn("%s", e.text);
	soon(&w, 0);
	if (loop_run(&w.loop, &e) < 0)
		die(111, "%s", e.text);
	drop(&w, true);
	return 0;
}

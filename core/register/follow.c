// SPDX-License-Identifier: MIT
/* follow - readiness coupling: the service directory's fifodir says when the
 * process came up, got ready and died; its status says how. Subscribed before
 * the status is read, so nothing falls between. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "register/engine.h"

enum { RETRY_MS = 1000 };

static void follow_open(struct follow *f);

static void again(struct loop_timer *t)
{
	follow_open(t->ctx);
}

static void death_text(char *out, size_t n, int wstat)
{
	if (WIFSIGNALED(wstat))
		snprintf(out, n, "killed by SIG%s", sig_name(WTERMSIG(wstat)));
	else
		snprintf(out, n, "exited %d", WEXITSTATUS(wstat));
}

static void say(struct follow *f, bool up, bool ready)
{
	char text[64], path[PATH_MAX];
	struct s6_status st;

	if (up && (ready || !f->needs_ready)) {
		f->fn(f->ctx, FOLLOW_READY, "");
		return;
	}
	if (up) {
		f->fn(f->ctx, FOLLOW_STARTED, "started, not ready yet");
		return;
	}
	if (s6_place(path, f->dir, S6_STATUS, NULL) < 0 ||
	    s6_status_read(AT_FDCWD, path, &st, NULL) < 0) {
		f->fn(f->ctx, FOLLOW_DIED, "its state cannot be read");
		return;
	}
	death_text(text, sizeof(text), st.wstat);
	if (!st.want_up)
		f->fn(f->ctx, FOLLOW_STOPPED, text);
	else if (s6_status_fresh(&st))
		f->fn(f->ctx, FOLLOW_STARTED, "not started yet");
	else
		f->fn(f->ctx, FOLLOW_DIED, text);
}

static void on_events(struct loop_fd *w, uint32_t events)
{
	struct follow *f = w->ctx;
	char buf[64];
	ssize_t n;

	(void)events;
	while ((n = s6_listen_read(&f->w.ev, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			s6_watch_byte(&f->w, buf[i]);
			/* D after d changes nothing for us */
			if (buf[i] == S6_EV_UP || buf[i] == S6_EV_READY ||
			    buf[i] == S6_EV_DOWN)
				say(f, f->w.up, f->w.ready);
		}
		if (f->w.left) { /* another supervisor may come */
			follow_stop(f);
			loop_timer_set(f->loop, &f->retry,
				       clock_mono_ms() + RETRY_MS, again, f);
			return;
		}
	}
}

static void follow_open(struct follow *f)
{
	char path[PATH_MAX + 24];
	struct err e;

	if (s6_watch_open(&f->w, f->dir, &e) < 0) {
		if (e.num == EACCES && ++f->refused == 2)
			log_warn("register", "%s", e.text);
		loop_timer_set(f->loop, &f->retry, clock_mono_ms() + RETRY_MS,
			       again, f);
		return;
	}
	if (loop_watch(f->loop, &f->fd, f->w.ev.fd, EPOLLIN, on_events, f, &e) <
	    0) {
		s6_watch_close(&f->w);
		log_warn("register", "%s: %s", f->dir, e.text);
		loop_timer_set(f->loop, &f->retry, clock_mono_ms() + RETRY_MS,
			       again, f);
		return;
	}
	f->open = true;
	snprintf(path, sizeof(path), "%s/notification-fd", f->dir);
	f->needs_ready = access(path, F_OK) == 0;
	say(f, f->w.up, f->w.ready);
}

bool follow_start(struct follow *f, struct loop *l, const char *scandir,
		  const char *name, follow_fn *fn, void *ctx)
{
	struct stat st;

	*f = (struct follow){.loop = l, .fn = fn, .ctx = ctx};
	if (strchr(name, '/') || name[0] == '.' ||
	    (size_t)snprintf(f->dir, sizeof(f->dir), "%s/%s", scandir, name) >=
		    sizeof(f->dir))
		return false;
	if (stat(f->dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	follow_open(f);
	return true;
}

void follow_stop(struct follow *f)
{
	loop_timer_unset(&f->retry);
	if (!f->open)
		return;
	loop_unwatch(&f->fd);
	s6_watch_close(&f->w);
	f->open = false;
}

// SPDX-License-Identifier: MIT
/* sv_wait - a loop of poll(2) over the listeners, a signalfd and a deadline. */
#include "sv_wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "s6.h"

struct service {
	struct s6_watch w;
	bool done;
};

struct sv_waiter {
	size_t n;
	int failed;
	struct service *sv;
	struct pollfd *x; /* x[0] is the signalfd */
};

void sv_wait_close(struct sv_waiter *w)
{
	for (size_t i = 0; i < w->n; i++)
		s6_watch_close(&w->sv[i].w);
	free(w->sv);
	free(w->x);
	free(w);
}

struct sv_waiter *sv_wait_open(char *const *dirs, size_t n)
{
	struct sv_waiter *w = calloc(1, sizeof *w);
	struct err e;

	if (w) {
		w->sv = calloc(n ? n : 1, sizeof *w->sv);
		w->x = calloc(n + 1, sizeof *w->x);
	}
	if (!w || !w->sv || !w->x)
		die_sys(111, ENOMEM, "unable to wait");
	for (; w->n < n; w->n++)
		if (s6_watch_open(&w->sv[w->n].w, dirs[w->n], &e) < 0) {
			sv_wait_close(w);
			die(111, "%s", e.text);
		}
	return w;
}

/* The state that is waited for now: "over" and "ready" need the second bit. */
struct target {
	bool up;
	bool ready;
};

static bool reached(const struct s6_watch *w, struct target t)
{
	return w->up == t.up && (!t.ready || w->ready);
}

static size_t done(const struct sv_waiter *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->sv[i].done;
	return n;
}

/* A service that has failed for good, or whose supervisor is gone, counts as
 * done: the others can still be waited for. */
static void feed(struct sv_waiter *w, struct service *s, struct target t,
		 char c)
{
	bool there = reached(&s->w, t);

	s6_watch_byte(&s->w, c);
	if ((c == S6_EV_FAILED && t.up) || (c == S6_EV_LEFT && !there)) {
		s->done = true;
		w->failed++;
	} else if (reached(&s->w, t)) {
		s->done = true;
	}
}

static void read_events(struct sv_waiter *w, struct service *s,
			struct target t)
{
	char b[256];
	ssize_t n;

	while ((n = s6_listen_read(&s->w.ev, b, sizeof b)) > 0)
		for (ssize_t i = 0; i < n && !s->done; i++)
			feed(w, s, t, b[i]);
}

/* Children that were started before are reaped; a signal that ends us does so
 * after the listeners are taken down. */
static void take_signal(struct sv_waiter *w, int fd)
{
	struct signalfd_siginfo si;
	int sig;

	if (read(fd, &si, sizeof si) != sizeof si)
		return;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	sig = (int)si.ssi_signo;
	if (sig == SIGCHLD)
		return;
	sv_wait_close(w);
	signal(sig, SIG_DFL);
	raise(sig);
	sigset_t all;
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	_exit(111);
}

static int open_signals(void)
{
	static const int list[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(list); i++)
		sigaddset(&set, list[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void wait_turn(struct sv_waiter *w, struct target t, int64_t deadline)
{
	int64_t left = -1;

	if (deadline != CLOCK_NEVER) {
		left = deadline - clock_mono_ms();
		if (left <= 0) {
			sv_wait_close(w);
			die(99, "timed out");
		}
	}
	for (size_t i = 0; i < w->n; i++)
		w->x[i + 1] = (struct pollfd){
			w->sv[i].done ? -1 : w->sv[i].w.ev.fd, POLLIN, 0};
	if (poll(w->x, w->n + 1, left > INT32_MAX ? INT32_MAX : (int)left) < 0)
		return;
	if (w->x[0].revents)
		take_signal(w, w->x[0].fd);
	for (size_t i = 0; i < w->n; i++)
		if (w->x[i + 1].revents)
			read_events(w, &w->sv[i], t);
}

/* Until one or all are there. */
static void wait_for(struct sv_waiter *w, struct target t, bool any,
		     int64_t deadline)
{
	size_t want = any && w->n ? 1 : w->n;

	for (size_t i = 0; i < w->n; i++)
		w->sv[i].done = w->sv[i].done || reached(&w->sv[i].w, t);
	while (done(w) < want)
		wait_turn(w, t, deadline);
}

int sv_wait(struct sv_waiter *w, const struct sv_goal *g)
{
	int64_t deadline =
		g->timeout ? clock_mono_ms() + g->timeout : CLOCK_NEVER;
	bool restart = g->state == 'r' || g->state == 'R';
	struct target t = {
		.up = g->state != 'd' && g->state != 'D',
		.ready = g->state == 'U' || g->state == 'D' || g->state == 'R',
	};

	w->x[0] = (struct pollfd){open_signals(), POLLIN, 0};
	if (restart) {
		wait_for(w, (struct target){false, g->over}, false, deadline);
		/* what failed meanwhile will not come up */
		for (size_t i = 0; i < w->n; i++) {
			w->sv[i].done = w->sv[i].w.failed || w->sv[i].w.left;
			w->failed += w->sv[i].done && !w->sv[i].w.left;
		}
	}
	wait_for(w, t, g->any && !restart, deadline);
	int failed = w->failed;
	close(w->x[0].fd);
	sv_wait_close(w);
	return failed;
}

int sv_wait_exit(int failed)
{
	if (failed)
		say_fatal("some services reported permanent failure or their "
			  "supervisor died");
	return failed;
}

// SPDX-License-Identifier: MIT
/* ev_wait - a loop of poll(2) over the listeners, a signalfd and a deadline. */
#include "ev_wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

void ev_open(struct ev_set *s, size_t n, ev_feed *feed, void *ctx)
{
	*s = (struct ev_set){.n = n, .feed = feed, .ctx = ctx};
	s->items = calloc(n ? n : 1, sizeof *s->items);
	if (!s->items)
		die_sys(111, ENOMEM, "unable to wait");
}

void ev_close(struct ev_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].l)
			s6_listen_close(s->items[i].l);
	free(s->items);
	s->items = NULL;
	s->n = 0;
}

int64_t ev_deadline(uint32_t timeout)
{
	return timeout ? clock_mono_ms() + timeout : CLOCK_NEVER;
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Children that were started before are reaped; a signal that ends us does so
 * after the listeners are taken down. */
static void take_signal(struct ev_set *s)
{
	struct signalfd_siginfo si;
	sigset_t none;

	if (read(s->signals, &si, sizeof si) != sizeof si)
		return;
	reap();
	if (si.ssi_signo == SIGCHLD)
		return;
	ev_close(s);
	signal((int)si.ssi_signo, SIG_DFL);
	raise((int)si.ssi_signo);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	_exit(111);
}

static void open_signals(struct ev_set *s)
{
	static const int list[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(list); i++)
		sigaddset(&set, list[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	reap();
}

/* A byte at a time: what comes after the one that is waited for stays in the
 * FIFO for the next wait (a restart can be "dDu" in one piece). */
static void read_events(struct ev_set *s, size_t i)
{
	struct ev_item *x = &s->items[i];
	char c;

	while (!x->done && s6_listen_read(x->l, &c, 1) > 0)
		x->done = s->feed(s->ctx, i, c);
}

static bool reached(const struct ev_set *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->items[i].done;
	return n >= (s->any && s->n ? 1 : s->n);
}

/* One wait; x has room for all listeners and the signalfd. */
static void turn(struct ev_set *s, struct pollfd *x, int64_t left)
{
	x[s->n] = (struct pollfd){s->signals, POLLIN, 0};
	for (size_t i = 0; i < s->n; i++)
		x[i] = (struct pollfd){
			s->items[i].done ? -1 : s->items[i].l->fd, POLLIN, 0};
	if (poll(x, s->n + 1, left > INT32_MAX ? INT32_MAX : (int)left) < 0)
		return;
	if (x[s->n].revents)
		take_signal(s);
	for (size_t i = 0; i < s->n; i++)
		if (x[i].revents)
			read_events(s, i);
}

int ev_wait(struct ev_set *s, int64_t deadline)
{
	struct pollfd *x = calloc(s->n + 1, sizeof *x);
	int r = 0;

	if (!x)
		die_sys(111, ENOMEM, "unable to wait");
	if (!s->signals)
		open_signals(s);
	while (!reached(s)) {
		int64_t left = -1;

		if (deadline != CLOCK_NEVER) {
			left = deadline - clock_mono_ms();
			if (left <= 0) {
				r = -1;
				break;
			}
		}
		turn(s, x, left);
	}
	free(x);
	return r;
}

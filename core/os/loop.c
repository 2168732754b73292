// SPDX-License-Identifier: MIT
/* loop.c - epoll for descriptors, a pairing heap of intrusive timers for
 * deadlines. epoll_event.data.ptr is the watch; a removed watch is struck out
 * of the batch that is being worked on. */
#include "os/loop.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* --- the heap: smallest `at` first. prev is the left sibling, or the parent
 * of a first child, or NULL at the root. --- */

static struct loop_timer *meld(struct loop_timer *a, struct loop_timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		struct loop_timer *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* Two passes over a list of siblings: melds pairs from the left, then the
 * pairs from the right. */
static struct loop_timer *meld_list(struct loop_timer *t)
{
	struct loop_timer *pairs = NULL, *all = NULL;

	while (t) {
		struct loop_timer *a = t, *b = t->next;

		t = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct loop_timer *a = pairs;

		pairs = a->next;
		a->next = NULL;
		all = meld(all, a);
	}
	return all;
}

static void heap_remove(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *below = meld_list(t->child);

	if (t == l->heap) {
		l->heap = below;
	} else {
		if (t->prev->child == t)
			t->prev->child = t->next;
		else
			t->prev->next = t->next;
		if (t->next)
			t->next->prev = t->prev;
		l->heap = meld(l->heap, below);
	}
	t->child = t->next = t->prev = NULL;
}

/* Out of the list of timers that are about to be called. */
static void due_remove(struct loop *l, struct loop_timer *t)
{
	*(t->prev ? &t->prev->next : &l->due) = t->next;
	*(t->next ? &t->next->prev : &l->due_last) = t->prev;
	t->next = t->prev = NULL;
	t->due = false;
}

void loop_timer_unset(struct loop_timer *t)
{
	struct loop *l = t->loop;

	if (!l)
		return;
	if (t->due)
		due_remove(l, t);
	else
		heap_remove(l, t);
	t->loop = NULL;
}

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at,
		    loop_timer_fn *fn, void *ctx)
{
	loop_timer_unset(t);
	if (at == CLOCK_NEVER)
		return;
	*t = (struct loop_timer){.loop = l, .at = at, .fn = fn, .ctx = ctx};
	l->heap = meld(l->heap, t);
}

/* --- descriptors --- */

int loop_watch(struct loop *l, struct loop_fd *w, int fd, uint32_t events,
	       loop_fd_fn *fn, void *ctx, struct err *e)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_set(e, errno, "unable to watch descriptor %d", fd);
	w->loop = l;
	w->fd = fd;
	w->fn = fn;
	w->ctx = ctx;
	l->watches++;
	return 0;
}

int loop_rewatch(struct loop_fd *w, uint32_t events, struct err *e)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	if (epoll_ctl(w->loop->epfd, EPOLL_CTL_MOD, w->fd, &ev) < 0)
		return err_set(e, errno, "unable to watch descriptor %d",
			       w->fd);
	return 0;
}

void loop_unwatch(struct loop_fd *w)
{
	struct loop *l = w->loop;

	if (!l)
		return;
	epoll_ctl(l->epfd, EPOLL_CTL_DEL, w->fd, NULL);
	l->watches--;
	w->loop = NULL;
	for (int i = 0; i < l->batch_n; i++)
		if (l->batch[i].data.ptr == w)
			l->batch[i].data.ptr = NULL;
}

/* --- turns --- */

int loop_init(struct loop *l, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->now = clock_mono_ms();
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0)
		return err_set(e, errno, "unable to create an event loop");
	return 0;
}

void loop_free(struct loop *l)
{
	if (l->epfd >= 0)
		close(l->epfd);
	l->epfd = -1;
	l->heap = NULL;
}

/* Milliseconds to sleep, as epoll_wait takes them. */
static int patience(struct loop *l, int64_t until)
{
	int64_t left;

	if (l->heap && l->heap->at < until)
		until = l->heap->at;
	if (until == CLOCK_NEVER)
		return -1;
	if (until <= l->now)
		return 0;
	left = until - clock_mono_ms();
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* The urgent ones first; each slot is emptied before its callback runs, so
 * that a watch that is freed and made anew there is not mistaken for it. */
static void dispatch(struct loop *l, bool urgent)
{
	for (int i = 0; i < l->batch_n; i++) {
		struct loop_fd *w = l->batch[i].data.ptr;

		if (!w || (urgent && !w->urgent))
			continue;
		l->batch[i].data.ptr = NULL;
		w->fn(w, l->batch[i].events);
	}
}

/* Timers that are due now. They leave the heap for a list first: one that a
 * callback sets anew waits for the next turn, and descriptors never starve. */
static void run_timers(struct loop *l)
{
	struct loop_timer *t, **end = &l->due;

	l->now = clock_mono_ms();
	while ((t = l->heap) && t->at <= l->now) {
		heap_remove(l, t);
		t->due = true;
		t->prev = l->due_last;
		*end = t;
		end = &t->next;
		l->due_last = t;
	}
	while ((t = l->due)) {
		loop_timer_unset(t);
		t->fn(t);
	}
}

int loop_turn(struct loop *l, int64_t until, struct err *e)
{
	struct epoll_event batch[LOOP_BATCH];
	int n;

	n = epoll_wait(l->epfd, batch, LOOP_BATCH, patience(l, until));
	if (n < 0 && errno != EINTR)
		return err_set(e, errno, "unable to wait for events");
	l->now = clock_mono_ms();
	l->turn++;
	l->batch = batch;
	l->batch_n = n < 0 ? 0 : n;
	dispatch(l, true);
	dispatch(l, false);
	l->batch_n = 0;
	l->batch = NULL;
	run_timers(l);
	return 0;
}

int loop_run(struct loop *l, struct err *e)
{
	l->stopped = false;
	while (!l->stopped)
		if (loop_turn(l, CLOCK_NEVER, e) < 0)
			return -1;
	return 0;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

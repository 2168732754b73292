// SPDX-License-Identifier: MIT
/* loop - one thread waits for descriptors and deadlines. Watches and timers are
 * structs inside their owner's structs: setting them up allocates nothing and
 * a timer cannot fail. With nothing to do the process sleeps without end.
 *
 * A callback may add, change and remove any watch or timer, its own included,
 * and free what holds it: an event that was already fetched for a removed
 * watch is dropped. One turn is: fetch events, urgent watches, the other
 * watches, then the timers that are due. */
#ifndef BASEBOX_OS_LOOP_H
#define BASEBOX_OS_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"

struct loop;
struct loop_fd;
struct loop_timer;

/* events: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR ... as epoll_wait(2). */
typedef void loop_fd_fn(struct loop_fd *w, uint32_t events);
typedef void loop_timer_fn(struct loop_timer *t);

/* A watched descriptor. Zeroed = not watched. The fields are for reading. */
struct loop_fd {
	struct loop *loop; /* NULL while not watched */
	int fd;
	bool urgent;       /* may be set by the owner: first in its turn */
	loop_fd_fn *fn;
	void *ctx;
};

/* A deadline. Zeroed = not set. */
struct loop_timer {
	struct loop *loop; /* NULL while not set */
	int64_t at;        /* ms on the monotonic clock */
	loop_timer_fn *fn;
	void *ctx;
	struct loop_timer *child, *next, *prev; /* of the heap */
	bool due; /* in the list of those that are about to be called */
};

enum { LOOP_BATCH = 32 };

struct loop {
	int epfd;
	bool stopped;
	unsigned turn; /* how many there were; wraps */
	int64_t now; /* clock_mono_ms() when this turn's events came */
	struct loop_timer *heap;
	struct loop_timer *due, *due_last;
	struct epoll_event *batch; /* of the running turn, or NULL */
	int batch_n;
	size_t watches; /* how many descriptors are watched */
};

int loop_init(struct loop *l, struct err *e) MUST_USE;
/* Closes its descriptor; watches and timers are simply forgotten. */
void loop_free(struct loop *l);

/* Watches fd for these events (level-triggered; 0 = only HUP and ERR) until
 * loop_unwatch. A descriptor can be watched once, regular files cannot
 * (EPERM). The descriptor stays the caller's: unwatch before closing it. */
int loop_watch(struct loop *l, struct loop_fd *w, int fd, uint32_t events,
	       loop_fd_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Other events for the same watch. */
int loop_rewatch(struct loop_fd *w, uint32_t events, struct err *e) MUST_USE;
/* Does nothing when it is not watched. */
void loop_unwatch(struct loop_fd *w);

/* Calls fn once when clock_mono_ms() >= at; a timer that is set already is
 * moved. at <= now: at the end of this turn. at = CLOCK_NEVER: unset. */
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at,
		    loop_timer_fn *fn, void *ctx);
/* Does nothing when it is not set. */
void loop_timer_unset(struct loop_timer *t);
static inline bool loop_timer_is_set(const struct loop_timer *t)
{
	return t->loop != NULL;
}

/* Runs turns until loop_stop. -1 only when epoll itself fails. */
int loop_run(struct loop *l, struct err *e) MUST_USE;
/* One turn that waits no longer than until `until` (ms on the monotonic clock;
 * 0 = does not wait, CLOCK_NEVER = no limit). */
int loop_turn(struct loop *l, int64_t until, struct err *e) MUST_USE;
/* Makes loop_run return after the running callback's turn. */
void loop_stop(struct loop *l);

#endif

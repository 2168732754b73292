// SPDX-License-Identifier: MIT
/* ev_wait - listening to several fifodirs until what is waited for has come.
 * The listeners are taken down at the end, and before a signal ends us. */
#ifndef APPLETS_SUPERVISE_EV_WAIT_H
#define APPLETS_SUPERVISE_EV_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "s6.h"

/* A byte of listener i; true: it is done. */
typedef bool ev_feed(void *ctx, size_t i, char c);

struct ev_item {
	struct s6_listen *l; /* somebody else's; NULL = none (yet) */
	bool done;
};

struct ev_set {
	size_t n;
	struct ev_item *items;
	ev_feed *feed;
	void *ctx;
	bool any;      /* one is enough */
	int signals;   /* the signalfd once the waiting has begun, 0 before */
};

/* Room for n listeners; dies with 111. */
void ev_open(struct ev_set *s, size_t n, ev_feed *feed, void *ctx);
/* Takes down all listeners, frees the items. */
void ev_close(struct ev_set *s);
/* Waits until all items (or any) are done or deadline (clock_mono_ms). -1: it
 * is over. Children are reaped meanwhile. */
int ev_wait(struct ev_set *s, int64_t deadline);
/* The deadline of a timeout in ms, 0 = none. */
int64_t ev_deadline(uint32_t timeout);

#endif

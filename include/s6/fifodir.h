// SPDX-License-Identifier: MIT
/* fifodir - event/, the directory where listeners hang up their FIFOs and the
 * supervisor writes what happened, one byte per event. */
#ifndef BASEBOX_S6_FIFODIR_H
#define BASEBOX_S6_FIFODIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

#define S6_EVENT "event"

enum s6_event {
	S6_EV_SUPERVISED = 's', /* the supervisor has started */
	S6_EV_UP = 'u',
	S6_EV_READY = 'U',
	S6_EV_DOWN = 'd',       /* run died */
	S6_EV_OVER = 'D',       /* finish is over */
	S6_EV_FAILED = 'O',     /* finish said 125, always followed by D */
	S6_EV_LEFT = 'x',       /* the supervisor leaves */
};

/* Names of listeners: this, 24 hexadecimal digits, ':' and 6 characters. */
#define S6_FTRIG "ftrig1:@"
enum { S6_FTRIG_LEN = 39 };

/* Makes the directory: mode 03730 with group gid, or 01733 open to all when
 * gid is (gid_t)-1. An existing one is kept as it is, or with force gets the
 * mode and group too. 1 = it was made, 0 = it was there. */
int s6_fifodir_make(int at, const char *path, gid_t gid, bool force,
		    struct err *e) MUST_USE;
/* Removes FIFOs that nobody reads. */
int s6_fifodir_clean(int at, const char *path, struct err *e) MUST_USE;
/* One write of the bytes to each listener; never blocks, removes FIFOs that
 * nobody reads. The caller ignores or handles SIGPIPE. */
int s6_fifodir_notify(int at, const char *path, const char *bytes, size_t n,
		      struct err *e) MUST_USE;

#endif

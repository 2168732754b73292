// SPDX-License-Identifier: MIT
/* watch - following the state of services through their events: subscribe,
 * read the status, then let the bytes move the state. Nothing in between is
 * lost, as the status is written before its event is sent. */
#ifndef BASEBOX_S6_WATCH_H
#define BASEBOX_S6_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "s6/listen.h"
#include "s6/status.h"

struct s6_watch {
	struct s6_listen ev; /* ev.fd for poll */
	struct s6_status st; /* as it was at the start */
	bool up, ready;
	bool failed; /* O was seen: finish asked for no restart */
	bool left;   /* x was seen: the supervisor is gone */
};

/* Subscribes (the event directory is made when it is missing) and reads the
 * status. Does not look whether a supervisor lives. */
int s6_watch_open(struct s6_watch *w, const char *servicedir, struct err *e)
	MUST_USE;
void s6_watch_close(struct s6_watch *w);
/* One event byte. */
void s6_watch_byte(struct s6_watch *w, char c);

#endif

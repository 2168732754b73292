// SPDX-License-Identifier: MIT
/* sv_wait - waiting for services to reach a state: what s6-svwait, s6-svlisten,
 * s6-svlisten1 and s6-svc -w have in common. */
#ifndef APPLETS_SUPERVISE_SV_WAIT_H
#define APPLETS_SUPERVISE_SV_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

struct sv_goal {
	int state;	  /* u U d D r R; the default is u */
	int any;	  /* -o: one is enough */
	uint32_t timeout; /* ms, 0 = none */
	bool over;	  /* r and R: the old run must be over with its finish,
	                     not only dead */
};

/* The entries of these options in an applet's table, `t` its letter of the
 * timeout; the goal is the first field of the applet's options. */
#define SV_STATE_OPTS(f)                                                       \
	{NULL, NULL, 'u', OPT_SET, (f), 'u'},                                  \
		{NULL, NULL, 'U', OPT_SET, (f), 'U'},                          \
		{NULL, NULL, 'd', OPT_SET, (f), 'd'},                          \
		{NULL, NULL, 'D', OPT_SET, (f), 'D'},                          \
		{NULL, NULL, 'r', OPT_SET, (f), 'r'},                          \
	{                                                                      \
		NULL, NULL, 'R', OPT_SET, (f), 'R'                             \
	}

struct sv_waiter;

/* Subscribes to the services and reads how they are; dies with 111. */
struct sv_waiter *sv_wait_open(char *const *dirs, size_t n);
/* Waits, unsubscribes and frees. Returns how many failed for good or lost
 * their supervisor, -1 when the time is over. */
int sv_wait(struct sv_waiter *w, const struct sv_goal *g);
/* The exit code for that number, with its message. */
int sv_wait_exit(int failed);
/* Unsubscribes and frees without waiting. */
void sv_wait_close(struct sv_waiter *w);

#endif

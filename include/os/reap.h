// SPDX-License-Identifier: MIT
/* reap - who waits for which child. Entries are structs of their owners, found
 * by pid; children that nobody knows (orphans that came to PID 1 or to a
 * subreaper) are reaped silently. */
#ifndef BASEBOX_OS_REAP_H
#define BASEBOX_OS_REAP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "os/loop.h"
#include "os/signal.h"

struct child;
/* The child has ended with this wait status (waitpid(2)); its entry is out of
 * the table already and may be used again or freed. */
typedef void child_fn(struct child *c, int wstat);

struct child {
	pid_t pid; /* 0 = not in a table */
	child_fn *fn;
	void *ctx;
	struct child *next;
};

enum {
	REAP_BUCKETS = 64,
	REAP_TURN = 64, /* most children of one turn of the loop */
};

struct reaper {
	struct child *bucket[REAP_BUCKETS];
};

void reaper_add(struct reaper *r, struct child *c, pid_t pid, child_fn *fn,
		void *ctx);
/* Does nothing when it is not in the table. */
void reaper_remove(struct reaper *r, struct child *c);
/* Reaps at most `most` children that have ended. true: there may be more. */
bool reaper_run(struct reaper *r, int most);

/* Orphaned descendants become children of this process. */
int reap_subreaper(struct err *e) MUST_USE;

#endif

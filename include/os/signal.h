// SPDX-License-Identifier: MIT
/* signal - signals as data: names, and their arrival as events of the loop
 * through a signalfd. No handler ever does work. */
#ifndef BASEBOX_OS_SIGNAL_H
#define BASEBOX_OS_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "os/loop.h"

/* "TERM" for SIGTERM, without SIG; NULL when the number has no name. */
const char *signal_name(int sig);
/* A name with or without SIG in any case (also IOT, CLD, POLL, RTMIN+n and
 * RTMAX-n), or a decimal number 1-64. 0 = neither. */
int signal_number(const char *text);

/* Blocks every signal but those of a fault in this process (SEGV, BUS, FPE,
 * ILL, TRAP, SYS, ABRT stays blockable): the first statement of a daemon. */
void signal_block_all(void);
/* Empty mask, every disposition at its default. */
void signal_reset(void);
/* SIGPIPE does nothing here; a child started by spawn has its default. */
void signal_no_pipe(void);

typedef void signal_fn(void *ctx, int sig);

/* Signals of one list, arriving in a loop. Zeroed = not set up. */
struct signals {
	struct loop_fd w; /* w.fd is the signalfd; urgent */
	signal_fn *fn;
	void *ctx;
};

/* Blocks the signals of the list (ended by 0) and calls fn(ctx, sig) for each
 * that arrives; as signals do, equal ones may come as one. */
int signals_open(struct signals *s, struct loop *l, const int *list,
		 signal_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Stops watching and closes; the signals stay blocked. */
void signals_close(struct signals *s);

#endif

// SPDX-License-Identifier: MIT
/* ev_match - waiting until the bytes of fifodirs match regular expressions. */
#ifndef APPLETS_SUPERVISE_EV_MATCH_H
#define APPLETS_SUPERVISE_EV_MATCH_H

#include "ev_wait.h"

struct ev_match {
	struct ev_set ev;
	struct ev_pattern *patterns;
	char last; /* the byte that completed the last match */
};

/* Listens to n pairs of fifodir and expression; dies with 111. */
void ev_match_open(struct ev_match *m, char *const *pairs, size_t n);
void ev_match_close(struct ev_match *m);
/* Starts prog and waits; dies with 1 when the time is over, with 111 when prog
 * cannot be started. */
void ev_match_run(struct ev_match *m, char *const *prog, int64_t deadline);

#endif

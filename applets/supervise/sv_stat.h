// SPDX-License-Identifier: MIT
/* sv_stat - the state of one service as tools show it. */
#ifndef APPLETS_SUPERVISE_SV_STAT_H
#define APPLETS_SUPERVISE_SV_STAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "s6.h"

struct sv_stat {
	struct s6_status st;
	bool up;          /* run is running */
	bool fresh;       /* never started by this supervisor */
	bool normally_up; /* no file ./down */
	uint64_t seconds, ready_seconds;
	char last_error[256]; /* "" = none */
};

/* 0, or after a message the exit code: 1 = not supervised, 111. */
int sv_stat_read(const char *servicedir, struct sv_stat *s);
/* `up (pid 12) 3 seconds, ready 2 seconds`, without a newline. */
void sv_stat_line(struct buf *b, const struct sv_stat *s, bool numeric);

#endif

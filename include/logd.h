// SPDX-License-Identifier: MIT
/* logd - the logger behind s6-log: a script of selections and actions is run
 * on each line of standard input; logdirs rotate by themselves. Nothing that
 * was read is lost while the process lives: what cannot be written waits in
 * memory and is tried again. */
#ifndef BASEBOX_LOGD_H
#define BASEBOX_LOGD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct logd;

struct logd_opts {
	int verbosity;      /* 1; 0 = no warnings */
	bool block;         /* read nothing while something is not written */
	bool protect;       /* ignore SIGTERM */
	uint32_t linelimit; /* bytes, 0 = none; at least 48 otherwise */
	uint32_t patience;  /* ms to wait for the end of the last line, 0 = ever */
};

/* Compiles the script and opens its logdirs. *code gets the exit code of a
 * failure: 100 for the script, 111 for the rest. */
int logd_open(struct logd **l, char *const *script, const struct logd_opts *o,
	      int *code, struct err *e) MUST_USE;
/* Logs until the end of standard input or a signal; returns the exit code. */
int logd_run(struct logd *l);
void logd_free(struct logd *l);

#endif

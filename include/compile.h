// SPDX-License-Identifier: MIT
/* compile - from what an image says about its services (plain service
 * directories, the HCL manifest, s6-overlay's tree) to one live scandir, as a
 * short-lived process does it before init starts the first service. Spec:
 * init.md, "Sources".
 *
 * Everything that is wrong is found before anything is written, and told at
 * once, as `FILE:LINE:COLUMN: text` lines. */
#ifndef BASEBOX_COMPILE_H
#define BASEBOX_COMPILE_H

#include <stdbool.h>

#include "base.h"

struct compile_opts {
	const char *root; /* put before the paths of all sources; "" = none */
	const char *out;  /* the scandir to write; NULL = only check */
	bool live;        /* it is the one that init will supervise: replace
			   * what an earlier life left there, and make what
			   * s6-overlay has in /run */
	bool update;      /* services run there: change what differs (live) */
	bool lint;        /* look at what would be executed, too */
	bool cmd;         /* the container has a command of its own */
};

/* 0 = done, 1 = findings (nothing is written), -1 = a system call failed. */
int compile_run(const struct compile_opts *o, struct buf *findings,
		struct err *e) MUST_USE;
/* s6-overlay's folder of the container's environment, a file for each variable.
 * compile_run makes it, but for S6_STAGE2_HOOK, before which it has to be. `root`
 * is put before its path. */
void compile_environment(const char *root);
/* Removes a directory and all in it. */
int compile_remove(const char *path, struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* err - the one error convention. A fallible call returns 0, or -1 after
 * filling the caller's struct err, which has a fixed size: making an error
 * cannot fail. A NULL err is allowed everywhere and means "not interested".
 * Text longer than the buffer is cut; it always ends with NUL. */
#ifndef BASEBOX_BASE_ERR_H
#define BASEBOX_BASE_ERR_H

#include "base/attr.h"

enum { ERR_TEXT = 4096 };

struct err {
	int num;             /* errno of the failure, or 0 when there is none */
	char text[ERR_TEXT]; /* one message, no trailing newline */
};

/* Sets the message; with num != 0 appends ": " and strerror(num).
 * Always returns -1, so that a failure is one line at its site. */
int err_set(struct err *e, int num, const char *fmt, ...) PRINTF(3, 4);

/* The message alone; num is for the caller. Returns -1. */
int err_say(struct err *e, int num, const char *fmt, ...) PRINTF(3, 4);

/* Puts "<formatted>: " before the message that is there. Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* strerror(num) in Go's words ("no such file or directory"), for programs whose
 * messages must be the original's. */
const char *err_go(int num);
/* A signal in the same words: "interrupt". */
enum { SIGNAL_GO = 32 };
const char *signal_go(int sig, char out[SIGNAL_GO]);

/* The fixed message of a failed allocation (num = ENOMEM). Returns -1. */
int err_nomem(struct err *e);

#endif

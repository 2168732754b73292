// SPDX-License-Identifier: MIT
/* numfile - the one-number files of a service directory (notification-fd,
 * timeout-kill, max-death-tally ...): the first line, decimal digits only. */
#ifndef BASEBOX_S6_NUMFILE_H
#define BASEBOX_S6_NUMFILE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/* 1 = *out set, 0 = no such file, -1 = something else is wrong: e->num EINVAL
 * and "invalid PATH" for the content, another errno for the file. */
int s6_numfile(int at, const char *path, uint32_t *out, struct err *e)
	MUST_USE;

/* The descriptor on which a supervisor waits for this process' readiness: the
 * number in ./notification-fd (a service starts in its directory), when that is
 * an open pipe above 2; else -1. */
int s6_notify_fd(void);

#endif

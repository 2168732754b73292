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

#endif

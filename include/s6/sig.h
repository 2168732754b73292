// SPDX-License-Identifier: MIT
/* sig - signal names as s6's tools print them, and files that name a signal.
 * (signal_number in os/signal.h reads one.) */
#ifndef BASEBOX_S6_SIG_H
#define BASEBOX_S6_SIG_H

#include "base/attr.h"
#include "base/err.h"

/* "TERM" of 15, without the SIG; "???" when it has no name. */
const char *sig_name(int sig);
/* The file down-signal or reload-signal: its first 15 bytes up to a newline.
 * 1 = *sig set, 0 = no such file, -1 = cannot be read, or no signal is named
 * so (e->num EINVAL, text "invalid PATH"). */
int sig_file(int at, const char *path, int *sig, struct err *e) MUST_USE;

#endif

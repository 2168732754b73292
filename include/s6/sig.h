// SPDX-License-Identifier: MIT
/* sig - signal names, as s6's tools read and print them. */
#ifndef BASEBOX_S6_SIG_H
#define BASEBOX_S6_SIG_H

#include "base/err.h"

/* "TERM" of 15, without the SIG; "???" when it has no name. */
const char *sig_name(int sig);
/* A number, or a name with or without SIG in any case. 0 = neither. */
int sig_number(const char *text);
/* The file down-signal or reload-signal: its first 15 bytes up to a newline.
 * 1 = *sig set, 0 = no such file, -1 = cannot be read, or no signal is named
 * so (e->num EINVAL, text "invalid PATH"). */
int sig_file(int at, const char *path, int *sig, struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* sv_send - command bytes to a service or to a scandir, and what to say when
 * nobody is there. */
#ifndef APPLETS_SUPERVISE_SV_SEND_H
#define APPLETS_SUPERVISE_SV_SEND_H

#include <stddef.h>

/* Returns 0, or after a message the exit code: 100 when no supervisor listens
 * or its directory is wrong, 111 otherwise. */
int sv_send(const char *servicedir, const char *cmd, size_t n);
int sv_send_scan(const char *scandir, const char *cmd, size_t n);

#endif

// SPDX-License-Identifier: MIT
/* status_watch - the table, kept true for as long as somebody looks. */
#ifndef APPLETS_INIT_STATUS_WATCH_H
#define APPLETS_INIT_STATUS_WATCH_H

#include <stdbool.h>

/* On a terminal the table is drawn again at each change and each second;
 * elsewhere each line that has changed is written (or with json the whole
 * object). Returns the exit code when the output is gone, or a signal came. */
int status_watch(const char *scandir, char *const *names, bool json,
		 bool terminal, bool colour);

#endif

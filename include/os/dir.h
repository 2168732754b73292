// SPDX-License-Identifier: MIT
/* dir - the entries of a directory, read into the caller's struct. */
#ifndef BASEBOX_OS_DIR_H
#define BASEBOX_OS_DIR_H

#include "base/attr.h"
#include "base/err.h"

struct dir {
	int fd; /* the directory itself, for ...at() calls; -1 = closed */
	unsigned pos, len;
	unsigned char type; /* DT_* of the last entry, DT_UNKNOWN possible */
	char buf[2048] __attribute__((aligned(8)));
};

/* path = NULL: the directory `at` itself (opened anew). */
int dir_open(struct dir *d, int at, const char *path, struct err *e) MUST_USE;
/* The next name without "." and ".."; NULL at the end (errno 0) or on a
 * failure (errno). Valid until the next call. No order. */
const char *dir_next(struct dir *d);
void dir_close(struct dir *d);

#endif

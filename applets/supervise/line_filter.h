// SPDX-License-Identifier: MIT
/* line_filter - standard input to standard output, line by line. */
#ifndef APPLETS_SUPERVISE_LINE_FILTER_H
#define APPLETS_SUPERVISE_LINE_FILTER_H

#include <stddef.h>

#include "base.h"

/* Appends what becomes of a line (its newline included, if it has one). */
typedef int line_fn(void *ctx, struct buf *out, const char *line, size_t n);

/* Until the end of input; what is there is written before more is waited for.
 * Returns 0; dies with 111. Longer lines than 64 kB are taken in pieces. */
int line_filter(line_fn *fn, void *ctx);

#endif

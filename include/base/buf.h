// SPDX-License-Identifier: MIT
/* buf - a growing byte buffer with a maximum. The bytes always end with a NUL
 * that is not counted in len. A failed append (maximum reached or no memory)
 * leaves the content as it was and makes the buffer "failed": later appends
 * do nothing and fail too, so a builder may check once at its end. The owner
 * calls buf_free; a zeroed struct is a valid empty buffer without a maximum. */
#ifndef BASEBOX_BASE_BUF_H
#define BASEBOX_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *p; /* never NULL after the first append */
	size_t len;
	size_t cap;
	size_t max; /* most bytes it may hold, without the NUL; 0 = no limit */
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
/* Empties it, keeps the memory and the maximum, clears the failure. */
void buf_reset(struct buf *b);
/* Cuts to the first n bytes (n <= len). */
void buf_cut(struct buf *b, size_t n);

/* Room for n more bytes (and the NUL). */
int buf_reserve(struct buf *b, size_t n);
int buf_add(struct buf *b, const void *p, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addn(struct buf *b, char c, size_t n); /* n times c */
int buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
int buf_addv(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

/* The content as a C string, "" when nothing was ever added. */
const char *buf_str(const struct buf *b);
/* Hands the malloc'ed bytes over (NULL when failed) and empties the buffer. */
char *buf_take(struct buf *b);

#define BUF_AUTO CLEANUP(buf_free)

#endif

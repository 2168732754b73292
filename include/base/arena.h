// SPDX-License-Identifier: MIT
/* arena - many small allocations with one lifetime. Memory comes zeroed and
 * aligned to 8 bytes, from chunks that double up to 256 kB; arena_free (or
 * arena_reset) gives everything back at once.
 *
 * When an allocation fails (no memory, or the maximum is reached) it returns
 * NULL; but if `oom` is set, control goes there with longjmp(*oom, 1) instead,
 * so that a deep builder whose whole state lives in the arena need not check
 * each call. Whoever sets `oom` owns nothing outside the arena meanwhile. */
#ifndef BASEBOX_BASE_ARENA_H
#define BASEBOX_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *head;
	size_t used; /* bytes taken from the system */
	size_t max;  /* most bytes to take; 0 = no limit */
	jmp_buf *oom;
};

void arena_init(struct arena *a, size_t max);
void arena_free(struct arena *a);
/* Gives back all but one chunk; everything allocated before is gone. */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t n);
/* n elements of the given size, checked for overflow. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A larger copy of old (old_n bytes); extends in place when it can. */
void *arena_grow(struct arena *a, void *old, size_t old_n, size_t n);
/* Copies, with a NUL added behind. */
char *arena_dup(struct arena *a, const void *p, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF(2, 0);

#endif

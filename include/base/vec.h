// SPDX-License-Identifier: MIT
/* vec - growing arrays on the heap. An array is three fields of the caller's
 * struct: T *items; size_t n; size_t cap. */
#ifndef BASEBOX_BASE_VEC_H
#define BASEBOX_BASE_VEC_H

#include <stddef.h>

#include "base/attr.h"

/* Makes room for one more element of `size` bytes; max = most elements ever
 * (0 = no limit). *items may move. Returns -1 and changes nothing when the
 * maximum is reached or memory is out. */
int vec_room(void *items, size_t n, size_t *cap, size_t size, size_t max)
	MUST_USE;

/* vec_push(&v->items, &v->n, &v->cap, value, max): 0 or -1. */
#define vec_push(items, n, cap, value, max)                                    \
	(vec_room((items), *(n), (cap), sizeof(**(items)), (max)) < 0          \
		 ? -1                                                          \
		 : ((*(items))[(*(n))++] = (value), 0))

/* A NULL-terminated list of owned C strings. A zeroed struct is empty. */
struct strlist {
	char **items; /* NULL when nothing was ever added */
	size_t n;
	size_t cap;
};

int strlist_add(struct strlist *l, const char *s) MUST_USE; /* copies */
int strlist_addn(struct strlist *l, const char *s, size_t n) MUST_USE;
void strlist_free(struct strlist *l);
int strlist_copy(struct strlist *dst, const struct strlist *src) MUST_USE;
int strlist_has(const struct strlist *l, const char *s);

#endif

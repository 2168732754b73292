// SPDX-License-Identifier: MIT
/* vec - array growth and lists of strings; see base/vec.h. */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int vec_room(void *items, size_t n, size_t *cap, size_t size, size_t max)
{
	size_t want = *cap ? *cap * 2 : 8;
	void *old, *p;

	if (n < *cap)
		return 0;
	if (max && n >= max)
		return -1;
	if (max && want > max)
		want = max;
	if (want > SIZE_MAX / 2 / size)
		return -1;
	memcpy(&old, items, sizeof(old));
	p = realloc(old, want * size);
	if (!p)
		return -1;
	memcpy(items, &p, sizeof(p));
	*cap = want;
	// cppcheck-suppress memleak // it is the caller's
	return 0;
}

int strlist_addn(struct strlist *l, const char *s, size_t n)
{
	char *copy;

	/* one place more than strings, for the NULL at the end */
	if (vec_room(&l->items, l->n + 1, &l->cap, sizeof(*l->items), 0) < 0)
		return -1;
	copy = malloc(n + 1);
	if (!copy)
		return -1;
	memcpy(copy, s, n);
	copy[n] = '\0';
	l->items[l->n++] = copy;
	l->items[l->n] = NULL;
	return 0;
}

int strlist_add(struct strlist *l, const char *s)
{
	return strlist_addn(l, s, strlen(s));
}

void strlist_free(struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct strlist){0};
}

int strlist_copy(struct strlist *dst, const struct strlist *src)
{
	struct strlist l = {0};

	for (size_t i = 0; i < src->n; i++) {
		if (strlist_add(&l, src->items[i]) < 0) {
			strlist_free(&l);
			return -1;
		}
	}
	*dst = l;
	return 0;
}

int strlist_has(const struct strlist *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->items[i], s))
			return 1;
	return 0;
}

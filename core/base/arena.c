// SPDX-License-Identifier: MIT
/* arena - chunks in a list, the newest first; see base/arena.h. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

enum { ALIGN = 8, CHUNK_FIRST = 2048, CHUNK_MAX = 256 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of data */
	size_t used;
	char data[];
};

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){.max = max};
}

void arena_free(struct arena *a)
{
	struct arena_chunk *c = a->head;

	while (c) {
		struct arena_chunk *next = c->next;

		free(c);
		c = next;
	}
	a->head = NULL;
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->head;

	if (!keep)
		return;
	a->head = keep->next;
	arena_free(a);
	memset(keep->data, 0, keep->used);
	keep->used = 0;
	keep->next = NULL;
	a->head = keep;
	a->used = sizeof(*keep) + keep->size;
}

static void *arena_fail(struct arena *a)
{
	if (a->oom)
		longjmp(*a->oom, 1);
	return NULL;
}

static struct arena_chunk *chunk_new(struct arena *a, size_t n)
{
	size_t size = a->head ? a->head->size * 2 : CHUNK_FIRST;
	struct arena_chunk *c;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < n)
		size = n;
	if (a->max && sizeof(*c) + size > a->max - a->used) {
		size = n;
		if (a->used > a->max || sizeof(*c) + size > a->max - a->used)
			return NULL;
	}
	c = calloc(1, sizeof(*c) + size);
	if (!c)
		return NULL;
	c->size = size;
	a->used += sizeof(*c) + size;
	c->next = a->head;
	a->head = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->head;
	void *p;

	if (n > SIZE_MAX / 4)
		return arena_fail(a);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!n)
		n = ALIGN;
	if (!c || c->size - c->used < n) {
		c = chunk_new(a, n);
		if (!c)
			return arena_fail(a);
	}
	p = c->data + c->used;
	c->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return arena_fail(a);
	return arena_alloc(a, bytes);
}

void *arena_grow(struct arena *a, void *old, size_t old_n, size_t n)
{
	struct arena_chunk *c = a->head;
	size_t was = (old_n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	size_t now = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	void *p;

	if (old && n <= was)
		return old;
	if (old && c && (char *)old + was == c->data + c->used &&
	    now >= n && now - was <= c->size - c->used) {
		c->used += now - was;
		return old;
	}
	p = arena_alloc(a, n);
	if (p && old)
		memcpy(p, old, old_n);
	return p;
}

char *arena_dup(struct arena *a, const void *p, size_t n)
{
	char *s = arena_alloc(a, n + 1);

	if (s && n)
		memcpy(s, p, n);
	return s;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = fmt_vprint(NULL, 0, fmt, ap);
	s = n < 0 ? arena_fail(a) : arena_alloc(a, (size_t)n + 1);
	if (s)
		fmt_vprint(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

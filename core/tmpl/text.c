// SPDX-License-Identifier: MIT
/* text - text growing in an arena; see tmpl/print.h. */
#include "tmpl/print.h"

#include "base/utf8.h"
#include "tmpl/limits.h"

/* Room for n more bytes; false only when the arena has no longjmp. */
static bool room(struct text *t, size_t n)
{
	size_t cap = t->cap ? 2 * t->cap : 64;
	char *p;

	if (n <= t->cap - t->n)
		return true;
	if (n > TMPL_STRING || t->n + n > TMPL_STRING) {
		if (t->a->oom)
			longjmp(*t->a->oom, 1);
		return false;
	}
	while (cap < t->n + n)
		cap *= 2;
	p = arena_grow(t->a, t->p, t->cap, cap);
	if (!p)
		return false;
	t->p = p;
	t->cap = cap;
	return true;
}

void text_add(struct text *t, const void *p, size_t n)
{
	if (!n || !room(t, n))
		return;
	memcpy(t->p + t->n, p, n);
	t->n += n;
}

void text_adds(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_addc(struct text *t, char c)
{
	if (room(t, 1))
		t->p[t->n++] = c;
}

void text_addn(struct text *t, char c, size_t n)
{
	if (!n || !room(t, n))
		return;
	memset(t->p + t->n, c, n);
	t->n += n;
}

void text_rune(struct text *t, uint32_t rune)
{
	char buf[UTF8_MAX] = {0};

	text_add(t, buf, (size_t)utf8_encode(rune, buf));
}

// SPDX-License-Identifier: MIT
/* buf - growth by doubling, clamped to the maximum; see base/buf.h. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

enum { BUF_FIRST = 64 };

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_free(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
	b->failed = false;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->p)
		b->p[0] = '\0';
}

void buf_cut(struct buf *b, size_t n)
{
	if (n >= b->len)
		return;
	b->len = n;
	b->p[n] = '\0';
}

static int buf_fail(struct buf *b)
{
	b->failed = true;
	return -1;
}

int buf_reserve(struct buf *b, size_t n)
{
	size_t want, cap;
	char *p;

	if (b->failed)
		return -1;
	if (n > SIZE_MAX / 2 - b->len - 1)
		return buf_fail(b);
	want = b->len + n;
	if (b->max && want > b->max)
		return buf_fail(b);
	if (want < b->cap) /* cap counts the NUL's place */
		return 0;
	cap = b->cap ? b->cap : BUF_FIRST;
	while (cap <= want)
		cap *= 2;
	if (b->max && cap > b->max + 1)
		cap = b->max + 1;
	p = realloc(b->p, cap);
	if (!p)
		return buf_fail(b);
	b->p = p;
	b->cap = cap;
	b->p[b->len] = '\0';
	return 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
	if (buf_reserve(b, n) < 0)
		return -1;
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_addn(struct buf *b, char c, size_t n)
{
	if (buf_reserve(b, n) < 0)
		return -1;
	memset(b->p + b->len, c, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (buf_reserve(b, 0) < 0)
		return -1;
	va_copy(again, ap);
	n = fmt_vprint(b->p + b->len, b->cap - b->len, fmt, ap);
	if (n >= 0 && (size_t)n >= b->cap - b->len) {
		b->p[b->len] = '\0';
		if (buf_reserve(b, (size_t)n) < 0)
			n = -1;
		else
			fmt_vprint(b->p + b->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n < 0)
		return buf_fail(b);
	b->len += (size_t)n;
	return 0;
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_addv(b, fmt, ap);
	va_end(ap);
	return r;
}

const char *buf_str(const struct buf *b)
{
	return b->p ? b->p : "";
}

char *buf_take(struct buf *b)
{
	char *p = NULL;

	if (buf_reserve(b, 0) == 0) {
		p = b->p;
		b->p = NULL;
	}
	buf_free(b);
	return p;
}

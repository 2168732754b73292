// SPDX-License-Identifier: MIT
/* str - operations on borrowed byte strings; see base/str.h. */
#include "base/str.h"

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool str_is(struct str a, const char *lit)
{
	return str_eq(a, str_of(lit));
}

/* Keys share long beginnings, and musl's memcmp goes byte by byte. */
static size_t equal_words(const char *a, const char *b, size_t n)
{
	uint64_t x, y;
	size_t i = 0;

	for (; n - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		if (x != y)
			break;
	}
	return i;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	size_t same = equal_words(a.p, b.p, n);
	int r = n > same ? memcmp(a.p + same, b.p + same, n - same) : 0;

	return r ? r : (a.n > b.n) - (a.n < b.n);
}

bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower((unsigned char)a.p[i]) !=
		    ascii_lower((unsigned char)b.p[i]))
			return false;
	return true;
}

bool str_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	       (!prefix.n || !memcmp(s.p, prefix.p, prefix.n));
}

bool str_suffix(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (!suffix.n || !memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n));
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	const char *at;

	if (!needle.n)
		return 0;
	if (s.n < needle.n)
		return -1;
	at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? at - s.p : -1;
}

ptrdiff_t str_rfind(struct str s, struct str needle)
{
	if (needle.n > s.n)
		return -1;
	for (size_t i = s.n - needle.n + 1; i-- > 0;)
		if (!needle.n || !memcmp(s.p + i, needle.p, needle.n))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t str_chr(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

struct str str_cut(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return s.p ? str_n(s.p + from, to - from) : s;
}

static bool in_set(char c, const char *set)
{
	return c && strchr(set, c);
}

struct str str_trim(struct str s, const char *set)
{
	while (s.n && in_set(s.p[0], set)) {
		s.p++;
		s.n--;
	}
	while (s.n && in_set(s.p[s.n - 1], set))
		s.n--;
	return s;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
	ptrdiff_t at;

	if (!rest->p)
		return false;
	at = str_chr(*rest, sep);
	if (at < 0) {
		*part = *rest;
		*rest = (struct str){0};
		return true;
	}
	*part = str_n(rest->p, (size_t)at);
	rest->p += at + 1;
	rest->n -= (size_t)at + 1;
	return true;
}

uint32_t str_hash(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

int ascii_hex(unsigned char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

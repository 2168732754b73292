// SPDX-License-Identifier: MIT
/* str - borrowed byte strings (pointer and length) and the few operations that
 * several modules need on them. Nothing here allocates. */
#ifndef BASEBOX_BASE_STR_H
#define BASEBOX_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})

static inline struct str str_n(const char *p, size_t n)
{
	return (struct str){p, n};
}

static inline struct str str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}

bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *lit);
/* Byte order, as memcmp and then by length: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* ASCII case ignored. */
bool str_ieq(struct str a, struct str b);
bool str_prefix(struct str s, struct str prefix);
bool str_suffix(struct str s, struct str suffix);
/* Offset of the first / last needle in s, or -1. An empty needle is at 0. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_rfind(struct str s, struct str needle);
ptrdiff_t str_chr(struct str s, char c);
struct str str_cut(struct str s, size_t from, size_t to); /* clamped */
/* Without the bytes of `set` at both ends. */
struct str str_trim(struct str s, const char *set);
/* Takes the part before the next `sep` off *rest; false when *rest has ended
 * (p == NULL). "a,,b" gives "a", "", "b"; "" gives one empty part. */
bool str_split(struct str *rest, char sep, struct str *part);
/* FNV-1a, for hash tables. */
uint32_t str_hash(struct str s);

/* One byte of ASCII, locale-free. */
static inline bool ascii_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool ascii_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ascii_alpha(unsigned char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}
static inline unsigned char ascii_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 32) : c;
}
static inline unsigned char ascii_upper(unsigned char c)
{
	return c >= 'a' && c <= 'z' ? (unsigned char)(c & ~32) : c;
}
/* Value of a hexadecimal digit, or -1. */
int ascii_hex(unsigned char c);

#endif

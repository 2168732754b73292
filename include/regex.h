// SPDX-License-Identifier: MIT
/* regex - regular expressions in RE2's syntax with the semantics of Go's
 * package regexp: leftmost-first (or leftmost-longest) matches, UTF-8 text in
 * which an invalid byte is one U+FFFD, time linear in the text whatever the
 * pattern. A compiled expression is never changed by matching, so threads may
 * share it.
 *
 * Limits, as Go's: 1000 for a repeat count (nested ones multiplied), 1000
 * levels of nesting, 3355443 instructions. A match needs memory in proportion
 * to program size x number of groups, not to the text, beyond 32 kB (and at
 * most 16 bytes a bit of that) for small ones; texts end at 4 GB - 2.
 *
 * Offsets are in bytes; a group that took no part in the match is -1, -1.
 * Calls that find return 1 (match), 0 (none) or -1 (*e filled; only when
 * memory is out or the text is too long). */
#ifndef BASEBOX_REGEX_H
#define BASEBOX_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct regex;

enum regex_flag {
	REGEX_LONGEST = 1, /* leftmost-longest instead of leftmost-first */
	REGEX_POSIX = 2,   /* POSIX ERE syntax as Go's CompilePOSIX; longest */
	/* POSIX ERE as C libraries read it: a backslash in brackets is plain;
	 * \w \s \d \b \< \> and their like; {,n}; a ) too many is plain.
	 * \< and \> are \b; no backreferences. */
	REGEX_ERE = REGEX_POSIX | 4,
	REGEX_FOLD = 8, /* upper and lower case alike */
};

/* Errors read `error parsing regexp: missing closing ): `(``; the caller
 * frees *out with regex_free. */
int regex_compile(struct str pattern, unsigned flags, struct regex **out,
		  struct err *e) MUST_USE;
void regex_free(struct regex *re);
void regex_freep(struct regex **re); /* for REGEX_AUTO */
#define REGEX_AUTO CLEANUP(regex_freep)

/* Number of parenthesized groups, the whole match not counted. */
int regex_groups(const struct regex *re);
/* Name of group i (0 to regex_groups), "" when it has none. */
const char *regex_group_name(const struct regex *re, int i);
/* The leftmost group of that name, or -1. */
int regex_group_find(const struct regex *re, struct str name);
/* The text each match begins with; *complete (may be NULL) tells whether it
 * is the whole expression. */
struct str regex_prefix(const struct regex *re, bool *complete);

int regex_match(const struct regex *re, struct str s, struct err *e) MUST_USE;

/* The first match that starts at or after `from` (what is before still counts
 * for ^ and \b). cap[2*i], cap[2*i+1] get the offsets of group i for i < ncap;
 * groups that the expression has not are -1. */
int regex_find(const struct regex *re, struct str s, size_t from,
	       ptrdiff_t *cap, int ncap, struct err *e) MUST_USE;

/* All matches, one after the other, none overlapping; an empty match right
 * after a match is skipped, as in Go's FindAll. The text is borrowed.
 *
 *	struct regex_iter it;
 *	if (regex_iter_init(&it, re, s, e) < 0) ...
 *	while ((r = regex_next(&it, e)) > 0)
 *		use(it.cap[0], it.cap[1]);
 *	regex_iter_free(&it);
 */
struct regex_iter {
	const struct regex *re;
	struct str s;
	ptrdiff_t *cap; /* 2 * (groups + 1) offsets of the current match */
	int ncap;       /* how many of them are wanted; 2 is faster */
	size_t pos;
	ptrdiff_t prev_end;
	struct regex_scratch *scratch;
};
int regex_iter_init(struct regex_iter *it, const struct regex *re,
		    struct str s, struct err *e) MUST_USE;
int regex_next(struct regex_iter *it, struct err *e) MUST_USE;
void regex_iter_free(struct regex_iter *it);

/* Go's ReplaceAllString: appends s to out with each match replaced by the
 * template, in which $1, ${1}, $name, ${name} stand for groups and $$ for $;
 * a name is as long as it can be ($1x is ${1x}); unknown ones are empty. The
 * maximum of out is the limit of the result. */
int regex_replace(const struct regex *re, struct str s, struct str tmpl,
		  struct buf *out, struct err *e) MUST_USE;
/* The same with a plain text. */
int regex_replace_literal(const struct regex *re, struct str s,
			  struct str with, struct buf *out,
			  struct err *e) MUST_USE;
/* Go's Expand: appends the template for one match; ncap groups in cap. A full
 * buffer is left in its failed state. */
void regex_expand(const struct regex *re, struct str tmpl, struct str s,
		  const ptrdiff_t *cap, int ncap, struct buf *out);

/* Go's Split: calls fn with each piece of s between matches; n > 0: at most n
 * pieces, the last unsplit; n == 0: none; n < 0: all. fn returning non-zero
 * ends it and makes the call return -1 (with the error fn set). */
int regex_split(const struct regex *re, struct str s, int n,
		int (*fn)(void *ctx, struct str piece, struct err *e),
		void *ctx, struct err *e) MUST_USE;

/* Appends s with the metacharacters escaped. */
void regex_quote(struct str s, struct buf *out);

#endif

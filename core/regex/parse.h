// SPDX-License-Identifier: MIT
/* parse - what the two halves of the parser share: the state, the error texts
 * and the readers of escapes and classes. Private to core/regex. */
#ifndef BASEBOX_CORE_REGEX_PARSE_H
#define BASEBOX_CORE_REGEX_PARSE_H

#include "regex/impl.h"

/* Syntax flags; the first four can be changed by (?imsU). */
enum {
	SF_FOLD = 1,
	SF_MULTI = 2, /* ^ and $ match at lines */
	SF_DOTNL = 4,
	SF_LAZY = 8,
	SF_PERL = 16, /* Perl's extensions and \pN */
	SF_ERE = 32,  /* POSIX syntax with what C libraries add */
};

struct parser {
	struct arena *a;
	struct str whole;
	const char *p, *end;
	unsigned flags;
	unsigned depth; /* open groups */
	struct node *top;
	struct syntax *out;
	struct err *e;
};

#define FAIL_RANGE "invalid character class range"
#define FAIL_ESCAPE "invalid escape sequence"
#define FAIL_PERL "invalid or unsupported Perl syntax"
#define FAIL_NAME "invalid named capture"
#define FAIL_COUNT "invalid repeat count"
#define FAIL_UTF8 "invalid UTF-8"

/* Fails with the text from..to. */
int re_fail(struct parser *ps, const char *code, const char *from,
	    const char *to);
/* Fails at the first byte of from..to that is not UTF-8. */
int re_check_utf8(struct parser *ps, const char *from, const char *to);
/* The next rune (U+FFFD at the end); it must be valid UTF-8. */
int re_next_rune(struct parser *ps, uint32_t *rune);
/* A backslash and what follows, as one rune. */
int re_read_escape(struct parser *ps, uint32_t *rune);
/* \d \s \w \D \S \W and \pN \p{Name} \PN, added to c: 1 done, 0 not one
 * of them, -1 error. */
int re_read_named(struct parser *ps, struct class *c);
/* [...], at the bracket; the class is cleaned and negated. */
int re_read_class(struct parser *ps, struct class *c);

/* Whether byte i of what is left is c. */
static inline bool re_at(const struct parser *ps, size_t i, char c)
{
	return (size_t)(ps->end - ps->p) > i && ps->p[i] == c;
}

#endif

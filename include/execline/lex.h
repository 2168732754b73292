// SPDX-License-Identifier: MIT
/* lex - from a script to the argv that it is. */
#ifndef BASEBOX_EXECLINE_LEX_H
#define BASEBOX_EXECLINE_LEX_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

enum {
	EL_SCRIPT_MAX = 16 << 20, /* bytes of a script, and of an argv */
	EL_DEPTH_MAX = 1000,      /* nested blocks */
};

/* Words, each ended by NUL, one after the other. */
struct el_words {
	struct buf bytes;
	size_t n;
};

void el_words_free(struct el_words *w);
/* A NULL-terminated argv that points into the words; the caller frees the
 * array. Dies with 111 when memory is out. */
char **el_words_argv(const struct el_words *w);

/* Appends the words of the script (up to a NUL byte). -1: "syntax error",
 * "unmatched {", "unmatched }" (e->num 0), or memory. */
int el_lex(const char *script, size_t n, struct el_words *out, struct err *e)
	MUST_USE;

#endif

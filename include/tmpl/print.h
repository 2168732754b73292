// SPDX-License-Identifier: MIT
/* print - Go's package fmt: %v of any value, Printf with all verbs, flags and
 * argument indexes and its notes on wrong ones, and strconv's quoting. Text is
 * built in an arena; when that fails the arena's longjmp is taken, or, without
 * one, the text is cut short.
 * Source: Go's fmt and strconv, as facts. */
#ifndef BASEBOX_TMPL_PRINT_H
#define BASEBOX_TMPL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "data/value.h"

/* Text growing in an arena. Zero but for `a` is empty. */
struct text {
	struct arena *a;
	char *p;
	size_t n, cap;
};

void text_add(struct text *t, const void *p, size_t n);
void text_adds(struct text *t, const char *s);
void text_addc(struct text *t, char c);
void text_addn(struct text *t, char c, size_t n);
void text_rune(struct text *t, uint32_t rune);
static inline struct str text_str(const struct text *t)
{
	return str_n(t->p, t->n);
}

/* %v, as fmt.Sprint of one operand prints it. */
void print_value(struct text *t, const struct val *v);
/* fmt.Print: a space between operands when neither is a string; println:
 * always, and a newline at the end. */
void print_args(struct text *t, const struct val *args, size_t n);
void println_args(struct text *t, const struct val *args, size_t n);
/* fmt.Printf. */
void print_format(struct text *t, struct str format, const struct val *args,
		  size_t n);
/* strconv.Quote; ascii = QuoteToASCII. */
void print_quote(struct text *t, struct str s, bool ascii);

/* The same as strings of the arena, NUL-terminated. */
struct str print_str(struct arena *a, const struct val *v);
struct str print_fmt(struct arena *a, const char *format,
		     const struct val *args, size_t n);
const char *print_quoted(struct arena *a, struct str s);

/* strconv.Unquote of a Go string or raw string literal, quotes included; the
 * result may borrow from it. false: invalid syntax. */
bool print_unquote(struct arena *a, struct str lit, struct str *out);
/* strconv.UnquoteChar: takes one character or escape off *s. *byte: \x or octal,
 * a byte rather than a rune. */
bool print_unquote_char(struct str *s, char quote, uint32_t *rune, bool *byte);

#endif

// SPDX-License-Identifier: MIT
/* lex - execline's script language. A script is words and blocks:
 *
 *   blanks       the bytes 1 to 32
 *   # ...        a comment, at the start of a word only
 *   { and }      as whole unquoted words: a block. Inside it each word gets a
 *                space before it; its end is an empty word outside
 *   \c           the character c; at the start of a word \ and a newline
 *                vanish
 *   "..."        part of a word, in which these are special:
 *                \a \b \t \n \v \f \r, \ and newline vanish,
 *                \0xAB (1-2 digits) \0123 (octal, 1-3) \123 (decimal, 1-3)
 *                bytes that are not 0
 *
 * A number at the very end of the input needs no closing quote; that is how
 * the original is. Source: skarnet.org/software/execline, and its behaviour. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "execline.h"

struct lexer {
	const unsigned char *p, *end;
	struct el_words *out;
	unsigned depth;
	bool number_last; /* a numeric escape has just ended */
};

enum { END = -1 };

static int peek(const struct lexer *l)
{
	return l->p < l->end && *l->p ? *l->p : END;
}

static int next(struct lexer *l)
{
	int c = peek(l);

	if (c != END)
		l->p++;
	return c;
}

static void put(struct lexer *l, int c)
{
	buf_addc(&l->out->bytes, (char)c);
}

static int digit(int c, int base)
{
	int v = c == END ? -1 : ascii_hex((unsigned char)c);

	return v < base ? v : -1;
}

/* At most `most` digits, at least one; 1 to 255. */
static int number(struct lexer *l, int base, int most)
{
	int v = 0, n = 0;

	for (; n < most && digit(peek(l), base) >= 0; n++)
		v = v * base + digit(next(l), base);
	if (!n || !v || v > 255)
		return -1;
	put(l, v);
	l->number_last = true;
	return 0;
}

/* Behind a backslash inside quotes. */
static int escape(struct lexer *l)
{
	static const char from[] = "abtnvfr", to[] = "\a\b\t\n\v\f\r";
	int c = peek(l);
	const char *s;

	if (c == END)
		return -1;
	if (c >= '1' && c <= '9')
		return number(l, 10, 3);
	next(l);
	if (c == '0') {
		if (peek(l) != 'x')
			return number(l, 8, 3);
		next(l);
		return number(l, 16, 2);
	}
	if (c == '\n')
		return 0;
	s = strchr(from, c);
	put(l, s ? to[s - from] : c);
	return 0;
}

static int quoted(struct lexer *l)
{
	for (;;) {
		int c = next(l);

		if (c == '"')
			return 0;
		if (c == END)
			return l->number_last ? 0 : -1;
		l->number_last = false;
		if (c != '\\')
			put(l, c);
		else if (escape(l) < 0)
			return -1;
	}
}

static bool blank(int c)
{
	return c <= ' ';
}

/* Blanks, comments and line continuations before a word. */
static void skip(struct lexer *l)
{
	for (;;) {
		int c = peek(l);

		if (c == '#') {
			while (c != '\n' && c != END)
				c = next(l);
		} else if (c == '\\' && (l->p + 1 >= l->end || !l->p[1] ||
					 l->p[1] == '\n')) {
			next(l);
		} else if (c == END || !blank(c)) {
			return;
		} else {
			next(l);
		}
	}
}

/* One word from its first character; *bare = it is unquoted throughout. */
static int word(struct lexer *l, bool *bare)
{
	*bare = true;
	while (!blank(peek(l))) {
		int c = next(l);

		l->number_last = false;
		if (c == '"') {
			*bare = false;
			if (quoted(l) < 0)
				return -1;
		} else if (c == '\\') {
			*bare = false;
			c = next(l);
			if (c == END)
				return -1;
			put(l, c);
		} else {
			put(l, c);
		}
	}
	return 0;
}

static void finish(struct lexer *l)
{
	put(l, 0);
	l->out->n++;
}

/* The word at `from` (behind its prefix) as a brace, if it is one. */
static int brace(struct lexer *l, size_t start, size_t from, struct err *e)
{
	struct buf *b = &l->out->bytes;
	char c = b->p[from];

	buf_cut(b, start);
	if (c == '{') {
		if (peek(l) == END)
			return err_set(e, 0, "syntax error");
		if (++l->depth > EL_DEPTH_MAX)
			return err_set(e, 0, "blocks nested too deeply");
		return 0;
	}
	if (!l->depth)
		return err_set(e, 0, "unmatched }");
	l->depth--;
	buf_addn(b, ' ', l->depth);
	finish(l);
	return 0;
}

int el_lex(const char *script, size_t n, struct el_words *out, struct err *e)
{
	struct lexer l = {.p = (const unsigned char *)script, .out = out};
	struct buf *b = &out->bytes;

	l.end = l.p + n;
	if (!b->max)
		b->max = EL_SCRIPT_MAX;
	for (skip(&l); peek(&l) != END && !b->failed; skip(&l)) {
		size_t start = b->len, from = start + l.depth;
		bool bare;

		buf_addn(b, ' ', l.depth);
		if (word(&l, &bare) < 0)
			return err_set(e, 0, "syntax error");
		if (bare && !b->failed && b->len == from + 1 &&
		    (b->p[from] == '{' || b->p[from] == '}')) {
			if (brace(&l, start, from, e) < 0)
				return -1;
		} else {
			finish(&l);
		}
	}
	if (b->failed)
		return err_nomem(e);
	return l.depth ? err_set(e, 0, "unmatched {") : 0;
}

void el_words_free(struct el_words *w)
{
	buf_free(&w->bytes);
	w->n = 0;
}

char **el_words_argv(const struct el_words *w)
{
	char **argv = malloc((w->n + 1) * sizeof *argv);
	char *p = w->bytes.p;

	if (!argv || w->bytes.failed)
		die_sys(111, ENOMEM, "unable to build the command line");
	for (size_t i = 0; i < w->n; i++, p += strlen(p) + 1)
		argv[i] = p;
	argv[w->n] = NULL;
	return argv;
}

// SPDX-License-Identifier: MIT
/* hcl_scan - HCL 1's lexical rules and those of its JSON dialect.
 *
 * After an error the scanner goes on as the original does, because of several
 * errors in a text the last one met before the parser stops is the one told:
 * messages and positions are part of what people grep.
 * Source: the HCL 1 scanner's behaviour, checked token by token against it. */
#include "data/hcl.h"

#include "base/utf8.h"

#include "hcl.h"

enum { END = 0, RUNE_RESERVED = 0xE123 };

const char *hcl_tok_name(enum hcl_tok t)
{
	static const char *const names[] = {
		[TOK_ILLEGAL] = "ILLEGAL", [TOK_EOF] = "EOF",
		[TOK_COMMENT] = "COMMENT", [TOK_IDENT] = "IDENT",
		[TOK_NUMBER] = "NUMBER",   [TOK_FLOAT] = "FLOAT",
		[TOK_BOOL] = "BOOL",       [TOK_NULL] = "NULL",
		[TOK_STRING] = "STRING",   [TOK_HEREDOC] = "HEREDOC",
		[TOK_LBRACK] = "LBRACK",   [TOK_LBRACE] = "LBRACE",
		[TOK_COMMA] = "COMMA",     [TOK_PERIOD] = "PERIOD",
		[TOK_RBRACK] = "RBRACK",   [TOK_RBRACE] = "RBRACE",
		[TOK_ASSIGN] = "ASSIGN",   [TOK_COLON] = "COLON",
		[TOK_ADD] = "ADD",         [TOK_SUB] = "SUB",
	};

	return names[t];
}

void hcl_scan_init(struct hcl_scan *s, struct str src, bool json)
{
	*s = (struct hcl_scan){.src = src, .json = json};
	s->at.pos.line = 1;
	s->prev = s->at;
}

/* The position of the last rune: a newline belongs to the line it ends. */
static struct hcl_pos here(const struct hcl_scan *s)
{
	struct hcl_pos p = s->at.pos;

	if (p.col > 0)
		return p;
	if (s->last_line > 0)
		return (struct hcl_pos){p.line - 1, s->last_line};
	return (struct hcl_pos){1, 1};
}

static void fail(struct hcl_scan *s, const char *msg)
{
	s->failed = true;
	s->err = msg;
	s->err_pos = here(s);
	s->err_char = STR("");
}

static uint32_t next(struct hcl_scan *s)
{
	int width;
	uint32_t c = utf8_decode(s->src.p + s->at.off, s->src.n - s->at.off,
				 &width);

	s->last = (size_t)width;
	if (width == 0) {
		s->at.pos.col++;
		return END;
	}
	s->prev = s->at;
	s->at.off += s->last;
	s->at.pos.col++;
	if (c == RUNE_ERROR && width == 1) {
		fail(s, "illegal UTF-8 encoding");
		return c;
	}
	if (c == '\n') {
		s->at.pos.line++;
		s->last_line = s->at.pos.col;
		s->at.pos.col = 0;
	}
	if (s->json)
		return c;
	if (c == 0)
		fail(s, "unexpected null character (0x00)");
	if (c == RUNE_RESERVED) {
		fail(s, "unicode code point U+E123 reserved for internal use");
		return RUNE_ERROR;
	}
	return c;
}

static void unread(struct hcl_scan *s)
{
	s->at = s->prev;
}

static uint32_t peek(const struct hcl_scan *s)
{
	int width;

	return utf8_decode(s->src.p + s->at.off, s->src.n - s->at.off, &width);
}

static bool decimal(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static int digit(uint32_t c)
{
	int v = c < 0x80 ? ascii_hex((unsigned char)c) : -1;

	return v < 0 ? 16 : v;
}

/* Above ASCII everything counts as a letter but the signs and spaces that
 * people meet: Latin-1's, general punctuation, CJK punctuation, the BOM. */
static bool letter(uint32_t c)
{
	if (c < 0x80)
		return c == '_' || ascii_alpha((unsigned char)c);
	if (c < 0xC0)
		return c == 0xAA || c == 0xB5 || c == 0xBA;
	if (c == 0xD7 || c == 0xF7 || c == 0xFEFF || c >= 0xFFF0)
		return c >= 0x10000;
	return !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x20A0 && c <= 0x20CF) &&
	       !(c >= 0x2190 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x3004) &&
	       !(c >= 0xD800 && c <= 0xF8FF);
}

static bool space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- numbers: each part returns the rune behind it, not yet consumed --- */

static uint32_t mantissa(struct hcl_scan *s, uint32_t c)
{
	bool seen = false;

	while (decimal(c)) {
		c = next(s);
		seen = true;
	}
	if (seen && c != END)
		unread(s);
	return c;
}

static void exponent(struct hcl_scan *s, uint32_t c)
{
	if (c != 'e' && c != 'E')
		return;
	c = next(s);
	if (c == '-' || c == '+')
		c = next(s);
	mantissa(s, c);
}

/* Behind the integer part, with its first rune c consumed. */
static enum hcl_tok number_tail(struct hcl_scan *s, uint32_t c)
{
	if (c == 'e' || c == 'E') {
		exponent(s, c);
		return TOK_FLOAT;
	}
	if (c == '.') {
		c = mantissa(s, peek(s));
		if (c == 'e' || c == 'E')
			exponent(s, next(s));
		return TOK_FLOAT;
	}
	if (c != END)
		unread(s);
	return TOK_NUMBER;
}

static enum hcl_tok hex_number(struct hcl_scan *s)
{
	uint32_t c = next(s);
	bool seen = false;

	for (; digit(c) < 16; seen = true)
		c = next(s);
	if (!seen)
		fail(s, "illegal hexadecimal number");
	if (c != END)
		unread(s);
	return TOK_NUMBER;
}

static enum hcl_tok zero_number(struct hcl_scan *s)
{
	uint32_t c = next(s);
	bool bad = false;

	if (c == 'x' || c == 'X')
		return hex_number(s);
	while (decimal(c)) {
		c = next(s);
		bad = bad || c == '8' || c == '9';
	}
	if (bad && c != 'e' && c != 'E' && c != '.')
		fail(s, "illegal octal number");
	return number_tail(s, c);
}

static enum hcl_tok number(struct hcl_scan *s, uint32_t c)
{
	size_t start = s->at.off;
	enum hcl_tok t;

	if (c == '0' && !s->json)
		return zero_number(s);
	mantissa(s, c);
	t = number_tail(s, next(s));
	if (s->json && t == TOK_NUMBER && c == '0' && s->at.off != start)
		fail(s, "numbers cannot start with 0");
	return t;
}

/* --- strings, comments, heredocs --- */

static void digits(struct hcl_scan *s, uint32_t c, int base, int n)
{
	int start = n;

	while (n > 0 && digit(c) < base) {
		c = next(s);
		if (c == END)
			break;
		n--;
	}
	if (n > 0)
		fail(s, "illegal char escape");
	if (n != start && c != END)
		unread(s);
}

static void escape(struct hcl_scan *s)
{
	uint32_t c = next(s);

	if (c >= '0' && c <= '7')
		digits(s, c, 8, 3);
	else if (c == 'x')
		digits(s, next(s), 16, 2);
	else if (c == 'u')
		digits(s, next(s), 16, 4);
	else if (c == 'U')
		digits(s, next(s), 16, 8);
	else if (!(c && c < 0x80 && strchr("abfnrtv\\\"", (int)c)) &&
		 !(s->json && c == '/'))
		fail(s, "illegal char escape");
}

static void string(struct hcl_scan *s)
{
	unsigned braces = 0;

	for (;;) {
		uint32_t c = next(s);

		if (c == END || (c == '\n' && (braces == 0 || s->json))) {
			fail(s, "literal not terminated");
			return;
		}
		if (c == '"' && (braces == 0 || s->json))
			return;
		if (braces == 0 && c == '$' && peek(s) == '{') {
			braces++;
			next(s);
		} else if (braces > 0 && c == '{') {
			braces++;
		}
		if (braces > 0 && c == '}')
			braces--;
		if (c == '\\')
			escape(s);
	}
}

static void comment(struct hcl_scan *s, uint32_t c)
{
	uint32_t before;

	if (c == '/' && peek(s) == '*') {
		next(s);
		c = next(s);
		do {
			if (c == END) {
				fail(s, "comment not terminated");
				return;
			}
			before = c;
			c = next(s);
		} while (before != '*' || c != '/');
		return;
	}
	if (c == '/' && peek(s) != '/') {
		fail(s, "expected '/' for comment");
		return;
	}
	do
		c = next(s);
	while (c != '\n' && c != END);
	if (c != END)
		unread(s);
}

/* Whether a line is blanks, the anchor's name and nothing more. */
static bool closes(struct str line, struct str anchor)
{
	struct str name = anchor;

	if (line.n < anchor.n)
		return false;
	if (name.p[0] == '-')
		name = str_cut(name, 1, name.n);
	while (line.n && ascii_space((unsigned char)line.p[0]))
		line = str_cut(line, 1, line.n);
	while (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return str_eq(line, name);
}

static void heredoc_body(struct hcl_scan *s, struct str anchor)
{
	size_t start = s->at.off;

	for (;;) {
		uint32_t c = next(s);

		if (c == END) {
			fail(s, "heredoc not terminated");
			return;
		}
		if (c != '\n')
			continue;
		if (closes(str_cut(s->src, start, s->at.off - 1), anchor))
			return;
		start = s->at.off;
	}
}

static void heredoc(struct hcl_scan *s)
{
	size_t start;
	struct str anchor;
	uint32_t c;

	if (next(s) != '<') {
		fail(s, "heredoc expected second '<', didn't see it");
		return;
	}
	start = s->at.off;
	c = next(s);
	if (c == '-')
		c = next(s);
	while (letter(c) || decimal(c))
		c = next(s);
	if (c == END) {
		fail(s, "heredoc not terminated");
		return;
	}
	if (c == '\r' && peek(s) == '\n')
		c = next(s);
	if (c != '\n') {
		fail(s, "invalid characters in heredoc anchor");
		return;
	}
	anchor = str_cut(s->src, start, s->at.off - 1);
	if (anchor.n == 0 || str_is(anchor, "-"))
		fail(s, "zero-length heredoc anchor");
	else
		heredoc_body(s, anchor);
}

static enum hcl_tok word(struct hcl_scan *s)
{
	size_t start = s->at.off - s->last;
	struct str text;
	uint32_t c;

	do
		c = next(s);
	while (letter(c) || decimal(c) || c == '-' || (c == '.' && !s->json));
	if (c != END)
		unread(s);
	text = str_cut(s->src, start, s->at.off);
	if (str_is(text, "true") || str_is(text, "false"))
		return TOK_BOOL;
	if (!s->json)
		return TOK_IDENT;
	if (str_is(text, "null"))
		return TOK_NULL;
	fail(s, "illegal char");
	return TOK_ILLEGAL;
}

static enum hcl_tok sign(struct hcl_scan *s, uint32_t c)
{
	static const char marks[] = "[]{},";
	static const enum hcl_tok toks[] = {TOK_LBRACK, TOK_RBRACK, TOK_LBRACE,
					    TOK_RBRACE, TOK_COMMA};
	const char *m = c && c < 0x80 ? strchr(marks, (int)c) : NULL;

	if (m)
		return toks[m - marks];
	if (c == '.' && decimal(peek(s))) {
		c = mantissa(s, next(s));
		if (c == 'e' || c == 'E')
			exponent(s, next(s));
		return TOK_FLOAT;
	}
	if (c == '.')
		return TOK_PERIOD;
	if (c == '-' && decimal(peek(s)))
		return number(s, next(s));
	if (c == ':' && s->json)
		return TOK_COLON;
	if (!s->json && (c == '=' || c == '+' || c == '-'))
		return c == '=' ? TOK_ASSIGN : c == '+' ? TOK_ADD : TOK_SUB;
	fail(s, s->json ? "illegal char: " : "illegal char");
	if (s->json)
		s->err_char = str_cut(s->src, s->at.off - s->last, s->at.off);
	return TOK_ILLEGAL;
}

static enum hcl_tok token(struct hcl_scan *s, uint32_t c)
{
	if (letter(c))
		return word(s);
	if (decimal(c))
		return number(s, c);
	if (c == END)
		return TOK_EOF;
	if (c == '"') {
		string(s);
		return TOK_STRING;
	}
	if (!s->json && (c == '#' || c == '/')) {
		comment(s, c);
		return TOK_COMMENT;
	}
	if (!s->json && c == '<') {
		heredoc(s);
		return TOK_HEREDOC;
	}
	return sign(s, c);
}

struct hcl_token hcl_scan_next(struct hcl_scan *s)
{
	struct hcl_token t;
	size_t start;
	uint32_t c;

	do
		c = next(s);
	while (space(c));
	start = s->at.off - s->last;
	t.pos = here(s);
	t.type = token(s, c);
	t.text = str_cut(s->src, start, s->at.off);
	return t;
}

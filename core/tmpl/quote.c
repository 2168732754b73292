// SPDX-License-Identifier: MIT
/* quote - Go's strconv: quoting and unquoting strings and characters.
 * Source: Go's strconv, as facts. */
#include "tmpl/fmt.h"

#include "regex/unicode.h"

static const char ESCAPED[] = "\a\b\f\n\r\t\v";
static const char ESCAPES[] = "abfnrtv";

static void put_hex(struct text *t, uint32_t v, int digits)
{
	while (digits-- > 0)
		text_addc(t, "0123456789abcdef"[v >> 4 * digits & 15]);
}

void quote_rune(struct text *t, uint32_t r, char quote, bool ascii)
{
	const char *e;

	if (r == (uint32_t)quote || r == '\\') {
		text_addc(t, '\\');
		text_addc(t, (char)r);
	} else if ((r < 128 || !ascii) && unicode_print(r)) {
		text_rune(t, r);
	} else if (r && r < ' ' && (e = strchr(ESCAPED, (int)r))) {
		text_addc(t, '\\');
		text_addc(t, ESCAPES[e - ESCAPED]);
	} else if (r < 128) {
		text_adds(t, "\\x");
		put_hex(t, r, 2);
	} else {
		text_adds(t, r < 0x10000 ? "\\u" : "\\U");
		put_hex(t, r, r < 0x10000 ? 4 : 8);
	}
}

void print_quote(struct text *t, struct str s, bool ascii)
{
	text_addc(t, '"');
	for (size_t at = 0; at < s.n;) {
		int w;
		uint32_t r = utf8_decode(s.p + at, s.n - at, &w);

		if (r == RUNE_ERROR && w == 1) {
			text_adds(t, "\\x");
			put_hex(t, (unsigned char)s.p[at], 2);
		} else {
			quote_rune(t, r, '"', ascii);
		}
		at += (size_t)w;
	}
	text_addc(t, '"');
}

const char *print_quoted(struct arena *a, struct str s)
{
	struct text t = {.a = a};

	print_quote(&t, s, false);
	text_addc(&t, '\0');
	return t.n ? t.p : "";
}

/* --- back again --- */

/* n hexadecimal (shift 4) or octal (3) digits. */
static bool take_digits(struct str *s, int n, unsigned shift, uint32_t *v)
{
	*v = 0;
	if (s->n < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		int d = ascii_hex((unsigned char)s->p[i]);

		if (d < 0 || d >> shift)
			return false;
		*v = *v << shift | (uint32_t)d;
	}
	*s = str_n(s->p + n, s->n - (size_t)n);
	return true;
}

static bool valid_rune(uint32_t r)
{
	return r <= RUNE_MAX && (r < 0xD800 || r > 0xDFFF);
}

/* Behind the backslash. */
static bool take_escape(struct str *s, char quote, uint32_t *r, bool *byte)
{
	const char *e;
	char c;

	if (!s->n)
		return false;
	c = s->p[0];
	if (c >= '0' && c <= '7') {
		*byte = true;
		return take_digits(s, 3, 3, r) && *r < 256;
	}
	*s = str_n(s->p + 1, s->n - 1);
	if (c == 'x') {
		*byte = true;
		return take_digits(s, 2, 4, r);
	}
	if (c == 'u' || c == 'U')
		return take_digits(s, c == 'u' ? 4 : 8, 4, r) && valid_rune(*r);
	if (c == '\\' || (c == quote && quote != '`')) {
		*r = (unsigned char)c;
		return true;
	}
	e = c ? strchr(ESCAPES, c) : NULL;
	if (e)
		*r = (unsigned char)ESCAPED[e - ESCAPES];
	return e != NULL;
}

bool print_unquote_char(struct str *s, char quote, uint32_t *rune, bool *byte)
{
	int w;

	*byte = false;
	if (!s->n || s->p[0] == quote)
		return false;
	*rune = utf8_decode(s->p, s->n, &w);
	*s = str_n(s->p + w, s->n - (size_t)w);
	return *rune != '\\' || take_escape(s, quote, rune, byte);
}

/* Nothing to replace: the literal's inside is its value. */
static bool is_plain(struct str s, char quote)
{
	if (quote == '`')
		return str_chr(s, '\r') < 0 && str_chr(s, '`') < 0;
	return str_chr(s, '\\') < 0 && str_chr(s, '\n') < 0 &&
	       str_chr(s, quote) < 0 && utf8_valid(s.p, s.n);
}

bool print_unquote(struct arena *a, struct str lit, struct str *out)
{
	struct text t = {.a = a};
	struct str s = lit.n < 2 ? lit : str_n(lit.p + 1, lit.n - 2);
	char quote = lit.n ? lit.p[0] : '\0';
	uint32_t r;
	bool byte;

	if (lit.n < 2 || lit.p[lit.n - 1] != quote ||
	    (quote != '"' && quote != '`'))
		return false;
	if (is_plain(s, quote)) {
		*out = s;
		return true;
	}
	while (s.n && quote == '`') {
		if (*s.p == '`')
			return false;
		if (*s.p != '\r')
			text_addc(&t, *s.p);
		s = str_n(s.p + 1, s.n - 1);
	}
	while (s.n) {
		if (*s.p == '\n' || !print_unquote_char(&s, quote, &r, &byte))
			return false;
		if (byte)
			text_addc(&t, (char)r);
		else
			text_rune(&t, r);
	}
	*out = text_str(&t);
	return true;
}

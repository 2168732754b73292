// SPDX-License-Identifier: MIT
/* json_scan - the tokens of a JSON text and what is wrong with them, in the
 * words of Go's encoding/json. */
#include "json_inner.h"

#include <stdio.h>

#include "base/utf8.h"

void json_nomem(struct json_in *j)
{
	if (!j->failed)
		err_nomem(j->err);
	j->failed = true;
}

/* The byte as Go quotes it: a rune of Latin-1. */
static void quote_byte(char out[16], unsigned char c)
{
	static const char names[] = "\a\b\f\n\r\t\v\\'";
	static const char letters[] = "abfnrtv\\'";
	const char *at = c ? strchr(names, c) : NULL;
	char rune[UTF8_MAX + 1] = "";

	if (at)
		snprintf(out, 16, "'\\%c'", letters[at - names]);
	else if (c < 0x20 || c == 0x7F)
		snprintf(out, 16, "'\\x%02x'", c);
	else if ((c >= 0x80 && c <= 0xA0) || c == 0xAD)
		snprintf(out, 16, "'\\u%04x'", c);
	else {
		utf8_encode(c, rune);
		snprintf(out, 16, "'%s'", rune);
	}
}

/* What is wrong with the byte at p. The end of the text counts as a space, as
 * in Go: inside a number, word or escape that is the wrong byte, elsewhere the
 * text ends too early. */
bool json_bad(struct json_in *j, const char *context)
{
	char c[16];

	if (j->failed)
		return false;
	/* A syntax error anywhere is told before a number out of range. */
	j->range = false;
	j->failed = true;
	if (j->p == j->end && strncmp(context, "in ", 3) != 0 &&
	    strncmp(context, "after decimal", 13) != 0) {
		err_set(j->err, 0, "unexpected end of JSON input");
		return false;
	}
	quote_byte(c, j->p == j->end ? ' ' : (unsigned char)*j->p);
	err_set(j->err, 0, "invalid character %s %s", c, context);
	return false;
}

char json_look(struct json_in *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' ||
				 *j->p == '\n' || *j->p == '\r'))
		j->p++;
	return j->p < j->end ? *j->p : '\0';
}

/* --- strings --- */

/* Four digits of a \u escape, at p. */
static bool hex4(struct json_in *j, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++, j->p++) {
		int d = j->p < j->end ? ascii_hex((unsigned char)*j->p) : -1;

		if (d < 0)
			return json_bad(j, "in \\u hexadecimal character escape");
		v = v * 16 + (unsigned)d;
	}
	*out = v;
	return true;
}

/* Checks one escape, p behind the backslash; *rune is what it stands for, or
 * half of it. */
static bool escape(struct json_in *j, uint32_t *rune)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *at = j->p < j->end && *j->p ? strchr(names, *j->p) : NULL;

	if (at) {
		j->p++;
		*rune = (unsigned char)values[at - names];
		return true;
	}
	if (j->p == j->end || *j->p != 'u')
		return json_bad(j, "in string escape code");
	j->p++;
	return hex4(j, rune);
}

/* From the opening quote past the closing one. *plain: the inside is its own
 * value. */
bool json_pass_string(struct json_in *j, bool *plain)
{
	uint32_t rune;

	*plain = true;
	for (j->p++; j->p < j->end; ) {
		unsigned char c = (unsigned char)*j->p;

		if (c == '"') {
			j->p++;
			return true;
		}
		if (c < 0x20)
			return json_bad(j, "in string literal");
		j->p++;
		if (c >= 0x80)
			*plain = false;
		if (c != '\\')
			continue;
		*plain = false;
		if (!escape(j, &rune))
			return false;
	}
	return json_bad(j, ""); /* the end: a space would fit */
}

/* A \u escape of a string already checked: pairs join, lone halves and what
 * is no rune become U+FFFD. */
static uint32_t unescape(struct json_in *j)
{
	uint32_t rune = 0, low = 0;

	escape(j, &rune);
	if (rune >= 0xD800 && rune < 0xE000) {
		const char *back = j->p;

		if (rune < 0xDC00 && j->end - j->p >= 6 && j->p[0] == '\\' &&
		    j->p[1] == 'u') {
			j->p += 2;
			hex4(j, &low);
			if (low >= 0xDC00 && low < 0xE000)
				return 0x10000 + ((rune - 0xD800) << 10) +
				       (low - 0xDC00);
			j->p = back;
		}
		return RUNE_ERROR;
	}
	return rune;
}

/* Copies with escapes and bad UTF-8 resolved. The result may be longer: a bad
 * byte becomes three. */
static struct str decode(struct json_in *j, struct str in)
{
	struct json_in sub = {.p = in.p, .end = in.p + in.n};
	size_t n = 0, room = in.n + 1, extra = 0;
	char *out;

	if (!utf8_valid(in.p, in.n))
		for (size_t i = 0; i < in.n; i++)
			extra += (unsigned char)in.p[i] >= 0x80;
	out = arena_alloc(j->arena, room + 2 * extra);
	if (!out) {
		json_nomem(j);
		return STR("");
	}
	while (sub.p < sub.end) {
		int width = 1;
		uint32_t rune = (unsigned char)*sub.p;

		if (rune == '\\') {
			sub.p++;
			rune = unescape(&sub);
		} else {
			if (rune >= 0x80)
				rune = utf8_decode(sub.p,
						   (size_t)(sub.end - sub.p),
						   &width);
			sub.p += width;
		}
		if (rune < 0x80)
			out[n++] = (char)rune;
		else
			n += (size_t)utf8_encode(rune, out + n);
	}
	return str_n(out, n);
}

bool json_string(struct json_in *j, struct str *out, bool copy)
{
	const char *start = j->p + 1, *dup;
	struct str in;
	bool plain;

	if (!json_pass_string(j, &plain))
		return false;
	j->first = false;
	in = str_n(start, (size_t)(j->p - 1 - start));
	if (!plain && !(memchr(in.p, '\\', in.n) == NULL &&
			utf8_valid(in.p, in.n))) {
		*out = decode(j, in);
		return !j->failed;
	}
	*out = in;
	if (!copy)
		return true;
	dup = arena_dup(j->arena, in.p, in.n);
	if (!dup) {
		json_nomem(j);
		return false;
	}
	out->p = dup;
	return true;
}

/* --- numbers and words --- */

static bool digits(struct json_in *j, const char *context)
{
	if (j->p == j->end || !ascii_digit((unsigned char)*j->p))
		return json_bad(j, context);
	while (j->p < j->end && ascii_digit((unsigned char)*j->p))
		j->p++;
	return true;
}

bool json_number(struct json_in *j, struct str *out)
{
	const char *start = j->p;

	if (*j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!digits(j, "in numeric literal"))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!digits(j, "after decimal point in numeric literal"))
			return false;
	}
	if (j->p < j->end && (*j->p | 32) == 'e') {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		if (!digits(j, "in exponent of numeric literal"))
			return false;
	}
	j->first = false;
	*out = str_n(start, (size_t)(j->p - start));
	return true;
}

/* true, false or null, letter by letter. */
bool json_word(struct json_in *j, const char *w)
{
	char context[48];

	for (const char *c = w; *c; c++, j->p++) {
		if (j->p < j->end && *j->p == *c)
			continue;
		snprintf(context, sizeof(context),
			 "in literal %s (expecting '%c')", w, *c);
		return json_bad(j, context);
	}
	j->first = false;
	return true;
}

// SPDX-License-Identifier: MIT
/* hcl_text - what a string or heredoc means once it has been scanned. */
#include "data/hcl.h"

#include "base/buf.h"
#include "base/utf8.h"

#include "hcl.h"

/* A cursor over the inside of a string; the result is never longer. */
struct unquote {
	struct str in;
	char *out;
	size_t n;
	bool json;
};

static void put_rune(struct unquote *u, uint32_t c)
{
	char b[UTF8_MAX];
	int k = utf8_encode(c, b);

	memcpy(u->out + u->n, b, (size_t)k);
	u->n += (size_t)k;
}

/* `${` to its matching brace, as it stands. */
static bool interpolation(struct unquote *u)
{
	size_t i = 2, braces = 1;

	for (; i < u->in.n && braces > 0; i++) {
		if (u->in.p[i] == '{')
			braces++;
		else if (u->in.p[i] == '}')
			braces--;
	}
	memcpy(u->out + u->n, u->in.p, i);
	u->n += i;
	u->in = str_cut(u->in, i, u->in.n);
	return braces == 0;
}

static bool number(struct unquote *u, size_t n, unsigned base, uint32_t *out)
{
	uint32_t v = 0;

	if (u->in.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int d = ascii_hex((unsigned char)u->in.p[i]);

		if (d < 0 || (unsigned)d >= base)
			return false;
		v = v * base + (unsigned)d;
	}
	u->in = str_cut(u->in, n, u->in.n);
	*out = v;
	return true;
}

/* JSON writes runes above U+FFFF as two escapes. */
static uint32_t second_half(struct unquote *u, uint32_t high)
{
	struct str back = u->in;
	uint32_t low;

	if (u->json && high >= 0xD800 && high < 0xDC00 &&
	    str_prefix(u->in, STR("\\u"))) {
		u->in = str_cut(u->in, 2, u->in.n);
		if (number(u, 4, 16, &low) && low >= 0xDC00 && low < 0xE000)
			return 0x10000 + ((high - 0xD800) << 10) +
			       (low - 0xDC00);
		u->in = back;
	}
	return high;
}

static bool escaped(struct unquote *u)
{
	static const char names[] = "abfnrtv\\\"/";
	static const char values[] = "\a\b\f\n\r\t\v\\\"/";
	const char *at;
	uint32_t v = 0;
	char c;

	if (u->in.n < 2)
		return false;
	c = u->in.p[1];
	u->in = str_cut(u->in, 2, u->in.n);
	at = c ? strchr(names, c) : NULL;
	if (at && (c != '/' || u->json)) {
		u->out[u->n++] = values[at - names];
		return true;
	}
	if (c == 'x' || (c >= '0' && c <= '7')) {
		if (c != 'x')
			u->in = (struct str){u->in.p - 1, u->in.n + 1};
		if (!number(u, c == 'x' ? 2 : 3, c == 'x' ? 16 : 8, &v) ||
		    v > 255)
			return false;
		u->out[u->n++] = (char)v;
		return true;
	}
	if ((c != 'u' && c != 'U') || !number(u, c == 'u' ? 4 : 8, 16, &v) ||
	    v > RUNE_MAX)
		return false;
	put_rune(u, second_half(u, v));
	return true;
}

bool hcl_unquote(struct arena *a, struct str text, bool json, struct str *out)
{
	struct unquote u = {.json = json};

	if (text.n < 2 || text.p[0] != '"' || text.p[text.n - 1] != '"')
		return false;
	u.in = str_cut(text, 1, text.n - 1);
	u.out = arena_alloc(a, u.in.n + UTF8_MAX);
	if (!u.out)
		return false;
	while (u.in.n) {
		if (!json && str_prefix(u.in, STR("${"))) {
			if (!interpolation(&u))
				return false;
		} else if (u.in.p[0] == '\\') {
			if (!escaped(&u))
				return false;
		} else {
			u.out[u.n++] = u.in.p[0];
			u.in = str_cut(u.in, 1, u.in.n);
		}
	}
	*out = str_n(u.out, u.n);
	return true;
}

/* Splits the text of a heredoc: the body with the newline before the closing
 * line, and the blanks before the closing word. */
static struct str body(struct str text, struct str *blanks)
{
	size_t from = (size_t)str_chr(text, '\n') + 1, to;
	ptrdiff_t nl;

	text.n--; /* the newline behind the closing word */
	nl = str_rfind(text, STR("\n"));
	to = (size_t)nl + 1;
	*blanks = str_cut(text, to, text.n);
	for (size_t i = 0; i < blanks->n; i++)
		if (!ascii_space((unsigned char)blanks->p[i]))
			blanks->n = i;
	return str_cut(text, from, to);
}

struct str hcl_heredoc(struct arena *a, struct str text)
{
	struct str blanks, all = body(text, &blanks), rest = all, line;
	bool indented = true;
	char *out;
	size_t n = 0;

	if (text.p[2] != '-') /* the blanks stay at the end of the value */
		return str_n(all.p, all.n + blanks.n);
	while (rest.n && str_split(&rest, '\n', &line))
		indented = indented && str_prefix(line, blanks);
	if (!indented || blanks.n == 0)
		return all;
	out = arena_alloc(a, all.n + 1);
	if (!out)
		return all;
	for (rest = all; rest.n && str_split(&rest, '\n', &line);) {
		memcpy(out + n, line.p + blanks.n, line.n - blanks.n);
		n += line.n - blanks.n;
		out[n++] = '\n';
	}
	return str_n(out, n);
}

// SPDX-License-Identifier: MIT
/* yaml_emit - scalars on the page: which style can hold a text, and where its
 * lines break. libyaml's emitter (the same algorithm, also in yaml.v2) would
 * do the like with much more code, but its later releases print some scalars
 * in other words than yaml.v2 does. */
#include "yaml_inner.h"

#include "base/utf8.h"

enum { WIDTH = 80, STEP = 2, SIMPLE_KEY_MAX = 128 };

/* --- characters, by the bytes at i --- */

static unsigned char at(struct str s, size_t i)
{
	return i < s.n ? (unsigned char)s.p[i] : 0;
}

static size_t width(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static bool is_break(struct str s, size_t i)
{
	unsigned char c = at(s, i), d = at(s, i + 1), e = at(s, i + 2);

	return c == '\r' || c == '\n' || (c == 0xC2 && d == 0x85) ||
	       (c == 0xE2 && d == 0x80 && (e == 0xA8 || e == 0xA9));
}

static bool is_blank(struct str s, size_t i)
{
	return at(s, i) == ' ' || at(s, i) == '\t';
}

static bool is_printable(struct str s, size_t i)
{
	unsigned char c = at(s, i), d = at(s, i + 1), e = at(s, i + 2);

	if (c < 0x80)
		return c == '\n' || (c >= 0x20 && c <= 0x7E);
	if (c == 0xC2)
		return d >= 0xA0;
	if (c == 0xED)
		return d < 0xA0;
	if (c == 0xEF)
		return !(d == 0xBB && e == 0xBF) &&
		       !(d == 0xBF && (e == 0xBE || e == 0xBF));
	return c < 0xF0;
}

/* --- what a text allows --- */

struct facts {
	bool multiline;
	bool plain, single, block; /* the styles that can hold it */
	bool indicators;
};

static bool indicator(struct str s, size_t i, bool space_before)
{
	unsigned char c = at(s, i);
	bool space_behind = i + 1 >= s.n || is_blank(s, i + 1);

	if (i == 0 && c && strchr("#,[]{}&*!|>'\"%@`", c))
		return true;
	if (i == 0 && (c == '?' || c == '-'))
		return space_behind;
	if (c == ':')
		return space_behind;
	return c == '#' && space_before;
}

static struct facts analyze(struct str s)
{
	struct facts f = {.plain = true, .single = true, .block = true};
	bool was_space = false, was_break = false, blank = true;
	bool space_break = false, break_space = false, special = false;

	if (!s.n)
		return (struct facts){.plain = true, .single = true};
	f.indicators = str_prefix(s, STR("---")) || str_prefix(s, STR("..."));
	for (size_t i = 0; i < s.n; i += width(at(s, i))) {
		bool space = at(s, i) == ' ', brk = is_break(s, i);

		f.indicators = f.indicators || indicator(s, i, blank);
		special = special || !is_printable(s, i);
		f.multiline = f.multiline || brk;
		space_break = space_break || (brk && was_space);
		break_space = break_space || (space && was_break);
		was_space = space;
		was_break = brk;
		blank = brk || is_blank(s, i) || at(s, i) == 0;
	}
	f.plain = !f.multiline && !special && !f.indicators &&
		  at(s, 0) != ' ' && !was_space;
	f.single = !break_space && !space_break && !special;
	f.block = !was_space && !space_break && !special;
	return f;
}

bool yaml_simple_key(struct str s, bool binary)
{
	return !analyze(s).multiline &&
	       s.n + (binary ? strlen("!!binary") : 0) <= SIMPLE_KEY_MAX;
}

/* --- writing --- */

static void put(struct yaml_out *o, char c)
{
	buf_addc(o->b, c);
	o->column++;
}

static void put_break(struct yaml_out *o)
{
	buf_addc(o->b, '\n');
	o->column = 0;
}

/* One character; returns its bytes. */
static size_t write_at(struct yaml_out *o, struct str s, size_t i)
{
	size_t w = width(at(s, i));

	buf_add(o->b, s.p + i, w);
	o->column++;
	return w;
}

static size_t write_break(struct yaml_out *o, struct str s, size_t i)
{
	size_t w = width(at(s, i));

	if (at(s, i) == '\n')
		put_break(o);
	else
		write_at(o, s, i);
	o->column = 0;
	return w;
}

void yaml_out_indent(struct yaml_out *o)
{
	size_t want = o->indent < 0 ? 0 : (size_t)o->indent;

	if (!o->indention || o->column > want ||
	    (o->column == want && !o->space))
		put_break(o);
	while (o->column < want)
		put(o, ' ');
	o->space = true;
	o->indention = true;
}

void yaml_out_mark(struct yaml_out *o, const char *mark, bool space_before,
		   bool space_after, bool indention)
{
	if (space_before && !o->space)
		put(o, ' ');
	while (*mark)
		put(o, *mark++);
	o->space = space_after;
	o->indention = o->indention && indention;
}

/* Whether a long line may be broken at the single space at i. */
static bool fold(struct yaml_out *o, struct str s, size_t i, bool spaces)
{
	return !spaces && o->column > WIDTH && i > 0 && i + 1 < s.n &&
	       at(s, i + 1) != ' ';
}

/* The inside of a plain or single quoted scalar. */
static void write_flow(struct yaml_out *o, struct str s, bool quoted, bool key)
{
	bool spaces = false, breaks = false;

	for (size_t i = 0; i < s.n;) {
		if (at(s, i) == ' ') {
			if (!key && fold(o, s, i, spaces)) {
				yaml_out_indent(o);
				i++;
			} else {
				i += write_at(o, s, i);
			}
			spaces = true;
		} else if (is_break(s, i)) {
			if (!breaks && at(s, i) == '\n')
				put_break(o);
			i += write_break(o, s, i);
			o->indention = true;
			breaks = true;
		} else {
			if (breaks)
				yaml_out_indent(o);
			if (quoted && at(s, i) == '\'')
				put(o, '\'');
			i += write_at(o, s, i);
			o->indention = false;
			spaces = breaks = false;
		}
	}
}

static void write_escape(struct yaml_out *o, uint32_t v)
{
	static const struct {
		uint16_t rune;
		char letter;
	} names[] = {
		{0, '0'},    {7, 'a'},	  {8, 'b'},	 {9, 't'},
		{10, 'n'},   {11, 'v'},	  {12, 'f'},	 {13, 'r'},
		{27, 'e'},   {'"', '"'},  {'\\', '\\'},	 {0x85, 'N'},
		{0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'},
	};
	size_t start = o->b->len;

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].rune == v) {
			put(o, '\\');
			put(o, names[i].letter);
			return;
		}
	if (v <= 0xFF)
		buf_addf(o->b, "\\x%02X", v);
	else
		buf_addf(o->b, v <= 0xFFFF ? "\\u%04X" : "\\U%08X", v);
	o->column += o->b->len - start;
}

static void write_double(struct yaml_out *o, struct str s, bool key)
{
	/* A byte order mark in front makes the original escape everything. */
	bool all = str_prefix(s, STR("\xEF\xBB\xBF")), spaces = false;
	int w;

	for (size_t i = 0; i < s.n;) {
		unsigned char c = at(s, i);

		if (all || !is_printable(s, i) || is_break(s, i) || c == '"' ||
		    c == '\\') {
			write_escape(o, utf8_decode(s.p + i, s.n - i, &w));
			i += (size_t)w;
			spaces = false;
		} else if (c == ' ') {
			if (!key && !spaces && o->column > WIDTH && i > 0 &&
			    i + 1 < s.n) {
				yaml_out_indent(o);
				if (at(s, i + 1) == ' ')
					put(o, '\\');
				i++;
			} else {
				i += write_at(o, s, i);
			}
			spaces = true;
		} else {
			i += write_at(o, s, i);
			spaces = false;
		}
	}
}

/* How many line breaks the text ends with, counted up to two. */
static int end_breaks(struct str s)
{
	size_t i = s.n;
	int n = 0;

	while (n < 2 && i > 0) {
		do
			i--;
		while (i > 0 && (at(s, i) & 0xC0) == 0x80);
		if (!is_break(s, i))
			break;
		n++;
	}
	return n;
}

static void write_literal(struct yaml_out *o, struct str s)
{
	bool breaks = true;
	int ends = end_breaks(s);

	yaml_out_mark(o, "|", true, false, false);
	if (at(s, 0) == ' ' || is_break(s, 0))
		yaml_out_mark(o, "2", false, false, false);
	if (ends == 0)
		yaml_out_mark(o, "-", false, false, false);
	else if (ends == 2 || s.n == width(at(s, 0)))
		yaml_out_mark(o, "+", false, false, false);
	put_break(o);
	o->indention = true;
	o->space = true;
	for (size_t i = 0; i < s.n;) {
		if (is_break(s, i)) {
			i += write_break(o, s, i);
			o->indention = true;
			breaks = true;
			continue;
		}
		if (breaks)
			yaml_out_indent(o);
		i += write_at(o, s, i);
		o->indention = false;
		breaks = false;
	}
}

static enum yaml_style choose(struct str s, enum yaml_style style, bool key)
{
	struct facts f = analyze(s);

	if (key && f.multiline)
		style = YAML_DOUBLE;
	if (style == YAML_PLAIN && (!f.plain || (!s.n && key)))
		style = YAML_SINGLE;
	if (style == YAML_SINGLE && !f.single)
		style = YAML_DOUBLE;
	if (style == YAML_LITERAL && (!f.block || key))
		style = YAML_DOUBLE;
	return style;
}

void yaml_out_scalar(struct yaml_out *o, struct str s, bool binary,
		     enum yaml_style style, bool key)
{
	int indent = o->indent;

	style = choose(s, style, key);
	if (binary)
		yaml_out_mark(o, "!!binary", true, false, false);
	o->indent = indent < 0 ? STEP : indent + STEP;
	switch (style) {
	case YAML_PLAIN:
		if (!o->space)
			put(o, ' ');
		write_flow(o, s, false, key);
		break;
	case YAML_SINGLE:
		yaml_out_mark(o, "'", true, false, false);
		write_flow(o, s, true, key);
		yaml_out_mark(o, "'", false, false, false);
		break;
	case YAML_DOUBLE:
		yaml_out_mark(o, "\"", true, false, false);
		write_double(o, s, key);
		yaml_out_mark(o, "\"", false, false, false);
		break;
	case YAML_LITERAL:
		write_literal(o, s);
		break;
	}
	if (style != YAML_LITERAL)
		o->space = o->indention = false;
	o->indent = indent;
}

// SPDX-License-Identifier: MIT
/* escape - the small parts of the syntax: runes, escapes and classes. */
#include "regex/parse.h"

int re_error(struct err *e, const char *code, struct str expr)
{
	return err_set(e, 0, "error parsing regexp: %s: `%.*s`", code,
		       (int)(expr.n < ERR_TEXT ? expr.n : ERR_TEXT), expr.p);
}

int re_fail(struct parser *ps, const char *code, const char *from,
	    const char *to)
{
	return re_error(ps->e, code, str_n(from, (size_t)(to - from)));
}

/* --- small readers --- */

/* The next rune (U+FFFD at the end); it must be valid UTF-8. */
int re_next_rune(struct parser *ps, uint32_t *rune)
{
	int w;

	*rune = utf8_decode(ps->p, (size_t)(ps->end - ps->p), &w);
	if (*rune == RUNE_ERROR && w == 1)
		return re_fail(ps, FAIL_UTF8, ps->p, ps->end);
	ps->p += w;
	return 0;
}

int re_check_utf8(struct parser *ps, const char *from, const char *to)
{
	int w = 0;

	for (; from < to; from += w)
		if (utf8_decode(from, (size_t)(to - from), &w) == RUNE_ERROR &&
		    w == 1)
			return re_fail(ps, FAIL_UTF8, from, to);
	return 0;
}

static int hex_value(uint32_t c)
{
	return c < 0x80 ? ascii_hex((unsigned char)c) : -1;
}

/* {10FFFF}, behind the brace. */
static int read_long_hex(struct parser *ps, const char *from, uint32_t *rune)
{
	uint32_t c = 0, v = 0;

	for (int digits = 0; ps->p < ps->end; digits++) {
		if (re_next_rune(ps, &c) < 0)
			return -1;
		if (c == '}' && digits) {
			*rune = v;
			return 0;
		}
		if (hex_value(c) < 0)
			break;
		v = v * 16 + (uint32_t)hex_value(c);
		if (v > RUNE_MAX)
			break;
	}
	return re_fail(ps, FAIL_ESCAPE, from, ps->p);
}

/* \x7F or \x{10FFFF}, behind the x. */
static int read_hex(struct parser *ps, const char *from, uint32_t *rune)
{
	uint32_t hi = 0, lo = 0;

	if (ps->p == ps->end)
		return re_fail(ps, FAIL_ESCAPE, from, ps->p);
	if (re_next_rune(ps, &hi) < 0)
		return -1;
	if (hi == '{')
		return read_long_hex(ps, from, rune);
	if (re_next_rune(ps, &lo) < 0)
		return -1;
	if (hex_value(hi) < 0 || hex_value(lo) < 0)
		return re_fail(ps, FAIL_ESCAPE, from, ps->p);
	*rune = (uint32_t)(hex_value(hi) * 16 + hex_value(lo));
	return 0;
}

/* \123: octal, behind the first digit. A single digit other than 0 would be
 * a backreference. */
static bool read_octal(struct parser *ps, uint32_t *rune)
{
	if (*rune > '0' && (ps->p == ps->end || *ps->p < '0' || *ps->p > '7'))
		return false;
	*rune -= '0';
	for (int i = 1; i < 3 && ps->p < ps->end; i++, ps->p++) {
		if (*ps->p < '0' || *ps->p > '7')
			break;
		*rune = *rune * 8 + (uint32_t)(*ps->p - '0');
	}
	return true;
}

/* A backslash and what follows, as one rune. */
int re_read_escape(struct parser *ps, uint32_t *rune)
{
	static const char letters[] = "a\af\fn\nr\rt\tv\v";
	const char *from = ps->p++;
	uint32_t c = 0;

	if (ps->p == ps->end)
		return err_set(ps->e, 0,
			       "error parsing regexp: trailing "
			       "backslash at end of expression: ``");
	if (re_next_rune(ps, &c) < 0)
		return -1;
	*rune = c;
	if (c >= '0' && c <= '7') {
		if (!(ps->flags & SF_ERE) && read_octal(ps, rune))
			return 0;
	} else if (c == 'x') {
		return read_hex(ps, from, rune);
	} else if (c < 0x80 && ascii_alpha((unsigned char)c)) {
		for (const char *l = letters; *l; l += 2) {
			if ((uint32_t)l[0] == c) {
				*rune = (uint32_t)l[1];
				return 0;
			}
		}
		if (ps->flags & SF_ERE)
			return 0;
	} else if (c < 0x80 && !ascii_digit((unsigned char)c)) {
		return 0; /* punctuation stands for itself */
	}
	return re_fail(ps, FAIL_ESCAPE, from, ps->p);
}

/* --- classes --- */

/* Adds a named set to c: folded before it is negated. */
static void add_group(struct parser *ps, struct class *c, struct class *set,
		      bool negate)
{
	if (ps->flags & SF_FOLD)
		class_fold(set);
	class_clean(set);
	if (negate)
		class_negate(set);
	class_add_class(c, set);
}

/* \d \s \w \D \S \W and \pN \p{Name} \PN: 1 added, 0 not one of them. */
int re_read_named(struct parser *ps, struct class *c)
{
	const char *from = ps->p, *name, *end;
	struct class *set;
	bool negate;
	uint32_t rune = 0;

	if (!(ps->flags & (SF_PERL | SF_ERE)) || !re_at(ps, 0, '\\') ||
	    ps->end - ps->p < 2)
		return 0;
	negate = ps->p[1] < 'a';
	set = class_new(ps->a);
	if ((ps->p[1] | 32) != 'p' || ps->flags & SF_ERE) {
		if (!ascii_alpha((unsigned char)ps->p[1]) ||
		    !class_add_perl(set, (char)(ps->p[1] | 32)))
			return 0;
		ps->p += 2;
		add_group(ps, c, set, negate);
		return 1;
	}
	ps->p += 2;
	name = ps->p;
	if (re_next_rune(ps, &rune) < 0)
		return -1;
	end = ps->p;
	if (rune == '{') {
		name = ps->p;
		end = memchr(from, '}', (size_t)(ps->end - from));
		if (!end)
			return re_check_utf8(ps, from, ps->end) < 0
				       ? -1
				       : re_fail(ps, FAIL_RANGE, from, ps->end);
		if (re_check_utf8(ps, name, end) < 0)
			return -1;
		ps->p = end + 1;
	}
	if (name < end && *name == '^') {
		negate = !negate;
		name++;
	}
	if (name == end ||
	    !class_add_unicode(set, str_n(name, (size_t)(end - name))))
		return re_fail(ps, FAIL_RANGE, from, ps->p);
	add_group(ps, c, set, negate);
	return 1;
}

/* [:name:] inside a class, in C libraries [.c.] and [=c=], too: 1 added, 0 not
 * one. */
static int read_posix(struct parser *ps, struct class *c)
{
	const char *from = ps->p, *end;
	struct str name;
	struct class *set;
	bool negate, ere = ps->flags & SF_ERE;

	if (ps->end - from < 3 || from[0] != '[' ||
	    !(from[1] == ':' || (ere && (from[1] == '.' || from[1] == '='))))
		return 0;
	end = memmem(from + 2, (size_t)(ps->end - from - 2),
		     (char[]){from[1], ']'}, 2);
	if (!end)
		return 0;
	name = str_n(from + 2, (size_t)(end - from - 2));
	if (from[1] != ':' && name.n == 1) {
		class_add(c, (unsigned char)*name.p, (unsigned char)*name.p);
		ps->p = end + 2;
		return 1;
	}
	negate = name.n && *name.p == '^';
	if (negate)
		name = str_cut(name, 1, name.n);
	set = class_new(ps->a);
	if (!class_add_posix(set, name))
		return re_fail(ps, FAIL_RANGE, from, end + 2);
	ps->p = end + 2;
	add_group(ps, c, set, negate);
	return 1;
}

/* One rune of a class that starts at `whole`. */
static int read_class_rune(struct parser *ps, const char *whole, uint32_t *rune)
{
	if (ps->p == ps->end)
		return re_fail(ps, "missing closing ]", whole, ps->end);
	if (*ps->p == '\\' && !(ps->flags & SF_ERE))
		return re_read_escape(ps, rune);
	return re_next_rune(ps, rune);
}

/* A rune or a range a-b. */
static int read_range(struct parser *ps, const char *whole, struct class *c)
{
	const char *from = ps->p;
	uint32_t lo = 0, hi = 0;
	struct class *set;

	if (read_class_rune(ps, whole, &lo) < 0)
		return -1;
	hi = lo;
	/* [a-] means a or -. */
	if (re_at(ps, 0, '-') && ps->end - ps->p >= 2 && !re_at(ps, 1, ']')) {
		ps->p++;
		if (read_class_rune(ps, whole, &hi) < 0)
			return -1;
		if (hi < lo)
			return re_fail(ps, FAIL_RANGE, from, ps->p);
	}
	if (!(ps->flags & SF_FOLD)) {
		class_add(c, lo, hi);
		return 0;
	}
	set = class_new(ps->a);
	class_add(set, lo, hi);
	add_group(ps, c, set, false);
	return 0;
}

int re_read_class(struct parser *ps, struct class *c)
{
	const char *whole = ps->p++;
	bool negate = re_at(ps, 0, '^'), first = true;

	ps->p += negate;
	/* In POSIX syntax a negated class does not match a newline. */
	if (negate && !(ps->flags & SF_PERL))
		class_add(c, '\n', '\n');
	for (; !re_at(ps, 0, ']') || first; first = false) {
		int r;

		if (re_at(ps, 0, '-') && !(ps->flags & SF_PERL) && !first &&
		    !re_at(ps, 1, ']')) {
			int w = 0;
			const char *p = ps->p + 1;

			utf8_decode(p, (size_t)(ps->end - p), &w);
			return re_fail(ps, FAIL_RANGE, ps->p, p + w);
		}
		r = read_posix(ps, c);
		if (r == 0 && !(ps->flags & SF_ERE))
			r = re_read_named(ps, c);
		if (r == 0)
			r = read_range(ps, whole, c);
		if (r < 0)
			return -1;
	}
	ps->p++;
	class_clean(c);
	if (negate)
		class_negate(c);
	return 0;
}

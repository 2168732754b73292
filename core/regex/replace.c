// SPDX-License-Identifier: MIT
/* replace - replacing, expanding templates, splitting and quoting, by the
 * rules of Go's package regexp. */
#include "regex/impl.h"
#include "regex/unicode.h"

/* Reads the name behind a '$': name, or {name}. Returns the number of bytes
 * it takes, 0 when there is none; *num is its value when it is a number, else
 * -1. */
static size_t read_name(struct str t, struct str *name, int *num)
{
	size_t brace = t.n && t.p[0] == '{', i = brace;

	while (i < t.n) {
		int w;
		uint32_t r = utf8_decode(t.p + i, t.n - i, &w);

		if (r != '_' && !unicode_is(r, UNI_LETTER | UNI_BIT(UNI_ND)))
			break;
		i += (size_t)w;
	}
	*name = str_cut(t, brace, i);
	if (!name->n || (brace && (i == t.n || t.p[i] != '}')))
		return 0;
	*num = 0;
	for (size_t k = 0; k < name->n && *num >= 0; k++) {
		unsigned char c = (unsigned char)name->p[k];

		if (!ascii_digit(c) || *num >= 100000000 ||
		    (k == 1 && name->p[0] == '0'))
			*num = -1;
		else
			*num = *num * 10 + (c - '0');
	}
	return i + brace;
}

/* The group a name stands for, or -1: with several of the name, the first one
 * that took part in the match. */
static int named_group(const struct regex *re, struct str name,
		       const ptrdiff_t *cap, int ncap)
{
	for (int i = 1; i <= re->ngroups && i < ncap; i++)
		if (re->names[i] && str_is(name, re->names[i]) &&
		    cap[2 * i] >= 0)
			return i;
	return -1;
}

void regex_expand(const struct regex *re, struct str t, struct str s,
		  const ptrdiff_t *cap, int ncap, struct buf *out)
{
	while (t.n) {
		ptrdiff_t at = str_chr(t, '$');
		struct str name;
		size_t used;
		int group;

		if (at < 0)
			break;
		buf_add(out, t.p, (size_t)at);
		t = str_cut(t, (size_t)at + 1, t.n);
		if (t.n && t.p[0] == '$') {
			buf_addc(out, '$');
			t = str_cut(t, 1, t.n);
			continue;
		}
		used = read_name(t, &name, &group);
		if (!used) {
			buf_addc(out, '$');
			continue;
		}
		t = str_cut(t, used, t.n);
		if (group < 0)
			group = named_group(re, name, cap, ncap);
		if (group >= 0 && group < ncap && cap[2 * group] >= 0)
			buf_add(out, s.p + cap[2 * group],
				(size_t)(cap[2 * group + 1] - cap[2 * group]));
	}
	buf_add(out, t.p, t.n);
}

/* A template without '$' is a plain text. */
static int replace(const struct regex *re, struct str s, struct str with,
		   bool literal, struct buf *out, struct err *e)
{
	struct regex_iter it;
	size_t last = 0;
	int r = 0;

	if (regex_iter_init(&it, re, s, e) < 0)
		return -1;
	if (literal)
		it.ncap = 2;
	while (it.pos <= s.n && !out->failed &&
	       (r = re_iter_find(&it, e)) > 0) {
		size_t from = (size_t)it.cap[0], to = (size_t)it.cap[1];
		size_t step = re_iter_width(&it);

		buf_add(out, s.p + last, from - last);
		/* Nothing for an empty match right behind another match. */
		if (to > last || from == 0) {
			if (literal)
				buf_add(out, with.p, with.n);
			else
				regex_expand(re, with, s, it.cap, it.ncap / 2,
					     out);
		}
		last = to;
		it.pos = it.pos + step > to ? it.pos + step : to;
	}
	regex_iter_free(&it);
	if (r < 0)
		return -1;
	buf_add(out, s.p + last, s.n - last);
	if (out->failed)
		return err_set(e, 0, "result of a replacement too large");
	return 0;
}

int regex_replace(const struct regex *re, struct str s, struct str tmpl,
		  struct buf *out, struct err *e)
{
	return replace(re, s, tmpl, str_chr(tmpl, '$') < 0, out, e);
}

int regex_replace_literal(const struct regex *re, struct str s,
			  struct str with, struct buf *out, struct err *e)
{
	return replace(re, s, with, true, out, e);
}

int regex_split(const struct regex *re, struct str s, int n,
		int (*fn)(void *ctx, struct str piece, struct err *e),
		void *ctx, struct err *e)
{
	struct regex_iter it;
	size_t start = 0, end = 0;
	int pieces = 0, r = 0;

	if (n == 0)
		return 0;
	/* An empty text is one empty piece, but for the empty expression. */
	if (s.n == 0)
		return re->empty_pattern || !fn(ctx, s, e) ? 0 : -1;
	if (regex_iter_init(&it, re, s, e) < 0)
		return -1;
	it.ncap = 2;
	while ((n < 0 || pieces < n - 1) && (r = regex_next(&it, e)) > 0) {
		end = (size_t)it.cap[0];
		if (it.cap[1] != 0) {
			if (fn(ctx, str_cut(s, start, end), e)) {
				r = -1;
				break;
			}
			pieces++;
		}
		start = (size_t)it.cap[1];
	}
	regex_iter_free(&it);
	if (r < 0)
		return -1;
	if (end != s.n && fn(ctx, str_cut(s, start, s.n), e))
		return -1;
	return 0;
}

void regex_quote(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i]))
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
}

// SPDX-License-Identifier: MIT
/* transform - crunching, chomping and splitting a value, in this order.
 * Source: skarnet.org/software/execline/el_transform.html. */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "execline.h"

static bool is_delim(const char *delim, char c)
{
	return c && strchr(delim, c);
}

static void crunch(struct buf *b, const char *delim)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++)
		if (!i || !is_delim(delim, b->p[i]) ||
		    !is_delim(delim, b->p[i - 1]))
			b->p[to++] = b->p[i];
	buf_cut(b, to);
}

/* Each delimiter ends a word; what follows the last one is a word, too, unless
 * it is empty or a delimiter was to be chomped there and none was. */
static void split(struct el_words *out, const char *delim, bool drop_last)
{
	struct buf *b = &out->bytes;

	out->n = 0;
	for (size_t i = 0, from = 0; i < b->len; i++) {
		if (is_delim(delim, b->p[i])) {
			b->p[i] = '\0';
			out->n++;
			from = i + 1;
		} else if (i + 1 == b->len) {
			if (drop_last) {
				buf_cut(b, from);
				return;
			}
			buf_addc(b, '\0');
			out->n++;
			return;
		}
	}
}

static bool netstrings(struct el_words *out, struct str s)
{
	out->n = 0;
	while (s.n) {
		ptrdiff_t colon = str_chr(s, ':');
		uint64_t n;

		if (colon < 0 || !num_u64(str_cut(s, 0, (size_t)colon), s.n,
					  &n))
			return false;
		s = str_cut(s, (size_t)colon + 1, s.n);
		if (n >= s.n || s.p[n] != ',')
			return false;
		buf_add(&out->bytes, s.p, n);
		buf_addc(&out->bytes, '\0');
		out->n++;
		s = str_cut(s, n + 1, s.n);
	}
	return true;
}

void el_transform(struct el_words *out, const char *s, size_t n,
		  const struct el_how *how)
{
	const char *delim = how->delim ? how->delim : " \n\r\t";
	struct buf *b = &out->bytes;
	bool ended;

	if (how->split && !*delim) {
		if (!netstrings(out, str_n(s, n)))
			die(111, "value is not a sequence of netstrings");
		return;
	}
	buf_add(b, s, n);
	if (b->failed)
		return;
	if (how->crunch)
		crunch(b, delim);
	ended = b->len && is_delim(delim, b->p[b->len - 1]);
	if (how->chomp && ended)
		buf_cut(b, b->len - 1);
	if (!how->split) {
		buf_addc(b, '\0');
		out->n = 1;
	} else {
		split(out, delim, how->chomp && !ended);
	}
}

void el_import(struct el_values *v, const struct el_import *how,
	       const char *key, const char *var)
{
	const char *value = getenv(var);
	struct el_words *w = el_values_add(v, key);

	if (!value && how->insist)
		die(100, "%s not set", var);
	if (!value)
		value = how->preset;
	if (value)
		el_transform(w, value, strlen(value), &how->how);
}

void el_multi(struct el_values *v, const struct el_multi *how, const char *s,
	      char *const *vars)
{
	struct el_how split = how->how;
	struct el_words all = {0};
	const char *p;
	size_t left;

	split.split = 1;
	el_transform(&all, s, strlen(s), &split);
	p = buf_str(&all.bytes);
	left = all.n;
	for (; *vars; vars++) {
		struct el_words none = {0};
		struct el_words *w = **vars ? el_values_add(v, *vars) : &none;

		if (!left && !how->zero && w != &none)
			el_words_add(w, "");
		while (left) {
			if (w != &none)
				el_words_add(w, p);
			p += strlen(p) + 1;
			left--;
			if (vars[1] || !how->rest)
				break;
		}
	}
	el_words_free(&all);
}

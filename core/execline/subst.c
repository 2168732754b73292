// SPDX-License-Identifier: MIT
/* subst - the substitution rule:
 *
 *   ${K}   anywhere in a word;
 *   $K     when the name, up to the next of $ { } \ or the end of the word, is
 *          exactly K;
 *   2n backslashes right before it: n backslashes and the value;
 *   2n+1: n backslashes and the text itself.
 *
 * Everything else stays. A word that holds values of several words becomes
 * all their combinations, the leftmost changing slowest. Values are not looked
 * at again. Source: skarnet.org/software/execline/el_substitute.html. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "execline.h"

enum { KEYS_MAX = 1 << 20, PIECES_MAX = 1 << 16 };

/* A part of a word: literal bytes, or a value. */
struct piece {
	const char *p;
	size_t n;
	const struct el_words *value;
	size_t at; /* offset of the value's current word */
	size_t i;  /* and its index */
};

struct pieces {
	struct piece *items;
	size_t n, cap;
};

struct el_words *el_values_add(struct el_values *v, const char *key)
{
	struct el_value one = {.key = key};

	if (!*key)
		die(111, "bad substitution key");
	if (vec_push(&v->items, &v->n, &v->cap, one, KEYS_MAX) < 0)
		die_sys(111, ENOMEM, "unable to substitute");
	return &v->items[v->n - 1].words;
}

void el_values_free(struct el_values *v)
{
	for (size_t i = 0; i < v->n; i++)
		el_words_free(&v->items[i].words);
	free(v->items);
	*v = (struct el_values){0};
}

void el_words_add(struct el_words *w, const char *s)
{
	buf_add(&w->bytes, s, strlen(s) + 1);
	w->n++;
}

void el_values_check(const struct el_values *v, int code)
{
	for (size_t i = 1; i < v->n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(v->items[i].key, v->items[j].key))
				die(code, "bad substitution: %s twice",
				    v->items[i].key);
}

static const struct el_words *find(const struct el_values *v, const char *key,
				   size_t n)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_is(str_n(key, n), v->items[i].key))
			return &v->items[i].words;
	return NULL;
}

/* The value of the $... at p and the length of that text; NULL = none. */
static const struct el_words *match(const struct el_values *v, const char *p,
				    size_t *len)
{
	bool braced = p[1] == '{';
	const char *name = p + 1 + braced;
	size_t n = strcspn(name, "${}\\");

	if (braced && name[n] != '}')
		return NULL;
	*len = (size_t)(name + n - p) + braced;
	return find(v, name, n);
}

static int add_piece(struct pieces *ps, const char *p, size_t n,
		     const struct el_words *value)
{
	struct piece x = {.p = p, .n = n, .value = value};

	if (!n && !value)
		return 0;
	return vec_push(&ps->items, &ps->n, &ps->cap, x, PIECES_MAX);
}

/* Takes a word apart. */
static int cut(struct pieces *ps, const struct el_values *v, const char *word)
{
	const char *from = word, *p = word;
	int r = 0;

	ps->n = 0;
	while (*p && r == 0) {
		size_t slashes = strspn(p, "\\"), len;
		const struct el_words *value = NULL;

		p += slashes;
		if (*p == '$')
			value = match(v, p, &len);
		if (!value) {
			p += *p != '\0';
			continue;
		}
		/* half of the backslashes, rounded down, go */
		r = add_piece(ps, from,
			      (size_t)(p - from) - slashes + slashes / 2, NULL);
		from = p;
		p += len;
		if (slashes % 2 == 0) {
			r |= add_piece(ps, NULL, 0, value);
			from = p;
		}
	}
	return r < 0 ? -1 : add_piece(ps, from, strlen(from), NULL);
}

static void put_word(struct el_words *out, const struct pieces *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		const struct piece *x = &ps->items[i];

		if (x->value)
			buf_adds(&out->bytes, buf_str(&x->value->bytes) + x->at);
		else
			buf_add(&out->bytes, x->p, x->n);
	}
	buf_addc(&out->bytes, '\0');
	out->n++;
}

/* To the next combination, the rightmost first; false after the last. */
static bool advance(struct pieces *ps)
{
	for (size_t i = ps->n; i-- > 0;) {
		struct piece *x = &ps->items[i];

		if (!x->value)
			continue;
		if (++x->i < x->value->n) {
			x->at += strlen(x->value->bytes.p + x->at) + 1;
			return true;
		}
		x->i = x->at = 0;
	}
	return false;
}

static bool vanishes(const struct pieces *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->items[i].value && !ps->items[i].value->n)
			return true;
	return false;
}

int el_subst(char *const *argv, const struct el_values *v, struct el_words *out)
{
	struct pieces ps = {0};
	int r = 0;

	if (!out->bytes.max)
		out->bytes.max = EL_SCRIPT_MAX;
	for (; *argv && r == 0; argv++) {
		r = cut(&ps, v, *argv);
		if (r < 0 || vanishes(&ps))
			continue;
		do
			put_word(out, &ps);
		while (advance(&ps) && !out->bytes.failed);
	}
	free(ps.items);
	return r < 0 || out->bytes.failed ? -1 : 0;
}

void el_subst_exec(char *const *argv, const struct el_values *v)
{
	struct el_words w = {0};

	if (el_subst(argv, v, &w) < 0)
		die_sys(111, ENOMEM, "unable to substitute");
	el_exec(el_words_argv(&w));
}

// SPDX-License-Identifier: MIT
/* class - sets of runes as ranges, and the named ones: Perl's, POSIX's and
 * Unicode's. Memory comes from the arena of the compilation. */
#include "regex/impl.h"
#include "regex/unicode.h"

#include <stdlib.h>

struct class *class_new(struct arena *a)
{
	struct class *c = arena_alloc(a, sizeof(*c));

	c->a = a;
	c->index = -1;
	return c;
}

void class_add(struct class *c, uint32_t lo, uint32_t hi)
{
	if (c->n && lo >= c->r[c->n - 1].lo && lo <= c->r[c->n - 1].hi + 1) {
		if (hi > c->r[c->n - 1].hi)
			c->r[c->n - 1].hi = hi;
		return;
	}
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? 2 * c->cap : 4;

		c->r = arena_grow(c->a, c->r, c->n * sizeof(*c->r),
				  cap * sizeof(*c->r));
		c->cap = cap;
	}
	c->r[c->n++] = (struct range){lo, hi};
}

void class_add_class(struct class *c, const struct class *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		class_add(c, o->r[i].lo, o->r[i].hi);
}

static int range_cmp(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

void class_clean(struct class *c)
{
	uint32_t k = 0;

	if (c->n < 2)
		return;
	qsort(c->r, c->n, sizeof(*c->r), range_cmp);
	for (uint32_t i = 1; i < c->n; i++) {
		if (c->r[i].lo > c->r[k].hi + 1)
			c->r[++k] = c->r[i];
		else if (c->r[i].hi > c->r[k].hi)
			c->r[k].hi = c->r[i].hi;
	}
	c->n = k + 1;
}

void class_negate(struct class *c)
{
	struct class old = *c;
	uint32_t lo = 0;

	c->r = NULL;
	c->n = c->cap = 0;
	for (uint32_t i = 0; i < old.n; i++) {
		if (old.r[i].lo > lo)
			class_add(c, lo, old.r[i].lo - 1);
		lo = old.r[i].hi + 1;
	}
	if (lo <= RUNE_MAX)
		class_add(c, lo, RUNE_MAX);
}

static bool ranges_have(const struct range *r, uint32_t n, uint32_t rune)
{
	uint32_t lo = 0;

	while (lo < n) {
		uint32_t mid = lo + (n - lo) / 2;

		if (rune > r[mid].hi)
			lo = mid + 1;
		else if (rune < r[mid].lo)
			n = mid;
		else
			return true;
	}
	return false;
}

bool class_has(const struct class *c, uint32_t rune)
{
	return ranges_have(c->r, c->n, rune);
}

bool re_class_has(const struct prog_class *c, uint32_t rune)
{
	return ranges_have(c->r, c->n, rune);
}

/* Adds a whole folding class when one of its members was in the first n
 * ranges. */
struct folding {
	struct class *c;
	uint32_t n;
};

static void fold_orbit(void *ctx, const uint32_t *runes, int n)
{
	struct folding *f = ctx;

	for (int i = 0; i < n; i++) {
		if (!ranges_have(f->c->r, f->n, runes[i]))
			continue;
		/* New ranges of their own: the first n must stay as they are,
		 * and class_add may only stretch the last of all. */
		for (i = 0; i < n; i++)
			if (!class_has(f->c, runes[i]))
				class_add(f->c, runes[i], runes[i]);
		return;
	}
}

void class_fold(struct class *c)
{
	struct folding f = {c, 0};
	uint32_t set[UNI_ORBIT];

	class_clean(c);
	f.n = c->n;
	if (!c->n)
		return;
	if (c->r[c->n - 1].hi >= 0x80) {
		unicode_orbits(fold_orbit, &f);
	} else {
		/* The usual case, quickly: few runes, looked at one by one. */
		for (uint32_t i = 0; i < f.n; i++) {
			struct range r = c->r[i];

			for (uint32_t x = r.lo; x <= r.hi; x++)
				for (int k = unicode_orbit(x, set); k > 0; k--)
					class_add(c, set[k - 1], set[k - 1]);
		}
	}
	class_clean(c);
}

/* --- names --- */

/* Up to four ranges of ASCII, as pairs of bytes. */
struct ascii_class {
	char name[7];
	uint8_t n;
	char pairs[8];
};

static const struct ascii_class posix_classes[] = {
	{"alnum", 3, "09AZaz"},
	{"alpha", 2, "AZaz"},
	{"ascii", 1, "\0\x7F"},
	{"blank", 2, "\t\t  "},
	{"cntrl", 2, "\0\x1F\x7F\x7F"},
	{"digit", 1, "09"},
	{"graph", 1, "!~"},
	{"lower", 1, "az"},
	{"print", 1, " ~"},
	{"punct", 4, {'!', '/', ':', '@', '[', '`', '{', '~'}},
	{"space", 2, "\t\r  "},
	{"upper", 1, "AZ"},
	{"word", 4, {'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}},
	{"xdigit", 3, "09AFaf"},
	/* Perl's white space: without \v. */
	{"", 3, "\t\n\f\r  "},
};

static void add_ascii(struct class *c, const struct ascii_class *k)
{
	for (int i = 0; i < k->n; i++)
		class_add(c, (unsigned char)k->pairs[2 * i],
			  (unsigned char)k->pairs[2 * i + 1]);
}

bool class_add_posix(struct class *c, struct str name)
{
	for (size_t i = 0; i < COUNT(posix_classes); i++) {
		if (name.n && str_is(name, posix_classes[i].name)) {
			add_ascii(c, &posix_classes[i]);
			return true;
		}
	}
	return false;
}

bool class_add_perl(struct class *c, char letter)
{
	switch (letter) {
	case 'd':
		return class_add_posix(c, STR("digit"));
	case 'w':
		return class_add_posix(c, STR("word"));
	case 's':
		add_ascii(c, &posix_classes[COUNT(posix_classes) - 1]);
		return true;
	default:
		return false;
	}
}

static void add_range(void *ctx, uint32_t lo, uint32_t hi)
{
	class_add(ctx, lo, hi);
}

bool class_add_unicode(struct class *c, struct str name)
{
	uint32_t cats = unicode_cats(name);
	int script;

	if (cats) {
		unicode_ranges(cats, add_range, c);
		return true;
	}
	if (str_ieq(name, STR("ascii"))) {
		class_add(c, 0, 0x7F);
		return true;
	}
	script = unicode_script(name);
	if (script < 0)
		return false;
	/* The script's runs cover unassigned code points too: c - Cn is the
	 * same as not (not c or Cn). c is empty before. */
	unicode_script_ranges(script, add_range, c);
	class_clean(c);
	class_negate(c);
	unicode_ranges(UNI_BIT(UNI_CN), add_range, c);
	class_clean(c);
	class_negate(c);
	return true;
}

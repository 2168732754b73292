// SPDX-License-Identifier: MIT
/* layout - Go's reference-time layouts: their chunks, and printing a time by
 * one; layout_read.c reads text by one.
 * Source: Go's package time (format.go), as facts. */
#include "funcs/layout.h"
#include "funcs/time.h"
#include "tmpl/print.h"

static const struct elem_text {
	const char *text;
	uint8_t elem;
} elem_texts[] = {
	/* the longer of two with the same start comes first */
	{"January", E_LONG_MONTH}, {"Jan", E_MONTH},
	{"Monday", E_LONG_WEEKDAY}, {"Mon", E_WEEKDAY},
	{"MST", E_TZ},		   {"002", E_ZERO_YDAY},
	{"01", E_ZERO_MONTH},	   {"02", E_ZERO_DAY},
	{"03", E_ZERO_HOUR12},	   {"04", E_ZERO_MINUTE},
	{"05", E_ZERO_SECOND},	   {"06", E_YEAR},
	{"15", E_HOUR},		   {"1", E_NUM_MONTH},
	{"2006", E_LONG_YEAR},	   {"2", E_DAY},
	{"__2", E_UNDER_YDAY},	   {"_2", E_UNDER_DAY},
	{"3", E_HOUR12},	   {"4", E_MINUTE},
	{"5", E_SECOND},	   {"PM", E_PM},
	{"pm", E_LOWER_PM},
};

/* -070000 -07:00:00 -0700 -07:00 -07 and the same with Z. */
static size_t offset_at(struct str s, struct chunk *c)
{
	static const struct {
		const char *text;
		bool colon;
		int parts;
	} kinds[] = {
		{"070000", false, 3}, {"07:00:00", true, 3},
		{"0700", false, 2},   {"07:00", true, 2},
		{"07", false, 1},
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!str_prefix(str_cut(s, 1, s.n), str_of(kinds[i].text)))
			continue;
		c->iso = s.p[0] == 'Z';
		c->colon = kinds[i].colon;
		c->parts = kinds[i].parts;
		c->elem = E_OFFSET;
		return 1 + strlen(kinds[i].text);
	}
	return 0;
}

/* .000 or ,999: equal digits that no other digit follows. */
static size_t fraction_at(struct str s, struct chunk *c)
{
	size_t j = 1;

	if (s.n < 2 || (s.p[1] != '0' && s.p[1] != '9'))
		return 0;
	while (j < s.n && s.p[j] == s.p[1])
		j++;
	if (digit_at(s, j))
		return 0;
	c->elem = s.p[1] == '0' ? E_FRACTION0 : E_FRACTION9;
	c->digits = (int)(j - 1);
	return j;
}

/* The element that starts at s; its length, 0 when none does. */
static size_t elem_at(struct str s, struct chunk *c)
{
	char first = s.p[0];

	if (first == '-' || first == 'Z')
		return offset_at(s, c);
	if (first == '.' || first == ',')
		return fraction_at(s, c);
	for (size_t i = 0; i < COUNT(elem_texts); i++) {
		const struct elem_text *t = &elem_texts[i];
		size_t n = strlen(t->text);

		if (first != t->text[0] || !str_prefix(s, str_of(t->text)))
			continue;
		/* "Janet" and "Month" are words, not elements */
		if ((t->elem == E_MONTH || t->elem == E_WEEKDAY) && n < s.n &&
		    s.p[n] >= 'a' && s.p[n] <= 'z')
			continue;
		c->elem = t->elem;
		return n;
	}
	return 0;
}

void layout_next(struct str layout, struct chunk *c)
{
	*c = (struct chunk){.before = layout};
	for (size_t i = 0; i < layout.n; i++) {
		struct str s = str_cut(layout, i, layout.n);
		size_t n;

		/* "_2006" is an underscore and a year */
		if (str_prefix(s, STR("_2006"))) {
			i++;
			s = str_cut(layout, i, layout.n);
		}
		n = elem_at(s, c);
		if (!n)
			continue;
		c->before = str_cut(layout, 0, i);
		c->text = str_cut(s, 0, n);
		c->rest = str_cut(s, n, s.n);
		return;
	}
}

/* --- printing --- */

static void number(struct text *t, int64_t v, int width, char pad)
{
	char digits[NUM_TEXT];
	size_t n = num_put_u64(digits, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);

	if (v < 0)
		text_addc(t, '-');
	while (n < (size_t)width--)
		text_addc(t, pad);
	text_add(t, digits, n);
}

static void put_offset(struct text *t, const struct chunk *c, int offset)
{
	int v = offset < 0 ? -offset : offset;

	if (c->iso && !offset) {
		text_addc(t, 'Z');
		return;
	}
	text_addc(t, offset < 0 ? '-' : '+');
	number(t, v / 3600, 2, '0');
	if (c->parts > 1) {
		if (c->colon)
			text_addc(t, ':');
		number(t, v / 60 % 60, 2, '0');
	}
	if (c->parts > 2) {
		if (c->colon)
			text_addc(t, ':');
		number(t, v % 60, 2, '0');
	}
}

static void put_zone(struct text *t, const struct civil *d)
{
	int v = d->offset / 60;

	if (d->abbr.n) {
		text_add(t, d->abbr.p, d->abbr.n);
		return;
	}
	text_addc(t, v < 0 ? '-' : '+');
	v = v < 0 ? -v : v;
	number(t, v / 60, 2, '0');
	number(t, v % 60, 2, '0');
}

static void put_fraction(struct text *t, const struct chunk *c, int32_t nsec)
{
	char d[NUM_TEXT];
	size_t n = (size_t)c->digits;

	num_put_u64(d, 1000000000 + (uint64_t)nsec); /* d[1] is the first */
	if (n > 9)
		n = 9;
	if (c->elem == E_FRACTION9) {
		while (n && d[n] == '0')
			n--;
		if (!n)
			return;
	}
	/* the point of the layout */
	text_addc(t, c->text.p[0]); // NOLINT(clang-analyzer-core.NullDereference)
	text_add(t, d + 1, n);
}

static void put_elem(struct text *t, const struct chunk *c,
		     const struct civil *d, int32_t nsec)
{
	int hour12 = d->hour % 12 ? d->hour % 12 : 12;
	const char *name;

	switch (c->elem) {
	case E_NONE:
		break;
	case E_YEAR:
		number(t, d->year < 0 ? 0 : d->year % 100, 2, '0');
		break;
	case E_LONG_YEAR:
		number(t, d->year, 4, '0');
		break;
	case E_MONTH:
	case E_LONG_MONTH:
		name = month_names[d->month - 1];
		text_add(t, name, c->elem == E_MONTH ? 3 : strlen(name));
		break;
	case E_WEEKDAY:
	case E_LONG_WEEKDAY:
		name = day_names[d->wday];
		text_add(t, name, c->elem == E_WEEKDAY ? 3 : strlen(name));
		break;
	case E_NUM_MONTH:
	case E_ZERO_MONTH:
		number(t, d->month, c->elem == E_ZERO_MONTH ? 2 : 1, '0');
		break;
	case E_DAY:
	case E_ZERO_DAY:
		number(t, d->day, c->elem == E_ZERO_DAY ? 2 : 1, '0');
		break;
	case E_UNDER_DAY:
		number(t, d->day, 2, ' ');
		break;
	case E_UNDER_YDAY:
	case E_ZERO_YDAY:
		number(t, d->yday, 3, c->elem == E_ZERO_YDAY ? '0' : ' ');
		break;
	case E_HOUR:
		number(t, d->hour, 2, '0');
		break;
	case E_HOUR12:
	case E_ZERO_HOUR12:
		number(t, hour12, c->elem == E_ZERO_HOUR12 ? 2 : 1, '0');
		break;
	case E_MINUTE:
	case E_ZERO_MINUTE:
		number(t, d->min, c->elem == E_ZERO_MINUTE ? 2 : 1, '0');
		break;
	case E_SECOND:
	case E_ZERO_SECOND:
		number(t, d->sec, c->elem == E_ZERO_SECOND ? 2 : 1, '0');
		break;
	case E_PM:
		text_adds(t, d->hour >= 12 ? "PM" : "AM");
		break;
	case E_LOWER_PM:
		text_adds(t, d->hour >= 12 ? "pm" : "am");
		break;
	case E_TZ:
		put_zone(t, d);
		break;
	case E_OFFSET:
		put_offset(t, c, d->offset);
		break;
	case E_FRACTION0:
	case E_FRACTION9:
		put_fraction(t, c, nsec);
		break;
	}
}

struct str time_format(struct arena *a, const struct gotime *t,
		       struct str layout)
{
	struct text out = {.a = a};
	struct civil d;
	struct chunk c;

	civil_of(t, &d);
	while (layout.n) {
		layout_next(layout, &c);
		text_add(&out, c.before.p, c.before.n);
		put_elem(&out, &c, &d, t->nsec);
		layout = c.rest;
	}
	return text_str(&out);
}

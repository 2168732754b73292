// SPDX-License-Identifier: MIT
/* cron - fields become sets of bits; the search goes from what does not match
 * to the beginning of the next month, day, hour or minute. */
#include "cron.h"

#include <string.h>

enum {
	YEARS = 9, /* 29 February comes again within eight years */
	SMALL_STEP = 3 * 3600,
};

struct field {
	const char *name;
	unsigned char min, max;
	const char *words; /* three letters each, the first is `min` */
};

static const struct field fields[] = {
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of the month", 1, 31, ""},
	{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
	{"day of the week", 0, 7, "sunmontuewedthufrisat"},
};

static bool number(const struct field *f, struct str s, unsigned *out)
{
	uint64_t n;

	for (unsigned i = 0; s.n == 3 && f->words[i]; i += 3)
		if (str_ieq(s, str_n(f->words + i, 3))) {
			*out = f->min + i / 3;
			return true;
		}
	if (!num_u64(s, f->max, &n) || n < f->min)
		return false;
	*out = (unsigned)n;
	return true;
}

/* "*", "5", "1-5", each with "/2" or not. */
static bool item(const struct field *f, struct str s, uint64_t *bits)
{
	unsigned from = f->min, to = f->max, step = 1;
	ptrdiff_t slash = str_chr(s, '/'), dash;
	uint64_t n;

	if (slash >= 0) {
		struct str t = str_cut(s, (size_t)slash + 1, s.n);

		if (!num_u64(t, 1000, &n) || !n)
			return false;
		step = (unsigned)n;
		s = str_cut(s, 0, (size_t)slash);
	}
	if (!str_is(s, "*")) {
		dash = str_chr(s, '-');
		if (!number(f, dash < 0 ? s : str_cut(s, 0, (size_t)dash),
			    &from))
			return false;
		if (dash >= 0) {
			if (!number(f, str_cut(s, (size_t)dash + 1, s.n), &to))
				return false;
		} else if (slash < 0) {
			to = from;
		}
	}
	if (from > to)
		return false;
	for (; from <= to; from += step)
		*bits |= UINT64_C(1) << from;
	return true;
}

static bool set(const struct field *f, struct str s, uint64_t *bits)
{
	struct str part;

	*bits = 0;
	while (str_split(&s, ',', &part))
		if (!item(f, part, bits))
			return false;
	return true;
}

static struct str whole(struct str text)
{
	static const char *const names[][2] = {
		{"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},
		{"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
		{"@monthly", "0 0 1 * *"},  {"@yearly", "0 0 1 1 *"},
		{"@annually", "0 0 1 1 *"},
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (str_is(text, names[i][0]))
			return str_of(names[i][1]);
	return text;
}

int cron_parse(struct str text, struct cron *c, struct err *e)
{
	struct str rest = whole(str_trim(text, " \t\r\n"));
	uint64_t bits[COUNT(fields)];
	bool given[COUNT(fields)];

	for (size_t i = 0; i < COUNT(fields); i++) {
		size_t n = 0;

		while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '\t')
			n++;
		struct str word = str_n(rest.p, n);

		rest = str_trim(str_cut(rest, n, rest.n), " \t");
		given[i] = n && *word.p != '*';
		if (!n || !set(&fields[i], word, &bits[i]))
			return err_set(e, 0, "%s of \"%.*s\" is no %s",
				       n ? "a field" : "the end", (int)text.n,
				       text.p, fields[i].name);
	}
	if (rest.n)
		return err_set(e, 0, "more than five fields in \"%.*s\"",
			       (int)text.n, text.p);
	*c = (struct cron){
		.minute = bits[0],
		.hour = (uint32_t)bits[1],
		.day = (uint32_t)bits[2],
		.month = (uint32_t)bits[3],
		.weekday = (uint32_t)(bits[4] | bits[4] >> 7),
		.either = given[2] && given[4],
		.hours = given[1],
	};
	return 0;
}

static bool day_matches(const struct cron *c, const struct tm *t)
{
	bool day = c->day >> t->tm_mday & 1;
	bool weekday = c->weekday >> t->tm_wday & 1;

	return c->either ? day || weekday : day && weekday;
}

/* The second time of an hour that clocks going back give twice. */
static bool again(time_t at, const struct tm *t)
{
	time_t before = at - 3600;
	struct tm b;

	localtime_r(&before, &b);
	return b.tm_hour == t->tm_hour && b.tm_mday == t->tm_mday;
}

time_t cron_next(const struct cron *c, time_t after)
{
	time_t at = after - after % 60 + 60;
	time_t end = at + (time_t)YEARS * 366 * 86400;

	tzset();
	while (at < end) {
		struct tm t;

		localtime_r(&at, &t);
		if (!(c->month >> (t.tm_mon + 1) & 1) || !day_matches(c, &t)) {
			/* near midnight in steps of an hour: days are not
			 * always of 24 */
			int hours = t.tm_hour < 21 ? 21 - t.tm_hour : 1;

			at += hours * 3600 - t.tm_min * 60;
		} else if (!(c->hour >> t.tm_hour & 1)) {
			at += 3600 - t.tm_min * 60;
		} else if (!(c->minute >> t.tm_min & 1) ||
			   (c->hours && again(at, &t))) {
			at += 60;
		} else {
			return at;
		}
	}
	return 0;
}

time_t cron_step(const struct cron *c, time_t at, time_t now, int64_t step,
		 bool *due)
{
	*due = at && at <= now && step <= SMALL_STEP;
	if (step < 0 && step >= (c->hours ? -SMALL_STEP : -60) && !*due)
		return at;
	return cron_next(c, now);
}

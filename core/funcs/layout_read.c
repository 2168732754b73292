// SPDX-License-Identifier: MIT
/* layout_read - reading text by one of Go's reference-time layouts.
 * Source: Go's package time (format.go), as facts. */
#include "base/dur.h"
#include "funcs/layout.h"
#include "tmpl/print.h"

struct reader {
	struct str in; /* what is left */
	int64_t year;
	int month, day, yday; /* -1 = not given */
	int hour, min, sec;
	int32_t nsec;
	bool pm, am;
	bool utc;
	bool has_offset;
	int offset;
	struct str abbr;
	const char *range; /* what is out of its range */
};

static void drop(struct reader *r, size_t n)
{
	r->in = str_cut(r->in, n, r->in.n);
}

/* One digit or two; fixed: two. */
static bool two_digits(struct reader *r, bool fixed, int *out)
{
	size_t n = digit_at(r->in, 1) ? 2 : 1;

	if (!digit_at(r->in, 0) || (fixed && n == 1))
		return false;
	*out = r->in.p[0] - '0';
	if (n == 2)
		*out = *out * 10 + (r->in.p[1] - '0');
	drop(r, n);
	return true;
}

static bool three_digits(struct reader *r, bool fixed, int *out)
{
	size_t n = 0;
	int v = 0;

	while (n < 3 && digit_at(r->in, n))
		v = v * 10 + (r->in.p[n++] - '0');
	if (!n || (fixed && n < 3))
		return false;
	*out = v;
	drop(r, n);
	return true;
}

/* A sign is taken too: years are read by Go's Atoi. */
static bool year_digits(struct reader *r, size_t n, int64_t *out)
{
	struct str s = str_cut(r->in, 0, n);

	if (s.n < n || !num_i64(s, INT32_MIN, INT32_MAX, out))
		return false;
	drop(r, n);
	return true;
}

static bool name_in(struct reader *r, const char *const *names, size_t n,
		    bool whole, int *out)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = whole ? strlen(names[i]) : 3;

		if (r->in.n < len ||
		    !str_ieq(str_cut(r->in, 0, len), str_n(names[i], len)))
			continue;
		*out = (int)i + 1;
		drop(r, len);
		return true;
	}
	return false;
}

/* A separator and n - 1 digits; only the first nine count. */
static bool nanoseconds(struct reader *r, size_t n)
{
	int32_t v = 0;

	if (r->in.p[0] != '.' && r->in.p[0] != ',')
		return false;
	for (size_t i = 1; i < 10; i++) {
		if (i < n && !digit_at(r->in, i))
			return false;
		v = v * 10 + (i < n ? r->in.p[i] - '0' : 0);
	}
	r->nsec = v;
	drop(r, n);
	return true;
}

static size_t fraction_len(struct str s)
{
	size_t n = 1;

	if (!s.n || (s.p[0] != '.' && s.p[0] != ','))
		return 0;
	while (digit_at(s, n))
		n++;
	return n > 1 ? n : 0;
}

static bool read_second(struct reader *r, const struct chunk *c)
{
	struct chunk next;
	size_t n;

	if (!two_digits(r, c->elem == E_ZERO_SECOND, &r->sec))
		return false;
	if (r->sec >= 60) {
		r->range = "second";
		return true;
	}
	/* a fraction is read even when the layout has none */
	n = fraction_len(r->in);
	if (!n)
		return true;
	layout_next(c->rest, &next);
	if (next.elem == E_FRACTION0 || next.elem == E_FRACTION9)
		return true;
	return nanoseconds(r, n);
}

static bool read_offset(struct reader *r, const struct chunk *c)
{
	int v[3] = {0, 0, 0};
	char sign;

	if (c->iso && r->in.n && r->in.p[0] == 'Z') {
		drop(r, 1);
		r->utc = true;
		return true;
	}
	if (r->in.n < c->text.n)
		return false;
	sign = r->in.p[0];
	drop(r, 1);
	for (int i = 0; i < c->parts; i++) {
		if (i && c->colon) {
			if (r->in.p[0] != ':')
				return false;
			drop(r, 1);
		}
		if (!two_digits(r, true, &v[i]))
			return false;
	}
	if (v[0] > 24)
		r->range = "time zone offset hour";
	if (v[1] > 60)
		r->range = "time zone offset minute";
	if (v[2] > 60)
		r->range = "time zone offset second";
	r->has_offset = true;
	r->offset = (v[0] * 60 + v[1]) * 60 + v[2];
	if (sign == '-')
		r->offset = -r->offset;
	return sign == '-' || sign == '+';
}

/* Length of "+8" or "-11" at the start, 0 when it is none. */
static size_t signed_hours(struct str s)
{
	size_t n = 1;
	int v = 0;

	if (!s.n || (s.p[0] != '+' && s.p[0] != '-'))
		return 0;
	for (; digit_at(s, n); n++)
		v = v > 1000 ? v : v * 10 + (s.p[n] - '0');
	return n > 1 && v <= 23 ? n : 0;
}

/* Length of a zone's abbreviation at the start. */
static size_t abbr_len(struct str s)
{
	size_t n = 0;

	if (s.n < 3)
		return 0;
	if (str_prefix(s, STR("ChST")) || str_prefix(s, STR("MeST")))
		return 4;
	if (str_prefix(s, STR("GMT")))
		return 3 + signed_hours(str_cut(s, 3, s.n));
	if (s.p[0] == '+' || s.p[0] == '-')
		return signed_hours(s);
	while (n < 6 && n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
		n++;
	if (n == 3 || (n == 5 && s.p[4] == 'T') ||
	    (n == 4 && (s.p[3] == 'T' || str_prefix(s, STR("WITA")))))
		return n;
	return 0;
}

static bool read_tz(struct reader *r)
{
	size_t n;

	if (str_prefix(r->in, STR("UTC"))) {
		r->utc = true;
		drop(r, 3);
		return true;
	}
	n = abbr_len(r->in);
	r->abbr = str_cut(r->in, 0, n);
	drop(r, n);
	return n > 0;
}

static bool read_pm(struct reader *r, const char *pm, const char *am)
{
	struct str s = str_cut(r->in, 0, 2);

	if (str_is(s, pm))
		r->pm = true;
	else if (str_is(s, am))
		r->am = true;
	else
		return false;
	drop(r, 2);
	return true;
}

/* A number of one or two digits with a range. */
static bool ranged(struct reader *r, bool fixed, int min, int max,
		   const char *what, int *out)
{
	if (!two_digits(r, fixed, out))
		return false;
	if (*out < min || *out > max)
		r->range = what;
	return true;
}

static bool skip_spaces(struct reader *r, int n)
{
	while (n-- && r->in.n && r->in.p[0] == ' ')
		drop(r, 1);
	return true;
}

static bool read_elem(struct reader *r, const struct chunk *c)
{
	int ignored;
	size_t n;

	switch (c->elem) {
	case E_NONE:
		return true;
	case E_YEAR:
		if (!year_digits(r, 2, &r->year))
			return false;
		r->year += r->year >= 69 ? 1900 : 2000;
		return true;
	case E_LONG_YEAR:
		return digit_at(r->in, 0) && year_digits(r, 4, &r->year);
	case E_MONTH:
	case E_LONG_MONTH:
		return name_in(r, month_names, 12, c->elem == E_LONG_MONTH,
			       &r->month);
	case E_WEEKDAY:
	case E_LONG_WEEKDAY:
		return name_in(r, day_names, 7, c->elem == E_LONG_WEEKDAY,
			       &ignored);
	case E_NUM_MONTH:
	case E_ZERO_MONTH:
		return ranged(r, c->elem == E_ZERO_MONTH, 1, 12, "month",
			      &r->month);
	case E_DAY:
	case E_UNDER_DAY:
	case E_ZERO_DAY:
		skip_spaces(r, c->elem == E_UNDER_DAY);
		return two_digits(r, c->elem == E_ZERO_DAY, &r->day);
	case E_UNDER_YDAY:
	case E_ZERO_YDAY:
		skip_spaces(r, c->elem == E_UNDER_YDAY ? 2 : 0);
		return three_digits(r, c->elem == E_ZERO_YDAY, &r->yday);
	case E_HOUR:
		return ranged(r, false, 0, 23, "hour", &r->hour);
	case E_HOUR12:
	case E_ZERO_HOUR12:
		return ranged(r, c->elem == E_ZERO_HOUR12, 0, 12, "hour",
			      &r->hour);
	case E_MINUTE:
	case E_ZERO_MINUTE:
		return ranged(r, c->elem == E_ZERO_MINUTE, 0, 59, "minute",
			      &r->min);
	case E_SECOND:
	case E_ZERO_SECOND:
		return read_second(r, c);
	case E_PM:
		return read_pm(r, "PM", "AM");
	case E_LOWER_PM:
		return read_pm(r, "pm", "am");
	case E_TZ:
		return read_tz(r);
	case E_OFFSET:
		return read_offset(r, c);
	case E_FRACTION0:
		n = 1 + (size_t)c->digits;
		return r->in.n >= n && nanoseconds(r, n);
	case E_FRACTION9:
		n = fraction_len(r->in);
		return !n || nanoseconds(r, n);
	}
	return false;
}

/* The literal text before an element; one space stands for any number. */
static bool read_literal(struct reader *r, struct str lit)
{
	while (lit.n) {
		if (lit.p[0] == ' ') {
			if (r->in.n && r->in.p[0] != ' ')
				return false;
			while (lit.n && lit.p[0] == ' ')
				lit = str_cut(lit, 1, lit.n);
			skip_spaces(r, -1);
			continue;
		}
		if (!r->in.n || r->in.p[0] != lit.p[0])
			return false;
		lit = str_cut(lit, 1, lit.n);
		drop(r, 1);
	}
	return true;
}

static const char *quoted(struct arena *a, struct str s)
{
	size_t size = 4 * s.n + 6;
	char *p = arena_alloc(a, size);

	return p ? dur_quote(p, size, s) : "";
}

/* What a failing parse needs for its message. */
struct job {
	struct arena *a;
	struct err *e;
	struct str layout, in;
};

static int bad(const struct job *j, struct str in, struct str elem)
{
	return err_set(j->e, 0, "parsing time %s as %s: cannot parse %s as %s",
		       quoted(j->a, j->in), quoted(j->a, j->layout),
		       quoted(j->a, in), quoted(j->a, elem));
}

static int wrong(const struct job *j, const char *what, const char *more)
{
	return err_set(j->e, 0, "parsing time %s: %s%s", quoted(j->a, j->in),
		       what, more);
}

static int read_all(struct reader *r, const struct job *j)
{
	struct str layout = j->layout, hold;
	struct chunk c;

	for (;;) {
		layout_next(layout, &c);
		if (!read_literal(r, c.before))
			return bad(j, r->in, c.before);
		if (c.elem == E_NONE) {
			if (r->in.n)
				return wrong(j, "extra text: ",
					     quoted(j->a, r->in));
			return 0;
		}
		layout = c.rest;
		hold = r->in;
		if (!read_elem(r, &c) && !r->range)
			return bad(j, hold, c.text);
		if (r->range)
			return wrong(j, r->range, " out of range");
	}
}

static int days_in(int64_t year, int month)
{
	return (int)(civil_days(year, month + 1, 1) -
		     civil_days(year, month, 1));
}

/* The day of the year, held against month and day if those were given. */
static int settle_yday(struct reader *r, const struct job *j)
{
	bool leap = leap_year(r->year);
	struct gotime t;
	struct civil d;

	if (r->yday < 1 || r->yday > 365 + leap)
		return wrong(j, "day-of-year out of range", "");
	t = (struct gotime){
		.sec = civil_days(r->year, 1, r->yday) * 86400};
	civil_of(&t, &d);
	if (r->month >= 0 && r->month != d.month)
		return wrong(j, "day-of-year does not match month", "");
	if (r->day >= 0 && r->day != d.day)
		return wrong(j, "day-of-year does not match day", "");
	r->month = d.month;
	r->day = d.day;
	return 0;
}

static int settle_day(struct reader *r, const struct job *j)
{
	if (r->pm && r->hour < 12)
		r->hour += 12;
	else if (r->am && r->hour == 12)
		r->hour = 0;
	if (r->yday >= 0 && settle_yday(r, j) < 0)
		return -1;
	if (r->month < 0)
		r->month = 1;
	if (r->day < 0)
		r->day = 1;
	if (r->day < 1 || r->day > days_in(r->year, r->month))
		return wrong(j, "day out of range", "");
	return 0;
}

/* The instant in UTC of an abbreviation that the local zone may know. */
static void apply_abbr(struct arena *a, const struct reader *r,
		       const struct zone *local, struct gotime *t)
{
	int64_t hours = 0;
	int offset = 0;

	if (zone_abbr(local, r->abbr, t->sec, &offset)) {
		t->sec -= offset;
		t->loc = local;
		return;
	}
	if (r->abbr.n > 3 && str_prefix(r->abbr, STR("GMT")) &&
	    num_i64(str_cut(r->abbr, 3, r->abbr.n), -24, 24, &hours))
		offset = (int)hours * 3600; /* the instant is not moved */
	t->loc = zone_fixed(a, r->abbr, offset);
}

static void apply_offset(struct arena *a, const struct reader *r,
			 const struct zone *local, struct gotime *t)
{
	struct span z;

	t->sec -= r->offset;
	zone_lookup(local, t->sec, &z);
	if (z.offset == r->offset && (!r->abbr.n || str_eq(r->abbr, z.abbr)))
		t->loc = local;
	else
		t->loc = zone_fixed(a, r->abbr, r->offset);
}

int time_parse(struct arena *a, struct str layout, struct str s,
	       const struct zone *loc, const struct zone *local,
	       struct gotime *out, struct err *e)
{
	struct job j = {a, e, layout, s};
	struct reader r = {
		.in = s, .month = -1, .day = -1, .yday = -1, .abbr = {"", 0}};
	bool zoned;

	if (read_all(&r, &j) < 0 || settle_day(&r, &j) < 0)
		return -1;
	zoned = r.utc || r.has_offset || r.abbr.n;
	*out = time_date(r.year, r.month, r.day,
			 r.hour * 3600 + r.min * 60 + r.sec, r.nsec,
			 zoned ? NULL : loc);
	if (r.utc)
		return 0;
	if (r.has_offset)
		apply_offset(a, &r, local, out);
	else if (r.abbr.n)
		apply_abbr(a, &r, local, out);
	return 0;
}

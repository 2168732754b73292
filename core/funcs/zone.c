// SPDX-License-Identifier: MIT
/* zone - time zones from TZif data (RFC 8536) with its POSIX rule for the
 * years after the last transition. Only version 2 and later files carry 64 bit
 * times; an older file's 32 bit block is read as it is.
 * Source: RFC 8536; choices where it leaves any are those of Go's package
 * time, as facts. */
#include "funcs/state.h"
#include "funcs/time.h"

struct zone {
	struct str name;
	const unsigned char *times; /* ntimes of `width` bytes */
	const unsigned char *index; /* ntimes */
	const unsigned char *types; /* ntypes of 6 bytes */
	const char *abbrs;
	size_t ntimes, ntypes, nabbrs;
	size_t width; /* 4 or 8 */
	struct str rule;
	/* without TZif data: */
	struct str fixed_abbr;
	int fixed;
};

/* --- reading the file --- */

static int64_t big_endian(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	if (n == 4)
		return (int32_t)(uint32_t)v;
	return (int64_t)v;
}

enum { HEADER = 44, COUNTS = 20, TYPE = 6 };

/* Reads one header and its data block; *rest gets what follows. */
static bool block(struct str s, size_t width, struct zone *z, struct str *rest)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint64_t n[6], need;

	if (s.n < HEADER || memcmp(p, "TZif", 4) != 0)
		return false;
	for (int i = 0; i < 6; i++)
		n[i] = (uint32_t)big_endian(p + COUNTS + 4 * i, 4);
	/* isut, isstd, leap, time, type, char */
	need = n[3] * (width + 1) + n[4] * TYPE + n[5] + n[2] * (width + 4) +
	       n[1] + n[0];
	if (need > s.n - HEADER || !n[4])
		return false;
	p += HEADER;
	z->width = width;
	z->ntimes = n[3];
	z->ntypes = n[4];
	z->nabbrs = n[5];
	z->times = p;
	z->index = p + n[3] * width;
	z->types = z->index + n[3];
	z->abbrs = (const char *)z->types + n[4] * TYPE;
	for (size_t i = 0; i < z->ntimes; i++)
		if (z->index[i] >= z->ntypes)
			return false;
	*rest = str_cut(s, HEADER + need, s.n);
	return true;
}

const struct zone *zone_parse(struct arena *a, struct str name, struct str tzif)
{
	struct zone z = {.name = name};
	struct zone *out;
	struct str rest;
	ptrdiff_t nl;

	if (!block(tzif, 4, &z, &rest))
		return NULL;
	if (tzif.p[4] >= '2') {
		if (!block(rest, 8, &z, &rest))
			return NULL;
		if (rest.n && rest.p[0] == '\n') {
			rest = str_cut(rest, 1, rest.n);
			nl = str_chr(rest, '\n');
			if (nl >= 0)
				z.rule = str_cut(rest, 0, (size_t)nl);
		}
	}
	out = arena_alloc(a, sizeof(*out));
	if (out)
		*out = z;
	return out;
}

const struct zone *zone_fixed(struct arena *a, struct str name, int offset)
{
	struct zone *z = arena_alloc(a, sizeof(*z));

	if (!z)
		return NULL;
	z->name = z->fixed_abbr = name;
	z->fixed = offset;
	return z;
}

const struct zone *zone_local(struct tmpl_call *c)
{
	struct state *st = state_of(c);
	struct str tzif;
	struct err ignored;

	if (st->local_known)
		return st->local;
	st->local_known = true;
	if (c->host->zone && c->host->zone(c->host->ctx, c->arena, "Local",
					   &tzif, &ignored) == 0)
		st->local = zone_parse(c->arena, STR("Local"), tzif);
	return st->local;
}

struct str zone_name(const struct zone *z)
{
	return z ? z->name : STR("UTC");
}

/* --- the POSIX rule: std offset [dst [offset] [,start[/time],end[/time]]] --- */

struct rule_day {
	char kind; /* 'J' 1-365 without leap days, 'D' 0-365, 'M' */
	int month, week, day;
	int time; /* seconds of the day */
};

struct rule {
	struct str std, dst;
	int std_off, dst_off;
	struct rule_day from, to;
};

static bool rule_name(struct str *s, struct str *out)
{
	size_t i = 0;

	if (s->n && s->p[0] == '<') {
		ptrdiff_t end = str_chr(*s, '>');

		if (end < 0)
			return false;
		*out = str_cut(*s, 1, (size_t)end);
		*s = str_cut(*s, (size_t)end + 1, s->n);
		return true;
	}
	while (i < s->n && !ascii_digit((unsigned char)s->p[i]) &&
	       !strchr(",-+", s->p[i]))
		i++;
	*out = str_cut(*s, 0, i);
	*s = str_cut(*s, i, s->n);
	return i >= 3;
}

static bool rule_num(struct str *s, int min, int max, int *out)
{
	int v = 0;
	size_t i = 0;

	while (i < s->n && ascii_digit((unsigned char)s->p[i])) {
		v = v * 10 + (s->p[i++] - '0');
		if (v > max)
			return false;
	}
	*s = str_cut(*s, i, s->n);
	*out = v;
	return i > 0 && v >= min;
}

static bool rule_char(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_cut(*s, 1, s->n);
	return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool rule_offset(struct str *s, int *out)
{
	bool neg = rule_char(s, '-');
	int h, m = 0, sec = 0;

	if (!neg)
		rule_char(s, '+');
	if (!rule_num(s, 0, 24 * 7, &h))
		return false;
	if (rule_char(s, ':')) {
		if (!rule_num(s, 0, 59, &m))
			return false;
		if (rule_char(s, ':') && !rule_num(s, 0, 59, &sec))
			return false;
	}
	*out = (h * 60 + m) * 60 + sec;
	if (neg)
		*out = -*out;
	return true;
}

static bool rule_date(struct str *s, struct rule_day *r)
{
	bool ok;

	r->kind = 'D';
	if (rule_char(s, 'J')) {
		r->kind = 'J';
		ok = rule_num(s, 1, 365, &r->day);
	} else if (rule_char(s, 'M')) {
		r->kind = 'M';
		ok = rule_num(s, 1, 12, &r->month) && rule_char(s, '.') &&
		     rule_num(s, 1, 5, &r->week) && rule_char(s, '.') &&
		     rule_num(s, 0, 6, &r->day);
	} else {
		ok = rule_num(s, 0, 365, &r->day);
	}
	r->time = 2 * 3600;
	if (ok && rule_char(s, '/'))
		ok = rule_offset(s, &r->time);
	return ok;
}

static bool rule_parse(struct str s, struct rule *r)
{
	*r = (struct rule){0};
	if (!rule_name(&s, &r->std) || !rule_offset(&s, &r->std_off))
		return false;
	r->std_off = -r->std_off;
	if (!s.n || s.p[0] == ',')
		return true;
	if (!rule_name(&s, &r->dst))
		return false;
	r->dst_off = r->std_off + 3600;
	if (s.n && s.p[0] != ',') {
		if (!rule_offset(&s, &r->dst_off))
			return false;
		r->dst_off = -r->dst_off;
	}
	if (!s.n)
		s = STR(",M3.2.0,M11.1.0");
	return rule_char(&s, ',') && rule_date(&s, &r->from) &&
	       rule_char(&s, ',') && rule_date(&s, &r->to) && !s.n;
}

/* Seconds from the start of a year (UTC) to a rule's day. */
static int64_t rule_time(int64_t year, const struct rule_day *r, int offset)
{
	int64_t start = civil_days(year, 1, 1), day = r->day;

	if (r->kind == 'J') {
		day += (leap_year(year) && r->day >= 60) - 1;
	} else if (r->kind == 'M') {
		int64_t first = civil_days(year, r->month, 1);
		int64_t next = civil_days(year, r->month + 1, 1);
		int64_t wday = (((first + 4) % 7) + 7) % 7;

		day = first + (r->day - wday + 7) % 7 + 7 * (r->week - 1);
		while (day >= next)
			day -= 7;
		day -= start;
	}
	return day * 86400 + r->time - offset;
}

static bool rule_lookup(const struct zone *z, int64_t last, int64_t sec,
			struct span *out)
{
	struct gotime t = {.sec = sec};
	struct civil now;
	struct rule r;
	int64_t base, from, to;
	bool in, swapped;

	if (!rule_parse(z->rule, &r))
		return false;
	*out = (struct span){last, INT64_MAX, r.std_off, false, r.std};
	if (!r.dst.n)
		return true;
	civil_of(&t, &now);
	base = civil_days(now.year, 1, 1) * 86400;
	from = base + rule_time(now.year, &r.from, r.std_off);
	to = base + rule_time(now.year, &r.to, r.dst_off);
	swapped = to < from;
	if (swapped) {
		int64_t x = from;

		from = to;
		to = x;
	}
	out->start = sec < from ? base : sec < to ? from : to;
	out->end = sec < from ? from : sec < to ? to : base + 365 * 86400;
	in = sec >= from && sec < to;
	if (in != swapped) {
		out->offset = r.dst_off;
		out->abbr = r.dst;
		out->dst = true;
	}
	return true;
}

/* --- looking up --- */

static int64_t when(const struct zone *z, size_t i)
{
	return big_endian(z->times + i * z->width, z->width);
}

static void type_span(const struct zone *z, size_t type, struct span *out)
{
	const unsigned char *t = z->types + type * TYPE;
	size_t at = t[5];

	out->offset = (int)big_endian(t, 4);
	out->dst = t[4] != 0;
	out->abbr = str_n("", 0);
	if (at < z->nabbrs)
		out->abbr = str_n(z->abbrs + at,
				  strnlen(z->abbrs + at, z->nabbrs - at));
}

/* Before the first transition: the first type if no transition uses it, else
 * the one before a first that is summer time, else the first standard one. */
static size_t first_type(const struct zone *z)
{
	bool used = false;

	for (size_t i = 0; i < z->ntimes && !used; i++)
		used = z->index[i] == 0;
	if (!used)
		return 0;
	if (z->ntimes && z->types[z->index[0] * TYPE + 4])
		for (size_t i = z->index[0]; i-- > 0;)
			if (!z->types[i * TYPE + 4])
				return i;
	for (size_t i = 0; i < z->ntypes; i++)
		if (!z->types[i * TYPE + 4])
			return i;
	return 0;
}

void zone_lookup(const struct zone *z, int64_t sec, struct span *out)
{
	size_t lo = 0, hi;

	*out = (struct span){INT64_MIN, INT64_MAX, 0, false, STR("UTC")};
	if (!z)
		return;
	if (!z->ntypes) {
		out->offset = z->fixed;
		out->abbr = z->fixed_abbr;
		return;
	}
	if (!z->ntimes || sec < when(z, 0)) {
		type_span(z, first_type(z), out);
		if (z->ntimes)
			out->end = when(z, 0);
		else if (z->rule.n)
			rule_lookup(z, INT64_MIN, sec, out);
		return;
	}
	hi = z->ntimes;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (sec < when(z, mid))
			hi = mid;
		else
			lo = mid;
	}
	out->start = when(z, lo);
	out->end = lo + 1 < z->ntimes ? when(z, lo + 1) : INT64_MAX;
	if (lo + 1 == z->ntimes && z->rule.n &&
	    rule_lookup(z, out->start, sec, out))
		return;
	type_span(z, z->index[lo], out);
}

bool zone_abbr(const struct zone *z, struct str abbr, int64_t sec, int *offset)
{
	struct span s, t;

	if (!z || !z->ntypes) {
		zone_lookup(z, sec, &s);
		*offset = s.offset;
		return str_eq(s.abbr, abbr);
	}
	for (size_t i = 0; i < z->ntypes; i++) {
		type_span(z, i, &s);
		if (!str_eq(s.abbr, abbr))
			continue;
		zone_lookup(z, sec - s.offset, &t);
		if (str_eq(t.abbr, abbr)) {
			*offset = t.offset;
			return true;
		}
	}
	for (size_t i = 0; i < z->ntypes; i++) {
		type_span(z, i, &s);
		if (str_eq(s.abbr, abbr)) {
			*offset = s.offset;
			return true;
		}
	}
	return false;
}

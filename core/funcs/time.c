// SPDX-License-Identifier: MIT
/* time - the calendar, and reckoning with instants.
 * Source: Go's package time, as facts. */
#include "funcs/time.h"

const char *const month_names[12] = {
	"January", "February", "March",	    "April",   "May",	   "June",
	"July",	   "August",   "September", "October", "November", "December",
};
const char *const day_names[7] = {
	"Sunday",   "Monday", "Tuesday",  "Wednesday",
	"Thursday", "Friday", "Saturday",
};

/* --- the calendar --- */

bool leap_year(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* Years are counted from March, so that the leap day ends one. */
int64_t civil_days(int64_t year, int64_t month, int64_t day)
{
	int64_t m = month - 1, era, yoe, doy;

	year += m / 12;
	m %= 12;
	if (m < 0) {
		m += 12;
		year--;
	}
	if (m < 2)
		year--;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * ((m + 10) % 12) + 2) / 5;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy + day - 1 -
	       719468;
}

void civil_of(const struct gotime *t, struct civil *out)
{
	struct span z;
	int64_t sec, days, era, doe, yoe, doy, m;

	zone_lookup(t->loc, t->sec, &z);
	sec = t->sec + z.offset;
	days = sec / 86400;
	sec %= 86400;
	if (sec < 0) {
		sec += 86400;
		days--;
	}
	out->hour = (int)(sec / 3600);
	out->min = (int)(sec / 60 % 60);
	out->sec = (int)(sec % 60);
	out->wday = (int)(((days + 4) % 7 + 7) % 7);
	out->offset = z.offset;
	out->abbr = z.abbr;
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	out->day = (int)(doy - (153 * m + 2) / 5 + 1);
	out->month = (int)(m < 10 ? m + 3 : m - 9);
	out->year = yoe + era * 400 + (out->month <= 2);
	out->yday = (int)(days - 719468 - civil_days(out->year, 1, 1) + 1);
}

struct gotime time_date(int64_t year, int64_t month, int64_t day, int64_t sec,
			int32_t nsec, const struct zone *loc)
{
	int64_t unix_sec = civil_days(year, month, day) * 86400 + sec, utc;
	struct span z;

	/* the lookup wants UTC: guess, then correct near a transition */
	zone_lookup(loc, unix_sec, &z);
	if (z.offset) {
		utc = unix_sec - z.offset;
		if (utc < z.start || utc >= z.end)
			zone_lookup(loc, utc, &z);
		unix_sec -= z.offset;
	}
	return (struct gotime){unix_sec, nsec, loc};
}

struct gotime time_add(struct gotime t, int64_t ns)
{
	int64_t n = t.nsec + ns % DUR_S;

	t.sec += ns / DUR_S;
	if (n < 0) {
		n += DUR_S;
		t.sec--;
	} else if (n >= DUR_S) {
		n -= DUR_S;
		t.sec++;
	}
	t.nsec = (int32_t)n;
	return t;
}

int64_t time_sub(struct gotime t, struct gotime u)
{
	int64_t d;

	if (__builtin_sub_overflow(t.sec, u.sec, &d) ||
	    __builtin_mul_overflow(d, DUR_S, &d) ||
	    __builtin_add_overflow(d, (int64_t)t.nsec - u.nsec, &d))
		return t.sec < u.sec ? INT64_MIN : INT64_MAX;
	return d;
}

int time_cmp(struct gotime t, struct gotime u)
{
	if (t.sec != u.sec)
		return t.sec < u.sec ? -1 : 1;
	return t.nsec < u.nsec ? -1 : t.nsec > u.nsec;
}

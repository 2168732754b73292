// SPDX-License-Identifier: MIT
/* time - Go's time.Time in C: instants with a zone, the calendar, layouts.
 * Private to funcs. */
#ifndef BASEBOX_FUNCS_TIME_H
#define BASEBOX_FUNCS_TIME_H

#include <stdint.h>

#include "funcs/kit.h"

struct zone; /* NULL is UTC */

struct gotime {
	int64_t sec; /* since 1970 */
	int32_t nsec;
	const struct zone *loc;
};

struct civil {
	int64_t year;
	int month, day; /* from 1 */
	int hour, min, sec;
	int wday; /* 0 = Sunday */
	int yday; /* from 1 */
	int offset; /* seconds east of UTC */
	struct str abbr;
};

/* --- zones (zone.c) --- */

/* What holds around an instant: from start to before end. */
struct span {
	int64_t start, end;
	int offset;
	bool dst;
	struct str abbr; /* may be empty: then the offset is printed */
};

/* Parses the bytes of a TZif file; NULL when they are none. */
const struct zone *zone_parse(struct arena *a, struct str name, struct str tzif);
const struct zone *zone_fixed(struct arena *a, struct str name, int offset);
/* The zone of the process: $TZ or /etc/localtime, as the host knows it. */
const struct zone *zone_local(struct tmpl_call *c);
struct str zone_name(const struct zone *z);
void zone_lookup(const struct zone *z, int64_t sec, struct span *out);
/* The offset that an abbreviation stands for near an instant (which is read
 * as local time). */
bool zone_abbr(const struct zone *z, struct str abbr, int64_t sec, int *offset);

/* --- the calendar (time.c) --- */

/* Days since 1970 of a day; month and day may be out of range. */
int64_t civil_days(int64_t year, int64_t month, int64_t day);
bool leap_year(int64_t year);
void civil_of(const struct gotime *t, struct civil *out);
/* Go's time.Date. */
struct gotime time_date(int64_t year, int64_t month, int64_t day, int64_t sec,
			int32_t nsec, const struct zone *z);
/* Adds nanoseconds. */
struct gotime time_add(struct gotime t, int64_t ns);
/* t - u, held within an int64_t of nanoseconds. */
int64_t time_sub(struct gotime t, struct gotime u);
int time_cmp(struct gotime t, struct gotime u); /* -1, 0, 1 */

/* --- as values (time_type.c) --- */

struct gotime time_of(const struct val *v);
struct val time_val(struct arena *a, struct gotime t);

/* --- layouts (layout.c) --- */

struct str time_format(struct arena *a, const struct gotime *t,
		       struct str layout);
/* local: for zone names and offsets; loc: when the text has no zone. Errors
 * as Go's: parsing time "x" as "2006": cannot parse ... */
int time_parse(struct arena *a, struct str layout, struct str s,
	       const struct zone *loc, const struct zone *local,
	       struct gotime *out, struct err *e);

#define LAYOUT_RFC3339 STR("2006-01-02T15:04:05Z07:00")
#define LAYOUT_RFC3339_NANO STR("2006-01-02T15:04:05.999999999Z07:00")
extern const char *const month_names[12], *const day_names[7];

#endif

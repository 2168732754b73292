// SPDX-License-Identifier: MIT
/* The next time of five fields: tables of expression, moment, result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "cron.h"

/* "2026-11-22 23:59:30" in the zone of TZ; the first of two equal times. */
static time_t at(const char *text)
{
	struct tm t = {.tm_isdst = -1};

	assert_non_null(strptime(text, "%Y-%m-%d %H:%M:%S", &t));
	return mktime(&t);
}

static void shows(const char *fields, const char *from, const char *want)
{
	char got[32] = "never";
	struct cron c;
	struct err e;
	struct tm t;

	assert_int_equal(cron_parse(str_of(fields), &c, &e), 0);
	time_t next = cron_next(&c, at(from));

	if (next) {
		localtime_r(&next, &t);
		strftime(got, sizeof(got), "%Y-%m-%d %H:%M:%S", &t);
	}
	if (strcmp(got, want))
		fail_msg("%s after %s: %s, not %s", fields, from, got, want);
}

static void test_next(void **state UNUSED)
{
	static const char *const table[][3] = {
		{"* * * * *", "2026-11-22 23:59:30", "2026-11-23 00:00:00"},
		{"* * * * *", "2026-11-22 10:00:00", "2026-11-22 10:01:00"},
		{"*/15 * * * *", "2026-11-22 10:46:00", "2026-11-22 11:00:00"},
		{"5/20 * * * *", "2026-11-22 10:06:00", "2026-11-22 10:25:00"},
		{"0 3 * * *", "2026-11-22 03:00:00", "2026-11-23 03:00:00"},
		{"30 4 1,15 * *", "2026-11-22 00:00:00", "2026-12-01 04:30:00"},
		/* a Sunday is 0, 7 and sun */
		{"0 0 * * 7", "2026-11-23 00:00:00", "2026-11-29 00:00:00"},
		{"0 0 * * Sun", "2026-11-23 00:00:00", "2026-11-29 00:00:00"},
		{"0 9-17/4 * * mon-fri", "2026-11-20 17:30:00",
		 "2026-11-23 09:00:00"},
		/* either day is enough when both are given */
		{"0 0 13 * fri", "2026-11-07 00:00:00", "2026-11-13 00:00:00"},
		{"0 0 25 * fri", "2026-11-21 00:00:00", "2026-11-25 00:00:00"},
		/* both count when one begins with a star */
		{"0 0 */2 * mon", "2026-11-22 00:00:00", "2026-11-23 00:00:00"},
		{"0 0 */2 * mon", "2026-11-23 00:00:00", "2026-12-07 00:00:00"},
		{"0 0 29 feb *", "2026-11-22 00:00:00", "2028-02-29 00:00:00"},
		{"0 0 31 2 *", "2026-11-22 00:00:00", "never"},
		{"@hourly", "2026-11-22 10:00:01", "2026-11-22 11:00:00"},
		{"@yearly", "2026-11-22 10:00:01", "2027-01-01 00:00:00"},
		{" 1\t2  3 4 * ", "2026-11-22 00:00:00", "2027-04-03 02:01:00"},
	};

	setenv("TZ", "UTC0", 1);
	for (size_t i = 0; i < COUNT(table); i++)
		shows(table[i][0], table[i][1], table[i][2]);
}

/* Clocks go forward on 29 March 2026 at 02:00 and back on 25 October at 03:00. */
static void test_changed_clocks(void **state UNUSED)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	shows("0 3 * * *", "2026-03-28 12:00:00", "2026-03-29 03:00:00");
	shows("30 2 * * *", "2026-03-28 12:00:00", "2026-03-30 02:30:00");
	shows("30 2 * * *", "2026-10-24 12:00:00", "2026-10-25 02:30:00");
	/* not a second time in the same night */
	shows("30 2 * * *", "2026-10-25 02:30:00", "2026-10-26 02:30:00");
	shows("0 0 * * *", "2026-10-24 23:30:00", "2026-10-25 00:00:00");
	shows("0 0 * * *", "2026-10-25 00:00:00", "2026-10-26 00:00:00");
	setenv("TZ", "UTC0", 1);
	tzset();
}

/* Fields, the next time before, now, by how much the clock was set; the next
 * time after, and whether the job is to run at once. */
static void test_clock_set(void **state UNUSED)
{
	static const struct {
		const char *fields, *at, *now;
		int64_t step;
		const char *next;
		bool due;
	} table[] = {
		/* no step: it is its time, or not yet */
		{"0 3 * * *", "2026-11-23 03:00:00", "2026-11-23 03:00:00", 0,
		 "2026-11-24 03:00:00", true},
		{"0 3 * * *", "2026-11-23 03:00:00", "2026-11-22 10:00:00", 0,
		 "2026-11-23 03:00:00", false},
		/* over its time */
		{"0 3 * * *", "2026-11-23 03:00:00", "2026-11-23 03:00:01", 2,
		 "2026-11-24 03:00:00", true},
		{"* * * * *", "2026-11-23 03:00:00", "2026-11-23 05:59:00",
		 10800, "2026-11-23 06:00:00", true},
		{"0 3 * * *", "2026-11-23 03:00:00", "2026-11-23 06:30:00",
		 14400, "2026-11-24 03:00:00", false},
		/* back before the time when it has run */
		{"0 3 * * *", "2026-11-24 03:00:00", "2026-11-23 02:59:59", -2,
		 "2026-11-24 03:00:00", false},
		{"30 * * * *", "2026-11-23 11:30:00", "2026-11-23 10:29:59", -1,
		 "2026-11-23 11:30:00", false},
		{"30 * * * *", "2026-11-23 11:30:00", "2026-11-23 09:00:00",
		 -5400, "2026-11-23 09:30:00", false},
		{"0 3 * * *", "2026-11-24 03:00:00", "2026-11-20 00:00:00",
		 -270000, "2026-11-20 03:00:00", false},
		/* one that is due still runs */
		{"0 3 * * *", "2026-11-23 03:00:00", "2026-11-23 03:00:05", -2,
		 "2026-11-24 03:00:00", true},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct cron c;
		struct err e;
		bool due;

		assert_int_equal(cron_parse(str_of(table[i].fields), &c, &e),
				 0);
		if (cron_step(&c, at(table[i].at), at(table[i].now),
			      table[i].step, &due) != at(table[i].next) ||
		    due != table[i].due)
			fail_msg("step %d", (int)i);
	}
}

static void test_refused(void **state UNUSED)
{
	static const char *const bad[] = {
		"",
		"* * * *",
		"* * * * * *",
		"60 * * * *",
		"* 24 * * *",
		"* * 0 * *",
		"* * * 13 *",
		"* * * * 8",
		"5-1 * * * *",
		"*/0 * * * *",
		"a * * * *",
		"1,,2 * * * *",
		"@never",
		"1- * * * *",
		"-1 * * * *",
		"* * * jam *",
	};
	struct cron c;
	struct err e;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (cron_parse(str_of(bad[i]), &c, &e) == 0)
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_changed_clocks),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

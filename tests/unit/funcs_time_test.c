// SPDX-License-Identifier: MIT
/* Times: zones made by hand, so that no system data is needed. The expected
 * texts were taken from Go's time package on the same zone and instants. */
#include "funcs/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#undef fail
#include <cmocka.h>

static void put32(struct buf *b, uint32_t v)
{
	for (int i = 24; i >= 0; i -= 8)
		buf_addc(b, (char)(v >> i));
}

static void put64(struct buf *b, int64_t v)
{
	put32(b, (uint32_t)((uint64_t)v >> 32));
	put32(b, (uint32_t)v);
}

static void header(struct buf *b, uint32_t times, uint32_t types,
		   uint32_t chars)
{
	buf_add(b, "TZif2", 5);
	buf_addn(b, 0, 15);
	put32(b, 0);
	put32(b, 0);
	put32(b, 0);
	put32(b, times);
	put32(b, types);
	put32(b, chars);
}

/* A zone like Berlin's: local time until 1893, then CET and CEST by rule. */
static const struct zone *berlin(struct arena *a, struct buf *b)
{
	static const struct {
		int32_t off;
		char dst, abbr;
	} types[] = {{3208, 0, 0}, {3600, 0, 4}, {7200, 1, 8}};

	buf_init(b, 0);
	header(b, 0, 1, 1); /* the 32 bit block is not read */
	put32(b, 0);
	buf_addn(b, 0, 3);
	header(b, 2, 3, 13);
	put64(b, INT64_C(-2422054408)); /* 1893-04-01 */
	put64(b, INT64_C(846378000));	 /* 1996-10-27 01:00 UTC */
	buf_add(b, "\1\1", 2);
	for (int i = 0; i < 3; i++) {
		put32(b, (uint32_t)types[i].off);
		buf_addc(b, types[i].dst);
		buf_addc(b, types[i].abbr);
	}
	buf_add(b, "LMT\0CET\0CEST\0", 13);
	buf_adds(b, "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
	return zone_parse(a, STR("Local"), str_n(buf_str(b), b->len));
}

static void shows(struct arena *a, int64_t sec, const struct zone *z,
		  const char *expected)
{
	struct gotime t = {.sec = sec, .loc = z};
	struct str s = time_format(a, &t, STR("2006-01-02 15:04:05 -0700 MST"));

	assert_string_equal(arena_dup(a, s.p, s.n), expected);
}

static void zones(void **state)
{
	struct arena a;
	struct buf b;
	const struct zone *z;
	struct span s;
	int off = 0;

	(void)state;
	arena_init(&a, 0);
	z = berlin(&a, &b);
	assert_non_null(z);
	shows(&a, -3000000000, z, "1874-12-07 19:33:28 +0053 LMT");
	shows(&a, -1000000000, z, "1938-04-24 23:13:20 +0100 CET");
	shows(&a, 1700000000, z, "2023-11-14 23:13:20 +0100 CET");
	shows(&a, 1690000000, z, "2023-07-22 06:26:40 +0200 CEST");
	shows(&a, 1711846799, z, "2024-03-31 01:59:59 +0100 CET");
	shows(&a, 1711846800, z, "2024-03-31 03:00:00 +0200 CEST");
	shows(&a, 1729990799, z, "2024-10-27 02:59:59 +0200 CEST");
	shows(&a, 1729990800, z, "2024-10-27 02:00:00 +0100 CET");
	shows(&a, INT64_C(32503680000), z, "3000-01-01 01:00:00 +0100 CET");
	zone_lookup(z, 1711846800, &s);
	assert_true(s.dst && s.start == 1711846800 && s.end == 1729990800);
	assert_true(zone_abbr(z, STR("CEST"), 1700000000, &off));
	assert_int_equal(off, 7200);
	assert_false(zone_abbr(z, STR("EST"), 0, &off));
	/* times that do not exist, or twice */
	shows(&a, time_date(2024, 3, 31, 9000, 0, z).sec, z,
	      "2024-03-31 03:30:00 +0200 CEST");
	shows(&a, time_date(2024, 10, 27, 9000, 0, z).sec, z,
	      "2024-10-27 02:30:00 +0100 CET");
	buf_free(&b);
	arena_free(&a);
}

static void broken(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 0);
	berlin(&a, &b);
	for (size_t n = 0; n < b.len - 29; n++)
		assert_null(zone_parse(&a, STR("x"), str_n(b.p, n)));
	assert_null(zone_parse(&a, STR("x"), STR("TZif")));
	buf_free(&b);
	arena_free(&a);
}

static void rules(void **state)
{
	static const struct {
		const char *rule;
		const char *july, *january;
	} cases[] = {
		{"UTC0", "UTC", "UTC"},
		{"<+0330>-3:30", "+0330", "+0330"},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "AEST", "AEDT"},
		{"EST5EDT,J60/0,J305", "EDT", "EST"},
		{"EST5EDT,59/0,304", "EDT", "EST"},
		{"EST5EDT", "EDT", "EST"},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", "IST", "GMT"},
		{"nonsense,", "X", "X"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		struct buf b = {0};
		const struct zone *z;
		struct span s;

		arena_init(&a, 0);
		header(&b, 0, 1, 2);
		put32(&b, 0);
		buf_addn(&b, 0, 2);
		buf_add(&b, "X\0", 2);
		header(&b, 0, 1, 2);
		put32(&b, 0);
		buf_addn(&b, 0, 2);
		buf_add(&b, "X\0", 2);
		buf_addf(&b, "\n%s\n", cases[i].rule);
		z = zone_parse(&a, STR("x"), str_n(b.p, b.len));
		assert_non_null(z);
		zone_lookup(z, 1689379200, &s);
		assert_string_equal(arena_dup(&a, s.abbr.p, s.abbr.n),
				    cases[i].july);
		zone_lookup(z, 1705276800, &s);
		assert_string_equal(arena_dup(&a, s.abbr.p, s.abbr.n),
				    cases[i].january);
		buf_free(&b);
		arena_free(&a);
	}
}

static void calendar(void **state)
{
	(void)state;
	for (int64_t day = -1000000; day < 4000000; day += 997) {
		struct gotime t = {.sec = day * 86400 + 86399};
		struct civil d;

		civil_of(&t, &d);
		assert_int_equal(civil_days(d.year, d.month, d.day), day);
		assert_int_equal(d.yday,
				 day - civil_days(d.year, 1, 1) + 1);
		assert_int_equal(civil_days(d.year, d.month - 25, d.day + 31),
				 civil_days(d.year - 2, d.month - 1, 1) +
					 d.day + 30);
	}
	assert_true(leap_year(2000) && leap_year(2024) && leap_year(0));
	assert_false(leap_year(1900) || leap_year(2023));
}

static const struct {
	const char *layout, *text, *result; /* in RFC 3339, or the error */
} parses[] = {
	{"2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07.25+02:00",
	 "2021-03-04T05:06:07.25+02:00"},
	{"Mon, 02 Jan 2006 15:04:05 MST", "Thu, 04 Mar 2021 05:06:07 CET",
	 "2021-03-04T05:06:07+01:00"},
	{"Mon, 02 Jan 2006 15:04:05 MST", "thu, 04 MAR 2021 05:06:07 XYZ",
	 "2021-03-04T05:06:07Z"},
	{"2006 002", "2020 366", "2020-12-31T00:00:00+01:00"},
	{"2006 002", "2021 366",
	 "parsing time \"2021 366\": day-of-year out of range"},
	{"2006-01-02", "2021-02-29",
	 "parsing time \"2021-02-29\": day out of range"},
	{"2006-01-02", "2021-13-01",
	 "parsing time \"2021-13-01\": month out of range"},
	{"2006-01-02", "2021-1-01",
	 "parsing time \"2021-1-01\" as \"2006-01-02\": cannot parse "
	 "\"1-01\" as \"01\""},
	{"3:04PM", "12:30AM", "0000-01-01T00:30:00+00:53"},
	{"pm 3", "pm 13", "parsing time \"pm 13\": hour out of range"},
	{"15:04:05.000", "05:06:07.12",
	 "parsing time \"05:06:07.12\" as \"15:04:05.000\": cannot parse "
	 "\".12\" as \".000\""},
	{"-07:00:00", "+25:00:00",
	 "parsing time \"+25:00:00\": time zone offset hour out of range"},
	{"2006", "\xc3\xa9\"",
	 "parsing time \"\\xc3\\xa9\\\"\" as \"2006\": cannot parse "
	 "\"\\xc3\\xa9\\\"\" as \"2006\""},
};

static void reading(void **state)
{
	struct arena a;
	struct buf b;
	const struct zone *z;

	(void)state;
	arena_init(&a, 0);
	z = berlin(&a, &b);
	for (size_t i = 0; i < COUNT(parses); i++) {
		struct gotime t;
		struct err e = {0};
		struct str s;

		if (time_parse(&a, str_of(parses[i].layout),
			       str_of(parses[i].text), z, z, &t, &e) < 0)
			s = str_of(e.text);
		else
			s = time_format(&a, &t, LAYOUT_RFC3339_NANO);
		assert_string_equal(arena_dup(&a, s.p, s.n), parses[i].result);
	}
	buf_free(&b);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones),    cmocka_unit_test(broken),
		cmocka_unit_test(rules),    cmocka_unit_test(calendar),
		cmocka_unit_test(reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

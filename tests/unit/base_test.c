// SPDX-License-Identifier: MIT
/* The foundation: errors, buffers, arenas, strings, numbers, durations and the
 * two option dialects. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "base/fmt.h"

static void err_keeps_one_message(void **state)
{
	struct err e;
	char longer[ERR_TEXT * 2];

	(void)state;
	assert_int_equal(err_set(&e, ENOENT, "open %s", "x"), -1);
	assert_string_equal(e.text, "open x: No such file or directory");
	assert_int_equal(e.num, ENOENT);
	err_wrap(&e, "reading %s", "y");
	assert_string_equal(e.text,
			    "reading y: open x: No such file or directory");
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&e, 0, "%s", longer);
	assert_int_equal(strlen(e.text), ERR_TEXT - 1);
	err_wrap(&e, "more");
	assert_int_equal(strlen(e.text), ERR_TEXT - 1);
	assert_memory_equal(e.text, "more: aaa", 9);
	assert_int_equal(err_set(NULL, 0, "nobody looks"), -1);
}

static void formats_are_whole_again(void **state)
{
	char whole[FMT_MAX + 1], longest[FMT_MAX * 2];
	const char *plain = "100%% of %s";
	struct err e;

	(void)state;
	assert_ptr_equal(fmt_whole(whole, plain), plain);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_ptr_equal(fmt_whole(whole, longest), longest);
	/* each piece is two bytes or, inside of it, two pieces */
	for (unsigned i = 0; i < 128; i++) {
		char one[2] = {(char)(0x80 + i), '\0'};
		const char *w = fmt_whole(whole, one);

		assert_ptr_equal(w, whole);
		assert_true(strlen(w) >= 2 && strlen(w) < 32);
		for (; *w; w++)
			assert_true((unsigned char)*w < 0x80);
	}
	/* the first piece of all is the commonest conversion */
	assert_string_equal(fmt_whole(whole, "\x80"), "%s");
	memset(longest, 0x80, sizeof(longest) - 1);
	assert_int_equal(strlen(fmt_whole(whole, longest)), FMT_MAX);
	err_set(&e, ENOENT, "a\x82%d", 1); /* ": " */
	assert_string_equal(e.text, "a: 1: No such file or directory");
}

static void buf_grows_to_its_maximum(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_adds(&b, "0123456789"), 0);
	assert_int_equal(buf_addc(&b, 'x'), -1);
	assert_true(b.failed);
	assert_string_equal(buf_str(&b), "0123456789");
	buf_reset(&b);
	assert_int_equal(buf_addf(&b, "%d-%s", 7, "ab"), 0);
	assert_string_equal(b.p, "7-ab");
	buf_cut(&b, 1);
	assert_string_equal(b.p, "7");
	assert_int_equal(buf_addf(&b, "%20d", 1), -1);
	assert_string_equal(b.p, "7");
	buf_free(&b);
}

static void buf_formats_past_its_capacity(void **state)
{
	struct buf b = {0};
	char *p;

	(void)state;
	for (int i = 0; i < 200; i++)
		assert_int_equal(buf_addf(&b, "%03d%s", i, "abcdefgh"), 0);
	assert_int_equal(b.len, 200 * 11);
	p = buf_take(&b);
	assert_memory_equal(p + 199 * 11, "199abcdefgh", 12);
	assert_null(b.p);
	free(p);
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena a;
	char *p, *q;

	(void)state;
	arena_init(&a, 0);
	for (size_t n = 0; n < 5000; n += 7) {
		p = arena_alloc(&a, n);
		assert_int_equal((uintptr_t)p % 8, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xAA, n);
	}
	arena_reset(&a);
	p = arena_alloc(&a, 3000);
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(p[i], 0);
	q = arena_grow(&a, p, 3000, 3100);
	assert_non_null(q);
	assert_string_equal(arena_printf(&a, "%s=%d", "a", 5), "a=5");
	assert_string_equal(arena_dup(&a, "abcdef", 3), "abc");
	assert_null(arena_array(&a, SIZE_MAX / 2, 16));
	arena_free(&a);
}

static void arena_stops_at_its_maximum(void **state)
{
	struct arena a;
	jmp_buf oom;
	volatile int jumped = 0;

	(void)state;
	arena_init(&a, 10000);
	assert_non_null(arena_alloc(&a, 5000));
	assert_null(arena_alloc(&a, 6000));
	if (setjmp(oom)) {
		jumped = 1;
	} else {
		a.oom = &oom;
		arena_alloc(&a, 6000);
		fail();
	}
	assert_int_equal(jumped, 1);
	arena_free(&a);
}

static void strings_split_and_trim(void **state)
{
	struct str rest = STR("a,,b"), part;

	(void)state;
	assert_true(str_split(&rest, ',', &part) && str_is(part, "a"));
	assert_true(str_split(&rest, ',', &part) && str_is(part, ""));
	assert_true(str_split(&rest, ',', &part) && str_is(part, "b"));
	assert_false(str_split(&rest, ',', &part));
	assert_true(str_is(str_trim(STR(" \tx \n"), " \t\n"), "x"));
	assert_int_equal(str_find(STR("hello"), STR("lo")), 3);
	assert_int_equal(str_find(STR("hello"), STR("xx")), -1);
	assert_int_equal(str_rfind(STR("a.b.c"), STR(".")), 3);
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_ieq(STR("LogLevel"), STR("loglevel")));
	assert_true(str_suffix(STR("x.json"), STR(".json")));
	assert_int_equal(ascii_hex('F'), 15);
	assert_int_equal(ascii_hex('g'), -1);
}

static void utf8_follows_go(void **state)
{
	char out[UTF8_MAX];
	int w;

	(void)state;
	assert_int_equal(utf8_decode("\xC3\xA9", 2, &w), 0xE9);
	assert_int_equal(w, 2);
	assert_int_equal(utf8_decode("\xED\xA0\x80", 3, &w), RUNE_ERROR);
	assert_int_equal(w, 1);
	assert_int_equal(utf8_decode("\xC0\x80", 2, &w), RUNE_ERROR);
	assert_int_equal(w, 1);
	assert_int_equal(utf8_decode("\xEF\xBF\xBD", 3, &w), RUNE_ERROR);
	assert_int_equal(w, 3);
	assert_int_equal(utf8_decode("", 0, &w), RUNE_ERROR);
	assert_int_equal(w, 0);
	assert_int_equal(utf8_decode_last("a\xF0\x9F\x98\x80", 5, &w), 0x1F600);
	assert_int_equal(w, 4);
	assert_int_equal(utf8_decode_last("a\x80", 2, &w), RUNE_ERROR);
	assert_int_equal(w, 1);
	assert_int_equal(utf8_encode(0x20AC, out), 3);
	assert_memory_equal(out, "\xE2\x82\xAC", 3);
	assert_int_equal(utf8_encode(0xD800, out), 3);
	assert_memory_equal(out, "\xEF\xBF\xBD", 3);
	assert_int_equal(utf8_count("a\xFF\xC3\xA9", 4), 3);
	assert_false(utf8_valid("\xFF", 1));
}

static void numbers_are_strict(void **state)
{
	uint64_t u = 7;
	int64_t i = 7;
	double d = 7;
	char out[NUM_TEXT];

	(void)state;
	assert_true(num_u64(STR("18446744073709551615"), UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	assert_false(num_u64(STR("18446744073709551616"), UINT64_MAX, &u));
	assert_false(num_u64(STR(""), UINT64_MAX, &u));
	assert_false(num_u64(STR(" 1"), UINT64_MAX, &u));
	assert_false(num_u64(STR("0x1"), UINT64_MAX, &u));
	assert_false(num_u64(STR("11"), 10, &u));
	assert_true(
		num_i64(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_true(i == INT64_MIN);
	assert_false(
		num_i64(STR("9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_true(num_oct(STR("0755"), 07777, &u) && u == 0755);
	assert_false(num_oct(STR("8"), 07777, &u));
	assert_int_equal(num_put_i64(out, INT64_MIN), 20);
	assert_string_equal(out, "-9223372036854775808");
	assert_true(num_double(STR("1e3"), &d) && d == 1000);
	assert_false(num_double(STR("1e3 "), &d));
	assert_false(num_double(STR(""), &d));
}

static void floats_print_as_go(void **state)
{
	static const struct {
		double v;
		char fmt;
		int prec, bits;
		const char *want;
	} cases[] = {
		{1, 'g', -1, 64, "1"},
		{0, 'g', -1, 64, "0"},
		{-0.0, 'g', -1, 64, "-0"},
		{0.1, 'g', -1, 64, "0.1"},
		{1.0 / 3, 'g', -1, 64, "0.3333333333333333"},
		{123456.7, 'g', -1, 64, "123456.7"},
		{1e5, 'g', -1, 64, "100000"},
		{1e6, 'g', -1, 64, "1e+06"},
		{1e20, 'g', -1, 64, "1e+20"},
		{1e21, 'g', -1, 64, "1e+21"},
		{0.00001, 'g', -1, 64, "1e-05"},
		{0.0001, 'g', -1, 64, "0.0001"},
		{5e-324, 'g', -1, 64, "5e-324"},
		{1.7976931348623157e308, 'g', -1, 64, "1.7976931348623157e+308"},
		{100, 'e', -1, 64, "1e+02"},
		{1.5, 'f', -1, 64, "1.5"},
		{1e21, 'f', -1, 64, "1000000000000000000000"},
		{2.5, 'f', 0, 64, "2"},
		{3.14159, 'f', 2, 64, "3.14"},
		{3.14159, 'e', 3, 64, "3.142e+00"},
		{3.14159, 'g', 3, 64, "3.14"},
		{1234567, 'g', 3, 64, "1.23e+06"},
		{100, 'g', 3, 64, "100"},
		{100000, 'g', 17, 64, "100000"},
		{0.1f, 'g', -1, 32, "0.1"},
		{16777216, 'g', -1, 32, "1.6777216e+07"},
		{INFINITY, 'g', -1, 64, "+Inf"},
	};
	char out[NUM_FLOAT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = num_put_float(out, cases[i].v, cases[i].fmt,
					 cases[i].prec, cases[i].bits);

		assert_string_equal(out, cases[i].want);
		assert_int_equal(n, strlen(cases[i].want));
	}
}

static void durations_follow_go(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
		const char *print;
	} good[] = {
		{"250ms", 250 * DUR_MS, "250ms"},
		{"1h30m", 90 * DUR_MIN, "1h30m0s"},
		{"-1.5s", -1500 * DUR_MS, "-1.5s"},
		{".5s", 500 * DUR_MS, "500ms"},
		{"5.s", 5 * DUR_S, "5s"},
		{"0", 0, "0s"},
		{"1\xC2\xB5s", DUR_US, "1\xC2\xB5s"},
		{"1us1ns", 1001, "1.001\xC2\xB5s"},
		{"4m24.82845778s", 264828457780, "4m24.82845778s"},
		{"9223372036854775807ns", INT64_MAX, "2562047h47m16.854775807s"},
	};
	static const struct {
		const char *text, *error;
	} bad[] = {
		{"", "time: invalid duration \"\""},
		{"5", "time: missing unit in duration \"5\""},
		{"1d", "time: unknown unit \"d\" in duration \"1d\""},
		{"x", "time: invalid duration \"x\""},
		{".s", "time: invalid duration \".s\""},
		{"9223372036854775808ns",
		 "time: invalid duration \"9223372036854775808ns\""},
	};
	char out[DUR_TEXT];
	struct err e;
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(dur_parse(str_of(good[i].text), &ns, &e), 0);
		assert_true(ns == good[i].ns);
		dur_put(out, ns);
		assert_string_equal(out, good[i].print);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(dur_parse(str_of(bad[i].text), &ns, &e), -1);
		assert_string_equal(e.text, bad[i].error);
	}
	assert_int_equal(dur_ms(1), 1);
	assert_int_equal(dur_ms(-5), 0);
}

struct opts {
	bool once, dry;
	int mode, number;
	unsigned bits;
	const char *text;
	uint32_t count;
	int64_t wait;
	struct strlist list;
};

static const struct opt table[] = {
	{"once", NULL, '1', OPT_FLAG, offsetof(struct opts, once), 0},
	{NULL, NULL, 'u', OPT_SET, offsetof(struct opts, mode), 'u'},
	{NULL, NULL, 'd', OPT_SET, offsetof(struct opts, mode), 'd'},
	{NULL, NULL, 'a', OPT_BIT, offsetof(struct opts, bits), 1},
	{NULL, NULL, 'b', OPT_BIT, offsetof(struct opts, bits), 2},
	{"text", NULL, 't', OPT_STR, offsetof(struct opts, text), 0},
	{"count", NULL, 'c', OPT_U32, offsetof(struct opts, count), 0},
	{"number", NULL, 'n', OPT_INT, offsetof(struct opts, number), 0},
	{"wait", NULL, 'w', OPT_DUR, offsetof(struct opts, wait), 0},
	{"template", NULL, 0, OPT_LIST, offsetof(struct opts, list), 0},
	{0},
};

#define ARGV(...)                                                              \
	(char *[])                                                             \
	{                                                                      \
		(char *)"prog", __VA_ARGS__, NULL                              \
	}

static int run(bool go, struct opts *o, char **argv, int *next, struct err *e)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	*o = (struct opts){0};
	return go ? opt_goflags(table, o, argc, argv, next, e)
		  : opt_getopt(table, o, argc, argv, next, e);
}

static void getopt_dialect(void **state)
{
	struct opts o;
	struct err e;
	int next;

	(void)state;
	assert_int_equal(run(false, &o,
			     ARGV((char *)"-1abt", (char *)"x", (char *)"-c5",
				  (char *)"-d", (char *)"dir", (char *)"-u"),
			     &next, &e),
			 0);
	assert_true(o.once && o.bits == 3 && o.count == 5 && o.mode == 'd');
	assert_string_equal(o.text, "x");
	assert_int_equal(next, 5);
	assert_int_equal(run(false, &o,
			     ARGV((char *)"--count=9", (char *)"--text",
				  (char *)"y", (char *)"--", (char *)"-u"),
			     &next, &e),
			 0);
	assert_int_equal(o.count, 9);
	assert_int_equal(o.mode, 0);
	assert_int_equal(next, 5);
	assert_int_equal(run(false, &o, ARGV((char *)"-z"), &next, &e), -1);
	assert_string_equal(e.text, "unrecognized option: -z");
	assert_int_equal(run(false, &o, ARGV((char *)"-t"), &next, &e), -1);
	assert_int_equal(run(false, &o, ARGV((char *)"-c-1"), &next, &e), -1);
	assert_string_equal(e.text, "option -c: invalid number -1");
	assert_int_equal(run(false, &o, ARGV((char *)"--count=x"), &next, &e), -1);
	assert_string_equal(e.text, "option --count: invalid number x");
	assert_int_equal(run(false, &o, ARGV((char *)"-"), &next, &e), 0);
	assert_int_equal(next, 1);
}

static void go_dialect(void **state)
{
	static const struct {
		char *args[3];
		const char *error;
	} bad[] = {
		{{(char *)"-x"}, "flag provided but not defined: -x"},
		{{(char *)"-text"}, "flag needs an argument: -text"},
		{{(char *)"---text"}, "bad flag syntax: ---text"},
		{{(char *)"-=x"}, "bad flag syntax: -=x"},
		{{(char *)"-once=maybe"},
		 "invalid boolean value \"maybe\" for -once: parse error"},
		{{(char *)"-wait", (char *)"5"},
		 "invalid value \"5\" for flag -wait: parse error"},
		{{(char *)"-number=x"},
		 "invalid value \"x\" for flag -number: parse error"},
		{{(char *)"-number=+-1"},
		 "invalid value \"+-1\" for flag -number: parse error"},
		{{(char *)"-number=99999999999"},
		 "invalid value \"99999999999\" for flag -number: value out of "
		 "range"},
	};
	struct opts o;
	struct err e;
	int next;

	(void)state;
	assert_int_equal(run(true, &o,
			     ARGV((char *)"-once", (char *)"--text", (char *)"v",
				  (char *)"-number=010", (char *)"-template=a",
				  (char *)"-template", (char *)"b",
				  (char *)"rest", (char *)"-once=false"),
			     &next, &e),
			 0);
	assert_true(o.once && o.number == 8 && o.list.n == 2);
	assert_int_equal(next, 8);
	strlist_free(&o.list);
	assert_int_equal(run(true, &o, ARGV((char *)"-once=F"), &next, &e), 0);
	assert_false(o.once);
	assert_int_equal(
		run(true, &o,
		    ARGV((char *)"-once", (char *)"--", (char *)"-text"), &next,
		    &e),
		0);
	assert_int_equal(next, 3);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(run(true, &o,
				     ARGV(bad[i].args[0], bad[i].args[1]),
				     &next, &e),
				 -1);
		assert_string_equal(e.text, bad[i].error);
	}
}

static void lists_of_strings(void **state)
{
	struct strlist l = {0}, copy;

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(strlist_addn(&l, "abcdef", (size_t)i % 7), 0);
	assert_null(l.items[50]);
	assert_true(strlist_has(&l, "abc"));
	assert_false(strlist_has(&l, "abd"));
	assert_int_equal(strlist_copy(&copy, &l), 0);
	assert_int_equal(copy.n, 50);
	assert_string_equal(copy.items[6], "abcdef");
	strlist_free(&copy);
	strlist_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_keeps_one_message),
		cmocka_unit_test(buf_grows_to_its_maximum),
		cmocka_unit_test(buf_formats_past_its_capacity),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_stops_at_its_maximum),
		cmocka_unit_test(strings_split_and_trim),
		cmocka_unit_test(utf8_follows_go),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(floats_print_as_go),
		cmocka_unit_test(durations_follow_go),
		cmocka_unit_test(getopt_dialect),
		cmocka_unit_test(go_dialect),
		cmocka_unit_test(lists_of_strings),
		cmocka_unit_test(formats_are_whole_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* Regular expressions held against tables that Go's package regexp wrote
 * (scripts/oracle/regex.go says how; REGEX_TABLE names another one to read),
 * the limits, and the time that hostile patterns take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base.h"
#include "regex.h"
#include "regex/unicode.h"

/* --- the table --- */

struct table {
	struct regex *re;
	struct buf text, line, got;
	struct arena a;
	size_t checked, differ;
	int number;
};

static struct str unescape(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] == 'x' &&
		    ascii_hex((unsigned char)s.p[i + 2]) >= 0 &&
		    ascii_hex((unsigned char)s.p[i + 3]) >= 0) {
			out[n++] = (char)(ascii_hex((unsigned char)s.p[i + 2]) *
						  16 +
					  ascii_hex((unsigned char)s.p[i + 3]));
			i += 3;
		} else {
			out[n++] = s.p[i];
		}
	}
	return str_n(out, n);
}

static void escape(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c > 0x7e ||
		    (c == '\\' && i + 1 < s.n && s.p[i + 1] == 'x'))
			buf_addf(b, "\\x%02x", c);
		else
			buf_addc(b, (char)c);
	}
}

static void show_offsets(struct buf *b, const ptrdiff_t *cap, int groups)
{
	for (int i = 0; i <= groups; i++) {
		if (i)
			buf_addc(b, ',');
		if (cap[2 * i] < 0)
			buf_addc(b, '-');
		else
			buf_addf(b, "%td-%td", cap[2 * i], cap[2 * i + 1]);
	}
}

static int show_piece(void *ctx, struct str piece, struct err *e)
{
	struct buf *b = ctx;

	(void)e;
	buf_addc(b, '\t');
	escape(b, piece);
	return 0;
}

/* Compares t->got with what the table says. */
static void expect(struct table *t, char what, struct str want)
{
	t->checked++;
	if (str_eq(str_n(buf_str(&t->got), t->got.len), want))
		return;
	if (t->differ++ < 20)
		fprintf(stderr, "line %d, %c:\n got  %s\n want %.*s\n",
			t->number, what, buf_str(&t->got), (int)want.n, want.p);
}

static void do_pattern(struct table *t, struct str arg)
{
	struct str kind, pattern;
	struct err e;
	unsigned flags;

	str_split(&arg, '\t', &kind);
	arena_reset(&t->a);
	pattern = unescape(&t->a, arg);
	flags = *kind.p == 'X' ? REGEX_POSIX : *kind.p == 'L' ? REGEX_LONGEST
							       : 0;
	regex_free(t->re);
	t->re = NULL;
	buf_reset(&t->got);
	if (regex_compile(pattern, flags, &t->re, &e) < 0)
		escape(&t->got, str_of(e.text));
}

static void do_find(struct table *t, bool all)
{
	struct str s = str_n(buf_str(&t->text), t->text.len);
	int groups = regex_groups(t->re), n = 0, r;
	struct regex_iter it;
	struct err e;

	if (!all) {
		ptrdiff_t *cap = calloc(2 * (size_t)(groups + 1), sizeof(*cap));

		r = regex_find(t->re, s, 0, cap, groups + 1, &e);
		assert_int_equal(regex_match(t->re, s, &e), r);
		if (r > 0)
			show_offsets(&t->got, cap, groups);
		else
			buf_adds(&t->got, "none");
		free(cap);
		return;
	}
	assert_int_equal(regex_iter_init(&it, t->re, s, &e), 0);
	while ((r = regex_next(&it, &e)) > 0) {
		if (n++)
			buf_addc(&t->got, ';');
		show_offsets(&t->got, it.cap, groups);
	}
	assert_int_equal(r, 0);
	regex_iter_free(&it);
}

static void do_line(struct table *t, char what, struct str arg)
{
	struct str s = str_n(buf_str(&t->text), t->text.len), rest = arg, part;
	struct buf out = {0};
	struct err e;
	int64_t n = 0;

	if (what == 'P') {
		do_pattern(t, arg);
		return;
	}
	if (what == 'E') {
		expect(t, what, arg);
		return;
	}
	if (!t->re) {
		if (t->got.len)
			expect(t, what, STR("no error"));
		buf_reset(&t->got);
		return;
	}
	buf_reset(&t->got);
	if (what == 'T') {
		part = unescape(&t->a, arg);
		buf_reset(&t->text);
		buf_add(&t->text, part.p, part.n);
		return;
	}
	if (what == 'G') {
		for (int i = 1; i <= regex_groups(t->re); i++)
			buf_addf(&t->got, "%s%s", i > 1 ? "\t" : "",
				 regex_group_name(t->re, i));
	} else if (what == 'F' || what == 'A') {
		do_find(t, what == 'A');
	} else if (what == 'R') {
		str_split(&rest, '\t', &part);
		part = unescape(&t->a, part);
		assert_int_equal(regex_replace(t->re, s, part, &out, &e), 0);
		arg = rest;
		escape(&t->got, str_n(buf_str(&out), out.len));
		buf_free(&out);
	} else if (what == 'S') {
		str_split(&rest, '\t', &part);
		assert_true(num_i64(part, -1, 100, &n));
		buf_add(&t->got, part.p, part.n);
		assert_int_equal(regex_split(t->re, s, (int)n, show_piece,
					     &t->got, &e), 0);
	}
	expect(t, what, arg);
}

static void run_table(const char *path)
{
	struct table t = {0};
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	assert_non_null(f);
	arena_init(&t.a, 0);
	while ((n = getline(&line, &cap, f)) > 0) {
		t.number++;
		if (line[n - 1] == '\n')
			n--;
		if (n >= 2)
			do_line(&t, line[0], str_n(line + 2, (size_t)n - 2));
	}
	free(line);
	fclose(f);
	regex_free(t.re);
	buf_free(&t.text);
	buf_free(&t.got);
	arena_free(&t.a);
	if (getenv("REGEX_TABLE"))
		fprintf(stderr, "%zu checked, %zu differ\n", t.checked,
			t.differ);
	assert_true(t.checked > 100);
	assert_int_equal(t.differ, 0);
}

static void golden(void **state)
{
	const char *path = getenv("REGEX_TABLE");

	(void)state;
	run_table(path ? path : "tests/unit/regex.table");
}

/* --- what the table cannot hold --- */

static struct regex *compiled(const char *pattern, unsigned flags)
{
	struct regex *re = NULL;
	struct err e;

	if (regex_compile(str_of(pattern), flags, &re, &e) < 0)
		fail_msg("%s", e.text);
	return re;
}

static bool matches(const char *pattern, const char *text)
{
	struct regex *re = compiled(pattern, 0);
	int r = regex_match(re, str_of(text), NULL);

	regex_free(re);
	return r == 1;
}

static void error_of(const char *pattern, const char *want)
{
	struct regex *re = NULL;
	struct err e = {0};

	assert_int_equal(regex_compile(str_of(pattern), 0, &re, &e), -1);
	assert_null(re);
	assert_string_equal(e.text, want);
}

/* Syntax of Go versions newer than the one that wrote the table. */
static void newer_syntax(void **state)
{
	(void)state;
	assert_true(matches("^\\p{Letter}\\p{lu}\\pm$", "aB\xcc\x81"));
	assert_true(matches("^\\p{old italic}$", "\xf0\x90\x8c\x80"));
	assert_true(matches("^\\p{Old_Italic}$", "\xf0\x90\x8c\x80"));
	assert_true(matches("^\\p{Any}\\p{ASCII}\\p{Assigned}$", "\xffg "));
	assert_true(matches("^\\p{LC}$", "x"));
	assert_false(matches("^\\p{LC}$", "\xe6\x97\xa5"));
	assert_true(matches("^\\p{Cn}\\P{Assigned}$",
			    "\xcd\xb8\xcd\xb8")); /* U+0378 */
	assert_false(matches("\\p{Greek}", "\xcd\xb8"));
	assert_true(matches("^(?<year>\\d+)$", "2026"));
	error_of("(?<y", "error parsing regexp: invalid named capture: `(?<y`");
	error_of("(?<=a)b",
		 "error parsing regexp: invalid named capture: `(?<=a)b`");
	error_of("(?<=a>)b",
		 "error parsing regexp: invalid named capture: `(?<=a>`");
	error_of("\\p{Grek}", "error parsing regexp: invalid character class "
			      "range: `\\p{Grek}`");
}

static void groups(void **state)
{
	struct regex *re = compiled("(?P<a>x)(y)(?<b>z)(?P<a>.)", 0);
	struct str s = STR("-xyzw");
	ptrdiff_t cap[14];
	struct buf out = {0};

	(void)state;
	assert_int_equal(regex_groups(re), 4);
	assert_string_equal(regex_group_name(re, 0), "");
	assert_string_equal(regex_group_name(re, 3), "b");
	assert_string_equal(regex_group_name(re, 5), "");
	assert_int_equal(regex_group_find(re, STR("a")), 1);
	assert_int_equal(regex_group_find(re, STR("b")), 3);
	assert_int_equal(regex_group_find(re, STR("")), -1);
	assert_int_equal(regex_group_find(re, STR("c")), -1);
	/* More offsets than groups; a start in the middle. */
	assert_int_equal(regex_find(re, s, 1, cap, 7, NULL), 1);
	assert_int_equal(cap[0], 1);
	assert_int_equal(cap[9], 5);
	assert_int_equal(cap[10], -1);
	assert_int_equal(cap[13], -1);
	assert_int_equal(regex_find(re, s, 2, cap, 7, NULL), 0);
	assert_int_equal(regex_find(re, s, 99, cap, 7, NULL), 0);
	assert_int_equal(regex_find(re, s, 0, NULL, 0, NULL), 1);
	assert_int_equal(regex_find(re, s, 0, cap, 5, NULL), 1);
	regex_expand(re, STR("${a}$b$4"), s, cap, 5, &out);
	assert_string_equal(buf_str(&out), "xzw");
	regex_free(re);
	buf_free(&out);

	/* What is before `from` counts for assertions. */
	re = compiled("\\bb|^a", 0);
	assert_int_equal(regex_find(re, STR("ab a"), 1, cap, 1, NULL), 0);
	regex_free(re);
}

static void prefix(void **state)
{
	struct regex *re = compiled("(ab\xc3\xa9)+", 0);
	bool complete = true;

	(void)state;
	assert_true(str_is(regex_prefix(re, &complete), "ab\xc3\xa9"));
	assert_false(complete);
	regex_free(re);
	re = compiled("a(b)c", 0);
	assert_true(str_is(regex_prefix(re, &complete), "abc"));
	assert_true(complete);
	regex_free(re);
	re = compiled("^abc", 0);
	assert_true(str_is(regex_prefix(re, &complete), ""));
	assert_false(complete);
	regex_free(re);
}

static void texts(void **state)
{
	struct regex *re = compiled("a", 0);
	struct buf out = {0};
	struct err e;

	(void)state;
	regex_quote(STR("1.2 [a-z]+(x|y)*^${n}?\\\xc3\xa9-/_"), &out);
	assert_string_equal(buf_str(&out), "1\\.2 \\[a-z\\]\\+\\(x\\|y\\)\\*"
					   "\\^\\$\\{n\\}\\?\\\\\xc3\xa9-/_");
	buf_reset(&out);
	assert_int_equal(regex_replace_literal(re, STR("banana"), STR("$0"),
					       &out, &e), 0);
	assert_string_equal(buf_str(&out), "b$0n$0n$0");
	buf_free(&out);
	/* The limit of the result is the buffer's. */
	buf_init(&out, 10);
	assert_int_equal(regex_replace(re, STR("aaaaaa"), STR("$0$0"), &out,
				       &e), -1);
	assert_string_equal(e.text, "result of a replacement too large");
	buf_free(&out);
	assert_int_equal(regex_match(re, (struct str){NULL, 0}, &e), 0);
	regex_free(re);
	assert_true(matches("", ""));
}

static void limits(void **state)
{
	struct buf b = {0};
	struct regex *re = NULL;
	struct err e;

	(void)state;
	for (int i = 0; i < 4000; i++)
		buf_adds(&b, "(?:a{1000}){1}");
	assert_int_equal(regex_compile(str_n(b.p, b.len), 0, &re, &e), -1);
	assert_memory_equal(e.text, "error parsing regexp: expression too "
				    "large: `", 44);
	buf_reset(&b);
	/* Large, but allowed: 300,000 instructions. */
	for (int i = 0; i < 300; i++)
		buf_adds(&b, "(?:a{1000})?");
	assert_int_equal(regex_compile(str_n(b.p, b.len), 0, &re, &e), 0);
	assert_int_equal(regex_match(re, STR("aaa"), &e), 1);
	regex_free(re);
	buf_free(&b);
}

/* Seconds one pattern takes on n times a text; the result must be `want`. */
static double seconds(const char *pattern, const char *unit, size_t n, int want)
{
	struct regex *re = compiled(pattern, 0);
	struct buf text = {0};
	int64_t t;

	for (size_t i = 0; i < n; i++)
		buf_adds(&text, unit);
	t = clock_mono_ns();
	assert_int_equal(regex_match(re, str_n(text.p, text.len), NULL), want);
	t = clock_mono_ns() - t;
	buf_free(&text);
	regex_free(re);
	return (double)t / 1e9;
}

/* Patterns on which backtracking engines take exponential or quadratic time:
 * ten times the text may take about ten times as long. */
static void linear(void **state)
{
	static const struct {
		const char *pattern, *unit;
	} evil[] = {
		{"(a*)*b", "a"},
		{"(a|a)*b", "a"},
		{"(a|aa)+$b", "a"},
		{"(x+x+)+y", "x"},
		{"^(([a-z])+.)+[A-Z]([a-z])+$", "a"},
		{"(.*)(.*)(.*)(.*)(.*)[^a]b", "a"},
		{"([^ab]|a[ab]{0,50})*X", "ab"},
		{"(?:a?){50}a{50}[^a]", "a"},
		{".*.*=.*;", "x="},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(evil); i++) {
		double a, b;

		/* Past what the backtracker takes, both of them. */
		a = seconds(evil[i].pattern, evil[i].unit, 30000, 0);
		b = seconds(evil[i].pattern, evil[i].unit, 300000, 0);
		if (getenv("REGEX_TIMES"))
			printf("%-32s %7.1f ms %7.1f ms\n", evil[i].pattern,
			       a * 1e3, b * 1e3);
		assert_true(b < 25 * a + 0.2);
		/* And small texts, which the backtracker gets. */
		a = seconds(evil[i].pattern, evil[i].unit, 200, 0);
		assert_true(a < 0.5);
	}
}

static void unicode(void **state)
{
	uint32_t o[UNI_ORBIT];

	(void)state;
	assert_int_equal(unicode_category('a'), UNI_LL);
	assert_int_equal(unicode_category(0x101), UNI_LL); /* among Lu, Ll */
	assert_int_equal(unicode_category(0x100), UNI_LU);
	assert_int_equal(unicode_category(0x1C5), UNI_LT);
	assert_int_equal(unicode_category(0x378), UNI_CN);
	assert_int_equal(unicode_category(0x10FFFF), UNI_CN);
	assert_int_equal(unicode_category(0x10FFFD), UNI_CO);
	assert_int_equal(unicode_category(0x110000), UNI_CN);
	assert_int_equal(unicode_category(0xD800), UNI_CS);
	assert_true(unicode_is(0x663, UNI_NUMBER));
	assert_false(unicode_is(0x663, UNI_LETTER | UNI_PUNCT));
	assert_true(unicode_space(0x3000) && unicode_space(0x85));
	assert_false(unicode_space(0x200B));
	assert_true(unicode_print(0xE9) && unicode_print(0x1F600));
	assert_false(unicode_print(0xA0) || unicode_print(0x7F) ||
		     unicode_print(0xAD));
	assert_int_equal(unicode_upper(0xFF), 0x178);
	assert_int_equal(unicode_upper(0xDF), 0xDF);
	assert_int_equal(unicode_upper(0x1C6), 0x1C4);
	assert_int_equal(unicode_title(0x1C6), 0x1C5);
	assert_int_equal(unicode_title(0x10D0), 0x10D0);
	assert_int_equal(unicode_upper(0x10D0), 0x1C90);
	assert_int_equal(unicode_lower(0x130), 'i');
	assert_int_equal(unicode_lower(0x1E900), 0x1E922);
	assert_int_equal(unicode_orbit('K', o), 3);
	assert_int_equal(o[2], 0x212A);
	assert_int_equal(unicode_orbit(0x130, o), 1);
	assert_int_equal(unicode_orbit(0x3C2, o), 3);
	assert_int_equal(unicode_cats(STR("uppercase letter")),
			 UNI_BIT(UNI_LU));
	assert_int_equal(unicode_cats(STR("Upper")), 0);
	assert_int_equal(unicode_script(STR("Nope")), -1);
	assert_int_not_equal(unicode_script(STR("SignWriting")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),  cmocka_unit_test(newer_syntax),
		cmocka_unit_test(groups),  cmocka_unit_test(prefix),
		cmocka_unit_test(texts),   cmocka_unit_test(limits),
		cmocka_unit_test(unicode), cmocka_unit_test(linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* The script lexer and substitution held against what execline 2.9.3.0 made of
 * words thrown together at random: execline.lex (script, ok and its words or
 * error and its text) and execline.subst (options of define, --, key, value,
 * words, =>, words). Fields are separated by tabs; \xHH is a byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "execline.h"

enum { FIELDS = 512 };

struct record {
	char *f[FIELDS]; /* unescaped, NUL-terminated */
	size_t n;
	char line[8192];
};

static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] == 'x') {
			*to++ = (char)(ascii_hex((unsigned char)s[2]) * 16 +
				       ascii_hex((unsigned char)s[3]));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static bool next_record(FILE *in, struct record *r)
{
	char *p = r->line, *tab;

	r->n = 0;
	if (!fgets(r->line, sizeof r->line, in))
		return false;
	r->line[strcspn(r->line, "\n")] = '\0';
	do {
		assert_true(r->n < FIELDS);
		tab = strchr(p, '\t');
		if (tab)
			*tab = '\0';
		unescape(p);
		r->f[r->n++] = p;
		p = tab ? tab + 1 : NULL;
	} while (p);
	return true;
}

static void same_words(const struct el_words *w, char **want, size_t n,
		       size_t line)
{
	const char *p = buf_str(&w->bytes);

	for (size_t i = 0; i < w->n && i < n; i++, p += strlen(p) + 1)
		if (strcmp(p, want[i]) != 0)
			fail_msg("line %zu, word %zu: <%s>, want <%s>", line,
				 i + 1, p, want[i]);
	if (w->n != n)
		fail_msg("line %zu: %zu words, want %zu", line, w->n, n);
}

static void test_lex_table(void **state UNUSED)
{
	FILE *in = fopen("tests/unit/execline.lex", "r");
	static struct record r;
	size_t line = 0;

	assert_non_null(in);
	while (next_record(in, &r)) {
		struct el_words w = {0};
		struct err e;
		int got = el_lex(r.f[0], strlen(r.f[0]), &w, &e);

		line++;
		if (!strcmp(r.f[1], "ok")) {
			if (got < 0)
				fail_msg("line %zu: %s", line, e.text);
			same_words(&w, r.f + 2, r.n - 2, line);
		} else {
			if (got == 0)
				fail_msg("line %zu: accepted", line);
			assert_string_equal(e.text, r.f[2]);
		}
		el_words_free(&w);
	}
	fclose(in);
	assert_true(line >= 1500);
}

static size_t read_how(struct record *r, struct el_how *how)
{
	size_t i = 0;

	for (; strcmp(r->f[i], "--") != 0; i++) {
		switch (r->f[i][1]) {
		case 's':
			how->split = 1;
			break;
		case 'C':
		case 'c':
			how->crunch = r->f[i][1] == 'C';
			break;
		case 'n':
		case 'N':
			how->chomp = r->f[i][1] == 'n';
			break;
		default:
			how->delim = r->f[++i];
			break;
		}
	}
	return i + 1;
}

static void test_subst_table(void **state UNUSED)
{
	FILE *in = fopen("tests/unit/execline.subst", "r");
	static struct record r;
	size_t line = 0;

	assert_non_null(in);
	while (next_record(in, &r)) {
		struct el_how how = {0};
		struct el_values v = {0};
		struct el_words w = {0};
		size_t key = read_how(&r, &how), end = key + 2;

		line++;
		while (strcmp(r.f[end], "=>") != 0)
			end++;
		r.f[end] = NULL;
		el_transform(el_values_add(&v, r.f[key]), r.f[key + 1],
			     strlen(r.f[key + 1]), &how);
		assert_int_equal(el_subst(r.f + key + 2, &v, &w), 0);
		same_words(&w, r.f + end + 1, r.n - end - 1, line);
		el_values_free(&v);
		el_words_free(&w);
	}
	fclose(in);
	assert_true(line >= 1500);
}

static void lex_fails(const char *script, const char *text)
{
	struct el_words w = {0};
	struct err e;

	assert_int_equal(el_lex(script, strlen(script), &w, &e), -1);
	assert_string_equal(e.text, text);
	el_words_free(&w);
}

static void test_lex_limits(void **state UNUSED)
{
	char deep[2 * EL_DEPTH_MAX + 8];
	struct el_words w = {.bytes = {.max = 16}};
	struct err e;
	size_t n = 0;

	for (int i = 0; i <= EL_DEPTH_MAX; i++) {
		deep[n++] = '{';
		deep[n++] = ' ';
	}
	deep[n] = '\0';
	lex_fails(deep, "blocks nested too deeply");
	assert_int_equal(el_lex("a b c d e f g h i j", 19, &w, &e), -1);
	assert_int_not_equal(e.num, 0);
	el_words_free(&w);
}

/* A product of lists that would not fit is an error, not an endless loop. */
static void test_subst_limit(void **state UNUSED)
{
	char *argv[] = {(char *)"${A}${A}${A}${A}${A}${A}${A}${A}${A}", NULL};
	struct el_how how = {.split = 1};
	struct el_values v = {0};
	struct el_words w = {.bytes = {.max = 1 << 16}};

	el_transform(el_values_add(&v, "A"), "a b c d e f g h", 15, &how);
	assert_int_equal(el_subst(argv, &v, &w), -1);
	el_values_free(&v);
	el_words_free(&w);
}

static void test_blocks(void **state UNUSED)
{
	char *argv[] = {(char *)" a", (char *)"  b", (char *)" ", (char *)"",
			(char *)"rest", NULL};

	assert_int_equal(el_block_size(argv), 3);
	assert_int_equal(el_block(argv, 1), 3);
	assert_string_equal(argv[0], "a");
	assert_string_equal(argv[1], " b");
	assert_string_equal(argv[2], "");
	assert_null(argv[3]);
	assert_string_equal(argv[4], "rest");
}

static void test_frames(void **state UNUSED)
{
	char *args[] = {(char *)"script", (char *)"x", NULL};
	size_t n;

	setenv("#", "2", 1);
	setenv("0", "outer", 1);
	setenv("1", "a", 1);
	setenv("2", "b", 1);
	setenv("1:1", "older", 1);
	el_frame_push(EL_FRAME);
	assert_null(getenv("2"));
	assert_string_equal(getenv("1:1"), "a");
	assert_string_equal(getenv("1:2"), "older");
	el_frame_set(args, 1);
	char **got = el_frame_get(&n, 100);
	assert_int_equal(n, 1);
	assert_string_equal(got[0], "script");
	assert_string_equal(got[1], "x");
	free(got);
	el_frame_pop(EL_FRAME);
	assert_string_equal(getenv("#"), "2");
	assert_string_equal(getenv("1"), "a");
	assert_string_equal(getenv("1:1"), "older");
	assert_null(getenv("1:2"));
}

static bool matches(const char *pattern, unsigned flags, const char *text)
{
	struct regex *re;
	struct err e;
	bool r;

	assert_int_equal(el_regex(&re, pattern, flags, &e), 0);
	r = regex_match(re, str_of(text), &e) > 0;
	regex_free(re);
	return r;
}

static void test_regex(void **state UNUSED)
{
	assert_true(matches("a+", EL_RE_WHOLE, "aaa"));
	assert_false(matches("a+", EL_RE_WHOLE, "aab"));
	assert_true(matches("a|abc", EL_RE_WHOLE, "abc"));
	assert_true(matches("a+", EL_RE_WHOLE | EL_RE_BASIC, "a+"));
	assert_true(matches("\\(ab\\)\\{2\\}", EL_RE_WHOLE | EL_RE_BASIC,
			    "abab"));
	assert_true(matches("*a", EL_RE_WHOLE | EL_RE_BASIC, "*a"));
	assert_true(matches("[]+]*", EL_RE_WHOLE | EL_RE_BASIC, "+]+"));
	assert_true(matches("ab", EL_RE_WHOLE | EL_RE_ICASE, "AB"));
	assert_false(matches("^a", EL_RE_NOANCHOR, "a"));
	assert_false(matches("a$", EL_RE_NOANCHOR, "a"));
	assert_true(matches("[$^]\\$", EL_RE_NOANCHOR, "^$"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lex_table),
		cmocka_unit_test(test_subst_table),
		cmocka_unit_test(test_lex_limits),
		cmocka_unit_test(test_subst_limit),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_regex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

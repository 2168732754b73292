// SPDX-License-Identifier: MIT
/* YAML as yaml.v2 reads and prints it; the expected texts are what yaml.v2
 * 2.4 gave on the same inputs. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/yaml.h"
#include "data_show.h"

static const char *read_text(struct arena *a, struct str text)
{
	struct err e = {0};
	struct val v;

	if (yaml_parse(a, text, &v, &e) < 0)
		return arena_printf(a, "! %s", e.text);
	return data_show(a, &v);
}

struct pair {
	const char *in, *out;
};

static void reading(void **state)
{
	static const struct pair t[] = {
		{"", "nil"},
		{"# only\n", "nil"},
		{"a: 1\nb: [x, 2.5, ~]\n", "{a=1 b=[\"x\" 2.5f nil]}"},
		{"- True\n- tRUE\n- y\n- off\n- Null\n- nULL\n",
		 "[true \"tRUE\" true false nil \"nULL\"]"},
		{"[0x1F, 0b11, 017, 0o17, 08, 1_000, +1, -0x10, 1__0, _1]",
		 "[31 3 15 15 8f 1000 1 -16 10 \"_1\"]"},
		{"[9223372036854775807, 9223372036854775808, "
		 "18446744073709551616, -9223372036854775809]",
		 "[9223372036854775807 9223372036854775808u "
		 "1.8446744073709552e+19f -9.223372036854776e+18f]"},
		{"[0., .5, 1e3, 1e400, 1.2.3, ., 1e, .inf, -.INF]",
		 "[0f 0.5f 1000f \"1e400\" \"1.2.3\" \".\" \"1e\" +Inff -Inff]"},
		{"[2001-12-14t21:59:43.10-05:00, 2002-1-1, 12:30:45]",
		 "[\"2001-12-14t21:59:43.10-05:00\" \"2002-1-1\" \"12:30:45\"]"},
		{"a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\nc: *x\n",
		 "{a={k=1 l=2} b={k=1 l=3} c={k=1 l=2}}"},
		{"a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n",
		 "{a={x=1} b={x=2 z=3} c={x=1 z=3}}"},
		{"a: !!str 12\nb: !!int \"45\"\nc: !!float 1\n"
		 "d: !!binary aGVsbG8=\ne: !own x\nf: !!null ''\n",
		 "{a=\"12\" b=45 c=1f d=\"hello\" e=\"x\" f=nil}"},
		{"on: 1\n2: b\n~: c\n", "{nil=\"c\" 2=\"b\" true=1}"},
		{"a: 1\na: 2\n", "{a=2}"},
		{"a: |\n  x\n   y\n\nb: >-\n  f\n  g\n",
		 "{a=\"x\n y\n\" b=\"f g\"}"},
		{"one\n---\ntwo\n", "\"one\""},
		{"<<", "\"<<\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct arena a;

		arena_init(&a, 0);
		assert_string_equal(read_text(&a, str_of(t[i].in)), t[i].out);
		arena_free(&a);
	}
}

static void messages(void **state)
{
	static const struct pair t[] = {
		{"a: *nope", "yaml: unknown anchor 'nope' referenced"},
		{"a: @x", "yaml: found character that cannot start any token"},
		{"x: 1\na: b: c", "yaml: line 2: mapping values are not allowed "
				  "in this context"},
		{"a: b: c",
		 "yaml: mapping values are not allowed in this context"},
		{"a: [1", "yaml: line 1: did not find expected ',' or ']'"},
		{"a: \"x", "yaml: found unexpected end of stream"},
		{"a: \x01", "yaml: control characters are not allowed"},
		{"a: !!int x", "yaml: cannot decode !!str `x` as a !!int"},
		{"a: !!binary x",
		 "yaml: !!binary value contains invalid base64 data"},
		{"? [a, 1]\n: b", "yaml: invalid map key: []interface {}"
				  "{\"a\", 1}"},
		{"a: &a [*a]", "yaml: anchor 'a' value contains itself"},
		{"a: 1\n<<: 2", "yaml: map merge requires map or sequence of "
				"maps as the value"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct arena a;
		struct val v;
		struct err e;

		arena_init(&a, 0);
		assert_int_equal(yaml_parse(&a, str_of(t[i].in), &v, &e), -1);
		assert_string_equal(e.text, t[i].out);
		arena_free(&a);
	}
}

static void limits(void **state)
{
	struct arena a;
	struct val v;
	struct err e;
	struct buf b = {0};

	(void)state;
	buf_adds(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 12; i++)
		buf_addf(&b, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i,
			 i - 1, i - 1, i - 1, i - 1, i - 1);
	arena_init(&a, 0);
	assert_int_equal(yaml_parse(&a, str_n(b.p, b.len), &v, &e), -1);
	assert_string_equal(e.text,
			    "yaml: document contains excessive aliasing");
	arena_free(&a);
	buf_reset(&b);
	buf_addn(&b, '[', YAML_DEPTH_MAX + 1);
	arena_init(&a, 0);
	assert_int_equal(yaml_parse(&a, str_n(b.p, b.len), &v, &e), -1);
	arena_free(&a);
	arena_init(&a, 5000);
	buf_reset(&b);
	for (int i = 0; i < 100; i++)
		buf_adds(&b, "- some text\n");
	assert_int_equal(yaml_parse(&a, str_n(b.p, b.len), &v, &e), -1);
	assert_int_equal(e.num, ENOMEM);
	arena_free(&a);
	buf_free(&b);
}

static void prints(const char *in, const char *out)
{
	struct arena a;
	struct buf b = {0};
	struct err e;
	struct val v;

	arena_init(&a, 0);
	assert_int_equal(yaml_parse(&a, str_of(in), &v, &e), 0);
	assert_int_equal(yaml_print(&a, &b, &v, &e), 0);
	assert_string_equal(buf_str(&b), out);
	buf_free(&b);
	arena_free(&a);
}

static void printing(void **state)
{
	(void)state;
	prints("~", "null\n");
	prints("{}", "{}\n");
	prints("- 1\n- [x, [y1, []]]\n- {a: {}}\n",
	       "- 1\n- - x\n  - - y1\n    - []\n- a: {}\n");
	prints("b: [1, {c: [d], e: ~}]\na: {f: {g: h}}",
	       "a:\n  f:\n    g: h\nb:\n- 1\n- c:\n  - d\n  e: null\n");
	prints("[1e6, 100000.0, 2.0, .inf, .nan, 18446744073709551615]",
	       "- 1e+06\n- 100000\n- 2\n- .inf\n- .nan\n"
	       "- 18446744073709551615\n");
	prints("['yes', 'y', '1', '1_0', '0x1F', '1:30', '2001-01-01', '', '~',"
	       " '.5', '1e']",
	       "- \"yes\"\n- \"y\"\n- \"1\"\n- \"1_0\"\n- \"0x1F\"\n"
	       "- \"1:30\"\n- \"2001-01-01\"\n- \"\"\n- \"~\"\n- \".5\"\n- 1e\n");
	prints("['a: b', 'a:', '- x', '-x', '#c', 'a #b', 'a#b', ' l', 't ', "
	       "'@a', 'it''s', '''', '---', '=']",
	       "- 'a: b'\n- 'a:'\n- '- x'\n- -x\n- '#c'\n- 'a #b'\n- a#b\n"
	       "- ' l'\n- 't '\n- '@a'\n- it's\n- ''''\n- '---'\n- =\n");
	prints("[\"a\\nb\", \"a\\n\", \"a\\n\\n\", \"\\n\", \" a\\nb\", "
	       "\"a \\nb\"]",
	       "- |-\n  a\n  b\n- |\n  a\n- |+\n  a\n\n- |2+\n\n"
	       "- |2-\n   a\n  b\n- \"a \\nb\"\n");
	prints("[\"a\\tb\", \"\\x01\\x7f\", \"\\U0001F600\", \"\xc3\xa9\", "
	       "\"\\ufeffa\"]",
	       "- \"a\\tb\"\n- \"\\x01\\x7F\"\n- \"\\U0001F600\"\n- \xc3\xa9\n"
	       "- \"\\uFEFF\\x61\"\n");
	prints("{\"a\\nb\": 1, n10: 1, n9: 1, B: 1, _x: 1, 2: 1, true: 1}",
	       "true: 1\n2: 1\n_x: 1\nB: 1\n? |-\n  a\n  b\n: 1\nn9: 1\n"
	       "n10: 1\n");
	prints("!!binary /wA=", "!!binary /wA=\n");
}

static void long_lines_fold(void **state)
{
	struct buf in = {0}, out = {0};

	(void)state;
	buf_addc(&in, '"');
	for (int i = 0; i < 30; i++)
		buf_adds(&in, "word ");
	buf_addc(&in, '"');
	buf_addc(&out, '\'');
	for (int i = 0; i < 30; i++)
		buf_adds(&out, i == 17 ? "\n  word" : i ? " word" : "word");
	buf_adds(&out, " '\n");
	prints(buf_str(&in), buf_str(&out));
	buf_free(&in);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),  cmocka_unit_test(messages),
		cmocka_unit_test(limits),   cmocka_unit_test(printing),
		cmocka_unit_test(long_lines_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

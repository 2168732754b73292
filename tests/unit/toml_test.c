// SPDX-License-Identifier: MIT
/* TOML as BurntSushi/toml prints it; the expected texts are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data.h"

static void prints(const char *json, const char *out)
{
	struct arena a;
	struct buf b = {0};
	struct err e;
	struct val v;

	arena_init(&a, 0);
	assert_int_equal(json_parse(&a, str_of(json), 0, &v, &e), 0);
	if (toml_print(&a, &b, &v, &e) < 0) {
		buf_reset(&b);
		buf_addf(&b, "! %s", e.text);
	}
	assert_string_equal(buf_str(&b), out);
	buf_free(&b);
	arena_free(&a);
}

static void documents(void **state)
{
	(void)state;
	prints("{}", "");
	prints("{\"b\":\"q\\\"\\n\\u0001\\u007f\\u00e9\",\"a\":1,\"c\":1e21}",
	       "a = 1.0\nb = \"q\\\"\\n\\u0001\\u007f\xc3\xa9\"\n"
	       "c = 1000000000000000000000.0\n");
	prints("{\"t\":{\"k\":1,\"s\":{\"x\":true}},\"a\":2,\"n\":null,\"e\":{}}",
	       "a = 2.0\n\n[e]\n\n[t]\n  k = 1.0\n  [t.s]\n    x = true\n");
	prints("{\"a\":{\"b\":[{\"c\":1},{\"c\":[]}]}}",
	       "[a]\n\n  [[a.b]]\n    c = 1.0\n\n  [[a.b]]\n    c = []\n");
	prints("{\"m\":[1,\"a\",[[]],{\"a\":2,\"b\":{\"c\":null}}]}",
	       "m = [1.0, \"a\", [[]], {a = 2.0, b = {}}]\n");
	prints("{\"a b\":{\"c.d\":{\"e\":1}},\"\":{\"y\":3}}",
	       "[\"\"]\n  y = 3.0\n\n[\"a b\"]\n  [\"a b\".\"c.d\"]\n"
	       "    e = 1.0\n");
}

static void others(void **state)
{
	(void)state;
	prints("5", "5.0");
	prints("[1,\"x\"]", "[1.0, \"x\"]");
	prints("[{}]", "! toml: top-level values must be Go maps or structs");
	prints("{\"a\":[1,null]}",
	       "! toml: cannot encode array with nil element");
}

static void other_types(void **state)
{
	struct arena a;
	struct buf b = {0};
	struct err e;
	struct val v;

	(void)state;
	arena_init(&a, 0);
	v = val_map(&a, &type_map_anyany);
	assert_int_equal(toml_print(&a, &b, &v, &e), -1);
	assert_string_equal(e.text, "toml: cannot encode a map with non-string "
				    "key type");
	v = val_map(&a, &type_map_any);
	val_map_sets(&a, &v, STR("i"), val_int(-5));
	val_map_sets(&a, &v, STR("u"), val_uint64(UINT64_MAX));
	assert_int_equal(toml_print(&a, &b, &v, &e), 0);
	assert_string_equal(buf_str(&b), "i = -5\nu = 18446744073709551615\n");
	val_map_sets(&a, &v, STR("self"), v);
	assert_int_equal(toml_print(&a, &b, &v, &e), -1);
	assert_string_equal(e.text, "toml: nested too deeply");
	buf_free(&b);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(others),
		cmocka_unit_test(other_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

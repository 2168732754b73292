// SPDX-License-Identifier: MIT
/* JSON as Go reads and prints it. The expected texts were taken from Go's
 * encoding/json run on the same inputs. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/json.h"
#include "data_show.h"

/* Read and printed again, or the error. */
static const char *again(struct arena *a, struct str text, unsigned flags,
			 unsigned style)
{
	struct buf b = {0};
	struct err e = {0};
	const char *out;
	struct val v;

	if (json_parse(a, text, flags, &v, &e) < 0 ||
	    json_print(a, &b, &v, style, &e) < 0)
		return arena_printf(a, "! %s", e.text);
	out = arena_dup(a, b.p, b.len);
	buf_free(&b);
	return out;
}

static void check(const char *in, unsigned style, const char *out)
{
	struct arena a;

	arena_init(&a, 0);
	assert_string_equal(again(&a, str_of(in), 0, style), out);
	arena_free(&a);
}

static void round_trips(void **state)
{
	static const char *const same[] = {
		"null", "true", "[]", "{}", "-0", "[1,[2,{\"a\":[]}]]",
		"{\"\":8,\"10\":4,\"2\":5,\"C\":3,\"a\":2}",
		"[0.1,1e+21,1e-7,1e+300,5e-324,100000000000000000000]",
		"\"\\u003c\\u003e\\u0026\\u2028\\u2029\\b\\f\\n\\r\\t\\u0001\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(same); i++)
		check(same[i], 0, same[i]);
	check(" { \"b\" : 1e2 , \"a\" : 1, \"b\" : 2 } ", 0, "{\"a\":1,\"b\":2}");
	check("\"<&>\\u2028\x7f\"", JSON_PLAIN, "\"<&>\\u2028\x7f\"");
	check("\"\\ud83d\\ude00 \\ud83dx \\/\"", 0,
	      "\"\xf0\x9f\x98\x80 \xef\xbf\xbdx /\"");
	check("\"a\xff\xc3\"", 0, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	check("[9007199254740993, 1E400000000]", 0,
	      "! json: cannot unmarshal number 1E400000000 into Go value of "
	      "type float64");
	check("1e-400", 0, "0");
	check("{\"b\":[1,{\"c\":null}],\"a\":{},\"e\":[]}", JSON_PRETTY,
	      "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"c\": null\n"
	      "    }\n  ],\n  \"e\": []\n}");
}

static void messages(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{"", "unexpected end of JSON input"},
		{"  ", "unexpected end of JSON input"},
		{"{\"a\":", "unexpected end of JSON input"},
		{"\"x", "unexpected end of JSON input"},
		{"1.", "invalid character ' ' after decimal point in numeric "
		       "literal"},
		{"1e+", "invalid character ' ' in exponent of numeric literal"},
		{"-", "invalid character ' ' in numeric literal"},
		{"tru", "invalid character ' ' in literal true (expecting 'e')"},
		{"nulx", "invalid character 'x' in literal null (expecting 'l')"},
		{"NaN", "invalid character 'N' looking for beginning of value"},
		{"[1,]", "invalid character ']' looking for beginning of value"},
		{"[01]", "invalid character '1' after array element"},
		{"{'a':1}", "invalid character '\\'' looking for beginning of "
			    "object key string"},
		{"{\"a\":1,}", "invalid character '}' looking for beginning of "
			       "object key string"},
		{"{\"a\" 1}", "invalid character '1' after object key"},
		{"{\"a\":1 \"b\"}",
		 "invalid character '\"' after object key:value pair"},
		{"{} x", "invalid character 'x' after top-level value"},
		{"\"\\x\"", "invalid character 'x' in string escape code"},
		{"\"\\u12g4\"",
		 "invalid character 'g' in \\u hexadecimal character escape"},
		{"\"\n\"", "invalid character '\\n' in string literal"},
		{"\x01", "invalid character '\\x01' looking for beginning of "
			 "value"},
		{"\xc3\xa9", "invalid character '\xc3\x83' looking for beginning "
			     "of value"},
		{"[1e400, ", "unexpected end of JSON input"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		char want[128] = "! ";

		strncat(want, t[i].out, sizeof(want) - 3);
		check(t[i].in, 0, want);
	}
}

static void numbers_may_keep_their_text(void **state)
{
	struct arena a;
	struct val v;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(json_parse(&a, STR("[1.50, 1e400]"), JSON_NUMBER, &v,
				    NULL),
			 0);
	assert_ptr_equal(v.list->items[0].type, &type_json_number);
	assert_string_equal(data_show(&a, &v), "[\"1.50\" \"1e400\"]");
	assert_string_equal(again(&a, STR("[1.50, 1e400]"), JSON_NUMBER, 0),
			    "[1.50,1e400]");
	arena_free(&a);
}

static void depth_is_limited(void **state)
{
	static char deep[2 * JSON_DEPTH_MAX + 4];
	struct arena a;
	struct val v;
	struct err e;

	(void)state;
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	arena_init(&a, 0);
	assert_int_equal(json_parse(&a, str_of(deep), 0, &v, &e), -1);
	assert_string_equal(e.text, "exceeded max depth");
	assert_int_equal(json_parse(&a, str_n(deep + 1, 2 * JSON_DEPTH_MAX), 0,
				    &v, &e),
			 0);
	arena_free(&a);
	arena_init(&a, 4096);
	assert_int_equal(json_parse(&a, str_n(deep + 1, 2 * JSON_DEPTH_MAX), 0,
				    &v, &e),
			 -1);
	assert_int_equal(e.num, ENOMEM);
	arena_free(&a);
}

static void other_types_print(void **state)
{
	static const struct val_type ints = {.name = "map[int]string",
					     .kind = KIND_MAP,
					     .key = &type_int,
					     .elem = &type_string};
	static const struct val_field f[] = {{"Path", &type_string, NULL},
					     {"Hidden", &type_int, "-"},
					     {"Tags", &type_strings, "tags"}};
	static const struct val_type pair = {.name = "x.Pair",
					     .kind = KIND_STRUCT,
					     .fields = f,
					     .nfields = 3};
	static const struct val_type ptr = {
		.name = "*x.Pair", .kind = KIND_PTR, .elem = &pair};
	struct arena a;
	struct buf b = {0};
	struct err e;
	struct val v, m;

	(void)state;
	arena_init(&a, 0);
	v = val_list(&a, &type_anys, 0);
	m = val_map(&a, &ints);
	val_map_set(&a, &m, val_int(9), val_cstr("nine"));
	val_map_set(&a, &m, val_int(10), val_cstr("ten"));
	val_push(&a, &v, m);
	val_push(&a, &v, val_bytes(&a, STR("\xffh\0i")));
	val_push(&a, &v, val_uint64(UINT64_MAX));
	val_push(&a, &v, val_int64(INT64_MIN));
	m = val_ptr(&a, &ptr);
	val_set_field(&m, "Path", val_cstr("a<b"));
	val_push(&a, &v, m);
	val_push(&a, &v, val_zero(&ptr));
	val_push(&a, &v, val_zero(&type_map_any));
	assert_int_equal(json_print(&a, &b, &v, JSON_PLAIN, &e), 0);
	assert_string_equal(buf_str(&b),
			    "[{\"10\":\"ten\",\"9\":\"nine\"},\"/2gAaQ==\","
			    "18446744073709551615,-9223372036854775808,"
			    "{\"Path\":\"a<b\",\"tags\":null},null,null]");
	v = val_float(NAN);
	assert_int_equal(json_print(&a, &b, &v, 0, &e), -1);
	assert_string_equal(e.text, "json: unsupported value: NaN");
	v = val_float(-INFINITY);
	assert_int_equal(json_print(&a, &b, &v, 0, &e), -1);
	assert_string_equal(e.text, "json: unsupported value: -Inf");
	v = val_map(&a, &type_map_anyany);
	assert_int_equal(json_print(&a, &b, &v, 0, &e), -1);
	assert_string_equal(e.text, "json: unsupported type: map[interface {}]"
				    "interface {}");
	v = val_map(&a, &type_map_any);
	val_map_sets(&a, &v, STR("self"), v);
	assert_int_equal(json_print(&a, &b, &v, 0, &e), -1);
	assert_non_null(strstr(e.text, "encountered a cycle"));
	buf_free(&b);
	b.max = 4;
	v = val_cstr("longer");
	assert_int_equal(json_print(&a, &b, &v, 0, &e), -1);
	buf_free(&b);
	arena_free(&a);
}

static void walking(void **state)
{
	static const char text[] =
		"[{\"Key\":\"a\\nb\",\"Flags\":7,\"X\":{\"y\":[1,{}]},\"On\":true},"
		"{\"Key\":null,\"Flags\":18446744073709551615},{}]";
	struct arena a;
	struct json_in j;
	struct err e;
	struct str key, got = STR("");
	uint64_t sum = 0;
	int n = 0;

	(void)state;
	arena_init(&a, 0);
	json_in_init(&j, str_of(text), &a, JSON_BORROW, &e);
	if (json_in_array(&j))
		while (json_in_next(&j)) {
			n++;
			if (!json_in_object(&j))
				continue;
			while (json_in_key(&j, &key))
				if (str_is(key, "Key") && !got.n)
					got = json_in_str(&j);
				else if (str_is(key, "Flags"))
					sum += json_in_uint(&j);
				else
					json_in_skip(&j);
		}
	assert_int_equal(json_in_end(&j), 0);
	assert_int_equal(n, 3);
	assert_true(str_is(got, "a\nb"));
	assert_int_equal(sum, 6);
	json_in_init(&j, STR("[1, \"x\", 3]"), &a, 0, &e);
	n = 0;
	assert_true(json_in_array(&j));
	while (json_in_next(&j))
		n += (int)json_in_int(&j);
	assert_int_equal(json_in_end(&j), -1);
	assert_string_equal(e.text, "json: cannot unmarshal string into Go "
				    "value of type int");
	json_in_init(&j, STR("{\"a\": {\"b\" : [ ] } , \"c\":1"), &a, 0, &e);
	assert_true(json_in_object(&j));
	assert_true(json_in_key(&j, &key));
	assert_true(str_is(json_in_raw(&j), "{\"b\" : [ ] }"));
	assert_true(json_in_key(&j, &key));
	assert_int_equal(json_in_int(&j), 1);
	assert_false(json_in_key(&j, &key));
	assert_int_equal(json_in_end(&j), -1);
	assert_string_equal(e.text, "unexpected end of JSON input");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(messages),
		cmocka_unit_test(numbers_may_keep_their_text),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(other_types_print),
		cmocka_unit_test(walking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* HCL 1 and its JSON dialect: values, positions and the original's messages.
 * The expected texts were taken from HCL 1.0 run on the same inputs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/hcl.h"
#include "data_show.h"

/* The data of a text, or its error. */
static const char *read_text(struct arena *a, struct str text)
{
	struct hcl_node *root = NULL;
	struct val v;
	struct err e = {0};

	if (hcl_parse(a, text, &root, &e) < 0 || hcl_val(a, root, &v, &e) < 0)
		return arena_printf(a, "! %s", e.text);
	return data_show(a, &v);
}

struct pair {
	const char *in, *out;
};

static void check(const struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena a;

		arena_init(&a, 0);
		assert_string_equal(read_text(&a, str_of(p[i].in)), p[i].out);
		arena_free(&a);
	}
}

static void values(void **state)
{
	static const struct pair t[] = {
		{"", "{}"},
		{"{}", "{}"},
		{"a = 1, b = 2 c=\"x\"", "{a=1 b=2 c=\"x\"}"},
		{"a = 0640 b = 0x1F c = -7 d = 1.5e3 e = .5",
		 "{a=416 b=31 c=-7 d=1500f e=0.5f}"},
		{"a = true b = false", "{a=true b=false}"},
		{"a = [1, \"x\", true, ]", "{a=[1 \"x\" true]}"},
		{"a = [] b = {}", "{a=[] b=[{}]}"},
		{"a.b-c = 1 \"q k\" = 2", "{a.b-c=1 q k=2}"},
		{"c { x = 1 } c { y = 2 }", "{c=[{x=1} {y=2}]}"},
		{"c = { x = 1 }", "{c=[{x=1}]}"},
		{"t = [{a = 1}, {a = 2}]", "{t=[{a=1} {a=2}]}"},
		{"t \"l\" { a = 1 }", "{t=[{l=[{a=1}]}]}"},
		{"a = 1 a = 2", "{a=2}"},
		{"a = \"\\\"\\\\\\n\\x41\\101\\u00e9\"",
		 "{a=\"\"\\\nAA\xc3\xa9\"}"},
		{"a = \"x ${b \"c\" \\n {}} $${d} e\"",
		 "{a=\"x ${b \"c\" \\n {}} $${d} e\"}"},
		{"a = <<E\n x\n\ty\nE\n", "{a=\" x\n\ty\n\"}"},
		{"a = <<E\nx\n  E\n", "{a=\"x\n  \"}"},
		{"a = <<-E\n  x\n    y\n  E\n", "{a=\"x\n  y\n\"}"},
		{"a = <<-E\n  x\n y\n  E\n", "{a=\"  x\n y\n\"}"},
		{"# c\n// d\n/* e\n */ a /* f */ = 1 # g", "{a=1}"},
		{"a = \"x\"\r\nb = 1\r\n", "{a=\"x\" b=1}"},
		{"a =", "{}"},
		{" {\"a\": {\"b\": [1, 2.5, null]}}", "! At 1:23: unexpected "
						      "token while parsing "
						      "list: NULL"},
		{"{\"a\": null, \"b\": \"\\/\\ud83d\\ude00\",}",
		 "{a=\"\" b=\"/\xf0\x9f\x98\x80\"}"},
		{"{\"t\": [{\"a\": 1}, {\"a\": 2}]}", "{t=[{a=1} {a=2}]}"},
		{"{\"a\": [\"x\" \"y\",, 1]}", "{a=[\"x\" \"y\" 1]}"},
		{"{\"c\": {\"x\": {}, \"y\": {}}}", "{c=[{x=[{}] y=[{}]}]}"},
	};

	(void)state;
	check(t, COUNT(t));
}

static void messages(void **state)
{
	static const struct pair t[] = {
		{"// c\n{\"a\":1}", "! At 2:1: expected: IDENT | STRING got: "
				    "LBRACE"},
		{"\xef\xbb\xbf" "a = 1", "! At 1:1: illegal char"},
		/* the end of the text is counted each time it is met */
		{"a { b = 1", "! At 1:13: object expected closing RBRACE got: "
			      "EOF"},
		{"log_level = err", "! At 1:13: Unknown token: 1:13 IDENT err"},
		{"log_level : \"err\"", "! At 1:11: illegal char"},
		{"log_level \"x\" = 3", "! At 1:15: nested object expected: "
					"LBRACE got: ASSIGN"},
		{"= 3", "! At 1:1: no object keys found!"},
		{"[1]", "! At 1:1: expected: IDENT | STRING | ASSIGN | LBRACE "
			"got: LBRACK"},
		{"a = \"x", "! At 1:7: literal not terminated"},
		{"a = \"x\ny\"", "! At 2:3: literal not terminated"},
		{"a = \"\\q\"", "! At 1:7: illegal char escape"},
		{"a = 'x'", "! At 1:5: illegal char"},
		{"/* c", "! At 1:5: comment not terminated"},
		{"a = 1 / 2", "! At 1:7: expected '/' for comment"},
		{"a = 018", "! At 1:8: illegal octal number"},
		{"a = 0x", "! At 1:7: illegal hexadecimal number"},
		{"a = [1 2]", "! At 1:8: error parsing list, expected comma or "
			      "list end, got: NUMBER"},
		{"a = <<E\nx\n", "! At 3:1: heredoc not terminated"},
		{"a = <<\nx", "! At 1:7: zero-length heredoc anchor"},
		{"a = <<E x\nE\n", "! At 1:8: invalid characters in heredoc "
				   "anchor"},
		{"a b", "! At 1:5: key 'a b' expected start of object ('{') or "
			"assignment ('=')"},
		{"a = 99999999999999999999",
		 "! strconv.ParseInt: parsing \"99999999999999999999\": value "
		 "out of range"},
		{"a = [{b = ]}]",
		 "! At 1:6: error while trying to parse object within list: At "
		 "1:11: Unknown token: 1:11 RBRACK ]"},
		{"{\"a\": \"\\q\"}", "! 1:9: illegal char escape"},
		{"{\"a\": 1 \"b\": 2}", "! At 1:9: expected comma or object "
				       "end, got: STRING"},
		{"{\"a\" 1}", "! At 1:6: expected: COLON got: NUMBER"},
		{"{\"a\": 01}", "! 1:8: numbers cannot start with 0"},
	};

	(void)state;
	check(t, COUNT(t));
	/* of two complaints about one rune (reserved, illegal) the last */
	check(&(struct pair){"a = 1\xee\x84\xa3", "! At 1:6: illegal char"}, 1);
}

static void positions(void **state)
{
	struct arena a;
	struct hcl_node *root;
	struct err e;
	size_t at = 0;
	const struct hcl_item *it;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(hcl_parse(&a,
				   STR("x = 1\nservice \"w\xc3\xa9\" {\n\t"
				       "port = [80]\n}\nSERVICE {}\n"),
				   &root, &e),
			 0);
	it = hcl_next(root, "service", &at);
	assert_non_null(it);
	assert_int_equal(it->nkeys, 2);
	assert_string_equal(it->keys[1].name.p, "w\xc3\xa9");
	assert_int_equal(it->keys[1].pos.line, 2);
	assert_int_equal(it->keys[1].pos.col, 9);
	assert_int_equal(it->val->pos.col, 14);
	assert_int_equal(it->val->items[0].keys[0].pos.line, 3);
	assert_int_equal(it->val->items[0].keys[0].pos.col, 2);
	assert_int_equal(it->val->items[0].val->list[0]->pos.col, 10);
	it = hcl_next(root, "service", &at);
	assert_int_equal(it->val->n, 0);
	assert_null(hcl_next(root, "service", &at));
	arena_free(&a);
}

static void limits(void **state)
{
	struct arena a;
	struct hcl_node *root;
	struct err e;
	char deep[2 * HCL_DEPTH_MAX + 8] = "a=";

	(void)state;
	memset(deep + 2, '[', HCL_DEPTH_MAX + 1);
	arena_init(&a, 0);
	assert_int_equal(hcl_parse(&a, str_of(deep), &root, &e), -1);
	assert_non_null(strstr(e.text, "nested too deeply"));
	arena_free(&a);

	arena_init(&a, 3000);
	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = "a=1 "[i % 4];
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(hcl_parse(&a, str_of(deep), &root, &e), -1);
	assert_int_equal(e.num, ENOMEM);
	assert_null(a.oom);
	arena_free(&a);
}

static void null_bytes(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(read_text(&a, str_n("a = 1\0", 6)),
			    "! At 1:6: unexpected null character (0x00)");
	assert_string_equal(read_text(&a, str_n("\xff = 1", 5)),
			    "! At 1:1: illegal char");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),     cmocka_unit_test(messages),
		cmocka_unit_test(positions),  cmocka_unit_test(limits),
		cmocka_unit_test(null_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

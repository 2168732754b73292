// SPDX-License-Identifier: MIT
/* The value model: lists, maps and their order, structs, types, copies. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base.h"
#include "data/value.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void a_list_grows_and_shares(void **state)
{
	struct val l = val_list(&arena, &type_anys, 0), part;

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(val_push(&arena, &l, val_int(i)), 0);
	part = val_sublist(&arena, &l, 10, 20);
	assert_int_equal(val_len_list(&part), 10);
	assert_int_equal(val_at(&part, 9).i, 19);
	val_push(&arena, &part, val_int(-1));
	assert_int_equal(val_at(&part, 10).i, -1);
	assert_int_equal(val_at(&l, 20).i, 20);
	l = val_zero(&type_anys);
	assert_int_equal(val_len_list(&l), 0);
	val_push(&arena, &l, val_none());
	assert_int_equal(val_len_list(&l), 1);
}

static void bytes_are_packed(void **state)
{
	struct val b = val_bytes(&arena, STR("a\0b")), c;

	(void)state;
	assert_true(val_is_bytes(&b));
	assert_int_equal(val_len_list(&b), 3);
	assert_ptr_equal(val_at(&b, 2).type, &type_uint8);
	assert_int_equal(val_at(&b, 2).u, 'b');
	for (unsigned i = 0; i < 300; i++)
		val_push(&arena, &b,
			 (struct val){.type = &type_uint8, .u = i & 255});
	assert_int_equal(val_bytes_str(&arena, &b).n, 303);
	assert_int_equal(val_at(&b, 302).u, 43);
	c = val_deep_copy(&arena, &b);
	assert_true(val_deep_equal(&b, &c));
	c.list->raw[0] = 'z';
	assert_false(val_deep_equal(&b, &c));
}

static void a_map_finds_what_was_set(void **state)
{
	struct val m = val_map(&arena, &type_map_any);
	char key[16];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		int n = snprintf(key, sizeof(key), "k%d", i * 7919 % 2000);

		val_map_set(&arena, &m,
			    val_str_dup(&arena, str_n(key, (size_t)n)),
			    val_int(i));
	}
	assert_int_equal(val_map_len(&m), 2000);
	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "k%d", i * 7919 % 2000);
		assert_int_equal(val_map_gets(&m, str_of(key))->i, i);
	}
	assert_null(val_map_gets(&m, STR("k2000")));
	assert_null(val_map_gets(&m, STR("")));
	val_map_sets(&arena, &m, STR("k5"), val_cstr("new"));
	assert_int_equal(val_map_len(&m), 2000);
	assert_true(str_is(val_map_gets(&m, STR("k5"))->s, "new"));
}

static void a_map_is_walked_in_key_order(void **state)
{
	struct val m = val_map(&arena, &type_map_any), k, v;
	size_t n;
	const struct val_entry *e;

	(void)state;
	for (int i = 99; i >= 0; i--)
		val_map_sets(&arena, &m, str_of(arena_printf(&arena, "%02d", i)),
			     val_int(i));
	e = val_map_entries(&m, &n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(e[i].v.i, i);
	for (int i = 0; i < 100; i += 2) {
		k = val_cstr(arena_printf(&arena, "%02d", i));
		assert_true(val_map_del(&m, &k));
		assert_false(val_map_del(&m, &k));
	}
	assert_int_equal(val_map_len(&m), 50);
	for (size_t i = 0; i < 50; i++) {
		val_map_at(&arena, &m, i, &k, &v);
		assert_int_equal(v.i, 2 * i + 1);
		assert_ptr_equal(val_map_get(&m, &k)->type, &type_int);
	}
}

static void keys_of_mixed_types_have_an_order(void **state)
{
	struct val m = val_map(&arena, &type_map_anyany), k, v;
	struct val keys[] = {val_bool(true),  val_float(1.5), val_int(2),
			     val_cstr("b"),   val_none(),     val_float(NAN),
			     val_bool(false), val_int(-3),    val_cstr("a"),
			     val_float(-1)};
	static const int order[] = {4, 8, 3, 7, 2, 5, 9, 1, 6, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		val_map_set(&arena, &m, keys[i], val_int((int64_t)i));
	for (size_t i = 0; i < COUNT(keys); i++) {
		val_map_at(&arena, &m, i, &k, &v);
		assert_int_equal(v.i, order[i]);
	}
	/* equal content of another type is another key; NaN is never found */
	k = val_int64(2);
	assert_null(val_map_get(&m, &k));
	k = val_float(NAN);
	assert_null(val_map_get(&m, &k));
	k = val_none();
	assert_int_equal(val_map_get(&m, &k)->i, 4);
	k = val_float(-0.0);
	val_map_set(&arena, &m, val_float(0.0), val_int(77));
	assert_int_equal(val_map_get(&m, &k)->i, 77);
}

static const struct val_field point_fields[] = {{"X", &type_int, NULL},
						{"Tags", &type_strings, NULL},
						{"Any", &type_any, NULL}};
static const struct val_type type_point = {.name = "t.Point",
					   .kind = KIND_STRUCT,
					   .fields = point_fields,
					   .nfields = COUNT(point_fields)};
static const struct val_field line_fields[] = {{"From", &type_point, NULL}};
static const struct val_type type_line = {.name = "t.Line",
					  .kind = KIND_STRUCT,
					  .fields = line_fields,
					  .nfields = 1};
static const struct val_type type_line_ptr = {
	.name = "*t.Line", .kind = KIND_PTR, .elem = &type_line};

static void a_struct_starts_as_zero_values(void **state)
{
	struct val l = val_ptr(&arena, &type_line_ptr), *from, nil;

	(void)state;
	from = val_field(&l, "From");
	assert_non_null(from);
	assert_int_equal(val_field(from, "X")->i, 0);
	assert_ptr_equal(val_field(from, "Tags")->type, &type_strings);
	assert_null(val_field(from, "Any")->type);
	assert_int_equal(val_set_field(from, "X", val_int(4)), 0);
	assert_int_equal(val_set_field(from, "Y", val_int(4)), -1);
	assert_int_equal(val_field_index(&type_line_ptr, STR("From")), 0);
	assert_int_equal(val_field_index(&type_line_ptr, STR("Fro")), -1);
	assert_int_equal(val_field_index(&type_int, STR("X")), -1);
	nil = val_zero(&type_line_ptr);
	assert_null(val_field(&nil, "From"));
	assert_false(val_truth(&nil));
	assert_true(val_truth(&l));
}

static void types_are_assignable_as_in_go(void **state)
{
	static const struct val_type tags = {.name = "dependency.ServiceTags",
					     .kind = KIND_SLICE,
					     .elem = &type_string};
	static const struct val_type more = {
		.name = "t.More", .kind = KIND_SLICE, .elem = &type_string};

	(void)state;
	assert_true(val_type_assignable(&tags, &type_strings));
	assert_true(val_type_assignable(&type_strings, &tags));
	assert_false(val_type_assignable(&tags, &more));
	assert_false(val_type_assignable(&type_strings, &type_anys));
	assert_false(val_type_assignable(&type_json_number, &type_string));
	assert_false(val_type_assignable(&type_int, &type_int64));
	assert_true(val_type_assignable(&type_int, &type_any));
	assert_false(val_type_assignable(&type_map_str, &type_map_any));
}

static void deep_copies_share_nothing(void **state)
{
	struct arena other;
	struct val m = val_map(&arena, &type_map_any), copy, l;

	(void)state;
	arena_init(&other, 0);
	l = val_list(&other, &type_anys, 2);
	val_push(&other, &l, val_str_dup(&other, STR("deep")));
	val_push(&other, &l, val_ptr(&other, &type_line_ptr));
	m = val_map(&other, &type_map_any);
	val_map_sets(&other, &m, STR("l"), l);
	val_map_sets(&other, &m, STR("n"), val_zero(&type_anys));
	copy = val_deep_copy(&arena, &m);
	assert_true(val_deep_equal(&m, &copy));
	arena_free(&other);
	l = *val_map_gets(&copy, STR("l"));
	assert_true(str_is(val_at(&l, 0).s, "deep"));
	assert_null(val_map_gets(&copy, STR("n"))->list);
}

static void deep_equality_minds_types_and_nil(void **state)
{
	struct val a = val_list(&arena, &type_anys, 0);
	struct val b = val_zero(&type_anys), x = val_int(1), y = val_int64(1);

	(void)state;
	assert_false(val_deep_equal(&a, &b));
	assert_false(val_deep_equal(&x, &y));
	b = val_list(&arena, &type_anys, 4);
	assert_true(val_deep_equal(&a, &b));
	val_push(&arena, &a, x);
	val_push(&arena, &b, y);
	assert_false(val_deep_equal(&a, &b));
}

static void without_memory_calls_fail(void **state)
{
	struct arena small;
	struct val l, m;
	int rc = 0;

	(void)state;
	arena_init(&small, 4096);
	l = val_list(&small, &type_anys, 0);
	for (int i = 0; i < 1000 && rc == 0; i++)
		rc = val_push(&small, &l, val_int(i));
	assert_int_equal(rc, -1);
	arena_free(&small);
	arena_init(&small, 4096);
	m = val_map(&small, &type_map_anyany);
	rc = 0;
	for (int i = 0; i < 1000 && rc == 0; i++)
		rc = val_map_set(&small, &m, val_int(i), val_int(i));
	assert_int_equal(rc, -1);
	arena_free(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_grows_and_shares),
		TEST(bytes_are_packed),
		TEST(a_map_finds_what_was_set),
		TEST(a_map_is_walked_in_key_order),
		TEST(keys_of_mixed_types_have_an_order),
		TEST(a_struct_starts_as_zero_values),
		TEST(types_are_assignable_as_in_go),
		TEST(deep_copies_share_nothing),
		TEST(deep_equality_minds_types_and_nil),
		TEST(without_memory_calls_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

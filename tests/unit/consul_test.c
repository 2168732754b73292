// SPDX-License-Identifier: MIT
/* Consul's JSON as the values that templates see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "consul/inner.h"
#include "funcs/shape.h"

static struct arena arena;

static int give_back(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct tmpl_query query(enum tmpl_dep kind, const char *name)
{
	return (struct tmpl_query){
		.kind = kind, .id = name, .name = name, .tag = "", .dc = "",
		.near = "", .ns = "", .partition = "", .peer = "",
		.sameness = "", .filter = "", .choose = "", .version = ""};
}

static struct val decode(const struct tmpl_query *q, const char *json,
			 bool *absent)
{
	struct val v;
	struct err e;

	if (consul_decode(q, str_of(json), &arena, &v, absent, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static struct val *at(const struct val *list, size_t i)
{
	assert_true(i < val_len_list(list));
	return &list->list->items[i];
}

static void text_is(const struct val *v, const char *field, const char *want)
{
	const struct val *f = val_field(v, field);

	assert_non_null(f);
	if (!str_is(f->s, want))
		fail_msg("%s is %.*s, not %s", field, (int)f->s.n, f->s.p,
			 want);
}

static void base64(void **state)
{
	static const struct {
		const char *in, *out;
		int n;
	} t[] = {{"", "", 0}, {"dg==", "v", 1}, {"dg", "v", 1},
		 {"aGk=", "hi", 2}, {"AP+/", "\0\377\277", 3}};
	struct str s;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		assert_int_equal(consul_base64(&arena, str_of(t[i].in), &s), 0);
		assert_int_equal(s.n, t[i].n);
		assert_memory_equal(s.n ? s.p : "", t[i].out, s.n);
	}
	assert_int_equal(consul_base64(&arena, STR("d*=="), &s), -1);
}

static void one_key(void **state)
{
	struct tmpl_query q = query(DEP_KV_BLOCK, "a");
	bool absent;
	struct val v = decode(&q, "[{\"Key\":\"a\",\"Value\":\"aGk=\","
				  "\"Flags\":3304740253564472344}]", &absent);

	(void)state;
	assert_false(absent);
	assert_true(str_is(v.s, "hi"));
	v = decode(&q, "[{\"Key\":\"a\",\"Value\":null}]", &absent);
	assert_false(absent);
	assert_int_equal(v.s.n, 0);
	decode(&q, "[]", &absent);
	assert_true(absent);
}

static void lists(void **state)
{
	struct tmpl_query q = query(DEP_KV_LIST, "foo");
	bool absent;
	struct val v = decode(&q, "[{\"Key\":\"foo/y\",\"Value\":\"dg==\","
		"\"CreateIndex\":7,\"ModifyIndex\":9,\"LockIndex\":1,\"Flags\":"
		"18446744073709551615,\"Session\":\"s\",\"New\":{\"a\":[1]}},"
		"{\"Key\":\"foobar/z\",\"Value\":null}]", &absent);

	(void)state;
	assert_int_equal(val_len_list(&v), 2);
	text_is(at(&v, 0), "Path", "foo/y");
	text_is(at(&v, 0), "Key", "y");
	text_is(at(&v, 0), "Session", "s");
	assert_int_equal(val_field(at(&v, 0), "CreateIndex")->u, 7);
	assert_int_equal(val_field(at(&v, 0), "ModifyIndex")->u, 9);
	assert_true(val_field(at(&v, 0), "Flags")->u == UINT64_MAX);
	text_is(at(&v, 1), "Key", "bar/z");
}

#define NODE(n) "{\"Node\":\"" n "\",\"Address\":\"10.0.0." n "\"}"
static const char health[] =
	"[{\"Node\":" NODE("2") ",\"Service\":{\"ID\":\"w2\",\"Service\":\"web\","
	"\"Port\":80,\"Tags\":[\"z\",\"a\"],\"Address\":\"\",\"Weights\":"
	"{\"Passing\":3,\"Warning\":1}},\"Checks\":[{\"CheckID\":\"c\","
	"\"Status\":\"passing\"}]},"
	"{\"Node\":" NODE("1") ",\"Service\":{\"ID\":\"w1\",\"Service\":\"web\","
	"\"Address\":\"1.1.1.1\",\"Tags\":null},\"Checks\":[{\"CheckID\":\"c\","
	"\"Status\":\"warning\"},{\"CheckID\":\"d\",\"Status\":\"passing\"}]},"
	"{\"Node\":" NODE("3") ",\"Service\":{\"ID\":\"w3\",\"Service\":\"web\"},"
	"\"Checks\":[{\"CheckID\":\"_node_maintenance\",\"Status\":\"critical\"}"
	"]}]";

static size_t with_filter(const char *filter, struct val *v)
{
	struct tmpl_query q = query(DEP_SERVICE, "web");
	bool absent;

	q.filter = filter;
	*v = decode(&q, health, &absent);
	return val_len_list(v);
}

static void health_services(void **state)
{
	struct val v;

	(void)state;
	assert_int_equal(with_filter("", &v), 1);
	text_is(at(&v, 0), "ID", "w2");
	text_is(at(&v, 0), "Address", "10.0.0.2");
	assert_int_equal(val_field(at(&v, 0), "Port")->i, 80);
	assert_true(str_is(val_field(at(&v, 0), "Tags")->list->items[0].s, "a"));
	assert_int_equal(with_filter("any", &v), 3);
	text_is(at(&v, 0), "Node", "1");
	text_is(at(&v, 0), "Status", "warning");
	text_is(at(&v, 0), "Address", "1.1.1.1");
	text_is(at(&v, 2), "Status", "maintenance");
	assert_int_equal(with_filter("critical", &v), 0);
	assert_int_equal(with_filter("maintenance,warning", &v), 2);
}

static void catalogue(void **state)
{
	struct tmpl_query q = query(DEP_SERVICES, "");
	bool absent;
	struct val v = decode(&q, "{\"web\":[\"b\",\"a\"],\"db\":[]}", &absent);

	(void)state;
	text_is(at(&v, 0), "Name", "db");
	text_is(at(&v, 1), "Name", "web");
	assert_true(str_is(val_field(at(&v, 1), "Tags")->list->items[0].s, "a"));
	q = query(DEP_NODES, "");
	v = decode(&q, "[" NODE("2") "," NODE("1") "]", &absent);
	text_is(at(&v, 0), "Node", "1");
	q.near = "_agent";
	v = decode(&q, "[" NODE("2") "," NODE("1") "]", &absent);
	text_is(at(&v, 0), "Node", "2");
	q = query(DEP_NODE, "n");
	v = decode(&q, "{\"Node\":" NODE("9") ",\"Services\":{\"b\":{\"ID\":"
		       "\"b\",\"Service\":\"y\"},\"a\":{\"ID\":\"a\","
		       "\"Service\":\"z\"}}}", &absent);
	text_is(at(val_field(&v, "Services"), 0), "Service", "y");
	log_set_level(LOG_ERR);
	v = decode(&q, "null", &absent);
	assert_null(val_field(&v, "Node")->fields);
	q = query(DEP_DATACENTERS, "");
	v = decode(&q, "[\"dc2\",\"dc1\"]", &absent);
	assert_true(str_is(at(&v, 0)->s, "dc1"));
}

static void broken_answers(void **state)
{
	static const char *const bad[] = {"", "{", "[{\"Key\":3}]", "[1]",
					  "[{\"Key\":\"a\",\"Value\":\"*\"}]",
					  "[] x"};
	struct tmpl_query q = query(DEP_KV_BLOCK, "a");
	struct val v;
	struct err e;
	bool absent;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		*e.text = '\0';
		assert_int_equal(consul_decode(&q, str_of(bad[i]), &arena, &v,
					       &absent, &e), -1);
		assert_true(*e.text);
	}
	q = query(DEP_SERVICE, "a");
	assert_int_equal(consul_decode(&q, STR("[{\"Node\":3}]"), &arena, &v,
				       &absent, &e), 0);
	assert_int_equal(consul_decode(&q, STR("[{\"Node\":{\"Node\":3}}]"),
				       &arena, &v, &absent, &e), -1);
}

/* --- a list as a stream --- */

static char seen[512];

static void on_key(void *ctx, struct str key, uint64_t modify, struct str value)
{
	size_t n = strlen(seen);

	(void)ctx;
	snprintf(seen + n, sizeof(seen) - n, "%.*s@%llu=%.*s;", (int)key.n,
		 key.p, (unsigned long long)modify, (int)value.n, value.p);
}

/* The answer in pieces of `step` bytes. */
static int stream(const char *json, size_t step, size_t max,
		  struct consul_reply *r)
{
	struct consul_call call = {0};
	struct err e = {0};
	size_t n = strlen(json);
	int ret = 0;

	seen[0] = '\0';
	call.keys = consul_keys_new(on_key, NULL, max);
	for (size_t i = 0; i < n && ret == 0; i += step)
		ret = consul_keys_body(&call, 200, json + i,
				       n - i < step ? n - i : step, &e);
	if (ret == 0 || r)
		ret |= consul_keys_end(&call, r ? r : &(struct consul_reply){0},
				       &e);
	consul_keys_free(call.keys);
	return ret;
}

static void keys_as_a_stream(void **state)
{
	static const char json[] =
		" [ {\"Key\":\"a/}]\\\"{\",\"Value\":\"dg==\",\"ModifyIndex\":7},\n"
		"{\"Key\":\"b\",\"X\":{\"y\":[1,{\"z\":\"]\"}]},\"Value\":null}] ";
	static const char *const bad[] = {
		"", "[", "[{\"Key\":\"a\"}", "[{\"Key\":3}]", "[1]", "{}",
		"[{\"Key\":\"a\"}]x", "null", "[{\"Key\":\"a\"]",
	};
	struct consul_reply r = {0};

	(void)state;
	for (size_t step = 1; step < sizeof(json); step++) {
		assert_int_equal(stream(json, step, 0, NULL), 0);
		assert_string_equal(seen, "a/}]\"{@7=dg==;b@0=;");
	}
	assert_int_equal(stream("[]", 1, 0, NULL), 0);
	assert_string_equal(seen, "");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(stream(bad[i], 1, 0, NULL), -1);
	assert_int_equal(stream(json, 16, 40, &r), -1);
	assert_true(r.too_large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(base64, give_back),
		cmocka_unit_test_teardown(one_key, give_back),
		cmocka_unit_test_teardown(lists, give_back),
		cmocka_unit_test_teardown(health_services, give_back),
		cmocka_unit_test_teardown(catalogue, give_back),
		cmocka_unit_test_teardown(broken_answers, give_back),
		cmocka_unit_test(keys_as_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

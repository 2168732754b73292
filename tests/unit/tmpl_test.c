// SPDX-License-Identifier: MIT
/* The template language beyond the golden corpus: typed structs and methods,
 * what an execution may not change, limits, and running out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base.h"
#include "mini.h"
#include "tmpl.h"

/* --- helpers --- */

struct result {
	struct arena a;
	struct buf out;
	struct err e;
	int rc;
};

static void result_free(struct result *r)
{
	arena_free(&r->a);
	buf_free(&r->out);
}

static void render_with(struct result *r, struct str text, struct val data,
			const struct tmpl_opts *o, const struct tmpl_host *h)
{
	struct tmpl *t;

	arena_init(&r->a, 0);
	buf_init(&r->out, 0);
	r->e.text[0] = '\0';
	r->rc = tmpl_parse(&t, text, o, &r->e);
	if (r->rc < 0)
		return;
	r->rc = tmpl_exec(t, h, TMPL_MISSING_ZERO, data, &r->out, &r->a, &r->e);
	tmpl_free(t);
}

static void expect_data(const char *text, struct val data, const char *want)
{
	const struct tmpl_opts o = {.funcs = &mini_funcs};
	struct result r;

	render_with(&r, str_of(text), data, &o, NULL);
	if (r.rc < 0)
		assert_string_equal(r.e.text, want);
	else
		assert_string_equal(buf_str(&r.out), want);
	result_free(&r);
}

static void expect(const char *text, const char *want)
{
	expect_data(text, val_none(), want);
}

/* n times s, to be freed. */
static char *times(const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, 0);
	while (n--)
		buf_adds(&b, s);
	return buf_take(&b);
}

/* --- typed data --- */

static int double_fn(struct tmpl_call *c, const struct val *v, size_t n,
		     struct val *out)
{
	(void)c;
	assert_int_equal(n, 2);
	*out = val_int(val_field(&v[0], "Port")->i * 2 + v[1].i);
	return 0;
}

static int fail_fn(struct tmpl_call *c, const struct val *v, size_t n,
		   struct val *out)
{
	(void)v;
	(void)n;
	(void)out;
	return err_set(c->err, 0, "no luck");
}

static struct str item_text(struct arena *a, const struct val *v)
{
	return str_of(arena_printf(a, "item %d", (int)val_field(v, "N")->i));
}

static const struct val_field item_fields[] = {{"N", &type_int, NULL}};
static const struct val_type type_item = {.name = "t.Item",
					  .kind = KIND_STRUCT,
					  .fields = item_fields,
					  .nfields = 1,
					  .string = item_text};
static const struct val_type type_item_ptr = {.name = "*t.Item",
					      .kind = KIND_PTR,
					      .elem = &type_item,
					      .string = item_text};
static const struct val_field service_fields[] = {
	{"Name", &type_string, NULL},	{"Port", &type_int, NULL},
	{"Tags", &type_strings, NULL},	{"Meta", &type_map_str, NULL},
	{"Any", &type_any, NULL},	{"Item", &type_item_ptr, NULL},
	{"hidden", &type_string, NULL},
};
static const struct val_method service_methods[] = {
	{"Double", "i:i", double_fn}, {"Fail", ":s", fail_fn}};
static const struct val_type type_service = {.name = "t.Service",
					     .kind = KIND_STRUCT,
					     .fields = service_fields,
					     .nfields = COUNT(service_fields),
					     .methods = service_methods,
					     .nmethods = COUNT(service_methods)};
static const struct val_type type_service_ptr = {
	.name = "*t.Service", .kind = KIND_PTR, .elem = &type_service};
static const struct val_type type_services = {
	.name = "[]*t.Service", .kind = KIND_SLICE, .elem = &type_service_ptr};

static struct val service(struct arena *a, const char *name, int port)
{
	struct val s = val_ptr(a, &type_service_ptr), item, meta;

	item = val_ptr(a, &type_item_ptr);
	val_set_field(&item, "N", val_int(port));
	meta = val_map(a, &type_map_str);
	val_map_sets(a, &meta, STR("k"), val_cstr("v"));
	val_set_field(&s, "Name", val_cstr(name));
	val_set_field(&s, "Port", val_int(port));
	val_set_field(&s, "Meta", meta);
	val_set_field(&s, "Item", item);
	return s;
}

static void structs_have_fields_and_methods(void **state)
{
	struct arena a;
	struct val s, nil = val_zero(&type_service_ptr);

	(void)state;
	arena_init(&a, 0);
	s = service(&a, "web", 80);
	expect_data("{{.Name}} {{.Port}} {{.Meta.k}}{{.Meta.none}}|{{.Any}}", s,
		    "web 80 v|<no value>");
	expect_data("{{.Double 1}} {{3 | .Double}} {{$.Double 2 | print}}", s,
		    "161 163 162");
	expect_data("{{.Double}}", s,
		    "template: :1:2: executing \"\" at <.Double>: wrong number "
		    "of args for Double: want 1 got 0");
	expect_data("{{.Fail}}", s,
		    "template: :1:2: executing \"\" at <.Fail>: error calling "
		    "Fail: no luck");
	expect_data("{{.Nope}}", s,
		    "template: :1:2: executing \"\" at <.Nope>: can't evaluate "
		    "field Nope in type *t.Service");
	expect_data("{{.hidden}}", s,
		    "template: :1:2: executing \"\" at <.hidden>: hidden is an "
		    "unexported field of struct type *t.Service");
	expect_data("{{.Name 1}}", s,
		    "template: :1:2: executing \"\" at <.Name>: Name has "
		    "arguments but cannot be invoked as function");
	expect_data("{{.Name}}", nil,
		    "template: :1:2: executing \"\" at <.Name>: nil pointer "
		    "evaluating *t.Service.Name");
	expect_data("{{.Any.x}}", s,
		    "template: :1:6: executing \"\" at <.Any.x>: nil pointer "
		    "evaluating interface {}.x");
	expect_data("{{.}}{{if .}}t{{end}}", nil, "<nil>");
	arena_free(&a);
}

static void typed_values_print_as_in_go(void **state)
{
	struct arena a;
	struct val s, l;

	(void)state;
	arena_init(&a, 0);
	s = service(&a, "web", 80);
	val_set_field(&s, "Item", val_zero(&type_item_ptr));
	expect_data("{{.}}", s, "{web 80 [] map[k:v] <nil> <nil> }");
	expect_data("{{print .}}", s, "&{web 80 [] map[k:v] <nil> <nil> }");
	expect_data("{{printf \"%+v %T\" . .}}", s,
		    "&{Name:web Port:80 Tags:[] Meta:map[k:v] Any:<nil> "
		    "Item:<nil> hidden:} *t.Service");
	expect_data("{{printf \"%#v\" .}}", s,
		    "&t.Service{Name:\"web\", Port:80, Tags:[]string(nil), "
		    "Meta:map[string]string{\"k\":\"v\"}, "
		    "Any:interface {}(nil), Item:(*t.Item)(nil), hidden:\"\"}");
	s = service(&a, "web", 80);
	expect_data("{{.Item}} {{print .Item}} {{printf \"%6s|%d\" .Item "
		    ".Item}} {{html .Item}}",
		    s, "item 80 item 80 item 80|&{80} item 80");
	l = val_list(&a, &type_services, 0);
	val_push(&a, &l, s);
	expect_data("{{range .}}{{.Name}}{{end}} {{(index . 0).Port}} "
		    "{{printf \"%T\" .}} {{len .}}",
		    l, "web 80 []*t.Service 1");
	expect_data("{{range (index . 0)}}{{end}}", l,
		    "template: :1:17: executing \"\" at <0>: range can't "
		    "iterate over {web 80 [] map[k:v] <nil> item 80 }");
	arena_free(&a);
}

static void equality_of_pointers_is_identity(void **state)
{
	struct arena a;
	struct val l;

	(void)state;
	arena_init(&a, 0);
	l = val_list(&a, &type_services, 0);
	val_push(&a, &l, service(&a, "a", 1));
	val_push(&a, &l, service(&a, "a", 1));
	expect_data("{{eq (index . 0) (index . 0)}} "
		    "{{eq (index . 0) (index . 1)}} {{eq (index . 0) nil}} "
		    "{{eq nothing nil}}",
		    l, "true false false true");
	arena_free(&a);
}

/* --- the language's corners --- */

static void channels_are_used_up(void **state)
{
	(void)state;
	expect("{{$c := loop 3}}{{range $i, $e := $c}}{{$i}}{{$e}},{{if eq $i "
	       "1}}{{break}}{{end}}{{end}}|{{range $c}}{{.}}{{end}}|"
	       "{{range $c}}{{.}}{{else}}none{{end}} {{len $c}}",
	       "00,11,|2|none 0");
}

static void a_slice_can_be_cut_longer_again(void **state)
{
	(void)state;
	expect("{{$l := sprig_list 1 2 3}}{{slice (slice $l 0 0) 0 2}}"
	       "{{slice (parseJSON \"[1,2,3]\") 1 4}}",
	       "[1 2][2 3 <nil>]");
	expect("{{slice (slice (sprig_list 1 2 3) 0 1 2) 0 3}}",
	       "template: :1:2: executing \"\" at <slice (slice (sprig_list 1 "
	       "2 3) 0 1 2) 0 3>: error calling slice: index out of range: 3");
}

static void a_range_sees_the_map_as_it_was(void **state)
{
	(void)state;
	expect("{{$m := sprig_dict \"b\" 1 \"a\" 2}}{{range $k, $v := $m}}"
	       "{{$k}}{{$v}}{{end}}{{$m}}",
	       "a2b1map[a:2 b:1]");
}

static void variables_keep_their_scope(void **state)
{
	(void)state;
	expect("{{$x := 1}}{{range sprig_list 1 2}}{{$x}}{{$x := 5}}{{$x}}"
	       "{{end}}{{$x}}{{with 2}}{{$x = .}}{{end}}{{$x}}",
	       "151512");
	expect("{{or 1 ($z := 2)}}{{$z}}",
	       "template: :1:20: executing \"\" at <$z>: undefined variable: "
	       "$z");
	expect("{{$v := 1}}{{range $v = sprig_list 7 8}}{{end}}{{$v}}", "8");
	expect("{{block \"b\" 1}}{{$ := 2}}{{$}}{{end}}{{$}}", "2<no value>");
}

static void nested_executions_report_both_places(void **state)
{
	(void)state;
	expect("{{define \"t\"}}{{.x.y}}{{end}}a{{executeTemplate \"t\" "
	       "(sprig_dict)}}",
	       "template: :1:32: executing \"\" at <executeTemplate \"t\" "
	       "(sprig_dict)>: error calling executeTemplate: template: :1:18: "
	       "executing \"t\" at <.x.y>: nil pointer evaluating "
	       "interface {}.y");
	expect("{{define \"t\"}}<{{.}}>{{end}}{{executeTemplate \"t\" 1}}"
	       "{{executeTemplate \"t\"}}",
	       "<1><<no value>>");
	expect("{{executeTemplate \"n\"}}",
	       "template: :1:2: executing \"\" at <executeTemplate \"n\">: "
	       "error calling executeTemplate: template: no template \"n\" "
	       "associated with template \"\"");
}

static void parse_errors_name_the_line(void **state)
{
	(void)state;
	expect("a\n{{if 1}}\n{{else}}\n{{else}}{{end}}",
	       "template: :4: expected end; found {{else}}");
	expect("{{block \"x\" 1}}\n\n{{else}}{{end}}",
	       "template: :1: unexpected {{else}} in block clause");
	expect("{{define \"x\"}}\n\n{{else}}{{end}}",
	       "template: :3: unexpected {{else}} in define clause");
	expect("{{print\n\"a\"\n",
	       "template: :3: unclosed action started at :1");
	expect("{{print\n\"a\n", "template: :2: unterminated quoted string in "
				 "action started at :1");
	expect("{{range $a, $b, $c := .}}{{end}}",
	       "template: :1: too many declarations in range");
	expect("{{define \"a\"}}1{{end}}{{define \"a\"}} {{end}}"
	       "{{define \"a\"}}2{{end}}",
	       "template: :1: template: multiple definition of template "
	       "\"a\"");
}

static bool deny(void *ctx, const char *func)
{
	(void)ctx;
	return strcmp(func, "toUpper") == 0;
}

static void functions_can_be_denied(void **state)
{
	const struct tmpl_opts o = {.funcs = &mini_funcs};
	const struct tmpl_host host = {.denied = deny};
	struct result r;

	(void)state;
	render_with(&r, STR("{{toUpper \"a\"}}"), val_none(), &o, &host);
	assert_string_equal(
		r.e.text, "template: :1:2: executing \"\" at <toUpper \"a\">: "
			  "error calling toUpper: function is disabled");
	result_free(&r);
	render_with(&r, STR("{{toUpper 1}}"), val_none(), &o, &host);
	assert_string_equal(r.e.text, "template: :1:10: executing \"\" at <1>: "
				      "expected string; found 1");
	result_free(&r);
	render_with(&r, STR("{{print (split \",\" \"a,b\")}}"), val_none(), &o,
		    &host);
	assert_string_equal(buf_str(&r.out), "[a b]");
	result_free(&r);
}

static void delimiters_may_be_any_text(void **state)
{
	const struct tmpl_opts o = {.left = STR("<<<"), .right = STR("»")};
	struct result r;

	(void)state;
	render_with(&r, STR("{{a}} <<<- 1 -» <<</* c */» <<<\"»\"»|"),
		    val_none(), &o, NULL);
	assert_string_equal(buf_str(&r.out), "{{a}}1 »|");
	result_free(&r);
}

/* --- limits --- */

static void nesting_ends_in_an_error(void **state)
{
	char *open = times("(", TMPL_PARENS + 1), *text;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	text = arena_printf(&a, "{{%s1", open);
	expect(text, "template: :1: max expression depth exceeded");
	free(open);
	open = times("{{if 1}}", 20000);
	expect(open, "template: :1: unexpected EOF");
	free(open);
	expect("{{define \"t\"}}{{template \"t\"}}{{end}}{{template \"t\"}}",
	       "template: :1:25: executing \"t\" at <{{template \"t\"}}>: "
	       "exceeded maximum template depth (100000)");
	arena_free(&a);
}

static void deep_recursion_of_both_kinds_is_refused(void **state)
{
	const struct tmpl_opts o = {.funcs = &mini_funcs};
	struct result r;

	(void)state;
	render_with(&r,
		    STR("{{define \"t\"}}{{executeTemplate \"t\"}}{{end}}"
			"{{template \"t\"}}"),
		    val_none(), &o, NULL);
	assert_int_equal(r.rc, -1);
	result_free(&r);
}

static void deep_templates_render(void **state)
{
	(void)state;
	expect("{{define \"t\"}}{{if .}}{{template \"t\" (subtract 1 .)}}"
	       "{{else}}end{{end}}{{end}}{{template \"t\" 50000}}",
	       "end");
}

static void output_has_a_maximum(void **state)
{
	struct tmpl *t;
	struct arena a;
	struct buf out;
	struct err e;

	(void)state;
	arena_init(&a, 0);
	buf_init(&out, 100);
	assert_int_equal(
		tmpl_parse(&t, STR("{{range 1000000000}}0123456789{{end}}"),
			   &(struct tmpl_opts){0}, &e),
		0);
	assert_int_equal(
		tmpl_exec(t, NULL, TMPL_MISSING_ZERO, val_none(), &out, &a, &e),
		-1);
	assert_string_equal(e.text, "template: :1:8: executing \"\" at "
				    "<1000000000>: output is larger than 100 "
				    "bytes");
	tmpl_free(t);
	arena_free(&a);
	buf_free(&out);
}

/* --- memory --- */

static const char BUSY[] =
	"{{define \"t\"}}{{range $i, $e := .}}{{$i}}{{printf \"%5v|%q\" $e "
	"\"x\"}}{{end}}{{end}}{{$m := sprig_dict \"a\" 1 \"b\" (sprig_list 1 2 "
	"3)}}{{template \"t\" $m.b}}{{executeTemplate \"t\" (parseJSON \"[1,[2]"
	",{\\\"k\\\":null}]\")}}{{html $m}}{{range $k, $v := $m}}{{$k}}{{end}}"
	"{{with $x := index $m \"b\"}}{{len $x}}{{slice $x 1}}{{end}}";

/* The k-th byte limit for every k: each run ends well or with the error, and
 * never otherwise. */
static void any_allocation_may_fail(void **state)
{
	const struct tmpl_opts o = {.funcs = &mini_funcs};
	struct tmpl *t;
	struct arena a;
	struct buf out;
	struct err e;
	int failed = 0, rc = -1;

	(void)state;
	assert_int_equal(tmpl_parse(&t, str_of(BUSY), &o, &e), 0);
	for (size_t max = 64; rc < 0; max += 48) {
		arena_init(&a, max);
		buf_init(&out, 0);
		rc = tmpl_exec(t, NULL, TMPL_MISSING_ZERO, val_none(), &out, &a,
			       &e);
		if (rc < 0) {
			failed++;
			assert_non_null(strstr(e.text, "out of memory"));
			assert_null(a.oom);
		}
		arena_free(&a);
		buf_free(&out);
	}
	assert_in_range(failed, 10, 10000);
	tmpl_free(t);
}

static void parsing_may_run_out_of_memory(void **state)
{
	struct tmpl_opts o = {.funcs = &mini_funcs};
	struct tmpl *t;
	struct err e;
	int failed = 0, rc = -1;

	(void)state;
	for (o.max = 64; rc < 0; o.max += 48) {
		rc = tmpl_parse(&t, str_of(BUSY), &o, &e);
		if (rc < 0) {
			failed++;
			assert_string_equal(e.text, "out of memory: Cannot "
						    "allocate memory");
		}
	}
	assert_in_range(failed, 10, 10000);
	tmpl_free(t);
}

static void a_template_runs_twice_at_once(void **state)
{
	const struct tmpl_opts o = {.funcs = &mini_funcs};
	struct tmpl *t;
	struct arena a[2];
	struct buf out[2];
	struct err e;

	(void)state;
	assert_int_equal(tmpl_parse(&t, str_of(BUSY), &o, &e), 0);
	for (int i = 0; i < 2; i++) {
		arena_init(&a[i], 0);
		buf_init(&out[i], 0);
		assert_int_equal(tmpl_exec(t, NULL, TMPL_MISSING_ZERO,
					   val_none(), &out[i], &a[i], &e),
				 0);
	}
	assert_string_equal(buf_str(&out[0]), buf_str(&out[1]));
	for (int i = 0; i < 2; i++) {
		arena_free(&a[i]);
		buf_free(&out[i]);
	}
	tmpl_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structs_have_fields_and_methods),
		cmocka_unit_test(typed_values_print_as_in_go),
		cmocka_unit_test(equality_of_pointers_is_identity),
		cmocka_unit_test(channels_are_used_up),
		cmocka_unit_test(a_slice_can_be_cut_longer_again),
		cmocka_unit_test(a_range_sees_the_map_as_it_was),
		cmocka_unit_test(variables_keep_their_scope),
		cmocka_unit_test(nested_executions_report_both_places),
		cmocka_unit_test(parse_errors_name_the_line),
		cmocka_unit_test(functions_can_be_denied),
		cmocka_unit_test(delimiters_may_be_any_text),
		cmocka_unit_test(nesting_ends_in_an_error),
		cmocka_unit_test(deep_recursion_of_both_kinds_is_refused),
		cmocka_unit_test(deep_templates_render),
		cmocka_unit_test(output_has_a_maximum),
		cmocka_unit_test(any_allocation_may_fail),
		cmocka_unit_test(parsing_may_run_out_of_memory),
		cmocka_unit_test(a_template_runs_twice_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

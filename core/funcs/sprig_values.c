// SPDX-License-Identifier: MIT
/* sprig_values - defaults, types, JSON, and failing on purpose.
 * Source: sprig v3 (defaults.go, reflect.go), as facts. */
#include "data/json.h"
#include "funcs/encode.h"
#include "funcs/merge.h"
#include "funcs/themes.h"

/*: sprig_default DEFAULT VALUE
 * {{ "" | sprig_default "x" }} {{ sprig_default "x" 5 }} => x 5
 */
FN(default_)
{
	return ret(out, n < 2 || is_empty(&args[1]) ? args[0] : args[1]);
}

/*: sprig_empty VALUE
 * {{ sprig_empty 0 }} {{ sprig_empty "a" }} => true false
 */
FN(empty)
{
	return ret_bool(out, is_empty(&args[0]));
}

/*: sprig_coalesce VALUE...
 * {{ sprig_coalesce 0 "" "first" "second" }} => first
 */
FN(coalesce)
{
	for (size_t i = 0; i < n; i++)
		if (!is_empty(&args[i]))
			return ret(out, args[i]);
	return 0;
}

/*: sprig_all VALUE...
 * {{ sprig_all 1 "a" true }} => true
 */
FN(all)
{
	for (size_t i = 0; i < n; i++)
		if (is_empty(&args[i]))
			return ret_bool(out, false);
	return ret_bool(out, true);
}

/*: sprig_any VALUE...
 * {{ sprig_any 0 "" 1 }} => true
 */
FN(any)
{
	for (size_t i = 0; i < n; i++)
		if (!is_empty(&args[i]))
			return ret_bool(out, true);
	return ret_bool(out, false);
}

/*: sprig_ternary YES NO CONDITION
 * {{ sprig_ternary "yes" "no" (eq 1 1) }} => yes
 */
FN(ternary)
{
	return ret(out, args[2].b ? args[0] : args[1]);
}

/*: sprig_fail MESSAGE
 * {{ if false }}{{ sprig_fail "stop" }}{{ end }}fine => fine
 */
FN(fail_fn)
{
	return fail(c, "%.*s", STRF(args[0].s));
}

/*: sprig_hello
 * {{ sprig_hello }} => Hello!
 */
FN(hello)
{
	return ret_str(out, STR("Hello!"));
}

/* --- types --- */

/*: sprig_typeOf VALUE
 * {{ sprig_typeOf (sprig_list) }} => []interface {}
 */
FN(type_of)
{
	return ret_cstr(out, val_type_name(&args[0]));
}

/*: sprig_typeIs TYPE VALUE
 * {{ sprig_typeIs "int" 1 }} => true
 */
FN(type_is)
{
	return ret_bool(out, str_is(args[0].s, val_type_name(&args[1])));
}

/*: sprig_typeIsLike TYPE VALUE
 * {{ sprig_typeIsLike "template.Scratch" scratch }} => true
 */
FN(type_is_like)
{
	const char *t = val_type_name(&args[1]);

	return ret_bool(out, str_is(args[0].s, t) ||
				     (t[0] == '*' && str_is(args[0].s, t + 1)));
}

/*: sprig_kindOf VALUE
 * {{ sprig_kindOf (sprig_dict) }} => map
 */
FN(kind_of)
{
	return ret_cstr(out, go_kind(&args[0]));
}

/*: sprig_kindIs KIND VALUE
 * {{ sprig_kindIs "slice" (sprig_list) }} => true
 */
FN(kind_is)
{
	return ret_bool(out, str_is(args[0].s, go_kind(&args[1])));
}

/*: sprig_deepEqual A B
 * {{ sprig_deepEqual (sprig_list 1) (sprig_list 1) }} => true
 */
FN(deep_equal)
{
	return ret_bool(out, val_deep_equal(&args[0], &args[1]));
}

/* --- JSON --- */

/*: sprig_mustFromJson TEXT
 * {{ (sprig_mustFromJson `{"k":"v"}`).k }} => v
 */
FN(must_from_json)
{
	return json_parse(c->arena, args[0].s, 0, out, c->err);
}

/*: sprig_fromJson TEXT
 * {{ sprig_fromJson "[1, 2]" }} => [1 2]
 */
FN(from_json)
{
	if (must_from_json(c, args, n, out) < 0)
		*out = val_none();
	return 0;
}

static int to_text(struct tmpl_call *c, const struct val *v,
		   enum data_format f, bool must, struct val *out)
{
	struct buf b;

	if (print_data(c, v, f, &b) < 0)
		return must ? -1 : ret_str(out, STR(""));
	return ret_buf(c, &b, out);
}

/*: sprig_toJson VALUE
 * {{ sprig_toJson (sprig_dict "a" "<") }} => {"a":"\u003c"}
 */
FN(to_json)
{
	return to_text(c, &args[0], FORMAT_JSON, false, out);
}

/*: sprig_mustToJson VALUE
 * {{ sprig_mustToJson 5 }} => 5
 */
FN(must_to_json)
{
	return to_text(c, &args[0], FORMAT_JSON, true, out);
}

/*: sprig_toPrettyJson VALUE
 * {{ sprig_toPrettyJson (sprig_list) }} => []
 */
FN(to_pretty_json)
{
	return to_text(c, &args[0], FORMAT_PRETTY, false, out);
}

/*: sprig_mustToPrettyJson VALUE
 * {{ sprig_mustToPrettyJson 1 }} => 1
 */
FN(must_to_pretty_json)
{
	return to_text(c, &args[0], FORMAT_PRETTY, true, out);
}

/*: sprig_toRawJson sprig_mustToRawJson VALUE
 * {{ sprig_toRawJson (sprig_dict "a" "<") }} => {"a":"<"}
 */
FN(to_raw_json)
{
	return to_text(c, &args[0], FORMAT_PLAIN, true, out);
}

static const struct tmpl_func table[] = {
	{"all", "..a:b", all},
	{"any", "..a:b", any},
	{"coalesce", "..a:a", coalesce},
	{"deepEqual", "aa:b", deep_equal},
	{"default", "a..a:a", default_},
	{"empty", "a:b", empty},
	{"fail", "s:s", fail_fn},
	{"fromJson", "s:a", from_json},
	{"hello", ":s", hello},
	{"kindIs", "sa:b", kind_is},
	{"kindOf", "a:s", kind_of},
	{"mustFromJson", "s:a", must_from_json},
	{"mustToJson", "a:s", must_to_json},
	{"mustToPrettyJson", "a:s", must_to_pretty_json},
	{"mustToRawJson", "a:s", to_raw_json},
	{"ternary", "aab:a", ternary},
	{"toJson", "a:s", to_json},
	{"toPrettyJson", "a:s", to_pretty_json},
	{"toRawJson", "a:s", to_raw_json},
	{"typeIs", "sa:b", type_is},
	{"typeIsLike", "sa:b", type_is_like},
	{"typeOf", "a:s", type_of},
};

THEME(theme_sprig_values, "sprig values", table);

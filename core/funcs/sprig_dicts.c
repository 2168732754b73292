// SPDX-License-Identifier: MIT
/* sprig_dicts - maps from text to anything. set, unset and the merges change
 * the map they are given. Keys of several maps come in the order of the maps
 * and sorted within each (Go's order is random).
 * Source: sprig v3 (dict.go), as facts. */
#include "funcs/merge.h"
#include "funcs/sprig.h"
#include "funcs/themes.h"

/*: sprig_dict KEY VALUE...
 * {{ sprig_dict "a" 1 "b" 2 | toJSON }} => {"a":1,"b":2}
 */
FN(dict)
{
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 0; i < n; i += 2)
		val_map_sets(c->arena, out, sprig_string(c, &args[i]),
			     i + 1 < n ? args[i + 1] : val_cstr(""));
	return 0;
}

/*: sprig_get DICT KEY
 * {{ sprig_get (sprig_dict "a" 1) "a" }} => 1
 */
FN(get)
{
	const struct val *v = val_map_gets(&args[0], args[1].s);

	return ret(out, v ? *v : val_cstr(""));
}

/*: sprig_set DICT KEY VALUE
 * {{ sprig_set (sprig_dict "a" 1) "b" 2 }} => map[a:1 b:2]
 */
FN(set)
{
	if (!args[0].map)
		return fail(c, "assignment to entry in nil map");
	*out = args[0];
	return val_map_sets(c->arena, out, args[1].s, args[2]);
}

/*: sprig_unset DICT KEY
 * {{ sprig_unset (sprig_dict "a" 1 "b" 2) "a" }} => map[b:2]
 */
FN(unset)
{
	*out = args[0];
	val_map_del(out, &args[1]);
	return 0;
}

/*: sprig_hasKey DICT KEY
 * {{ sprig_hasKey (sprig_dict "a" nil) "a" }} => true
 */
FN(has_key)
{
	return ret_bool(out, val_map_gets(&args[0], args[1].s) != NULL);
}

/*: sprig_pluck KEY DICT...
 * {{ sprig_pluck "a" (sprig_dict "a" 1) (sprig_dict "b" 2) (sprig_dict "a" 3) }} => [1 3]
 */
FN(pluck)
{
	*out = val_list(c->arena, &type_anys, 0);
	for (size_t i = 1; i < n; i++) {
		const struct val *v = val_map_gets(&args[i], args[0].s);

		if (v)
			val_push(c->arena, out, *v);
	}
	return 0;
}

/*: sprig_keys DICT...
 * {{ sprig_keys (sprig_dict "b" 1 "a" 2) }} => [a b]
 */
FN(keys)
{
	*out = val_list(c->arena, &type_strings, 0);
	for (size_t i = 0; i < n; i++) {
		size_t len;
		const struct val_entry *e = val_map_entries(&args[i], &len);

		for (size_t k = 0; k < len; k++)
			val_push(c->arena, out, e[k].key);
	}
	return 0;
}

/*: sprig_values DICT
 * {{ sprig_values (sprig_dict "b" 1 "a" 2) }} => [2 1]
 */
FN(values)
{
	size_t len;
	const struct val_entry *e = val_map_entries(&args[0], &len);

	*out = val_list(c->arena, &type_anys, len);
	for (size_t k = 0; k < len; k++)
		val_push(c->arena, out, e[k].v);
	return 0;
}

/*: sprig_pick DICT KEY...
 * {{ sprig_pick (sprig_dict "a" 1 "b" 2) "a" "z" }} => map[a:1]
 */
FN(pick)
{
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 1; i < n; i++) {
		const struct val *v = val_map_gets(&args[0], args[i].s);

		if (v)
			val_map_set(c->arena, out, args[i], *v);
	}
	return 0;
}

/*: sprig_omit DICT KEY...
 * {{ sprig_omit (sprig_dict "a" 1 "b" 2) "a" }} => map[b:2]
 */
FN(omit)
{
	*out = val_map_dup(c->arena, &args[0]);
	if (!out->map)
		*out = val_map(c->arena, &type_map_any);
	for (size_t i = 1; i < n; i++)
		val_map_del(out, &args[i]);
	return 0;
}

static int merge_all(struct tmpl_call *c, const struct val *args, size_t n,
		     bool overwrite, struct val *out)
{
	*out = args[0];
	for (size_t i = 1; i < n; i++) {
		if (merge_into(c, out, &args[i], overwrite) < 0)
			return -1;
	}
	return 0;
}

/*: sprig_merge sprig_mustMerge DICT DICT...
 * {{ sprig_merge (sprig_dict "a" 1) (sprig_dict "a" 2 "b" 3) }} => map[a:1 b:3]
 */
FN(merge)
{
	return merge_all(c, args, n, false, out);
}

/*: sprig_mergeOverwrite sprig_mustMergeOverwrite DICT DICT...
 * {{ sprig_mergeOverwrite (sprig_dict "a" 1) (sprig_dict "a" 2) }} => map[a:2]
 */
FN(merge_over)
{
	return merge_all(c, args, n, true, out);
}

static int not_a(struct tmpl_call *c, const struct val *v, const char *type)
{
	return fail(c, "interface conversion: interface {} is %s, not %s",
		    v->type ? v->type->name : "nil", type);
}

/*: sprig_dig KEY... DEFAULT DICT
 * {{ sprig_dig "a" "b" 0 (sprig_dict "a" (sprig_dict "b" 1)) }} => 1
 */
FN(dig)
{
	struct val at;

	if (n < 3)
		return fail(c, "dig needs at least three arguments");
	at = args[n - 1];
	if (at.type != &type_map_any)
		return not_a(c, &at, "map[string]interface {}");
	for (size_t i = 0; i + 2 < n; i++)
		if (args[i].type != &type_string)
			return not_a(c, &args[i], "string");
	for (size_t i = 0; i + 2 < n; i++) {
		const struct val *v;

		if (at.type != &type_map_any)
			return not_a(c, &at, "map[string]interface {}");
		v = val_map_gets(&at, args[i].s);
		if (!v)
			return ret(out, args[n - 2]);
		at = *v;
	}
	return ret(out, at);
}

/*: sprig_deepCopy sprig_mustDeepCopy VALUE
 * {{ $a := sprig_dict "n" 1 }}{{ $b := sprig_deepCopy $a }}{{ $_ := sprig_set $b "n" 2 }}{{ $a }} {{ $b }} => map[n:1] map[n:2]
 */
FN(deep_copy)
{
	*out = val_deep_copy(c->arena, &args[0]);
	return 0;
}

static const struct tmpl_func table[] = {
	{"deepCopy", "a:a", deep_copy},
	{"dict", "..a:M", dict},
	{"dig", "..a:a", dig},
	{"get", "Ms:a", get},
	{"hasKey", "Ms:b", has_key},
	{"keys", "..M:S", keys},
	{"merge", "M..M:a", merge},
	{"mergeOverwrite", "M..M:a", merge_over},
	{"mustDeepCopy", "a:a", deep_copy},
	{"mustMerge", "M..M:a", merge},
	{"mustMergeOverwrite", "M..M:a", merge_over},
	{"omit", "M..s:M", omit},
	{"pick", "M..s:M", pick},
	{"pluck", "s..M:A", pluck},
	{"set", "Msa:M", set},
	{"unset", "Ms:M", unset},
	{"values", "M:A", values},
};

THEME(theme_sprig_dicts, "sprig dictionaries", table);

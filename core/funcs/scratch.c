// SPDX-License-Identifier: MIT
/* scratch - a pad of values for one execution of a template. Setting returns
 * "", so that it prints nothing. */
#include "funcs/shapes.h"
#include "funcs/state.h"
#include "funcs/themes.h"

FN(pad_key)
{
	struct val *m = &state_of(c)->scratch;

	return ret_bool(out, val_map_gets(m, args[1].s) != NULL);
}

FN(pad_get)
{
	const struct val *v = val_map_gets(&state_of(c)->scratch, args[1].s);

	return v ? ret(out, *v) : 0;
}

/* Set, and SetX: only if absent. */
FN(pad_set)
{
	struct val *m = &state_of(c)->scratch;

	if (c->name[3] != 'X' || !val_map_gets(m, args[1].s))
		val_map_sets(c->arena, m, args[1].s, args[2]);
	return ret_str(out, STR(""));
}

/* MapSet and MapSetX, into a map that is made when there is none. */
FN(pad_map_set)
{
	struct val *m = &state_of(c)->scratch, map;
	const struct val *v = val_map_gets(m, args[1].s);

	map = v ? *v : val_map(c->arena, &type_map_any);
	if (map.type != &type_map_any)
		return fail(c, "%s is not a map",
			    print_quoted(c->arena, args[1].s));
	if (!v)
		val_map_sets(c->arena, m, args[1].s, map);
	if (c->name[6] != 'X' || !val_map_gets(&map, args[2].s))
		val_map_sets(c->arena, &map, args[2].s, args[3]);
	return ret_str(out, STR(""));
}

FN(pad_map_values)
{
	const struct val *v = val_map_gets(&state_of(c)->scratch, args[1].s);
	const struct val_entry *e;
	size_t len;

	*out = val_zero(&type_anys);
	if (!v || v->type != &type_map_any)
		return 0;
	e = val_map_entries(v, &len);
	*out = val_list(c->arena, &type_anys, len);
	for (size_t i = 0; i < len; i++)
		val_push(c->arena, out, e[i].v);
	return 0;
}

static const struct val_method methods[] = {
	{"Get", "s:a", pad_get},	   {"Key", "s:b", pad_key},
	{"MapSet", "ssa:s", pad_map_set},  {"MapSetX", "ssa:s", pad_map_set},
	{"MapValues", "s:A", pad_map_values}, {"Set", "sa:s", pad_set},
	{"SetX", "sa:s", pad_set},
};

FIELDS(scratch) = {FIELD(values, type_map_any)};
static const struct val_type scratch_struct = {.name = "template.Scratch",
					       .kind = KIND_STRUCT,
					       .fields = scratch_fields,
					       .nfields = 1,
					       METHODS(methods)};
const struct val_type type_scratch =
	POINTER("template.Scratch", scratch_struct);

/*: scratch
 * {{ scratch.Set "k" 1 }}{{ scratch.SetX "k" 2 }}{{ scratch.Get "k" }} => 1
 * {{ scratch.MapSet "m" "b" 2 }}{{ scratch.MapSet "m" "a" 1 }}{{ scratch.MapValues "m" }} => [1 2]
 */
FN(scratch)
{
	struct state *st = state_of(c);

	if (!st->scratch.type)
		st->scratch = val_map(c->arena, &type_map_any);
	return ret(out, (struct val){.type = &type_scratch,
				     .fields = &st->scratch});
}

static const struct tmpl_func table[] = {
	{"scratch", ":<*template.Scratch>", scratch},
};

THEME(theme_scratch, "scratch", table);

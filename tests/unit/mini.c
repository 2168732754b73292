// SPDX-License-Identifier: MIT
/* mini - see mini.h. */
#include "mini.h"

#include "base.h"
#include "data/json.h"

#define FN(name)                                                               \
	static int name(struct tmpl_call *c, const struct val *v, size_t n,    \
			struct val *out)

FN(list)
{
	*out = val_list(c->arena, &type_anys, n);
	for (size_t i = 0; i < n; i++)
		if (val_push(c->arena, out, v[i]) < 0)
			return err_nomem(c->err);
	return 0;
}

FN(dict)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		if (val_kind(&v[i]) != KIND_STRING)
			return err_set(c->err, 0, "dict");
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 0; i + 1 < n; i += 2)
		if (val_map_sets(c->arena, out, v[i].s, v[i + 1]) < 0)
			return err_nomem(c->err);
	return 0;
}

FN(parse_json)
{
	(void)n;
	return json_parse(c->arena, v[0].s, 0, out, c->err);
}

FN(parse_int)
{
	int64_t i;

	(void)n;
	if (!num_i64(v[0].s, INT64_MIN, INT64_MAX, &i))
		return err_set(c->err, 0,
			       "parseInt: strconv.ParseInt: parsing \"%.*s\": "
			       "invalid syntax",
			       (int)v[0].s.n, v[0].s.p);
	*out = val_int64(i);
	return 0;
}

FN(parse_uint)
{
	uint64_t u;

	(void)n;
	if (!num_u64(v[0].s, UINT64_MAX, &u))
		return err_set(c->err, 0, "parseUint");
	*out = val_uint64(u);
	return 0;
}

FN(split)
{
	struct str rest = v[1].s, part;

	(void)n;
	*out = val_list(c->arena, &type_strings, 0);
	while (v[1].s.n && str_split(&rest, v[0].s.p[0], &part))
		if (val_push(c->arena, out, val_str(part)) < 0)
			return err_nomem(c->err);
	return 0;
}

FN(upper)
{
	char *p = arena_dup(c->arena, v[0].s.p, v[0].s.n);

	(void)n;
	for (size_t i = 0; p && i < v[0].s.n; i++)
		p[i] = (char)ascii_upper((unsigned char)p[i]);
	*out = val_str(str_n(p, v[0].s.n));
	return 0;
}

FN(loop)
{
	for (size_t i = 0; i < n || !n; i++)
		if (!n || val_kind(&v[i]) != KIND_INT)
			return err_set(c->err, 0, "loop");
	*out = val_chan(c->arena, n > 1 ? v[0].i : 0, v[n - 1].i);
	return 0;
}

FN(subtract)
{
	(void)c;
	(void)n;
	*out = val_int64(v[1].i - v[0].i);
	return 0;
}

FN(execute)
{
	struct val none = val_none();

	return tmpl_execute_template(c, v[0].s, n > 1 ? &v[1] : &none, out);
}

FN(nothing)
{
	(void)c;
	(void)v;
	(void)n;
	(void)out;
	return 0;
}

static const struct tmpl_func *find(const char *name, size_t n)
{
	static const struct tmpl_func all[] = {
		{"executeTemplate", "s..a:s", execute},
		{"loop", "..a:<chan int64>", loop},
		{"nothing", ":a", nothing},
		{"parseInt", "s:l", parse_int},
		{"parseJSON", "s:a", parse_json},
		{"parseUint", "s:u", parse_uint},
		{"split", "ss:S", split},
		{"sprig_dict", "..a:M", dict},
		{"sprig_list", "..a:A", list},
		{"subtract", "aa:a", subtract},
		{"toUpper", "s:s", upper},
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_is(str_n(name, n), all[i].name))
			return &all[i];
	return NULL;
}

static const struct val_type *type(const char *name, size_t n)
{
	(void)name;
	(void)n;
	return &type_chan_int64;
}

const struct tmpl_funcs mini_funcs = {find, type};

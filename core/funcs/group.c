// SPDX-License-Identifier: MIT
/* group - lists into maps, maps into trees, and what lists hold. */
#include "funcs/merge.h"
#include "funcs/parse.h"
#include "funcs/shape.h"
#include "funcs/themes.h"

const struct val_type type_map_lists = {.name = "map[string][]interface {}",
					  .kind = KIND_MAP,
					  .key = &type_string,
					  .elem = &type_anys};
const struct val_type type_map_ports = {.name = "map[int][]interface {}",
					  .kind = KIND_MAP,
					  .key = &type_int,
					  .elem = &type_anys};
const struct val_type type_map_services = {
	.name = "map[string][]*dependency.HealthService",
	.kind = KIND_MAP,
	.key = &type_string,
	.elem = &shape_health_service_l};
static const struct val_type map_pairs = {
	.name = "map[string]*dependency.KeyPair",
	.kind = KIND_MAP,
	.key = &type_string,
	.elem = &shape_key_pair_p};
const struct val_type type_map_map_pairs = {
	.name = "map[string]map[string]*dependency.KeyPair",
	.kind = KIND_MAP,
	.key = &type_string,
	.elem = &map_pairs};

/* Appends to the list under a key; t is the list's type. */
static void add_to(struct tmpl_call *c, struct val *map, struct val key,
		   const struct val_type *t, struct val item)
{
	const struct val *old = val_map_get(map, &key);
	struct val list = old ? *old : val_list(c->arena, t, 1);

	val_push(c->arena, &list, item);
	if (!old)
		val_map_set(c->arena, map, key, list);
}

static int wrong_type(struct tmpl_call *c, const struct val *v)
{
	return fail(c, "%s: wrong argument type %s", c->name,
		    val_type_name(v));
}

/*: byTag SERVICES
 * {{ range $tag, $list := service "web" | byTag }}{{ $tag }}: {{ len $list }} {{ end }} ~> v1: 2 v2: 1
 */
FN(by_tag)
{
	static const struct {
		const struct val_type *type;
		const char *field;
	} kinds[] = {
		{&shape_catalog_snippet_l, "Tags"},
		{&shape_catalog_service_l, "ServiceTags"},
		{&shape_health_service_l, "Tags"},
		{&shape_nomad_snippet_l, "Tags"},
		{&shape_nomad_service_l, "Tags"},
	};
	const char *field = NULL;

	*out = val_map(c->arena, &type_map_lists);
	if (!args[0].type)
		return 0;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (args[0].type == kinds[i].type)
			field = kinds[i].field;
	if (!field)
		return wrong_type(c, &args[0]);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val s = args[0].list->items[i];
		const struct val *tags = val_field(&s, field);

		for (size_t k = 0; k < val_len_list(tags); k++)
			add_to(c, out, val_str(tags->list->items[k].s),
			       &type_anys, s);
	}
	return 0;
}

/*: byPort SERVICES
 * {{ range $port, $list := service "web" | byPort }}{{ $port }}: {{ len $list }} {{ end }} ~> 80: 2 8080: 1
 */
FN(by_port)
{
	*out = val_map(c->arena, &type_map_ports);
	if (!args[0].type)
		return 0;
	if (args[0].type != &shape_health_service_l &&
	    args[0].type != &shape_nomad_service_l)
		return wrong_type(c, &args[0]);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val s = args[0].list->items[i];

		add_to(c, out, *val_field(&s, "Port"), &type_anys, s);
	}
	return 0;
}

/* One part of a group's name: the meta value under `key`, or what stands for
 * none. "|int" behind the key makes it a number of five digits. */
static int meta_part(struct tmpl_call *c, const struct val *meta,
		     struct str key, struct text *t)
{
	bool number = str_suffix(key, STR("|int"));
	const struct val *v;
	struct str s;
	enum num_result r;
	int64_t i;

	if (number)
		key.n -= 4;
	v = meta ? val_map_gets(meta, key) : NULL;
	s = v ? v->s : STR("");
	if (!s.n)
		s = number ? STR("0")
			   : str_of(arena_printf(c->arena, "_no_%.*s_",
						 STRF(key)));
	if (number) {
		r = parse_int(s, 10, &i);
		if (r != NUM_OK) {
			fail_num(c, "", "Atoi", s, r);
			return err_wrap(c->err, "cannot parse %.*s as number ",
					STRF(s));
		}
		s = str_of(arena_printf(c->arena, "%05lld", (long long)i));
	}
	for (size_t k = 0; k < s.n;) {
		unsigned char ch = (unsigned char)s.p[k];
		int w;

		if (ascii_alpha(ch) || ascii_digit(ch) || ch == '-' ||
		    ch == '_')
			text_addc(t, (char)ch);
		else
			text_addc(t, '_');
		utf8_decode(s.p + k, s.n - k, &w);
		k += (size_t)w;
	}
	return 0;
}

/*: byMeta KEYS SERVICES
 * {{ range $v, $list := service "web" | byMeta "version,shard|int" }}{{ $v }} {{ end }} ~> 1_2_00007 _no_version__00000
 */
FN(by_meta)
{
	*out = val_map(c->arena, &type_map_services);
	for (size_t i = 0; i < val_len_list(&args[1]); i++) {
		struct val s = args[1].list->items[i];
		struct str all = parts_of(args[0].s), rest = all, key;
		struct text t = text_in(c);

		while (str_split(&rest, ',', &key)) {
			if (key.p != all.p)
				text_addc(&t, '_');
			if (meta_part(c, val_field(&s, "ServiceMeta"), key,
				      &t) < 0)
				return -1;
		}
		add_to(c, out, val_str(text_str(&t)), &shape_health_service_l,
		       s);
	}
	return 0;
}

/*: byKey PAIRS
 * {{ range $app, $pairs := tree "config" | byKey }}{{ $app }}: {{ len $pairs }} {{ end }} ~> redis: 2 web: 1
 */
FN(by_key)
{
	*out = val_map(c->arena, &type_map_map_pairs);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val p = args[0].list->items[i], copy, inner;
		struct str key = val_field(&p, "Key")->s, top;
		const struct val *old;

		if (!str_split(&key, '/', &top) || !key.n)
			continue;
		old = val_map_gets(out, top);
		inner = old ? *old : val_map(c->arena, &map_pairs);
		if (!old)
			val_map_sets(c->arena, out, top, inner);
		copy = val_ptr(c->arena, p.type);
		memcpy(copy.fields, p.fields,
		       p.type->elem->nfields * sizeof(*copy.fields));
		val_set_field(&copy, "Key", val_str(key));
		val_map_sets(c->arena, &inner, key, copy);
	}
	return 0;
}

/* The keys that explode takes apart: a map's entries or a list of pairs. */
struct paths {
	const struct val_entry *e;
	const struct val *pairs;
	size_t n;
};

static struct str path_at(const struct paths *p, size_t i)
{
	return p->e ? p->e[i].key.s : val_field(&p->pairs[i], "Key")->s;
}

/* The room that the map below a prefix of path i needs: the different names
 * behind it, as far as the paths stand in order. */
static size_t names_below(const struct paths *p, size_t i, size_t prefix)
{
	struct str top = str_cut(path_at(p, i), 0, prefix), last = {0}, name;
	size_t count = 0;

	for (; i < p->n && str_prefix(path_at(p, i), top); i++) {
		struct str rest = path_at(p, i);

		rest = str_cut(rest, prefix, rest.n);
		if (str_split(&rest, '/', &name) &&
		    (!count || !str_eq(name, last)))
			count++;
		last = name;
	}
	return count;
}

/* Puts a value where path i of names points, making maps on the way. */
static int explode_one(struct tmpl_call *c, struct val m,
		       const struct paths *p, size_t i, struct val v)
{
	struct str key = path_at(p, i), whole = key;
	struct str path = key, rest = key, top = STR("");
	const struct val *next;
	struct val made;

	while (str_split(&rest, '/', &top) && rest.p) {
		next = val_map_gets(&m, top);
		if (!next) {
			made = val_map_room(
				c->arena, &type_map_any,
				names_below(p, i, (size_t)(rest.p - whole.p)));
			val_map_sets(c->arena, &m, top, made);
			next = &made;
		} else if (next->type != &type_map_any) {
			struct str was = print_fmt(c->arena, "%q", next, 1);

			return fail(c, "%s: not a map: %s: %s already has "
				       "value %.*s",
				    c->name, print_quoted(c->arena, path),
				    print_quoted(c->arena, top), STRF(was));
		}
		m = *next;
		path = key;
		key = rest;
	}
	if (top.n)
		val_map_sets(c->arena, &m, top, v);
	return 0;
}

/*: explode PAIRS
 * {{ (tree "config" | explode).redis.port }} ~> 6379
 */
FN(explode)
{
	struct paths p = {.n = val_len_list(&args[0])};

	*out = val_map(c->arena, &type_map_any);
	p.pairs = p.n ? args[0].list->items : NULL;
	for (size_t i = 0; i < p.n; i++)
		if (explode_one(c, *out, &p, i,
				*val_field(&p.pairs[i], "Value")) < 0)
			return -1;
	return 0;
}

/*: explodeMap MAP
 * {{ explodeMap (sprig_dict "a/b" 1 "a/c" 2) | toJSON }} => {"a":{"b":1,"c":2}}
 */
FN(explode_map)
{
	struct paths p = {0};

	p.e = val_map_entries(&args[0], &p.n);
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 0; i < p.n; i++)
		if (explode_one(c, *out, &p, i, p.e[i].v) < 0)
			return -1;
	return 0;
}

static int merge_fn(struct tmpl_call *c, const struct val *args, bool over,
		    struct val *out)
{
	*out = args[0];
	return merge_into(c, out, &args[1], over);
}

/*: mergeMap DST SRC
 * {{ mergeMap (parseJSON `{"a":1}`) (parseJSON `{"a":2,"b":3}`) | toJSON }} => {"a":1,"b":3}
 */
FN(merge_map)
{
	return merge_fn(c, args, false, out);
}

/*: mergeMapWithOverride DST SRC
 * {{ mergeMapWithOverride (parseJSON `{"a":1}`) (parseJSON `{"a":2}`) | toJSON }} => {"a":2}
 */
FN(merge_map_over)
{
	return merge_fn(c, args, true, out);
}

/* --- membership --- */

/* 1, 0, or -1 for what panics in the original: a nil among strings. */
static int same(struct tmpl_call *c, const struct val *elem,
		const struct val *v)
{
	switch (val_kind(elem)) {
	case KIND_INT:
		return val_kind(v) == KIND_INT && v->i == elem->i;
	case KIND_FLOAT:
		return val_kind(v) == KIND_FLOAT && v->f == elem->f;
	case KIND_STRING:
		if (!v->type)
			return fail_zero(c);
		return val_type_same(v->type, elem->type) &&
		       str_eq(v->s, elem->s);
	case KIND_INVALID:
	case KIND_BOOL:
	case KIND_UINT:
	case KIND_COMPLEX:
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return 0;
}

static int holds(struct tmpl_call *c, const struct val *list,
		 const struct val *v)
{
	int r = 0;

	if (val_kind(list) == KIND_STRING) {
		r = same(c, list, v);
		if (r)
			return r;
		return val_type_same(v->type, list->type) &&
		       str_has(list->s, v->s);
	}
	if (val_kind(list) != KIND_SLICE)
		return 0;
	for (size_t i = 0; i < val_len_list(list) && !r; i++) {
		struct val x = val_at(list, i);

		r = same(c, &x, v);
	}
	return r;
}

/*: in LIST VALUE
 * {{ in (split "," "a,b") "b" }} {{ in "haystack" "hay" }} => true true
 */
FN(in)
{
	int r = holds(c, &args[0], &args[1]);

	return r < 0 ? -1 : ret_bool(out, r);
}

/*: contains VALUE LIST
 * {{ split "," "a,b" | contains "b" }} => true
 */
FN(contains)
{
	int r = holds(c, &args[1], &args[0]);

	return r < 0 ? -1 : ret_bool(out, r);
}

/* `at_end` when no element of VALUES ended it by being in LIST or not. */
static int contains_some(struct tmpl_call *c, const struct val *args,
			 bool at_end, bool invert, struct val *out)
{
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		int r = holds(c, &args[1], &args[0].list->items[i]);

		if (r < 0)
			return -1;
		if (r != (int)invert)
			return ret_bool(out, !at_end);
	}
	return ret_bool(out, at_end);
}

/*: containsAll VALUES LIST
 * {{ containsAll (sprig_list "a" "b") (split "," "a,b,c") }} => true
 */
FN(contains_all)
{
	return contains_some(c, args, true, true, out);
}

/*: containsAny VALUES LIST
 * {{ containsAny (sprig_list "x" "b") (split "," "a,b,c") }} => true
 */
FN(contains_any)
{
	return contains_some(c, args, false, false, out);
}

/*: containsNone VALUES LIST
 * {{ containsNone (sprig_list "x" "y") (split "," "a,b,c") }} => true
 */
FN(contains_none)
{
	return contains_some(c, args, true, false, out);
}

/*: containsNotAll VALUES LIST
 * {{ containsNotAll (sprig_list "a" "x") (split "," "a,b,c") }} => true
 */
FN(contains_not_all)
{
	return contains_some(c, args, false, true, out);
}

/* --- counting --- */

static int loop_end(struct tmpl_call *c, const struct val *v, int64_t *out)
{
	enum num_result r;

	switch (val_kind(v)) {
	case KIND_INT:
	case KIND_UINT:
		*out = v->i;
		return 0;
	case KIND_STRING:
		*out = 0;
		r = v->s.n ? parse_int(v->s, 10, out) : NUM_OK;
		if (r != NUM_OK)
			return fail_num(c, "parseInt: ", "ParseInt", v->s, r);
		return 0;
	case KIND_INVALID:
	case KIND_BOOL:
	case KIND_FLOAT:
	case KIND_COMPLEX:
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return fail(c, "loop: bad argument type: %s", val_type_name(v));
}

/*: loop [FROM] TO
 * {{ range loop 3 }}{{ . }}{{ end }} {{ range loop 5 7 }}{{ . }}{{ end }} => 012 56
 */
FN(loop)
{
	int64_t from = 0, to;

	if (n != 1 && n != 2)
		return fail(c, "loop: wrong number of arguments, expected 1 "
			       "or 2, but got %zu",
			    n);
	if (n == 2 && loop_end(c, &args[0], &from) < 0)
		return -1;
	if (loop_end(c, &args[n - 1], &to) < 0)
		return -1;
	return ret(out, val_chan(c->arena, from, to));
}

#define PAIRS "<[]*dependency.KeyPair>"
#define SERVICES "<[]*dependency.HealthService>"
static const struct tmpl_func table[] = {
	{"byKey",
	 PAIRS ":<map[string]map[string]*dependency.KeyPair>", by_key},
	{"byMeta",
	 "s" SERVICES ":<map[string][]*dependency.HealthService>", by_meta},
	{"byPort", "a:<map[int][]interface {}>", by_port},
	{"byTag", "a:<map[string][]interface {}>", by_tag},
	{"contains", "aa:b", contains},
	{"containsAll", "Aa:b", contains_all},
	{"containsAny", "Aa:b", contains_any},
	{"containsNone", "Aa:b", contains_none},
	{"containsNotAll", "Aa:b", contains_not_all},
	{"explode", PAIRS ":M", explode},
	{"explodeMap", "M:M", explode_map},
	{"in", "aa:b", in},
	{"loop", "..a:<<-chan int64>", loop},
	{"mergeMap", "MM:M", merge_map},
	{"mergeMapWithOverride", "MM:M", merge_map_over},
};

THEME(theme_group, "grouping", table);

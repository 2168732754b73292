// SPDX-License-Identifier: MIT
/* sprig_lists - lists of anything. Each function but `slice` makes a new
 * []interface {}. Every one exists as mustX too; both give the same error.
 * Source: sprig v3 (list.go), as facts. */
#include <stdlib.h>

#include "funcs/merge.h"
#include "funcs/sprig.h"
#include "funcs/themes.h"

const struct val_type type_chunks = {.name = "[][]interface {}",
				       .kind = KIND_SLICE,
				       .elem = &type_anys};

/* Refuses what is no list; `what` ends with the place of the kind's name. */
static int need_list(struct tmpl_call *c, const struct val *v,
		     const char *what)
{
	if (val_kind(v) == KIND_SLICE)
		return 0;
	if (!v->type)
		return fail_nil(c);
	return fail(c, "%s %s", what, go_kind(v));
}

/* Appends the elements [from, to) of any list. */
static void append(struct tmpl_call *c, struct val *out, const struct val *list,
		   size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		val_push(c->arena, out, val_at(list, i));
}

static int part(struct tmpl_call *c, const struct val *list, size_t from,
		size_t to, struct val *out)
{
	*out = val_list(c->arena, &type_anys, to - from);
	append(c, out, list, from, to);
	return 0;
}

/*: sprig_list sprig_tuple VALUE...
 * {{ sprig_list 1 "a" | toJSON }} => [1,"a"]
 */
FN(list)
{
	*out = val_list(c->arena, &type_anys, n);
	for (size_t i = 0; i < n; i++)
		val_push(c->arena, out, args[i]);
	return 0;
}

/*: sprig_append sprig_push sprig_mustAppend sprig_mustPush LIST VALUE
 * {{ sprig_append (sprig_list 1) 2 }} => [1 2]
 */
FN(push)
{
	size_t len;

	if (need_list(c, &args[0], "Cannot push on type") < 0)
		return -1;
	len = val_len_list(&args[0]);
	*out = val_list(c->arena, &type_anys, len + 1);
	append(c, out, &args[0], 0, len);
	return val_push(c->arena, out, args[1]);
}

/*: sprig_prepend sprig_mustPrepend LIST VALUE
 * {{ sprig_prepend (sprig_list 1) 2 }} => [2 1]
 */
FN(prepend)
{
	size_t len;

	if (need_list(c, &args[0], "Cannot prepend on type") < 0)
		return -1;
	len = val_len_list(&args[0]);
	*out = val_list(c->arena, &type_anys, len + 1);
	val_push(c->arena, out, args[1]);
	append(c, out, &args[0], 0, len);
	return 0;
}

/*: sprig_first sprig_mustFirst LIST
 * {{ sprig_first (sprig_list 1 2 3) }} => 1
 */
FN(first)
{
	if (need_list(c, &args[0], "Cannot find first on type") < 0)
		return -1;
	return val_len_list(&args[0]) ? ret(out, val_at(&args[0], 0)) : 0;
}

/*: sprig_last sprig_mustLast LIST
 * {{ sprig_last (sprig_list 1 2 3) }} => 3
 */
FN(last)
{
	size_t len;

	if (need_list(c, &args[0], "Cannot find last on type") < 0)
		return -1;
	len = val_len_list(&args[0]);
	return len ? ret(out, val_at(&args[0], len - 1)) : 0;
}

/*: sprig_rest sprig_mustRest LIST
 * {{ sprig_rest (sprig_list 1 2 3) }} => [2 3]
 */
FN(rest)
{
	*out = val_zero(&type_anys);
	if (need_list(c, &args[0], "Cannot find rest on type") < 0)
		return -1;
	if (!val_len_list(&args[0]))
		return 0;
	return part(c, &args[0], 1, val_len_list(&args[0]), out);
}

/*: sprig_initial sprig_mustInitial LIST
 * {{ sprig_initial (sprig_list 1 2 3) }} => [1 2]
 */
FN(initial)
{
	*out = val_zero(&type_anys);
	if (need_list(c, &args[0], "Cannot find initial on type") < 0)
		return -1;
	if (!val_len_list(&args[0]))
		return 0;
	return part(c, &args[0], 0, val_len_list(&args[0]) - 1, out);
}

/*: sprig_reverse sprig_mustReverse LIST
 * {{ sprig_reverse (sprig_list 1 2 3) }} => [3 2 1]
 */
FN(reverse)
{
	size_t len;

	if (need_list(c, &args[0], "Cannot find reverse on type") < 0)
		return -1;
	len = val_len_list(&args[0]);
	*out = val_list(c->arena, &type_anys, len);
	while (len-- > 0)
		val_push(c->arena, out, val_at(&args[0], len));
	return 0;
}

/*: sprig_compact sprig_mustCompact LIST
 * {{ sprig_compact (sprig_list 1 0 "" "a") }} => [1 a]
 */
FN(compact)
{
	if (need_list(c, &args[0], "Cannot compact on type") < 0)
		return -1;
	*out = val_list(c->arena, &type_anys, 0);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val v = val_at(&args[0], i);

		if (!is_empty(&v))
			val_push(c->arena, out, v);
	}
	return 0;
}

/* Values seen so far: those that can be keys in a hash table, the others in a
 * list that is compared one by one. */
struct seen {
	struct val keys, others;
};

static bool hashable(const struct val *v)
{
	enum val_kind k = val_kind(v);

	return k == KIND_BOOL || k == KIND_INT || k == KIND_UINT ||
	       k == KIND_STRING || (k == KIND_FLOAT && v->f == v->f);
}

static bool is_seen(const struct seen *s, const struct val *v)
{
	if (hashable(v))
		return val_map_get(&s->keys, v) != NULL;
	for (size_t i = 0; i < val_len_list(&s->others); i++)
		if (val_deep_equal(&s->others.list->items[i], v))
			return true;
	return false;
}

static void add_seen(struct tmpl_call *c, struct seen *s, struct val v)
{
	if (hashable(&v))
		val_map_set(c->arena, &s->keys, v, val_bool(true));
	else
		val_push(c->arena, &s->others, v);
}

static struct seen seen_make(struct tmpl_call *c)
{
	return (struct seen){val_map(c->arena, &type_map_anyany),
			     val_list(c->arena, &type_anys, 0)};
}

/*: sprig_uniq sprig_mustUniq LIST
 * {{ sprig_uniq (sprig_list 1 2 1 "1") }} => [1 2 1]
 */
FN(uniq)
{
	struct seen s = seen_make(c);

	if (need_list(c, &args[0], "Cannot find uniq on type") < 0)
		return -1;
	*out = val_list(c->arena, &type_anys, 0);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val v = val_at(&args[0], i);

		if (is_seen(&s, &v))
			continue;
		add_seen(c, &s, v);
		val_push(c->arena, out, v);
	}
	return 0;
}

/*: sprig_without sprig_mustWithout LIST VALUE...
 * {{ sprig_without (sprig_list 1 2 3) 2 }} => [1 3]
 */
FN(without)
{
	struct seen s = seen_make(c);

	if (need_list(c, &args[0], "Cannot find without on type") < 0)
		return -1;
	for (size_t i = 1; i < n; i++)
		add_seen(c, &s, args[i]);
	*out = val_list(c->arena, &type_anys, 0);
	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		struct val v = val_at(&args[0], i);

		if (!is_seen(&s, &v))
			val_push(c->arena, out, v);
	}
	return 0;
}

/*: sprig_has sprig_mustHas VALUE LIST
 * {{ sprig_has 2 (sprig_list 1 2) }} => true
 */
FN(has)
{
	bool found = false;

	if (args[1].type &&
	    need_list(c, &args[1], "Cannot find has on type") < 0)
		return -1;
	for (size_t i = 0; args[1].type && !found &&
			   i < val_len_list(&args[1]); i++) {
		struct val v = val_at(&args[1], i);

		found = val_deep_equal(&args[0], &v);
	}
	return ret_bool(out, found);
}

/*: sprig_slice sprig_mustSlice LIST [FROM [TO]]
 * {{ sprig_slice (sprig_list 1 2 3 4) 1 3 }} => [2 3]
 */
FN(slice)
{
	int64_t from, to, len;

	if (need_list(c, &args[0],
		      "list should be type of slice or array but") < 0)
		return -1;
	len = (int64_t)val_len_list(&args[0]);
	if (!len)
		return 0;
	from = n > 1 ? cast_int(&args[1]) : 0;
	to = n > 2 ? cast_int(&args[2]) : len;
	if (from < 0 || to < from || to > len)
		return fail(c, "reflect.Value.Slice: slice index out of "
			       "bounds");
	*out = val_sublist(c->arena, &args[0], (size_t)from, (size_t)to);
	return 0;
}

/*: sprig_concat LIST...
 * {{ sprig_concat (sprig_list 1) (sprig_list 2 3) }} => [1 2 3]
 */
FN(concat)
{
	*out = val_zero(&type_anys);
	for (size_t i = 0; i < n; i++) {
		if (!args[i].type)
			return fail_nil(c);
		if (val_kind(&args[i]) != KIND_SLICE)
			return fail(c, "Cannot concat type %s as list",
				    go_kind(&args[i]));
		append(c, out, &args[i], 0, val_len_list(&args[i]));
	}
	return 0;
}

/*: sprig_chunk sprig_mustChunk SIZE LIST
 * {{ sprig_chunk 2 (sprig_list 1 2 3) }} => [[1 2] [3]]
 */
FN(chunk)
{
	int64_t size = args[0].i, len;
	struct val one;

	if (need_list(c, &args[1], "Cannot chunk type") < 0)
		return -1;
	len = (int64_t)val_len_list(&args[1]);
	/* the reference counts the chunks in floats, which for a negative
	 * size may come out as one of a single element, or as none */
	if (size < -1 && len == 1)
		size = 1;
	if (size == 0 || (size < 0 && (len < 2 || (len - 2) / -size != 0)))
		return fail(c, "runtime error: makeslice: len out of range");
	*out = val_list(c->arena, &type_chunks, 0);
	for (int64_t i = 0; size > 0 && i < len; i += size) {
		part(c, &args[1], (size_t)i,
		     (size_t)(len - i < size ? len : i + size), &one);
		val_push(c->arena, out, one);
	}
	return 0;
}

/* --- lists of texts --- */

struct str sprig_string(struct tmpl_call *c, const struct val *v)
{
	if (val_kind(v) == KIND_STRING && v->type == &type_string)
		return v->s;
	if (v->type == &type_bytes)
		return val_bytes_str(c->arena, v);
	return go_string(c, v);
}

struct val sprig_strings(struct tmpl_call *c, const struct val *v)
{
	struct val out;

	if (v->type == &type_strings && v->list)
		return *v;
	out = val_list(c->arena, &type_strings, 0);
	if (val_kind(v) != KIND_SLICE) {
		if (v->type)
			val_push(c->arena, &out, val_str(sprig_string(c, v)));
		return out;
	}
	for (size_t i = 0; i < val_len_list(v); i++) {
		struct val x = val_at(v, i);

		if (x.type)
			val_push(c->arena, &out,
				 val_str(sprig_string(c, &x)));
	}
	return out;
}

/*: sprig_toStrings VALUE
 * {{ sprig_toStrings (sprig_list 1 nil "a") | toJSON }} => ["1","a"]
 */
FN(to_strings)
{
	*out = sprig_strings(c, &args[0]);
	return 0;
}

/*: sprig_join SEPARATOR LIST
 * {{ sprig_list 1 2 | sprig_join "+" }} => 1+2
 */
FN(join)
{
	struct val list = sprig_strings(c, &args[1]);
	struct text t = text_in(c);

	for (size_t i = 0; i < val_len_list(&list); i++) {
		if (i)
			text_s(&t, args[0].s);
		text_s(&t, list.list->items[i].s);
	}
	return ret_text(&t, out);
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(((const struct val *)a)->s, ((const struct val *)b)->s);
}

/*: sprig_sortAlpha LIST
 * {{ sprig_sortAlpha (sprig_list "b" "a" 3) }} => [3 a b]
 */
FN(sort_alpha)
{
	/* a []string is sorted where it is, as the reference does */
	*out = sprig_strings(c, &args[0]);
	if (!args[0].type)
		val_push(c->arena, out, val_cstr("<nil>"));
	if (val_len_list(out))
		qsort(out->list->items, out->list->n, sizeof(struct val),
		      by_bytes);
	return 0;
}

static const struct tmpl_func table[] = {
	{"append", "aa:A", push},
	{"chunk", "ia:<[][]interface {}>", chunk},
	{"compact", "a:A", compact},
	{"concat", "..a:a", concat},
	{"first", "a:a", first},
	{"has", "aa:b", has},
	{"initial", "a:A", initial},
	{"join", "sa:s", join},
	{"last", "a:a", last},
	{"list", "..a:A", list},
	{"mustAppend", "aa:A", push},
	{"mustChunk", "ia:<[][]interface {}>", chunk},
	{"mustCompact", "a:A", compact},
	{"mustFirst", "a:a", first},
	{"mustHas", "aa:b", has},
	{"mustInitial", "a:A", initial},
	{"mustLast", "a:a", last},
	{"mustPrepend", "aa:A", prepend},
	{"mustPush", "aa:A", push},
	{"mustRest", "a:A", rest},
	{"mustReverse", "a:A", reverse},
	{"mustSlice", "a..a:a", slice},
	{"mustUniq", "a:A", uniq},
	{"mustWithout", "a..a:A", without},
	{"prepend", "aa:A", prepend},
	{"push", "aa:A", push},
	{"rest", "a:A", rest},
	{"reverse", "a:A", reverse},
	{"slice", "a..a:a", slice},
	{"sortAlpha", "a:S", sort_alpha},
	{"toStrings", "a:S", to_strings},
	{"tuple", "..a:A", list},
	{"uniq", "a:A", uniq},
	{"without", "a..a:A", without},
};

THEME(theme_sprig_lists, "sprig lists", table);

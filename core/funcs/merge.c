// SPDX-License-Identifier: MIT
/* merge - maps into maps.
 * Source: dario.cat/mergo (deepMerge), as facts. */
#include "funcs.h"
#include "funcs/merge.h"

bool is_empty(const struct val *v)
{
	enum val_kind k = val_kind(v);

	return k != KIND_CHAN && k != KIND_STRUCT && !val_truth(v);
}

static int merge(struct tmpl_call *c, struct val *dst, const struct val *src,
		 bool overwrite, int depth);

/* What Go's reflect would refuse to store. */
static int check_types(struct tmpl_call *c, const struct val *dst,
		       const struct val_entry *e)
{
	const struct val_type *key = dst->type->key, *elem = dst->type->elem;

	if (e->key.type && !val_type_assignable(e->key.type, key))
		return fail(c, "reflect.Value.MapIndex: value of type %s is "
			       "not assignable to type %s",
			    val_type_name(&e->key), key->name);
	if (e->v.type && !val_type_assignable(e->v.type, elem))
		return fail(c, "reflect.Value.SetMapIndex: value of type %s "
			       "is not assignable to type %s",
			    val_type_name(&e->v), elem->name);
	return 0;
}

static int merge_entry(struct tmpl_call *c, struct val *dst,
		       const struct val_entry *e, bool overwrite, int depth)
{
	const struct val *old = val_map_get(dst, &e->key);
	struct val inner;

	if (check_types(c, dst, e) < 0)
		return -1;
	if (!e->v.type) {
		if (overwrite)
			val_map_set(c->arena, dst, e->key, e->v);
		return 0;
	}
	if (val_kind(&e->v) == KIND_MAP && old && val_kind(old) == KIND_MAP &&
	    old->map) {
		inner = *old;
		return merge(c, &inner, &e->v, overwrite, depth + 1);
	}
	if (!old || overwrite || is_empty(old))
		val_map_set(c->arena, dst, e->key, e->v);
	return 0;
}

static int merge(struct tmpl_call *c, struct val *dst, const struct val *src,
		 bool overwrite, int depth)
{
	size_t n;
	const struct val_entry *e;

	if (depth > FUNCS_DEPTH_MAX)
		return fail(c, "maps nested deeper than %d",
			    (int)FUNCS_DEPTH_MAX);
	if (dst->map && dst->map == src->map)
		return 0;
	e = val_map_entries(src, &n);
	for (size_t i = 0; i < n; i++)
		if (merge_entry(c, dst, &e[i], overwrite, depth) < 0)
			return -1;
	return 0;
}

int merge_into(struct tmpl_call *c, struct val *dst, const struct val *src,
	       bool overwrite)
{
	return merge(c, dst, src, overwrite, 0);
}

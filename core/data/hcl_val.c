// SPDX-License-Identifier: MIT
/* hcl_val - a tree as data, in the shape that the original's decoder gives an
 * interface {}: below a map, objects are lists of maps, one per occurrence. */
#include "data/hcl.h"

static struct val node_val(struct arena *a, const struct hcl_node *n);

/* What a map holds under a key is replaced, or grows when both are lists. */
static void put(struct arena *a, struct val *map, struct str key, struct val v)
{
	const struct val *old = val_map_gets(map, key);
	struct val all;

	if (!old || val_kind(old) != KIND_SLICE || val_kind(&v) != KIND_SLICE) {
		val_map_sets(a, map, key, v);
		return;
	}
	all = *old;
	for (size_t i = 0; i < val_len_list(&v); i++)
		val_push(a, &all, v.list->items[i]);
	val_map_sets(a, map, key, all);
}

static struct val one_map(struct arena *a, struct val map)
{
	static const struct val_type type_maps = {
		.name = "[]map[string]interface {}",
		.kind = KIND_SLICE,
		.elem = &type_map_any,
	};
	struct val l = val_list(a, &type_maps, 1);

	val_push(a, &l, map);
	return l;
}

/* Labels behind the first key become maps around the value. */
static struct val labelled(struct arena *a, const struct hcl_item *it)
{
	struct val v = node_val(a, it->val);

	if (it->val->kind == HCL_OBJECT)
		v = one_map(a, v);
	for (size_t i = it->nkeys; i > 1; i--) {
		struct val m = val_map(a, &type_map_any);

		put(a, &m, it->keys[i - 1].name, v);
		v = one_map(a, m);
	}
	return v;
}

static struct val node_val(struct arena *a, const struct hcl_node *n)
{
	struct val v = val_none();

	switch (n->kind) {
	case HCL_STRING:
		return val_str(n->s);
	case HCL_INT:
		return val_int(n->i);
	case HCL_FLOAT:
		return val_float(n->f);
	case HCL_BOOL:
		return val_bool(n->b);
	case HCL_LIST:
		v = val_list(a, &type_anys, n->n);
		for (size_t i = 0; i < n->n; i++)
			val_push(a, &v, node_val(a, n->list[i]));
		return v;
	case HCL_OBJECT:
		v = val_map(a, &type_map_any);
		for (size_t i = 0; i < n->n; i++)
			put(a, &v, n->items[i].keys[0].name,
			    labelled(a, &n->items[i]));
		return v;
	}
	return v;
}

int hcl_val(struct arena *a, const struct hcl_node *root, struct val *out,
	    struct err *e)
{
	jmp_buf *outer = a->oom;
	jmp_buf oom;

	if (setjmp(oom)) {
		a->oom = outer;
		return err_nomem(e);
	}
	a->oom = &oom;
	*out = node_val(a, root);
	a->oom = outer;
	return 0;
}

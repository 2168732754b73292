// SPDX-License-Identifier: MIT
/* conf_merge - trees onto each other. Blocks merge field by field, most values
 * replace, the lists marked so in the schema add up. */
#include "conf.h"

const struct val *conf_get(const struct val *tree, const char *key)
{
	if (!tree || val_kind(tree) != KIND_MAP)
		return NULL;
	return val_map_gets(tree, str_of(key));
}

static struct val joined(struct arena *a, const struct val *x,
			 const struct val *y)
{
	size_t nx = val_len_list(x), ny = val_len_list(y);
	struct val l = val_list(a, x->type, nx + ny);

	for (size_t i = 0; i < nx; i++)
		val_push(a, &l, val_at(x, i));
	for (size_t i = 0; i < ny; i++)
		val_push(a, &l, val_at(y, i));
	return l;
}

static struct val merged(struct arena *a, const struct conf_key *k,
			 const struct val *old, const struct val *v)
{
	struct val m;

	if (!old || !k)
		return *v;
	if (k->type == CONF_BLOCK) {
		m = val_map_dup(a, old);
		conf_merge(a, k->block, &m, v);
		return m;
	}
	if (k->flags & CONF_JOIN)
		return joined(a, old, v);
	if (k->flags & CONF_OR)
		return val_bool(old->b || v->b);
	return *v;
}

void conf_merge(struct arena *a, const struct conf_block *b, struct val *dst,
		const struct val *src)
{
	const struct val_entry *e;
	size_t n;

	if (val_kind(src) != KIND_MAP)
		return;
	if (val_kind(dst) != KIND_MAP)
		*dst = val_map(a, &type_map_any);
	e = val_map_entries(src, &n);
	for (size_t i = 0; i < n; i++)
		val_map_sets(a, dst, e[i].key.s,
			     merged(a, conf_key(b, e[i].key.s),
				    val_map_gets(dst, e[i].key.s), &e[i].v));
}

void conf_set(struct arena *a, struct val *tree, const char *path,
	      struct val v)
{
	struct str rest = str_of(path), key;
	const struct val *old;
	struct val inner;

	if (val_kind(tree) != KIND_MAP)
		*tree = val_map(a, &type_map_any);
	str_split(&rest, '.', &key);
	if (!rest.p) {
		val_map_sets(a, tree, key, v);
		return;
	}
	old = val_map_gets(tree, key);
	inner = old ? *old : val_none();
	conf_set(a, &inner, rest.p, v);
	val_map_sets(a, tree, key, inner);
}

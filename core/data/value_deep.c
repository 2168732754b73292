// SPDX-License-Identifier: MIT
/* value_deep - whole trees of values: equality as Go's reflect.DeepEqual has
 * it, and full copies into another arena. Both stop at DEEP_MAX levels: data
 * that deep never comes from a parser of this program, whose limits are lower. */
#include <string.h>

#include "data/value.h"

enum { DEEP_MAX = 10000 };

static bool equal(const struct val *a, const struct val *b, int depth);

static bool equal_lists(const struct val *a, const struct val *b, int depth)
{
	size_t n = val_len_list(a);

	if (!a->list != !b->list || n != val_len_list(b))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(a, i), y = val_at(b, i);

		if (!equal(&x, &y, depth))
			return false;
	}
	return true;
}

static bool equal_maps(const struct val *a, const struct val *b, int depth)
{
	size_t n;
	const struct val_entry *e = val_map_entries(a, &n);
	const struct val *other;

	if (!a->map != !b->map || n != val_map_len(b))
		return false;
	for (size_t i = 0; i < n; i++) {
		other = val_map_get(b, &e[i].key);
		if (!other || !equal(&e[i].v, other, depth))
			return false;
	}
	return true;
}

static bool equal_structs(const struct val *a, const struct val *b, int depth)
{
	const struct val_type *st = val_struct_type(a->type);

	if (a->fields == b->fields)
		return true;
	if (!a->fields || !b->fields || !st)
		return false;
	for (size_t i = 0; i < st->nfields; i++)
		if (!equal(&a->fields[i], &b->fields[i], depth))
			return false;
	return true;
}

static bool equal(const struct val *a, const struct val *b, int depth)
{
	if (!val_type_same(a->type, b->type) || depth > DEEP_MAX)
		return false;
	switch (val_kind(a)) {
	case KIND_INVALID:
		return true;
	case KIND_BOOL:
		return a->b == b->b;
	case KIND_INT:
	case KIND_UINT:
		return a->u == b->u;
	case KIND_FLOAT:
		return a->f == b->f;
	case KIND_COMPLEX:
		return a->c.re == b->c.re && a->c.im == b->c.im;
	case KIND_STRING:
		return str_eq(a->s, b->s);
	case KIND_SLICE:
		return equal_lists(a, b, depth + 1);
	case KIND_MAP:
		return equal_maps(a, b, depth + 1);
	case KIND_PTR:
	case KIND_STRUCT:
		return equal_structs(a, b, depth + 1);
	case KIND_FUNC:
		return !a->func && !b->func;
	case KIND_CHAN:
	case KIND_INTERFACE:
		break;
	}
	return false;
}

bool val_deep_equal(const struct val *a, const struct val *b)
{
	return equal(a, b, 0);
}

static struct val copy(struct arena *a, const struct val *v, int depth);

static struct val copy_list(struct arena *a, const struct val *v, int depth)
{
	struct val r;
	size_t n = val_len_list(v);

	if (!v->list)
		return *v;
	if (v->list->raw)
		return val_bytes(a, str_n(v->list->raw, n));
	r = val_list(a, v->type, n);
	if (r.list && r.list->items) {
		for (size_t i = 0; i < n; i++)
			r.list->items[i] = copy(a, &v->list->items[i], depth);
		r.list->n = n;
	}
	return r;
}

static struct val copy_map(struct arena *a, const struct val *v, int depth)
{
	size_t n;
	const struct val_entry *e = val_map_entries(v, &n);
	struct val r;

	if (!v->map)
		return *v;
	r = val_map_room(a, v->type, n);
	for (size_t i = 0; r.map && i < n; i++)
		if (val_map_set(a, &r, copy(a, &e[i].key, depth),
				copy(a, &e[i].v, depth)) < 0)
			break;
	return r;
}

static struct val copy_struct(struct arena *a, const struct val *v, int depth)
{
	const struct val_type *st = val_struct_type(v->type);
	struct val r = *v;

	if (!v->fields || !st)
		return r;
	r.fields = arena_array(a, st->nfields + !st->nfields, sizeof(r));
	for (size_t i = 0; r.fields && i < st->nfields; i++)
		r.fields[i] = copy(a, &v->fields[i], depth);
	return r;
}

static struct val copy(struct arena *a, const struct val *v, int depth)
{
	struct val r = *v;

	if (depth > DEEP_MAX)
		return val_none();
	switch (val_kind(v)) {
	case KIND_STRING:
		r.s.p = arena_dup(a, v->s.p, v->s.n);
		r.s.n = r.s.p ? v->s.n : 0;
		return r;
	case KIND_SLICE:
		return copy_list(a, v, depth + 1);
	case KIND_MAP:
		return copy_map(a, v, depth + 1);
	case KIND_PTR:
	case KIND_STRUCT:
		return copy_struct(a, v, depth + 1);
	case KIND_INVALID:
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return r;
}

struct val val_deep_copy(struct arena *a, const struct val *v)
{
	return copy(a, v, 0);
}

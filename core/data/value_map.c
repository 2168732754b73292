// SPDX-License-Identifier: MIT
/* value_map - maps: an array of entries, and above a few of them a hash index
 * by open addressing. Whoever walks the entries gets them in key order; the
 * array is sorted in place at that moment, and the index is built again.
 * Source of the order: Go's internal/fmtsort, as facts. */
#include <string.h>

#include "data/value.h"

enum { LINEAR = 16 }; /* most entries searched without an index */

struct val_map {
	struct val_entry *e;
	uint32_t *slot; /* 1 + index into e, 0 = free; NULL for small maps */
	uint32_t n, cap;
	uint32_t nslots; /* a power of two, at least 2 * cap */
	bool sorted;
};

/* --- keys --- */

static uint32_t key_hash(const struct val *k)
{
	uint64_t x = 0;

	switch (val_kind(k)) {
	case KIND_STRING:
		return str_hash(k->s);
	case KIND_FLOAT: {
		double f = k->f == 0 ? 0 : k->f; /* -0 is 0 */

		memcpy(&x, &f, sizeof(x));
		break;
	}
	case KIND_BOOL:
		x = k->b;
		break;
	case KIND_INT:
	case KIND_UINT:
		x = k->u;
		break;
	case KIND_PTR:
		x = (uintptr_t)k->fields;
		break;
	case KIND_COMPLEX:
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
	case KIND_INVALID:
		break;
	}
	x *= UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(x >> 32);
}

static bool key_equal(const struct val *a, const struct val *b)
{
	if (a->type != b->type && !val_type_same(a->type, b->type))
		return false;
	switch (val_kind(a)) {
	case KIND_STRING:
		return str_eq(a->s, b->s);
	case KIND_BOOL:
		return a->b == b->b;
	case KIND_INT:
	case KIND_UINT:
		return a->u == b->u;
	case KIND_FLOAT:
		return a->f == b->f;
	case KIND_COMPLEX:
		return a->c.re == b->c.re && a->c.im == b->c.im;
	case KIND_PTR:
		return a->fields == b->fields;
	case KIND_INVALID:
		return true;
	case KIND_STRUCT:
		return val_deep_equal(a, b);
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return false;
}

/* The order between key types; the reference's comes from where its linker
 * put them. */
static int type_rank(const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_INVALID:
		return 0;
	case KIND_STRING:
		return 1;
	case KIND_INT:
		return 2;
	case KIND_UINT:
		return 3;
	case KIND_FLOAT:
		return 4;
	case KIND_BOOL:
		return 5;
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
	return 6;
}

static int float_cmp(double a, double b)
{
	if (a < b || (a != a && b == b))
		return -1;
	return a > b || (b != b && a == a);
}

int val_key_cmp(const struct val *a, const struct val *b)
{
	int ra, rb;

	if (val_kind(a) == KIND_STRING && val_kind(b) == KIND_STRING)
		return str_cmp(a->s, b->s);
	ra = type_rank(a);
	rb = type_rank(b);
	if (ra != rb)
		return ra < rb ? -1 : 1;
	switch (val_kind(a)) {
	case KIND_INT:
		return a->i < b->i ? -1 : a->i > b->i;
	case KIND_UINT:
		return a->u < b->u ? -1 : a->u > b->u;
	case KIND_BOOL:
		return (int)a->b - (int)b->b;
	case KIND_FLOAT:
		return float_cmp(a->f, b->f);
	case KIND_COMPLEX: {
		int c = float_cmp(a->c.re, b->c.re);

		return c ? c : float_cmp(a->c.im, b->c.im);
	}
	case KIND_INVALID:
	case KIND_STRING:
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

/* --- the index --- */

/* Where the key is, or (on false) the free slot where it would go. */
static bool slot_find(const struct val_map *m, const struct val *key, size_t *at)
{
	size_t mask = m->nslots - 1;
	size_t i = key_hash(key) & mask;

	for (; m->slot[i]; i = (i + 1) & mask) {
		if (key_equal(&m->e[m->slot[i] - 1].key, key)) {
			*at = i;
			return true;
		}
	}
	*at = i;
	return false;
}

static void index_fill(struct val_map *m)
{
	size_t at, mask = m->nslots - 1;

	if (!m->slot)
		return;
	memset(m->slot, 0, m->nslots * sizeof(*m->slot));
	for (size_t i = 0; i < m->n; i++) {
		at = key_hash(&m->e[i].key) & mask;
		while (m->slot[at]) /* all keys differ: no comparison */
			at = (at + 1) & mask;
		m->slot[at] = (uint32_t)(i + 1);
	}
}

/* The common case: a few keys, all of the type that is asked for. */
static ptrdiff_t find_short(const struct val_map *m, const struct val *key)
{
	const struct val_entry *e = m->e;
	struct str s = key->s;

	for (size_t i = 0; i < m->n; i++)
		if (e[i].key.type == key->type && e[i].key.s.n == s.n &&
		    memcmp(e[i].key.s.p, s.p, s.n) == 0)
			return (ptrdiff_t)i;
	return -1;
}

static ptrdiff_t find(const struct val_map *m, const struct val *key)
{
	size_t at;

	if (m->slot)
		return slot_find(m, key, &at) ? (ptrdiff_t)m->slot[at] - 1 : -1;
	if (key->type == &type_string && key->s.n)
		return find_short(m, key);
	for (size_t i = 0; i < m->n; i++)
		if (key_equal(&m->e[i].key, key))
			return (ptrdiff_t)i;
	return -1;
}

static int grow(struct arena *a, struct val_map *m, size_t cap)
{
	struct val_entry *e;
	uint32_t *slot = NULL;
	size_t slots = 2 * LINEAR;

	if (cap > UINT32_MAX / 8)
		return -1;
	e = arena_array(a, cap, sizeof(*e));
	while (cap > LINEAR && slots < 2 * cap)
		slots *= 2;
	if (cap > LINEAR)
		slot = arena_array(a, slots, sizeof(*slot));
	if (!e || (cap > LINEAR && !slot))
		return -1;
	if (m->n)
		memcpy(e, m->e, m->n * sizeof(*e));
	m->e = e;
	m->cap = (uint32_t)cap;
	m->slot = slot;
	m->nslots = slot ? (uint32_t)slots : 0;
	index_fill(m);
	return 0;
}

/* --- the calls --- */

struct val val_map(struct arena *a, const struct val_type *t)
{
	struct val v = {.type = t};

	v.map = arena_alloc(a, sizeof(*v.map));
	if (v.map)
		v.map->sorted = true;
	return v;
}

struct val val_map_room(struct arena *a, const struct val_type *t, size_t n)
{
	struct val v = val_map(a, t);

	if (v.map && n && grow(a, v.map, n) < 0)
		v.map = NULL;
	return v;
}

size_t val_map_len(const struct val *m)
{
	return m->map ? m->map->n : 0;
}

const struct val *val_map_get(const struct val *m, const struct val *key)
{
	ptrdiff_t i = m->map ? find(m->map, key) : -1;

	return i < 0 ? NULL : &m->map->e[i].v;
}

const struct val *val_map_gets(const struct val *m, struct str key)
{
	struct val k = val_str(key);

	/* a key of a named string type is written with that type */
	if (m->type && m->type->key && m->type->key->kind == KIND_STRING)
		k.type = m->type->key;
	return val_map_get(m, &k);
}

int val_map_set(struct arena *a, struct val *m, struct val key, struct val v)
{
	struct val_map *map = m->map;
	ptrdiff_t i;
	size_t at;

	if (!map) {
		*m = val_map(a, m->type);
		map = m->map;
		if (!map)
			return -1;
	}
	i = find(map, &key);
	if (i >= 0) {
		map->e[i].v = v;
		return 0;
	}
	if (map->n == map->cap &&
	    grow(a, map, map->cap ? 2 * (size_t)map->cap : 4) < 0)
		return -1;
	if (map->n && map->sorted)
		map->sorted = val_key_cmp(&map->e[map->n - 1].key, &key) < 0;
	map->e[map->n++] = (struct val_entry){key, v};
	if (map->slot) {
		slot_find(map, &key, &at);
		map->slot[at] = (uint32_t)map->n;
	}
	return 0;
}

int val_map_sets(struct arena *a, struct val *m, struct str key, struct val v)
{
	struct val k = val_str(key);

	if (m->type->key && m->type->key->kind == KIND_STRING)
		k.type = m->type->key;
	return val_map_set(a, m, k, v);
}

bool val_map_del(struct val *m, const struct val *key)
{
	struct val_map *map = m->map;
	ptrdiff_t i = map ? find(map, key) : -1;

	if (i < 0)
		return false;
	map->e[i] = map->e[--map->n];
	map->sorted = map->n < 2;
	index_fill(map);
	return true;
}

struct val val_map_dup(struct arena *a, const struct val *m)
{
	struct val v = {.type = m->type};
	size_t n;
	const struct val_entry *e = val_map_entries(m, &n);

	if (!m->map)
		return v;
	v = val_map_room(a, m->type, n);
	if (!v.map)
		return v;
	for (size_t i = 0; i < n; i++)
		if (val_map_set(a, &v, e[i].key, e[i].v) < 0)
			break;
	return v;
}

/* --- order --- */

/* Heap sort: in place, no recursion, never worse than n log n. Equal keys do
 * not occur but among NaNs. */
static void sift(struct val_entry *e, size_t i, size_t n)
{
	struct val_entry x = e[i];
	size_t top = i, c;

	/* down to a leaf along the larger children, then up to x's place: x
	 * comes from the bottom and mostly belongs there */
	while ((c = 2 * i + 1) < n) {
		if (c + 1 < n && val_key_cmp(&e[c].key, &e[c + 1].key) < 0)
			c++;
		e[i] = e[c];
		i = c;
	}
	while (i > top && val_key_cmp(&e[(i - 1) / 2].key, &x.key) < 0) {
		e[i] = e[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	e[i] = x;
}

static void sort_entries(struct val_entry *e, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(e, i, n);
	while (n > 1) {
		struct val_entry x = e[--n];

		e[n] = e[0];
		e[0] = x;
		sift(e, 0, n);
	}
}

const struct val_entry *val_map_entries(const struct val *m, size_t *n)
{
	struct val_map *map = m->map;

	*n = map ? map->n : 0;
	if (!map)
		return NULL;
	if (!map->sorted) {
		sort_entries(map->e, map->n);
		index_fill(map);
		map->sorted = true;
	}
	return map->e;
}

void val_map_at(struct arena *a, const struct val *m, size_t i, struct val *key,
		struct val *v)
{
	size_t n;
	const struct val_entry *e = val_map_entries(m, &n);

	(void)a;
	*key = e[i].key;
	*v = e[i].v;
}

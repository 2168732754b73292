// SPDX-License-Identifier: MIT
/* value - the predeclared types, scalars, lists and structs of the value
 * model, and what can be asked of any value. Maps are in value_map.c, whole
 * trees (equality, copies) in value_deep.c.
 * Source: Go's reflect and text/template, as facts. */
#include <string.h>

#include "data/value.h"

#define NUMTYPE(var, text, k, n)                                               \
	const struct val_type type_##var = {                                   \
		.name = (text), .kind = (k), .bits = (n)}

NUMTYPE(bool, "bool", KIND_BOOL, 8);
NUMTYPE(int, "int", KIND_INT, 64);
NUMTYPE(int64, "int64", KIND_INT, 64);
NUMTYPE(int32, "int32", KIND_INT, 32);
NUMTYPE(uint, "uint", KIND_UINT, 64);
NUMTYPE(uint64, "uint64", KIND_UINT, 64);
NUMTYPE(uint8, "uint8", KIND_UINT, 8);
NUMTYPE(float64, "float64", KIND_FLOAT, 64);
NUMTYPE(complex128, "complex128", KIND_COMPLEX, 128);
NUMTYPE(string, "string", KIND_STRING, 0);
NUMTYPE(any, "interface {}", KIND_INTERFACE, 0);
NUMTYPE(json_number, "json.Number", KIND_STRING, 0);

const struct val_type type_bytes = {
	.name = "[]uint8", .kind = KIND_SLICE, .elem = &type_uint8};
const struct val_type type_strings = {
	.name = "[]string", .kind = KIND_SLICE, .elem = &type_string};
const struct val_type type_anys = {
	.name = "[]interface {}", .kind = KIND_SLICE, .elem = &type_any};
const struct val_type type_map_any = {.name = "map[string]interface {}",
				      .kind = KIND_MAP,
				      .key = &type_string,
				      .elem = &type_any};
const struct val_type type_map_str = {.name = "map[string]string",
				      .kind = KIND_MAP,
				      .key = &type_string,
				      .elem = &type_string};
const struct val_type type_map_anyany = {.name = "map[interface {}]interface {}",
					 .kind = KIND_MAP,
					 .key = &type_any,
					 .elem = &type_any};
const struct val_type type_chan_int64 = {
	.name = "<-chan int64", .kind = KIND_CHAN, .elem = &type_int64};

/* --- making values --- */

struct val val_bool(bool b)
{
	return (struct val){.type = &type_bool, .b = b};
}

struct val val_int(int64_t i)
{
	return (struct val){.type = &type_int, .i = i};
}

struct val val_int64(int64_t i)
{
	return (struct val){.type = &type_int64, .i = i};
}

struct val val_uint64(uint64_t u)
{
	return (struct val){.type = &type_uint64, .u = u};
}

struct val val_float(double f)
{
	return (struct val){.type = &type_float64, .f = f};
}

struct val val_str(struct str s)
{
	return (struct val){.type = &type_string, .s = s};
}

struct val val_cstr(const char *s)
{
	return val_str(str_of(s));
}

struct val val_str_dup(struct arena *a, struct str s)
{
	const char *p = arena_dup(a, s.p, s.n);

	return val_str(str_n(p, p ? s.n : 0));
}

struct val val_bytes(struct arena *a, struct str s)
{
	struct val v = val_list(a, &type_bytes, 0);

	if (!v.list || !(v.list->raw = arena_dup(a, s.p, s.n)))
		return v;
	v.list->n = v.list->cap = s.n;
	return v;
}

struct val val_chan(struct arena *a, int64_t from, int64_t to)
{
	struct val v = {.type = &type_chan_int64};

	v.chan = arena_alloc(a, sizeof(*v.chan));
	if (v.chan)
		*v.chan = (struct val_chan){from, to};
	return v;
}

struct val val_zero(const struct val_type *t)
{
	if (!t || t->kind == KIND_INTERFACE)
		return val_none();
	return (struct val){.type = t};
}

/* --- lists --- */

static bool packed(const struct val_type *t)
{
	return t->elem && t->elem->kind == KIND_UINT && t->elem->bits == 8;
}

struct val val_list(struct arena *a, const struct val_type *t, size_t cap)
{
	struct val v = {.type = t};
	struct val_list *l = arena_alloc(a, sizeof(*l));

	if (!l)
		return v;
	v.list = l;
	if (!cap)
		return v;
	if (packed(t))
		l->raw = arena_alloc(a, cap);
	else
		l->items = arena_array(a, cap, sizeof(*l->items));
	l->cap = l->raw || l->items ? cap : 0;
	return v;
}

/* Room for one more, growing as Go's append does for short lists. It copies:
 * a part of the list may share the old elements. */
static int list_grow(struct arena *a, struct val_list *l, bool raw)
{
	size_t size = raw ? 1 : sizeof(*l->items);
	size_t cap = l->n < l->cap ? l->cap : l->cap ? 2 * l->cap : raw ? 8 : 1;
	void *p = arena_array(a, cap, size);

	if (!p)
		return -1;
	if (l->n)
		memcpy(p, raw ? (void *)l->raw : (void *)l->items, l->n * size);
	if (raw)
		l->raw = p;
	else
		l->items = p;
	l->cap = cap;
	l->shared = false;
	return 0;
}

int val_push(struct arena *a, struct val *list, struct val item)
{
	bool raw = packed(list->type);
	struct val_list *l;

	if (!list->list) {
		*list = val_list(a, list->type, 0);
		if (!list->list)
			return -1;
	}
	l = list->list;
	if ((l->n == l->cap || l->shared) && list_grow(a, l, raw) < 0)
		return -1;
	if (raw)
		l->raw[l->n++] = (char)item.u;
	else
		l->items[l->n++] = item;
	return 0;
}

struct val val_at(const struct val *list, size_t i)
{
	const struct val_list *l = list->list;

	if (l->raw)
		return (struct val){.type = list->type->elem,
				    .u = (unsigned char)l->raw[i]};
	return l->items[i];
}

/* What lies between the length and the capacity was never written: in Go these
 * are zero values of the element type. */
static void fill(const struct val_list *l, size_t to, const struct val_type *t)
{
	for (size_t i = l->n; l->items && i < to; i++)
		if (!l->items[i].type)
			l->items[i] = val_zero(t);
}

struct val val_sublist(struct arena *a, const struct val *list, size_t from,
		       size_t to)
{
	struct val v = {.type = list->type};
	struct val_list *old = list->list;

	if (!old)
		return v;
	v = val_list(a, list->type, 0);
	if (!v.list)
		return v;
	fill(old, to, list->type->elem);
	v.list->n = to - from;
	v.list->cap = old->cap - from;
	v.list->shared = true;
	v.list->raw = old->raw ? old->raw + from : NULL;
	v.list->items = old->items ? old->items + from : NULL;
	return v;
}

/* --- structs --- */

/* The fields of a new struct: zero values, structs in structs included. */
static struct val *new_fields(struct arena *a, const struct val_type *st)
{
	struct val *f;

	if (!st)
		return NULL;
	f = arena_array(a, st->nfields + !st->nfields, sizeof(*f));
	for (size_t i = 0; f && i < st->nfields; i++) {
		f[i] = val_zero(st->fields[i].type);
		if (val_kind(&f[i]) == KIND_STRUCT)
			f[i].fields = new_fields(a, f[i].type);
	}
	return f;
}

struct val val_ptr(struct arena *a, const struct val_type *t)
{
	struct val v = {.type = t};

	v.fields = new_fields(a, val_struct_type(t));
	return v;
}

int val_field_index(const struct val_type *t, struct str name)
{
	const struct val_type *st = val_struct_type(t);

	for (size_t i = 0; st && i < st->nfields; i++)
		if (str_is(name, st->fields[i].name))
			return (int)i;
	return -1;
}

struct val *val_field(const struct val *v, const char *name)
{
	int i = val_field_index(v->type, str_of(name));

	return i < 0 || !v->fields ? NULL : &v->fields[i];
}

int val_set_field(struct val *v, const char *name, struct val x)
{
	struct val *f = val_field(v, name);

	if (!f)
		return -1;
	*f = x;
	return 0;
}

/* Methods may be listed on the pointer type or on its struct. */
const struct val_method *val_method(const struct val_type *t, struct str name)
{
	for (; t; t = t->kind == KIND_PTR ? t->elem : NULL)
		for (size_t i = 0; i < t->nmethods; i++)
			if (str_is(name, t->methods[i].name))
				return &t->methods[i];
	return NULL;
}

/* --- types --- */

bool val_type_same(const struct val_type *a, const struct val_type *b)
{
	return a == b || (a && b && strcmp(a->name, b->name) == 0);
}

/* []x, map[x]y, *x, chan x: types without a name of their own. */
static bool unnamed(const struct val_type *t)
{
	return strchr("[*<", t->name[0]) || strncmp(t->name, "map[", 4) == 0 ||
	       strncmp(t->name, "chan ", 5) == 0;
}

bool val_type_assignable(const struct val_type *from, const struct val_type *to)
{
	if (to->kind == KIND_INTERFACE || val_type_same(from, to))
		return true;
	if (from->kind != to->kind || !(unnamed(from) || unnamed(to)))
		return false;
	if (from->kind != KIND_SLICE && from->kind != KIND_MAP)
		return false;
	return val_type_same(from->elem, to->elem) &&
	       (from->kind == KIND_SLICE || val_type_same(from->key, to->key));
}

const char *val_type_name(const struct val *v)
{
	return v->type ? v->type->name : "<nil>";
}

/* --- looking --- */

bool val_truth(const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_BOOL:
		return v->b;
	case KIND_INT:
	case KIND_UINT:
		return v->u != 0;
	case KIND_FLOAT:
		return v->f != 0;
	case KIND_COMPLEX:
		return v->c.re != 0 || v->c.im != 0;
	case KIND_STRING:
		return v->s.n != 0;
	case KIND_SLICE:
		return val_len_list(v) != 0;
	case KIND_MAP:
		return val_map_len(v) != 0;
	case KIND_PTR:
		return v->fields != NULL;
	case KIND_STRUCT:
	case KIND_CHAN:
		return true;
	case KIND_FUNC:
		return v->func != NULL;
	case KIND_INVALID:
	case KIND_INTERFACE:
		break;
	}
	return false;
}

bool val_is_bytes(const struct val *v)
{
	return val_kind(v) == KIND_SLICE && packed(v->type);
}

struct str val_bytes_str(struct arena *a, const struct val *v)
{
	(void)a;
	return v->list ? str_n(v->list->raw, v->list->n) : str_n("", 0);
}

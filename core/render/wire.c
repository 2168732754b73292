// SPDX-License-Identifier: MIT
/* wire - a value is written by its type:
 *
 *     bool                1 byte
 *     int, uint, float    8 bytes, little endian
 *     string              u32 length, bytes
 *     slice               u32 count or ffffffff for nil, elements
 *     map                 the same, with a string before each value
 *     struct              its fields in order
 *     pointer             1 byte (0 = nil), then the struct */
#include "render/wire.h"

#include <string.h>

enum { DEPTH = 32 };
#define NIL UINT32_MAX

static int put(struct buf *b, const struct val_type *t, const struct val *v,
	       int depth);
static int get(struct str *in, const struct val_type *t, struct arena *a,
	       struct val *out, int depth);

static int put_n(struct buf *b, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_addc(b, (char)(n >> (8 * i)));
	return b->failed ? -1 : 0;
}

static int get_n(struct str *in, uint64_t *n, size_t bytes)
{
	if (in->n < bytes)
		return -1;
	*n = 0;
	for (size_t i = 0; i < bytes; i++)
		*n |= (uint64_t)(unsigned char)in->p[i] << (8 * i);
	*in = str_cut(*in, bytes, in->n);
	return 0;
}

int wire_put_u32(struct buf *b, uint32_t n)
{
	return put_n(b, n, 4);
}

int wire_get_u32(struct str *in, uint32_t *n)
{
	uint64_t u;

	if (get_n(in, &u, 4) < 0)
		return -1;
	*n = (uint32_t)u;
	return 0;
}

int wire_put_str(struct buf *b, struct str s)
{
	put_n(b, s.n, 4);
	return buf_add(b, s.p, s.n);
}

int wire_get_str(struct str *in, struct str *s)
{
	uint32_t n;

	if (wire_get_u32(in, &n) < 0 || n > in->n)
		return -1;
	*s = str_n(in->p, n);
	*in = str_cut(*in, n, in->n);
	return 0;
}

/* --- writing --- */

static int put_fields(struct buf *b, const struct val_type *st,
		      const struct val *fields, int depth)
{
	for (size_t i = 0; i < st->nfields; i++)
		if (put(b, st->fields[i].type, &fields[i], depth) < 0)
			return -1;
	return 0;
}

static int put_list(struct buf *b, const struct val_type *t,
		    const struct val *v, int depth)
{
	size_t n = val_len_list(v);

	put_n(b, v->list ? n : NIL, 4);
	for (size_t i = 0; i < n; i++)
		if (put(b, t->elem, &v->list->items[i], depth) < 0)
			return -1;
	return 0;
}

static int put_map(struct buf *b, const struct val_type *t,
		   const struct val *v, int depth)
{
	struct arena a = {0};
	size_t n = v->map ? val_map_len(v) : 0;
	struct val key, item;
	int ret = put_n(b, v->map ? n : NIL, 4);

	for (size_t i = 0; i < n && ret == 0; i++) {
		val_map_at(&a, v, i, &key, &item);
		wire_put_str(b, key.s);
		ret = put(b, t->elem, &item, depth);
	}
	arena_free(&a);
	return ret;
}

static int put(struct buf *b, const struct val_type *t, const struct val *v,
	       int depth)
{
	if (depth > DEPTH)
		return -1;
	switch (t->kind) {
	case KIND_BOOL:
		return put_n(b, v->b, 1);
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
		return put_n(b, v->u, 8);
	case KIND_STRING:
		return wire_put_str(b, v->s);
	case KIND_SLICE:
		return put_list(b, t, v, depth + 1);
	case KIND_MAP:
		return put_map(b, t, v, depth + 1);
	case KIND_STRUCT:
		return put_fields(b, t, v->fields, depth + 1);
	case KIND_PTR:
		put_n(b, v->fields != NULL, 1);
		return v->fields ? put_fields(b, t->elem, v->fields, depth + 1)
				 : b->failed ? -1 : 0;
	case KIND_INVALID:
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return -1;
}

int wire_put(struct buf *b, const struct val_type *t, const struct val *v)
{
	return put(b, t, v, 0);
}

/* --- reading --- */

static int get_fields(struct str *in, const struct val_type *t,
		      struct arena *a, struct val *out, int depth)
{
	const struct val_type *st = t->kind == KIND_PTR ? t->elem : t;
	struct val_type ptr = {.kind = KIND_PTR, .elem = st};

	*out = val_ptr(a, &ptr);
	out->type = t;
	if (!out->fields)
		return -1;
	for (size_t i = 0; i < st->nfields; i++)
		if (get(in, st->fields[i].type, a, &out->fields[i], depth) < 0)
			return -1;
	return 0;
}

static int get_list(struct str *in, const struct val_type *t, struct arena *a,
		    struct val *out, int depth)
{
	struct val item;
	uint32_t n;

	if (wire_get_u32(in, &n) < 0)
		return -1;
	*out = val_zero(t);
	if (n == NIL)
		return 0;
	if (n > in->n) /* every element takes a byte at least */
		return -1;
	*out = val_list(a, t, n);
	for (uint32_t i = 0; i < n; i++)
		if (get(in, t->elem, a, &item, depth) < 0 ||
		    val_push(a, out, item) < 0)
			return -1;
	return 0;
}

static int get_map(struct str *in, const struct val_type *t, struct arena *a,
		   struct val *out, int depth)
{
	struct val item;
	struct str key;
	uint32_t n;

	if (wire_get_u32(in, &n) < 0)
		return -1;
	*out = val_zero(t);
	if (n == NIL)
		return 0;
	*out = val_map(a, t);
	for (uint32_t i = 0; i < n; i++) {
		const char *own;

		if (wire_get_str(in, &key) < 0 ||
		    !(own = arena_dup(a, key.p, key.n)) ||
		    get(in, t->elem, a, &item, depth) < 0 ||
		    val_map_sets(a, out, str_n(own, key.n), item) < 0)
			return -1;
	}
	return 0;
}

static int get_scalar(struct str *in, const struct val_type *t,
		      struct arena *a, struct val *out)
{
	struct str s;
	uint64_t n;

	*out = val_zero(t);
	if (t->kind == KIND_STRING) {
		if (wire_get_str(in, &s) < 0)
			return -1;
		out->s.p = arena_dup(a, s.p, s.n);
		out->s.n = s.n;
		return out->s.p ? 0 : -1;
	}
	if (get_n(in, &n, t->kind == KIND_BOOL ? 1 : 8) < 0)
		return -1;
	if (t->kind == KIND_BOOL)
		out->b = n != 0;
	else
		out->u = n;
	return 0;
}

static int get(struct str *in, const struct val_type *t, struct arena *a,
	       struct val *out, int depth)
{
	uint64_t there;

	if (depth > DEPTH)
		return -1;
	switch (t->kind) {
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_STRING:
		return get_scalar(in, t, a, out);
	case KIND_SLICE:
		return get_list(in, t, a, out, depth + 1);
	case KIND_MAP:
		return get_map(in, t, a, out, depth + 1);
	case KIND_STRUCT:
		return get_fields(in, t, a, out, depth + 1);
	case KIND_PTR:
		*out = val_zero(t);
		if (get_n(in, &there, 1) < 0)
			return -1;
		return there ? get_fields(in, t, a, out, depth + 1) : 0;
	case KIND_INVALID:
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return -1;
}

int wire_get(struct str *in, const struct val_type *t, struct arena *a,
	     struct val *out)
{
	return get(in, t, a, out, 0);
}

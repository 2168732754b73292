// SPDX-License-Identifier: MIT
/* shape_decode - typed values from parsed JSON.
 * Source: Go's encoding/json, as facts. */
#include <math.h>
#include <string.h>

#include "funcs.h"
#include "funcs/shapes.h"

struct decode {
	struct arena *a;
	struct err *e;
	const char *where; /* the struct in messages, "" outside one */
	const char *field;
	int depth;
};

static int decode(struct decode *d, const struct val_type *t,
		  const struct val *in, struct val *out);

static int unfit(const struct decode *d, const struct val *in,
		 const struct val_type *t)
{
	static const char *const words[] = {
		[KIND_BOOL] = "bool",	  [KIND_FLOAT] = "number",
		[KIND_STRING] = "string", [KIND_SLICE] = "array",
		[KIND_MAP] = "object",
	};
	enum val_kind k = val_kind(in);
	const char *word = in->type == &type_json_number  ? "number"
			   : k < COUNT(words) && words[k] ? words[k]
							  : "value";

	const char *type = t->name + (t->kind == KIND_PTR);
	/* a number of another kind is shown */
	struct str n = in->type == &type_json_number && (t->kind == KIND_INT ||
							 t->kind == KIND_UINT)
			       ? in->s
			       : STR("");

	if (!*d->where)
		return err_set(d->e, 0,
			       "json: cannot unmarshal %s into Go value of "
			       "type %s",
			       word, type);
	return err_set(d->e, 0,
		       "json: cannot unmarshal %s%s%.*s into Go struct field "
		       "%s.%s of type %s",
		       word, n.n ? " " : "", (int)n.n, n.n ? n.p : "", d->where,
		       d->field, type);
}

static int number(struct decode *d, const struct val_type *t,
		  const struct val *in, struct val *out)
{
	struct val v = {.type = t};
	double f;

	if (in->type == &type_json_number) {
		bool ok = t->kind == KIND_INT
				  ? num_i64(in->s, INT64_MIN, INT64_MAX, &v.i)
			  : t->kind == KIND_UINT
				  ? num_u64(in->s, UINT64_MAX, &v.u)
				  : num_double(in->s, &v.f);

		if (!ok)
			return unfit(d, in, t);
		*out = v;
		return 0;
	}
	if (val_kind(in) != KIND_FLOAT)
		return unfit(d, in, t);
	f = in->f;
	if (t->kind == KIND_FLOAT) {
		v.f = f;
	} else {
		if (f != trunc(f) || fabs(f) >= 0x1p63 ||
		    (t->kind == KIND_UINT && f < 0))
			return unfit(d, in, t);
		v.i = (int64_t)f;
	}
	*out = v;
	return 0;
}

static int list(struct decode *d, const struct val_type *t,
		const struct val *in, struct val *out)
{
	size_t n = val_len_list(in);

	if (val_kind(in) != KIND_SLICE)
		return unfit(d, in, t);
	*out = val_list(d->a, t, n);
	for (size_t i = 0; i < n; i++) {
		struct val x = val_zero(t->elem);

		if (decode(d, t->elem, &in->list->items[i], &x) < 0)
			return -1;
		if (val_push(d->a, out, x) < 0)
			return err_nomem(d->e);
	}
	return 0;
}

static int map(struct decode *d, const struct val_type *t, const struct val *in,
	       struct val *out)
{
	size_t n;
	const struct val_entry *e;

	if (val_kind(in) != KIND_MAP)
		return unfit(d, in, t);
	e = val_map_entries(in, &n);
	*out = val_map(d->a, t);
	for (size_t i = 0; i < n; i++) {
		struct val x = val_zero(t->elem);

		if (decode(d, t->elem, &e[i].v, &x) < 0)
			return -1;
		if (val_map_sets(d->a, out, e[i].key.s, x) < 0)
			return err_nomem(d->e);
	}
	return 0;
}

/* The JSON key of a field, without options; "" when it has none. */
static struct str json_key(const struct val_field *f)
{
	struct str s = str_of(f->json ? f->json : f->name);
	ptrdiff_t comma = str_chr(s, ',');

	if (comma >= 0)
		s.n = (size_t)comma;
	if (!s.n)
		return str_of(f->name);
	return str_is(s, "-") ? STR("") : s;
}

static const struct val *field_of(const struct val *in, struct str key)
{
	const struct val *v = val_map_gets(in, key);
	size_t n;
	const struct val_entry *e;

	if (v)
		return v;
	e = val_map_entries(in, &n);
	for (size_t i = 0; i < n; i++)
		if (str_ieq(e[i].key.s, key))
			return &e[i].v;
	return NULL;
}

/* Struct or pointer; *out keeps the given type. */
static int fields(struct decode *d, const struct val_type *t,
		  const struct val *in, struct val *out)
{
	const struct val_type *st = val_struct_type(t);
	struct decode sub = *d;
	struct val_type ptr = {.kind = KIND_PTR, .elem = st};

	if (val_kind(in) != KIND_MAP)
		return unfit(d, in, t);
	*out = val_ptr(d->a, &ptr);
	out->type = t;
	if (!out->fields)
		return err_nomem(d->e);
	sub.where = strrchr(st->name, '.') ? strrchr(st->name, '.') + 1 : "";
	for (size_t i = 0; i < st->nfields; i++) {
		struct str key = json_key(&st->fields[i]);
		const struct val *v = key.n ? field_of(in, key) : NULL;

		sub.field = st->fields[i].json ? st->fields[i].json
					       : st->fields[i].name;
		if (v &&
		    decode(&sub, st->fields[i].type, v, &out->fields[i]) < 0)
			return -1;
	}
	return 0;
}

static int decode_struct(struct decode *d, const struct val_type *t,
			 const struct val *in, struct val *out)
{
	if (val_struct_type(t) != &shape_time)
		return fields(d, t, in, out);
	if (val_kind(in) != KIND_STRING)
		return unfit(d, in, t);
	if (shape_time_parse(d->a, in->s, out, d->e) < 0)
		return -1;
	out->type = t;
	return 0;
}

/* "10s" for durations that JSON shows as text. */
static int duration(struct decode *d, const struct val_type *t,
		    const struct val *in, struct val *out)
{
	struct val v = {.type = t};

	if (in->type != &type_string || !strstr(t->name, "Duration"))
		return number(d, t, in, out);
	if (in->s.n && dur_parse(in->s, &v.i, d->e) < 0)
		return -1;
	*out = v;
	return 0;
}

static int decode(struct decode *d, const struct val_type *t,
		  const struct val *in, struct val *out)
{
	int r = 0;

	if (!in->type)
		return 0;
	if (++d->depth > FUNCS_DEPTH_MAX)
		return err_set(d->e, 0, "json: exceeded max depth");
	switch (t->kind) {
	case KIND_INTERFACE:
		*out = *in;
		break;
	case KIND_BOOL:
	case KIND_STRING:
		if (val_kind(in) != t->kind || in->type == &type_json_number) {
			r = unfit(d, in, t);
			break;
		}
		*out = *in;
		out->type = t;
		break;
	case KIND_INT:
		r = duration(d, t, in, out);
		break;
	case KIND_UINT:
	case KIND_FLOAT:
		r = number(d, t, in, out);
		break;
	case KIND_SLICE:
		r = list(d, t, in, out);
		break;
	case KIND_MAP:
		r = map(d, t, in, out);
		break;
	case KIND_STRUCT:
	case KIND_PTR:
		r = decode_struct(d, t, in, out);
		break;
	case KIND_INVALID:
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
		r = unfit(d, in, t);
		break;
	}
	d->depth--;
	return r;
}

int shape_decode(struct arena *a, const struct val_type *t,
		 const struct val *json, struct val *out, struct err *e)
{
	struct decode d = {.a = a, .e = e, .where = "", .field = ""};
	struct val v = val_zero(t);

	if (decode(&d, t, json, &v) < 0)
		return -1;
	*out = v;
	return 0;
}

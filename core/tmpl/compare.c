// SPDX-License-Identifier: MIT
/* compare - eq, ne, lt, le, gt, ge: by kind, integers of both signs mixed,
 * nothing else mixed.
 * Source: Go's text/template, as facts. */
#include "tmpl/builtin.h"

static bool is_basic(enum val_kind k)
{
	return k == KIND_BOOL || k == KIND_INT || k == KIND_UINT ||
	       k == KIND_FLOAT || k == KIND_COMPLEX || k == KIND_STRING;
}

static enum val_kind basic_kind(const struct val *v)
{
	return is_basic(val_kind(v)) ? val_kind(v) : KIND_INVALID;
}

static bool is_nil(const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_INVALID:
		return true;
	case KIND_MAP:
	case KIND_SLICE:
	case KIND_PTR:
	case KIND_CHAN:
	case KIND_FUNC:
		return !v->func;
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_COMPLEX:
	case KIND_STRING:
	case KIND_STRUCT:
	case KIND_INTERFACE:
		break;
	}
	return false;
}

/* Whether Go's == may be used: not on lists, maps and functions, nor on
 * structs that hold one. */
static bool comparable(const struct val_type *t)
{
	if (t->kind == KIND_SLICE || t->kind == KIND_MAP || t->kind == KIND_FUNC)
		return false;
	for (size_t i = 0; t->kind == KIND_STRUCT && i < t->nfields; i++)
		if (!comparable(t->fields[i].type))
			return false;
	return true;
}

static int incompatible(struct tmpl_call *c, const struct val *a,
			const struct val *b)
{
	return err_set(c->err, 0, "incompatible types for comparison: %s and %s",
		       a->type->name, b->type->name);
}

static int not_comparable(struct tmpl_call *c, const struct val *b)
{
	struct val args[] = {*b, val_cstr(b->type->name)};

	return err_set(
		c->err, 0, "%s",
		print_fmt(c->arena, "non-comparable type %s: %v", args, 2).p);
}

/* Values that are no basic kinds, or nil. */
static int eq_other(struct tmpl_call *c, const struct val *a,
		    const struct val *b, bool *equal)
{
	struct val args[] = {*a, val_cstr(val_type_name(a)),
			     val_cstr(val_type_name(b)), *b};

	*equal = false;
	if (val_kind(a) != val_kind(b) && a->type && b->type)
		return err_set(c->err, 0, "%s",
			       print_fmt(c->arena,
					 "non-comparable types %s: %v, %s: %v",
					 args, 4)
				       .p);
	if (!a->type || !b->type || is_nil(a) || is_nil(b)) {
		*equal = is_nil(a) == is_nil(b);
		return 0;
	}
	if (!comparable(b->type))
		return not_comparable(c, b);
	if (!val_type_same(a->type, b->type))
		return 0;
	if (val_kind(a) == KIND_STRUCT)
		*equal = val_deep_equal(a, b);
	else
		*equal = a->func == b->func;
	return 0;
}

static int eq_mixed(struct tmpl_call *c, const struct val *a,
		    const struct val *b, bool *equal)
{
	enum val_kind ka = basic_kind(a), kb = basic_kind(b);

	*equal = false;
	if (ka == KIND_INT && kb == KIND_UINT)
		*equal = a->i >= 0 && a->u == b->u;
	else if (ka == KIND_UINT && kb == KIND_INT)
		*equal = b->i >= 0 && a->u == b->u;
	else if (a->type && b->type)
		return incompatible(c, a, b);
	return 0;
}

static int eq_one(struct tmpl_call *c, const struct val *a, const struct val *b,
		  bool *equal)
{
	if (basic_kind(a) != basic_kind(b))
		return eq_mixed(c, a, b, equal);
	switch (basic_kind(a)) {
	case KIND_BOOL:
		*equal = a->b == b->b;
		return 0;
	case KIND_INT:
	case KIND_UINT:
		*equal = a->u == b->u;
		return 0;
	case KIND_FLOAT:
		*equal = a->f == b->f;
		return 0;
	case KIND_COMPLEX:
		*equal = a->c.re == b->c.re && a->c.im == b->c.im;
		return 0;
	case KIND_STRING:
		*equal = str_eq(a->s, b->s);
		return 0;
	case KIND_INVALID:
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return eq_other(c, a, b, equal);
}

/* The first against each of the others, until one is equal. */
static int eq(struct tmpl_call *c, const struct val *v, size_t n, bool *equal)
{
	struct val a = bare(&v[0]), b;

	*equal = false;
	if (n < 2)
		return err_set(c->err, 0, "missing argument for comparison");
	for (size_t i = 1; i < n && !*equal; i++) {
		b = bare(&v[i]);
		if (eq_one(c, &a, &b, equal) < 0)
			return -1;
	}
	return 0;
}

static int less(struct tmpl_call *c, const struct val *v, bool *truth)
{
	struct val a = bare(&v[0]), b = bare(&v[1]);
	enum val_kind ka = basic_kind(&a), kb = basic_kind(&b);

	if (ka == KIND_INVALID || kb == KIND_INVALID)
		return err_set(c->err, 0, "invalid type for comparison");
	if (ka == KIND_INT && kb == KIND_UINT)
		*truth = a.i < 0 || a.u < b.u;
	else if (ka == KIND_UINT && kb == KIND_INT)
		*truth = b.i >= 0 && a.u < b.u;
	else if (ka != kb)
		return incompatible(c, &a, &b);
	else if (ka == KIND_FLOAT)
		*truth = a.f < b.f;
	else if (ka == KIND_INT)
		*truth = a.i < b.i;
	else if (ka == KIND_UINT)
		*truth = a.u < b.u;
	else if (ka == KIND_STRING)
		*truth = str_cmp(a.s, b.s) < 0;
	else
		return err_set(c->err, 0, "invalid type for comparison");
	return 0;
}

static int less_or_equal(struct tmpl_call *c, const struct val *v, bool *truth)
{
	if (less(c, v, truth) < 0)
		return -1;
	return *truth ? 0 : eq(c, v, 2, truth);
}

BUILTIN(builtin_eq)
{
	bool truth = false;
	int rc = eq(c, v, n, &truth);

	*out = val_bool(truth);
	return rc;
}

BUILTIN(builtin_ne)
{
	bool truth = false;
	int rc = eq(c, v, n, &truth);

	*out = val_bool(!truth);
	return rc;
}

BUILTIN(builtin_lt)
{
	bool truth = false;
	int rc = less(c, v, &truth);

	(void)n;
	*out = val_bool(truth);
	return rc;
}

BUILTIN(builtin_le)
{
	bool truth = false;
	int rc = less_or_equal(c, v, &truth);

	(void)n;
	*out = val_bool(truth);
	return rc;
}

BUILTIN(builtin_gt)
{
	bool truth = false;
	int rc = less_or_equal(c, v, &truth);

	(void)n;
	*out = val_bool(!truth);
	return rc;
}

BUILTIN(builtin_ge)
{
	bool truth = false;
	int rc = less(c, v, &truth);

	(void)n;
	*out = val_bool(!truth);
	return rc;
}

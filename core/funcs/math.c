// SPDX-License-Identifier: MIT
/* math - consul-template's arithmetic. The operands come reversed: `divide 2
 * 7` is 7 / 2, as in `7 | divide 2`. Two integers give an int64 (two unsigned
 * ones a uint64), anything with a float a float64; minimum and maximum give
 * the operand that won, with its own kind. */
#include "funcs/themes.h"

enum op { ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, MINIMUM, MAXIMUM };

/* The reference quotes the value with %q, whatever its kind. */
static int unknown(struct tmpl_call *c, const struct val *v)
{
	struct str s = print_fmt(c->arena, "%q", v, 1);

	/* a nil operand is an invalid reflect.Value in Go */
	return fail(c, "%s: unknown type for %.*s (%s)", c->name,
		    STRF(v->type ? s : STR("<invalid reflect.Value>")),
		    val_type_name(v));
}

static double as_float(const struct val *v)
{
	if (val_kind(v) == KIND_FLOAT)
		return v->f;
	return val_kind(v) == KIND_UINT ? (double)v->u : (double)v->i;
}

static bool is_number(const struct val *v, bool floats)
{
	enum val_kind k = val_kind(v);

	return k == KIND_INT || k == KIND_UINT || (floats && k == KIND_FLOAT);
}

static int float_op(enum op op, double a, double b, struct val *out)
{
	double r = op == ADD	    ? a + b
		   : op == SUBTRACT ? a - b
		   : op == MULTIPLY ? a * b
				    : a / b;

	return ret_float(out, r);
}

static int int_op(struct tmpl_call *c, enum op op, const struct val *a,
		  const struct val *b, struct val *out)
{
	bool both = val_kind(a) == KIND_UINT && val_kind(b) == KIND_UINT;
	uint64_t x = a->u, y = b->u, r;

	if (op >= DIVIDE && !y)
		return fail(c, "runtime error: integer divide by zero");
	if (op == ADD)
		r = x + y;
	else if (op == SUBTRACT)
		r = x - y;
	else if (op == MULTIPLY)
		r = x * y;
	else if (both)
		r = op == DIVIDE ? x / y : x % y;
	else if (y == UINT64_MAX) /* -1: INT64_MIN must not trap */
		r = op == DIVIDE ? 0 - x : 0;
	else
		r = (uint64_t)(op == DIVIDE ? (int64_t)x / (int64_t)y
					    : (int64_t)x % (int64_t)y);
	return ret(out, both ? val_uint64(r) : val_int64((int64_t)r));
}

/* Whether a < b, after the conversions of the reference. */
static bool less(const struct val *a, const struct val *b)
{
	if (val_kind(a) == KIND_FLOAT || val_kind(b) == KIND_FLOAT)
		return as_float(a) < as_float(b);
	if (val_kind(a) == KIND_UINT && val_kind(b) == KIND_UINT)
		return a->u < b->u;
	return a->i < b->i;
}

static struct val widest(struct val v)
{
	v.type = val_kind(&v) == KIND_FLOAT  ? &type_float64
		 : val_kind(&v) == KIND_UINT ? &type_uint64
					     : &type_int64;
	return v;
}

static int compute(struct tmpl_call *c, enum op op, const struct val *args,
		   struct val *out)
{
	const struct val *a = &args[1], *b = &args[0];
	bool floats = op != MODULO;

	if (!is_number(a, floats))
		return unknown(c, a);
	if (!is_number(b, floats))
		return unknown(c, b);
	if (op == MINIMUM)
		return ret(out, widest(less(a, b) ? *a : *b));
	if (op == MAXIMUM)
		return ret(out, widest(less(b, a) ? *a : *b));
	if (val_kind(a) == KIND_FLOAT || val_kind(b) == KIND_FLOAT)
		return float_op(op, as_float(a), as_float(b), out);
	return int_op(c, op, a, b, out);
}

/*: add B A
 * {{ add 1 2 }} => 3
 * {{ add 1.5 2 }} => 3.5
 */
FN(add)
{
	return compute(c, ADD, args, out);
}

/*: subtract B A
 * {{ 10 | subtract 3 }} => 7
 */
FN(subtract)
{
	return compute(c, SUBTRACT, args, out);
}

/*: multiply B A
 * {{ multiply 3 4 }} => 12
 */
FN(multiply)
{
	return compute(c, MULTIPLY, args, out);
}

/*: divide B A
 * {{ 7 | divide 2 }} => 3
 */
FN(divide)
{
	return compute(c, DIVIDE, args, out);
}

/*: modulo B A
 * {{ 7 | modulo 3 }} => 1
 */
FN(modulo)
{
	return compute(c, MODULO, args, out);
}

/*: minimum B A
 * {{ minimum 3 5 }} => 3
 */
FN(minimum)
{
	return compute(c, MINIMUM, args, out);
}

/*: maximum B A
 * {{ maximum 3 5 }} => 5
 */
FN(maximum)
{
	return compute(c, MAXIMUM, args, out);
}

static const struct tmpl_func table[] = {
	{"add", "aa:a", add},	      {"divide", "aa:a", divide},
	{"maximum", "aa:a", maximum}, {"minimum", "aa:a", minimum},
	{"modulo", "aa:a", modulo},   {"multiply", "aa:a", multiply},
	{"subtract", "aa:a", subtract},
};

THEME(theme_math, "math", table);

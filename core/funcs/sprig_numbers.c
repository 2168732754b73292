// SPDX-License-Identifier: MIT
/* sprig_numbers - arithmetic that takes anything for a number: texts are read,
 * what cannot be read is 0. add, sub, ... give int64; addf, subf, ... compute
 * in decimals and give float64.
 * Source: sprig v3 (numeric.go), as facts. */
#include <math.h>

#include "funcs/decimal.h"
#include "funcs/parse.h"
#include "funcs/sprig.h"
#include "funcs/themes.h"

/* Go's integers wrap. */
static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/*: sprig_int VALUE
 * {{ sprig_int "0x1F" }} {{ sprig_int 3.9 }} {{ sprig_int "x" }} => 31 3 0
 */
FN(to_int)
{
	return ret_int(out, cast_int(&args[0]));
}

/*: sprig_int64 VALUE
 * {{ sprig_int64 "42" }} => 42
 */
FN(to_int64)
{
	return ret_int64(out, cast_int(&args[0]));
}

/*: sprig_float64 VALUE
 * {{ sprig_float64 "1.50" }} => 1.5
 */
FN(to_float64)
{
	return ret_float(out, cast_float(&args[0]));
}

/*: sprig_atoi TEXT
 * {{ sprig_atoi "42" }} => 42
 */
FN(to_i)
{
	int64_t v;

	/* a number out of range is the nearest one, its error is dropped */
	parse_int(args[0].s, 10, &v);
	return ret_int(out, v);
}

/*: sprig_toDecimal OCTAL
 * {{ sprig_toDecimal "0777" }} => 511
 */
FN(to_decimal)
{
	int64_t v;

	if (parse_int(go_string(c, &args[0]), 8, &v) != NUM_OK)
		v = 0;
	return ret_int64(out, v);
}

/*: sprig_add NUMBER...
 * {{ sprig_add 1 "2" 3.9 }} => 6
 */
FN(add)
{
	int64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = wrap_add(v, cast_int(&args[i]));
	return ret_int64(out, v);
}

/*: sprig_add1 NUMBER
 * {{ sprig_add1 1 }} => 2
 */
FN(add1)
{
	return ret_int64(out, wrap_add(cast_int(&args[0]), 1));
}

/*: sprig_sub A B
 * {{ sprig_sub 5 2 }} => 3
 */
FN(sub)
{
	return ret_int64(out, (int64_t)((uint64_t)cast_int(&args[0]) -
					(uint64_t)cast_int(&args[1])));
}

/*: sprig_mul NUMBER...
 * {{ sprig_mul 2 3 4 }} => 24
 */
FN(mul)
{
	uint64_t v = 1;

	for (size_t i = 0; i < n; i++)
		v *= (uint64_t)cast_int(&args[i]);
	return ret_int64(out, (int64_t)v);
}

static int quotient(struct tmpl_call *c, const struct val *args, bool rest,
		    struct val *out)
{
	int64_t a = cast_int(&args[0]), b = cast_int(&args[1]);

	if (!b)
		return fail(c, "runtime error: integer divide by zero");
	if (b == -1)
		return ret_int64(out, rest ? 0 : (int64_t)(0 - (uint64_t)a));
	return ret_int64(out, rest ? a % b : a / b);
}

/*: sprig_div A B
 * {{ sprig_div 7 2 }} => 3
 */
FN(div_)
{
	return quotient(c, args, false, out);
}

/*: sprig_mod A B
 * {{ sprig_mod 7 2 }} => 1
 */
FN(mod)
{
	return quotient(c, args, true, out);
}

/*: sprig_max sprig_biggest NUMBER...
 * {{ sprig_max 1 5 3 }} => 5
 */
FN(max)
{
	int64_t v = cast_int(&args[0]);

	for (size_t i = 1; i < n; i++)
		if (cast_int(&args[i]) > v)
			v = cast_int(&args[i]);
	return ret_int64(out, v);
}

/*: sprig_min NUMBER...
 * {{ sprig_min 4 2 8 }} => 2
 */
FN(min)
{
	int64_t v = cast_int(&args[0]);

	for (size_t i = 1; i < n; i++)
		if (cast_int(&args[i]) < v)
			v = cast_int(&args[i]);
	return ret_int64(out, v);
}

/* Go's math.Max and Min: an infinity on the winning side beats NaN, and -0 is
 * less than 0. */
static double extreme(double a, double b, bool max)
{
	double inf = max ? INFINITY : -INFINITY;

	if (a == inf || b == inf)
		return inf;
	if (isnan(a) || isnan(b))
		return NAN;
	if (a == 0 && b == 0)
		return (signbit(a) != 0) == max ? b : a;
	return (a > b) == max ? a : b;
}

/*: sprig_maxf NUMBER...
 * {{ sprig_maxf 1.5 2 "2.5" }} => 2.5
 */
FN(maxf)
{
	double v = cast_float(&args[0]);

	for (size_t i = 1; i < n; i++)
		v = extreme(v, cast_float(&args[i]), true);
	return ret_float(out, v);
}

/*: sprig_minf NUMBER...
 * {{ sprig_minf 1.5 2 0.5 }} => 0.5
 */
FN(minf)
{
	double v = cast_float(&args[0]);

	for (size_t i = 1; i < n; i++)
		v = extreme(v, cast_float(&args[i]), false);
	return ret_float(out, v);
}

/* --- decimals --- */

static int decimal_arg(struct tmpl_call *c, const struct val *v,
		       struct decimal *out)
{
	double f = cast_float(v);
	char text[NUM_FLOAT];

	if (!isfinite(f)) {
		num_put_float(text, f, 'g', -1, 64);
		return fail(c, "Cannot create a Decimal from %s", text);
	}
	*out = decimal_of(c->arena, f);
	return 0;
}

static int decimals(struct tmpl_call *c, enum decimal_op op, struct val first,
		    const struct val *args, size_t n, struct val *out)
{
	struct decimal x, y;

	if (decimal_arg(c, &first, &x) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (decimal_arg(c, &args[i], &y) < 0)
			return -1;
		if (op == DEC_DIV && !y.n)
			return fail(c, "decimal division by 0");
		x = decimal_compute(c->arena, op, x, y);
	}
	return ret_float(out, decimal_float(&x));
}

/*: sprig_addf NUMBER...
 * {{ sprig_addf 0.1 0.2 }} => 0.3
 */
FN(addf)
{
	return decimals(c, DEC_ADD, val_float(0), args, n, out);
}

/*: sprig_add1f NUMBER
 * {{ sprig_add1f 1.1 }} => 2.1
 */
FN(add1f)
{
	return decimals(c, DEC_ADD, val_float(1), args, n, out);
}

/*: sprig_subf NUMBER...
 * {{ sprig_subf 1 0.9 }} => 0.1
 */
FN(subf)
{
	return decimals(c, DEC_SUB, args[0], args + 1, n - 1, out);
}

/*: sprig_mulf NUMBER...
 * {{ sprig_mulf 1.1 1.1 }} => 1.21
 */
FN(mulf)
{
	return decimals(c, DEC_MUL, args[0], args + 1, n - 1, out);
}

/*: sprig_divf NUMBER...
 * {{ sprig_divf 1 7 }} => 0.1428571428571429
 */
FN(divf)
{
	return decimals(c, DEC_DIV, args[0], args + 1, n - 1, out);
}

/* --- rounding --- */

/*: sprig_ceil NUMBER
 * {{ sprig_ceil "1.1" }} => 2
 */
FN(ceil_)
{
	return ret_float(out, ceil(cast_float(&args[0])));
}

/*: sprig_floor NUMBER
 * {{ sprig_floor 1.9 }} => 1
 */
FN(floor_)
{
	return ret_float(out, floor(cast_float(&args[0])));
}

/* Go's math.Pow(10, n): squares with the exponent apart, so that the bits are
 * the reference's. */
static double pow10_go(int64_t n)
{
	uint64_t i = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	double r = 1, x = 10.0 / 16;
	int64_t re = 0, xe = 4;

	if (i > 400)
		return n < 0 ? 0 : INFINITY;
	for (; i; i >>= 1) {
		if (i & 1) {
			r *= x;
			re += xe;
		}
		x *= x;
		xe <<= 1;
		if (x < .5) {
			x += x;
			xe--;
		}
	}
	if (n < 0) {
		r = 1 / r;
		re = -re;
	}
	return ldexp(r, (int)re);
}

/*: sprig_round NUMBER PLACES [ON]
 * {{ sprig_round 123.5555 3 }} {{ sprig_round 2.5 0 0.6 }} => 123.556 2
 */
FN(round_)
{
	double on = n > 2 ? args[2].f : .5;
	double pow = pow10_go(args[1].i);
	double digit = pow * cast_float(&args[0]);
	double part = isinf(digit) ? NAN : digit - trunc(digit);

	digit = part >= on ? ceil(digit) : floor(digit);
	return ret_float(out, digit / pow);
}

/* --- counting --- */

/* start, start + step, ... before stop; how many, or -1 for too many. */
static int64_t count(int64_t start, int64_t stop, int64_t step)
{
	uint64_t span, by;

	if ((step > 0) != (stop > start) || start == stop || !step)
		return 0;
	span = step > 0 ? (uint64_t)stop - (uint64_t)start
			: (uint64_t)start - (uint64_t)stop;
	by = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
	span = (span - 1) / by + 1;
	return span > TMPL_LIST ? -1 : (int64_t)span;
}

const struct val_type type_ints = {
	.name = "[]int", .kind = KIND_SLICE, .elem = &type_int};

static int counted(struct tmpl_call *c, int64_t start, int64_t stop,
		   int64_t step, struct val *out)
{
	int64_t k = count(start, stop, step);

	if (k < 0)
		return room_list(c, SIZE_MAX);
	*out = val_list(c->arena, &type_ints, (size_t)k);
	for (int64_t i = 0; i < k; i++)
		val_push(c->arena, out, val_int(start + i * step));
	return 0;
}

/*: sprig_until COUNT
 * {{ sprig_until 3 }} => [0 1 2]
 */
FN(until)
{
	return counted(c, 0, args[0].i, args[0].i < 0 ? -1 : 1, out);
}

/*: sprig_untilStep START STOP STEP
 * {{ sprig_untilStep 3 9 2 }} => [3 5 7]
 */
FN(until_step)
{
	return counted(c, args[0].i, args[1].i, args[2].i, out);
}

/*: sprig_seq [START [STEP]] END
 * {{ sprig_seq 2 5 }} => 2 3 4 5
 */
FN(seq)
{
	int64_t start = n > 1 ? args[0].i : 1, end, step = 1, k, toward;
	struct text t = text_in(c);
	char num[NUM_TEXT];

	if (n < 1 || n > 3)
		return ret_str(out, STR(""));
	end = args[n - 1].i;
	toward = end < start ? -1 : 1;
	step = n == 3 ? args[1].i : toward;
	if (n == 3 && toward < 0 && step > 0)
		return ret_str(out, STR(""));
	k = count(start, wrap_add(end, toward), step);
	if (k < 0)
		return room_list(c, SIZE_MAX);
	for (int64_t i = 0; i < k; i++) {
		if (i)
			text_addc(&t, ' ');
		text_add(&t, num, num_put_i64(num, start + i * step));
	}
	return ret_text(&t, out);
}

int random_below(struct tmpl_call *c, uint64_t below, uint64_t *out)
{
	/* values at the top that would make the low results likelier */
	uint64_t uneven = (0 - below) % below, v;

	do {
		if (!c->host->random)
			return fail(c, "%s is not available here", c->name);
		if (c->host->random(c->host->ctx, &v, sizeof(v), c->err) < 0)
			return -1;
	} while (v < uneven);
	*out = v % below;
	return 0;
}

/*: sprig_randInt MIN MAX
 * {{ sprig_randInt 5 6 }} => 5
 */
FN(rand_int)
{
	int64_t span = (int64_t)((uint64_t)args[1].i - (uint64_t)args[0].i);
	uint64_t v;

	if (span <= 0)
		return fail(c, "invalid argument to Intn");
	if (random_below(c, (uint64_t)span, &v) < 0)
		return -1;
	return ret_int(out, wrap_add(args[0].i, (int64_t)v));
}

static const struct tmpl_func table[] = {
	{"add", "..a:l", add},
	{"add1", "a:l", add1},
	{"add1f", "a:f", add1f},
	{"addf", "..a:f", addf},
	{"atoi", "s:i", to_i},
	{"biggest", "a..a:l", max},
	{"ceil", "a:f", ceil_},
	{"div", "aa:l", div_},
	{"divf", "a..a:f", divf},
	{"float64", "a:f", to_float64},
	{"floor", "a:f", floor_},
	{"int", "a:i", to_int},
	{"int64", "a:l", to_int64},
	{"max", "a..a:l", max},
	{"maxf", "a..a:f", maxf},
	{"min", "a..a:l", min},
	{"minf", "a..a:f", minf},
	{"mod", "aa:l", mod},
	{"mul", "a..a:l", mul},
	{"mulf", "a..a:f", mulf},
	{"randInt", "ii:i", rand_int},
	{"round", "ai..f:f", round_},
	{"seq", "..i:s", seq},
	{"sub", "aa:l", sub},
	{"subf", "a..a:f", subf},
	{"toDecimal", "a:l", to_decimal},
	{"until", "i:<[]int>", until},
	{"untilStep", "iii:<[]int>", until_step},
};

THEME(theme_sprig_numbers, "sprig numbers", table);

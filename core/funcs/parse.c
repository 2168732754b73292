// SPDX-License-Identifier: MIT
/* parse - text to numbers and data, and sprig's lenient conversions.
 * Source: Go's strconv and github.com/spf13/cast, as facts. */
#include <math.h>

#include "data/json.h"
#include "data/yaml.h"
#include "funcs/parse.h"
#include "funcs/themes.h"

/* --- strconv --- */

/* Underscores stand between digits, or between a base's prefix and one. */
static bool underscores_ok(struct str s)
{
	char last = '^'; /* a start, '0' a digit, '_', '!' something else */
	bool is_hex = false;
	size_t i = 0;

	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		i++;
	if (s.n >= i + 2 && s.p[i] == '0' &&
	    strchr("boxBOX", s.p[i + 1])) {
		is_hex = (s.p[i + 1] | 32) == 'x';
		i += 2;
		last = '0';
	}
	for (; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ascii_digit(ch) || (is_hex && ascii_hex(ch) >= 0)) {
			last = '0';
		} else if (ch == '_') {
			if (last != '0')
				return false;
			last = '_';
		} else {
			if (last == '_')
				return false;
			last = '!';
		}
	}
	return last != '_';
}

/* Takes a literal's prefix off and gives its base. */
static int literal_base(struct str *s)
{
	int base = 8;
	size_t n = 1;

	if (!s->n || s->p[0] != '0')
		return 10;
	if (s->n >= 3) {
		switch (s->p[1] | 32) {
		case 'b':
			base = 2;
			n = 2;
			break;
		case 'o':
			n = 2;
			break;
		case 'x':
			base = 16;
			n = 2;
			break;
		}
	}
	*s = str_cut(*s, n, s->n);
	return base;
}

enum num_result parse_uint(struct str s, int base, uint64_t *out)
{
	struct str all = s;
	bool literal = base == 0, under = false, range = false;
	uint64_t v = 0;

	*out = 0;
	if (!s.n)
		return NUM_SYNTAX;
	if (literal)
		base = literal_base(&s);
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hex((unsigned char)s.p[i]);

		if (s.p[i] == '_' && literal) {
			under = true;
			continue;
		}
		if (d < 0 || d >= base)
			return NUM_SYNTAX;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			range = true;
	}
	if (under && !underscores_ok(all))
		return NUM_SYNTAX;
	*out = range ? UINT64_MAX : v;
	return range ? NUM_RANGE : NUM_OK;
}

enum num_result parse_int(struct str s, int base, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	uint64_t u, max = (uint64_t)INT64_MAX + neg;
	enum num_result r;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_cut(s, 1, s.n);
	r = parse_uint(s, base, &u);
	if (r != NUM_SYNTAX && u > max) {
		u = max;
		r = NUM_RANGE;
	}
	*out = (int64_t)(neg ? 0 - u : u);
	return r;
}

/* "inf", "infinity" with a sign, "nan" without. */
static bool special_float(struct str s, double *out)
{
	bool sign = s.n && (s.p[0] == '+' || s.p[0] == '-');
	struct str word = str_cut(s, sign, s.n);

	if (str_ieq(word, STR("inf")) || str_ieq(word, STR("infinity")))
		*out = s.p[0] == '-' ? -INFINITY : INFINITY;
	else if (!sign && str_ieq(word, STR("nan")))
		*out = NAN;
	else
		return false;
	return true;
}

/* Go's syntax is C's but for underscores, and a hexadecimal number must have
 * an exponent. Copies without underscores to buf; 0 = not a number. */
static size_t float_text(struct str s, char *buf, size_t size)
{
	bool is_hex, exp = false, under = false;
	size_t n = 0, i = 0;

	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		i++;
	is_hex = s.n > i + 1 && s.p[i] == '0' && (s.p[i + 1] | 32) == 'x';
	for (i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == '_') {
			under = true;
			continue;
		}
		if (ascii_hex(ch) < 0 && (!ch || !strchr("+-.xXpP", ch)))
			return 0;
		exp = exp || (is_hex && (ch | 32) == 'p');
		if (n < size)
			buf[n++] = (char)ch;
	}
	if (is_hex != exp || (under && !underscores_ok(s)))
		return 0;
	return n;
}

enum num_result parse_float(struct str s, double *out)
{
	char buf[2048];
	size_t n;

	*out = 0;
	if (special_float(s, out))
		return NUM_OK;
	/* more digits than a double can tell apart are cut by num_double's
	 * reader anyway; such texts only occur by intent */
	if (s.n > sizeof(buf))
		return NUM_SYNTAX;
	n = float_text(s, buf, sizeof(buf));
	if (!n || !num_double(str_n(buf, n), out))
		return NUM_SYNTAX;
	return isinf(*out) ? NUM_RANGE : NUM_OK;
}

int (fail_num)(struct tmpl_call *c, const char *prefix, const char *fn,
	       struct str s, enum num_result r)
{
	return fail(c, "%sstrconv.%s: parsing %s: %s", prefix, fn,
		    print_quoted(c->arena, s),
		    r == NUM_RANGE ? "value out of range" : "invalid syntax");
}

/* --- lenient numbers --- */

/* "5.00" counts as "5". */
static struct str drop_zero_decimal(struct str s)
{
	bool zero = false;

	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '.')
			return zero ? str_cut(s, 0, i - 1) : s;
		if (s.p[i - 1] != '0')
			return s;
		zero = true;
	}
	return s;
}

/* Types that the conversions know: predeclared ones and few others. */
static bool castable(const struct val *v)
{
	return v->type && (!strchr(v->type->name, '.') ||
			   v->type == &type_json_number ||
			   strcmp(v->type->name, "time.Month") == 0 ||
			   strcmp(v->type->name, "time.Weekday") == 0);
}

/* Go's conversion of a float on amd64. */
static int64_t float_int(double f)
{
	return fabs(f) < 0x1p63 ? (int64_t)f : INT64_MIN;
}

int64_t cast_int(const struct val *v)
{
	int64_t i = 0;

	if (!castable(v))
		return 0;
	if (val_kind(v) == KIND_STRING) {
		if (parse_int(drop_zero_decimal(v->s), 0, &i) != NUM_OK)
			return 0;
		return i;
	}
	if (val_kind(v) == KIND_FLOAT)
		return float_int(v->f);
	if (val_kind(v) == KIND_BOOL)
		return v->b;
	if (val_kind(v) == KIND_INT || val_kind(v) == KIND_UINT)
		return v->i;
	return 0;
}

double cast_float(const struct val *v)
{
	double f = 0;

	if (!castable(v))
		return 0;
	if (val_kind(v) == KIND_STRING)
		return parse_float(v->s, &f) == NUM_OK ? f : 0;
	if (val_kind(v) == KIND_FLOAT)
		return v->f;
	if (val_kind(v) == KIND_UINT)
		return (double)v->u;
	return (double)cast_int(v);
}

/* --- the functions --- */

/*: parseBool TEXT
 * {{ parseBool "T" }} => true
 */
FN(parse_bool)
{
	static const char *const words[] = {"0",     "f",    "F", "FALSE",
					    "false", "False", "1", "t",
					    "T",     "TRUE", "true", "True"};
	struct str s = args[0].s;

	if (!s.n)
		return ret_bool(out, false);
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_is(s, words[i]))
			return ret_bool(out, i >= 6);
	return fail_num(c, "parseBool: ", "ParseBool", s, NUM_SYNTAX);
}

/*: parseInt TEXT
 * {{ parseInt "-007" }} => -7
 */
FN(parse_int_fn)
{
	enum num_result r = NUM_OK;
	int64_t v = 0;

	if (args[0].s.n)
		r = parse_int(args[0].s, 10, &v);
	if (r != NUM_OK)
		return fail_num(c, "parseInt: ", "ParseInt", args[0].s, r);
	return ret_int64(out, v);
}

/*: parseUint TEXT
 * {{ parseUint "18446744073709551615" }} => 18446744073709551615
 */
FN(parse_uint_fn)
{
	enum num_result r = NUM_OK;
	uint64_t v = 0;

	if (args[0].s.n)
		r = parse_uint(args[0].s, 10, &v);
	if (r != NUM_OK)
		return fail_num(c, "parseUint: ", "ParseUint", args[0].s, r);
	return ret_uint64(out, v);
}

/*: parseFloat TEXT
 * {{ parseFloat "1.50" }} => 1.5
 */
FN(parse_float_fn)
{
	enum num_result r = NUM_OK;
	double v = 0;

	if (args[0].s.n)
		r = parse_float(args[0].s, &v);
	if (r != NUM_OK)
		return fail_num(c, "parseFloat: ", "ParseFloat", args[0].s, r);
	return ret_float(out, v);
}

/*: parseJSON TEXT
 * {{ (parseJSON "{\"a\": [1, 2]}").a }} => [1 2]
 */
FN(parse_json)
{
	if (!args[0].s.n)
		return ret(out, val_map(c->arena, &type_map_any));
	/* an argument lives as long as the result: both end with the render */
	return json_parse(c->arena, args[0].s, JSON_BORROW, out, c->err);
}

/*: parseYAML TEXT
 * {{ (parseYAML "a: yes\nb: [1]").b }} => [1]
 */
FN(parse_yaml)
{
	if (!args[0].s.n)
		return ret(out, val_map(c->arena, &type_map_any));
	return yaml_parse(c->arena, args[0].s, out, c->err);
}

static const struct tmpl_func table[] = {
	{"parseBool", "s:b", parse_bool},
	{"parseFloat", "s:f", parse_float_fn},
	{"parseInt", "s:l", parse_int_fn},
	{"parseJSON", "s:a", parse_json},
	{"parseUint", "s:u", parse_uint_fn},
	{"parseYAML", "s:a", parse_yaml},
};

THEME(theme_parse, "parsing", table);

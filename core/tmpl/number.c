// SPDX-License-Identifier: MIT
/* number - constants of the template language: Go's integer, floating point,
 * imaginary, complex and rune literals.
 * Source: Go's strconv and text/template/parse, as facts. */
#include <math.h>

#include "tmpl/ast.h"
#include "tmpl/lex.h"

/* Underscores only between digits, or after the base prefix. */
static bool underscores_ok(struct str s)
{
	char prev = '^'; /* start; '0' a digit, '_', '!' anything else */
	size_t i = 0;
	bool hex = false;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		i++;
	if (s.n - i >= 2 && s.p[i] == '0' && strchr("xXoObB", s.p[i + 1])) {
		hex = ascii_lower((unsigned char)s.p[i + 1]) == 'x';
		prev = '0';
		i += 2;
	}
	for (; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (ascii_digit(c) || (hex && ascii_hex(c) >= 0)) {
			prev = '0';
		} else if (c == '_') {
			if (prev != '0')
				return false;
			prev = '_';
		} else {
			if (prev == '_')
				return false;
			prev = '!';
		}
	}
	return prev != '_';
}

/* An unsigned integer without sign, of the base that its prefix tells; false
 * when it is none or is above 64 bits. */
static bool parse_uint(struct str s, uint64_t *out)
{
	unsigned base = 10;
	size_t i = 0;
	uint64_t v = 0;

	if (!s.n || !underscores_ok(s))
		return false;
	if (s.p[0] == '0' && s.n > 1) {
		unsigned char c = ascii_lower((unsigned char)s.p[1]);

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		i = c == 'x' || c == 'b' || c == 'o' ? 2 : 1;
		if (i == s.n)
			return false;
	}
	for (; i < s.n; i++) {
		int d = ascii_hex((unsigned char)s.p[i]);

		if (s.p[i] == '_')
			continue;
		if (d < 0 || (unsigned)d >= base ||
		    __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, (unsigned)d, &v))
			return false;
	}
	*out = v;
	return true;
}

static bool parse_int(struct str s, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	uint64_t u;

	if (neg || (s.n && s.p[0] == '+'))
		s = str_cut(s, 1, s.n);
	if (!parse_uint(s, &u) || u > (uint64_t)INT64_MAX + neg)
		return false;
	*out = (int64_t)(neg ? 0 - u : u);
	return true;
}

/* Go's ParseFloat for what the lexer lets through: no "inf", and a hexadecimal
 * mantissa needs its exponent. */
static bool parse_float(struct str s, double *out)
{
	char buf[512];
	size_t n = 0;
	bool hex = false, exp = false;

	if (!underscores_ok(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		hex |= s.p[i] == 'x' || s.p[i] == 'X';
		exp |= s.p[i] == 'p' || s.p[i] == 'P';
		if (s.p[i] == '_')
			continue;
		if (n == sizeof(buf))
			return false;
		buf[n++] = s.p[i];
	}
	return hex == exp && num_double(str_n(buf, n), out) && isfinite(*out);
}

/* Whether a float converts to an integer type and back. */
static bool as_int(double f, int64_t *i)
{
	if (!(f >= -9223372036854775808.0 && f < 9223372036854775808.0) ||
	    f != trunc(f))
		return false;
	*i = (int64_t)f;
	return true;
}

static bool as_uint(double f, uint64_t *u)
{
	if (!(f >= 0 && f < 18446744073709551616.0) || f != trunc(f))
		return false;
	*u = (uint64_t)f;
	return true;
}

static int complex_set(struct number *n, double re, double im)
{
	n->is_complex = true;
	n->f = re;
	n->im = im;
	if (im == 0) {
		n->is_float = true;
		n->is_int = as_int(re, &n->i);
		n->is_uint = as_uint(re, &n->u);
	}
	return 0;
}

/* "1+2i": the second sign that is not an exponent's parts it. */
static int parse_complex(struct str s, struct number *n, struct err *e)
{
	size_t at = 1;
	double re, im;

	while (at < s.n && !((s.p[at] == '+' || s.p[at] == '-') &&
			     !strchr("eEpP", s.p[at - 1])))
		at++;
	if (at < s.n && s.p[s.n - 1] == 'i' &&
	    parse_float(str_cut(s, 0, at), &re) &&
	    parse_float(str_cut(s, at, s.n - 1), &im))
		return complex_set(n, re, im);
	return err_set(e, 0, "syntax error scanning complex number");
}

static int parse_rune(struct str src, struct number *n, struct err *e)
{
	struct str s = str_cut(src, 1, src.n);
	uint32_t r;
	bool byte;

	if (!print_unquote_char(&s, '\'', &r, &byte))
		return err_set(e, 0, "invalid syntax");
	if (!str_is(s, "'"))
		return err_set(e, 0, "malformed character constant: %.*s",
			       (int)src.n, src.p);
	*n = (struct number){.is_int = true,
			     .is_uint = true,
			     .is_float = true,
			     .i = r,
			     .u = r,
			     .f = r};
	return 0;
}

static int parse(struct arena *a, struct str src, int kind, struct number *n,
		 struct err *e)
{
	*n = (struct number){0};
	if (kind == TOK_CHARCONST)
		return parse_rune(src, n, e);
	if (kind == TOK_COMPLEX)
		return parse_complex(src, n, e);
	if (src.p[src.n - 1] == 'i' &&
	    parse_float(str_cut(src, 0, src.n - 1), &n->f))
		return complex_set(n, 0, n->f);
	n->is_uint = parse_uint(src, &n->u);
	n->is_int = parse_int(src, &n->i);
	n->is_uint |= n->is_int && n->i == 0;
	n->is_float = n->is_int || n->is_uint;
	n->f = n->is_int ? (double)n->i : (double)n->u;
	if (!n->is_float && parse_float(src, &n->f)) {
		bool plain = true;

		for (size_t i = 0; i < src.n; i++)
			plain &= !strchr(".eEpP", src.p[i]);
		if (plain)
			return err_set(e, 0, "integer overflow: %s",
				       print_quoted(a, src));
		n->is_float = true;
		n->is_int = as_int(n->f, &n->i);
		n->is_uint = as_uint(n->f, &n->u);
	}
	if (n->is_int || n->is_uint || n->is_float)
		return 0;
	return err_set(e, 0, "illegal number syntax: %s", print_quoted(a, src));
}

/* The kind where no type asks for another. */
static enum val_kind ideal(const struct number *n, struct str src)
{
	bool hex = src.n > 2 && src.p[0] == '0' &&
		   (src.p[1] == 'x' || src.p[1] == 'X');
	bool point = false;

	if (n->is_complex)
		return KIND_COMPLEX;
	for (size_t i = 0; i < src.n && src.p[0] != '\''; i++)
		point |= strchr(hex ? "pP" : ".eEpP", src.p[i]) != NULL;
	if (n->is_float && point)
		return KIND_FLOAT;
	return n->is_int ? KIND_INT : KIND_INVALID;
}

int number_parse(struct arena *a, struct str src, int kind, struct number *n,
		 struct err *e)
{
	if (parse(a, src, kind, n, e) < 0)
		return -1;
	n->ideal = (uint8_t)ideal(n, src);
	return 0;
}

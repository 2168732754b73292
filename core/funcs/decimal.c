// SPDX-License-Identifier: MIT
/* decimal - exact decimal numbers with schoolbook digits: sprig needs few of
 * them, and short ones. Beyond DIGITS_MAX digits (more than any sum of
 * doubles has) the lowest are dropped: no double can tell.
 * Source: shopspring/decimal's results, as facts. */
#include <string.h>

#include "base.h"
#include "funcs/decimal.h"

enum { DIGITS_MAX = 1300, DIV_PLACES = 16 };

static struct decimal trimmed(const uint8_t *d, int n, int exp, bool neg)
{
	while (n && !*d) {
		d++;
		n--;
	}
	while (n && !d[n - 1]) {
		n--;
		exp++;
	}
	if (n > DIGITS_MAX) {
		exp += n - DIGITS_MAX;
		n = DIGITS_MAX;
	}
	return (struct decimal){neg && n, n, n ? exp : 0, d};
}

struct decimal decimal_of(struct arena *a, double f)
{
	char digits[20];
	uint8_t *d = arena_alloc(a, sizeof(digits));
	int exp10 = 0, n;

	if (f == 0 || !d)
		return (struct decimal){.d = d};
	n = num_shortest(f, 64, digits, &exp10);
	for (int i = 0; i < n; i++)
		d[i] = (uint8_t)(digits[i] - '0');
	return trimmed(d, n, exp10 - n, f < 0);
}

double decimal_float(const struct decimal *v)
{
	char text[DIGITS_MAX + 40], exp[NUM_TEXT];
	size_t at = 0, n;
	double f = 0;

	if (!v->n)
		return 0;
	if (v->neg)
		text[at++] = '-';
	for (int i = 0; i < v->n; i++)
		text[at++] = (char)('0' + v->d[i]);
	text[at++] = 'e';
	n = num_put_i64(exp, v->exp);
	memcpy(text + at, exp, n);
	if (!num_double(str_n(text, at + n), &f))
		return 0;
	return f;
}

/* The digits of v in a field of n, whose lowest stands for 10^exp. */
static uint8_t *field(struct arena *a, const struct decimal *v, int n, int exp)
{
	uint8_t *f = arena_alloc(a, (size_t)n + 1);

	if (f && v->n)
		memcpy(f + n - (v->exp - exp) - v->n, v->d, (size_t)v->n);
	return f;
}

/* x += y or x -= y (x >= y), both of n digits. */
static void accumulate(uint8_t *x, const uint8_t *y, int n, bool subtract)
{
	int carry = 0;

	for (int i = n - 1; i >= 0; i--) {
		int s = subtract ? x[i] - y[i] - carry : x[i] + y[i] + carry;

		carry = subtract ? s < 0 : s > 9;
		x[i] = (uint8_t)(subtract ? s + 10 * carry : s - 10 * carry);
	}
}

static struct decimal add(struct arena *a, struct decimal x, struct decimal y)
{
	int low = x.exp < y.exp ? x.exp : y.exp;
	int high = x.exp + x.n > y.exp + y.n ? x.exp + x.n : y.exp + y.n;
	int n = high - low + 1;
	uint8_t *p, *q;

	if (!x.n || !y.n)
		return x.n ? x : y;
	p = field(a, &x, n, low);
	q = field(a, &y, n, low);
	if (!p || !q)
		return x;
	if (x.neg == y.neg) {
		accumulate(p, q, n, false);
	} else if (memcmp(p, q, (size_t)n) >= 0) {
		accumulate(p, q, n, true);
	} else {
		accumulate(q, p, n, true);
		return trimmed(q, n, low, y.neg);
	}
	return trimmed(p, n, low, x.neg);
}

static struct decimal multiply(struct arena *a, struct decimal x,
			       struct decimal y)
{
	int n = x.n + y.n;
	uint8_t *p = arena_alloc(a, (size_t)n + 1);

	for (int i = x.n - 1; p && i >= 0; i--) {
		int carry = 0;

		for (int k = y.n - 1; k >= 0; k--) {
			int s = p[i + k + 1] + x.d[i] * y.d[k] + carry;

			p[i + k + 1] = (uint8_t)(s % 10);
			carry = s / 10;
		}
		p[i] = (uint8_t)carry;
	}
	return trimmed(p, p ? n : 0, x.exp + y.exp, x.neg != y.neg);
}

/* r >= y, where r has one digit more in front. */
static bool reaches(const uint8_t *r, const uint8_t *y, int n)
{
	return r[0] || memcmp(r + 1, y, (size_t)n) >= 0;
}

/* Long division of |x| / |y| to DIV_PLACES behind the point. The remainder r
 * has the width of y and one digit in front. */
static struct decimal divide(struct arena *a, struct decimal x,
			     struct decimal y)
{
	/* quotient = x.d * 10^shift / y.d, in units of 10^-DIV_PLACES */
	int shift = x.exp - y.exp + DIV_PLACES, n = x.n + shift, carry;
	uint8_t *q, *r, *div;

	if (!x.n || n < 0)
		return (struct decimal){.d = y.d};
	q = arena_alloc(a, (size_t)n + 2);
	r = arena_alloc(a, (size_t)y.n + 3);
	div = arena_alloc(a, (size_t)y.n + 2);
	if (!q || !r || !div)
		return x;
	memcpy(div + 1, y.d, (size_t)y.n);
	for (int i = 0; i < n; i++) {
		memmove(r, r + 1, (size_t)y.n);
		r[y.n] = i < x.n ? x.d[i] : 0;
		while (reaches(r, y.d, y.n)) {
			accumulate(r, div, y.n + 1, true);
			q[i + 1]++;
		}
	}
	/* digits of x below the last place count for the rounding only when
	 * they are cut off: then n < x.n and r lacks them, but a tie needs
	 * the next digit alone */
	memmove(r, r + 1, (size_t)y.n);
	r[y.n] = n < x.n ? x.d[n] : 0;
	carry = 0;
	while (reaches(r, y.d, y.n)) {
		accumulate(r, div, y.n + 1, true);
		carry++;
	}
	carry = carry >= 5;
	for (int i = n; carry && i >= 0; i--) {
		carry = q[i] == 9;
		q[i] = (uint8_t)(carry ? 0 : q[i] + 1);
	}
	return trimmed(q, n + 1, -DIV_PLACES, x.neg != y.neg);
}

struct decimal decimal_compute(struct arena *a, enum decimal_op op,
			       struct decimal x, struct decimal y)
{
	switch (op) {
	case DEC_MUL:
		return multiply(a, x, y);
	case DEC_DIV:
		return divide(a, x, y);
	case DEC_SUB:
		y.neg = !y.neg;
		break;
	case DEC_ADD:
		break;
	}
	return add(a, x, y);
}

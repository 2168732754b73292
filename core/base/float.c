// SPDX-License-Identifier: MIT
/* float - Go's strconv.FormatFloat on top of the libc's exact %e: musl prints
 * any number of digits correctly rounded, so the shortest form is the first
 * precision that reads back as the same value. See base/num.h. */
#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Space and locale are refused here because strtod would take them. */
bool num_double(struct str s, double *out)
{
	char text[NUM_FLOAT], *end;
	double v;

	if (!s.n || s.n >= sizeof(text) || ascii_space((unsigned char)s.p[0]))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	v = strtod(text, &end);
	if (end != text + s.n)
		return false;
	*out = v;
	return true;
}

static bool reads_back(const char *text, double v, int bits)
{
	if (bits == 32)
		return strtof(text, NULL) == (float)v;
	return strtod(text, NULL) == v;
}

/* "d.ddde+XX" -> digits without the point, and the exponent of 0.ddd form. */
static int split_exp(const char *text, char *digits, int *exp10)
{
	const char *e = strchr(text, 'e');
	int n = 0;

	digits[0] = '0'; /* text always has one */
	for (const char *p = text; p < e; p++)
		if (ascii_digit((unsigned char)*p))
			digits[n++] = *p;
	*exp10 = (int)strtol(e + 1, NULL, 10) + 1;
	return n;
}

static int integer_digits(uint64_t v, char *digits, int *exp10)
{
	char text[NUM_TEXT];
	int n = *exp10 = (int)num_put_u64(text, v);

	while (n > 1 && text[n - 1] == '0')
		n--;
	memcpy(digits, text, (size_t)n);
	return n;
}

int num_shortest(double v, int bits, char digits[20], int *exp10)
{
	char text[40];
	int prec, most = bits == 32 ? 8 : 16, n;

	v = fabs(v);
	if (v == 0) {
		digits[0] = '0';
		*exp10 = 1;
		return 1;
	}
	/* whole numbers need all of their digits */
	if (v < (bits == 32 ? 1e7 : 1e15) && v == floor(v))
		return integer_digits((uint64_t)v, digits, exp10);
	/* 15 digits (6 of a float) always survive the way through a normal
	 * value, so when they read back they hold the shortest form with zeros
	 * behind; subnormals have fewer digits to tell apart. */
	prec = bits == 32 ? 5 : 14;
	if (v < (bits == 32 ? FLT_MIN : DBL_MIN))
		prec = 0;
	for (; prec < most; prec++) {
		snprintf(text, sizeof(text), "%.*e", prec, v);
		if (reads_back(text, v, bits))
			break;
	}
	snprintf(text, sizeof(text), "%.*e", prec, v);
	n = split_exp(text, digits, exp10);
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

/* The digits of v to `prec` places in the given form: n digits in out. */
static int exact_digits(double v, char fmt, int prec, char *out, int *exp10)
{
	char text[NUM_FLOAT];

	if (fmt == 'e')
		snprintf(text, sizeof(text), "%.*e", prec, v);
	else /* 'g': prec significant digits */
		snprintf(text, sizeof(text), "%.*e", prec ? prec - 1 : 0, v);
	return split_exp(text, out, exp10);
}

static size_t put_e(char *out, const char *d, int n, int exp10, int prec,
		    char letter)
{
	int x = d[0] == '0' ? 0 : exp10 - 1;
	size_t k = 0;

	out[k++] = d[0];
	if (prec > 0)
		out[k++] = '.';
	for (int i = 1; i <= prec; i++)
		out[k++] = i < n ? d[i] : '0';
	out[k++] = letter;
	out[k++] = x < 0 ? '-' : '+';
	if (x < 0)
		x = -x;
	if (x < 10)
		out[k++] = '0';
	return k + num_put_u64(out + k, (uint64_t)x);
}

static size_t put_f(char *out, const char *d, int n, int exp10, int prec)
{
	size_t k = 0;

	if (exp10 <= 0)
		out[k++] = '0';
	for (int i = 0; i < exp10; i++)
		out[k++] = i < n ? d[i] : '0';
	if (prec > 0)
		out[k++] = '.';
	for (int i = 0; i < prec; i++) {
		int at = exp10 + i;

		out[k++] = at >= 0 && at < n ? d[at] : '0';
	}
	out[k] = '\0';
	return k;
}

static size_t put_g(char *out, const char *d, int n, int exp10, int eprec,
		    char letter)
{
	int x = d[0] == '0' ? 0 : exp10 - 1;

	if (x < -4 || x >= eprec)
		return put_e(out, d, n, exp10, n - 1, letter);
	return put_f(out, d, n, exp10, n > exp10 ? n - exp10 : 0);
}

static size_t put_shortest(char *out, double v, char fmt, int bits)
{
	char d[20];
	int exp10, n = num_shortest(v, bits, d, &exp10);
	char letter = fmt == 'G' || fmt == 'E' ? 'E' : 'e';

	if (fmt == 'f')
		return put_f(out, d, n, exp10, n > exp10 ? n - exp10 : 0);
	if (fmt == 'e' || fmt == 'E')
		return put_e(out, d, n, exp10, n - 1, letter);
	/* Go: %e is used when the exponent is below -4 or at least the
	 * precision, which for the shortest form counts as 6. */
	return put_g(out, d, n, exp10, 6, letter);
}

static size_t put_prec(char *out, double v, char fmt, int prec)
{
	char d[NUM_FLOAT];
	int exp10, n, eprec;

	if (fmt == 'f')
		return (size_t)snprintf(out, NUM_FLOAT, "%.*f", prec, v);
	if (fmt == 'e' || fmt == 'E') {
		n = exact_digits(v, 'e', prec, d, &exp10);
		return put_e(out, d, n, exp10, prec, fmt);
	}
	if (!prec)
		prec = 1;
	n = exact_digits(v, 'g', prec, d, &exp10);
	while (n > 1 && d[n - 1] == '0')
		n--;
	eprec = prec;
	if (eprec > n && n >= exp10)
		eprec = n;
	return put_g(out, d, n, exp10, eprec, fmt == 'G' ? 'E' : 'e');
}

size_t num_put_float(char out[NUM_FLOAT], double v, char fmt, int prec, int bits)
{
	size_t k = 0;

	if (isnan(v) || isinf(v)) {
		const char *s = isnan(v) ? "NaN" : v < 0 ? "-Inf" : "+Inf";

		memcpy(out, s, strlen(s) + 1);
		return strlen(s);
	}
	if (signbit(v)) {
		out[k++] = '-';
		v = -v;
	}
	if (prec > 300)
		prec = 300;
	if (prec < 0)
		return k + put_shortest(out + k, v, fmt, bits);
	return k + put_prec(out + k, v, fmt, prec);
}

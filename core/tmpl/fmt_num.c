// SPDX-License-Identifier: MIT
/* fmt_num - padding, and numbers in all of Go's forms. The libc's printf makes
 * the digits of floats with a given precision: its %e, %f and %g agree with
 * Go's there.
 * Source: Go's fmt and strconv, as facts. */
#include "tmpl/fmt.h"

#include <math.h>
#include <stdio.h>

#include "regex/unicode.h"

/* --- padding --- */

void fmt_padding(struct fmt *f, size_t n)
{
	text_addn(f->t, f->zero && !f->minus ? '0' : ' ', n);
}

void fmt_pad(struct fmt *f, struct str s)
{
	size_t len = f->has_wid ? utf8_count(s.p, s.n) : 0;
	size_t pad = (size_t)f->wid > len ? (size_t)f->wid - len : 0;

	if (!f->has_wid)
		pad = 0;
	if (!f->minus)
		fmt_padding(f, pad);
	text_add(f->t, s.p, s.n);
	if (f->minus)
		fmt_padding(f, pad);
}

void fmt_pad_blank(struct fmt *f, struct str s)
{
	bool zero = f->zero;

	f->zero = false;
	fmt_pad(f, s);
	f->zero = zero;
}

/* --- integers --- */

/* Digits, the most significant last; returns how many (at least one). */
static size_t digits_back(char out[64], uint64_t u, unsigned base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	size_t n = 0;

	do {
		out[n++] = set[u % base];
		u /= base;
	} while (u);
	return n;
}

static const char *base_prefix(const struct fmt *f, unsigned base, char verb,
			       bool leading_zero)
{
	if (verb == 'O')
		return f->sharp && !leading_zero ? "0o0" : "0o";
	if (!f->sharp)
		return "";
	if (base == 2)
		return "0b";
	if (base == 8)
		return leading_zero ? "" : "0";
	if (base == 16)
		return verb == 'X' ? "0X" : "0x";
	return "";
}

void fmt_uint(struct fmt *f, uint64_t u, unsigned base, bool is_signed,
	      char verb)
{
	bool neg = is_signed && (int64_t)u < 0;
	char sign = neg ? '-' : f->plus ? '+' : f->space ? ' ' : '\0';
	char d[64];
	const char *prefix;
	size_t n, len, prec = 0, pad = 0;

	if (f->has_prec) {
		prec = (size_t)f->prec;
		if (!prec && !u) {
			fmt_pad_blank(f, STR(""));
			return;
		}
	} else if (f->zero && !f->minus && f->has_wid) {
		prec = (size_t)f->wid;
		if (sign && prec)
			prec--;
	}
	n = digits_back(d, neg ? 0 - u : u, base, verb == 'X');
	prefix = base_prefix(f, base, verb, prec > n || d[n - 1] == '0');
	len = (sign != 0) + strlen(prefix) + (prec > n ? prec : n);
	if (f->has_wid && (size_t)f->wid > len)
		pad = (size_t)f->wid - len;
	if (!f->minus)
		text_addn(f->t, ' ', pad);
	if (sign)
		text_addc(f->t, sign);
	text_adds(f->t, prefix);
	if (prec > n)
		text_addn(f->t, '0', prec - n);
	while (n)
		text_addc(f->t, d[--n]);
	if (f->minus)
		text_addn(f->t, ' ', pad);
}

/* U+0041, and with # the character behind it. */
void fmt_unicode(struct fmt *f, uint64_t u)
{
	struct text s = {.a = f->t->a};
	char d[64];
	size_t n = digits_back(d, u, 16, true);
	size_t prec = f->has_prec && f->prec > 4 ? (size_t)f->prec : 4;

	text_adds(&s, "U+");
	if (prec > n)
		text_addn(&s, '0', prec - n);
	while (n)
		text_addc(&s, d[--n]);
	if (f->sharp && u <= RUNE_MAX && unicode_print((uint32_t)u)) {
		text_adds(&s, " '");
		text_rune(&s, (uint32_t)u);
		text_addc(&s, '\'');
	}
	fmt_pad_blank(f, text_str(&s));
}

void fmt_rune(struct fmt *f, uint64_t u, bool quoted)
{
	struct text s = {.a = f->t->a};
	uint32_t r = u > RUNE_MAX ? RUNE_ERROR : (uint32_t)u;

	if (!quoted) {
		text_rune(&s, r);
	} else {
		if (r >= 0xD800 && r <= 0xDFFF)
			r = RUNE_ERROR;
		text_addc(&s, '\'');
		quote_rune(&s, r, '\'', f->plus);
		text_addc(&s, '\'');
	}
	fmt_pad(f, text_str(&s));
}

/* --- floats --- */

/* The shortest form, %e from 10^6 up and below 10^-4 as Go's 'g' has it. */
static void put_shortest(struct text *t, double v, char verb)
{
	char digits[20];
	int exp10, n = num_shortest(v, 64, digits, &exp10);
	int x = v == 0 ? 0 : exp10 - 1;

	if (x < -4 || x >= 6) {
		char e[16];

		text_addc(t, digits[0]);
		if (n > 1)
			text_addc(t, '.');
		text_add(t, digits + 1, (size_t)n - 1);
		snprintf(e, sizeof(e), "%c%+03d", verb == 'G' ? 'E' : 'e', x);
		text_adds(t, e);
		return;
	}
	if (exp10 <= 0) {
		text_adds(t, "0.");
		text_addn(t, '0', (size_t)-exp10);
		text_add(t, digits, (size_t)n);
		return;
	}
	text_add(t, digits, (size_t)(n < exp10 ? n : exp10));
	if (n < exp10) {
		text_addn(t, '0', (size_t)(exp10 - n));
	} else if (n > exp10) {
		text_addc(t, '.');
		text_add(t, digits + exp10, (size_t)(n - exp10));
	}
}

/* 4503599627370496p-52: mantissa and exponent in decimal. */
static void put_binary(struct text *t, double v)
{
	uint64_t bits, mant;
	int exp;
	char out[48];

	memcpy(&bits, &v, sizeof(bits));
	exp = (int)(bits >> 52 & 0x7FF);
	mant = bits & ((UINT64_C(1) << 52) - 1);
	if (exp)
		mant |= UINT64_C(1) << 52;
	else
		exp = 1;
	snprintf(out, sizeof(out), "%llup%+d", (unsigned long long)mant,
		 exp - 1075);
	text_adds(t, out);
}

/* 0x1.8p+01: C's form but for the exponent's two digits and prec < 0. */
static void put_hex(struct text *t, double v, char verb, int prec)
{
	int exp = 0, two;
	uint64_t mant = 0; /* 1 bit, then 60 of fraction */
	char e[16];

	if (v != 0) {
		mant = (uint64_t)ldexp(frexp(v, &exp), 61);
		exp--;
	}
	if (prec >= 0 && prec < 15) {
		unsigned cut = 60 - 4 * (unsigned)prec;
		uint64_t half = UINT64_C(1) << (cut - 1);
		uint64_t low = mant & ((UINT64_C(1) << cut) - 1);

		mant = mant >> cut;
		if (low > half || (low == half && (mant & 1)))
			mant++;
		mant <<= cut;
		if (mant >> 61) {
			mant >>= 1;
			exp++;
		}
	}
	text_adds(t, verb == 'X' ? "0X" : "0x");
	text_addc(t, (char)('0' + (mant >> 60)));
	if (prec > 0 || (prec < 0 && mant << 4))
		text_addc(t, '.');
	mant <<= 4;
	for (int i = 0; prec < 0 ? mant != 0 : i < prec; i++) {
		two = (int)(mant >> 60);
		text_addc(t, (verb == 'X' ? "0123456789ABCDEF"
					  : "0123456789abcdef")[two]);
		mant <<= 4;
	}
	snprintf(e, sizeof(e), "%c%+03d", verb == 'X' ? 'P' : 'p', exp);
	text_adds(t, e);
}

static void put_digits(struct text *t, double v, char verb, int prec)
{
	size_t max = (size_t)prec + 400;
	char form[] = "%.*f", *buf;
	int n;

	form[3] = verb;
	buf = arena_alloc(t->a, max);
	if (!buf)
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = snprintf(buf, max, form, prec, v);
#pragma GCC diagnostic pop
	text_add(t, buf, n < 0 ? 0 : (size_t)n);
}

/* |v| (not Inf or NaN) in one of Go's forms. */
static void put_float(struct text *t, double v, char verb, int prec)
{
	if (verb == 'b')
		put_binary(t, v);
	else if (verb == 'x' || verb == 'X')
		put_hex(t, v, verb, prec);
	else if (prec < 0)
		put_shortest(t, v, verb);
	else
		put_digits(t, v, verb, prec);
}

/* The # flag: a decimal point always, and for %g its trailing zeros. num is
 * the text without sign. */
static void sharpen(struct text *t, struct str num, char verb, int prec)
{
	bool hex = verb == 'x' || verb == 'X', point = false, seen = false;
	int digits = verb == 'g' || verb == 'G' || verb == 'x' ? prec : 0;
	size_t end;

	if (digits < 0)
		digits = 6;
	for (end = 0; end < num.n; end++) {
		char c = num.p[end];

		if (c == 'p' || c == 'P' || ((c == 'e' || c == 'E') && !hex))
			break;
		if (c == '.') {
			point = true;
			continue;
		}
		seen |= c != '0';
		digits -= seen;
	}
	text_add(t, num.p, end);
	if (!point) {
		if (end == 1 && num.p[0] == '0')
			digits--;
		text_addc(t, '.');
	}
	if (digits > 0)
		text_addn(t, '0', (size_t)digits);
	text_add(t, num.p + end, num.n - end);
}

static void float_special(struct fmt *f, double v)
{
	bool blank = f->space && !f->plus;
	const char *s = f->plus ? "+NaN" : f->space ? " NaN" : "NaN";

	if (isinf(v))
		s = v < 0 ? "-Inf" : blank ? " Inf" : "+Inf";
	fmt_pad_blank(f, str_of(s));
}

void fmt_float(struct fmt *f, double v, char verb, int prec)
{
	struct text s = {.a = f->t->a}, sharp = {.a = f->t->a};
	char sign = signbit(v) ? '-' : f->plus ? '+' : f->space ? ' ' : '\0';

	if (f->has_prec)
		prec = f->prec;
	if (!isfinite(v)) {
		float_special(f, v);
		return;
	}
	if (sign)
		text_addc(&s, sign);
	put_float(&s, fabs(v), verb, prec);
	if (f->sharp && verb != 'b') {
		if (sign)
			text_addc(&sharp, sign);
		sharpen(&sharp, str_cut(text_str(&s), sign != 0, s.n), verb,
			prec);
		s = sharp;
	}
	if (sign && f->zero && !f->minus && f->has_wid && (size_t)f->wid > s.n) {
		text_addc(f->t, sign);
		fmt_padding(f, (size_t)f->wid - s.n);
		text_add(f->t, s.p + 1, s.n - 1);
		return;
	}
	fmt_pad(f, text_str(&s));
}

// SPDX-License-Identifier: MIT
/* dur - durations as Go reads and prints them; see base/dur.h. */
#include "base/dur.h"

#include <string.h>

#include "base/num.h"

enum { TEXT = 1024 }; /* of a duration in an error */

static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{"ns", 1},
	{"us", DUR_US},
	{"\xC2\xB5s", DUR_US},
	{"\xCE\xBCs", DUR_US},
	{"ms", DUR_MS},
	{"s", DUR_S},
	{"m", DUR_MIN},
	{"h", DUR_HOUR},
};

const char *dur_quote(char *out, size_t size, struct str s)
{
	static const char digits[] = "0123456789abcdef";
	size_t k = 0;

	out[k++] = '"';
	for (size_t i = 0; i < s.n && k + 6 <= size; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80 || c < ' ') {
			out[k++] = '\\';
			out[k++] = 'x';
			out[k++] = digits[c >> 4];
			out[k++] = digits[c & 15];
			continue;
		}
		if (c == '"' || c == '\\')
			out[k++] = '\\';
		out[k++] = (char)c;
	}
	out[k++] = '"';
	out[k] = '\0';
	return out;
}

static int bad(struct str s, const char *what, struct err *e)
{
	char text[TEXT];

	return err_set(e, 0, "time: %s duration %s", what,
		       dur_quote(text, sizeof(text), s));
}

/* The digits at the start of *s as a whole number; -1 on overflow. */
static int take_int(struct str *s, uint64_t *v, size_t *digits)
{
	*v = 0;
	*digits = 0;
	while (s->n && ascii_digit((unsigned char)s->p[0])) {
		if (*v > (UINT64_C(1) << 63) / 10)
			return -1;
		*v = *v * 10 + (uint64_t)(s->p[0] - '0');
		if (*v > UINT64_C(1) << 63)
			return -1;
		s->p++;
		s->n--;
		(*digits)++;
	}
	return 0;
}

/* The digits after the point: value *f over *scale; excess digits drop. */
static void take_frac(struct str *s, uint64_t *f, double *scale, size_t *digits)
{
	*f = 0;
	*scale = 1;
	*digits = 0;
	for (; s->n && ascii_digit((unsigned char)s->p[0]); s->p++, s->n--) {
		(*digits)++;
		if (*f > (INT64_MAX - 9) / 10)
			continue;
		*f = *f * 10 + (uint64_t)(s->p[0] - '0');
		*scale *= 10;
	}
}

static const struct unit *take_unit(struct str *s, struct str *name)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != '.' &&
	       !ascii_digit((unsigned char)s->p[n]))
		n++;
	*name = str_n(s->p, n);
	s->p += n;
	s->n -= n;
	for (size_t i = 0; i < COUNT(units); i++)
		if (str_is(*name, units[i].name))
			return &units[i];
	return NULL;
}

/* One "1.5h" of the sequence, added to *total. */
static int take_part(struct str orig, struct str *s, uint64_t *total,
		     struct err *e)
{
	const struct unit *u;
	struct str name;
	uint64_t v, f = 0;
	char unit[TEXT], text[TEXT];
	double scale = 1;
	size_t before, after = 0;

	if (take_int(s, &v, &before) < 0)
		return bad(orig, "invalid", e);
	if (s->n && s->p[0] == '.') {
		s->p++;
		s->n--;
		take_frac(s, &f, &scale, &after);
	}
	if (!before && !after)
		return bad(orig, "invalid", e);
	u = take_unit(s, &name);
	if (!name.n)
		return bad(orig, "missing unit in", e);
	if (!u)
		return err_set(e, 0, "time: unknown unit %s in duration %s",
			       dur_quote(unit, sizeof(unit), name),
			       dur_quote(text, sizeof(text), orig));
	if (v > (UINT64_C(1) << 63) / (uint64_t)u->ns)
		return bad(orig, "invalid", e);
	v *= (uint64_t)u->ns;
	if (f)
		v += (uint64_t)((double)f * ((double)u->ns / scale));
	*total += v;
	if (v > UINT64_C(1) << 63 || *total > UINT64_C(1) << 63)
		return bad(orig, "invalid", e);
	return 0;
}

int dur_parse(struct str s, int64_t *ns, struct err *e)
{
	struct str orig = s;
	uint64_t total = 0;
	bool neg = false;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		neg = s.p[0] == '-';
		s.p++;
		s.n--;
	}
	if (str_is(s, "0")) {
		*ns = 0;
		return 0;
	}
	if (!s.n)
		return bad(orig, "invalid", e);
	while (s.n)
		if (take_part(orig, &s, &total, e) < 0)
			return -1;
	if (!neg && total > INT64_MAX)
		return bad(orig, "invalid", e);
	*ns = neg ? (int64_t)(0 - total) : (int64_t)total;
	return 0;
}

/* v / 10^prec with its fraction's trailing zeros dropped. */
static size_t put_frac(char *out, uint64_t v, int prec)
{
	uint64_t scale = 1, frac;
	size_t n;

	for (int i = 0; i < prec; i++)
		scale *= 10;
	n = num_put_u64(out, v / scale);
	frac = v % scale;
	if (!frac)
		return n;
	out[n] = '.';
	for (int i = prec; i > 0; i--, frac /= 10)
		out[n + (size_t)i] = (char)('0' + frac % 10);
	n += (size_t)prec + 1;
	while (out[n - 1] == '0')
		n--;
	return n;
}

size_t dur_put(char out[DUR_TEXT], int64_t ns)
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	size_t n = 0;

	if (ns < 0)
		out[n++] = '-';
	if (!u) {
		memcpy(out, "0s", 3);
		return 2;
	}
	if (u < (uint64_t)DUR_S) {
		const char *unit = u < 1000	 ? "ns"
				   : u < 1000000 ? "\xC2\xB5s"
						 : "ms";

		n += put_frac(out + n, u, u < 1000 ? 0 : u < 1000000 ? 3 : 6);
		memcpy(out + n, unit, strlen(unit) + 1);
		return n + strlen(unit);
	}
	if (u >= (uint64_t)DUR_HOUR) {
		n += num_put_u64(out + n, u / (uint64_t)DUR_HOUR);
		out[n++] = 'h';
	}
	if (u >= (uint64_t)DUR_MIN) {
		n += num_put_u64(out + n, u / (uint64_t)DUR_MIN % 60);
		out[n++] = 'm';
	}
	n += put_frac(out + n, u % (uint64_t)DUR_MIN, 9);
	out[n++] = 's';
	out[n] = '\0';
	return n;
}

int64_t dur_ms(int64_t ns)
{
	if (ns <= 0)
		return 0;
	return ns / DUR_MS + (ns % DUR_MS != 0);
}

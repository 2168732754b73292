// SPDX-License-Identifier: MIT
/* yaml_resolve - YAML 1.1's implicit types with yaml.v2's reading of them:
 * y/n/on/off are booleans, 0o17 and 017 octal, 1_000 a number, 08 a float,
 * dates timestamps. */
#include "yaml_inner.h"

#include <float.h>
#include <math.h>

#include "base/num.h"

/* In lower case; Title and UPPER case are read as well. */
static const struct word {
	const char *text;
	enum yaml_kind kind;
	bool yes;
	double f;
} words[] = {
	{"y", YAML_BOOL, true, 0},	{"yes", YAML_BOOL, true, 0},
	{"true", YAML_BOOL, true, 0},	{"on", YAML_BOOL, true, 0},
	{"n", YAML_BOOL, false, 0},	{"no", YAML_BOOL, false, 0},
	{"false", YAML_BOOL, false, 0}, {"off", YAML_BOOL, false, 0},
	{"", YAML_NULL, false, 0},	{"~", YAML_NULL, false, 0},
	{"null", YAML_NULL, false, 0},	{".nan", YAML_FLOAT, false, NAN},
	{".inf", YAML_FLOAT, false, INFINITY},
	{"+.inf", YAML_FLOAT, false, INFINITY},
	{"-.inf", YAML_FLOAT, false, -INFINITY},
};

static bool upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* All small, all capital, or the first letter alone capital; and .NaN. */
static bool case_ok(struct str s)
{
	size_t first = 0, letters = 0, capitals = 0;

	for (size_t i = 0; i < s.n; i++)
		if (ascii_alpha((unsigned char)s.p[i])) {
			if (!letters++)
				first = i;
			capitals += upper(s.p[i]);
		}
	return capitals == 0 || capitals == letters ||
	       (capitals == 1 && upper(s.p[first])) || str_is(s, ".NaN");
}

static const struct word *find_word(struct str s)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_ieq(s, str_of(words[i].text)))
			return case_ok(s) && !(s.n == 4 && str_is(s, ".Nan"))
				       ? &words[i]
				       : NULL;
	return NULL;
}

/* --- numbers --- */

/* Go's ParseInt and ParseUint with base 0, of digits without underscores. */
static bool integer(struct str s, struct val *v)
{
	bool sign = s.n && (s.p[0] == '-' || s.p[0] == '+');
	bool minus = sign && s.p[0] == '-';
	unsigned base = 10;
	uint64_t u = 0;

	if (sign)
		s = str_cut(s, 1, s.n);
	if (!s.n)
		return false;
	if (s.p[0] == '0') {
		char c = s.n > 2 ? (char)(s.p[1] | 32) : '\0';

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		s = str_cut(s, base != 8 || c == 'o' ? 2 : 1, s.n);
	}
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hex((unsigned char)s.p[i]);

		if (d < 0 || (unsigned)d >= base ||
		    u > (UINT64_MAX - (unsigned)d) / base)
			return false;
		u = u * base + (unsigned)d;
	}
	if (minus ? u > UINT64_C(1) << 63 : sign && u > INT64_MAX)
		return false;
	*v = minus	     ? val_int((int64_t)(0 - u))
	     : u > INT64_MAX ? val_uint64(u)
			     : val_int((int64_t)u);
	return true;
}

static size_t digits(struct str s, size_t i)
{
	while (i < s.n && ascii_digit((unsigned char)s.p[i]))
		i++;
	return i;
}

/* [-+]? (.digits | digits [. digits?]) ([eE] [-+]? digits)? */
static bool floating(struct str s, struct val *v)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), from = i;
	double f;

	i = digits(s, i);
	if (i < s.n && s.p[i] == '.') {
		size_t end = digits(s, i + 1);

		if (i == from && end == i + 1)
			return false;
		i = end;
	} else if (i == from) {
		return false;
	}
	if (i < s.n && (s.p[i] | 32) == 'e') {
		i++;
		i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
		from = i;
		i = digits(s, i);
		if (i == from)
			return false;
	}
	if (i != s.n || !num_double(s, &f) || f > DBL_MAX || f < -DBL_MAX)
		return false;
	*v = val_float(f);
	return true;
}

/* The number's text may hold underscores anywhere. */
static enum yaml_kind number(struct str s, struct val *v)
{
	char plain[512];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_')
			continue;
		if (n == sizeof(plain))
			return YAML_STR;
		plain[n++] = s.p[i];
	}
	if (integer(str_n(plain, n), v))
		return YAML_INT;
	return floating(str_n(plain, n), v) ? YAML_FLOAT : YAML_STR;
}

/* --- timestamps --- */

/* One or two digits, 0 <= value <= max; *at moves behind them. */
static bool small(struct str s, size_t *at, unsigned max, unsigned *out)
{
	size_t end = digits(s, *at);

	if (end > *at + 2)
		end = *at + 2;
	if (end == *at)
		return false;
	*out = 0;
	for (; *at < end; (*at)++)
		*out = *out * 10 + (unsigned)(s.p[*at] - '0');
	return *out <= max;
}

static bool sign(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static bool zone(struct str s, size_t at)
{
	unsigned v;

	if (sign(s, &at, 'Z'))
		return at == s.n;
	return (sign(s, &at, '+') || sign(s, &at, '-')) && at + 5 == s.n &&
	       small(s, &at, 24, &v) && sign(s, &at, ':') &&
	       small(s, &at, 60, &v) && at == s.n;
}

static bool month_ok(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char days[] = {31, 29, 31, 30, 31, 30,
					     31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] && (month != 2 || day < 29 || leap);
}

/* 2006-1-2, 2006-1-2 15:4:5.9 and 2006-1-2T15:4:5.9Z07:00 (or t). */
static bool timestamp(struct str s)
{
	size_t at = 5;
	unsigned year = 0, month, day, v;
	bool iso;

	if (digits(s, 0) != 4 || s.n < 5 || s.p[4] != '-')
		return false;
	for (int i = 0; i < 4; i++)
		year = year * 10 + (unsigned)(s.p[i] - '0');
	if (!small(s, &at, 12, &month) || !sign(s, &at, '-') ||
	    !small(s, &at, 31, &day) || !month_ok(year, month, day))
		return false;
	if (at == s.n)
		return true;
	iso = s.p[at] == 'T' || s.p[at] == 't';
	if (!iso && s.p[at] != ' ')
		return false;
	while (!iso && at + 1 < s.n && s.p[at + 1] == ' ')
		at++;
	at++;
	if (!small(s, &at, 23, &v) || !sign(s, &at, ':') ||
	    !small(s, &at, 59, &v) || !sign(s, &at, ':') ||
	    !small(s, &at, 59, &v))
		return false;
	if (at + 1 < s.n && (s.p[at] == '.' || s.p[at] == ',') &&
	    digits(s, at + 1) > at + 1)
		at = digits(s, at + 1);
	return iso ? zone(s, at) : at == s.n;
}

bool yaml_base60(struct str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), groups = 0;

	if (i >= s.n || !ascii_digit((unsigned char)s.p[i]))
		return false;
	while (i < s.n && (ascii_digit((unsigned char)s.p[i]) || s.p[i] == '_'))
		i++;
	for (; i < s.n && s.p[i] == ':'; groups++) {
		size_t end = digits(s, i + 1);

		if (end == i + 1 || end > i + 3 ||
		    (end == i + 3 && s.p[i + 1] > '5'))
			return false;
		i = end;
	}
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && (ascii_digit((unsigned char)s.p[i]) ||
				      s.p[i] == '_');)
			i++;
	return groups > 0 && i == s.n;
}

enum yaml_kind yaml_resolve(struct str s, bool stamps, struct val *v)
{
	const struct word *w = find_word(s);
	char c = s.n ? s.p[0] : '\0';

	*v = val_str(s);
	if (w) {
		*v = w->kind == YAML_BOOL    ? val_bool(w->yes)
		     : w->kind == YAML_FLOAT ? val_float(w->f)
					     : val_none();
		return w->kind;
	}
	if (c == '.')
		return floating(s, v) ? YAML_FLOAT : YAML_STR;
	if (c != '+' && c != '-' && !ascii_digit((unsigned char)c))
		return YAML_STR;
	if (stamps && timestamp(s))
		return YAML_STAMP;
	return number(s, v);
}

// SPDX-License-Identifier: MIT
/* num - whole numbers from text and back; see base/num.h. */
#include "base/num.h"

#include <string.h>

static bool digits(struct str s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool num_u64(struct str s, uint64_t max, uint64_t *out)
{
	return digits(s, 10, max, out);
}

bool num_oct(struct str s, uint64_t max, uint64_t *out)
{
	return digits(s, 8, max, out);
}

bool num_arg(const char *s, uint64_t max, uint64_t *out)
{
	return digits(str_of(s), 10, max, out);
}

bool num_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	uint64_t u;
	int64_t v;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		s.p++;
		s.n--;
	}
	if (!digits(s, 10, neg ? UINT64_C(1) << 63 : INT64_MAX, &u))
		return false;
	v = neg ? (int64_t)(0 - u) : (int64_t)u;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

size_t num_put_u64(char *out, uint64_t v)
{
	char rev[NUM_TEXT];
	size_t n = 0;

	do {
		rev[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	for (size_t i = 0; i < n; i++)
		out[i] = rev[n - 1 - i];
	out[n] = '\0';
	return n;
}

size_t num_put_i64(char *out, int64_t v)
{
	if (v >= 0)
		return num_put_u64(out, (uint64_t)v);
	out[0] = '-';
	return 1 + num_put_u64(out + 1, 0 - (uint64_t)v);
}

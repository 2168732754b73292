// SPDX-License-Identifier: MIT
/* base64 - standard alphabet with padding, as KV values come in JSON. */
#include "consul/inner.h"

static int digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int consul_base64(struct arena *a, struct str in, struct str *out)
{
	unsigned char *p = arena_alloc(a, in.n / 4 * 3 + 4);
	unsigned bits = 0, have = 0;
	size_t n = 0, end = in.n;

	if (!p)
		return -1;
	while (end && in.p[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++) {
		int d = digit((unsigned char)in.p[i]);

		if (d < 0)
			return -1;
		bits = bits << 6 | (unsigned)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			p[n++] = (unsigned char)(bits >> have);
		}
	}
	*out = str_n((const char *)p, n);
	return 0;
}

// SPDX-License-Identifier: MIT
/* utf8 - see base/utf8.h. */
#include "base/utf8.h"

uint32_t utf8_decode(const char *p, size_t n, int *width)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t r, least;
	int len;

	*width = n ? 1 : 0;
	if (!n || s[0] < 0x80)
		return n ? s[0] : RUNE_ERROR;
	if (s[0] >= 0xC2 && s[0] <= 0xDF) {
		len = 2, r = s[0] & 0x1F, least = 0x80;
	} else if ((s[0] & 0xF0) == 0xE0) {
		len = 3, r = s[0] & 0x0F, least = 0x800;
	} else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
		len = 4, r = s[0] & 0x07, least = 0x10000;
	} else {
		return RUNE_ERROR;
	}
	if (n < (size_t)len)
		return RUNE_ERROR;
	for (int i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return RUNE_ERROR;
		r = r << 6 | (s[i] & 0x3F);
	}
	if (r < least || r > RUNE_MAX || (r >= 0xD800 && r <= 0xDFFF))
		return RUNE_ERROR;
	*width = len;
	return r;
}

uint32_t utf8_decode_last(const char *p, size_t n, int *width)
{
	size_t most = n < UTF8_MAX ? n : UTF8_MAX;

	for (size_t i = 2; i <= most; i++) {
		uint32_t r = utf8_decode(p + n - i, i, width);

		if (*width == (int)i)
			return r;
	}
	if (!n)
		return utf8_decode(p, 0, width);
	return utf8_decode(p + n - 1, 1, width);
}

int utf8_encode(uint32_t r, char out[UTF8_MAX])
{
	if (r > RUNE_MAX || (r >= 0xD800 && r <= 0xDFFF))
		r = RUNE_ERROR;
	if (r < 0x80) {
		out[0] = (char)r;
		return 1;
	}
	if (r < 0x800) {
		out[0] = (char)(0xC0 | r >> 6);
		out[1] = (char)(0x80 | (r & 0x3F));
		return 2;
	}
	if (r < 0x10000) {
		out[0] = (char)(0xE0 | r >> 12);
		out[1] = (char)(0x80 | (r >> 6 & 0x3F));
		out[2] = (char)(0x80 | (r & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | r >> 18);
	out[1] = (char)(0x80 | (r >> 12 & 0x3F));
	out[2] = (char)(0x80 | (r >> 6 & 0x3F));
	out[3] = (char)(0x80 | (r & 0x3F));
	return 4;
}

bool utf8_valid(const char *p, size_t n)
{
	int w;

	for (size_t i = 0; i < n; i += (size_t)w)
		if (utf8_decode(p + i, n - i, &w) == RUNE_ERROR && w == 1)
			return false;
	return true;
}

size_t utf8_count(const char *p, size_t n)
{
	size_t count = 0;
	int w;

	for (size_t i = 0; i < n; i += (size_t)w, count++)
		utf8_decode(p + i, n - i, &w);
	return count;
}

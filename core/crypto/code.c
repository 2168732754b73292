// SPDX-License-Identifier: MIT
/* code - base64, base32 and hex, with the error offsets of Go's encoding
 * packages. */
#include "base.h"
#include "crypto.h"

/* --- hex --- */

void crypto_hex(const uint8_t *data, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

void crypto_hex_put(struct str data, struct buf *out)
{
	if (data.n > SIZE_MAX / 2 || buf_reserve(out, 2 * data.n) < 0)
		return;
	crypto_hex((const uint8_t *)data.p, data.n, out->p + out->len);
	out->len += 2 * data.n;
}

/* --- both alphabets --- */

static char letter64(enum crypto_base64 kind, unsigned v)
{
	if (v < 52)
		return (char)(v < 26 ? 'A' + v : 'a' + v - 26);
	if (v < 62)
		return (char)('0' + v - 52);
	if (kind == BASE64_STD)
		return v == 62 ? '+' : '/';
	return v == 62 ? '-' : '_';
}

static int value64(enum crypto_base64 kind, char c)
{
	if (ascii_alpha((unsigned char)c))
		return c >= 'a' ? c - 'a' + 26 : c - 'A';
	if (ascii_digit((unsigned char)c))
		return c - '0' + 52;
	if (c == letter64(kind, 62))
		return 62;
	return c == letter64(kind, 63) ? 63 : -1;
}

static int value32(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Groups of 3 bytes as 4 letters of 6 bits, or 5 as 8 of 5 bits. */
static void put(struct str data, unsigned bits, enum crypto_base64 kind,
		struct buf *out)
{
	size_t in = bits == 6 ? 3 : 5, letters = in * 8 / bits;

	for (size_t i = 0; i < data.n; i += in) {
		size_t have = data.n - i < in ? data.n - i : in;
		uint64_t v = 0;

		for (size_t k = 0; k < in; k++)
			v = v << 8 | (k < have ? (uint8_t)data.p[i + k] : 0u);
		for (size_t k = 0; k < letters; k++) {
			unsigned x = v >> ((letters - 1 - k) * bits) &
				     ((1u << bits) - 1);
			char c = bits == 6 ? letter64(kind, x)
					   : (char)(x < 26 ? 'A' + x
							   : '2' + x - 26);

			/* The last group has only what its bits need. */
			buf_addc(out, k * bits < have * 8 ? c : '=');
		}
	}
}

void crypto_base64_put(enum crypto_base64 kind, struct str data,
		       struct buf *out)
{
	put(data, 6, kind, out);
}

void crypto_base32_put(struct str data, struct buf *out)
{
	put(data, 5, BASE64_STD, out);
}

/* --- decoding --- */

static void skip_lines(struct str t, size_t *i)
{
	while (*i < t.n && (t.p[*i] == '\n' || t.p[*i] == '\r'))
		++*i;
}

static int corrupt(struct buf *out, size_t len, int base, size_t at,
		   struct err *e)
{
	if (!out->failed)
		buf_cut(out, len);
	return err_set(e, 0, "illegal base%d data at input byte %zu", base, at);
}

/* What a group of letters stands for: n of them, bits each. */
static void put_group(const uint8_t *v, unsigned n, unsigned bits,
		      struct buf *out)
{
	uint64_t acc = 0;
	unsigned have = 0;

	for (unsigned k = 0; k < n; k++) {
		acc = acc << bits | v[k];
		have += bits;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(acc >> have));
		}
	}
}

/* The padding of a group with j letters (2 or 3), the first '=' at i - 1.
 * Returns whether it is right, and where it ends or goes wrong in *i. */
static bool padding64(struct str t, size_t *i, unsigned j)
{
	if (j < 2) {
		--*i;
		return false;
	}
	if (j == 2) {
		skip_lines(t, i);
		if (*i == t.n)
			return false;
		if (t.p[*i] != '=') {
			--*i;
			return false;
		}
		++*i;
	}
	skip_lines(t, i);
	return *i == t.n;
}

int crypto_base64_get(enum crypto_base64 kind, struct str t, struct buf *out,
		      struct err *e)
{
	size_t i = 0, start = out->len;
	uint8_t v[4];
	unsigned j = 0;

	for (;;) {
		int x;

		if (i == t.n && j)
			return corrupt(out, start, 64, i - j, e);
		if (i == t.n)
			break;
		x = value64(kind, t.p[i++]);
		if (x < 0 && (t.p[i - 1] == '\n' || t.p[i - 1] == '\r'))
			continue;
		if (x < 0 && t.p[i - 1] != '=')
			return corrupt(out, start, 64, i - 1, e);
		if (x < 0 && !padding64(t, &i, j))
			return corrupt(out, start, 64, i, e);
		if (x >= 0)
			v[j++] = (uint8_t)x;
		if (x < 0 || j == 4) {
			put_group(v, j, 6, out);
			j = 0;
		}
	}
	return out->failed ? err_nomem(e) : 0;
}

/* Decodes one group of up to 8 letters at the start of *left, which ends at
 * byte `all` of the text without newlines. 1 more may follow, 0 end, -1 an
 * error at *at. */
static int group32(struct str *left, size_t all, struct buf *out, size_t *at)
{
	uint8_t v[8];
	unsigned j = 0;

	while (j < 8) {
		char c;
		int x;

		if (left->n == 0) {
			*at = all - j;
			return -1;
		}
		c = *left->p;
		*left = str_cut(*left, 1, left->n);
		if (c == '=' && j >= 2 && left->n < 8) {
			*at = all;
			if (left->n + j < 7)
				return -1;
			for (size_t k = 0; k < 7 - j && k < left->n; k++) {
				*at = all - left->n + k - 1;
				if (left->p[k] != '=')
					return -1;
			}
			*at = all - left->n - 1;
			if (j == 3 || j == 6)
				return -1;
			put_group(v, j, 5, out);
			return 0;
		}
		x = value32(c);
		*at = all - left->n - 1;
		if (x < 0)
			return -1;
		v[j++] = (uint8_t)x;
	}
	put_group(v, j, 5, out);
	return 1;
}

int crypto_base32_get(struct str text, struct buf *out, struct err *e)
{
	size_t start = out->len, at = 0;
	struct buf flat = {0};
	struct str left;
	bool failed;
	int r = 1;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_addc(&flat, text.p[i]);
	left = str_n(buf_str(&flat), flat.len);
	while (r > 0 && left.n)
		r = group32(&left, flat.len, out, &at);
	failed = flat.failed || out->failed;
	buf_free(&flat);
	if (r < 0)
		return corrupt(out, start, 32, at, e);
	return failed ? err_nomem(e) : 0;
}

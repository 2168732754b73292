// SPDX-License-Identifier: MIT
/* hpack - see hpack.h. Numbers, strings, Huffman code and table are those of
 * RFC 7541, appendices A and B. */
#include "health/hpack.h"

/* --- Huffman --- */

enum { CODE_MAX = 19 }; /* longest code that is decoded, bits */

/* The code is canonical: how many symbols have 5, 6 ... 19 bits, and the
 * symbols in the order of their codes. Longer codes stand for bytes outside
 * ASCII and control bytes; a text ends before the first of them. */
static const uint8_t code_counts[CODE_MAX - 4] = {
	10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3,
};
static const uint8_t code_symbols[] =
	"012aceiost %-./3456789=A_bdfghlmnpru"
	":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"
	"&*,;XZ!\"()?'+|#>\0$@[]~^}<`{\\\xC3\xD0";

static bool decode(struct str in, struct buf *out)
{
	size_t bits = 8 * in.n, at = 0;

	while (bits - at >= 5) {
		uint32_t code = 0, first = 0, index = 0;
		int len = 0;

		/* first: the first code of this length. */
		while (len < CODE_MAX && at + (size_t)len < bits) {
			size_t i = at + (size_t)len++;
			uint32_t count = len < 5 ? 0 : code_counts[len - 5];

			code = code << 1 |
			       (((uint8_t)in.p[i >> 3] >> (7 - (i & 7))) & 1u);
			if (code - first < count) {
				if (buf_addc(out, (char)code_symbols[
						     index + code - first]) < 0)
					return false;
				break;
			}
			index += count;
			first = (first + count) << 1;
			if (len == CODE_MAX)
				return true;
		}
		at += (size_t)len;
	}
	return true;
}

/* --- reading --- */

struct reader {
	const uint8_t *p, *end;
};

/* A number with a prefix of so many bits in the byte at hand. */
static bool read_number(struct reader *r, int prefix, uint32_t *out)
{
	uint32_t max = (1u << prefix) - 1, v;
	int shift = 0;

	if (r->p == r->end)
		return false;
	v = *r->p++ & max;
	if (v < max) {
		*out = v;
		return true;
	}
	do {
		if (r->p == r->end || shift > 21)
			return false;
		v += (uint32_t)(*r->p & 127) << shift;
		shift += 7;
	} while (*r->p++ & 128);
	*out = v;
	return true;
}

static bool read_text(struct reader *r, struct buf *out)
{
	bool huffman = r->p < r->end && *r->p & 0x80;
	uint32_t n;
	struct str s;

	buf_reset(out);
	if (!read_number(r, 7, &n) || n > (size_t)(r->end - r->p))
		return false;
	s = str_n((const char *)r->p, n);
	r->p += n;
	return huffman ? decode(s, out) : buf_add(out, s.p, s.n) == 0;
}

/* The entries of the static table that are worth knowing: 8 to 14 are the
 * common values of :status, 31 is content-type. */
static struct str static_name(uint32_t i)
{
	if (i >= 8 && i <= 14)
		return STR(":status");
	return i == 31 ? STR("content-type") : STR("");
}

static struct str static_value(uint32_t i)
{
	static const char status[7][4] = {"200", "204", "206", "304",
					  "400", "404", "500"};

	return i >= 8 && i <= 14 ? str_n(status[i - 8], 3) : STR("");
}

enum { STATIC_LAST = 61 };

static int read_header(struct reader *r, struct buf *name, struct buf *value,
		       hpack_fn *fn, void *ctx)
{
	uint8_t b = *r->p;
	uint32_t i;

	if (b & 0x80) { /* both from the table */
		if (!read_number(r, 7, &i) || i == 0 || i > STATIC_LAST)
			return -1;
		fn(ctx, static_name(i), static_value(i));
		return 0;
	}
	if ((b & 0xE0) == 0x20) /* the table's size: no more than we said */
		return read_number(r, 5, &i) && i == 0 ? 0 : -1;
	/* A literal: to be remembered (which a table of size 0 does not), or
	 * not, or never. */
	if (!read_number(r, b & 0x40 ? 6 : 4, &i) || i > STATIC_LAST ||
	    (i == 0 && !read_text(r, name)) || !read_text(r, value))
		return -1;
	fn(ctx, i ? static_name(i) : str_n(buf_str(name), name->len),
	   str_n(buf_str(value), value->len));
	return 0;
}

int hpack_read(struct str block, hpack_fn *fn, void *ctx)
{
	struct reader r = {(const uint8_t *)block.p, NULL};
	struct buf BUF_AUTO name = {0}, BUF_AUTO value = {0};

	r.end = r.p + block.n;
	while (r.p < r.end)
		if (read_header(&r, &name, &value, fn, ctx) < 0)
			return -1;
	return 0;
}

/* --- writing --- */

static void put_text(struct buf *b, struct str s)
{
	size_t n = s.n;

	if (n < 127) {
		buf_addc(b, (char)n);
	} else {
		buf_addc(b, 127);
		for (n -= 127; n > 127; n >>= 7)
			buf_addc(b, (char)((n & 127) | 128));
		buf_addc(b, (char)n);
	}
	buf_add(b, s.p, s.n);
}

void hpack_put(struct buf *b, const char *name, struct str value)
{
	buf_addc(b, 0); /* literal, not remembered, name given */
	put_text(b, str_of(name));
	put_text(b, value);
}

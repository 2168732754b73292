// SPDX-License-Identifier: MIT
/* der - ASN.1's distinguished encoding rules (ITU-T X.690), as far as keys and
 * certificates need them. */
#include "crypto/der.h"

bool der_get(struct str *in, struct der_item *out)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t n, head = 2;

	if (in->n < 2)
		return false;
	n = p[1];
	if (n >= 0x80) {
		size_t bytes = n - 0x80;

		/* No indefinite lengths, none past 4 GB. */
		if (bytes == 0 || bytes > 4 || in->n < 2 + bytes)
			return false;
		for (n = 0; bytes; bytes--)
			n = n << 8 | p[head++];
	}
	if (n > in->n - head)
		return false;
	out->tag = p[0];
	out->body = str_n(in->p + head, n);
	out->whole = str_n(in->p, head + n);
	*in = str_n(in->p + head + n, in->n - head - n);
	return true;
}

bool der_want(struct str *in, unsigned tag, struct der_item *out)
{
	struct str all = *in;

	if (der_get(in, out) && out->tag == tag)
		return true;
	*in = all;
	return false;
}

void der_close(struct buf *b, size_t start, unsigned tag)
{
	size_t n = b->len - start, head = 2;

	if (n >= 0x80)
		for (size_t left = n; left; left >>= 8)
			head++;
	if (buf_reserve(b, head) < 0)
		return;
	memmove(b->p + start + head, b->p + start, n);
	b->len += head;
	b->p[start] = (char)tag;
	b->p[start + 1] = (char)(head == 2 ? n : 0x80 + head - 2);
	for (size_t i = head - 1; i >= 2; i--, n >>= 8)
		b->p[start + i] = (char)n;
}

void der_put(struct buf *b, unsigned tag, struct str body)
{
	size_t start = b->len;

	buf_add(b, body.p, body.n);
	der_close(b, start, tag);
}

void der_put_uint(struct buf *b, struct str bytes)
{
	size_t start = b->len;

	while (bytes.n > 1 && bytes.p[0] == 0)
		bytes = str_cut(bytes, 1, bytes.n);
	/* A set high bit would make it negative. */
	if (bytes.n == 0 || (bytes.p[0] & 0x80))
		buf_addc(b, 0);
	buf_add(b, bytes.p, bytes.n);
	der_close(b, start, DER_INTEGER);
}

// SPDX-License-Identifier: MIT
/* der - reading and writing ASN.1's distinguished encoding. Private to
 * core/crypto. */
#ifndef BASEBOX_CORE_CRYPTO_DER_H
#define BASEBOX_CORE_CRYPTO_DER_H

#include "base.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0C,
	DER_PRINTABLE = 0x13,
	DER_UTC_TIME = 0x17,
	DER_TIME = 0x18,
	DER_SEQ = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80, /* | number, | 0x20 when constructed */
};

/* --- reading --- */

struct der_item {
	uint8_t tag;
	struct str body;  /* content */
	struct str whole; /* with tag and length */
};

/* Takes the next item off *in; false when there is none or it is broken. */
bool der_get(struct str *in, struct der_item *out);
/* The same, and it must have the tag. */
bool der_want(struct str *in, unsigned tag, struct der_item *out);

/* --- writing: content first, then der_close puts the head before it --- */

void der_close(struct buf *b, size_t start, unsigned tag);
void der_put(struct buf *b, unsigned tag, struct str body);
/* A positive integer from big endian bytes. */
void der_put_uint(struct buf *b, struct str bytes);

#endif

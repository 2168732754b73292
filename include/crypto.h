// SPDX-License-Identifier: MIT
/* crypto - hashes, encodings and random bytes (here), passwords and AES
 * (crypto/secret.h), keys and certificates (crypto/pki.h). Besides core/http
 * the only module that sees the TLS library. Results go to the caller's
 * buffers; nothing keeps state between calls. */
#ifndef BASEBOX_CRYPTO_H
#define BASEBOX_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* --- hashes --- */

enum crypto_hash {
	HASH_MD5,
	HASH_SHA1,
	HASH_SHA224,
	HASH_SHA256,
	HASH_SHA384,
	HASH_SHA512,
};
enum { HASH_MAX = 64, HASH_HEX = 2 * HASH_MAX + 1 };

/* Returns the length of the digest, 16 to 64. */
size_t crypto_hash(enum crypto_hash h, struct str data, uint8_t out[HASH_MAX]);
/* The same in lower hex with NUL; returns its length. */
size_t crypto_hash_hex(enum crypto_hash h, struct str data,
		       char out[HASH_HEX]);
/* Fails only when memory is out. */
int crypto_hmac(enum crypto_hash h, struct str key, struct str data,
		uint8_t out[HASH_MAX], struct err *e) MUST_USE;
int crypto_hmac_hex(enum crypto_hash h, struct str key, struct str data,
		    char out[HASH_HEX], struct err *e) MUST_USE;
uint32_t crypto_adler32(struct str data);

/* --- encodings: the text is appended to out --- */

enum crypto_base64 { BASE64_STD, BASE64_URL }; /* both with padding */

void crypto_base64_put(enum crypto_base64 kind, struct str data,
		       struct buf *out);
/* Strict about alphabet and padding, newlines skipped, as Go's. Error:
 * `illegal base64 data at input byte 4`; out is as it was then. */
int crypto_base64_get(enum crypto_base64 kind, struct str text,
		      struct buf *out, struct err *e) MUST_USE;
void crypto_base32_put(struct str data, struct buf *out);
int crypto_base32_get(struct str text, struct buf *out,
		      struct err *e) MUST_USE;
/* Lower case. */
void crypto_hex_put(struct str data, struct buf *out);
void crypto_hex(const uint8_t *data, size_t n, char *out); /* 2n + 1 bytes */

/* --- randomness --- */

/* From the kernel; ends the process if it has none (it always has). */
void crypto_random(void *out, size_t n);
/* A random (version 4) UUID, with NUL. */
enum { UUID_TEXT = 37 };
void crypto_uuid(char out[UUID_TEXT]);

#endif

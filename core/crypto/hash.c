// SPDX-License-Identifier: MIT
/* hash - digests and HMAC by the TLS library, Adler-32 by hand. */
#include <mbedtls/md.h>

#include "base.h"
#include "crypto.h"

static const mbedtls_md_info_t *info(enum crypto_hash h)
{
	static const uint8_t types[] = {
		[HASH_MD5] = MBEDTLS_MD_MD5,
		[HASH_SHA1] = MBEDTLS_MD_SHA1,
		[HASH_SHA224] = MBEDTLS_MD_SHA224,
		[HASH_SHA256] = MBEDTLS_MD_SHA256,
		[HASH_SHA384] = MBEDTLS_MD_SHA384,
		[HASH_SHA512] = MBEDTLS_MD_SHA512,
	};

	return mbedtls_md_info_from_type((mbedtls_md_type_t)types[h]);
}

size_t crypto_hash(enum crypto_hash h, struct str data, uint8_t out[HASH_MAX])
{
	/* In one piece it needs no memory and cannot fail. */
	mbedtls_md(info(h), (const uint8_t *)data.p, data.n, out);
	return mbedtls_md_get_size(info(h));
}

size_t crypto_hash_hex(enum crypto_hash h, struct str data,
		       char out[HASH_HEX])
{
	uint8_t sum[HASH_MAX];
	size_t n = crypto_hash(h, data, sum);

	crypto_hex(sum, n, out);
	return 2 * n;
}

int crypto_hmac(enum crypto_hash h, struct str key, struct str data,
		uint8_t out[HASH_MAX], struct err *e)
{
	if (mbedtls_md_hmac(info(h), (const uint8_t *)key.p, key.n,
			    (const uint8_t *)data.p, data.n, out))
		return err_nomem(e);
	return 0;
}

int crypto_hmac_hex(enum crypto_hash h, struct str key, struct str data,
		    char out[HASH_HEX], struct err *e)
{
	uint8_t sum[HASH_MAX];

	if (crypto_hmac(h, key, data, sum, e) < 0)
		return -1;
	crypto_hex(sum, mbedtls_md_get_size(info(h)), out);
	return 0;
}

uint32_t crypto_adler32(struct str data)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < data.n; i++) {
		a = (a + (unsigned char)data.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

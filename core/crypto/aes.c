// SPDX-License-Identifier: MIT
/* aes - text sealed with a password, in the form of sprig's encryptAES. */
#include <mbedtls/aes.h>

#include "base.h"
#include "crypto.h"
#include "crypto/secret.h"

enum { BLOCK = 16, KEY = 32 };

static void key_of(struct str password, uint8_t key[KEY])
{
	memset(key, 0, KEY);
	if (password.n)
		memcpy(key, password.p, password.n < KEY ? password.n : KEY);
}

static void xor_block(uint8_t *to, const uint8_t *with)
{
	for (int i = 0; i < BLOCK; i++)
		to[i] ^= with[i];
}

int crypto_aes_encrypt(struct str password, struct str plain, struct buf *out,
		       struct err *e)
{
	uint8_t key[KEY], block[BLOCK];
	size_t pad = BLOCK - plain.n % BLOCK;
	struct buf raw = {0};
	mbedtls_aes_context aes;
	int r;

	if (plain.n == 0)
		return 0;
	mbedtls_aes_init(&aes);
	key_of(password, key);
	mbedtls_aes_setkey_enc(&aes, key, KEY * 8);
	crypto_random(block, BLOCK);
	buf_add(&raw, block, BLOCK);
	buf_add(&raw, plain.p, plain.n);
	buf_addn(&raw, (char)pad, pad);
	for (size_t i = BLOCK; !raw.failed && i < raw.len; i += BLOCK) {
		uint8_t *p = (uint8_t *)raw.p + i;

		xor_block(p, p - BLOCK);
		mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, p, p);
	}
	mbedtls_aes_free(&aes);
	explicit_bzero(key, sizeof(key));
	r = raw.failed ? -1 : 0;
	if (r == 0)
		crypto_base64_put(BASE64_STD, str_n(raw.p, raw.len), out);
	buf_free(&raw);
	return r < 0 || out->failed ? err_nomem(e) : 0;
}

/* Undoes the blocks in place, from the last to the first: each needs the one
 * before it as it was. */
static void decrypt_blocks(struct str password, uint8_t *p, size_t n)
{
	uint8_t key[KEY];
	mbedtls_aes_context aes;

	mbedtls_aes_init(&aes);
	key_of(password, key);
	mbedtls_aes_setkey_dec(&aes, key, KEY * 8);
	for (size_t i = n - BLOCK; i > 0; i -= BLOCK) {
		mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_DECRYPT, p + i, p + i);
		xor_block(p + i, p + i - BLOCK);
	}
	mbedtls_aes_free(&aes);
	explicit_bzero(key, sizeof(key));
}

int crypto_aes_decrypt(struct str password, struct str text, struct buf *out,
		       struct err *e)
{
	struct buf raw = {0};
	int r = 0;
	size_t pad;

	if (text.n == 0)
		return 0;
	if (crypto_base64_get(BASE64_STD, text, &raw, e) < 0) {
		buf_free(&raw);
		return -1;
	}
	if (raw.len < BLOCK) {
		r = err_set(e, 0, "runtime error: slice bounds out of range "
			    "[:16] with capacity %zu", text.n / 4 * 3);
	} else if (raw.len % BLOCK) {
		r = err_set(e, 0, "crypto/cipher: input not full blocks");
	} else if (raw.len == BLOCK) {
		r = err_set(e, 0, "runtime error: index out of range [-1]");
	} else {
		decrypt_blocks(password, (uint8_t *)raw.p, raw.len);
		pad = (unsigned char)raw.p[raw.len - 1];
		if (pad > raw.len - BLOCK)
			r = err_set(e, 0, "runtime error: slice bounds out of "
				    "range [:-%zu]", pad - (raw.len - BLOCK));
		else if (buf_add(out, raw.p + BLOCK,
				 raw.len - BLOCK - pad) < 0)
			r = err_nomem(e);
	}
	if (raw.p)
		explicit_bzero(raw.p, raw.len);
	buf_free(&raw);
	return r;
}

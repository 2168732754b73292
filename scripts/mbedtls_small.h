// SPDX-License-Identifier: MIT
/*
 * SHA-1, MD5 and AES of one block as loops: the library's own are written out
 * step by step (10 kB); the errors that the callers of PSA tell apart. Each is appended to its file of the library by
 * scripts/deps-build.sh and used because of MBEDTLS_SHA1_PROCESS_ALT,
 * MBEDTLS_MD5_PROCESS_ALT, MBEDTLS_AES_ENCRYPT_ALT and its sibling (AES only
 * on a processor without instructions of its own for it).
 * Sources: FIPS 180-4, RFC 1321, FIPS 197.
 */
#define SMALL_ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))

#ifdef MBEDTLS_SMALL_SHA1
int mbedtls_internal_sha1_process(mbedtls_sha1_context *ctx,
				  const unsigned char data[64])
{
	static const uint32_t k[4] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC,
				      0xCA62C1D6};
	uint32_t w[80], s[5], f, t;
	int i;

	for (i = 0; i < 16; i++)
		w[i] = MBEDTLS_GET_UINT32_BE(data, 4 * i);
	for (; i < 80; i++) {
		t = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
		w[i] = SMALL_ROTL(t, 1);
	}
	memcpy(s, ctx->state, sizeof(s));
	for (i = 0; i < 80; i++) {
		if (i < 20)
			f = s[3] ^ (s[1] & (s[2] ^ s[3]));
		else if (i >= 40 && i < 60)
			f = (s[1] & s[2]) | (s[3] & (s[1] | s[2]));
		else
			f = s[1] ^ s[2] ^ s[3];
		t = SMALL_ROTL(s[0], 5) + f + s[4] + k[i / 20] + w[i];
		s[4] = s[3];
		s[3] = s[2];
		s[2] = SMALL_ROTL(s[1], 30);
		s[1] = s[0];
		s[0] = t;
	}
	for (i = 0; i < 5; i++)
		ctx->state[i] += s[i];
	mbedtls_platform_zeroize(w, sizeof(w));
	mbedtls_platform_zeroize(s, sizeof(s));
	return 0;
}
#endif

#ifdef MBEDTLS_SMALL_MD5
int mbedtls_internal_md5_process(mbedtls_md5_context *ctx,
				 const unsigned char data[64])
{
	/* 2^32 times the absolute sine of 1, 2, ... 64 */
	static const uint32_t k[64] = {
		0xD76AA478, 0xE8C7B756, 0x242070DB, 0xC1BDCEEE, 0xF57C0FAF,
		0x4787C62A, 0xA8304613, 0xFD469501, 0x698098D8, 0x8B44F7AF,
		0xFFFF5BB1, 0x895CD7BE, 0x6B901122, 0xFD987193, 0xA679438E,
		0x49B40821, 0xF61E2562, 0xC040B340, 0x265E5A51, 0xE9B6C7AA,
		0xD62F105D, 0x02441453, 0xD8A1E681, 0xE7D3FBC8, 0x21E1CDE6,
		0xC33707D6, 0xF4D50D87, 0x455A14ED, 0xA9E3E905, 0xFCEFA3F8,
		0x676F02D9, 0x8D2A4C8A, 0xFFFA3942, 0x8771F681, 0x6D9D6122,
		0xFDE5380C, 0xA4BEEA44, 0x4BDECFA9, 0xF6BB4B60, 0xBEBFBC70,
		0x289B7EC6, 0xEAA127FA, 0xD4EF3085, 0x04881D05, 0xD9D4D039,
		0xE6DB99E5, 0x1FA27CF8, 0xC4AC5665, 0xF4292244, 0x432AFF97,
		0xAB9423A7, 0xFC93A039, 0x655B59C3, 0x8F0CCC92, 0xFFEFF47D,
		0x85845DD1, 0x6FA87E4F, 0xFE2CE6E0, 0xA3014314, 0x4E0811A1,
		0xF7537E82, 0xBD3AF235, 0x2AD7D2BB, 0xEB86D391};
	static const unsigned char turn[16] = {7, 12, 17, 22, 5, 9,  14, 20,
					       4, 11, 16, 23, 6, 10, 15, 21};
	/* word of step i: i, 5i + 1, 3i + 5, 7i, by round */
	static const unsigned char step[8] = {1, 5, 3, 7, 0, 1, 5, 0};
	uint32_t s[4], f, t;
	int i, round, word;

	memcpy(s, ctx->state, sizeof(s));
	for (i = 0; i < 64; i++) {
		round = i / 16;
		word = (i * step[round] + step[4 + round]) & 15;
		if (round == 0)
			f = s[3] ^ (s[1] & (s[2] ^ s[3]));
		else if (round == 1)
			f = s[2] ^ (s[3] & (s[1] ^ s[2]));
		else if (round == 2)
			f = s[1] ^ s[2] ^ s[3];
		else
			f = s[2] ^ (s[1] | ~s[3]);
		t = s[0] + f + k[i] + MBEDTLS_GET_UINT32_LE(data, 4 * word);
		f = turn[4 * round + i % 4];
		s[0] = s[3];
		s[3] = s[2];
		s[2] = s[1];
		s[1] += SMALL_ROTL(t, f);
	}
	for (i = 0; i < 4; i++)
		ctx->state[i] += s[i];
	mbedtls_platform_zeroize(s, sizeof(s));
	return 0;
}
#endif

#ifdef MBEDTLS_SMALL_AES
/* One block; `turn` is 1 to encrypt, 3 to decrypt: how ShiftRows goes. */
static void small_aes(const mbedtls_aes_context *ctx, const uint32_t *table,
		      const unsigned char *box, int turn,
		      const unsigned char in[16], unsigned char out[16])
{
	const uint32_t *key = ctx->buf + ctx->rk_offset;
	uint32_t x[4], y[4], v;
	int round, i, k;

	for (i = 0; i < 4; i++)
		x[i] = MBEDTLS_GET_UINT32_LE(in, 4 * i) ^ *key++;
	for (round = ctx->nr; round > 0; round--) {
		for (i = 0; i < 4; i++) {
			y[i] = *key++;
			for (k = 0; k < 4; k++) {
				v = x[(i + turn * k) & 3] >> 8 * k & 255;
				v = round > 1 ? table[v] : box[v];
				y[i] ^= k ? SMALL_ROTL(v, 8 * k) : v;
			}
		}
		memcpy(x, y, sizeof(x));
	}
	for (i = 0; i < 4; i++)
		MBEDTLS_PUT_UINT32_LE(x[i], out, 4 * i);
	mbedtls_platform_zeroize(x, sizeof(x));
	mbedtls_platform_zeroize(y, sizeof(y));
}

int mbedtls_internal_aes_encrypt(mbedtls_aes_context *ctx,
				 const unsigned char input[16],
				 unsigned char output[16])
{
	small_aes(ctx, FT0, FSb, 1, input, output);
	return 0;
}

int mbedtls_internal_aes_decrypt(mbedtls_aes_context *ctx,
				 const unsigned char input[16],
				 unsigned char output[16])
{
	small_aes(ctx, RT0, RSb, 3, input, output);
	return 0;
}
#endif

#ifdef MBEDTLS_SMALL_PSA_CRYPTO
/* A signature or a tag that is wrong, and no memory; the library's own tells
 * 70 errors apart for callers that this program has not. */
psa_status_t mbedtls_to_psa_error(int ret)
{
	int low = -(-ret & 0x7f);

	switch (low ? low : ret) {
	case 0:
		return PSA_SUCCESS;
	case MBEDTLS_ERR_MPI_ALLOC_FAILED:
	case MBEDTLS_ERR_MD_ALLOC_FAILED:
	case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
	case MBEDTLS_ERR_ECP_ALLOC_FAILED:
	case MBEDTLS_ERR_PK_ALLOC_FAILED:
		return PSA_ERROR_INSUFFICIENT_MEMORY;
	case MBEDTLS_ERR_GCM_AUTH_FAILED:
	case MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED:
	case MBEDTLS_ERR_CIPHER_AUTH_FAILED:
	case MBEDTLS_ERR_ECP_VERIFY_FAILED:
	case MBEDTLS_ERR_RSA_VERIFY_FAILED:
	case MBEDTLS_ERR_PK_SIG_LEN_MISMATCH:
		return PSA_ERROR_INVALID_SIGNATURE;
	default:
		return PSA_ERROR_GENERIC_ERROR;
	}
}
#endif

// SPDX-License-Identifier: MIT
/* derive - keys from passwords: PBKDF2 (RFC 2898), scrypt (RFC 7914) and, on
 * top of them, Master Password's site passwords
 * (https://masterpassword.app/masterpassword-algorithm.pdf). */
#include <stdlib.h>

#include "base.h"
#include "crypto.h"
#include "crypto/secret.h"

enum { SUM = 32 }; /* bytes of SHA-256 */

static void put_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* One block of up to SUM bytes; `salted` is the salt with room for the block
 * number at its end. */
static int pbkdf2_block(struct str password, struct buf *salted,
			uint32_t number, unsigned rounds, uint8_t sum[SUM],
			struct err *e)
{
	uint8_t u[HASH_MAX];
	struct str s = str_n(salted->p, salted->len);

	put_be32((uint8_t *)salted->p + salted->len - 4, number);
	if (crypto_hmac(HASH_SHA256, password, s, u, e) < 0)
		return -1;
	memcpy(sum, u, SUM);
	for (unsigned i = 1; i < rounds; i++) {
		if (crypto_hmac(HASH_SHA256, password,
				str_n((char *)u, SUM), u, e) < 0)
			return -1;
		for (int k = 0; k < SUM; k++)
			sum[k] ^= u[k];
	}
	return 0;
}

int crypto_pbkdf2(struct str password, struct str salt, unsigned rounds,
		  uint8_t *out, size_t n, struct err *e)
{
	struct buf salted = {0};
	uint8_t sum[SUM];
	int r = 0;

	buf_add(&salted, salt.p, salt.n);
	if (buf_addn(&salted, 0, 4) < 0)
		r = err_nomem(e);
	for (uint32_t number = 1; r == 0 && n; number++) {
		size_t part = n < SUM ? n : SUM;

		r = pbkdf2_block(password, &salted, number, rounds, sum, e);
		if (r == 0)
			memcpy(out, sum, part);
		out += part;
		n -= part;
	}
	buf_free(&salted);
	return r;
}

/* --- scrypt --- */

static uint32_t rotl(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* Salsa20/8 in place, words in the machine's order. */
static void salsa(uint32_t b[16])
{
	/* Indices of the four quarter rounds of columns, then of rows. */
	static const uint8_t q[8][4] = {
		{0, 4, 8, 12},	{5, 9, 13, 1},	{10, 14, 2, 6}, {15, 3, 7, 11},
		{0, 1, 2, 3},	{5, 6, 7, 4},	{10, 11, 8, 9}, {15, 12, 13, 14},
	};
	uint32_t x[16];

	memcpy(x, b, sizeof(x));
	for (int i = 0; i < 32; i++) {
		const uint8_t *k = q[i % 8];

		x[k[1]] ^= rotl(x[k[0]] + x[k[3]], 7);
		x[k[2]] ^= rotl(x[k[1]] + x[k[0]], 9);
		x[k[3]] ^= rotl(x[k[2]] + x[k[1]], 13);
		x[k[0]] ^= rotl(x[k[3]] + x[k[2]], 18);
	}
	for (int i = 0; i < 16; i++)
		b[i] += x[i];
}

/* scryptBlockMix: 2r blocks of 16 words from b to y, evens first. */
static void block_mix(const uint32_t *b, uint32_t *y, unsigned r)
{
	uint32_t x[16];

	memcpy(x, b + (size_t)(2 * r - 1) * 16, sizeof(x));
	for (unsigned i = 0; i < 2 * r; i++) {
		for (unsigned k = 0; k < 16; k++)
			x[k] ^= b[i * 16 + k];
		salsa(x);
		memcpy(y + (size_t)(i / 2 + (i & 1 ? r : 0)) * 16, x,
		       sizeof(x));
	}
}

/* scryptROMix of one part; mem holds n + 2 parts of 32r words. */
static void rom_mix(uint8_t *part, uint64_t n, unsigned r, uint32_t *mem)
{
	size_t words = (size_t)32 * r;
	uint32_t *x = mem + n * words, *y = x + words;

	for (size_t i = 0; i < words; i++)
		x[i] = part[4 * i] | (uint32_t)part[4 * i + 1] << 8 |
		       (uint32_t)part[4 * i + 2] << 16 |
		       (uint32_t)part[4 * i + 3] << 24;
	for (uint64_t i = 0; i < 2 * n; i++) {
		uint64_t k = i < n ? i : x[words - 16] & (n - 1);
		uint32_t *v = mem + k * words;

		if (i < n)
			memcpy(v, x, words * sizeof(*x));
		for (size_t j = 0; i >= n && j < words; j++)
			x[j] ^= v[j];
		block_mix(x, y, r);
		memcpy(x, y, words * sizeof(*x));
	}
	for (size_t i = 0; i < 4 * words; i++)
		part[i] = (uint8_t)(x[i / 4] >> (i % 4 * 8));
}

int crypto_scrypt(struct str password, struct str salt, uint64_t n_cost,
		  unsigned r, unsigned p, uint8_t *out, size_t n,
		  struct err *e)
{
	size_t part = (size_t)128 * r, all = part * p;
	uint8_t *b = calloc(p, part);
	uint32_t *mem = calloc(n_cost + 2, part);
	int ret = -1;

	if (!b || !mem)
		err_nomem(e);
	else
		ret = crypto_pbkdf2(password, salt, 1, b, all, e);
	if (ret == 0) {
		for (unsigned i = 0; i < p; i++)
			rom_mix(b + i * part, n_cost, r, mem);
		ret = crypto_pbkdf2(password, str_n((char *)b, all), 1, out,
				    n, e);
	}
	free(b);
	free(mem);
	return ret;
}

/* --- Master Password --- */

/* Types of passwords: the name, then its templates, then an empty one. */
static const char templates[] =
	"maximum\0anoxxxxxxxxxxxxxxxxx\0axxxxxxxxxxxxxxxxxno\0\0"
	"long\0CvcvnoCvcvCvcv\0CvcvCvcvnoCvcv\0CvcvCvcvCvcvno\0"
	"CvccnoCvcvCvcv\0CvccCvcvnoCvcv\0CvccCvcvCvcvno\0"
	"CvcvnoCvccCvcv\0CvcvCvccnoCvcv\0CvcvCvccCvcvno\0"
	"CvcvnoCvcvCvcc\0CvcvCvcvnoCvcc\0CvcvCvcvCvccno\0"
	"CvccnoCvccCvcv\0CvccCvccnoCvcv\0CvccCvccCvcvno\0"
	"CvcvnoCvccCvcc\0CvcvCvccnoCvcc\0CvcvCvccCvccno\0"
	"CvccnoCvcvCvcc\0CvccCvcvnoCvcc\0CvccCvcvCvccno\0\0"
	"medium\0CvcnoCvc\0CvcCvcno\0\0"
	"short\0Cvcn\0\0"
	"basic\0aaanaaan\0aannaaan\0aaannaaa\0\0"
	"pin\0nnnn\0\0";

static const char *next_word(const char *t)
{
	return t + strlen(t) + 1;
}

/* The first template of a type and how many there are; NULL for none. */
static const char *find_type(const char *type, unsigned *count)
{
	for (const char *t = templates; *t; t = next_word(t)) {
		const char *first = next_word(t);
		bool found = strcmp(t, type) == 0;

		*count = 0;
		for (t = first; *t; t = next_word(t))
			++*count;
		if (found)
			return first;
	}
	return NULL;
}

/* The characters a letter of a template stands for. */
static const char *letters(char c)
{
	switch (c) {
	case 'C':
		return "BCDFGHJKLMNPQRSTVWXYZ";
	case 'v':
		return "aeiou";
	case 'c':
		return "bcdfghjklmnpqrstvwxyz";
	case 'a':
		return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
	case 'n':
		return "0123456789";
	case 'o':
		return "@&%?,=[]_:-+*$#!'^~;()/.";
	default:
		return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
		       "0123456789!@#$%^&*()";
	}
}

/* "com.lyndir.masterpassword", the length of a name and the name. */
static void put_scope(struct buf *b, struct str name)
{
	uint8_t n[4];

	buf_reset(b);
	buf_adds(b, "com.lyndir.masterpassword");
	put_be32(n, (uint32_t)name.n);
	buf_add(b, n, sizeof(n));
	buf_add(b, name.p, name.n);
}

int crypto_derive_password(uint32_t counter, const char *type,
			   struct str password, struct str user,
			   struct str site, struct buf *out, struct err *e)
{
	uint8_t key[64], seed[HASH_MAX] = {0}, n[4];
	unsigned count = 0;
	const char *t = find_type(type, &count);
	struct buf b = {0};
	int r;

	if (!t)
		return err_set(e, 0, "cannot find password template %s", type);
	put_scope(&b, user);
	r = crypto_scrypt(password, str_n(buf_str(&b), b.len), 32768, 8, 2,
			  key, sizeof(key), e);
	if (r == 0) {
		put_scope(&b, site);
		put_be32(n, counter);
		buf_add(&b, n, sizeof(n));
		r = crypto_hmac(HASH_SHA256, str_n((char *)key, sizeof(key)),
				str_n(buf_str(&b), b.len), seed, e);
	}
	if (b.failed)
		r = err_nomem(e);
	buf_free(&b);
	if (r < 0)
		return -1;
	for (unsigned i = seed[0] % count; i; i--)
		t = next_word(t);
	for (size_t i = 0; t[i]; i++) {
		const char *set = letters(t[i]);

		buf_addc(out, set[seed[i + 1] % strlen(set)]);
	}
	return out->failed ? err_nomem(e) : 0;
}

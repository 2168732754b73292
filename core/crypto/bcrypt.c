// SPDX-License-Identifier: MIT
/* bcrypt - the password hash of Provos and Mazieres: Blowfish with an
 * expensive key schedule. Blowfish starts from the fractional digits of pi,
 * which are computed here: code is a tenth of the table's size. */
#include <stdlib.h>

#include "base.h"
#include "crypto.h"
#include "crypto/secret.h"

enum { WORDS = 18 + 4 * 256, GUARD = 2, PLACES = 1 + WORDS + GUARD };

/* Filled, and worked through, as one array of WORDS. */
struct blowfish {
	uint32_t p[18];
	uint32_t s[4][256];
};

/* Adds sign * times * arctan(1/x) to sum, whose places are base 2^32 digits
 * with room for carries; place 0 is the integer part. */
static void add_arctan(int64_t sum[PLACES], uint32_t term[PLACES], int sign,
		       uint32_t times, uint32_t x)
{
	uint32_t square = x * x;
	int first = 0;

	memset(term, 0, PLACES * sizeof(*term));
	term[0] = times * x;
	for (uint32_t d = 1; first < PLACES; d += 2, sign = -sign) {
		uint64_t a = 0, b = 0;

		for (int i = first; i < PLACES; i++) {
			a = a << 32 | term[i];
			term[i] = (uint32_t)(a / square);
			a %= square;
			b = b << 32 | term[i];
			sum[i] += sign * (int64_t)(b / d);
			b %= d;
		}
		while (first < PLACES && term[first] == 0)
			first++;
	}
}

/* pi = 16 arctan(1/5) - 4 arctan(1/239) (Machin). */
static int blowfish_init(struct blowfish *f)
{
	int64_t *sum = calloc(PLACES, sizeof(*sum) + sizeof(uint32_t));

	if (!sum)
		return -1;
	add_arctan(sum, (uint32_t *)(sum + PLACES), 1, 16, 5);
	add_arctan(sum, (uint32_t *)(sum + PLACES), -1, 4, 239);
	for (int i = PLACES - 1; i > 0; i--) {
		int64_t carry = sum[i] >> 32;

		sum[i - 1] += carry;
		if (i <= WORDS)
			((uint32_t *)f)[i - 1] = (uint32_t)sum[i];
	}
	free(sum);
	return 0;
}

static void encrypt(const struct blowfish *f, uint32_t x[2])
{
	uint32_t l = x[0], r = x[1], t;

	for (int i = 0; i < 16; i++) {
		l ^= f->p[i];
		r ^= ((f->s[0][l >> 24] + f->s[1][l >> 16 & 255]) ^
		      f->s[2][l >> 8 & 255]) + f->s[3][l & 255];
		t = l;
		l = r;
		r = t;
	}
	x[0] = r ^ f->p[17];
	x[1] = l ^ f->p[16];
}

/* The next four bytes of a key or salt that repeats for ever. */
static uint32_t next_word(const uint8_t *p, size_t n, size_t *at)
{
	uint32_t w = 0;

	for (int i = 0; i < 4; i++, *at = (*at + 1) % n)
		w = w << 8 | p[*at];
	return w;
}

/* The key schedule; without a salt it chains on zeroes. */
static void expand(struct blowfish *f, const uint8_t *key, size_t n,
		   const uint8_t *salt)
{
	uint32_t x[2] = {0, 0};
	size_t at = 0, salt_at = 0;

	for (int i = 0; i < 18; i++)
		f->p[i] ^= next_word(key, n, &at);
	for (int i = 0; i < WORDS; i += 2) {
		uint32_t *to = (uint32_t *)f + i;

		for (int k = 0; salt && k < 2; k++)
			x[k] ^= next_word(salt, BCRYPT_SALT, &salt_at);
		encrypt(f, x);
		to[0] = x[0];
		to[1] = x[1];
	}
}

/* bcrypt's own base64: other letters, no padding. */
static char *put64(char *out, const uint8_t *p, size_t n)
{
	static const char letters[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";
	uint32_t acc = 0;
	int bits = 0;

	for (size_t i = 0; i < n || bits > 0;) {
		if (bits < 6 && i < n) {
			acc = acc << 8 | p[i++];
			bits += 8;
		} else if (bits < 6) {
			acc <<= 6 - bits;
			bits = 6;
		}
		while (bits >= 6) {
			bits -= 6;
			*out++ = letters[acc >> bits & 63];
		}
	}
	return out;
}

int crypto_bcrypt_salt(struct str password, int cost,
		       const uint8_t salt[BCRYPT_SALT], char out[BCRYPT_TEXT],
		       struct err *e)
{
	/* The text bcrypt encrypts, "OrpheanBeholderScryDoubt". */
	uint32_t text[6] = {0x4F727068, 0x65616E42, 0x65686F6C,
			    0x64657253, 0x63727944, 0x6F756274};
	uint8_t key[73] = {0}, sum[24];
	size_t n = password.n + 1; /* the NUL counts */
	struct blowfish *f;

	if (password.n > 72)
		return err_set(e, 0,
			       "bcrypt: password length exceeds 72 bytes");
	f = malloc(sizeof(*f));
	if (!f || blowfish_init(f) < 0) {
		free(f);
		return err_nomem(e);
	}
	if (password.n)
		memcpy(key, password.p, password.n);
	expand(f, key, n, salt);
	for (uint32_t i = 0; i < UINT32_C(1) << cost; i++) {
		expand(f, key, n, NULL);
		expand(f, salt, BCRYPT_SALT, NULL);
	}
	for (int i = 0; i < 64 * 3; i++)
		encrypt(f, text + 2 * (i / 64));
	for (int i = 0; i < 24; i++)
		sum[i] = (uint8_t)(text[i / 4] >> (24 - i % 4 * 8));
	explicit_bzero(key, sizeof(key));
	explicit_bzero(f, sizeof(*f));
	free(f);
	memcpy(out, "$2a$00$", 7);
	out[4] = (char)('0' + cost / 10);
	out[5] = (char)('0' + cost % 10);
	/* The last byte of the sum is left out, as everyone does. */
	*put64(put64(out + 7, salt, BCRYPT_SALT), sum, 23) = '\0';
	return 0;
}

int crypto_bcrypt(struct str password, int cost, char out[BCRYPT_TEXT],
		  struct err *e)
{
	uint8_t salt[BCRYPT_SALT];

	crypto_random(salt, sizeof(salt));
	return crypto_bcrypt_salt(password, cost, salt, out, e);
}

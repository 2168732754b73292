// SPDX-License-Identifier: MIT
/* secret - what templates do with passwords: bcrypt, AES, key derivation. */
#ifndef BASEBOX_CRYPTO_SECRET_H
#define BASEBOX_CRYPTO_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* bcrypt ($2a$), of at most 72 bytes: `bcrypt: password length exceeds 72
 * bytes`. cost 4 to 31 (the usual one is 10: about 0.1 s). */
enum { BCRYPT_SALT = 16, BCRYPT_TEXT = 61, BCRYPT_COST = 10 };
int crypto_bcrypt(struct str password, int cost, char out[BCRYPT_TEXT],
		  struct err *e) MUST_USE;
/* With a given salt. */
int crypto_bcrypt_salt(struct str password, int cost,
		       const uint8_t salt[BCRYPT_SALT], char out[BCRYPT_TEXT],
		       struct err *e) MUST_USE;

/* AES-256-CBC with PKCS #7 padding; the key is the password cut or filled up
 * with NUL to 32 bytes; the text is base64 of a random IV and the blocks. An
 * empty input gives an empty result. Appends to out. */
int crypto_aes_encrypt(struct str password, struct str plain, struct buf *out,
		       struct err *e) MUST_USE;
int crypto_aes_decrypt(struct str password, struct str text, struct buf *out,
		       struct err *e) MUST_USE;

/* PBKDF2 with HMAC-SHA-256 (RFC 2898) and scrypt (RFC 7914); scrypt uses
 * 128 * r * N bytes of memory. */
int crypto_pbkdf2(struct str password, struct str salt, unsigned rounds,
		  uint8_t *out, size_t n, struct err *e) MUST_USE;
int crypto_scrypt(struct str password, struct str salt, uint64_t n_cost,
		  unsigned r, unsigned p, uint8_t *out, size_t n,
		  struct err *e) MUST_USE;

/* Master Password's site passwords (version 1 of the algorithm). type: long
 * maximum medium short basic pin; `cannot find password template x`. */
int crypto_derive_password(uint32_t counter, const char *type,
			   struct str password, struct str user,
			   struct str site, struct buf *out,
			   struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* key - private keys, of the TLS library. Private to core/crypto. */
#ifndef BASEBOX_CORE_CRYPTO_KEY_H
#define BASEBOX_CORE_CRYPTO_KEY_H

#include <mbedtls/pk.h>

#include "base.h"

/* Random bytes for the library's calls. */
int key_rng(void *ctx, unsigned char *out, size_t n);

/* A new RSA key. */
int key_rsa(mbedtls_pk_context *pk, unsigned bits, struct err *e) MUST_USE;
/* Reads PEM with sprig's error texts. */
int key_read(mbedtls_pk_context *pk, struct str pem, struct err *e) MUST_USE;
/* Appends the key as PEM: PKCS #1 or SEC 1. */
int key_write(mbedtls_pk_context *pk, struct buf *pem,
	      struct err *e) MUST_USE;
/* Appends the public key (SubjectPublicKeyInfo, DER). */
int key_write_public(mbedtls_pk_context *pk, struct buf *der,
		     struct err *e) MUST_USE;

#endif

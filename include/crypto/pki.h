// SPDX-License-Identifier: MIT
/* pki - PEM blocks, what a certificate says, and the keys and certificates
 * that templates make, in the forms and with the error texts of sprig. */
#ifndef BASEBOX_CRYPTO_PKI_H
#define BASEBOX_CRYPTO_PKI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

/* --- PEM --- */

/* Finds the next well-formed block: *type is borrowed from the text
 * ("CERTIFICATE", "RSA PRIVATE KEY"), its bytes replace what der held, *rest
 * goes on behind it. 1 found, 0 none (or no memory: der->failed). */
int crypto_pem_next(struct str *rest, struct str *type, struct buf *der);
/* Appends a block: lines of 64 letters, newline at the end. */
void crypto_pem_put(const char *type, struct str der, struct buf *out);

/* --- reading certificates --- */

/* Facts of a certificate; the texts are borrowed from its bytes. Times are
 * seconds since 1970. */
struct cert_info {
	bool is_ca;
	int64_t not_before, not_after;
	struct str subject, issuer; /* names, DER */
	struct str common_name;     /* of the subject, may be empty */
	struct str serial;          /* big endian */
	struct str key_id;          /* subject key identifier, may be empty */
	struct str public_key;      /* SubjectPublicKeyInfo, DER */
};
/* Reads the structure; the signature is not checked. */
int crypto_cert_read(struct str der, struct cert_info *out,
		     struct err *e) MUST_USE;

/* --- making keys and certificates --- */

/* Appends a new private key as PEM: "rsa" or "" (4096 bits: seconds of work),
 * "ecdsa" (P-256), "ed25519", "dsa" (2048/256 bits: seconds). Error of another
 * type: `Unknown type x`. */
int crypto_key_make(struct str type, struct buf *pem, struct err *e) MUST_USE;

/* A certificate and its private key, both PEM. */
struct cert_pair {
	struct str cert, key;
};

struct cert_order {
	struct str common_name;
	const struct strlist *ips, *names; /* may be NULL */
	int64_t days;
	int64_t now; /* seconds since 1970 */
	bool ca;
	struct str key;                 /* PEM; .p NULL: a new RSA key, 2048 bits */
	const struct cert_pair *signer; /* NULL: signed by itself */
};
/* Appends the certificate and the key it is for. Keys: RSA and ECDSA (P-256,
 * P-384); Ed25519 and DSA keys cannot sign here and give an error. */
int crypto_cert_make(const struct cert_order *o, struct buf *cert,
		     struct buf *key, struct err *e) MUST_USE;

/* sprig's buildCustomCert: checks a pair that comes in base64 and appends what
 * it decodes to. */
int crypto_cert_custom(struct str cert64, struct str key64, struct buf *cert,
		       struct buf *key, struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* key - making, reading and writing private keys. RSA and ECDSA are the TLS
 * library's work. An Ed25519 key is just 32 random bytes; a DSA key is made
 * from numbers here. */
#include "crypto/key.h"

#include <mbedtls/ecp.h>
#include <mbedtls/rsa.h>

#include "crypto.h"
#include "crypto/der.h"
#include "crypto/pki.h"

enum { KEY_DER = 4096 }; /* room for an RSA key of 4096 bits: 2.4 kB */

int key_rng(void *ctx, unsigned char *out, size_t n)
{
	(void)ctx;
	crypto_random(out, n);
	return 0;
}

static int library_error(struct err *e, int code)
{
	return err_set(e, 0, "error -0x%04x", (unsigned)-code);
}

int key_rsa(mbedtls_pk_context *pk, unsigned bits, struct err *e)
{
	int r = mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));

	if (r == 0)
		r = mbedtls_rsa_gen_key(mbedtls_pk_rsa(*pk), key_rng, NULL,
					bits, 65537);
	return r ? library_error(e, r) : 0;
}

static int key_ecdsa(mbedtls_pk_context *pk, struct err *e)
{
	int r = mbedtls_pk_setup(pk,
				 mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

	if (r == 0)
		r = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
					mbedtls_pk_ec(*pk), key_rng, NULL);
	return r ? library_error(e, r) : 0;
}

int key_write(mbedtls_pk_context *pk, struct buf *pem, struct err *e)
{
	const char *type = mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA
				   ? "RSA PRIVATE KEY"
				   : "EC PRIVATE KEY";
	uint8_t der[KEY_DER];
	int n = mbedtls_pk_write_key_der(pk, der, sizeof(der));

	if (n < 0)
		return library_error(e, n);
	/* It is written to the end of the buffer. */
	crypto_pem_put(type, str_n((char *)der + sizeof(der) - n, (size_t)n),
		       pem);
	explicit_bzero(der, sizeof(der));
	return pem->failed ? err_nomem(e) : 0;
}

int key_write_public(mbedtls_pk_context *pk, struct buf *out, struct err *e)
{
	uint8_t der[KEY_DER];
	int n = mbedtls_pk_write_pubkey_der(pk, der, sizeof(der));

	if (n < 0)
		return library_error(e, n);
	if (buf_add(out, der + sizeof(der) - n, (size_t)n) < 0)
		return err_nomem(e);
	return 0;
}

/* --- reading --- */

static int parse(mbedtls_pk_context *pk, struct str type, struct str der,
		 struct err *e)
{
	bool pkcs8 = str_is(type, "PRIVATE KEY");
	struct str kind = str_cut(type, 0, type.n < 12 ? 0 : type.n - 12);
	int r;

	if (!pkcs8 && !str_suffix(type, STR(" PRIVATE KEY")))
		return err_set(e, 0, "no private key data in PEM block of "
			       "type %.*s", (int)type.n, type.p);
	if (str_is(kind, "DSA"))
		return err_set(e, 0, "DSA keys cannot sign here");
	if (!pkcs8 && !str_is(kind, "RSA") && !str_is(kind, "EC"))
		return err_set(e, 0, "invalid private key type %.*s",
			       (int)type.n, type.p);
	r = mbedtls_pk_parse_key(pk, (const uint8_t *)der.p, der.n, NULL, 0,
				 key_rng, NULL);
	if (r == 0)
		return 0;
	library_error(e, r);
	if (pkcs8)
		return err_wrap(e, "decoding PEM as PKCS#8");
	return err_wrap(e, "parsing %.*s private key from PEM", (int)kind.n,
			kind.p);
}

int key_read(mbedtls_pk_context *pk, struct str pem, struct err *e)
{
	struct buf der = {0};
	struct str type;
	int r;

	if (!crypto_pem_next(&pem, &type, &der))
		r = err_set(e, 0, "no PEM data in input");
	else
		r = parse(pk, type, str_n(der.p, der.len), e);
	if (der.p)
		explicit_bzero(der.p, der.len);
	buf_free(&der);
	return r;
}

/* --- other kinds --- */

static void make_ed25519(struct buf *pem)
{
	/* PKCS #8: version 0, the algorithm 1.3.101.112, the seed. */
	uint8_t der[48] = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70"
			  "\x04\x22\x04\x20";

	crypto_random(der + 16, 32);
	crypto_pem_put("PRIVATE KEY", str_n((char *)der, sizeof(der)), pem);
	explicit_bzero(der, sizeof(der));
}

/* p, q, g, y, x of FIPS 186: q divides p - 1, g has the order q, y = g^x. */
struct dsa {
	mbedtls_mpi p, q, g, y, x;
	mbedtls_mpi t, u;
};
enum { DSA_P = 2048, DSA_Q = 256, DSA_NUMBERS = 7, DSA_ROUNDS = 30 };

static int dsa_make(struct dsa *d)
{
	int r;

	if ((r = mbedtls_mpi_gen_prime(&d->q, DSA_Q, 0, key_rng, NULL)) ||
	    (r = mbedtls_mpi_add_mpi(&d->u, &d->q, &d->q)))
		return r;
	do {
		/* A random number of the length, less its remainder modulo 2q,
		 * plus 1. */
		if ((r = mbedtls_mpi_fill_random(&d->p, DSA_P / 8, key_rng,
						 NULL)) ||
		    (r = mbedtls_mpi_set_bit(&d->p, DSA_P - 1, 1)) ||
		    (r = mbedtls_mpi_mod_mpi(&d->t, &d->p, &d->u)) ||
		    (r = mbedtls_mpi_sub_mpi(&d->p, &d->p, &d->t)) ||
		    (r = mbedtls_mpi_add_int(&d->p, &d->p, 1)))
			return r;
		r = mbedtls_mpi_bitlen(&d->p) == DSA_P
			    ? mbedtls_mpi_is_prime_ext(&d->p, DSA_ROUNDS,
						       key_rng, NULL)
			    : MBEDTLS_ERR_MPI_NOT_ACCEPTABLE;
	} while (r == MBEDTLS_ERR_MPI_NOT_ACCEPTABLE);
	/* g = 2^((p - 1) / q): 1 only by a chance of 1 in 2^256. */
	if (r || (r = mbedtls_mpi_sub_int(&d->t, &d->p, 1)) ||
	    (r = mbedtls_mpi_div_mpi(&d->t, NULL, &d->t, &d->q)) ||
	    (r = mbedtls_mpi_lset(&d->u, 2)) ||
	    (r = mbedtls_mpi_exp_mod(&d->g, &d->u, &d->t, &d->p, NULL)) ||
	    (r = mbedtls_mpi_random(&d->x, 1, &d->q, key_rng, NULL)))
		return r;
	return mbedtls_mpi_exp_mod(&d->y, &d->g, &d->x, &d->p, NULL);
}

static int make_dsa(struct buf *pem, struct err *e)
{
	struct dsa d;
	mbedtls_mpi *n = &d.p;
	struct buf der = {0};
	uint8_t bytes[DSA_P / 8];
	int r;

	for (int i = 0; i < DSA_NUMBERS; i++)
		mbedtls_mpi_init(n + i);
	r = dsa_make(&d);
	der_put_uint(&der, STR("\0"));
	for (int i = 0; r == 0 && i < 5; i++) {
		r = mbedtls_mpi_write_binary(n + i, bytes, sizeof(bytes));
		der_put_uint(&der, str_n((char *)bytes, sizeof(bytes)));
	}
	der_close(&der, 0, DER_SEQ);
	if (r == 0 && !der.failed)
		crypto_pem_put("DSA PRIVATE KEY", str_n(der.p, der.len), pem);
	for (int i = 0; i < DSA_NUMBERS; i++)
		mbedtls_mpi_free(n + i);
	explicit_bzero(bytes, sizeof(bytes));
	if (der.p)
		explicit_bzero(der.p, der.len);
	if (der.failed)
		r = MBEDTLS_ERR_MPI_ALLOC_FAILED;
	buf_free(&der);
	return r ? library_error(e, r) : 0;
}

int crypto_key_make(struct str type, struct buf *pem, struct err *e)
{
	mbedtls_pk_context pk;
	int r;

	if (str_is(type, "ed25519")) {
		make_ed25519(pem);
		return pem->failed ? err_nomem(e) : 0;
	}
	if (str_is(type, "dsa"))
		return make_dsa(pem, e) < 0 || pem->failed ? -1 : 0;
	if (type.n && !str_is(type, "rsa") && !str_is(type, "ecdsa"))
		return err_set(e, 0, "Unknown type %.*s", (int)type.n, type.p);
	mbedtls_pk_init(&pk);
	r = str_is(type, "ecdsa") ? key_ecdsa(&pk, e) : key_rsa(&pk, 4096, e);
	if (r == 0)
		r = key_write(&pk, pem, e);
	mbedtls_pk_free(&pk);
	return r;
}

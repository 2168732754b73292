// SPDX-License-Identifier: MIT
/* issue - certificates made for templates, with the contents that sprig gives
 * them: usable as server and client, random serial number. */
#include <arpa/inet.h>
#include <time.h>

#include "crypto.h"
#include "crypto/der.h"
#include "crypto/key.h"
#include "crypto/pki.h"

/* Encoded object identifiers. */
#define OID(bytes) STR(bytes)
#define OID_CN OID("\x55\x04\x03")
#define OID_KEY_USAGE OID("\x55\x1D\x0F")
#define OID_EXT_USAGE OID("\x55\x1D\x25")
#define OID_BASIC OID("\x55\x1D\x13")
#define OID_SUBJECT_KEY OID("\x55\x1D\x0E")
#define OID_AUTHORITY_KEY OID("\x55\x1D\x23")
#define OID_ALT_NAMES OID("\x55\x1D\x11")
#define OID_SERVER OID("\x2B\x06\x01\x05\x05\x07\x03\x01")
#define OID_CLIENT OID("\x2B\x06\x01\x05\x05\x07\x03\x02")
#define OID_RSA_SHA256 OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B")
#define OID_ECDSA_SHA256 OID("\x2A\x86\x48\xCE\x3D\x04\x03\x02")
#define OID_ECDSA_SHA384 OID("\x2A\x86\x48\xCE\x3D\x04\x03\x03")

struct issue {
	const struct cert_order *o;
	struct str issuer;  /* name, DER */
	struct str key_id;  /* the issuer's */
	struct str subject; /* name, DER */
	struct str public;  /* SubjectPublicKeyInfo */
	mbedtls_pk_context *by; /* key that signs */
	struct buf *out;
};

/* --- parts --- */

/* PrintableString's characters (X.680, and '*' as everywhere). */
static bool printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!ascii_alpha(c) && !ascii_digit(c) &&
		    (!c || !strchr(" '()+,-./:=?*", c)))
			return false;
	}
	return true;
}

static void put_name(struct buf *b, struct str common_name)
{
	size_t start = b->len;

	if (common_name.n) {
		der_put(b, DER_OID, OID_CN);
		der_put(b, printable(common_name) ? DER_PRINTABLE : DER_UTF8,
			common_name);
		der_close(b, start, DER_SEQ);
		der_close(b, start, DER_SET);
	}
	der_close(b, start, DER_SEQ);
}

static void put_time(struct buf *b, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;
	size_t start = b->len;
	int year;

	/* Past 9999 the format ends. */
	if (!gmtime_r(&t, &tm) || tm.tm_year + 1900 > 9999) {
		der_put(b, DER_TIME, STR("99991231235959Z"));
		return;
	}
	year = tm.tm_year + 1900;
	if (year >= 2050)
		buf_addf(b, "%04d", year);
	else
		buf_addf(b, "%02d", year % 100);
	buf_addf(b, "%02d%02d%02d%02d%02dZ", tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
	der_close(b, start, year >= 2050 ? DER_TIME : DER_UTC_TIME);
}

/* The algorithm and its hash that fit the key that signs. */
static enum crypto_hash put_algorithm(struct buf *b, mbedtls_pk_context *by)
{
	size_t start = b->len;
	bool rsa = mbedtls_pk_get_type(by) == MBEDTLS_PK_RSA;
	bool large = !rsa && mbedtls_pk_get_bitlen(by) > 256;

	der_put(b, DER_OID, rsa ? OID_RSA_SHA256
			    : large ? OID_ECDSA_SHA384 : OID_ECDSA_SHA256);
	if (rsa)
		der_put(b, DER_NULL, STR(""));
	der_close(b, start, DER_SEQ);
	return large ? HASH_SHA384 : HASH_SHA256;
}

/* --- extensions --- */

/* Closes an extension whose value was written from `start` on. */
static void close_extension(struct buf *b, size_t start, struct str oid,
			    bool critical)
{
	struct buf head = {0};
	size_t n;

	der_close(b, start, DER_OCTETS);
	der_put(&head, DER_OID, oid);
	if (critical)
		der_put(&head, DER_BOOLEAN, STR("\xFF"));
	n = b->len - start;
	if (!head.failed && buf_reserve(b, head.len) == 0) {
		memmove(b->p + start + head.len, b->p + start, n);
		memcpy(b->p + start, head.p, head.len);
		b->len += head.len;
	} else {
		b->failed = true;
	}
	buf_free(&head);
	der_close(b, start, DER_SEQ);
}

/* SHA-1 of the bits of the public key. */
static void put_key_id(struct buf *b, struct str public)
{
	uint8_t sum[HASH_MAX];
	struct der_item item;
	size_t n;

	if (!der_want(&public, DER_SEQ, &item))
		return;
	public = item.body;
	if (!der_want(&public, DER_SEQ, &item) ||
	    !der_want(&public, DER_BITS, &item) || item.body.n < 1)
		return;
	n = crypto_hash(HASH_SHA1, str_cut(item.body, 1, item.body.n), sum);
	der_put(b, DER_OCTETS, str_n((char *)sum, n));
}

static int put_alt_names(struct buf *b, const struct cert_order *o,
			 struct err *e)
{
	size_t start = b->len;

	for (size_t i = 0; o->names && i < o->names->n; i++)
		der_put(b, DER_CONTEXT | 2, str_of(o->names->items[i]));
	for (size_t i = 0; o->ips && i < o->ips->n; i++) {
		static const char mapped[12] = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF";
		char ip[16];
		struct str v = str_n(ip, 4);

		if (inet_pton(AF_INET, o->ips->items[i], ip) != 1) {
			if (inet_pton(AF_INET6, o->ips->items[i], ip) != 1)
				return err_set(e, 0, "error parsing ip: %s",
					       o->ips->items[i]);
			v = memcmp(ip, mapped, 12) == 0 ? str_n(ip + 12, 4)
							: str_n(ip, 16);
		}
		der_put(b, DER_CONTEXT | 7, v);
	}
	if (b->len == start)
		return 0;
	der_close(b, start, DER_SEQ);
	close_extension(b, start, OID_ALT_NAMES, !o->common_name.n);
	return 0;
}

static int put_extensions(struct buf *b, const struct issue *q, struct err *e)
{
	bool ca = q->o->ca;
	size_t all = b->len, at = all;

	/* Digital signature and key encipherment; a CA signs certificates. */
	der_put(b, DER_BITS, ca ? STR("\x02\xA4") : STR("\x05\xA0"));
	close_extension(b, at, OID_KEY_USAGE, true);
	at = b->len;
	der_put(b, DER_OID, OID_SERVER);
	der_put(b, DER_OID, OID_CLIENT);
	der_close(b, at, DER_SEQ);
	close_extension(b, at, OID_EXT_USAGE, false);
	at = b->len;
	if (ca)
		der_put(b, DER_BOOLEAN, STR("\xFF"));
	der_close(b, at, DER_SEQ);
	close_extension(b, at, OID_BASIC, true);
	at = b->len;
	if (ca) {
		put_key_id(b, q->public);
		close_extension(b, at, OID_SUBJECT_KEY, false);
	}
	at = b->len;
	if (q->key_id.n && !str_eq(q->issuer, q->subject)) {
		der_put(b, DER_CONTEXT, q->key_id);
		der_close(b, at, DER_SEQ);
		close_extension(b, at, OID_AUTHORITY_KEY, false);
	}
	if (put_alt_names(b, q->o, e) < 0)
		return -1;
	der_close(b, all, DER_SEQ);
	der_close(b, all, DER_CONTEXT | 0x20 | 3);
	return 0;
}

/* --- the whole --- */

static int put_body(struct buf *b, const struct issue *q, struct err *e)
{
	uint8_t serial[16] = {0};
	size_t at;

	der_put(b, DER_INTEGER, STR("\x02")); /* version 3 */
	der_close(b, 0, DER_CONTEXT | 0x20);
	crypto_random(serial, sizeof(serial));
	der_put_uint(b, str_n((char *)serial, sizeof(serial)));
	put_algorithm(b, q->by);
	buf_add(b, q->issuer.p, q->issuer.n);
	at = b->len;
	put_time(b, q->o->now);
	put_time(b, q->o->now + q->o->days * 86400);
	der_close(b, at, DER_SEQ);
	buf_add(b, q->subject.p, q->subject.n);
	buf_add(b, q->public.p, q->public.n);
	if (put_extensions(b, q, e) < 0)
		return -1;
	der_close(b, 0, DER_SEQ);
	return b->failed ? err_nomem(e) : 0;
}

/* Adds algorithm and signature behind the body in b. */
static int sign(struct buf *b, mbedtls_pk_context *by, struct err *e)
{
	uint8_t sum[HASH_MAX], sig[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
	size_t body = b->len, n = 0, at;
	enum crypto_hash h = put_algorithm(b, by);
	mbedtls_md_type_t md = h == HASH_SHA384 ? MBEDTLS_MD_SHA384
						: MBEDTLS_MD_SHA256;
	int r;

	if (b->failed)
		return err_nomem(e);
	r = mbedtls_pk_sign(by, md, sum, crypto_hash(h, str_n(b->p, body), sum),
			    sig, sizeof(sig), &n, key_rng, NULL);
	if (r)
		return err_set(e, 0, "error creating certificate: error "
			       "-0x%04x", (unsigned)-r);
	at = b->len;
	buf_addc(b, 0); /* no unused bits */
	buf_add(b, sig, n);
	der_close(b, at, DER_BITS);
	der_close(b, 0, DER_SEQ);
	return b->failed ? err_nomem(e) : 0;
}

/* The certificate that signs: its name and key. */
static int read_signer(const struct cert_pair *s, struct buf *der,
		       struct cert_info *info, mbedtls_pk_context *pk,
		       struct err *e)
{
	struct str rest = s->cert, type;

	if (!crypto_pem_next(&rest, &type, der))
		return err_set(e, 0, "unable to decode certificate");
	if (crypto_cert_read(str_n(der->p, der->len), info, e) < 0)
		return err_wrap(e, "error parsing certificate: "
				"decodedSignerCert.Bytes");
	if (key_read(pk, s->key, e) < 0)
		return err_wrap(e, "error parsing private key");
	return 0;
}

static int own_key(const struct cert_order *o, mbedtls_pk_context *pk,
		   struct err *e)
{
	if (o->key.p)
		return key_read(pk, o->key, e) < 0
			       ? err_wrap(e, "parsing private key")
			       : 0;
	return key_rsa(pk, 2048, e) < 0
		       ? err_wrap(e, "error generating rsa key")
		       : 0;
}

static int build(const struct cert_order *o, mbedtls_pk_context pk[2],
		 struct buf work[4], struct buf *cert, struct buf *key,
		 struct err *e)
{
	struct buf *body = &work[0], *public = &work[1], *name = &work[2];
	struct issue q = {.o = o, .by = &pk[0]};
	struct cert_info signer = {0};

	/* Bad addresses are told before the work of a key. */
	if (put_alt_names(name, o, e) < 0)
		return -1;
	buf_reset(name);
	if (own_key(o, &pk[0], e) < 0 ||
	    key_write_public(&pk[0], public, e) < 0)
		return -1;
	put_name(name, o->common_name);
	q.public = str_n(public->p, public->len);
	q.issuer = q.subject = str_n(name->p, name->len);
	if (o->signer) {
		if (read_signer(o->signer, &work[3], &signer, &pk[1], e) < 0)
			return -1;
		q.issuer = signer.subject;
		q.key_id = signer.key_id;
		q.by = &pk[1];
	}
	if (name->failed)
		return err_nomem(e);
	if (put_body(body, &q, e) < 0 || sign(body, q.by, e) < 0)
		return -1;
	crypto_pem_put("CERTIFICATE", str_n(body->p, body->len), cert);
	return cert->failed ? err_nomem(e) : key_write(&pk[0], key, e);
}

int crypto_cert_make(const struct cert_order *o, struct buf *cert,
		     struct buf *key, struct err *e)
{
	mbedtls_pk_context pk[2];
	struct buf work[4] = {{0}};
	int r;

	mbedtls_pk_init(&pk[0]);
	mbedtls_pk_init(&pk[1]);
	r = build(o, pk, work, cert, key, e);
	mbedtls_pk_free(&pk[0]);
	mbedtls_pk_free(&pk[1]);
	for (size_t i = 0; i < COUNT(work); i++)
		buf_free(&work[i]);
	return r;
}

int crypto_cert_custom(struct str cert64, struct str key64, struct buf *cert,
		       struct buf *key, struct err *e)
{
	struct buf der = {0};
	struct str rest, type;
	struct cert_info info;
	mbedtls_pk_context pk;
	size_t cert_at = cert->len, key_at = key->len;
	int r = 0;

	if (crypto_base64_get(BASE64_STD, cert64, cert, e) < 0)
		return err_set(e, 0, "unable to decode base64 certificate");
	if (crypto_base64_get(BASE64_STD, key64, key, e) < 0)
		return err_set(e, 0, "unable to decode base64 private key");
	mbedtls_pk_init(&pk);
	rest = str_cut(str_n(cert->p, cert->len), cert_at, cert->len);
	if (!crypto_pem_next(&rest, &type, &der)) {
		r = err_set(e, 0, "unable to decode certificate");
	} else if (crypto_cert_read(str_n(der.p, der.len), &info, e) < 0) {
		r = err_wrap(e, "error parsing certificate: decodedCert.Bytes");
	} else if (key_read(&pk, str_cut(str_n(key->p, key->len), key_at,
					 key->len), e) < 0) {
		r = err_wrap(e, "error parsing private key");
	}
	mbedtls_pk_free(&pk);
	buf_free(&der);
	return r;
}

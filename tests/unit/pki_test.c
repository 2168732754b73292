// SPDX-License-Identifier: MIT
/* PEM, certificates and keys. What is made here is read back by the TLS
 * library, which also checks the signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <mbedtls/x509_crt.h>

#include "base.h"
#include "crypto.h"
#include "crypto/pki.h"

/* Made by Go's x509: a CA (P-256, common name "Go Test CA") valid from
 * 2020-01-02 03:04:05 to 2060-01-02 03:04:05, and a leaf it signed with a
 * P-521 key, which the TLS library here does not know. */
static const char go_ca[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBdTCCARugAwIBAgIBBTAKBggqhkjOPQQDAjAhMQowCAYDVQQKEwF4MRMwEQYD\n"
	"VQQDEwpHbyBUZXN0IENBMCAXDTIwMDEwMjAzMDQwNVoYDzIwNjAwMTAyMDMwNDA1\n"
	"WjAhMQowCAYDVQQKEwF4MRMwEQYDVQQDEwpHbyBUZXN0IENBMFkwEwYHKoZIzj0C\n"
	"AQYIKoZIzj0DAQcDQgAEMVXNo+bPBJhk/NX+ileFQHOcnhA71W1h+/65M/ttSMtv\n"
	"6X20ha/04mpJSrkKXJT7JNhUQsYSV2O1c+Uux/90uKNCMEAwDgYDVR0PAQH/BAQD\n"
	"AgIEMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFPPH8o+E92oM3m9rik6CLa3A\n"
	"b6J5MAoGCCqGSM49BAMCA0gAMEUCIHFIkFCkh0jVdiv0g12ddl5K67MmzjbufNnr\n"
	"y5YG+budAiEA1fbZG3t+e/+q7hFxhONOhsu/DSnMuPmuPDjwFvXIJAg=\n"
	"-----END CERTIFICATE-----\n";
static const char go_leaf[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBqzCCAVKgAwIBAgIBBjAKBggqhkjOPQQDAjAhMQowCAYDVQQKEwF4MRMwEQYD\n"
	"VQQDEwpHbyBUZXN0IENBMB4XDTIwMDEwMjAzMDQwNVoXDTMwMDEwMjAzMDQwNVow\n"
	"DzENMAsGA1UEAxMEbGVhZjCBmzAQBgcqhkjOPQIBBgUrgQQAIwOBhgAEAcarrj8V\n"
	"70lDllTcFfaIAxyJjytZ5Jrj+Z+QfxGR+LDRkmlkJi1ZlS8L97PvhHBIjrkqheEF\n"
	"l8C12zV/jbgNK5vyAREf5DJE/33FlXFcMIh0Qa37bpxfAN179hM1OdWMbIafRVVr\n"
	"qJBCQVc+HFh5RKbh3lQH//HLZuvKrIeRpFKXsWnYo0owSDAMBgNVHRMBAf8EAjAA\n"
	"MB8GA1UdIwQYMBaAFPPH8o+E92oM3m9rik6CLa3Ab6J5MBcGA1UdEQQQMA6CDGxl\n"
	"YWYuZXhhbXBsZTAKBggqhkjOPQQDAgNHADBEAiA2/LmsaAUxLzdEdhr9VQRExP0M\n"
	"uF2Ni2ZQH2YIz6nBqAIgKvm748zkyc/iPcxhgvy3HpJluivmpj851d5ijc6Z1oA=\n"
	"-----END CERTIFICATE-----\n";

static struct str text_of(const struct buf *b)
{
	return str_n(buf_str(b), b->len);
}

static void pem(void **state)
{
	const char *text = "junk -----BEGIN X-----\n"
			   "-----BEGIN A-----\nYWJj\nZGVm\n-----END A-----\n"
			   "-----BEGIN BAD-----\nYW!j\n-----END BAD-----\n"
			   "-----BEGIN B C-----\r\nProc-Type: 4\r\nX: y\r\n\r\n"
			   "eHl6\r\n-----END B C-----\r\n"
			   "-----BEGIN D-----\nYWJj\n-----END E-----\n"
			   "-----BEGIN F-----\nYWJj\n";
	struct str rest = str_of(text), type;
	struct buf der = {0}, out = {0};
	char long_one[100] = {0};

	(void)state;
	assert_int_equal(crypto_pem_next(&rest, &type, &der), 1);
	assert_true(str_is(type, "A"));
	assert_true(str_is(text_of(&der), "abcdef"));
	assert_int_equal(crypto_pem_next(&rest, &type, &der), 1);
	assert_true(str_is(type, "B C"));
	assert_true(str_is(text_of(&der), "xyz"));
	assert_int_equal(crypto_pem_next(&rest, &type, &der), 0);
	crypto_pem_put("T", str_n(long_one, 49), &out);
	assert_string_equal(buf_str(&out),
			    "-----BEGIN T-----\n"
			    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			    "AAAAAAAAAAAAA\nAA==\n-----END T-----\n");
	buf_free(&der);
	buf_free(&out);
}

static void read_cert(const char *text, struct buf *der, struct cert_info *c)
{
	struct str rest = str_of(text), type;
	struct err e;

	assert_int_equal(crypto_pem_next(&rest, &type, der), 1);
	assert_true(str_is(type, "CERTIFICATE"));
	if (crypto_cert_read(text_of(der), c, &e) < 0)
		fail_msg("%s", e.text);
}

static void facts(void **state)
{
	struct buf a = {0}, b = {0};
	struct cert_info ca, leaf;
	struct err e;

	(void)state;
	read_cert(go_ca, &a, &ca);
	assert_true(ca.is_ca);
	assert_true(str_is(ca.common_name, "Go Test CA"));
	assert_int_equal(ca.not_before, 1577934245);
	assert_int_equal(ca.not_after, 2840238245);
	assert_int_equal(ca.key_id.n, 20);
	assert_true(str_eq(ca.subject, ca.issuer));
	read_cert(go_leaf, &b, &leaf);
	assert_false(leaf.is_ca);
	assert_true(str_is(leaf.common_name, "leaf"));
	assert_true(str_eq(leaf.issuer, ca.subject));
	assert_int_equal(leaf.key_id.n, 0);
	/* Each prefix is an error, and so is more. */
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(crypto_cert_read(str_n(b.p, n), &leaf, &e),
				 -1);
	buf_addc(&b, 0);
	assert_int_equal(crypto_cert_read(text_of(&b), &leaf, &e), -1);
	assert_string_equal(e.text, "x509: trailing data");
	buf_free(&a);
	buf_free(&b);
}

/* --- making --- */

static void parse(mbedtls_x509_crt *c, const struct buf *text)
{
	mbedtls_x509_crt_init(c);
	assert_int_equal(mbedtls_x509_crt_parse(c, (uint8_t *)text->p,
						text->len + 1), 0);
}

static void verify(const struct buf *leaf, const struct buf *ca,
		   const char *host)
{
	mbedtls_x509_crt l, c;
	uint32_t flags = 0;

	parse(&l, leaf);
	parse(&c, ca);
	assert_int_equal(mbedtls_x509_crt_verify(&l, &c, NULL, host, &flags,
						 NULL, NULL), 0);
	assert_int_equal(flags, 0);
	mbedtls_x509_crt_free(&l);
	mbedtls_x509_crt_free(&c);
}

static void make(const struct cert_order *o, struct buf *cert,
		 struct buf *key)
{
	struct err e;

	if (crypto_cert_make(o, cert, key, &e) < 0)
		fail_msg("%s", e.text);
}

/* PKITEST_OUT names a folder that gets what was made, for other programs. */
static void save(const char *name, const struct buf *b)
{
	const char *dir = getenv("PKITEST_OUT");
	char path[300];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(b->p, 1, b->len, f);
	fclose(f);
}

static void issue(void **state)
{
	struct buf ca = {0}, ca_key = {0}, cert = {0}, key = {0}, ec = {0};
	struct strlist ips = {0}, names = {0};
	struct cert_order o = {.common_name = STR("my-ca"), .days = 30,
			       .now = 1700000000, .ca = true};
	struct cert_pair signer;
	struct cert_info c;
	struct buf der = {0};
	int64_t real;

	(void)state;
	real = clock_wall().tv_sec;
	o.now = real - 10;
	make(&o, &ca, &ca_key);
	assert_memory_equal(ca_key.p, "-----BEGIN RSA PRIVATE KEY-----\n", 32);
	read_cert(ca.p, &der, &c);
	assert_true(c.is_ca);
	assert_int_equal(c.not_after - c.not_before, 30 * 86400);
	assert_int_equal(c.not_before, o.now);
	assert_true(str_is(c.common_name, "my-ca"));
	verify(&ca, &ca, NULL);

	/* A leaf with an ECDSA key, signed by the RSA authority. */
	assert_int_equal(crypto_key_make(STR("ecdsa"), &ec, NULL), 0);
	assert_int_equal(strlist_add(&ips, "10.0.0.1"), 0);
	assert_int_equal(strlist_add(&ips, "2001:db8::1"), 0);
	assert_int_equal(strlist_add(&names, "a.example"), 0);
	assert_int_equal(strlist_add(&names, "*.b.example"), 0);
	signer = (struct cert_pair){text_of(&ca), text_of(&ca_key)};
	o = (struct cert_order){.common_name = STR("l\xc3\xa9"), .days = 10,
				.now = real - 5, .ips = &ips, .names = &names,
				.key = text_of(&ec), .signer = &signer};
	make(&o, &cert, &key);
	assert_string_equal(key.p, ec.p);
	verify(&cert, &ca, "a.example");
	verify(&cert, &ca, "x.b.example");
	read_cert(cert.p, &der, &c);
	assert_false(c.is_ca);
	save("ca.pem", &ca);
	save("ca.key", &ca_key);
	save("leaf.pem", &cert);
	save("leaf.key", &key);

	/* Signed by itself, past 2050; then without a common name, which the
	 * TLS library does not read. */
	buf_reset(&cert);
	buf_reset(&key);
	o = (struct cert_order){.common_name = STR("self"), .days = 36500,
				.now = real - 5, .names = &names,
				.key = text_of(&ec)};
	make(&o, &cert, &key);
	verify(&cert, &cert, "a.example");
	read_cert(cert.p, &der, &c);
	assert_int_equal(c.not_after - c.not_before, 36500LL * 86400);
	save("self.pem", &cert);
	buf_reset(&cert);
	o.common_name = STR("");
	make(&o, &cert, &key);
	read_cert(cert.p, &der, &c);
	assert_int_equal(c.common_name.n, 0);
	assert_true(str_eq(c.subject, STR("\x30\0")));
	save("nameless.pem", &cert);
	buf_free(&ca);
	buf_free(&ca_key);
	buf_free(&cert);
	buf_free(&key);
	buf_free(&ec);
	buf_free(&der);
	strlist_free(&ips);
	strlist_free(&names);
}

static void key_fails(const char *pem_text, const char *want)
{
	struct buf a = {0}, b = {0};
	struct err e = {0};
	struct cert_order o = {.common_name = STR("x"), .days = 1,
			       .key = str_of(pem_text)};

	assert_int_equal(crypto_cert_make(&o, &a, &b, &e), -1);
	assert_string_equal(e.text, want);
	assert_int_equal(a.len, 0);
	buf_free(&a);
	buf_free(&b);
}

static void errors(void **state)
{
	struct strlist ips = {0};
	struct cert_order o = {.common_name = STR("x"), .ips = &ips};
	struct cert_pair bad = {STR("x"), STR("y")};
	struct buf a = {0}, b = {0};
	struct err e = {0};

	(void)state;
	key_fails("not a key", "parsing private key: no PEM data in input");
	key_fails("", "parsing private key: no PEM data in input");
	key_fails("-----BEGIN X-----\nAAAA\n-----END X-----\n",
		  "parsing private key: no private key data in PEM block of "
		  "type X");
	key_fails("-----BEGIN X PRIVATE KEY-----\nAAAA\n"
		  "-----END X PRIVATE KEY-----\n",
		  "parsing private key: invalid private key type X PRIVATE "
		  "KEY");
	assert_int_equal(strlist_add(&ips, "not-an-ip"), 0);
	assert_int_equal(crypto_cert_make(&o, &a, &b, &e), -1);
	assert_string_equal(e.text, "error parsing ip: not-an-ip");
	strlist_free(&ips);
	o = (struct cert_order){.signer = &bad, .key = {NULL, 0}};
	assert_int_equal(crypto_cert_make(&o, &a, &b, &e), -1);
	assert_string_equal(e.text, "unable to decode certificate");
	assert_int_equal(crypto_key_make(STR("foo"), &a, &e), -1);
	assert_string_equal(e.text, "Unknown type foo");
	assert_int_equal(crypto_cert_custom(STR("!!"), STR("!!"), &a, &b, &e),
			 -1);
	assert_string_equal(e.text, "unable to decode base64 certificate");
	buf_free(&a);
	buf_free(&b);
}

static void custom(void **state)
{
	struct buf ec = {0}, c64 = {0}, k64 = {0}, cert = {0}, key = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(crypto_key_make(STR("ecdsa"), &ec, NULL), 0);
	crypto_base64_put(BASE64_STD, str_of(go_leaf), &c64);
	crypto_base64_put(BASE64_STD, text_of(&ec), &k64);
	if (crypto_cert_custom(text_of(&c64), text_of(&k64), &cert, &key, &e))
		fail_msg("%s", e.text);
	assert_string_equal(cert.p, go_leaf);
	assert_string_equal(key.p, ec.p);
	assert_int_equal(crypto_cert_custom(text_of(&c64), text_of(&c64),
					    &cert, &key, &e), -1);
	assert_string_equal(e.text, "error parsing private key: no private key "
			    "data in PEM block of type CERTIFICATE");
	buf_free(&ec);
	buf_free(&c64);
	buf_free(&k64);
	buf_free(&cert);
	buf_free(&key);
}

static void other_keys(void **state)
{
	struct buf a = {0}, b = {0};

	(void)state;
	assert_int_equal(crypto_key_make(STR("ed25519"), &a, NULL), 0);
	assert_int_equal(crypto_key_make(STR("ed25519"), &b, NULL), 0);
	assert_string_not_equal(a.p, b.p);
	assert_memory_equal(a.p, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYD", 40);
	save("ed25519.key", &a);
	if (getenv("PKITEST_OUT")) {
		/* Slow under the sanitizers. */
		buf_reset(&a);
		assert_int_equal(crypto_key_make(STR("dsa"), &a, NULL), 0);
		save("dsa.key", &a);
		buf_reset(&a);
		assert_int_equal(crypto_key_make(STR("rsa"), &a, NULL), 0);
		save("rsa.key", &a);
	}
	buf_free(&a);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pem),	  cmocka_unit_test(facts),
		cmocka_unit_test(issue),  cmocka_unit_test(errors),
		cmocka_unit_test(custom), cmocka_unit_test(other_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

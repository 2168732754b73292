// SPDX-License-Identifier: MIT
/* Digests and encodings against known vectors; what the decoders say of bad
 * text was taken from Go's encoding packages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <mbedtls/aes.h>

#include "base.h"
#include "crypto.h"
#include "crypto/secret.h"

static void hash_is(enum crypto_hash h, const char *text, const char *want)
{
	char hex[HASH_HEX];

	assert_int_equal(crypto_hash_hex(h, str_of(text), hex), strlen(want));
	assert_string_equal(hex, want);
}

static void hashes(void **state)
{
	(void)state;
	hash_is(HASH_MD5, "hello", "5d41402abc4b2a76b9719d911017c592");
	hash_is(HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e");
	hash_is(HASH_SHA1, "hello", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
	hash_is(HASH_SHA224, "abc", "23097d223405d8228642a477bda255b32aadbce4bd"
				    "a0b3f7e36c9da7");
	hash_is(HASH_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b9"
				 "34ca495991b7852b855");
	hash_is(HASH_SHA384, "abc",
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5b"
		"ed8086072ba1e7cc2358baeca134c825a7");
	hash_is(HASH_SHA512, "hello",
		"9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673c"
		"a72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcde"
		"c043");
	assert_int_equal(crypto_adler32(STR("hello")), 103547413);
	assert_int_equal(crypto_adler32(STR("")), 1);
	assert_int_equal(crypto_adler32(STR("\xc3\xa9")), 36766061);
}

static void hmac(void **state)
{
	char hex[HASH_HEX];

	(void)state;
	assert_int_equal(crypto_hmac_hex(HASH_SHA256, STR("key"),
					 STR("The quick brown fox jumps over "
					     "the lazy dog"),
					 hex, NULL), 0);
	assert_string_equal(hex, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946"
				 "175997479dbc2d1a3cd8");
	assert_int_equal(crypto_hmac_hex(HASH_SHA256, (struct str){NULL, 0},
					 (struct str){NULL, 0}, hex, NULL), 0);
	assert_string_equal(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c49371"
				 "5653c6c712144292c5ad");
}

struct decode {
	const char *text, *hex; /* of the result; or the error */
};

static void decode_all(const struct decode *d, size_t n, int kind)
{
	for (size_t i = 0; i < n; i++) {
		struct buf out = {0}, hex = {0};
		struct err e = {0};
		struct str t = str_of(d[i].text);
		int r = kind == 2 ? crypto_base32_get(t, &out, &e)
				  : crypto_base64_get((enum crypto_base64)kind,
						      t, &out, &e);

		if (r < 0) {
			assert_string_equal(e.text, d[i].hex);
			assert_int_equal(out.len, 0);
		} else {
			crypto_hex_put(str_n(buf_str(&out), out.len), &hex);
			assert_string_equal(buf_str(&hex), d[i].hex);
		}
		buf_free(&out);
		buf_free(&hex);
	}
}

#define BAD64 "illegal base64 data at input byte "
#define BAD32 "illegal base32 data at input byte "

static void base64(void **state)
{
	static const struct decode std[] = {
		{"", ""},		   {"YQ==", "61"},
		{"aGVs\nbG8=\r\n", "68656c6c6f"}, {"AP/+", "00fffe"},
		{"YR==", "61"},		   {"YQ", BAD64 "0"},
		{"YQ=", BAD64 "3"},	   {"YQ==YQ==", BAD64 "4"},
		{"YWJj ZGVm", BAD64 "4"},  {"Pz8-Pn5-", BAD64 "3"},
		{"Y", BAD64 "0"},	   {"=", BAD64 "0"},
		{"Y===", BAD64 "1"},	   {"YQ=a", BAD64 "2"},
		{"YWI=\n=", BAD64 "5"},	   {"YWJj\nYQ", BAD64 "5"},
		{"\n", ""},		   {"YQ\n=\n=\n", "61"},
	};
	static const struct decode url[] = {
		{"Pz8-Pn5-", "3f3f3e3e7e7e"}, {"YWI", BAD64 "0"},
		{"__-_", "ffffbf"},	      {"//", BAD64 "0"},
	};
	struct buf out = {0};

	(void)state;
	decode_all(std, COUNT(std), BASE64_STD);
	decode_all(url, COUNT(url), BASE64_URL);
	crypto_base64_put(BASE64_STD, STR("\xff\xfe\xfd?"), &out);
	crypto_base64_put(BASE64_URL, STR("\xff\xfe\xfd?~"), &out);
	crypto_base64_put(BASE64_URL, STR(""), &out);
	assert_string_equal(buf_str(&out), "//79Pw==__79P34=");
	buf_free(&out);
}

static void base32(void **state)
{
	static const struct decode all[] = {
		{"", ""},
		{"NBSWY3DP", "68656c6c6f"},
		{"ME======", "61"},
		{"MFRA====", "6162"},
		{"MFRGG===", "616263"},
		{"MFRGGZA=", "61626364"},
		{"MFRG\nGZA=", "61626364"},
		{"ME", BAD32 "0"},
		{"me======", BAD32 "0"},
		{"MER=====", BAD32 "3"},
		{"ME=====", BAD32 "7"},
		{"ME=A====", BAD32 "2"},
		{"M=======", BAD32 "1"},
	};
	struct buf out = {0};

	(void)state;
	decode_all(all, COUNT(all), 2);
	crypto_base32_put(STR("hello"), &out);
	crypto_base32_put(STR("abcd"), &out);
	crypto_base32_put(STR("a"), &out);
	assert_string_equal(buf_str(&out), "NBSWY3DPMFRGGZA=ME======");
	buf_free(&out);
}

static void randomness(void **state)
{
	char a[UUID_TEXT], b[UUID_TEXT];
	uint8_t x[64] = {0}, or = 0;

	(void)state;
	crypto_uuid(a);
	crypto_uuid(b);
	assert_int_equal(strlen(a), 36);
	assert_string_not_equal(a, b);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	for (int i = 0; i < 36; i++)
		assert_int_equal(a[i] == '-',
				 i == 8 || i == 13 || i == 18 || i == 23);
	crypto_random(x, sizeof(x));
	for (size_t i = 32; i < sizeof(x); i++)
		or |= x[i];
	assert_int_not_equal(or, 0);
}

static void bcrypt(void **state)
{
	/* From the test suite of OpenBSD's implementation. */
	static const struct {
		const char *password;
		uint8_t salt[16];
		const char *want;
	} cases[] = {
		{"", {0x14, 0x4b, 0x3d, 0x69, 0x1a, 0x7b, 0x4e, 0xcf, 0x39,
		      0xcf, 0x73, 0x5c, 0x7f, 0xa7, 0xa7, 0x9c},
		 "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."},
		{"abc", {0x4e, 0xad, 0x84, 0x5a, 0x14, 0x2c, 0x9b, 0xc7, 0x99,
			 0x18, 0xc8, 0x79, 0x7f, 0x47, 0x0e, 0xf5},
		 "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm"},
	};
	char out[BCRYPT_TEXT], long_one[74] = {0};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(crypto_bcrypt_salt(str_of(cases[i].password),
						    i ? 8 : 6, cases[i].salt,
						    out, &e), 0);
		assert_string_equal(out, cases[i].want);
	}
	memset(long_one, 'x', 73);
	assert_int_equal(crypto_bcrypt(str_of(long_one), 4, out, &e), -1);
	assert_string_equal(e.text, "bcrypt: password length exceeds 72 bytes");
	assert_int_equal(crypto_bcrypt(str_n(long_one, 72), 4, out, &e), 0);
	assert_memory_equal(out, "$2a$04$", 7);
	assert_int_equal(strlen(out), 60);
}

static void aes(void **state)
{
	static const struct decode bad[] = {
		{"YWJj", "runtime error: slice bounds out of range [:16] with "
			 "capacity 3"},
		{"AAAAAAAAAAAAAAAAAAAAAAAA",
		 "crypto/cipher: input not full blocks"},
		{"AAAAAAAAAAAAAAAAAAAAAA==",
		 "runtime error: index out of range [-1]"},
		{"!", "illegal base64 data at input byte 0"},
	};
	struct buf out = {0}, back = {0};
	struct err e = {0};

	(void)state;
	/* Sealed by sprig. */
	assert_int_equal(crypto_aes_decrypt(
		STR("secretkey"),
		STR("30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ="), &out,
		&e), 0);
	assert_string_equal(buf_str(&out), "plaintext");
	for (size_t n = 0; n < 40; n++) {
		char text[40];

		memset(text, 'z', n);
		buf_reset(&out);
		buf_reset(&back);
		assert_int_equal(crypto_aes_encrypt(STR("k"), str_n(text, n),
						    &out, &e), 0);
		assert_int_equal(out.len,
				 n ? (16 + n / 16 * 16 + 16 + 2) / 3 * 4 : 0);
		assert_int_equal(crypto_aes_decrypt(STR("k"),
						    str_n(out.p, out.len),
						    &back, &e), 0);
		assert_int_equal(back.len, n);
		assert_memory_equal(buf_str(&back), text, n);
	}
	buf_reset(&out);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(crypto_aes_decrypt(STR("k"),
						    str_of(bad[i].text), &out,
						    &e), -1);
		assert_string_equal(e.text, bad[i].hex);
	}
	buf_free(&out);
	buf_free(&back);
}

static void derive(void **state)
{
	static const char *const types[][2] = {
		{"long", "ZedaFaxcZaso9*"},	   {"short", "Zed5"},
		{"maximum", "pf4zS1LjCg&LjhsZ7T2~"}, {"pin", "6685"},
	};
	uint8_t key[64];
	char hex[129];
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(crypto_pbkdf2(STR("passwd"), STR("salt"), 1, key, 64,
				       &e), 0);
	crypto_hex(key, 64, hex);
	/* RFC 7914, 11. */
	assert_string_equal(hex, "55ac046e56e3089fec1691c22544b605f94185216dde"
				 "0465e68b9d57c20dacbc49ca9cccf179b645991664b"
				 "39d77ef317c71b845b1e30bd509112041d3a19783");
	assert_int_equal(crypto_pbkdf2(STR("Password"), STR("NaCl"), 80000,
				       key, 64, &e), 0);
	crypto_hex(key, 8, hex);
	assert_string_equal(hex, "4ddcd8f60b98be21");
	/* RFC 7914, 12. */
	assert_int_equal(crypto_scrypt(STR("password"), STR("NaCl"), 1024, 8,
				       16, key, 64, &e), 0);
	crypto_hex(key, 16, hex);
	assert_string_equal(hex, "fdbabe1c9d3472007856e7190d01e9fe");
	for (size_t i = 0; i < COUNT(types); i++) {
		buf_reset(&out);
		assert_int_equal(crypto_derive_password(
			1, types[i][0], STR("password"), STR("user"),
			STR("example.com"), &out, &e), 0);
		assert_string_equal(buf_str(&out), types[i][1]);
	}
	assert_int_equal(crypto_derive_password(1, "bogus", STR("a"), STR("b"),
						STR("c"), &out, &e), -1);
	assert_string_equal(e.text, "cannot find password template bogus");
	buf_free(&out);
}

/* The rounds for processors without AES instructions, which the library takes
 * only there; FIPS 197, appendix C. */
static void aes_rounds(void **state)
{
	static const char *want[3] = {"69c4e0d86a7b0430d8cdb78070b4c55a",
				      "dda97ca4864cdfe06eaf70a0ec0d7191",
				      "8ea2b7ca516745bfeafc49904b496089"};
	unsigned char key[32], plain[16], out[16], back[16];
	mbedtls_aes_context a;

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		key[i] = (unsigned char)i;
	for (unsigned i = 0; i < 16; i++)
		plain[i] = (unsigned char)(i * 0x11);
	for (unsigned i = 0; i < 3; i++) {
		char hex[33];

		mbedtls_aes_init(&a);
		assert_int_equal(mbedtls_aes_setkey_enc(&a, key, 128 + 64 * i), 0);
		mbedtls_internal_aes_encrypt(&a, plain, out);
		for (unsigned k = 0; k < 16; k++)
			snprintf(hex + 2 * k, 3, "%02x", out[k]);
		assert_string_equal(hex, want[i]);
		assert_int_equal(mbedtls_aes_setkey_dec(&a, key, 128 + 64 * i), 0);
		mbedtls_internal_aes_decrypt(&a, out, back);
		assert_memory_equal(back, plain, 16);
		mbedtls_aes_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes), cmocka_unit_test(hmac),
		cmocka_unit_test(base64), cmocka_unit_test(base32),
		cmocka_unit_test(randomness), cmocka_unit_test(bcrypt),
		cmocka_unit_test(aes), cmocka_unit_test(aes_rounds), cmocka_unit_test(derive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

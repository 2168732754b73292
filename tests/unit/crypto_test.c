// SPDX-License-Identifier: MIT
/* Digests and encodings against known vectors; what the decoders say of bad
 * text was taken from Go's encoding packages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"
#include "crypto.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes), cmocka_unit_test(hmac),
		cmocka_unit_test(base64), cmocka_unit_test(base32),
		cmocka_unit_test(randomness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

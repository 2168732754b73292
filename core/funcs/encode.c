// SPDX-License-Identifier: MIT
/* encode - texts to other texts: base64, hashes, JSON, YAML, TOML. */
#include "crypto.h"
#include "data/json.h"
#include "data/toml.h"
#include "data/yaml.h"
#include "funcs/encode.h"
#include "funcs/shared.h"
#include "funcs/themes.h"

/* --- base64, base32 --- */

static int encode64(struct tmpl_call *c, enum crypto_base64 kind, struct str s,
		    struct val *out)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	crypto_base64_put(kind, s, &b);
	return ret_buf(c, &b, out);
}

static int decode64(struct tmpl_call *c, enum crypto_base64 kind, struct str s,
		    struct val *out)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	if (crypto_base64_get(kind, s, &b, c->err) < 0) {
		buf_free(&b);
		return err_wrap(c->err, "%s", c->name);
	}
	return ret_buf(c, &b, out);
}

/*: base64Encode sprig_b64enc TEXT
 * {{ base64Encode "hello" }} => aGVsbG8=
 */
FN_SHARED(encode_base64)
{
	return encode64(c, BASE64_STD, args[0].s, out);
}

/*: base64Decode TEXT
 * {{ base64Decode "aGVsbG8=" }} => hello
 */
FN(base64_decode)
{
	return decode64(c, BASE64_STD, args[0].s, out);
}

/*: base64URLEncode TEXT
 * {{ base64URLEncode "a>?b" }} => YT4_Yg==
 */
FN(base64_url_encode)
{
	return encode64(c, BASE64_URL, args[0].s, out);
}

/*: base64URLDecode TEXT
 * {{ base64URLDecode "YT4_Yg==" }} => a>?b
 */
FN(base64_url_decode)
{
	return decode64(c, BASE64_URL, args[0].s, out);
}

/* --- hashes --- */

int ret_hash(struct tmpl_call *c, int hash, struct str s, struct val *out)
{
	char text[HASH_HEX];
	size_t n = crypto_hash_hex((enum crypto_hash)hash, s, text);

	return ret_str(out, str_n(arena_dup(c->arena, text, n), n));
}

/*: md5sum TEXT
 * {{ md5sum "hello" }} => 5d41402abc4b2a76b9719d911017c592
 */
FN(md5)
{
	return ret_hash(c, HASH_MD5, args[0].s, out);
}

/*: sha256Hex sprig_sha256sum TEXT
 * {{ sha256Hex "a" | sprig_trunc 8 }} => ca978112
 */
FN_SHARED(encode_sha256)
{
	return ret_hash(c, HASH_SHA256, args[0].s, out);
}

/*: hmacSHA256Hex MESSAGE KEY
 * {{ hmacSHA256Hex "message" "key" | sprig_trunc 8 }} => 6e9ef29b
 */
FN(hmac_sha256)
{
	char text[HASH_HEX];

	if (crypto_hmac_hex(HASH_SHA256, args[1].s, args[0].s, text,
			    c->err) < 0)
		return -1;
	return ret_str(out, str_of(arena_strdup(c->arena, text)));
}

/* --- JSON, YAML, TOML --- */

/* Printing goes through the heap; the arena may not jump meanwhile. */
int print_data(struct tmpl_call *c, const struct val *v, enum data_format f,
	       struct buf *b)
{
	jmp_buf *was = arena_hold(c->arena);
	struct arena *a = c->arena;
	int r;

	buf_init(b, TMPL_STRING);
	r = f == FORMAT_YAML   ? yaml_print(a, b, v, c->err)
	    : f == FORMAT_TOML ? toml_print(a, b, v, c->err)
			       : json_print(a, b, v, (unsigned)f, c->err);
	if (r < 0)
		buf_free(b);
	arena_release(c, was, false);
	return r;
}

/* Without the newline at the end; the function's name before an error. */
static int to_text(struct tmpl_call *c, const struct val *v,
		   enum data_format f, struct val *out)
{
	struct buf b;

	if (print_data(c, v, f, &b) < 0)
		return err_wrap(c->err, "%s", c->name);
	if (ret_buf(c, &b, out) < 0)
		return -1;
	out->s = f == FORMAT_YAML || f == FORMAT_TOML
			 ? space_trim(out->s)
			 : str_trim(out->s, " \t\r\n");
	return 0;
}

/*: toJSON VALUE
 * {{ toJSON (sprig_list 1 "<") }} => [1,"\u003c"]
 */
FN(to_json)
{
	return to_text(c, &args[0], FORMAT_JSON, out);
}

/*: toJSONPretty VALUE
 * {{ toJSONPretty (sprig_dict "a" 1) | printf "%q" }} => "{\n  \"a\": 1\n}"
 */
FN(to_json_pretty)
{
	return to_text(c, &args[0], FORMAT_PRETTY, out);
}

/*: toUnescapedJSON VALUE
 * {{ toUnescapedJSON "<" }} => "<"
 */
FN(to_plain_json)
{
	return to_text(c, &args[0], FORMAT_PLAIN, out);
}

/*: toUnescapedJSONPretty VALUE
 * {{ toUnescapedJSONPretty (sprig_list) }} => []
 */
FN(to_plain_json_pretty)
{
	return to_text(c, &args[0], FORMAT_PLAIN_PRETTY, out);
}

/*: toYAML VALUE
 * {{ toYAML (sprig_dict "a" "yes") }} => a: "yes"
 */
FN(to_yaml)
{
	return to_text(c, &args[0], FORMAT_YAML, out);
}

/*: toTOML VALUE
 * {{ toTOML (sprig_dict "a" 1) }} => a = 1
 */
FN(to_toml)
{
	if (!args[0].type)
		return fail_zero(c);
	return to_text(c, &args[0], FORMAT_TOML, out);
}

static const struct tmpl_func table[] = {
	{"base64Decode", "s:s", base64_decode},
	{"base64Encode", "s:s", encode_base64},
	{"base64URLDecode", "s:s", base64_url_decode},
	{"base64URLEncode", "s:s", base64_url_encode},
	{"hmacSHA256Hex", "ss:s", hmac_sha256},
	{"md5sum", "s:s", md5},
	{"sha256Hex", "s:s", encode_sha256},
	{"toJSON", "a:s", to_json},
	{"toJSONPretty", "a:s", to_json_pretty},
	{"toTOML", "a:s", to_toml},
	{"toUnescapedJSON", "a:s", to_plain_json},
	{"toUnescapedJSONPretty", "a:s", to_plain_json_pretty},
	{"toYAML", "a:s", to_yaml},
};

THEME(theme_encode, "encoding", table);

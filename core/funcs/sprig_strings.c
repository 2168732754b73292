// SPDX-License-Identifier: MIT
/* sprig_strings - texts: the plain ones.
 * Source: sprig v3 (strings.go), as facts. */
#include "crypto.h"
#include "funcs/encode.h"
#include "funcs/shared.h"
#include "funcs/sprig.h"
#include "funcs/themes.h"

/*: sprig_contains PART TEXT
 * {{ sprig_contains "ell" "hello" }} => true
 */
FN(contains)
{
	return ret_bool(out, str_has(args[1].s, args[0].s));
}

/*: sprig_hasPrefix PREFIX TEXT
 * {{ sprig_hasPrefix "he" "hello" }} => true
 */
FN(has_prefix)
{
	return ret_bool(out, str_prefix(args[1].s, args[0].s));
}

/*: sprig_hasSuffix SUFFIX TEXT
 * {{ sprig_hasSuffix "lo" "hello" }} => true
 */
FN(has_suffix)
{
	return ret_bool(out, str_suffix(args[1].s, args[0].s));
}

/*: sprig_repeat COUNT TEXT
 * {{ sprig_repeat 3 "ab" }} => ababab
 */
FN(repeat)
{
	size_t times = (size_t)args[0].i;
	struct str s = args[1].s;
	struct text t = text_in(c);

	if (args[0].i < 0)
		return fail(c, "strings: negative Repeat count");
	if (s.n && times > TMPL_STRING / s.n)
		return room_text(c, SIZE_MAX);
	if (s.n == 1)
		text_addn(&t, s.p[0], times);
	for (size_t i = 0; s.n > 1 && i < times; i++)
		text_s(&t, s);
	return ret_text(&t, out);
}

/*: sprig_substr START END TEXT
 * {{ sprig_substr 1 3 "hello" }} => el
 */
FN(substr)
{
	int64_t from = args[0].i, to = args[1].i, len = (int64_t)args[2].s.n;

	if (from < 0)
		from = 0;
	else if (to < 0 || to > len)
		to = len;
	if (to < 0 || to > len)
		return fail(c, "runtime error: slice bounds out of range "
			       "[:%lld]%s",
			    (long long)to,
			    to < 0 ? ""
				   : arena_printf(c->arena,
						  " with length %lld",
						  (long long)len));
	if (from > to)
		return fail(c, "runtime error: slice bounds out of range "
			       "[%lld:%lld]",
			    (long long)from, (long long)to);
	return ret_str(out, str_cut(args[2].s, (size_t)from, (size_t)to));
}

/*: sprig_trunc LENGTH TEXT
 * {{ sprig_trunc 5 "hello world" }} {{ sprig_trunc -5 "hello world" }} => hello world
 */
FN(trunc_)
{
	int64_t k = args[0].i, len = (int64_t)args[1].s.n;

	if (k < 0 && len + k > 0)
		return ret_str(out, str_cut(args[1].s, (size_t)(len + k),
					    (size_t)len));
	if (k >= 0 && len > k)
		return ret_str(out, str_cut(args[1].s, 0, (size_t)k));
	return ret(out, args[1]);
}

/* A pad before every line, empty ones too, after what is in t. */
static int indent_text(struct tmpl_call *c, struct text *t, int64_t spaces,
		       struct str s, struct val *out)
{
	size_t lines = 1, pad = (size_t)spaces;
	struct str line;

	if (spaces < 0)
		return fail(c, "strings: negative Repeat count");
	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	if (pad > TMPL_STRING || room_text(c, s.n + lines * pad) < 0)
		return room_text(c, SIZE_MAX);
	while (lines--) {
		if (!str_split(&s, '\n', &line))
			line = STR("");
		text_addn(t, ' ', pad);
		text_s(t, line);
		if (lines)
			text_addc(t, '\n');
	}
	return ret_text(t, out);
}

/*: sprig_indent SPACES TEXT
 * {{ sprig_indent 2 "a\nb" | printf "%q" }} => "  a\n  b"
 */
FN(indent)
{
	struct text t = text_in(c);

	return indent_text(c, &t, args[0].i, args[1].s, out);
}

/*: sprig_nindent SPACES TEXT
 * {{ sprig_nindent 2 "a" | printf "%q" }} => "\n  a"
 */
FN(nindent)
{
	struct text t = text_in(c);

	text_addc(&t, '\n');
	return indent_text(c, &t, args[0].i, args[1].s, out);
}

/*: sprig_plural ONE MANY COUNT
 * {{ sprig_plural "egg" "eggs" 2 }} => eggs
 */
FN(plural)
{
	return ret(out, args[2].i == 1 ? args[0] : args[1]);
}

/* The arguments with a space between them, nil ones left out. */
static int spaced(struct tmpl_call *c, const struct val *args, size_t n,
		  char quote, struct val *out)
{
	struct text t = text_in(c);
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!args[i].type)
			continue;
		if (!first)
			text_addc(&t, ' ');
		first = false;
		if (quote == '"') {
			print_quote(&t, sprig_string(c, &args[i]), false);
			continue;
		}
		if (quote)
			text_addc(&t, quote);
		text_s(&t, go_string(c, &args[i]));
		if (quote)
			text_addc(&t, quote);
	}
	return ret_text(&t, out);
}

/*: sprig_quote VALUE...
 * {{ sprig_quote "a\"b" 1 }} => "a\"b" "1"
 */
FN(quote)
{
	return spaced(c, args, n, '"', out);
}

/*: sprig_squote VALUE...
 * {{ sprig_squote "a" 1 }} => 'a' '1'
 */
FN(squote)
{
	return spaced(c, args, n, '\'', out);
}

/*: sprig_cat VALUE...
 * {{ sprig_cat "a" nil 1 true }} => a 1 true
 */
FN(cat)
{
	return spaced(c, args, n, 0, out);
}

/*: sprig_toString VALUE
 * {{ sprig_toString 1.5 }} => 1.5
 */
FN(to_string)
{
	return ret_str(out, sprig_string(c, &args[0]));
}

/*: sprig_splitList SEPARATOR TEXT
 * {{ sprig_splitList "," "a,b" | toJSON }} => ["a","b"]
 */
FN(split_list)
{
	return ret(out, split_strings(c, args[1].s, args[0].s, 0,
				      &type_strings));
}

static int split_map(struct tmpl_call *c, struct str s, struct str sep,
		     size_t max, struct val *out)
{
	struct val list = split_strings(c, s, sep, max, &type_strings);
	char key[NUM_TEXT + 1] = "_";

	*out = val_map(c->arena, &type_map_str);
	for (size_t i = 0; i < val_len_list(&list); i++) {
		size_t len = num_put_u64(key + 1, i) + 1;
		struct val k = val_str_dup(c->arena, str_n(key, len));

		val_map_set(c->arena, out, k, list.list->items[i]);
	}
	return 0;
}

/*: sprig_split SEPARATOR TEXT
 * {{ (sprig_split "," "a,b")._1 }} => b
 */
FN(split)
{
	return split_map(c, args[1].s, args[0].s, 0, out);
}

/*: sprig_splitn SEPARATOR COUNT TEXT
 * {{ (sprig_splitn "," 2 "a,b,c")._1 }} => b,c
 */
FN(splitn)
{
	*out = val_map(c->arena, &type_map_str);
	if (!args[1].i)
		return 0;
	return split_map(c, args[2].s, args[0].s,
			 args[1].i < 0 ? 0 : (size_t)args[1].i, out);
}

/* --- encodings and hashes --- */

/* The error of a wrong text is the result. */
static int decoded(struct tmpl_call *c, struct buf *b, int r, struct val *out)
{
	if (r == 0)
		return ret_buf(c, b, out);
	buf_free(b);
	return ret_str(out, str_of(arena_strdup(c->arena, c->err->text)));
}

/*: sprig_b64dec TEXT
 * {{ sprig_b64dec "aGVsbG8=" }} => hello
 */
FN(b64dec)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	return decoded(c, &b,
		       crypto_base64_get(BASE64_STD, args[0].s, &b, c->err),
		       out);
}

/*: sprig_b32enc TEXT
 * {{ sprig_b32enc "hello" }} => NBSWY3DP
 */
FN(b32enc)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	crypto_base32_put(args[0].s, &b);
	return ret_buf(c, &b, out);
}

/*: sprig_b32dec TEXT
 * {{ sprig_b32dec "NBSWY3DP" }} => hello
 */
FN(b32dec)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	return decoded(c, &b, crypto_base32_get(args[0].s, &b, c->err), out);
}

/*: sprig_sha1sum TEXT
 * {{ sprig_sha1sum "a" | sprig_trunc 8 }} => 86f7e437
 */
FN(sha1)
{
	return ret_hash(c, HASH_SHA1, args[0].s, out);
}

/*: sprig_sha512sum TEXT
 * {{ sprig_sha512sum "a" | sprig_trunc 8 }} => 1f40fc92
 */
FN(sha512)
{
	return ret_hash(c, HASH_SHA512, args[0].s, out);
}

/*: sprig_adler32sum TEXT
 * {{ sprig_adler32sum "hello" }} => 103547413
 */
FN(adler32)
{
	char num[NUM_TEXT];
	size_t len = num_put_u64(num, crypto_adler32(args[0].s));

	return ret(out, val_str_dup(c->arena, str_n(num, len)));
}

static const struct tmpl_func table[] = {
	{"adler32sum", "s:s", adler32},
	{"b32dec", "s:s", b32dec},
	{"b32enc", "s:s", b32enc},
	{"b64dec", "s:s", b64dec},
	{"b64enc", "s:s", encode_base64},
	{"cat", "..a:s", cat},
	{"contains", "ss:b", contains},
	{"hasPrefix", "ss:b", has_prefix},
	{"hasSuffix", "ss:b", has_suffix},
	{"indent", "is:s", indent},
	{"lower", "s:s", strings_lower},
	{"nindent", "is:s", nindent},
	{"plural", "ssi:s", plural},
	{"quote", "..a:s", quote},
	{"repeat", "is:s", repeat},
	{"replace", "sss:s", strings_replace},
	{"sha1sum", "s:s", sha1},
	{"sha256sum", "s:s", encode_sha256},
	{"sha512sum", "s:s", sha512},
	{"split", "ss:m", split},
	{"splitList", "ss:S", split_list},
	{"splitn", "sis:m", splitn},
	{"squote", "..a:s", squote},
	{"substr", "iis:s", substr},
	{"toString", "a:s", to_string},
	{"trim", "s:s", strings_trim_space},
	{"trimAll", "ss:s", strings_trim},
	{"trimPrefix", "ss:s", strings_trim_prefix},
	{"trimSuffix", "ss:s", strings_trim_suffix},
	{"trimall", "ss:s", strings_trim},
	{"trunc", "is:s", trunc_},
	{"upper", "s:s", strings_upper},
};

THEME(theme_sprig_strings, "sprig texts", table);

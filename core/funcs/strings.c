// SPDX-License-Identifier: MIT
/* strings - consul-template's text functions: the text comes last, so that
 * they stand in pipelines. */
#include "funcs/case.h"
#include "funcs/regexes.h"
#include "funcs/shared.h"
#include "funcs/themes.h"

/*: toLower sprig_lower TEXT
 * {{ toLower "ÀB" }} => àb
 */
FN_SHARED(strings_lower)
{
	return ret_str(out, lower_str(c->arena, args[0].s));
}

/*: toUpper sprig_upper TEXT
 * {{ toUpper "straße" }} => STRAßE
 */
FN_SHARED(strings_upper)
{
	return ret_str(out, upper_str(c->arena, args[0].s));
}

/*: toTitle TEXT
 * {{ toTitle "o'neil's foo-bar" }} => O'neil's Foo-Bar
 */
FN(to_title)
{
	return ret_str(out, title_words(c->arena, args[0].s));
}

/*: trimSpace sprig_trim TEXT
 * {{ trimSpace "  a b\n" }} => a b
 */
FN_SHARED(strings_trim_space)
{
	return ret_str(out, space_trim(args[0].s));
}

/*: trimPrefix sprig_trimPrefix PREFIX TEXT
 * {{ trimPrefix "v" "v1.2" }} => 1.2
 */
FN_SHARED(strings_trim_prefix)
{
	struct str s = args[1].s;

	return ret_str(out, str_prefix(s, args[0].s)
				    ? str_cut(s, args[0].s.n, s.n)
				    : s);
}

/*: trimSuffix sprig_trimSuffix SUFFIX TEXT
 * {{ trimSuffix ".gz" "a.tar.gz" }} => a.tar
 */
FN_SHARED(strings_trim_suffix)
{
	struct str s = args[1].s;

	if (str_suffix(s, args[0].s))
		s.n -= args[0].s.n;
	return ret_str(out, s);
}

static bool in_set(struct str set, uint32_t rune)
{
	int w;

	for (size_t i = 0; i < set.n; i += (size_t)w)
		if (utf8_decode(set.p + i, set.n - i, &w) == rune)
			return true;
	return false;
}

/*: trim sprig_trimAll sprig_trimall CHARACTERS TEXT
 * {{ trim "!?" "!?hello!?" }} => hello
 */
FN_SHARED(strings_trim)
{
	struct str set = args[0].s, s = args[1].s;
	int w;

	while (s.n && in_set(set, utf8_decode(s.p, s.n, &w)))
		s = str_cut(s, (size_t)w, s.n);
	while (s.n && in_set(set, utf8_decode_last(s.p, s.n, &w)))
		s.n -= (size_t)w;
	return ret_str(out, s);
}

/*: replaceAll sprig_replace FROM TO TEXT
 * {{ replaceAll "." "-" "a.b.c" }} => a-b-c
 */
FN_SHARED(strings_replace)
{
	return replace_all(c, args[2].s, args[0].s, args[1].s, out);
}

/*: indent SPACES TEXT
 * {{ indent 2 "a\n\nb" | printf "%q" }} => "  a\n\n  b"
 */
FN(indent)
{
	struct str s = args[1].s, line;
	struct text t = text_in(c);
	size_t spaces = (size_t)args[0].i, lines = 1;

	if (args[0].i < 0)
		return fail(c, "indent value must be a positive integer");
	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	if (spaces > TMPL_STRING || room_text(c, s.n + lines * spaces) < 0)
		return room_text(c, SIZE_MAX);
	for (size_t first = 1; str_split(&s, '\n', &line); first = 0) {
		if (!first)
			text_addc(&t, '\n');
		if (line.n)
			text_addn(&t, ' ', spaces);
		text_s(&t, line);
	}
	return ret_text(&t, out);
}

/*: join SEPARATOR LIST
 * {{ split "," "a,b" | join "-" }} => a-b
 */
FN(join)
{
	struct text t = text_in(c);

	for (size_t i = 0; i < val_len_list(&args[1]); i++) {
		if (i)
			text_s(&t, args[0].s);
		text_s(&t, args[1].list->items[i].s);
	}
	return ret_text(&t, out);
}

/*: split SEPARATOR TEXT
 * {{ split "," " a,b " | toJSON }} => ["a","b"]
 */
FN(split)
{
	struct str s = space_trim(args[1].s);

	if (!s.n)
		return ret(out, val_list(c->arena, &type_strings, 0));
	return ret(out, split_strings(c, s, args[0].s, 0, &type_strings));
}

/*: splitToMap SEPARATOR ASSIGN TEXT
 * {{ splitToMap "," "=" "a=1,b=2,c" | toJSON }} => {"a":"1","b":"2"}
 */
FN(split_to_map)
{
	struct str s = space_trim(args[2].s), assign = args[1].s;
	struct val list;

	*out = val_map(c->arena, &type_map_str);
	if (!s.n)
		return 0;
	list = split_strings(c, s, args[0].s, 0, &type_strings);
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct str item = list.list->items[i].s;
		ptrdiff_t at = str_find(item, assign);

		if (at >= 0)
			val_map_sets(c->arena, out,
				     str_cut(item, 0, (size_t)at),
				     val_str(str_cut(item,
						     (size_t)at + assign.n,
						     item.n)));
	}
	return 0;
}

/*: regexMatch REGEX TEXT
 * {{ regexMatch "^a+$" "aaa" }} => true
 */
FN(match)
{
	return re_match(c, args[0].s, args[1].s, out);
}

/*: regexReplaceAll REGEX REPLACEMENT TEXT
 * {{ regexReplaceAll "(a)(b)" "$2$1" "abab" }} => baba
 */
FN(regex_replace_all)
{
	return re_replace(c, args[0].s, args[2].s, args[1].s, false, out);
}

static const struct tmpl_func table[] = {
	{"indent", "is:s", indent},
	{"join", "sS:s", join},
	{"regexMatch", "ss:b", match},
	{"regexReplaceAll", "sss:s", regex_replace_all},
	{"replaceAll", "sss:s", strings_replace},
	{"split", "ss:S", split},
	{"splitToMap", "sss:m", split_to_map},
	{"toLower", "s:s", strings_lower},
	{"toTitle", "s:s", to_title},
	{"toUpper", "s:s", strings_upper},
	{"trim", "ss:s", strings_trim},
	{"trimPrefix", "ss:s", strings_trim_prefix},
	{"trimSpace", "s:s", strings_trim_space},
	{"trimSuffix", "ss:s", strings_trim_suffix},
};

THEME(theme_strings, "strings", table);

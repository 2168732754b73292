// SPDX-License-Identifier: MIT
/* regexes - sprig's regex functions, and what consul-template's share with
 * them. Expressions live on the heap, so the arena must not jump while one is
 * held. */
#include "funcs/regexes.h"
#include "funcs/themes.h"
#include "regex.h"

/* sprig's functions without "must" panic, with Go's words for it. */
static int bad_regex(struct tmpl_call *c, struct str re)
{
	bool panics = str_prefix(str_of(c->name), STR("sprig_regex"));
	struct val pattern = val_str(re);

	if (!panics)
		return -1;
	return err_wrap(c->err, "regexp: Compile(%.*s)",
			STRF(print_fmt(c->arena, "%#q", &pattern, 1)));
}

int re_match(struct tmpl_call *c, struct str re, struct str s, struct val *out)
{
	REGEX_AUTO struct regex *r = NULL;
	int found;

	if (regex_compile(re, 0, &r, c->err) < 0)
		return -1;
	found = regex_match(r, s, c->err);
	return found < 0 ? -1 : ret_bool(out, found);
}

int re_replace(struct tmpl_call *c, struct str re, struct str s,
	       struct str with, bool literal, struct val *out)
{
	struct regex *r;
	struct buf b;
	int done;

	if (regex_compile(re, 0, &r, c->err) < 0)
		return bad_regex(c, re);
	buf_init(&b, TMPL_STRING);
	done = literal ? regex_replace_literal(r, s, with, &b, c->err)
		       : regex_replace(r, s, with, &b, c->err);
	regex_free(r);
	if (done < 0 && !b.failed) {
		buf_free(&b);
		return -1;
	}
	return ret_buf(c, &b, out);
}

/*: sprig_regexMatch REGEX TEXT
 * {{ sprig_regexMatch "^a" "abc" }} {{ sprig_regexMatch "(" "abc" }} => true false
 */
FN(match)
{
	if (re_match(c, args[0].s, args[1].s, out) < 0)
		*out = val_bool(false);
	return 0;
}

/*: sprig_mustRegexMatch REGEX TEXT
 * {{ sprig_mustRegexMatch "c$" "abc" }} => true
 */
FN(must_match)
{
	return re_match(c, args[0].s, args[1].s, out);
}

/*: sprig_regexFind sprig_mustRegexFind REGEX TEXT
 * {{ sprig_regexFind "b+" "abbbc" }} => bbb
 */
FN(find)
{
	struct regex *r;
	ptrdiff_t cap[2];
	int found;

	if (regex_compile(args[0].s, 0, &r, c->err) < 0)
		return bad_regex(c, args[0].s);
	found = regex_find(r, args[1].s, 0, cap, 1, c->err);
	regex_free(r);
	if (found < 0)
		return -1;
	return ret_str(
		out, found ? str_cut(args[1].s, (size_t)cap[0], (size_t)cap[1])
			   : STR(""));
}

static int find_all(struct tmpl_call *c, struct regex *r, struct str s,
		    int64_t max, struct val *out)
{
	struct regex_iter it;
	int more, done = 0;

	if (regex_iter_init(&it, r, s, c->err) < 0)
		return -1;
	while (max-- != 0 && (more = regex_next(&it, c->err)) != 0) {
		done = more < 0 ? -1
				: val_push(c->arena, out,
					   val_str(str_cut(s, (size_t)it.cap[0],
							   (size_t)it.cap[1])));
		if (done < 0)
			break;
	}
	regex_iter_free(&it);
	return done;
}

/*: sprig_regexFindAll sprig_mustRegexFindAll REGEX TEXT N
 * {{ sprig_regexFindAll "[0-9]" "1a2b3" 2 }} => [1 2]
 */
FN(find_all_fn)
{
	struct regex *r;
	jmp_buf *was;
	int done;

	if (regex_compile(args[0].s, 0, &r, c->err) < 0)
		return bad_regex(c, args[0].s);
	was = arena_hold(c->arena);
	*out = val_zero(&type_strings);
	done = find_all(c, r, args[1].s, args[2].i, out);
	regex_free(r);
	return arena_release(c, was, done < 0);
}

/*: sprig_regexReplaceAll sprig_mustRegexReplaceAll REGEX TEXT REPLACEMENT
 * {{ sprig_regexReplaceAll "a(x*)b" "-axxb-" "${1}W" }} => -xxW-
 */
FN(replace)
{
	return re_replace(c, args[0].s, args[1].s, args[2].s, false, out);
}

/*: sprig_regexReplaceAllLiteral sprig_mustRegexReplaceAllLiteral REGEX TEXT REPLACEMENT
 * {{ sprig_regexReplaceAllLiteral "a(x*)b" "-axxb-" "${1}" }} => -${1}-
 */
FN(replace_literal)
{
	return re_replace(c, args[0].s, args[1].s, args[2].s, true, out);
}

struct pieces {
	struct tmpl_call *c;
	struct val *out;
};

static int add_piece(void *ctx, struct str piece, struct err *e)
{
	struct pieces *p = ctx;

	(void)e;
	return val_push(p->c->arena, p->out, val_str(piece));
}

/*: sprig_regexSplit sprig_mustRegexSplit REGEX TEXT N
 * {{ sprig_regexSplit "z+" "pizza" -1 | toJSON }} => ["pi","a"]
 */
FN(split)
{
	struct pieces p = {c, out};
	struct regex *r;
	int64_t max = args[2].i;
	jmp_buf *was;
	int done;

	if (regex_compile(args[0].s, 0, &r, c->err) < 0)
		return bad_regex(c, args[0].s);
	was = arena_hold(c->arena);
	*out = max ? val_list(c->arena, &type_strings, 0)
		   : val_zero(&type_strings);
	done = regex_split(r, args[1].s,
			   max > INT32_MAX || max < 0 ? -1 : (int)max,
			   add_piece, &p, c->err);
	regex_free(r);
	return arena_release(c, was, done < 0);
}

/*: sprig_regexQuoteMeta TEXT
 * {{ sprig_regexQuoteMeta "1.2" }} => 1\.2
 */
FN(quote_meta)
{
	struct buf b;

	buf_init(&b, TMPL_STRING);
	regex_quote(args[0].s, &b);
	return ret_buf(c, &b, out);
}

static const struct tmpl_func table[] = {
	{"mustRegexFind", "ss:s", find},
	{"mustRegexFindAll", "ssi:S", find_all_fn},
	{"mustRegexMatch", "ss:b", must_match},
	{"mustRegexReplaceAll", "sss:s", replace},
	{"mustRegexReplaceAllLiteral", "sss:s", replace_literal},
	{"mustRegexSplit", "ssi:S", split},
	{"regexFind", "ss:s", find},
	{"regexFindAll", "ssi:S", find_all_fn},
	{"regexMatch", "ss:b", match},
	{"regexQuoteMeta", "s:s", quote_meta},
	{"regexReplaceAll", "sss:s", replace},
	{"regexReplaceAllLiteral", "sss:s", replace_literal},
	{"regexSplit", "ssi:S", split},
};

THEME(theme_sprig_regex, "sprig regular expressions", table);

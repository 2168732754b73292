// SPDX-License-Identifier: MIT
/* sprig_words - camel, snake and kebab case, wrapping, and other functions
 * that look at words.
 * Source: github.com/huandu/xstrings 1.5 and Masterminds/goutils, as facts. */
#include "funcs/case.h"
#include "funcs/sprig.h"
#include "funcs/themes.h"
#include "regex/unicode.h"

static bool is_upper(uint32_t r)
{
	return unicode_is(r, UNI_BIT(UNI_LU));
}

static bool is_connector(uint32_t r)
{
	return r == '-' || r == '_' || unicode_space(r);
}

/* --- camel case --- */

/*: sprig_camelcase TEXT
 * {{ sprig_camelcase "http_server" }} {{ sprig_camelcase "first name" }} => HttpServer FirstName
 */
FN(camel)
{
	struct str s = args[0].s;
	struct text t = text_in(c);
	uint32_t r = 0, prev;
	bool shout = false; /* the word has had upper case only */
	size_t i = 0;
	int w = 0;

	/* connectors in front stay */
	while (i < s.n) {
		r = utf8_decode(s.p + i, s.n - i, &w);
		i += (size_t)w;
		if (!is_connector(r)) {
			shout = is_upper(r);
			r = unicode_upper(r);
			break;
		}
		text_rune(&t, r);
	}
	while (i < s.n) {
		prev = r;
		r = utf8_decode(s.p + i, s.n - i, &w);
		i += (size_t)w;
		if (is_connector(prev) && !is_connector(r)) {
			shout = is_upper(r);
			r = unicode_upper(r);
			continue;
		}
		if (!is_connector(prev)) {
			shout = shout && is_upper(r);
			if (shout)
				r = unicode_lower(r);
		}
		text_rune(&t, prev);
	}
	if (s.n)
		text_rune(&t, r);
	return ret_text(&t, out);
}

/* --- snake and kebab case --- */

enum word_type { W_NONE, W_NUMBER, W_UPPER, W_ALPHABET, W_CONNECTOR, W_PUNCT,
		 W_OTHER };

struct word {
	enum word_type type;
	struct str s;
};

/* Letters of scripts with spaces between words. */
static bool is_alphabet(uint32_t r)
{
	if (!unicode_is(r, UNI_LETTER))
		return false;
	return !(r >= 0x3400 && r <= 0x4DB5) && !(r >= 0x4E00 && r <= 0x9FCC) &&
	       !(r >= 0x20000 && r <= 0x2A6D6) &&
	       !(r >= 0x2A700 && r <= 0x2B81D);
}

static enum word_type type_of(uint32_t r)
{
	if (is_connector(r))
		return W_CONNECTOR;
	if (unicode_is(r, UNI_PUNCT))
		return W_PUNCT;
	if (is_upper(r))
		return W_UPPER;
	if (is_alphabet(r))
		return W_ALPHABET;
	return unicode_is(r, UNI_NUMBER) ? W_NUMBER : W_OTHER;
}

/* The next rune with the invalid bytes before it; prev when none is left. */
static uint32_t next_rune(struct str s, uint32_t prev, size_t *size)
{
	int w;

	*size = 0;
	while (*size < s.n) {
		uint32_t r = utf8_decode(s.p + *size, s.n - *size, &w);

		*size += (size_t)w;
		if (r != RUNE_ERROR)
			return r;
	}
	return prev;
}

/* Runes of the given types from offset `at` on; the last rune read. */
static size_t run(struct str s, size_t at, unsigned types, uint32_t *last,
		  size_t *last_size)
{
	size_t size;

	while (at < s.n) {
		*last = next_rune(str_cut(s, at, s.n), *last, &size);
		/* '-' and '_' are punctuation too where that goes on */
		if (!(types >> type_of(*last) & 1) &&
		    !(types == 1u << W_PUNCT && unicode_is(*last, UNI_PUNCT)))
			break;
		*last_size = size;
		at += size;
	}
	return at;
}

#define TYPE(t) (1u << (t))

static struct word next_word(struct str *rest)
{
	struct str s = *rest;
	struct word w = {W_NONE, STR("")};
	size_t at, size;
	uint32_t r;

	if (!s.n)
		return w;
	r = next_rune(s, RUNE_ERROR, &at);
	if (r != RUNE_ERROR)
		w.type = type_of(r);
	size = at;
	if (w.type == W_UPPER) {
		uint32_t first = r;
		size_t end = run(s, at, TYPE(W_UPPER), &r, &size);

		/* "HTTPStatus" is "HTTP" and "Status" */
		if (end > at && end < s.n && is_alphabet(r))
			end -= size;
		else if (end == at && at < s.n)
			end = run(s, at, TYPE(W_ALPHABET), &first, &size);
		at = end;
	} else if (w.type != W_NONE) {
		at = run(s, at, TYPE(w.type), &r, &size);
	}
	w.s = str_cut(s, 0, at);
	*rest = str_cut(s, at, s.n);
	return w;
}

static void put_word(struct text *t, struct word w, char connector)
{
	int n;

	if (w.type != W_UPPER && w.type != W_CONNECTOR) {
		text_s(t, w.s);
		return;
	}
	for (size_t i = 0; i < w.s.n; i += (size_t)n) {
		uint32_t r = utf8_decode(w.s.p + i, w.s.n - i, &n);

		if (is_connector(r))
			text_addc(t, connector);
		else
			text_rune(t, is_upper(r) ? unicode_lower(r) : r);
	}
}

/* After a number: lower case and digits go on, then a connector if a word
 * begins. */
static struct word put_tail(struct text *t, struct word w, struct str *rest,
			    char connector)
{
	while (w.type == W_ALPHABET || w.type == W_NUMBER) {
		put_word(t, w, connector);
		w = next_word(rest);
	}
	if (w.type != W_NONE && w.type != W_PUNCT && w.type != W_CONNECTOR)
		text_addc(t, connector);
	return w;
}

static void between(struct text *t, struct word w, char connector)
{
	if (w.type != W_CONNECTOR && w.type != W_PUNCT)
		text_addc(t, connector);
}

/* After letters, a number belongs to them ("Bld4_floor") unless lower case
 * follows it ("http_2xx"). */
static struct word after_letters(struct text *t, struct word w,
				 struct str *rest, char connector)
{
	struct word number = w;

	if (w.type != W_NUMBER) {
		between(t, w, connector);
		return w;
	}
	if (!rest->n)
		return w;
	w = next_word(rest);
	if (w.type != W_ALPHABET) {
		put_word(t, number, connector);
		between(t, w, connector);
		return w;
	}
	text_addc(t, connector);
	put_word(t, number, connector);
	return put_tail(t, w, rest, connector);
}

static int separate(struct tmpl_call *c, struct str rest, char connector,
		    struct val *out)
{
	struct text t = text_in(c);
	struct word w = next_word(&rest), prev;

	while (rest.n) {
		if (w.type != W_CONNECTOR)
			put_word(&t, w, connector);
		prev = w;
		w = next_word(&rest);
		if (prev.type == W_NUMBER)
			w = put_tail(&t, w, &rest, connector);
		else if (prev.type == W_CONNECTOR)
			put_word(&t, prev, connector);
		else if (prev.type != W_PUNCT)
			w = after_letters(&t, w, &rest, connector);
	}
	put_word(&t, w, connector);
	return ret_text(&t, out);
}

/*: sprig_snakecase TEXT
 * {{ sprig_snakecase "HTTPServer" }} => http_server
 */
FN(snake)
{
	return separate(c, args[0].s, '_', out);
}

/*: sprig_kebabcase TEXT
 * {{ sprig_kebabcase "firstName" }} => first-name
 */
FN(kebab)
{
	return separate(c, args[0].s, '-', out);
}

/* --- case --- */

static bool title_separator(uint32_t r)
{
	if (r < 0x80)
		return !ascii_alpha((unsigned char)r) &&
		       !ascii_digit((unsigned char)r) && r != '_';
	return !unicode_is(r, UNI_LETTER | UNI_BIT(UNI_ND)) &&
	       unicode_space(r);
}

static uint32_t title_rune(void *ctx, uint32_t r)
{
	uint32_t *prev = ctx;
	bool start = title_separator(*prev);

	*prev = r;
	return start ? unicode_title(r) : r;
}

/*: sprig_title TEXT
 * {{ sprig_title "hello foo-bar o'neil" }} => Hello Foo-Bar O'Neil
 */
FN(title)
{
	uint32_t prev = ' ';

	return ret_str(out,
		       map_runes(c->arena, args[0].s, title_rune, &prev));
}

static uint32_t untitle_rune(void *ctx, uint32_t r)
{
	bool *start = ctx;
	bool was = *start;

	*start = unicode_space(r);
	return was && !*start ? unicode_lower(r) : r;
}

/*: sprig_untitle TEXT
 * {{ sprig_untitle "Hello World" }} => hello world
 */
FN(untitle)
{
	bool start = true;

	return ret_str(out,
		       map_runes(c->arena, args[0].s, untitle_rune, &start));
}

static uint32_t swap_rune(void *ctx, uint32_t r)
{
	bool *space = ctx, was = *space;
	uint32_t out = r;

	*space = false;
	if (unicode_is(r, UNI_BIT(UNI_LU) | UNI_BIT(UNI_LT)))
		out = unicode_lower(r);
	else if (unicode_is(r, UNI_BIT(UNI_LL)))
		out = was ? unicode_title(r) : unicode_upper(r);
	else
		*space = unicode_space(r);
	return out;
}

/*: sprig_swapcase TEXT
 * {{ sprig_swapcase "Hello World" }} => hELLO wORLD
 */
FN(swap)
{
	bool space = true;

	return ret_str(out, map_runes(c->arena, args[0].s, swap_rune, &space));
}

/* --- cutting --- */

/*: sprig_initials TEXT
 * {{ sprig_initials "First Try" }} => FT
 */
FN(initials)
{
	struct text t = text_in(c);
	bool gap = true;

	/* byte by byte, as the reference: é gives Ã */
	for (size_t i = 0; i < args[0].s.n; i++) {
		unsigned char ch = (unsigned char)args[0].s.p[i];
		bool space = unicode_space(ch);

		if (!space && gap)
			text_rune(&t, ch);
		gap = space;
	}
	return ret_text(&t, out);
}

/*: sprig_nospace TEXT
 * {{ sprig_nospace "a b c" }} => abc
 */
FN(nospace)
{
	struct text t = text_in(c);
	bool any = false;

	for (size_t i = 0; i < args[0].s.n; i++) {
		unsigned char ch = (unsigned char)args[0].s.p[i];

		if (unicode_space(ch))
			any = true;
		else
			text_rune(&t, ch);
	}
	return any ? ret_text(&t, out) : ret(out, args[0]);
}

/* Cuts s to `width` bytes with dots in front of what is left of `from`. */
static int abbreviate(struct tmpl_call *c, struct str s, int64_t from,
		      int64_t width, struct val *out)
{
	int64_t len = (int64_t)s.n;
	struct text t = text_in(c);

	if (!len || len <= width)
		return ret_str(out, s);
	if (from > len)
		from = len;
	if (len - from < width - 3)
		from = len - (width - 3);
	if (from > 4) {
		text_adds(&t, "...");
		if (from + width - 3 >= len) {
			text_s(&t, str_cut(s, (size_t)(len - (width - 3)),
					   s.n));
			return ret_text(&t, out);
		}
		s = str_cut(s, (size_t)from, s.n);
		width -= 3;
	}
	text_s(&t, str_cut(s, 0, (size_t)(width - 3)));
	text_adds(&t, "...");
	return ret_text(&t, out);
}

/*: sprig_abbrev WIDTH TEXT
 * {{ sprig_abbrev 8 "hello world" }} => hello...
 */
FN(abbrev)
{
	if (args[0].i < 4)
		return ret(out, args[1]);
	return abbreviate(c, args[1].s, 0, args[0].i, out);
}

/*: sprig_abbrevboth LEFT WIDTH TEXT
 * {{ sprig_abbrevboth 5 10 "1234 5678 9123" }} => ...5678...
 */
FN(abbrev_both)
{
	int64_t left = args[0].i, right = args[1].i;

	if (right < 4 || (left > 0 && right < 7))
		return ret(out, args[2]);
	return abbreviate(c, args[2].s, left, right, out);
}

/* Lines of at most `width` bytes, broken at spaces. */
static int wrap_lines(struct tmpl_call *c, struct str s, int64_t wide,
		      struct str newline, bool split, struct val *out)
{
	size_t width = wide < 1 ? 1 : (size_t)wide, end;
	struct text t = text_in(c);
	ptrdiff_t space;

	if (!newline.n)
		newline = STR("\n");
	if (newline.n > 1 && room_text(c, s.n / width * newline.n) < 0)
		return -1;
	while (s.n > width) {
		if (s.p[0] == ' ') {
			s = str_cut(s, 1, s.n);
			continue;
		}
		space = str_rfind(str_cut(s, 0, width + 1), STR(" "));
		end = (size_t)space;
		if (space < 0 && split) {
			text_s(&t, str_cut(s, 0, width));
			text_s(&t, newline);
			s = str_cut(s, width, s.n);
			continue;
		}
		if (space < 0) {
			space = str_chr(str_cut(s, width, s.n), ' ');
			if (space < 0)
				break;
			end = (size_t)space + width;
		}
		text_s(&t, str_cut(s, 0, end));
		text_s(&t, newline);
		s = str_cut(s, end + 1, s.n);
	}
	text_s(&t, s);
	return ret_text(&t, out);
}

/*: sprig_wrap WIDTH TEXT
 * {{ sprig_wrap 5 "a bb ccc dddd" | printf "%q" }} => "a bb\nccc\ndddd"
 */
FN(wrap)
{
	return wrap_lines(c, args[1].s, args[0].i, STR(""), false, out);
}

/*: sprig_wrapWith WIDTH NEWLINE TEXT
 * {{ sprig_wrapWith 5 "|" "Hello World again" }} => Hello|World|again
 */
FN(wrap_with)
{
	return wrap_lines(c, args[2].s, args[0].i, args[1].s, true, out);
}

/*: sprig_shuffle TEXT
 * {{ sprig_shuffle "aaa" }} => aaa
 */
FN(shuffle)
{
	struct str s = args[0].s;
	size_t len = utf8_count(s.p, s.n), k = 0;
	uint32_t *runes = arena_array(c->arena, len + 1, sizeof(*runes));
	struct text t = text_in(c);
	int w;

	for (size_t i = 0; i < s.n; i += (size_t)w)
		runes[k++] = utf8_decode(s.p + i, s.n - i, &w);
	for (k = len; k > 1; k--) {
		uint64_t at;
		uint32_t r = runes[k - 1];

		if (random_below(c, k, &at) < 0)
			return -1;
		runes[k - 1] = runes[at];
		runes[at] = r;
	}
	for (k = 0; k < len; k++)
		text_rune(&t, runes[k]);
	return ret_text(&t, out);
}

static const struct tmpl_func table[] = {
	{"abbrev", "is:s", abbrev},
	{"abbrevboth", "iis:s", abbrev_both},
	{"camelcase", "s:s", camel},
	{"initials", "s:s", initials},
	{"kebabcase", "s:s", kebab},
	{"nospace", "s:s", nospace},
	{"shuffle", "s:s", shuffle},
	{"snakecase", "s:s", snake},
	{"swapcase", "s:s", swap},
	{"title", "s:s", title},
	{"untitle", "s:s", untitle},
	{"wrap", "is:s", wrap},
	{"wrapWith", "iss:s", wrap_with},
};

THEME(theme_sprig_words, "sprig words", table);

// SPDX-License-Identifier: MIT
/* lex - see lex.h. Positions are byte offsets, lines count from 1. */
#include "tmpl/lex.h"

#include "regex/unicode.h"
#include "tmpl/print.h"

#define END_OF_TEXT UINT32_MAX

static bool blank(uint32_t r)
{
	return r == ' ' || r == '\t' || r == '\r' || r == '\n';
}

static bool word_rune(uint32_t r)
{
	if (r < 128)
		return r == '_' || ascii_alpha((unsigned char)r) ||
		       ascii_digit((unsigned char)r);
	return r != END_OF_TEXT && unicode_is(r, UNI_LETTER | UNI_BIT(UNI_ND));
}

void lex_init(struct lexer *l, struct arena *a, struct str text,
	      struct str left, struct str right)
{
	*l = (struct lexer){.a = a,
			    .in = text,
			    .left = left,
			    .right = right,
			    .line = 1,
			    .start_line = 1};
}

/* --- the text under the cursor --- */

static struct str rest(const struct lexer *l, size_t skip)
{
	size_t at = l->pos + skip;

	return at < l->in.n ? str_n(l->in.p + at, l->in.n - at) : STR("");
}

static uint32_t peek(const struct lexer *l, int *width)
{
	*width = 0;
	if (l->pos >= l->in.n)
		return END_OF_TEXT;
	return utf8_decode(l->in.p + l->pos, l->in.n - l->pos, width);
}

static uint32_t next(struct lexer *l)
{
	int w;
	uint32_t r = peek(l, &w);

	l->pos += (size_t)w;
	if (r == '\n')
		l->line++;
	return r;
}

/* Takes one character that is in the set. */
static bool accept(struct lexer *l, const char *set)
{
	char c = l->pos < l->in.n ? l->in.p[l->pos] : '\0';

	if (!c || !strchr(set, c))
		return false;
	l->pos++;
	return true;
}

static bool left_trim(struct str s)
{
	return s.n >= 2 && s.p[0] == '-' && blank((unsigned char)s.p[1]);
}

static bool right_trim(struct str s)
{
	return s.n >= 2 && blank((unsigned char)s.p[0]) && s.p[1] == '-';
}

static bool at_right(const struct lexer *l, bool *trim)
{
	*trim = right_trim(rest(l, 0)) && str_prefix(rest(l, 2), l->right);
	return *trim || str_prefix(rest(l, 0), l->right);
}

static uint32_t lines(struct str s)
{
	uint32_t n = 0;
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

/* --- giving tokens --- */

static struct token emit(struct lexer *l, enum token_kind kind)
{
	struct token t = {.kind = kind,
			  .pos = l->start,
			  .line = l->start_line,
			  .text = str_cut(l->in, l->start, l->pos)};

	l->start = l->pos;
	l->start_line = l->line;
	return t;
}

/* Passes over the text since the last token; next() has not counted it. */
static void ignore(struct lexer *l)
{
	l->line += lines(str_cut(l->in, l->start, l->pos));
	l->start = l->pos;
	l->start_line = l->line;
}

/* The same for white space, which a trim marker takes. */
static void ignore_blanks(struct lexer *l)
{
	while (l->pos < l->in.n && blank((unsigned char)l->in.p[l->pos]))
		l->pos++;
	ignore(l);
}

/* Nothing more comes after an error. */
static struct token error(struct lexer *l, const char *text)
{
	struct token t = {.kind = TOK_ERROR,
			  .pos = l->start,
			  .line = l->start_line,
			  .text = str_of(text)};

	l->start = l->pos = l->in.n = 0;
	return t;
}

static struct token error_rune(struct lexer *l, const char *what, uint32_t r)
{
	struct val v = {.type = &type_int32, .i = r};
	struct str s = print_fmt(l->a, "%#U", &v, 1);

	return error(l, arena_printf(l->a, "%s %s", what, s.p));
}

static struct token error_number(struct lexer *l)
{
	struct str s = str_cut(l->in, l->start, l->pos);

	return error(l, arena_printf(l->a, "bad number syntax: %s",
				     print_quoted(l->a, s)));
}

/* --- outside of actions --- */

/* Over a comment; false and *t an error when it is not well closed. */
static bool comment(struct lexer *l, struct token *t)
{
	bool trim;
	ptrdiff_t x;

	l->pos += 2;
	x = str_find(rest(l, 0), STR("*/"));
	if (x < 0) {
		*t = error(l, "unclosed comment");
		return false;
	}
	l->pos += (size_t)x + 2;
	if (!at_right(l, &trim)) {
		*t = error(l, "comment ends before closing delimiter");
		return false;
	}
	l->pos += (trim ? 2 : 0) + l->right.n;
	if (trim)
		ignore_blanks(l);
	else
		ignore(l);
	return true;
}

/* At a left delimiter: the token, or (false) a comment was passed over. */
static bool left_delim(struct lexer *l, struct token *t)
{
	size_t trim = left_trim(rest(l, l->left.n)) ? 2 : 0;

	l->pos += l->left.n;
	if (str_prefix(rest(l, trim), STR("/*"))) {
		l->pos += trim;
		ignore(l);
		return !comment(l, t);
	}
	*t = emit(l, TOK_LEFT);
	l->inside = true;
	l->pos += trim;
	ignore(l);
	l->parens = 0;
	return true;
}

/* Text up to the next delimiter; false when there is none to give. */
static bool text(struct lexer *l, struct token *t)
{
	ptrdiff_t x = str_find(rest(l, 0), l->left);
	size_t end = x < 0 ? l->in.n : l->pos + (size_t)x, cut = end;
	bool trim = x >= 0 && left_trim(rest(l, (size_t)x + l->left.n));

	while (trim && cut > l->pos && blank((unsigned char)l->in.p[cut - 1]))
		cut--;
	l->pos = cut;
	l->line += lines(str_cut(l->in, l->start, l->pos));
	*t = emit(l, TOK_TEXT);
	l->pos = end;
	ignore(l);
	return t->text.n > 0;
}

static struct token outside(struct lexer *l)
{
	struct token t;

	for (;;) {
		if (text(l, &t))
			return t;
		if (l->pos >= l->in.n)
			return emit(l, TOK_EOF);
		if (left_delim(l, &t))
			return t;
	}
}

/* --- inside --- */

static struct token right_delim(struct lexer *l)
{
	bool trim;
	struct token t;

	at_right(l, &trim);
	if (trim) {
		l->pos += 2;
		ignore(l);
	}
	l->pos += l->right.n;
	t = emit(l, TOK_RIGHT);
	if (trim)
		ignore_blanks(l);
	l->inside = false;
	return t;
}

/* A run of spaces; the last one may belong to a trimming right delimiter. */
static struct token space(struct lexer *l)
{
	size_t n = 0;

	for (int w; blank(peek(l, &w)); n++)
		next(l);
	l->pos--;
	if (right_trim(rest(l, 0)) && str_prefix(rest(l, 2), l->right)) {
		if (l->in.p[l->pos] == '\n')
			l->line--;
		if (n == 1)
			return right_delim(l);
	} else {
		l->pos++;
	}
	return emit(l, TOK_SPACE);
}

/* What may follow a name, field or variable. */
static bool at_terminator(const struct lexer *l)
{
	int w;
	uint32_t r = peek(l, &w);

	if (r == END_OF_TEXT || blank(r))
		return true;
	if (r < 128 && r && strchr(".,|:)(", (int)r))
		return true;
	return str_prefix(rest(l, 0), l->right);
}

/* Runs over a name; false and *t an error when something is glued to it. */
static bool name(struct lexer *l, struct token *t)
{
	int w;
	uint32_t r;

	while (word_rune(r = peek(l, &w)))
		l->pos += (size_t)w;
	if (at_terminator(l))
		return true;
	*t = error_rune(l, "bad character", r);
	return false;
}

static struct token field_or_var(struct lexer *l, enum token_kind kind)
{
	struct token t;

	if (at_terminator(l))
		return emit(l, kind == TOK_VAR ? TOK_VAR : TOK_DOT);
	return name(l, &t) ? emit(l, kind) : t;
}

static struct token identifier(struct lexer *l)
{
	static const struct {
		char word[9];
		uint8_t kind;
	} words[] = {
		{"block", TOK_BLOCK},	    {"break", TOK_BREAK},
		{"continue", TOK_CONTINUE}, {"define", TOK_DEFINE},
		{"else", TOK_ELSE},	    {"end", TOK_END},
		{"false", TOK_BOOL},	    {"if", TOK_IF},
		{"nil", TOK_NIL},	    {"range", TOK_RANGE},
		{"template", TOK_TEMPLATE}, {"true", TOK_BOOL},
		{"with", TOK_WITH},
	};
	struct token t;
	struct str word;

	if (!name(l, &t))
		return t;
	word = str_cut(l->in, l->start, l->pos);
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_is(word, words[i].word))
			return emit(l, (enum token_kind)words[i].kind);
	return emit(l, TOK_IDENT);
}

static struct token quoted(struct lexer *l, uint32_t quote,
			   enum token_kind kind, const char *unterminated)
{
	for (;;) {
		uint32_t r = next(l);

		if (r == quote)
			return emit(l, kind);
		if (r == '\\') {
			r = next(l);
			if (r != END_OF_TEXT && r != '\n')
				continue;
		}
		if (r == END_OF_TEXT || r == '\n')
			return error(l, unterminated);
	}
}

static struct token raw_string(struct lexer *l)
{
	for (;;) {
		uint32_t r = next(l);

		if (r == '`')
			return emit(l, TOK_RAW);
		if (r == END_OF_TEXT)
			return error(l, "unterminated raw quoted string");
	}
}

static bool scan_number(struct lexer *l)
{
	static const char dec[] = "0123456789_";
	static const char hex[] = "0123456789abcdefABCDEF_";
	const char *digits = dec;
	int w;

	accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX"))
			digits = hex;
		else if (accept(l, "oO"))
			digits = "01234567_";
		else if (accept(l, "bB"))
			digits = "01_";
	}
	while (accept(l, digits))
		;
	if (accept(l, "."))
		while (accept(l, digits))
			;
	if ((digits == dec && accept(l, "eE")) ||
	    (digits == hex && accept(l, "pP"))) {
		accept(l, "+-");
		while (accept(l, dec))
			;
	}
	accept(l, "i");
	if (!word_rune(peek(l, &w)))
		return true;
	next(l);
	return false;
}

static struct token number(struct lexer *l)
{
	int w;
	uint32_t sign;

	if (!scan_number(l))
		return error_number(l);
	sign = peek(l, &w);
	if (sign != '+' && sign != '-')
		return emit(l, TOK_NUMBER);
	if (!scan_number(l) || l->in.p[l->pos - 1] != 'i')
		return error_number(l);
	return emit(l, TOK_COMPLEX);
}

static struct token dot_or_number(struct lexer *l)
{
	if (l->in.p[l->start] == '.' && l->pos < l->in.n &&
	    !ascii_digit((unsigned char)l->in.p[l->pos]))
		return field_or_var(l, TOK_FIELD);
	l->pos = l->start;
	return number(l);
}

static struct token other(struct lexer *l, uint32_t r)
{
	if (r < 128 && ascii_digit((unsigned char)r))
		return dot_or_number(l);
	if (word_rune(r)) {
		l->pos = l->start;
		return identifier(l);
	}
	if (r >= ' ' && r < 127)
		return emit(l, TOK_CHAR);
	return error_rune(l, "unrecognized character in action:", r);
}

static struct token inside(struct lexer *l)
{
	bool trim;
	uint32_t r;

	if (at_right(l, &trim))
		return l->parens ? error(l, "unclosed left paren")
				 : right_delim(l);
	r = next(l);
	switch (r) {
	case END_OF_TEXT:
		return error(l, "unclosed action");
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		l->pos--;
		l->line -= r == '\n';
		return space(l);
	case '=':
		return emit(l, TOK_ASSIGN);
	case ':':
		if (next(l) != '=')
			return error(l, "expected :=");
		return emit(l, TOK_DECLARE);
	case '|':
		return emit(l, TOK_PIPE);
	case '"':
		return quoted(l, '"', TOK_STRING, "unterminated quoted string");
	case '`':
		return raw_string(l);
	case '$':
		return field_or_var(l, TOK_VAR);
	case '\'':
		return quoted(l, '\'', TOK_CHARCONST,
			      "unterminated character constant");
	case '.':
	case '+':
	case '-':
		return dot_or_number(l);
	case '(':
		l->parens++;
		return emit(l, TOK_LPAREN);
	case ')':
		if (--l->parens < 0)
			return error(l, "unexpected right paren");
		return emit(l, TOK_RPAREN);
	default:
		return other(l, r);
	}
}

struct token lex_next(struct lexer *l)
{
	return l->inside ? inside(l) : outside(l);
}

/* --- printing --- */

/* The length of the first ten runes of a longer text. */
static size_t ten_runes(struct str s)
{
	size_t at = 0;

	for (int i = 0, w; i < 10 && at < s.n; i++) {
		utf8_decode(s.p + at, s.n - at, &w);
		at += (size_t)w;
	}
	return at;
}

const char *token_print(struct arena *a, const struct token *t)
{
	struct str cut = str_cut(t->text, 0, ten_runes(t->text));

	if (t->kind == TOK_EOF)
		return "EOF";
	if (t->kind == TOK_ERROR)
		return arena_dup(a, t->text.p, t->text.n);
	if (t->kind > TOK_KEYWORD)
		return arena_printf(a, "<%.*s>", (int)t->text.n, t->text.p);
	if (t->text.n > 10)
		return arena_printf(a, "%s...", print_quoted(a, cut));
	return print_quoted(a, t->text);
}

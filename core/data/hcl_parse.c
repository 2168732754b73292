// SPDX-License-Identifier: MIT
/* hcl_parse - tokens to a tree, for HCL 1 and its JSON dialect.
 *
 * What the original lets pass is let pass here: newlines mean nothing, commas
 * between items are optional, `key =` at the end of the text is dropped, JSON
 * objects may end in a comma or at the end of the text. One thing is refused
 * that it drops in silence: in JSON, whatever follows a missing comma. */
#include "data/hcl.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#include "hcl.h"

/* How a part of the text ended. ENDED is the end of the text where the
 * original accepts it. */
enum result { OK, ENDED, FAILED };

struct parser {
	struct hcl_scan scan;
	struct arena *arena;
	struct err *err;
	struct hcl_token tok;
	bool again; /* the token is to be read once more */
	int depth;
	const char *late; /* first bad number: told if nothing else is wrong */
};

/* A growing array in the arena. */
struct list {
	void *p;
	size_t n, cap, size;
};

static void *list_add(struct parser *p, struct list *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;

		l->p = arena_grow(p->arena, l->p, l->n * l->size,
				  cap * l->size);
		l->cap = cap;
	}
	return (char *)l->p + l->n++ * l->size;
}

static enum hcl_tok scan(struct parser *p)
{
	if (p->again) {
		p->again = false;
		return p->tok.type;
	}
	do
		p->tok = hcl_scan_next(&p->scan);
	while (p->tok.type == TOK_COMMENT);
	return p->tok.type;
}

/* Looks ahead without taking. */
static enum hcl_tok peek(struct parser *p)
{
	enum hcl_tok t = scan(p);

	p->again = true;
	return t;
}

static enum result fail(struct parser *p, const char *msg, const char *more)
{
	err_set(p->err, 0, "At %u:%u: %s%s", p->tok.pos.line, p->tok.pos.col,
		msg, more);
	return FAILED;
}

static enum result fail_tok(struct parser *p, const char *msg)
{
	return fail(p, msg, hcl_tok_name(p->tok.type));
}

static enum result nested(struct parser *p)
{
	if (++p->depth > HCL_DEPTH_MAX)
		return fail(p, "nested too deeply", "");
	return OK;
}

static struct hcl_node *node(struct parser *p, enum hcl_kind kind)
{
	struct hcl_node *n = arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	n->pos = p->tok.pos;
	return n;
}

static struct str keep(struct parser *p, struct str s)
{
	return str_n(arena_dup(p->arena, s.p, s.n), s.n);
}

/* --- literals --- */

/* A number that was scanned but means nothing, in the words of Go's strconv.
 * The original finds it only after the whole text has been parsed. */
static void bad_number(struct parser *p, const char *func, const char *why)
{
	struct str t = p->tok.text;
	const char *tail = "";

	while (t.n && ascii_space((unsigned char)t.p[t.n - 1]))
		tail = t.p[--t.n] == '\n' ? "\\n" : " ";
	if (!p->late)
		p->late = arena_printf(p->arena,
				       "strconv.%s: parsing \"%.*s%s\": %s",
				       func, (int)t.n, t.p, tail, why);
}

static enum result integer(struct parser *p, struct hcl_node **out)
{
	struct str text = p->tok.text, digits = text;
	bool minus = text.p[0] == '-';
	struct hcl_node *n = node(p, HCL_INT);
	unsigned base = 10;
	uint64_t v = 0, max = (uint64_t)INT64_MAX + minus;

	if (minus)
		digits = str_cut(digits, 1, digits.n);
	if (digits.n > 1 && digits.p[0] == '0') {
		base = (digits.p[1] | 32) == 'x' ? 16 : 8;
		digits = str_cut(digits, base == 16 ? 2 : 1, digits.n);
	}
	for (size_t i = 0; i < digits.n; i++) {
		unsigned d = (unsigned)ascii_hex((unsigned char)digits.p[i]);
		bool bad = d >= base;

		if (bad || v > (max - d) / base) {
			bad_number(p, "ParseInt", bad ? "invalid syntax"
						      : "value out of range");
			break;
		}
		v = v * base + d;
	}
	n->i = minus ? (int64_t)(0 - v) : (int64_t)v;
	*out = n;
	return OK;
}

static enum result floating(struct parser *p, struct hcl_node **out)
{
	struct hcl_node *n = node(p, HCL_FLOAT);

	if (!num_double(p->tok.text, &n->f))
		bad_number(p, "ParseFloat", "invalid syntax");
	else if (n->f > DBL_MAX || n->f < -DBL_MAX)
		bad_number(p, "ParseFloat", "value out of range");
	*out = n;
	return OK;
}

static enum result text(struct parser *p, struct hcl_node **out)
{
	struct hcl_node *n = node(p, HCL_STRING);

	*out = n;
	n->s = STR("");
	if (p->scan.failed) /* its value is of no interest any more */
		return OK;
	if (p->tok.type == TOK_HEREDOC)
		n->s = keep(p, hcl_heredoc(p->arena, p->tok.text));
	else if (!hcl_unquote(p->arena, p->tok.text, p->scan.json, &n->s))
		return fail(p, "illegal char escape", "");
	return OK;
}

static enum result object(struct parser *p, struct hcl_node **out);
static enum result list(struct parser *p, struct hcl_node **out);

/* A value that begins with the current token; *known = false when none does. */
static enum result value(struct parser *p, struct hcl_node **out, bool *known)
{
	*known = true;
	switch ((int)p->tok.type) {
	case TOK_NUMBER:
		return integer(p, out);
	case TOK_FLOAT:
		return floating(p, out);
	case TOK_STRING:
	case TOK_HEREDOC:
		return text(p, out);
	case TOK_BOOL:
		*out = node(p, HCL_BOOL);
		(*out)->b = str_is(p->tok.text, "true");
		return OK;
	case TOK_NULL:
		*out = node(p, HCL_STRING);
		(*out)->s = STR("");
		(*out)->null = true;
		return OK;
	case TOK_LBRACE:
		return object(p, out);
	case TOK_LBRACK:
		return list(p, out);
	default:
		*known = false;
		return FAILED;
	}
}

/* --- lists --- */

/* An error inside a list is told with the place where its element began. */
static enum result in_list(struct parser *p, struct hcl_pos pos, const char *what)
{
	if (p->depth > HCL_DEPTH_MAX)
		return FAILED;
	err_wrap(p->err, "At %u:%u: error while trying to parse %s within list",
		 pos.line, pos.col, what);
	return FAILED;
}

static enum result element(struct parser *p, struct list *l, bool *comma)
{
	struct hcl_node *n = NULL;
	struct hcl_pos pos = p->tok.pos;
	enum hcl_tok type = p->tok.type;
	bool known;
	enum result r = value(p, &n, &known);

	if (!known || type == TOK_NULL)
		return fail_tok(p, "unexpected token while parsing list: ");
	if (r != OK && type == TOK_LBRACE && !p->scan.json)
		return in_list(p, pos, "object");
	if (r != OK && type == TOK_LBRACK && !p->scan.json)
		return in_list(p, pos, "list");
	if (r != OK)
		return r;
	*(struct hcl_node **)list_add(p, l) = n;
	*comma = type != TOK_LBRACK;
	return OK;
}

static enum result list(struct parser *p, struct hcl_node **out)
{
	struct hcl_node *n = node(p, HCL_LIST);
	struct list l = {.size = sizeof(struct hcl_node *)};
	bool comma = false;

	if (nested(p) != OK)
		return FAILED;
	for (;;) {
		enum hcl_tok t = scan(p);

		if (t == TOK_RBRACK)
			break;
		if (t == TOK_COMMA) {
			comma = false;
			continue;
		}
		if (comma && !p->scan.json)
			return fail_tok(p, "error parsing list, expected comma "
					   "or list end, got: ");
		if (element(p, &l, &comma) != OK)
			return FAILED;
	}
	p->depth--;
	n->n = l.n;
	n->list = l.p;
	*out = n;
	return OK;
}

/* --- objects --- */

static enum result key(struct parser *p, struct list *keys)
{
	struct hcl_key *k = list_add(p, keys);

	k->pos = p->tok.pos;
	k->text = k->name = keep(p, p->tok.text);
	if (p->tok.type == TOK_IDENT || p->scan.failed)
		return OK;
	if (!hcl_unquote(p->arena, p->tok.text, p->scan.json, &k->name))
		return fail(p, "illegal char escape", "");
	return OK;
}

static enum result no_value(struct parser *p, const struct list *keys)
{
	const struct hcl_key *k = keys->p;
	char all[256] = "";

	for (size_t i = 0; i < keys->n; i++) {
		size_t n = strlen(all);

		snprintf(all + n, sizeof(all) - n, "%s%s", i ? " " : "",
			 k[i].text.p);
	}
	err_set(p->err, 0,
		"At %u:%u: key '%s' expected start of object ('{') or "
		"assignment ('=')",
		p->tok.pos.line, p->tok.pos.col, all);
	/* So that a closing brace here does not excuse the error. */
	p->tok.type = TOK_EOF;
	return FAILED;
}

/* The keys of an item, up to and including its '=' or '{'. */
static enum result hcl_keys(struct parser *p, struct list *keys)
{
	for (;;) {
		switch ((int)scan(p)) {
		case TOK_EOF:
			return keys->n ? no_value(p, keys) : ENDED;
		case TOK_ASSIGN:
			if (keys->n > 1)
				return fail_tok(p, "nested object expected: "
						   "LBRACE got: ");
			return keys->n ? OK : fail(p, "no object keys found!", "");
		case TOK_LBRACE:
			return keys->n ? OK
				       : fail_tok(p, "expected: IDENT | STRING "
						     "got: ");
		case TOK_IDENT:
		case TOK_STRING:
			if (key(p, keys) != OK)
				return FAILED;
			break;
		case TOK_ILLEGAL:
			return fail(p, "illegal character", "");
		case TOK_RBRACE:
			if (keys->n)
				return no_value(p, keys);
			/* fall through */
		default:
			return fail_tok(p, "expected: IDENT | STRING | ASSIGN "
					   "| LBRACE got: ");
		}
	}
}

static enum result unknown(struct parser *p)
{
	err_set(p->err, 0, "At %u:%u: %s token: %u:%u %s %.*s",
		p->tok.pos.line, p->tok.pos.col,
		p->scan.json ? "Expected object value, got unknown" : "Unknown",
		p->tok.pos.line, p->tok.pos.col, hcl_tok_name(p->tok.type), (int)p->tok.text.n,
		p->tok.text.p);
	return FAILED;
}

static enum result item_value(struct parser *p, struct hcl_node **out)
{
	bool known;
	enum result r;

	if (p->tok.type != TOK_LBRACE && scan(p) == TOK_EOF)
		return ENDED;
	r = value(p, out, &known);
	return known ? r : unknown(p);
}

static enum result json_key(struct parser *p, struct list *keys)
{
	enum hcl_tok t = scan(p);

	if (t == TOK_EOF)
		return ENDED;
	if (t != TOK_STRING)
		return fail_tok(p, "expected: STRING got: ");
	if (key(p, keys) != OK)
		return FAILED;
	t = scan(p);
	if (t == TOK_EOF)
		return ENDED;
	return t == TOK_COLON ? OK : fail_tok(p, "expected: COLON got: ");
}

static enum result item(struct parser *p, struct list *items)
{
	struct list keys = {.size = sizeof(struct hcl_key)};
	struct hcl_node *n = NULL;
	struct hcl_item *it;
	enum result r = p->scan.json ? json_key(p, &keys) : hcl_keys(p, &keys);

	if (r == OK)
		r = item_value(p, &n);
	if (r != OK)
		return r;
	it = list_add(p, items);
	*it = (struct hcl_item){.keys = keys.p, .nkeys = keys.n, .val = n};
	return OK;
}

/* The items up to a closing brace, which is left, or to the end of the text
 * (of the file, when braced is false). */
static enum result hcl_items(struct parser *p, struct list *items, bool braced)
{
	for (;;) {
		enum result r;

		if (braced && peek(p) == TOK_RBRACE)
			return OK;
		r = item(p, items);
		if (r == ENDED)
			return OK;
		if (r != OK)
			return r;
		if (peek(p) == TOK_COMMA)
			p->again = false;
	}
}

static enum result json_items(struct parser *p, struct list *items)
{
	while (peek(p) != TOK_RBRACE) {
		enum result r = item(p, items);

		if (r != OK)
			return r == ENDED ? OK : r;
		if (peek(p) == TOK_COMMA)
			p->again = false;
		else if (p->tok.type != TOK_RBRACE && p->tok.type != TOK_EOF)
			return fail_tok(p, "expected comma or object end, "
					   "got: ");
	}
	return OK;
}

/* From behind the opening brace. An error whose token is a closing brace is
 * forgiven by the original: the brace is taken and the next one is looked for
 * (`a { b = } }` is an empty a). */
static enum result object(struct parser *p, struct hcl_node **out)
{
	struct hcl_node *n = node(p, HCL_OBJECT);
	struct list items = {.size = sizeof(struct hcl_item)};
	enum result r;

	if (nested(p) != OK)
		return FAILED;
	r = p->scan.json ? json_items(p, &items) : hcl_items(p, &items, true);
	if (r == FAILED && (p->scan.json || p->tok.type != TOK_RBRACE))
		return r;
	if (scan(p) != TOK_RBRACE && !(p->scan.json && p->tok.type == TOK_EOF))
		return fail_tok(p, "object expected closing RBRACE got: ");
	p->depth--;
	n->n = items.n;
	n->items = items.p;
	*out = n;
	return OK;
}

static enum result file(struct parser *p, struct hcl_node **out)
{
	struct list items = {.size = sizeof(struct hcl_item)};
	struct hcl_node *n;

	if (p->scan.json) {
		scan(p);
		return object(p, out);
	}
	n = node(p, HCL_OBJECT);
	n->pos = (struct hcl_pos){1, 1};
	if (hcl_items(p, &items, false) != OK)
		return FAILED;
	n->n = items.n;
	n->items = items.p;
	*out = n;
	return OK;
}

bool hcl_is_json(struct str s)
{
	while (s.n && ascii_space((unsigned char)s.p[0]))
		s = str_cut(s, 1, s.n);
	return s.n && s.p[0] == '{';
}

/* CRLF counts as LF, in HCL but not in JSON. */
static struct str unix_lines(struct arena *a, struct str s)
{
	char *out;
	size_t n = 0;

	if (str_find(s, STR("\r\n")) < 0)
		return s;
	out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			out[n++] = s.p[i];
	return str_n(out, n);
}

int hcl_parse(struct arena *a, struct str text, struct hcl_node **root,
	      struct err *e)
{
	struct parser p = {.arena = a, .err = e};
	bool json = hcl_is_json(text);
	jmp_buf *outer = a->oom;
	struct hcl_node *n = NULL;
	jmp_buf oom;
	enum result r;

	if (setjmp(oom)) {
		a->oom = outer;
		return err_nomem(e);
	}
	a->oom = &oom;
	hcl_scan_init(&p.scan, json ? text : unix_lines(a, text), json);
	r = file(&p, &n);
	a->oom = outer;
	if (p.scan.failed)
		return err_set(e, 0, "%s%u:%u: %s%.*s", json ? "" : "At ",
			       p.scan.err_pos.line, p.scan.err_pos.col,
			       p.scan.err, (int)p.scan.err_char.n,
			       p.scan.err_char.p);
	if (r != OK)
		return -1;
	if (p.late)
		return err_set(e, 0, "%s", p.late);
	*root = n;
	return 0;
}

const struct hcl_item *hcl_next(const struct hcl_node *obj, const char *name,
				size_t *at)
{
	while (*at < obj->n) {
		const struct hcl_item *it = &obj->items[(*at)++];

		if (str_ieq(it->keys[0].name, str_of(name)))
			return it;
	}
	return NULL;
}

const char *hcl_kind_name(enum hcl_kind kind)
{
	static const char *const names[] = {
		[HCL_STRING] = "string", [HCL_INT] = "number",
		[HCL_FLOAT] = "number",  [HCL_BOOL] = "bool",
		[HCL_LIST] = "list",     [HCL_OBJECT] = "block",
	};

	return names[kind];
}

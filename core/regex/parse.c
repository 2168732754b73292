// SPDX-License-Identifier: MIT
/* parse - RE2 syntax to a tree, with the errors of Go's regexp/syntax.
 * Source: https://github.com/google/re2/wiki/Syntax and the behaviour of Go.
 *
 * The parser keeps a stack of nodes (linked by next, the top first): finished
 * pieces of the current concatenation, and markers for open groups and
 * alternation bars. So nesting costs no recursion. */
#include "regex/parse.h"

/* --- nodes --- */

/* The sums over the children: height, size, repeats, nullable. */
static void measure(struct node *n)
{
	uint64_t size = 0;
	unsigned height = 0, rep = 1, count = 0, nullable = 0;
	bool literal = n->op == N_CAT;

	for (struct node *s = n->sub; s; s = s->next) {
		size += s->size;
		height = s->height > height ? s->height : height;
		rep = s->rep > rep ? s->rep : rep;
		nullable += (s->flags & NF_NULLABLE) != 0;
		count++;
		/* A literal string is one level, as a single rune is. */
		literal = literal && s->op == N_LIT &&
			  !((s->flags ^ n->sub->flags) & NF_FOLD);
	}
	n->height = (uint16_t)(literal ? 1 : height + 1);
	if (n->op == N_ALT)
		size += 2 * (count - 1);
	else if (n->op == N_CAP || n->op == N_STAR)
		size += 2;
	else if (n->op == N_PLUS || n->op == N_QUEST)
		size += 1;
	else if (n->op == N_REPEAT && n->max < 0)
		size = size * (n->min ? (unsigned)n->min : 1) + 2;
	else if (n->op == N_REPEAT)
		size = size * (unsigned)n->max + (unsigned)(n->max - n->min);
	if (n->op == N_REPEAT && n->max < 0)
		rep *= n->min ? (unsigned)n->min : 1;
	else if (n->op == N_REPEAT)
		rep = n->max ? rep * (unsigned)n->max : 1;
	n->rep = (uint16_t)(rep > RE_REPEAT_MAX ? RE_REPEAT_MAX + 1 : rep);
	n->size = size < 1	       ? 1
		  : size > RE_INST_MAX ? RE_INST_MAX + 1
				       : (uint32_t)size;
	if (n->op == N_EMPTY || n->op == N_ASSERT || n->op == N_STAR ||
	    n->op == N_QUEST || (n->op == N_REPEAT && !n->min) ||
	    (n->op == N_ALT ? nullable : count && nullable == count))
		n->flags |= NF_NULLABLE;
}

static struct node *node_new(struct parser *ps, enum node_op op)
{
	struct node *n = arena_alloc(ps->a, sizeof(*n));

	n->op = (uint8_t)op;
	return n;
}

static void push(struct parser *ps, struct node *n)
{
	if (n->op < N_PAREN)
		measure(n);
	n->next = ps->top;
	ps->top = n;
}

static void push_op(struct parser *ps, enum node_op op, uint32_t num)
{
	struct node *n = node_new(ps, op);

	n->num = num;
	push(ps, n);
}

static void push_rune(struct parser *ps, uint32_t rune)
{
	struct node *n = node_new(ps, N_LIT);

	n->rune = rune;
	n->flags = ps->flags & SF_FOLD ? NF_FOLD : 0;
	push(ps, n);
}

static void push_class(struct parser *ps, struct class *c)
{
	struct node *n = node_new(ps, N_CLASS);

	class_clean(c);
	n->cls = c;
	push(ps, n);
}

/* Takes the pieces down to the last marker as one node. */
static struct node *pop_cat(struct parser *ps)
{
	struct node *list = NULL, *n;

	while (ps->top && ps->top->op < N_PAREN) {
		n = ps->top;
		ps->top = n->next;
		n->next = list;
		list = n;
	}
	if (list && !list->next)
		return list;
	n = node_new(ps, list ? N_CAT : N_EMPTY);
	n->sub = list;
	measure(n);
	return n;
}

/* Takes everything down to the last open group as one node. */
static struct node *pop_alt(struct parser *ps)
{
	struct node *list = pop_cat(ps), *n;

	if (!ps->top || ps->top->op != N_BAR)
		return list;
	list->next = NULL;
	while (ps->top && ps->top->op == N_BAR) {
		ps->top = ps->top->next; /* the bar, then what is left of it */
		n = ps->top;
		ps->top = n->next;
		n->next = list;
		list = n;
	}
	n = node_new(ps, N_ALT);
	n->sub = list;
	measure(n);
	return n;
}

/* --- groups --- */

static int open_group(struct parser *ps, const char *name, size_t n)
{
	if (name) {
		struct group_name *g = arena_alloc(ps->a, sizeof(*g));

		g->group = ps->out->ngroups + 1;
		g->name = arena_dup(ps->a, name, n);
		g->next = ps->out->names;
		ps->out->names = g;
	}
	push_op(ps, N_PAREN, (uint32_t)++ps->out->ngroups);
	ps->top->flags = (uint8_t)ps->flags;
	ps->depth++;
	return 0;
}

/* (?P<name> or (?<name>, of which `skip` bytes come before the name. */
static int read_group_name(struct parser *ps, size_t skip)
{
	const char *from = ps->p, *name = from + skip;
	const char *end = memchr(from, '>', (size_t)(ps->end - from));

	if (!end)
		return re_check_utf8(ps, from, ps->end) < 0
			       ? -1
			       : re_fail(ps, FAIL_NAME, from, ps->end);
	if (re_check_utf8(ps, name, end) < 0)
		return -1;
	for (const char *p = name; p < end; p++)
		if (*p != '_' && !ascii_alpha((unsigned char)*p) &&
		    !ascii_digit((unsigned char)*p))
			return re_fail(ps, FAIL_NAME, from, end + 1);
	if (name == end)
		return re_fail(ps, FAIL_NAME, from, end + 1);
	ps->p = end + 1;
	return open_group(ps, name, (size_t)(end - name));
}

/* (?flags) or (?flags: */
static int read_flags(struct parser *ps)
{
	static const char letters[] = "imsU"; /* bits SF_FOLD ... SF_LAZY */
	const char *from = ps->p, *l;
	unsigned on = 0, off = 0;
	bool minus = false, saw = false;
	uint32_t c = 0;

	for (ps->p += 2; ps->p < ps->end;) {
		if (re_next_rune(ps, &c) < 0)
			return -1;
		l = c && c < 0x80 ? strchr(letters, (int)c) : NULL;
		if (l) {
			unsigned bit = 1u << (l - letters);

			on = minus ? on & ~bit : on | bit;
			off = minus ? off | bit : off;
			saw = true;
		} else if (c == '-' && !minus) {
			minus = true;
			saw = false;
		} else if ((c == ':' || c == ')') && (saw || !minus)) {
			if (c == ':') {
				push_op(ps, N_PAREN, 0);
				ps->top->flags = (uint8_t)ps->flags;
			}
			ps->flags = (ps->flags | on) & ~off;
			return 0;
		} else {
			break;
		}
	}
	return re_fail(ps, FAIL_PERL, from, ps->p);
}

static int read_paren(struct parser *ps)
{
	ptrdiff_t left = ps->end - ps->p;

	if (!(ps->flags & SF_PERL) || !re_at(ps, 1, '?')) {
		ps->p++;
		return open_group(ps, NULL, 0);
	}
	if (left > 4 && ps->p[2] == 'P' && ps->p[3] == '<')
		return read_group_name(ps, 4);
	if (left > 3 && ps->p[2] == '<')
		return read_group_name(ps, 3);
	return read_flags(ps);
}

static int close_paren(struct parser *ps)
{
	struct node *n, *open;

	if (ps->flags & SF_ERE && !ps->depth) {
		push_rune(ps, (unsigned char)*ps->p++);
		return 0;
	}
	n = pop_alt(ps);
	open = ps->top;
	if (!open)
		return re_error(ps->e, "unexpected )", ps->whole);
	ps->top = open->next;
	ps->flags = open->flags;
	ps->p++;
	if (!open->num) {
		n->next = ps->top;
		ps->top = n;
		return 0;
	}
	n->next = NULL;
	ps->depth--;
	open->op = N_CAP;
	open->flags = 0;
	open->sub = n;
	push(ps, open);
	return 0;
}

/* --- repeats --- */

/* Digits without a leading zero; -1 stands for too large a number. */
static bool read_count(const char **p, const char *end, int *n)
{
	const char *s = *p;

	if (s == end || !ascii_digit((unsigned char)*s) ||
	    (*s == '0' && end - s > 1 && ascii_digit((unsigned char)s[1])))
		return false;
	for (*n = 0; s < end && ascii_digit((unsigned char)*s); s++)
		if (*n >= 0)
			*n = *n >= 100000000 ? -1 : *n * 10 + (*s - '0');
	*p = s;
	return true;
}

/* {n} {n,} {n,m} and {,m} of C libraries: false when it is not one (a literal
 * brace then). min is -1 when a number is too large. */
static bool read_counts(const char **p, const char *end, bool ere, int *min,
			int *max)
{
	const char *s = *p + 1;

	if ((!read_count(&s, end, min) && !(ere && s < end && *s == ',')) ||
	    s == end)
		return false;
	*max = *min;
	if (*s == ',') {
		if (++s == end)
			return false;
		if (*s == '}') {
			*max = -1;
		} else {
			if (!read_count(&s, end, max))
				return false;
			if (*max < 0)
				*min = -1;
		}
	}
	if (s == end || *s != '}')
		return false;
	*p = s + 1;
	return true;
}

/* The operator from..ps->p applied to the top; `last` is where the token
 * before began if that was a repeat too. */
static int repeat(struct parser *ps, enum node_op op, int min, int max,
		  const char *from, const char *last)
{
	struct node *n;
	bool lazy = ps->flags & SF_LAZY;

	if (ps->flags & SF_PERL) {
		if (re_at(ps, 0, '?')) {
			ps->p++;
			lazy = !lazy;
		}
		if (last)
			return re_fail(ps, "invalid nested repetition operator",
				       last, ps->p);
	}
	if (!ps->top || ps->top->op >= N_PAREN ||
	    (ps->flags & SF_ERE && ps->top->op == N_ASSERT))
		return re_fail(ps, "missing argument to repetition operator",
			       from, ps->p);
	n = node_new(ps, op);
	n->flags = lazy ? NF_LAZY : 0;
	if (op == N_REPEAT) {
		n->min = (int16_t)min;
		n->max = (int16_t)max;
	}
	n->sub = ps->top;
	ps->top = n->sub->next;
	n->sub->next = NULL;
	push(ps, n);
	if (op == N_REPEAT && (min >= 2 || max >= 2) && n->rep > RE_REPEAT_MAX)
		return re_fail(ps, FAIL_COUNT, from, ps->p);
	return 0;
}

/* * + ? {n,m}; *was gets where it began unless it is a literal brace. */
static int read_repeat(struct parser *ps, const char *last, const char **was)
{
	const char *from = ps->p;
	int min = 0, max = 0;

	if (*from == '{') {
		if (!read_counts(&ps->p, ps->end, ps->flags & SF_ERE, &min,
				 &max)) {
			if (ps->flags & SF_ERE)
				return re_fail(ps, FAIL_COUNT, from, ps->end);
			ps->p++;
			push_rune(ps, '{');
			return 0;
		}
		if (min < 0 || min > RE_REPEAT_MAX || max > RE_REPEAT_MAX ||
		    (max >= 0 && min > max))
			return re_fail(ps, FAIL_COUNT, from, ps->p);
		*was = from;
		return repeat(ps, N_REPEAT, min, max, from, last);
	}
	ps->p++;
	*was = from;
	return repeat(ps,
		      *from == '*'   ? N_STAR
		      : *from == '+' ? N_PLUS
				     : N_QUEST,
		      0, 0, from, last);
}

/* --- the main loop --- */

/* \Q...\E: all literal. */
static int read_quoted(struct parser *ps)
{
	const char *all = ps->end, *end;
	uint32_t rune = 0;

	ps->p += 2;
	end = memmem(ps->p, (size_t)(all - ps->p), "\\E", 2);
	ps->end = end ? end : all;
	while (ps->p < ps->end) {
		if (re_next_rune(ps, &rune) < 0)
			return -1;
		push_rune(ps, rune);
	}
	ps->end = all;
	if (end)
		ps->p += 2;
	return 0;
}

static int read_backslash(struct parser *ps)
{
	/* Perl's four, then those of C libraries, two of them the same */
	static const char asserts[] = "AzbB<>";
	static const uint8_t what[] = {E_BOT,	 E_EOT,	 E_WORD,
				       E_NOWORD, E_WORD, E_WORD};
	bool ere = ps->flags & SF_ERE;
	struct class *c;
	uint32_t rune = 0;
	const char *l;
	int r;

	if (ps->flags & (SF_PERL | SF_ERE) && ps->end - ps->p >= 2) {
		if (!ere && ps->p[1] == 'C')
			return re_fail(ps, FAIL_ESCAPE, ps->p, ps->p + 2);
		if (!ere && ps->p[1] == 'Q')
			return read_quoted(ps);
		l = memchr(asserts + (ere ? 2 : 0), ps->p[1], 4);
		if (l) {
			ps->p += 2;
			push_op(ps, N_ASSERT, what[l - asserts]);
			return 0;
		}
	}
	c = class_new(ps->a);
	r = re_read_named(ps, c);
	if (r < 0)
		return -1;
	if (r) {
		push_class(ps, c);
		return 0;
	}
	if (re_read_escape(ps, &rune) < 0)
		return -1;
	push_rune(ps, rune);
	return 0;
}

/* One token; *was as in read_repeat. */
static int read_token(struct parser *ps, const char *last, const char **was)
{
	bool multi = ps->flags & SF_MULTI;
	struct class *c;
	struct node *n;
	uint32_t rune = 0;

	switch (*ps->p) {
	case '(':
		return read_paren(ps);
	case ')':
		return close_paren(ps);
	case '|':
		n = pop_cat(ps);
		n->next = ps->top;
		ps->top = n;
		push_op(ps, N_BAR, 0);
		break;
	case '^':
		push_op(ps, N_ASSERT, multi ? E_BOL : E_BOT);
		break;
	case '$':
		push_op(ps, N_ASSERT, multi ? E_EOL : E_EOT);
		break;
	case '.':
		push_op(ps, ps->flags & SF_DOTNL ? N_ANY : N_ANYNL, 0);
		break;
	case '[':
		c = class_new(ps->a);
		if (re_read_class(ps, c) < 0)
			return -1;
		push_class(ps, c);
		return 0;
	case '*':
	case '+':
	case '?':
	case '{':
		return read_repeat(ps, last, was);
	case '\\':
		return read_backslash(ps);
	default:
		if (re_next_rune(ps, &rune) < 0)
			return -1;
		push_rune(ps, rune);
		return 0;
	}
	ps->p++;
	return 0;
}

static int check_limits(const struct parser *ps, const struct node *n)
{
	if (n->op >= N_PAREN)
		return 0;
	if (n->height > RE_HEIGHT_MAX)
		return re_error(ps->e, "expression nests too deeply", ps->whole);
	if (n->size > RE_INST_MAX)
		return re_error(ps->e, RE_TOO_LARGE, ps->whole);
	return 0;
}

int re_parse(struct arena *a, struct str pattern, unsigned flags,
	     struct syntax *out, struct err *e)
{
	struct parser ps = {.a = a, .whole = pattern, .out = out, .e = e};
	const char *last = NULL;

	ps.p = pattern.p;
	ps.end = pattern.p + pattern.n;
	ps.flags = (flags & REGEX_POSIX ? SF_MULTI : SF_PERL) |
		   (flags & (REGEX_ERE ^ REGEX_POSIX) ? SF_ERE : 0) |
		   (flags & REGEX_FOLD ? SF_FOLD : 0);
	while (ps.p < ps.end) {
		const char *was = NULL;

		if (read_token(&ps, last, &was) < 0 ||
		    (ps.top && check_limits(&ps, ps.top) < 0))
			return -1;
		last = was;
	}
	out->root = pop_alt(&ps);
	if (ps.top)
		return re_error(e, "missing closing )", pattern);
	return check_limits(&ps, out->root);
}

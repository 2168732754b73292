// SPDX-License-Identifier: MIT
/* parse - statements: text, actions, control structures, definitions. Open
 * control structures are on a stack of our own, so their nesting costs no C
 * stack. Each definition starts anew with its variables, as a template of its
 * own, but reads from the same tokens.
 * Source: Go's text/template/parse, as facts. */
#include "tmpl/parser.h"

#include <stdio.h>
#include <stdlib.h>

/* --- errors --- */

void parse_error(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(p->a, fmt, ap);
	va_end(ap);
	err_set(p->e, 0, "template: %s:%u: %s", p->t->name, p->tok[0].line,
		text);
	longjmp(p->fail, 2);
}

void parse_unexpected(struct parser *p, const struct token *t,
		      const char *context)
{
	const char *text = token_print(p->a, t);

	if (t->kind != TOK_ERROR)
		parse_error(p, "unexpected %s in %s", text, context);
	if (p->action_line && p->action_line != t->line)
		parse_error(p, "%s%s started at %s:%u", text,
			    str_suffix(t->text, STR(" action")) ? ""
								: " in action",
			    p->t->name, p->action_line);
	parse_error(p, "%s", text);
}

/* --- tokens --- */

struct token parse_next(struct parser *p)
{
	if (p->peeked)
		p->peeked--;
	else
		p->tok[0] = lex_next(&p->lex);
	return p->tok[p->peeked];
}

struct token parse_peek(struct parser *p)
{
	if (!p->peeked) {
		p->tok[0] = lex_next(&p->lex);
		p->peeked = 1;
	}
	return p->tok[p->peeked - 1];
}

struct token parse_next_nonspace(struct parser *p)
{
	struct token t;

	do {
		t = parse_next(p);
	} while (t.kind == TOK_SPACE);
	return t;
}

struct token parse_peek_nonspace(struct parser *p)
{
	struct token t = parse_next_nonspace(p);

	parse_backup(p);
	return t;
}

static struct token expect_right(struct parser *p, const char *context)
{
	struct token t = parse_next_nonspace(p);

	if (t.kind != TOK_RIGHT)
		parse_unexpected(p, &t, context);
	return t;
}

/* --- nodes and variables --- */

struct node *parse_node(struct parser *p, enum node_kind kind, size_t pos)
{
	struct node *n = arena_alloc(p->a, node_size(kind));

	n->kind = (uint8_t)kind;
	n->pos = (uint32_t)pos;
	return n;
}

struct str parse_unquoted(struct parser *p, struct str lit)
{
	struct str s;

	if (!print_unquote(p->a, lit, &s))
		parse_error(p, "invalid syntax");
	return s;
}

void parse_push_var(struct parser *p, uint32_t name)
{
	if (p->nvars == p->vars_cap) {
		size_t size = sizeof(*p->vars), cap = p->vars_cap;

		p->vars_cap = cap ? 2 * cap : 16;
		p->vars = arena_grow(p->a, p->vars, cap * size,
				     p->vars_cap * size);
	}
	p->vars[p->nvars].name = name;
	p->vars[p->nvars].was = p->last[name];
	p->last[name] = (uint32_t)++p->nvars;
}

void parse_pop_vars(struct parser *p, size_t n)
{
	while (p->nvars > n) {
		p->nvars--;
		p->last[p->vars[p->nvars].name] = p->vars[p->nvars].was;
	}
}

static void append(struct parser *p, struct node *n)
{
	*p->tail = n;
	p->tail = &n->next;
}

/* --- named templates --- */

static void add_tree(struct parser *p, struct str name, struct node *root)
{
	const struct val *v = val_map_gets(&p->t->trees, name);
	const struct tree *old = v ? v->func : NULL;
	struct tree *new;

	if (old && !node_is_empty(old->root)) {
		if (!node_is_empty(root))
			parse_error(p,
				    "template: multiple definition of template "
				    "%s",
				    print_quoted(p->a, name));
		return;
	}
	new = arena_alloc(p->a, sizeof(*new));
	new->name = name;
	new->root = root;
	val_map_sets(p->a, &p->t->trees, name,
		     (struct val){.type = &type_int, .func = new});
}

/* --- control structures --- */

static struct control *open_control(struct parser *p, enum control_kind kind)
{
	struct control *c = arena_alloc(p->a, sizeof(*c));

	c->kind = kind;
	c->below = p->top;
	c->nvars = p->nvars;
	c->base = p->base;
	c->ranges = p->ranges;
	p->top = c;
	return c;
}

static struct node *new_list(struct parser *p)
{
	struct node *list = parse_node(p, NODE_LIST, 0);

	p->tail = &list->first;
	return list;
}

static void open_branch(struct parser *p, enum control_kind kind)
{
	static const struct {
		const char *word;
		enum node_kind node;
	} of[] = {
		[CONTROL_IF] = {"if", NODE_IF},
		[CONTROL_WITH] = {"with", NODE_WITH},
		[CONTROL_RANGE] = {"range", NODE_RANGE},
	};
	struct control *c = open_control(p, kind);

	c->node = parse_node(p, of[kind].node, 0);
	append(p, c->node);
	c->tail = p->tail;
	c->node->br.pipe = parse_pipeline(p, of[kind].word, TOK_RIGHT);
	c->node->pos = c->node->br.pipe->pos;
	p->ranges += kind == CONTROL_RANGE;
	c->node->br.list = new_list(p);
}

/* A definition's body: a template that sees none of the variables around. */
static void open_body(struct parser *p, struct control *c)
{
	c->line = p->tok[0].line;
	c->tail = p->tail;
	c->list = new_list(p);
	p->base = p->nvars;
	parse_push_var(p, parse_var_name(p, STR("$")));
	p->ranges = 0;
	p->action_line = 0;
}

static void open_define(struct parser *p)
{
	struct token t;
	struct control *c = open_control(p, CONTROL_DEFINE);

	t = parse_next_nonspace(p);
	if (t.kind != TOK_STRING && t.kind != TOK_RAW)
		parse_unexpected(p, &t, "define clause");
	c->name = parse_unquoted(p, t.text);
	expect_right(p, "define clause");
	open_body(p, c);
}

static struct node *call_node(struct parser *p, const char *context)
{
	struct token t = parse_next_nonspace(p);
	struct node *n;

	if (t.kind != TOK_STRING && t.kind != TOK_RAW)
		parse_unexpected(p, &t, context);
	n = parse_node(p, NODE_TEMPLATE, t.pos);
	n->call.name = parse_unquoted(p, t.text);
	n->call.link = p->calls;
	p->calls = n;
	return n;
}

static void open_block(struct parser *p)
{
	struct node *n = call_node(p, "block clause");
	struct control *c;

	n->call.pipe = parse_pipeline(p, "block clause", TOK_RIGHT);
	append(p, n);
	c = open_control(p, CONTROL_BLOCK);
	c->name = n->call.name;
	open_body(p, c);
}

static void call(struct parser *p)
{
	struct node *n = call_node(p, "template clause");

	if (parse_next_nonspace(p).kind != TOK_RIGHT) {
		parse_backup(p);
		n->call.pipe = parse_pipeline(p, "template clause", TOK_RIGHT);
	}
	append(p, n);
}

static void jump(struct parser *p, const struct token *t)
{
	bool is_break = t->kind == TOK_BREAK;
	const char *word = is_break ? "{{break}}" : "{{continue}}";
	struct token end = parse_next_nonspace(p);

	if (end.kind != TOK_RIGHT)
		parse_unexpected(p, &end, word);
	if (!p->ranges)
		parse_error(p, "%s outside {{range}}", word);
	append(p, parse_node(p, is_break ? NODE_BREAK : NODE_CONTINUE, t->pos));
}

/* --- {{else}} and {{end}} --- */

static void close_branch(struct parser *p)
{
	struct control *c;

	do { /* {{else if}}s end together */
		c = p->top;
		parse_pop_vars(p, c->nvars);
		p->ranges = c->ranges;
		p->tail = c->tail;
		p->top = c->below;
	} while (c->chained);
}

static void close_body(struct parser *p)
{
	struct control *c = p->top;

	add_tree(p, c->name, c->list);
	parse_pop_vars(p, p->base);
	p->base = c->base;
	p->ranges = c->ranges;
	p->tail = c->tail;
	p->top = c->below;
}

static void end(struct parser *p)
{
	expect_right(p, "end");
	if (!p->top)
		parse_error(p, "unexpected {{end}}");
	if (p->top->kind == CONTROL_DEFINE || p->top->kind == CONTROL_BLOCK)
		close_body(p);
	else
		close_branch(p);
}

/* {{else if}} in an if, {{else with}} in a with. */
static bool chains(const struct control *c, enum token_kind k)
{
	return (c->kind == CONTROL_IF && k == TOK_IF) ||
	       (c->kind == CONTROL_WITH && k == TOK_WITH);
}

static void else_(struct parser *p)
{
	struct control *c = p->top;
	struct token t = parse_peek_nonspace(p);

	if (t.kind != TOK_IF && t.kind != TOK_WITH)
		expect_right(p, "else");
	if (!c)
		parse_error(p, "unexpected {{else}}");
	if (c->kind == CONTROL_BLOCK) {
		p->tok[0].line = c->line; /* the template around it reports */
		parse_error(p, "unexpected {{else}} in block clause");
	}
	if (c->kind == CONTROL_DEFINE)
		parse_error(p, "unexpected {{else}} in define clause");
	if (c->in_else)
		parse_error(p, "expected end; found {{else}}");
	c->in_else = true;
	p->ranges = c->ranges;
	c->node->br.other = new_list(p);
	if (chains(c, t.kind)) {
		parse_next(p);
		p->action_line = 0;
		open_branch(p, c->kind);
		p->top->chained = true;
	}
}

/* --- the whole --- */

/* Behind a left delimiter. */
static void action(struct parser *p)
{
	struct token t = parse_next_nonspace(p);
	struct node *n;

	if (t.kind == TOK_IF) {
		open_branch(p, CONTROL_IF);
		return;
	}
	if (t.kind == TOK_WITH) {
		open_branch(p, CONTROL_WITH);
		return;
	}
	if (t.kind == TOK_RANGE) {
		open_branch(p, CONTROL_RANGE);
		return;
	}
	if (t.kind == TOK_BLOCK) {
		open_block(p);
		return;
	}
	if (t.kind == TOK_BREAK || t.kind == TOK_CONTINUE) {
		jump(p, &t);
	} else if (t.kind == TOK_ELSE) {
		else_(p);
	} else if (t.kind == TOK_END) {
		end(p);
	} else if (t.kind == TOK_TEMPLATE) {
		call(p);
	} else {
		parse_backup(p);
		n = parse_node(p, NODE_ACTION, parse_peek(p).pos);
		n->br.pipe = parse_pipeline(p, "command", TOK_RIGHT);
		append(p, n);
	}
	p->action_line = 0;
}

/* One text or action; definitions only where no control structure is open. */
static void statement(struct parser *p)
{
	struct token t = parse_next_nonspace(p);
	struct node *n;

	if (t.kind == TOK_TEXT) {
		n = parse_node(p, NODE_TEXT, t.pos);
		n->text = t.text;
		append(p, n);
		return;
	}
	if (t.kind != TOK_LEFT)
		parse_unexpected(p, &t, "input");
	if (!p->top && parse_peek_nonspace(p).kind == TOK_DEFINE) {
		parse_next(p);
		open_define(p);
		return;
	}
	p->action_line = t.line;
	action(p);
}

static void parse_all(struct parser *p)
{
	struct tmpl *t = p->t;
	struct node *root = new_list(p);

	parse_push_var(p, parse_var_name(p, STR("$")));
	while (parse_peek_nonspace(p).kind != TOK_EOF)
		statement(p);
	if (p->top)
		parse_error(p, "unexpected EOF");
	add_tree(p, str_of(t->name), root);
	for (struct node *n = p->calls; n; n = n->call.link)
		n->call.tree = tree_find(t, n->call.name);
	t->main = tree_find(t, str_of(t->name));
}

static struct str delimiter(struct arena *a, struct str s, const char *other)
{
	return s.n ? str_n(arena_dup(a, s.p, s.n), s.n) : str_of(other);
}

static void set_up(struct parser *p, struct tmpl *t, struct str text,
		   const struct tmpl_opts *o)
{
	struct arena *a = &t->mem;

	p->t = t;
	p->a = a;
	t->text = text;
	t->name = arena_strdup(a, o->name ? o->name : "");
	t->funcs = o->funcs;
	t->stack = o->stack ? o->stack : TMPL_STACK;
	t->trees = val_map(a, &type_map_any);
	p->names = val_map(a, &type_map_any);
	p->funcs = val_map(a, &type_map_any);
	lex_init(&p->lex, a, t->text, delimiter(a, o->left, "{{"),
		 delimiter(a, o->right, "}}"));
}

int tmpl_parse(struct tmpl **out, struct str text, const struct tmpl_opts *o,
	       struct err *e)
{
	struct tmpl *t;
	struct parser *p;
	struct err scratch;
	const char here = 0;
	int failed;

	if (text.n > UINT32_MAX / 2)
		return err_set(e, 0, "template: too large");
	t = calloc(1, sizeof(*t));
	p = calloc(1, sizeof(*p));
	if (!t || !p) {
		free(t);
		free(p);
		return err_nomem(e);
	}
	p->e = e ? e : &scratch;
	p->stack = &here;
	arena_init(&t->mem, o->max ? o->max : TMPL_ARENA);
	t->mem.oom = &p->fail;
	failed = setjmp(p->fail);
	if (!failed) {
		set_up(p, t, text, o);
		parse_all(p);
		t->mem.oom = NULL;
		*out = t;
	} else {
		if (failed == 1)
			err_nomem(e);
		tmpl_free(t);
	}
	free(p);
	return failed ? -1 : 0;
}

void tmpl_free(struct tmpl *t)
{
	if (!t)
		return;
	arena_free(&t->mem);
	free(t);
}

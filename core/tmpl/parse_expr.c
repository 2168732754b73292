// SPDX-License-Identifier: MIT
/* parse_expr - pipelines: declarations, commands, operands, constants. The
 * grammar looks up to three tokens ahead because a space between a variable
 * and what follows it means something.
 * Source: Go's text/template/parse, as facts. */
#include "tmpl/parser.h"

/* --- names --- */

/* The number of a variable's name (with its $). */
uint32_t parse_var_name(struct parser *p, struct str name)
{
	const struct val *v = val_map_gets(&p->names, name);

	if (v)
		return (uint32_t)v->i;
	if (p->nnames == p->last_cap) {
		size_t size = sizeof(*p->last), cap = p->last_cap;

		p->last_cap = cap ? 2 * cap : 16;
		p->last = arena_grow(p->a, p->last, cap * size,
				     p->last_cap * size);
	}
	p->last[p->nnames] = 0;
	val_map_sets(p->a, &p->names, name, val_int((int64_t)p->nnames));
	return (uint32_t)p->nnames++;
}

static const struct func *use_func(struct parser *p, struct str name)
{
	const struct tmpl_funcs *funcs = p->t->funcs;
	const struct val *v = val_map_gets(&p->funcs, name);
	struct func *f;

	if (v)
		return v->func;
	f = arena_alloc(p->a, sizeof(*f));
	f->f = funcs && funcs->find ? funcs->find(name.p, name.n) : NULL;
	if (!f->f) {
		f->f = builtin_find(name.p, name.n);
		f->builtin = true;
	}
	if (!f->f)
		parse_error(p, "function %s not defined",
			    print_quoted(p->a, name));
	if (sig_parse(p->a, funcs, f->f->sig, &f->sig, p->e) < 0)
		parse_error(p, "function %s: %s", f->f->name,
			    arena_strdup(p->a, p->e->text));
	f->name =
		arena_dup(p->a, name.p, name.n); /* a table may cut prefixes */
	f->number = p->t->nfunc++;
	if (f->builtin && str_is(name, "and"))
		f->special = FUNC_AND;
	else if (f->builtin && str_is(name, "or"))
		f->special = FUNC_OR;
	else if (f->builtin && str_is(name, "call"))
		f->special = FUNC_DYNAMIC;
	val_map_sets(p->a, &p->funcs, name,
		     (struct val){.type = &type_int, .func = f});
	return f;
}

/* --- terms --- */

static void add_ident(struct parser *p, struct node *n, struct str name)
{
	size_t size = sizeof(*n->path.id);

	n->path.id =
		arena_grow(p->a, n->path.id, n->n * size, (n->n + 1) * size);
	n->path.id[n->n++] = (struct ident){name, p->t->ncache++};
}

static struct node *use_var(struct parser *p, const struct token *t)
{
	struct node *n = parse_node(p, NODE_VAR, t->pos);

	n->var = parse_var_name(p, t->text);
	n->path.name = t->text;
	if (p->last[n->var] <= p->base)
		parse_error(p, "undefined variable %s",
			    print_quoted(p->a, t->text));
	return n;
}

static struct node *constant(struct parser *p, const struct token *t)
{
	struct node *n;
	struct number *num;

	if (t->kind == TOK_BOOL) {
		n = parse_node(p, NODE_BOOL, t->pos);
		n->truth = str_is(t->text, "true");
		return n;
	}
	if (t->kind == TOK_STRING || t->kind == TOK_RAW) {
		n = parse_node(p, NODE_STRING, t->pos);
		n->lit.text = parse_unquoted(p, t->text);
	} else {
		n = parse_node(p, NODE_NUMBER, t->pos);
		n->lit.num = num = arena_alloc(p->a, sizeof(*num));
		if (number_parse(p->a, t->text, t->kind, num, p->e) < 0)
			parse_error(p, "%s", arena_strdup(p->a, p->e->text));
	}
	n->lit.src = t->text;
	return n;
}

static struct node *parens(struct parser *p)
{
	const char here = 0;
	struct node *n;

	if (++p->parens > TMPL_PARENS ||
	    (size_t)(p->stack - &here) > p->t->stack)
		parse_error(p, "max expression depth exceeded");
	n = parse_pipeline(p, "parenthesized pipeline", TOK_RPAREN);
	p->parens--;
	return n;
}

/* NULL (and the token back) when none starts here. */
static struct node *term(struct parser *p)
{
	struct token t = parse_next_nonspace(p);
	struct node *n;

	switch (t.kind) {
	case TOK_IDENT: {
		const struct func *f = use_func(p, t.text);

		n = parse_node(p, NODE_FUNC, t.pos);
		n->func = f;
		return n;
	}
	case TOK_DOT:
		return parse_node(p, NODE_DOT, t.pos);
	case TOK_NIL:
		return parse_node(p, NODE_NIL, t.pos);
	case TOK_VAR:
		return use_var(p, &t);
	case TOK_FIELD:
		n = parse_node(p, NODE_FIELD, t.pos);
		add_ident(p, n, str_cut(t.text, 1, t.text.n));
		return n;
	case TOK_BOOL:
	case TOK_CHARCONST:
	case TOK_COMPLEX:
	case TOK_NUMBER:
	case TOK_STRING:
	case TOK_RAW:
		return constant(p, &t);
	case TOK_LPAREN:
		return parens(p);
	case TOK_ERROR:
	case TOK_CHAR:
	case TOK_ASSIGN:
	case TOK_DECLARE:
	case TOK_EOF:
	case TOK_LEFT:
	case TOK_PIPE:
	case TOK_RIGHT:
	case TOK_RPAREN:
	case TOK_SPACE:
	case TOK_TEXT:
	case TOK_KEYWORD:
	case TOK_BLOCK:
	case TOK_BREAK:
	case TOK_CONTINUE:
	case TOK_DEFINE:
	case TOK_ELSE:
	case TOK_END:
	case TOK_IF:
	case TOK_RANGE:
	case TOK_TEMPLATE:
	case TOK_WITH:
		break;
	}
	parse_backup(p);
	return NULL;
}

/* What fields may hang on: a chain of its own unless the term is a path. */
static struct node *chain_on(struct parser *p, struct node *n, size_t pos)
{
	struct node *c;

	switch ((enum node_kind)n->kind) {
	case NODE_FIELD:
	case NODE_VAR:
		n->pos = (uint32_t)pos;
		return n;
	case NODE_BOOL:
	case NODE_STRING:
	case NODE_NUMBER:
	case NODE_NIL:
	case NODE_DOT: {
		struct text t = {.a = p->a};

		node_print(&t, n);
		parse_error(p, "unexpected . after term %s",
			    print_quoted(p->a, text_str(&t)));
	}
	case NODE_TEXT:
	case NODE_ACTION:
	case NODE_IF:
	case NODE_WITH:
	case NODE_RANGE:
	case NODE_TEMPLATE:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_LIST:
	case NODE_PIPE:
	case NODE_CMD:
	case NODE_FUNC:
	case NODE_CHAIN:
		break;
	}
	c = parse_node(p, NODE_CHAIN, pos);
	c->path.base = n;
	return c;
}

static struct node *operand(struct parser *p)
{
	struct node *n = term(p), *path;
	struct token t;

	if (!n)
		return NULL;
	t = parse_peek(p);
	if (t.kind != TOK_FIELD)
		return n;
	/* Go reads all fields before it looks at the term */
	path = parse_node(p, NODE_FIELD, t.pos);
	while (parse_peek(p).kind == TOK_FIELD) {
		t = parse_next(p);
		add_ident(p, path, str_cut(t.text, 1, t.text.n));
	}
	n = chain_on(p, n, path->pos);
	for (uint32_t i = 0; i < path->n; i++)
		add_ident(p, n, path->path.id[i].name);
	return n;
}

/* --- commands and pipelines --- */

static struct node *command(struct parser *p)
{
	struct node *cmd = parse_node(p, NODE_CMD, parse_peek_nonspace(p).pos);
	struct node **tail = &cmd->first;

	for (;;) {
		struct node *n;
		struct token t;

		parse_peek_nonspace(p);
		n = operand(p);
		if (n) {
			*tail = n;
			tail = &n->next;
			if (++cmd->n > TMPL_ARGS)
				parse_error(p, "too many arguments");
		}
		t = parse_next(p);
		if (t.kind == TOK_SPACE)
			continue;
		if (t.kind == TOK_RIGHT || t.kind == TOK_RPAREN)
			parse_backup(p);
		else if (t.kind != TOK_PIPE)
			parse_unexpected(p, &t, "operand");
		break;
	}
	if (!cmd->n)
		parse_error(p, "empty command");
	return cmd;
}

static void declare(struct parser *p, struct node *pipe, const struct token *t)
{
	struct node *n = parse_node(p, NODE_VAR, t->pos);

	n->var = parse_var_name(p, t->text);
	n->path.name = t->text;
	pipe->p.decl[pipe->ndecl++] = n;
	parse_push_var(p, n->var);
}

/* Behind the comma of a declaration: whether a second variable may follow. */
static void second_var(struct parser *p, const struct node *pipe,
		       const char *context)
{
	enum token_kind k;

	if (strcmp(context, "range") != 0 || pipe->ndecl > 1)
		parse_error(p, "too many declarations in %s", context);
	k = parse_peek_nonspace(p).kind;
	if (k != TOK_VAR && k != TOK_RIGHT && k != TOK_RPAREN)
		parse_error(p, "range can only initialize variables");
}

/* $x := or $x, $y := or the same with = ; anything else is put back. */
static void declarations(struct parser *p, struct node *pipe,
			 const char *context)
{
	struct token v, after, next;

	while ((v = parse_peek_nonspace(p)).kind == TOK_VAR) {
		parse_next(p);
		after = parse_peek(p);
		next = parse_peek_nonspace(p);
		if (next.kind == TOK_ASSIGN || next.kind == TOK_DECLARE) {
			pipe->assign = next.kind == TOK_ASSIGN;
			parse_next_nonspace(p);
			declare(p, pipe, &v);
			return;
		}
		if (next.kind == TOK_CHAR && str_is(next.text, ",")) {
			parse_next_nonspace(p);
			declare(p, pipe, &v);
			second_var(p, pipe, context);
			continue;
		}
		if (after.kind == TOK_SPACE) {
			p->tok[1] = after;
			p->tok[2] = v;
			p->peeked = 3;
		} else {
			p->tok[1] = v;
			p->peeked = 2;
		}
		return;
	}
}

static void check_pipeline(struct parser *p, const struct node *pipe,
			   const char *context)
{
	int stage = 2;

	if (!pipe->p.cmds)
		parse_error(p, "missing value for %s", context);
	for (const struct node *c = pipe->p.cmds->next; c; c = c->next) {
		uint8_t k = c->first->kind;

		if (k == NODE_BOOL || k == NODE_DOT || k == NODE_NIL ||
		    k == NODE_NUMBER || k == NODE_STRING)
			parse_error(
				p, "non executable command in pipeline stage %d",
				stage);
		stage++;
	}
}

static bool starts_operand(enum token_kind k)
{
	return k == TOK_BOOL || k == TOK_CHARCONST || k == TOK_COMPLEX ||
	       k == TOK_DOT || k == TOK_FIELD || k == TOK_IDENT ||
	       k == TOK_NUMBER || k == TOK_NIL || k == TOK_RAW ||
	       k == TOK_STRING || k == TOK_VAR || k == TOK_LPAREN;
}

struct node *parse_pipeline(struct parser *p, const char *context,
			    enum token_kind end)
{
	struct node *pipe =
		parse_node(p, NODE_PIPE, parse_peek_nonspace(p).pos);
	struct node **tail = &pipe->p.cmds;
	struct token t;

	declarations(p, pipe, context);
	for (uint32_t n = 0;; n++) {
		t = parse_next_nonspace(p);
		if (t.kind == end)
			break;
		if (!starts_operand(t.kind))
			parse_unexpected(p, &t, context);
		parse_backup(p);
		*tail = command(p);
		tail = &(*tail)->next;
		if (n == TMPL_COMMANDS)
			parse_error(p, "pipeline too long");
	}
	check_pipeline(p, pipe, context);
	return pipe;
}

// SPDX-License-Identifier: MIT
/* node - nodes as Go prints them in error messages (single spaces, constants
 * as written, nothing cut short), and where they are. */
#include "tmpl/ast.h"

#include <stddef.h>

#include "regex/unicode.h"

size_t node_size(enum node_kind kind)
{
	const size_t ptr = sizeof(void *), str = sizeof(struct str);

	switch (kind) {
	case NODE_TEXT:
		return offsetof(struct node, text) + str;
	case NODE_ACTION:
	case NODE_LIST:
	case NODE_CMD:
	case NODE_FUNC:
	case NODE_FIELD:
		return offsetof(struct node, first) + ptr;
	case NODE_IF:
	case NODE_WITH:
	case NODE_RANGE:
		return offsetof(struct node, br.other) + ptr;
	case NODE_TEMPLATE:
		return offsetof(struct node, call.link) + ptr;
	case NODE_PIPE:
		return offsetof(struct node, p.decl) + 2 * ptr;
	case NODE_CHAIN:
		return offsetof(struct node, path.base) + ptr;
	case NODE_VAR:
		return offsetof(struct node, path.name) + str;
	case NODE_NUMBER:
		return offsetof(struct node, lit.num) + ptr;
	case NODE_STRING:
		return offsetof(struct node, lit.text) + str;
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_DOT:
	case NODE_NIL:
	case NODE_BOOL:
		break;
	}
	return offsetof(struct node, first);
}

static void put_list(struct text *t, const struct node *list)
{
	for (const struct node *n = list ? list->first : NULL; n; n = n->next)
		node_print(t, n);
}

static void put_idents(struct text *t, const struct node *n)
{
	for (uint32_t i = 0; i < n->n; i++) {
		text_addc(t, '.');
		text_add(t, n->path.id[i].name.p, n->path.id[i].name.n);
	}
}

static void put_pipe(struct text *t, const struct node *n)
{
	for (int i = 0; i < n->ndecl; i++) {
		if (i)
			text_adds(t, ", ");
		node_print(t, n->p.decl[i]);
	}
	if (n->ndecl)
		text_adds(t, n->assign ? " = " : " := ");
	for (const struct node *c = n->p.cmds; c; c = c->next) {
		if (c != n->p.cmds)
			text_adds(t, " | ");
		node_print(t, c);
	}
}

/* A pipeline inside an expression has parentheses. */
static void put_operand(struct text *t, const struct node *n)
{
	if (n->kind == NODE_PIPE)
		text_addc(t, '(');
	node_print(t, n);
	if (n->kind == NODE_PIPE)
		text_addc(t, ')');
}

static void put_cmd(struct text *t, const struct node *n)
{
	for (const struct node *a = n->first; a; a = a->next) {
		if (a != n->first)
			text_addc(t, ' ');
		put_operand(t, a);
	}
}

static void put_branch(struct text *t, const struct node *n, const char *word)
{
	text_adds(t, "{{");
	text_adds(t, word);
	text_addc(t, ' ');
	put_pipe(t, n->br.pipe);
	text_adds(t, "}}");
	put_list(t, n->br.list);
	if (n->br.other) {
		text_adds(t, "{{else}}");
		put_list(t, n->br.other);
	}
	text_adds(t, "{{end}}");
}

static void put_template(struct text *t, const struct node *n)
{
	text_adds(t, "{{template ");
	print_quote(t, n->call.name, false);
	if (n->call.pipe) {
		text_addc(t, ' ');
		put_pipe(t, n->call.pipe);
	}
	text_adds(t, "}}");
}

void node_print(struct text *t, const struct node *n)
{
	switch ((enum node_kind)n->kind) {
	case NODE_TEXT:
		text_add(t, n->text.p, n->text.n);
		break;
	case NODE_ACTION:
		text_adds(t, "{{");
		put_pipe(t, n->br.pipe);
		text_adds(t, "}}");
		break;
	case NODE_IF:
		put_branch(t, n, "if");
		break;
	case NODE_WITH:
		put_branch(t, n, "with");
		break;
	case NODE_RANGE:
		put_branch(t, n, "range");
		break;
	case NODE_TEMPLATE:
		put_template(t, n);
		break;
	case NODE_BREAK:
		text_adds(t, "{{break}}");
		break;
	case NODE_CONTINUE:
		text_adds(t, "{{continue}}");
		break;
	case NODE_LIST:
		put_list(t, n);
		break;
	case NODE_PIPE:
		put_pipe(t, n);
		break;
	case NODE_CMD:
		put_cmd(t, n);
		break;
	case NODE_FUNC:
		text_adds(t, n->func->name);
		break;
	case NODE_FIELD:
		put_idents(t, n);
		break;
	case NODE_CHAIN:
		put_operand(t, n->path.base);
		put_idents(t, n);
		break;
	case NODE_VAR:
		text_add(t, n->path.name.p, n->path.name.n);
		put_idents(t, n);
		break;
	case NODE_DOT:
		text_addc(t, '.');
		break;
	case NODE_NIL:
		text_adds(t, "nil");
		break;
	case NODE_BOOL:
		text_adds(t, n->truth ? "true" : "false");
		break;
	case NODE_NUMBER:
	case NODE_STRING:
		text_add(t, n->lit.src.p, n->lit.src.n);
		break;
	}
}

/* Only white space, in Unicode's sense. */
static bool is_blank(struct str s)
{
	for (size_t at = 0; at < s.n;) {
		int w;
		uint32_t r = utf8_decode(s.p + at, s.n - at, &w);

		if (!unicode_space(r))
			return false;
		at += (size_t)w;
	}
	return true;
}

bool node_is_empty(const struct node *list)
{
	for (const struct node *n = list->first; n; n = n->next)
		if (n->kind != NODE_TEXT || !is_blank(n->text))
			return false;
	return true;
}

const char *node_place(struct arena *a, const struct tmpl *t,
		       const struct node *n)
{
	struct str before = str_cut(t->text, 0, n->pos);
	unsigned line = 1;

	for (const char *p = before.p, *end = p + before.n;
	     p && (p = memchr(p, '\n', (size_t)(end - p))); p++)
		line++;
	return arena_printf(a, "%s:%u:%zu", t->name, line,
			    before.n -
				    (size_t)(str_rfind(before, STR("\n")) + 1));
}

const struct tree *tree_find(const struct tmpl *t, struct str name)
{
	const struct val *v = val_map_gets(&t->trees, name);

	return v ? v->func : NULL;
}

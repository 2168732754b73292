// SPDX-License-Identifier: MIT
/* parser - the state shared by parse.c (statements) and parse_expr.c
 * (pipelines). Errors leave by longjmp: all memory is in the template's arena. */
#ifndef BASEBOX_CORE_TMPL_PARSER_H
#define BASEBOX_CORE_TMPL_PARSER_H

#include <setjmp.h>

#include "tmpl/ast.h"
#include "tmpl/lex.h"

enum control_kind {
	CONTROL_IF,
	CONTROL_WITH,
	CONTROL_RANGE,
	CONTROL_DEFINE,
	CONTROL_BLOCK,
};

/* An open {{if}}, {{range}}, ... or {{define}}. */
struct control {
	struct control *below;
	enum control_kind kind;
	bool chained; /* {{else if}}: its {{end}} ends the one below too */
	bool in_else;
	struct node *node;     /* the branch, or the block's NODE_TEMPLATE */
	struct str name;       /* of a define or block */
	struct node *list;     /* a define's or block's body */
	struct node **tail;    /* where the list around it goes on */
	size_t nvars;	       /* variables at its start */
	size_t base;	       /* of the template around a define or block */
	uint32_t ranges, line; /* likewise */
};

struct parser {
	struct tmpl *t;
	struct arena *a;
	struct err *e;
	struct lexer lex;
	struct token tok[3]; /* tok[0] is the last one read */
	int peeked;	     /* tokens to be read again */
	uint32_t action_line;
	uint32_t ranges;   /* open {{range}}s of this template */
	uint32_t parens;   /* open parentheses */
	const char *stack; /* where the C stack was at the start */

	struct control *top;
	struct node **tail;
	struct node *calls; /* all NODE_TEMPLATEs */

	/* Variables in scope: a stack of name numbers; last[] has for each
	 * name 1 + its topmost place, or 0. Those below base belong to the
	 * template around a define or block and are not seen. */
	struct val names;
	struct {
		uint32_t name, was;
	} * vars;
	size_t nvars, vars_cap, base;
	uint32_t *last;
	size_t nnames, last_cap;

	struct val funcs; /* name -> struct func * */
	jmp_buf fail;
};

NORETURN void parse_error(struct parser *p, const char *fmt, ...) PRINTF(2, 3);
NORETURN void parse_unexpected(struct parser *p, const struct token *t,
			       const char *context);

struct token parse_next(struct parser *p);
struct token parse_peek(struct parser *p);
struct token parse_next_nonspace(struct parser *p);
struct token parse_peek_nonspace(struct parser *p);
static inline void parse_backup(struct parser *p)
{
	p->peeked++;
}

struct node *parse_node(struct parser *p, enum node_kind kind, size_t pos);
struct str parse_unquoted(struct parser *p, struct str lit);
void parse_push_var(struct parser *p, uint32_t name);
void parse_pop_vars(struct parser *p, size_t n);

/* --- parse_expr.c --- */
uint32_t parse_var_name(struct parser *p, struct str name);
struct node *parse_pipeline(struct parser *p, const char *context,
			    enum token_kind end);

#endif

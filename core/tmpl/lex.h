// SPDX-License-Identifier: MIT
/* lex - tokens of a template. The lexer is pulled: each call gives the next
 * token, spaces between tokens included, because the grammar counts them.
 * Source: Go's text/template/parse, as facts. */
#ifndef BASEBOX_CORE_TMPL_LEX_H
#define BASEBOX_CORE_TMPL_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

enum token_kind {
	TOK_ERROR, /* text = the message */
	TOK_BOOL,
	TOK_CHAR, /* one printable character of no other kind */
	TOK_CHARCONST,
	TOK_COMPLEX,
	TOK_ASSIGN,  /* = */
	TOK_DECLARE, /* := */
	TOK_EOF,
	TOK_FIELD, /* .name */
	TOK_IDENT,
	TOK_LEFT, /* delimiter */
	TOK_LPAREN,
	TOK_NUMBER,
	TOK_PIPE,
	TOK_RAW, /* `string` */
	TOK_RIGHT,
	TOK_RPAREN,
	TOK_SPACE,
	TOK_STRING,
	TOK_TEXT,
	TOK_VAR, /* $ or $name */
	/* keywords, all that follow */
	TOK_KEYWORD,
	TOK_BLOCK,
	TOK_BREAK,
	TOK_CONTINUE,
	TOK_DOT,
	TOK_DEFINE,
	TOK_ELSE,
	TOK_END,
	TOK_IF,
	TOK_NIL,
	TOK_RANGE,
	TOK_TEMPLATE,
	TOK_WITH,
};

struct token {
	enum token_kind kind;
	uint32_t line;
	size_t pos;
	struct str text; /* in the template's text */
};

struct lexer {
	struct arena *a; /* for error messages */
	struct str in;
	struct str left, right; /* delimiters */
	size_t pos, start;
	uint32_t line, start_line;
	int parens;
	bool inside; /* of an action */
};

void lex_init(struct lexer *l, struct arena *a, struct str text,
	      struct str left, struct str right);
struct token lex_next(struct lexer *l);

/* As Go prints a token in an error message. */
const char *token_print(struct arena *a, const struct token *t);

#endif

// SPDX-License-Identifier: MIT
/* ast - a parsed template: nodes, functions and named templates, all in the
 * arena of struct tmpl and never changed after parsing. What differs between
 * executions (caches, variables) lives in struct tmpl_run and is found by the
 * numbers that the nodes carry. */
#ifndef BASEBOX_CORE_TMPL_AST_H
#define BASEBOX_CORE_TMPL_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "data/value.h"
#include "tmpl.h"
#include "tmpl/print.h"

enum node_kind {
	/* statements */
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_TEMPLATE,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_LIST,
	/* expressions */
	NODE_PIPE,
	NODE_CMD,
	NODE_FUNC,
	NODE_FIELD, /* .a.b */
	NODE_CHAIN, /* (base).a.b */
	NODE_VAR,   /* $x.a.b */
	NODE_DOT,
	NODE_NIL,
	NODE_BOOL,
	NODE_NUMBER,
	NODE_STRING,
};

/* A field name, and its place in the cache of an execution. */
struct ident {
	struct str name;
	uint32_t cache;
};

/* A constant: which types it can take, and its values. */
struct number {
	bool is_int, is_uint, is_float, is_complex;
	uint8_t ideal; /* enum val_kind where no type asks for another;
			* KIND_INVALID: it overflows int */
	int64_t i;
	uint64_t u;
	double f; /* also the real part */
	double im;
};

struct func;
struct tree;

/* A node has only as much memory as its kind needs (node_size), so it is never
 * copied whole. */
struct node {
	uint8_t kind;
	bool assign;	   /* NODE_PIPE: = instead of := */
	bool truth;	   /* NODE_BOOL */
	uint8_t ndecl;	   /* NODE_PIPE */
	uint32_t pos;	   /* byte offset in the text */
	uint32_t n;	   /* NODE_CMD: arguments; paths: idents */
	uint32_t var;	   /* NODE_VAR: number of the variable's name */
	struct node *next; /* in its list, pipeline or command */
	union {
		struct str text; /* NODE_TEXT */
		struct {
			struct node *pipe; /* NODE_TEMPLATE: may be NULL */
			struct node *list;
			struct node *other; /* NULL = no else */
		} br; /* NODE_ACTION (pipe alone), IF, WITH, RANGE */
		struct {
			struct node *pipe; /* first as in br; may be NULL */
			struct str name;
			const struct tree *tree; /* NULL = not defined */
			struct node *link;	 /* all NODE_TEMPLATEs */
		} call;
		struct node *first; /* NODE_LIST, NODE_CMD */
		struct {
			struct node *cmds;
			struct node *decl[2]; /* NODE_VARs */
		} p;
		const struct func *func; /* NODE_FUNC */
		struct {
			struct ident *id; /* NODE_VAR: without the variable */
			union {
				struct node *base; /* NODE_CHAIN */
				struct str name;   /* NODE_VAR: with the $ */
			};
		} path;
		struct {
			struct str src; /* as written */
			union {
				struct str text;	  /* NODE_STRING */
				const struct number *num; /* NODE_NUMBER */
			};
		} lit;
	};
};

/* A signature taken apart. */
struct sig {
	const struct val_type **param; /* the variadic one last */
	const struct val_type *result;
	uint16_t n; /* parameters */
	bool variadic;
};
/* A function that the template names. */
struct func {
	const char *name;
	const struct tmpl_func *f;
	struct sig sig;
	uint32_t number; /* from 0, in this template */
	bool builtin;	 /* one of the language's own */
	enum { FUNC_CALL, FUNC_AND, FUNC_OR, FUNC_DYNAMIC } special;
};

/* A named template. */
struct tree {
	struct str name;
	struct node *root; /* NODE_LIST */
	struct tree *next;
};

struct tmpl {
	struct arena mem;
	struct str text;
	const char *name;
	const struct tmpl_funcs *funcs;
	size_t stack;
	struct val trees; /* map: name -> int: struct tree * */
	const struct tree *main;
	uint32_t ncache, nfunc;
};

/* --- node.c --- */
size_t node_size(enum node_kind kind);
void node_print(struct text *t, const struct node *n);
bool node_is_empty(const struct node *list);
/* "NAME:LINE:COL" of a node. */
const char *node_place(struct arena *a, const struct tmpl *t,
		       const struct node *n);
const struct tree *tree_find(const struct tmpl *t, struct str name);

/* --- number.c --- */
/* Constants as written; the error text is Go's. kind is a token kind. */
int number_parse(struct arena *a, struct str src, int kind, struct number *n,
		 struct err *e) MUST_USE;

/* --- sig.c --- */
int sig_parse(struct arena *a, const struct tmpl_funcs *funcs, const char *text,
	      struct sig *s, struct err *e) MUST_USE;

/* --- builtin.c --- */
/* The language's own functions. Their signatures know one letter more: r, a
 * reflect.Value, which takes anything; a nil interface arrives as a val of
 * type_any, nothing at all as one without type; and h, the same, but whatever an
 * interface holds arrives as a val of type_any. */
const struct tmpl_func *builtin_find(const char *name, size_t n);
extern const struct val_type type_reflect, type_held;

#endif

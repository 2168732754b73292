// SPDX-License-Identifier: MIT
/* run - one execution of a template. Errors leave by longjmp to r->fail with
 * r->e filled; memory is all in the arena, whose oom goes to the same place. */
#ifndef BASEBOX_CORE_TMPL_RUN_H
#define BASEBOX_CORE_TMPL_RUN_H

#include <setjmp.h>

#include "tmpl/ast.h"

/* A value as Go's reflect sees it while an expression is evaluated: `iface`
 * tells that it is held by an interface {}, whose content is v; then a v
 * without type is a nil interface, otherwise it is no value at all. */
struct slot {
	struct val v;
	bool iface;
};

struct var {
	uint32_t name;
	struct slot s;
};

/* Argument values of calls in progress, as a stack in chunks that stay put. */
struct args {
	struct args *above;
	size_t used, cap;
	struct val v[];
};

struct cache {
	const struct val_type *type;
	const struct val_method *method;
	int field; /* index, -1 = none */
};

struct frame;

struct tmpl_run {
	const struct tmpl *t;
	struct arena *a;
	const struct tmpl_host *host;
	struct err *e;
	enum tmpl_missing missing;
	jmp_buf *fail;
	const char *stack;	 /* where the C stack was at the start */
	struct buf *out;	 /* or, when NULL: */
	struct text *text;	 /* the output of executeTemplate */
	const struct node *node; /* for error messages */
	struct str name;	 /* of the template being executed */
	uint32_t depth;
	struct var *vars;
	size_t nvars, vars_cap, base; /* those below base are not seen */
	struct frame *top, *spare;
	struct args *args;
	struct cache *cache; /* by struct ident's number */
	uint8_t *denied;     /* by function number: 0 not asked, 1 no, 2 yes */
	struct val methods;  /* signature text -> struct sig * */
	struct text scratch;
	struct tmpl_call call;
};

NORETURN void run_error(struct tmpl_run *r, const char *fmt, ...) PRINTF(2, 3);
void run_check_stack(struct tmpl_run *r);

static inline const char *slot_type(const struct slot *s)
{
	return s->iface ? "interface {}" : val_type_name(&s->v);
}

/* --- eval.c --- */
/* The value of a pipeline, never held by an interface; declares or assigns
 * its variables. pipe may be NULL: no value. */
void eval_pipeline(struct tmpl_run *r, const struct slot *dot,
		   const struct node *pipe, struct slot *out);
/* NODE_FIELD, NODE_CHAIN and NODE_VAR. */
void eval_path(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	       const struct node *args, const struct slot *final,
	       struct slot *out);
void run_push_var(struct tmpl_run *r, uint32_t name, const struct slot *s);
void run_set_var(struct tmpl_run *r, const struct node *var,
		 const struct slot *s);

/* --- call.c --- */
/* An argument for a parameter of type t. */
void eval_arg(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	      const struct val_type *t, struct val *out);
/* Calls the function of a node; args are those behind it. at: the node that an
 * error of the function shows. */
void call_func(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	       const struct node *at, const struct node *args,
	       const struct slot *final, struct slot *out);
void call_method(struct tmpl_run *r, const struct slot *dot,
		 const struct node *n, const struct val_method *m,
		 const struct node *args, const struct slot *final,
		 struct slot *s);
void eval_constant(struct tmpl_run *r, const struct node *n, struct slot *out);
struct args *args_chunk(struct arena *a, size_t n);
/* A pointer followed to its struct; other values as they are. */
static inline struct val deref(const struct val *v)
{
	struct val d = *v;

	if (val_kind(v) == KIND_PTR && v->fields)
		d.type = v->type->elem;
	return d;
}

/* What actions and html, js, urlquery show of a value: pointers followed, no
 * value as text; false for channels and functions. */
bool printable(const struct val *v, struct val *out);

#endif

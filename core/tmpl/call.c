// SPDX-License-Identifier: MIT
/* call - calling functions and methods: counting arguments, evaluating them
 * for the types of their parameters, and the errors on the way.
 * Source: Go's text/template, as facts. */
#include "tmpl/run.h"

const struct val_type type_reflect = {.name = "reflect.Value",
				      .kind = KIND_STRUCT};
const struct val_type type_held = {.name = "reflect.Value",
				   .kind = KIND_INTERFACE};

/* --- room for arguments --- */

enum { ARGS_CHUNK = 512 };

struct args *args_chunk(struct arena *a, size_t n)
{
	size_t cap = n > ARGS_CHUNK ? n : ARGS_CHUNK;
	struct args *c = arena_alloc(a, sizeof(*c) + cap * sizeof(c->v[0]));

	c->cap = cap;
	return c;
}

static struct val *args_take(struct tmpl_run *r, size_t n)
{
	struct args *c = r->args;

	if (c->cap - c->used < n) {
		if (!c->above || c->above->cap < n)
			c->above = args_chunk(r->a, n);
		r->args = c = c->above;
		c->used = 0;
	}
	c->used += n;
	return &c->v[c->used - n];
}

/* --- values for parameters --- */

static bool can_be_nil(const struct val_type *t)
{
	return t == &type_reflect || t->kind == KIND_INTERFACE ||
	       t->kind == KIND_SLICE || t->kind == KIND_MAP ||
	       t->kind == KIND_PTR || t->kind == KIND_CHAN ||
	       t->kind == KIND_FUNC;
}

static struct val nil_of(const struct val_type *t)
{
	return t == &type_reflect ? val_none() : val_zero(t);
}

/* A value that has a type of its own, for a parameter of type t. */
static bool assign(const struct val *v, const struct val_type *t,
		   struct val *out)
{
	/* The original's functions refuse a number of Vault as text. */
	if (!val_type_assignable(v->type, t) &&
	    !(v->type == &type_json_number && t == &type_string))
		return false;
	*out = *v;
	if (t->kind != KIND_INTERFACE)
		out->type = t;
	return true;
}

/* One dereference, or the address of a struct. */
static bool indirect_to(struct tmpl_run *r, const struct val *v,
			const struct val_type *t, struct val *out)
{
	struct val d = *v;

	if (v->type->kind == KIND_PTR && val_type_assignable(v->type->elem, t)) {
		if (!v->fields)
			run_error(r, "dereference of nil pointer of type %s",
				  t->name);
		d.type = v->type->elem;
		return assign(&d, t, out);
	}
	if (v->type->kind == KIND_STRUCT && t->kind == KIND_PTR &&
	    val_type_same(v->type, t->elem)) {
		d.type = t;
		*out = d;
		return true;
	}
	return false;
}

static void convert(struct tmpl_run *r, const struct slot *s,
		    const struct val_type *t, struct val *out)
{
	const struct val *v = &s->v;

	if (!v->type && !s->iface) {
		if (!can_be_nil(t))
			run_error(r, "invalid value; expected %s", t->name);
		*out = nil_of(t);
	} else if (t == &type_reflect || t->kind == KIND_INTERFACE) {
		*out = *v;
		if (s->iface && (t == &type_held ||
				 (!v->type && t == &type_reflect)))
			out->type = &type_any;
	} else if (!v->type ||
		   (!assign(v, t, out) && !indirect_to(r, v, t, out))) {
		run_error(r, "wrong type for value; expected %s; got %s",
			  t->name, v->type ? v->type->name : "interface {}");
	}
}

NORETURN static void expected(struct tmpl_run *r, const char *what,
			      const struct node *n)
{
	struct text t = {.a = r->a};

	node_print(&t, n);
	run_error(r, "expected %s; found %.*s", what, (int)t.n, t.p);
}

/* A number in a type other than its own. */
static void number_for(struct tmpl_run *r, const struct node *n,
		       const struct val_type *t, struct val *out)
{
	const struct number *num = n->kind == NODE_NUMBER ? n->lit.num : NULL;

	out->type = t;
	if (t->kind == KIND_INT) {
		if (!num || !num->is_int)
			expected(r, "integer", n);
		out->i = num->i;
	} else if (t->kind == KIND_UINT) {
		if (!num || !num->is_uint)
			expected(r, "unsigned integer", n);
		out->u = num->u;
	} else if (t->kind == KIND_FLOAT) {
		if (!num || !num->is_float)
			expected(r, "float", n);
		out->f = num->f;
	} else {
		if (!num || !num->is_complex)
			expected(r, "complex", n);
		out->c.re = num->f;
		out->c.im = num->im;
	}
}

static struct val number_val(struct tmpl_run *r, const struct node *n)
{
	const struct number *num = n->lit.num;

	if (num->ideal == KIND_INT)
		return val_int(num->i);
	if (num->ideal == KIND_FLOAT)
		return val_float(num->f);
	if (num->ideal == KIND_COMPLEX)
		return (struct val){.type = &type_complex128,
				    .c = {num->f, num->im}};
	run_error(r, "%.*s overflows int", (int)n->lit.src.n, n->lit.src.p);
}

/* A constant in its own type. */
void eval_constant(struct tmpl_run *r, const struct node *n, struct slot *out)
{
	out->iface = false;
	if (n->kind == NODE_BOOL)
		out->v = val_bool(n->truth);
	else if (n->kind == NODE_STRING)
		out->v = val_str(n->lit.text);
	else
		out->v = number_val(r, n);
}

/* A constant for a parameter. */
static void constant_for(struct tmpl_run *r, const struct node *n,
			 const struct val_type *t, struct val *out)
{
	struct slot s;
	struct text text = {.a = r->a};

	if (t->kind == KIND_INTERFACE || t == &type_reflect) {
		eval_constant(r, n, &s);
		*out = s.v;
		return;
	}
	switch (t->kind) {
	case KIND_BOOL:
		if (n->kind != NODE_BOOL)
			expected(r, "bool", n);
		*out = val_bool(n->truth);
		out->type = t;
		return;
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_COMPLEX:
		number_for(r, n, t, out);
		return;
	case KIND_STRING:
		if (n->kind != NODE_STRING)
			expected(r, "string", n);
		*out = val_str(n->lit.text);
		out->type = t;
		return;
	case KIND_SLICE:
	case KIND_MAP:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
	case KIND_INVALID:
		break;
	}
	node_print(&text, n);
	run_error(r, "can't handle %.*s for arg of type %s", (int)text.n,
		  text.p, t->name);
}

void eval_arg(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	      const struct val_type *t, struct val *out)
{
	struct slot s;

	r->node = n;
	switch ((enum node_kind)n->kind) {
	case NODE_DOT:
		s = *dot;
		break;
	case NODE_NIL:
		if (!can_be_nil(t))
			run_error(r, "cannot assign nil to %s", t->name);
		*out = nil_of(t);
		return;
	case NODE_FIELD:
	case NODE_CHAIN:
	case NODE_VAR:
		eval_path(r, dot, n, NULL, NULL, &s);
		break;
	case NODE_PIPE:
		eval_pipeline(r, dot, n, &s);
		break;
	case NODE_FUNC:
		call_func(r, dot, n, n, NULL, NULL, &s);
		break;
	case NODE_BOOL:
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_TEXT:
	case NODE_ACTION:
	case NODE_IF:
	case NODE_WITH:
	case NODE_RANGE:
	case NODE_TEMPLATE:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_LIST:
	case NODE_CMD:
		constant_for(r, n, t, out);
		return;
	}
	convert(r, &s, t, out);
}

/* --- calls --- */

static size_t count_args(struct tmpl_run *r, const char *name,
			 const struct sig *sig, const struct node *args,
			 const struct slot *final)
{
	size_t written = 0, n;

	for (; args; args = args->next)
		written++;
	n = written + (final != NULL);
	if (sig->variadic) {
		if (n + 1 < sig->n)
			run_error(r,
				  "wrong number of args for %s: want at least "
				  "%d got %zu",
				  name, sig->n - 1, written);
	} else if (n != sig->n) {
		run_error(r, "wrong number of args for %s: want %d got %zu",
			  name, sig->n, n);
	}
	return n;
}

static const struct val_type *param(const struct sig *sig, size_t i)
{
	return sig->param[sig->n && i >= sig->n ? sig->n - 1u : i];
}

/* Fills v[0..n). */
static void eval_args(struct tmpl_run *r, const struct slot *dot,
		      const struct sig *sig, const struct node *args,
		      const struct slot *final, struct val *v)
{
	size_t i = 0;

	for (; args; args = args->next, i++)
		eval_arg(r, dot, args, param(sig, i), &v[i]);
	if (final)
		convert(r, final, param(sig, i), &v[i]);
}

/* The call itself. self: a method's receiver, as first argument. */
static void invoke(struct tmpl_run *r, const char *name, tmpl_fn *fn,
		   const struct sig *sig, const struct node *at,
		   const struct val *v, size_t n, struct slot *out)
{
	struct val result = {0};

	r->call.name = name;
	if (fn(&r->call, v, n, &result) < 0) {
		r->node = at;
		run_error(r, "error calling %s: %s", name,
			  arena_strdup(r->a, r->e->text));
	}
	out->iface = sig->result->kind == KIND_INTERFACE;
	if (!result.type)
		result = val_zero(sig->result);
	out->v = result;
}

static bool is_denied(struct tmpl_run *r, const struct func *f)
{
	uint8_t *d = &r->denied[f->number];

	if (f->builtin || !r->host || !r->host->denied)
		return false;
	if (!*d)
		*d = r->host->denied(r->host->ctx, f->name) ? 2 : 1;
	return *d == 2;
}

static int denied_fn(struct tmpl_call *c, const struct val *args, size_t n,
		     struct val *out)
{
	(void)args;
	(void)n;
	(void)out;
	return err_set(c->err, 0, "function is disabled");
}

/* and, or: arguments are evaluated until one decides. */
static void call_lazy(struct tmpl_run *r, const struct slot *dot, bool is_or,
		      const struct node *args, const struct slot *final,
		      struct slot *out)
{
	struct val v = {0};

	for (; args; args = args->next) {
		eval_arg(r, dot, args, &type_reflect, &v);
		if (val_truth(&v) == is_or) {
			final = NULL;
			break;
		}
	}
	if (final)
		v = final->v;
	out->iface = v.type == &type_any;
	if (out->iface)
		v = val_none();
	out->v = v;
}

/* call knows how its function was written. */
static void name_callee(struct tmpl_run *r, const struct node *arg,
			struct val *v)
{
	struct text t = {.a = r->a};

	if (arg)
		node_print(&t, arg);
	else if (val_kind(v) == KIND_STRING)
		text_add(&t, v->s.p, v->s.n);
	else
		text_adds(&t,
			  arena_printf(r->a, "<%s Value>", val_type_name(v)));
	v[1] = v[0];
	v[0] = val_str(text_str(&t));
}

void call_func(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	       const struct node *at, const struct node *args,
	       const struct slot *final, struct slot *out)
{
	static const struct val_type *const string[] = {&type_string};
	static const struct sig denied_sig = {(const struct val_type **)string,
					      &type_string, 1, true};
	const struct func *f = n->func;
	bool denied = is_denied(r, f);
	const struct sig *sig = denied ? &denied_sig : &f->sig;
	struct args *chunk = r->args;
	size_t used = chunk->used, count;
	struct val *v;

	r->node = n;
	count = count_args(r, f->name, sig, args, final);
	if (f->special == FUNC_AND || f->special == FUNC_OR) {
		call_lazy(r, dot, f->special == FUNC_OR, args, final, out);
		return;
	}
	v = args_take(r, count + (f->special == FUNC_DYNAMIC));
	eval_args(r, dot, sig, args, final, v);
	if (f->special == FUNC_DYNAMIC)
		name_callee(r, args, v);
	invoke(r, f->name, denied ? denied_fn : f->f->fn, sig, at, v, count,
	       out);
	r->args = chunk;
	chunk->used = used;
}

/* The signature of a method, parsed once. */
static const struct sig *method_sig(struct tmpl_run *r,
				    const struct val_method *m)
{
	const struct val *v = val_map_gets(&r->methods, str_of(m->sig));
	struct sig *sig;

	if (v)
		return v->func;
	sig = arena_alloc(r->a, sizeof(*sig));
	if (sig_parse(r->a, r->t->funcs, m->sig, sig, r->e) < 0)
		run_error(r, "%s", arena_strdup(r->a, r->e->text));
	val_map_sets(r->a, &r->methods, str_of(m->sig),
		     (struct val){.type = &type_int, .func = sig});
	return sig;
}

void call_method(struct tmpl_run *r, const struct slot *dot,
		 const struct node *n, const struct val_method *m,
		 const struct node *args, const struct slot *final,
		 struct slot *s)
{
	struct args *chunk = r->args;
	size_t used = chunk->used, count;
	const struct sig *sig;
	struct val *v;

	if (m->sig[0] == '!' && m->sig[1] == '!')
		run_error(r,
			  "function %s has %s return values; should be 1 or 2",
			  m->name, m->sig + 2);
	if (m->sig[0] == '!')
		run_error(r, "invalid function signature for %s: %s", m->name,
			  m->sig + 1);
	sig = method_sig(r, m);
	count = count_args(r, m->name, sig, args, final);
	v = args_take(r, count + 1);

	v[0] = s->v;
	eval_args(r, dot, sig, args, final, v + 1);
	invoke(r, m->name, m->fn, sig, n, v, count + 1, s);
	r->args = chunk;
	chunk->used = used;
}

// SPDX-License-Identifier: MIT
/* eval - pipelines, commands, and paths of fields, methods and keys. Every
 * step notes its node first, because an error shows the last one noted.
 * Source: Go's text/template, as facts. */
#include "tmpl/run.h"

/* --- variables --- */

void run_push_var(struct tmpl_run *r, uint32_t name, const struct slot *s)
{
	if (r->nvars == r->vars_cap) {
		size_t size = sizeof(*r->vars), cap = r->vars_cap;

		r->vars_cap = cap ? 2 * cap : 16;
		r->vars = arena_grow(r->a, r->vars, cap * size,
				     r->vars_cap * size);
	}
	r->vars[r->nvars++] = (struct var){name, *s};
}

static struct slot *find_var(struct tmpl_run *r, const struct node *var)
{
	for (size_t i = r->nvars; i-- > r->base;)
		if (r->vars[i].name == var->var)
			return &r->vars[i].s;
	run_error(r, "undefined variable: %.*s", (int)var->path.name.n,
		  var->path.name.p);
}

void run_set_var(struct tmpl_run *r, const struct node *var,
		 const struct slot *s)
{
	*find_var(r, var) = *s;
}

/* --- fields --- */

static const struct cache *look_up(struct tmpl_run *r, const struct ident *id,
				   const struct val_type *t)
{
	struct cache *c = &r->cache[id->cache];

	if (c->type != t) {
		c->type = t;
		c->method = val_method(t, id->name);
		c->field = val_field_index(t, id->name);
	}
	return c;
}

NORETURN static void no_field(struct tmpl_run *r, const struct ident *id,
			      const struct slot *s)
{
	run_error(r, "can't evaluate field %.*s in type %s", (int)id->name.n,
		  id->name.p, slot_type(s));
}

NORETURN static void nil_field(struct tmpl_run *r, const struct ident *id,
			       const struct slot *s)
{
	run_error(r, "nil pointer evaluating %s.%.*s", slot_type(s),
		  (int)id->name.n, id->name.p);
}

static void struct_field(struct tmpl_run *r, const struct ident *id, int i,
			 bool has_args, struct slot *s)
{
	const struct val_type *st = val_struct_type(s->v.type);
	const struct val_field *f = st ? &st->fields[i] : NULL;

	if (!f)
		no_field(r, id, s);
	if (!s->v.fields && s->v.type->kind == KIND_PTR)
		nil_field(r, id, s);
	if (f->name[0] >= 'a' && f->name[0] <= 'z')
		run_error(r, "%s is an unexported field of struct type %s",
			  f->name, slot_type(s));
	if (has_args)
		run_error(r,
			  "%s has arguments but cannot be invoked as function",
			  f->name);
	s->v = s->v.fields ? s->v.fields[i] : val_zero(f->type);
	s->iface = f->type->kind == KIND_INTERFACE;
}

static void map_key(struct tmpl_run *r, const struct ident *id, bool has_args,
		    struct slot *s)
{
	const struct val_type *elem = s->v.type->elem;
	const struct val *v;

	if (has_args)
		run_error(r, "%.*s is not a method but has arguments",
			  (int)id->name.n, id->name.p);
	v = val_map_gets(&s->v, id->name);
	if (!v && r->missing == TMPL_MISSING_ERROR)
		run_error(r, "map has no entry for key %s",
			  print_quoted(r->a, id->name));
	s->v = v ? *v : val_zero(elem);
	s->iface = elem->kind == KIND_INTERFACE;
}

/* s: in the value that the field is of, out the field's. */
static void eval_field(struct tmpl_run *r, const struct slot *dot,
		       const struct node *n, const struct ident *id,
		       const struct node *args, const struct slot *final,
		       struct slot *s)
{
	const struct val_type *t = s->v.type;
	const struct cache *c;
	bool has_args = args || final;

	if (!t) {
		if (s->iface)
			nil_field(r, id, s);
		if (r->missing == TMPL_MISSING_ERROR)
			run_error(r, "nil data; no entry for key %s",
				  print_quoted(r->a, id->name));
		return;
	}
	c = look_up(r, id, t);
	if (c->method)
		call_method(r, dot, n, c->method, args, final, s);
	else if (c->field >= 0)
		struct_field(r, id, c->field, has_args, s);
	else if (t->kind == KIND_MAP && (t->key->kind == KIND_INTERFACE ||
					 val_type_same(t->key, &type_string)))
		map_key(r, id, has_args, s);
	else
		no_field(r, id, s);
}

/* .a.b, (x).a.b and $x.a.b; the last component gets the arguments. */
void eval_path(struct tmpl_run *r, const struct slot *dot, const struct node *n,
	       const struct node *args, const struct slot *final,
	       struct slot *out)
{
	r->node = n;
	if (n->kind == NODE_FIELD) {
		*out = *dot;
	} else if (n->kind == NODE_VAR) {
		*out = *find_var(r, n);
	} else {
		const struct node *base = n->path.base;

		r->node = base;
		if (base->kind == NODE_PIPE)
			eval_pipeline(r, dot, base, out);
		else
			call_func(r, dot, base, base, NULL, NULL, out);
	}
	for (uint32_t i = 0; i < n->n; i++) {
		bool last = i + 1 == n->n;

		eval_field(r, dot, n, &n->path.id[i], last ? args : NULL,
			   last ? final : NULL, out);
	}
}

/* --- commands --- */

/* Only functions, methods and the like take arguments. */
static void no_args(struct tmpl_run *r, const struct node *cmd,
		    const struct slot *final)
{
	struct text t = {.a = r->a};

	if (cmd->n < 2 && !final)
		return;
	node_print(&t, cmd->first);
	run_error(r, "can't give argument to non-function %.*s", (int)t.n, t.p);
}

static void eval_command(struct tmpl_run *r, const struct slot *dot,
			 const struct node *cmd, const struct slot *final,
			 struct slot *out)
{
	const struct node *n = cmd->first;

	if (n->kind == NODE_FUNC) {
		call_func(r, dot, n, cmd, n->next, final, out);
	} else if (n->kind == NODE_FIELD || n->kind == NODE_CHAIN ||
		   (n->kind == NODE_VAR && n->n)) {
		eval_path(r, dot, n, n->next, final, out);
	} else if (n->kind == NODE_VAR) {
		eval_path(r, dot, n, NULL, NULL, out);
		no_args(r, cmd, final);
	} else if (n->kind == NODE_PIPE) {
		no_args(r, cmd, final);
		eval_pipeline(r, dot, n, out);
	} else {
		r->node = n;
		no_args(r, cmd, final);
		if (n->kind == NODE_NIL)
			run_error(r, "nil is not a command");
		if (n->kind == NODE_DOT)
			*out = *dot;
		else
			eval_constant(r, n, out);
	}
}

void eval_pipeline(struct tmpl_run *r, const struct slot *dot,
		   const struct node *pipe, struct slot *out)
{
	struct slot final;

	if (!pipe) {
		*out = (struct slot){0};
		return;
	}
	r->node = pipe;
	run_check_stack(r);
	eval_command(r, dot, pipe->p.cmds, NULL, out);
	out->iface = false;
	for (const struct node *c = pipe->p.cmds->next; c; c = c->next) {
		final = *out;
		eval_command(r, dot, c, &final, out);
		out->iface = false;
	}
	for (int i = 0; i < pipe->ndecl; i++) {
		if (pipe->assign)
			run_set_var(r, pipe->p.decl[i], out);
		else
			run_push_var(r, pipe->p.decl[i]->var, out);
	}
}

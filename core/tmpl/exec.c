// SPDX-License-Identifier: MIT
/* exec - statements: text, actions, branches, ranges, template invocations.
 * What is open (a list of statements, a range, an invocation) is a frame on a
 * list of our own, so the depth of templates costs memory but no C stack.
 * Source: Go's text/template, as facts. */
#include <errno.h>

#include "tmpl/run.h"

enum frame_kind { FRAME_LIST, FRAME_RANGE, FRAME_CALL };

struct frame {
	struct frame *below;
	enum frame_kind kind;
	const struct node *n; /* LIST: the next statement; RANGE: the range */
	struct slot dot;
	size_t mark; /* LIST, RANGE: variables that outlive it */
	union {
		struct {
			struct val over; /* list, integer or channel */
			const struct val_entry *e; /* map: its entries */
			size_t i, n;
			bool ran;
		} range;
		struct { /* CALL: what to return to */
			struct str name;
			size_t base;
		} call;
	};
};

/* --- errors --- */

void run_error(struct tmpl_run *r, const char *fmt, ...)
{
	struct text context = {.a = r->a};
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(r->a, fmt, ap);
	va_end(ap);
	if (r->node) {
		node_print(&context, r->node);
		err_set(r->e, 0, "template: %s: executing %s at <%.*s>: %s",
			node_place(r->a, r->t, r->node),
			print_quoted(r->a, r->name), (int)context.n,
			context.n ? context.p : "", text);
	} else {
		err_set(r->e, 0, "template: %.*s: %s", (int)r->name.n,
			r->name.p, text);
	}
	longjmp(*r->fail, 2);
}

void run_check_stack(struct tmpl_run *r)
{
	const char here = 0;

	if ((size_t)(r->stack - &here) > r->t->stack)
		run_error(r, "max expression depth exceeded");
}

/* --- output --- */

static void put(struct tmpl_run *r, struct str s)
{
	if (r->text)
		text_add(r->text, s.p, s.n);
	else if (s.n && buf_add(r->out, s.p, s.n) < 0)
		run_error(r, "output is larger than %zu bytes", r->out->max);
}

bool printable(const struct val *v, struct val *out)
{
	*out = *v;
	if (!v->type) {
		*out = val_cstr("<no value>");
		return true;
	}
	if (v->type->kind == KIND_PTR && !v->type->string)
		*out = deref(v);
	return (v->type->kind != KIND_CHAN && v->type->kind != KIND_FUNC) ||
	       v->type->string;
}

static void print_action(struct tmpl_run *r, const struct node *n,
			 const struct val *v)
{
	char digits[NUM_TEXT];
	struct text t = {.a = r->a};
	struct val x;

	r->node = n;
	if (v->type == &type_string) {
		put(r, v->s);
	} else if (v->type == &type_int || v->type == &type_int64) {
		put(r, str_n(digits, num_put_i64(digits, v->i)));
	} else if (printable(v, &x)) {
		r->scratch.n = 0;
		print_value(&r->scratch, &x);
		put(r, text_str(&r->scratch));
	} else {
		node_print(&t, n);
		run_error(r, "can't print %.*s of type %s", (int)t.n, t.p,
			  v->type->name);
	}
}

/* --- frames --- */

static struct frame *push_frame(struct tmpl_run *r, enum frame_kind kind,
				const struct node *n, const struct slot *dot)
{
	struct frame *f = r->spare;

	if (f)
		r->spare = f->below;
	else
		f = arena_alloc(r->a, sizeof(*f));
	f->kind = kind;
	f->n = n;
	f->dot = *dot;
	f->mark = r->nvars;
	f->below = r->top;
	r->top = f;
	return f;
}

static void drop_frame(struct tmpl_run *r)
{
	struct frame *f = r->top;

	r->top = f->below;
	f->below = r->spare;
	r->spare = f;
}

/* --- branches --- */

static void branch(struct tmpl_run *r, const struct frame *f,
		   const struct node *n)
{
	size_t mark = r->nvars;
	const struct node *list;
	struct slot s;
	bool truth;

	eval_pipeline(r, &f->dot, n->br.pipe, &s);
	truth = val_truth(&s.v);
	list = truth ? n->br.list : n->br.other;
	if (!list) {
		r->nvars = mark;
		return;
	}
	push_frame(r, FRAME_LIST, list->first,
		   truth && n->kind == NODE_WITH ? &s : &f->dot)
		->mark = mark;
}

/* --- range --- */

/* A copy of a map's entries: the body may change the map. */
static const struct val_entry *snapshot(struct tmpl_run *r, const struct val *m,
					size_t *n)
{
	const struct val_entry *e = val_map_entries(m, n);
	struct val_entry *copy;

	if (!*n)
		return e;
	copy = arena_array(r->a, *n, sizeof(*copy));
	memcpy(copy, e, *n * sizeof(*copy));
	return copy;
}

static void open_range(struct tmpl_run *r, const struct frame *around,
		       const struct node *n)
{
	size_t mark = r->nvars, count = 0;
	const struct val_entry *e = NULL;
	struct frame *f;
	struct slot s;
	struct val v;

	r->node = n;
	eval_pipeline(r, &around->dot, n->br.pipe, &s);
	v = deref(&s.v);
	if (val_kind(&v) == KIND_INT || val_kind(&v) == KIND_UINT) {
		if (n->br.pipe->ndecl > 1)
			run_error(r,
				  "can't use %s to iterate over more than one "
				  "variable",
				  print_str(r->a, &v).p);
		count = v.type->kind == KIND_UINT || v.i > 0 ? v.u : 0;
	} else if (val_kind(&v) == KIND_SLICE) {
		count = val_len_list(&v);
	} else if (val_kind(&v) == KIND_MAP) {
		e = snapshot(r, &v, &count);
	} else if (val_kind(&v) != KIND_CHAN && val_kind(&v) != KIND_INVALID) {
		run_error(r, "range can't iterate over %s",
			  print_str(r->a, &v).p);
	}
	f = push_frame(r, FRAME_RANGE, n, &around->dot);
	f->mark = mark;
	f->range.over = v;
	f->range.e = e;
	f->range.i = 0;
	f->range.n = count;
	f->range.ran = false;
}

/* The next index and element; false at the end. */
static bool range_next(struct frame *f, struct slot *index, struct slot *elem)
{
	const struct val *v = &f->range.over;
	struct val_chan *c;
	size_t i = f->range.i++;

	*index = (struct slot){0};
	if (val_kind(v) == KIND_CHAN) {
		c = v->chan;
		if (!c || c->from >= c->to)
			return false;
		*index = (struct slot){val_int((int64_t)i), false};
		*elem = (struct slot){val_int64(c->from++), false};
		elem->v.type = v->type->elem;
		return true;
	}
	if (i >= f->range.n)
		return false;
	if (val_kind(v) == KIND_SLICE) {
		*index = (struct slot){val_int((int64_t)i), false};
		*elem = (struct slot){val_at(v, i),
				      v->type->elem->kind == KIND_INTERFACE};
	} else if (val_kind(v) == KIND_MAP) {
		*index = (struct slot){f->range.e[i].key,
				       v->type->key->kind == KIND_INTERFACE};
		*elem = (struct slot){f->range.e[i].v,
				      v->type->elem->kind == KIND_INTERFACE};
	} else {
		*elem = (struct slot){*v, false};
		elem->v.u = i;
	}
	return true;
}

/* Gives the variables of a range their values for one iteration. */
static void range_vars(struct tmpl_run *r, const struct node *pipe,
		       const struct slot *index, const struct slot *elem)
{
	bool two = pipe->ndecl > 1;

	if (pipe->assign) {
		if (pipe->ndecl)
			run_set_var(r, pipe->p.decl[0], two ? index : elem);
		if (two)
			run_set_var(r, pipe->p.decl[1], elem);
	} else {
		if (pipe->ndecl)
			r->vars[r->nvars - 1].s = *elem;
		if (two)
			r->vars[r->nvars - 2].s = *index;
	}
}

/* One more iteration, or the end of the range. */
static void step_range(struct tmpl_run *r, struct frame *f)
{
	const struct node *n = f->n;
	struct slot index, elem;

	if (range_next(f, &index, &elem)) {
		f->range.ran = true;
		range_vars(r, n->br.pipe, &index, &elem);
		push_frame(r, FRAME_LIST, n->br.list->first, &elem);
		return;
	}
	if (!f->range.ran && n->br.other) {
		/* the frame goes on as the list of the else branch */
		f->kind = FRAME_LIST;
		f->n = n->br.other->first;
		return;
	}
	r->nvars = f->mark;
	drop_frame(r);
}

/* {{break}} ends the innermost range, {{continue}} its iteration. */
static void jump(struct tmpl_run *r, enum node_kind kind)
{
	while (r->top->kind != FRAME_RANGE) {
		r->nvars = r->top->mark;
		drop_frame(r);
	}
	if (kind == NODE_BREAK) {
		r->nvars = r->top->mark;
		drop_frame(r);
	}
}

/* --- templates --- */

/* Starts a template: its $ is the dot, other variables are out of sight. */
static void enter(struct tmpl_run *r, const struct tree *tree,
		  const struct slot *dot)
{
	struct frame *f = push_frame(r, FRAME_CALL, NULL, dot);

	f->call.name = r->name;
	f->call.base = r->base;
	r->name = tree->name;
	r->base = r->nvars;
	r->depth++;
	run_push_var(r, 0, dot); /* "$" is the first name of all */
	push_frame(r, FRAME_LIST, tree->root->first, dot);
}

static void leave(struct tmpl_run *r, const struct frame *f)
{
	r->name = f->call.name;
	r->base = f->call.base;
	r->nvars = f->mark;
	r->depth--;
	drop_frame(r);
}

static void invoke_template(struct tmpl_run *r, const struct frame *f,
			    const struct node *n)
{
	struct slot s;

	r->node = n;
	if (!n->call.tree)
		run_error(r, "template %s not defined",
			  print_quoted(r->a, n->call.name));
	if (r->depth > TMPL_DEPTH)
		run_error(r, "exceeded maximum template depth (%d)", TMPL_DEPTH);
	eval_pipeline(r, &f->dot, n->call.pipe, &s);
	enter(r, n->call.tree, &s);
}

static void step(struct tmpl_run *r, const struct frame *f, const struct node *n)
{
	struct slot s;

	switch ((enum node_kind)n->kind) {
	case NODE_TEXT:
		put(r, n->text);
		break;
	case NODE_ACTION:
		eval_pipeline(r, &f->dot, n->br.pipe, &s);
		if (!n->br.pipe->ndecl)
			print_action(r, n, &s.v);
		break;
	case NODE_IF:
	case NODE_WITH:
		branch(r, f, n);
		break;
	case NODE_RANGE:
		open_range(r, f, n);
		break;
	case NODE_TEMPLATE:
		invoke_template(r, f, n);
		break;
	case NODE_BREAK:
	case NODE_CONTINUE:
		jump(r, (enum node_kind)n->kind);
		break;
	case NODE_LIST:
	case NODE_PIPE:
	case NODE_CMD:
	case NODE_FUNC:
	case NODE_FIELD:
	case NODE_CHAIN:
	case NODE_VAR:
	case NODE_DOT:
	case NODE_NIL:
	case NODE_BOOL:
	case NODE_NUMBER:
	case NODE_STRING:
		break;
	}
}

/* Runs until the frames above `bottom` are done. */
static void run_tree(struct tmpl_run *r, const struct tree *tree,
		     const struct slot *dot)
{
	const struct frame *bottom = r->top;
	struct frame *f;

	enter(r, tree, dot);
	while ((f = r->top) != bottom) {
		if (f->kind == FRAME_RANGE) {
			step_range(r, f);
		} else if (f->kind == FRAME_CALL) {
			leave(r, f);
		} else if (f->n) {
			const struct node *n = f->n;

			f->n = n->next;
			step(r, f, n);
		} else {
			r->nvars = f->mark;
			drop_frame(r);
		}
	}
}

/* --- entry points --- */

/* The nested execution has state of its own but for memory; on an error the
 * outer one's comes back too. */
static int run_nested(struct tmpl_run *r, const struct tree *tree,
		      const struct slot *dot, struct text *out)
{
	struct tmpl_run was = *r;
	struct args *chunk = r->args;
	size_t used = chunk->used;
	jmp_buf fail;
	int failed;

	r->fail = &fail;
	r->text = out;
	failed = setjmp(fail);
	if (!failed)
		run_tree(r, tree, dot);
	r->fail = was.fail;
	r->text = was.text;
	r->node = was.node;
	r->name = was.name;
	r->depth = was.depth;
	r->nvars = was.nvars;
	r->base = was.base;
	r->top = was.top;
	r->call.name = was.call.name;
	r->args = chunk;
	chunk->used = used;
	return failed ? -1 : 0;
}

int tmpl_execute_template(struct tmpl_call *c, struct str name,
			  const struct val *data, struct val *out)
{
	struct tmpl_run *r = c->run;
	const struct tree *tree = tree_find(r->t, name);
	struct slot dot = {*data, false};
	struct text text = {.a = r->a};
	const char here = 0;

	if (!tree)
		return err_set(r->e, 0,
			       "template: no template %s associated with "
			       "template %s",
			       print_quoted(r->a, name),
			       print_quoted(r->a, str_of(r->t->name)));
	if (r->depth > TMPL_DEPTH || (size_t)(r->stack - &here) > r->t->stack)
		return err_set(r->e, 0, "exceeded maximum template depth (%d)",
			       TMPL_DEPTH);
	if (run_nested(r, tree, &dot, &text) < 0)
		return -1;
	*out = val_str(text_str(&text));
	return 0;
}

static void set_up(struct tmpl_run *r, const struct tmpl *t, struct arena *a)
{
	r->t = t;
	r->a = a;
	r->name = str_of(t->name);
	r->cache = arena_array(a, t->ncache + 1, sizeof(*r->cache));
	r->denied = arena_alloc(a, t->nfunc + 1);
	r->methods = val_map(a, &type_map_any);
	r->args = args_chunk(a, 0);
	r->scratch.a = a;
	r->call = (struct tmpl_call){
		.arena = a, .host = r->host, .run = r, .err = r->e};
}

int tmpl_exec(const struct tmpl *t, const struct tmpl_host *h,
	      enum tmpl_missing missing, struct val data, struct buf *out,
	      struct arena *a, struct err *e)
{
	struct err unseen = {0};
	struct tmpl_run r = {
		.host = h, .missing = missing, .out = out, .e = e ? e : &unseen};
	struct slot dot = {data, false};
	jmp_buf *was = a->oom, fail;
	const char here = 0;
	int failed;

	r.fail = a->oom = &fail;
	r.stack = &here;
	failed = setjmp(fail);
	if (!failed) {
		set_up(&r, t, a);
		run_tree(&r, t->main, &dot);
	}
	a->oom = was;
	if (failed == 1) {
		err_set(r.e, 0, "template: %s: out of memory", t->name);
		r.e->num = ENOMEM;
	}
	return failed ? -1 : 0;
}

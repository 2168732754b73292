// SPDX-License-Identifier: MIT
/* debug - values with their types, as go-spew shows them. Maps come sorted.
 * Source: github.com/davecgh/go-spew (dump.go, format.go), as facts. */
#include "funcs/ask.h"
#include "funcs/themes.h"

enum { DEPTH_MAX = 200 };

struct spew {
	struct text *t;
	int depth;
	bool no_type;	/* the next value's type is known */
	bool no_indent; /* the next value goes on in this line */
	bool types, names; /* of a format: # and + */
};

static void dump(struct spew *s, const struct val *v,
		 const struct val_type *elem);

static void indent(struct spew *s)
{
	if (!s->no_indent)
		text_addn(s->t, ' ', (size_t)s->depth);
	s->no_indent = false;
}

static void put_type(struct spew *s, const char *name)
{
	text_addc(s->t, '(');
	text_adds(s->t, name);
	text_addc(s->t, ')');
}

static size_t length(const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_STRING:
		return v->s.n;
	case KIND_SLICE:
		return val_len_list(v);
	case KIND_MAP:
		return val_map_len(v);
	case KIND_INVALID:
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_COMPLEX:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		break;
	}
	return 0;
}

/* 16 bytes a line, as hexdump -C. */
static void hex_lines(struct spew *s, struct str b)
{
	for (size_t i = 0; i < b.n; i += 16) {
		text_addn(s->t, ' ', (size_t)s->depth);
		text_f(s->t, "%08zx ", i);
		for (size_t k = i; k < i + 16; k++) {
			if (k % 8 == 0)
				text_addc(s->t, ' ');
			if (k < b.n)
				text_f(s->t, "%02x ", (unsigned char)b.p[k]);
			else
				text_adds(s->t, "   ");
		}
		text_adds(s->t, " |");
		for (size_t k = i; k < i + 16 && k < b.n; k++)
			text_addc(s->t, b.p[k] >= ' ' && b.p[k] <= '~'
						? b.p[k]
						: '.');
		text_adds(s->t, "|\n");
	}
}

static void dump_list(struct spew *s, const struct val *v)
{
	size_t n = val_len_list(v);

	if (val_is_bytes(v)) {
		hex_lines(s, val_bytes_str(s->t->a, v));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);

		dump(s, &x, v->type->elem);
		text_adds(s->t, i + 1 < n ? ",\n" : "\n");
	}
}

static void dump_map(struct spew *s, const struct val *v)
{
	size_t n;
	const struct val_entry *e = val_map_entries(v, &n);

	for (size_t i = 0; i < n; i++) {
		dump(s, &e[i].key, v->type->key);
		text_adds(s->t, ": ");
		s->no_indent = true;
		dump(s, &e[i].v, v->type->elem);
		text_adds(s->t, i + 1 < n ? ",\n" : "\n");
	}
}

static void dump_fields(struct spew *s, const struct val *v)
{
	const struct val_type *st = val_struct_type(v->type);

	for (size_t i = 0; st && i < st->nfields; i++) {
		indent(s);
		text_adds(s->t, st->fields[i].name);
		text_adds(s->t, ": ");
		s->no_indent = true;
		dump(s, &v->fields[i], st->fields[i].type);
		text_adds(s->t, i + 1 < st->nfields ? ",\n" : "\n");
	}
}

static void dump_block(struct spew *s, const struct val *v)
{
	bool is_nil = val_kind(v) == KIND_SLICE ? !v->list
		      : val_kind(v) == KIND_MAP && !v->map;

	if (is_nil || s->depth >= DEPTH_MAX) {
		text_adds(s->t, is_nil ? "<nil>" : "<max depth reached>");
		return;
	}
	text_adds(s->t, "{\n");
	s->depth++;
	if (val_kind(v) == KIND_SLICE)
		dump_list(s, v);
	else if (val_kind(v) == KIND_MAP)
		dump_map(s, v);
	else
		dump_fields(s, v);
	s->depth--;
	indent(s);
	text_addc(s->t, '}');
}

/* Simple values, and those that print themselves. */
static void put_plain(struct spew *s, const struct val *v, bool quoted)
{
	if (quoted && val_kind(v) == KIND_STRING && !v->type->string)
		print_quote(s->t, v->s, false);
	else if (val_kind(v) == KIND_CHAN || val_kind(v) == KIND_FUNC)
		text_f(s->t, "%p", v->func);
	else
		print_value(s->t, v);
}

static bool is_block(const struct val *v)
{
	enum val_kind k = val_kind(v);

	return (k == KIND_SLICE || k == KIND_MAP || k == KIND_STRUCT) &&
	       !v->type->string;
}

static void dump_pointer(struct spew *s, const struct val *v)
{
	struct val to = *v;

	put_type(s, v->type->name);
	if (!v->fields) {
		text_adds(s->t, "(<nil>)");
		return;
	}
	text_f(s->t, "(%p)(", (const void *)v->fields);
	to.type = v->type->elem;
	s->no_type = s->no_indent = true;
	dump(s, &to, to.type);
	text_addc(s->t, ')');
}

static void dump(struct spew *s, const struct val *v,
		 const struct val_type *elem)
{
	size_t n = length(v);

	indent(s);
	if (val_kind(v) == KIND_PTR) {
		dump_pointer(s, v);
		return;
	}
	if (!s->no_type) {
		put_type(s, v->type ? v->type->name : elem->name);
		text_addc(s->t, ' ');
	}
	s->no_type = false;
	if (n && val_kind(v) == KIND_SLICE)
		text_f(s->t, "(len=%zu cap=%zu) ", n, v->list->cap);
	else if (n)
		text_f(s->t, "(len=%zu) ", n);
	if (!v->type)
		text_adds(s->t, "<nil>");
	else if (is_block(v))
		dump_block(s, v);
	else
		put_plain(s, v, true);
}

static struct str dump_all(struct tmpl_call *c, const struct val *args,
			   size_t n)
{
	struct text t = text_in(c);
	struct spew s = {.t = &t};

	for (size_t i = 0; i < n; i++) {
		dump(&s, &args[i], &type_any);
		text_addc(&t, '\n');
	}
	return text_str(&t);
}

/* --- one line --- */

static void line(struct spew *s, const struct val *v)
{
	size_t n;
	const struct val_entry *e;
	struct val to = *v;

	if (val_kind(v) == KIND_PTR && v->fields) {
		if (s->types && !s->no_type)
			put_type(s, v->type->name);
		else
			text_adds(s->t, "<*>");
		if (s->names)
			text_f(s->t, "(%p)", (const void *)v->fields);
		to.type = v->type->elem;
		s->no_type = true;
		line(s, &to);
		return;
	}
	if (s->types && !s->no_type)
		put_type(s, v->type ? v->type->name : "interface {}");
	s->no_type = false;
	if (!v->type || (val_kind(v) == KIND_PTR && !v->fields)) {
		text_adds(s->t, "<nil>");
	} else if (!is_block(v) || ++s->depth > DEPTH_MAX) {
		put_plain(s, v, false);
	} else if (val_kind(v) == KIND_SLICE) {
		text_addc(s->t, '[');
		for (size_t i = 0; i < val_len_list(v); i++) {
			struct val x = val_at(v, i);

			text_adds(s->t, i ? " " : "");
			line(s, &x);
		}
		text_addc(s->t, ']');
	} else if (val_kind(v) == KIND_MAP) {
		e = val_map_entries(v, &n);
		text_adds(s->t, "map[");
		for (size_t i = 0; i < n; i++) {
			text_adds(s->t, i ? " " : "");
			s->no_type = true;
			line(s, &e[i].key);
			text_addc(s->t, ':');
			line(s, &e[i].v);
		}
		text_addc(s->t, ']');
	} else {
		text_addc(s->t, '{');
		for (size_t i = 0; i < v->type->nfields; i++) {
			text_adds(s->t, i ? " " : "");
			if (s->names || s->types) {
				text_adds(s->t, v->type->fields[i].name);
				text_addc(s->t, ':');
			}
			line(s, &v->fields[i]);
		}
		text_addc(s->t, '}');
	}
}

/* %v with its flags is ours, any other verb the language's. */
static struct str format_all(struct tmpl_call *c, const struct val *args,
			     size_t n)
{
	struct str f = args[0].s, spec;
	struct text t = text_in(c);
	size_t next = 1, len;
	ptrdiff_t at;

	while ((at = str_chr(f, '%')) >= 0) {
		text_s(&t, str_cut(f, 0, (size_t)at));
		f = str_cut(f, (size_t)at, f.n);
		len = 1;
		while (len < f.n && strchr("+-# 0123456789.", f.p[len]))
			len++;
		len += len < f.n;
		spec = str_cut(f, 0, len);
		f = str_cut(f, len, f.n);
		if (spec.p[len - 1] == 'v' && next < n) {
			struct spew s = {.t = &t,
					 .types = str_chr(spec, '#') >= 0,
					 .names = str_chr(spec, '+') >= 0};

			line(&s, &args[next++]);
			continue;
		}
		print_format(&t, spec, &args[next],
			     spec.p[len - 1] == '%' ? 0 : next < n);
		next += next < n && spec.p[len - 1] != '%';
	}
	text_s(&t, f);
	for (size_t i = next; i < n; i++) {
		struct spew s = {.t = &t};

		text_f(&t, "%s*spew.formatState=",
		       i == next ? "%!(EXTRA " : ", ");
		line(&s, &args[i]);
		text_adds(&t, i + 1 == n ? ")" : "");
	}
	return text_str(&t);
}

/*: spew_sdump VALUE...
 * {{ spew_sdump "hello" }} => (string) (len=5) "hello"
 */
FN(sdump)
{
	return ret_str(out, dump_all(c, args, n));
}

/*: spew_sprintf FORMAT VALUE...
 * {{ spew_sprintf "%v %#v" 1 "a" }} => 1 (string)a
 */
FN(sprintf_)
{
	return ret_str(out, format_all(c, args, n));
}

static int output(struct tmpl_call *c, struct str s, struct val *out)
{
	*out = val_cstr("");
	if (!c->host->output)
		return no_host(c);
	c->host->output(c->host->ctx, s);
	return 0;
}

/*: spew_dump VALUE...
 * {{ spew_dump 1 }} ~>
 */
FN(dump_fn)
{
	return output(c, dump_all(c, args, n), out);
}

/*: spew_printf FORMAT VALUE...
 * {{ spew_printf "%v\n" 1 }} ~>
 */
FN(printf_)
{
	return output(c, format_all(c, args, n), out);
}

static const struct tmpl_func table[] = {
	{"spew_dump", "..a:s", dump_fn},
	{"spew_printf", "s..a:s", printf_},
	{"spew_sdump", "..a:s", sdump},
	{"spew_sprintf", "s..a:s", sprintf_},
};

THEME(theme_debug, "debugging", table);

// SPDX-License-Identifier: MIT
/* toml_print - keys in byte order, plain values before tables, nested tables
 * indented by two, a blank line before each top-level table.
 * Source: BurntSushi/toml 1.5, as facts. */
#include "data/toml.h"

#include <math.h>

#include "base/num.h"

enum { DEPTH_MAX = 2000 }; /* also ends maps that hold themselves */

/* A dotted key, innermost first. */
struct path {
	const struct path *up;
	struct str name;
	int depth;
};

struct printer {
	struct buf *b;
	struct arena *arena;
	struct err *err;
	bool written;
	int depth;
};

/* What kind of thing a value is in TOML. */
enum what { NOTHING, VALUE, TABLE, TABLES, FAILED };

static int fail(struct printer *p, const char *msg)
{
	return err_set(p->err, 0, "%s", msg);
}

static void newline(struct printer *p)
{
	if (p->written)
		buf_addc(p->b, '\n');
}

static void indent(struct printer *p, const struct path *key)
{
	buf_addn(p->b, ' ', 2 * (size_t)(key->depth - 1));
	p->written = true;
}

/* --- strings and keys --- */

static void quoted(struct printer *p, struct str s)
{
	static const char names[] = "\"\\\b\t\n\f\r";
	static const char letters[] = "\"\\btnfr";

	buf_addc(p->b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *at = c ? strchr(names, c) : NULL;

		if (at)
			buf_addf(p->b, "\\%c", letters[at - names]);
		else if (c < 0x20 || c == 0x7F)
			buf_addf(p->b, "\\u%04x", c);
		else
			buf_addc(p->b, (char)c);
	}
	buf_addc(p->b, '"');
	p->written = true;
}

static void key_name(struct printer *p, struct str s)
{
	bool bare = s.n > 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		bare = bare && (ascii_alpha(c) || ascii_digit(c) || c == '_' ||
				c == '-');
	}
	if (bare)
		buf_add(p->b, s.p, s.n);
	else
		quoted(p, s);
}

static void key_path(struct printer *p, const struct path *key)
{
	if (key->up && key->up->depth) {
		key_path(p, key->up);
		buf_addc(p->b, '.');
	}
	key_name(p, key->name);
}

/* --- classes --- */

static enum what classify(struct printer *p, const struct val *v);

static enum what classify_list(struct printer *p, const struct val *v)
{
	size_t n = val_len_list(v);
	enum what all = n ? TABLES : VALUE;

	if (++p->depth > DEPTH_MAX)
		return fail(p, "toml: nested too deeply"), FAILED;
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);
		enum what w = classify(p, &x);

		if (w == FAILED)
			return w;
		if (w == NOTHING)
			return fail(p, "toml: cannot encode array with nil "
				       "element"),
			       FAILED;
		if (w != TABLE)
			all = VALUE;
	}
	p->depth--;
	return all;
}

static enum what classify(struct printer *p, const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_INVALID:
	case KIND_INTERFACE:
		return NOTHING;
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_STRING:
		return VALUE;
	case KIND_SLICE:
		return v->list ? classify_list(p, v) : NOTHING;
	case KIND_MAP:
		return v->map ? TABLE : NOTHING;
	case KIND_PTR:
	case KIND_STRUCT:
		if (v->fields && v->type->text)
			return VALUE;
		return v->fields ? TABLE : NOTHING;
	case KIND_COMPLEX:
		return fail(p, "unsupported type: complex128"), FAILED;
	case KIND_CHAN:
		return fail(p, "unsupported type: chan"), FAILED;
	case KIND_FUNC:
		return fail(p, "unsupported type: func"), FAILED;
	}
	return NOTHING;
}

/* --- values on one line --- */

static int table(struct printer *p, const struct path *key,
		 const struct val *v, bool in_line);

static void floating(struct printer *p, double f, int bits)
{
	char t[NUM_FLOAT];

	if (isnan(f) || isinf(f)) {
		buf_adds(p->b, signbit(f) ? "-" : "");
		buf_adds(p->b, isnan(f) ? "nan" : "inf");
		return;
	}
	num_put_float(t, f, 'f', -1, bits);
	buf_adds(p->b, t);
	if (!strchr(t, '.'))
		buf_adds(p->b, ".0");
}

static int json_number(struct printer *p, struct str s)
{
	int64_t i;
	double f;

	if (!s.n || num_i64(s, INT64_MIN, INT64_MAX, &i)) {
		buf_add(p->b, s.n ? s.p : "0", s.n ? s.n : 1);
		return 0;
	}
	if (!num_double(s, &f))
		return err_set(p->err, 0,
			       "toml: unable to convert \"%.*s\" to int64 or "
			       "float64",
			       (int)s.n, s.p);
	floating(p, f, 64);
	return 0;
}

static int element(struct printer *p, const struct val *v)
{
	static const struct path none = {0};
	char num[NUM_TEXT];
	struct str text;
	size_t n;

	p->written = true;
	switch ((int)val_kind(v)) {
	case KIND_BOOL:
		buf_adds(p->b, v->b ? "true" : "false");
		return 0;
	case KIND_INT:
		if (v->type->string)
			quoted(p, v->type->string(p->arena, v));
		else
			buf_add(p->b, num, num_put_i64(num, v->i));
		return 0;
	case KIND_UINT:
		buf_add(p->b, num, num_put_u64(num, v->u));
		return 0;
	case KIND_FLOAT:
		floating(p, v->f, v->type->bits == 32 ? 32 : 64);
		return 0;
	case KIND_STRING:
		if (v->type == &type_json_number)
			return json_number(p, v->s);
		quoted(p, v->s);
		return 0;
	case KIND_SLICE:
		break;
	default:
		if (!v->type->text)
			return table(p, &none, v, true);
		text = v->type->text(p->arena, v);
		if (v->type->text == v->type->string)
			quoted(p, text);
		else
			buf_add(p->b, text.p, text.n);
		return 0;
	}
	n = val_len_list(v);
	buf_addc(p->b, '[');
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);

		buf_adds(p->b, i ? ", " : "");
		if (element(p, &x) < 0)
			return -1;
	}
	buf_addc(p->b, ']');
	return 0;
}

/* --- tables --- */

static int tables(struct printer *p, const struct path *key,
		  const struct val *v)
{
	for (size_t i = 0; i < val_len_list(v); i++) {
		struct val x = val_at(v, i);

		newline(p);
		indent(p, key);
		buf_adds(p->b, "[[");
		key_path(p, key);
		buf_adds(p->b, "]]\n");
		if (table(p, key, &x, false) < 0)
			return -1;
	}
	return 0;
}

static int entry(struct printer *p, const struct path *key,
		 const struct val *v, enum what w, bool in_line)
{
	if (!in_line && w == TABLES)
		return tables(p, key, v);
	if (!in_line && w == TABLE) {
		if (key->depth == 1)
			newline(p);
		indent(p, key);
		buf_addc(p->b, '[');
		key_path(p, key);
		buf_adds(p->b, "]\n");
		return table(p, key, v, false);
	}
	indent(p, key);
	key_name(p, key->name);
	buf_adds(p->b, " = ");
	if (element(p, v) < 0)
		return -1;
	if (!in_line)
		newline(p);
	return 0;
}

/* Key i of a map or struct. */
static void member(const struct val *v, size_t i, struct str *name,
		   struct val *x)
{
	const struct val_type *t = val_struct_type(v->type);
	const struct val_entry *e;
	size_t n;

	if (t) {
		*name = str_of(t->fields[i].name);
		*x = v->fields[i];
		return;
	}
	e = val_map_entries(v, &n);
	*name = e[i].key.s;
	*x = e[i].v;
}

static bool is_sub(enum what w)
{
	return w == TABLE || w == TABLES;
}

/* One of the two rounds: values, then tables. The original counts commas over
 * entries that it then leaves out for being nil; so do we. */
static int round_of(struct printer *p, const struct path *up,
		    const struct val *v, size_t n, bool subs, bool in_line,
		    size_t commas)
{
	for (size_t i = 0; i < n; i++) {
		struct path key = {.up = up, .depth = up->depth + 1};
		struct val x;
		enum what w;

		member(v, i, &key.name, &x);
		w = classify(p, &x);
		if (w == FAILED)
			return -1;
		if (is_sub(w) != subs)
			continue;
		if (w == NOTHING) {
			commas -= commas > 0;
			continue;
		}
		if (entry(p, &key, &x, w, in_line) < 0)
			return -1;
		if (in_line && commas) {
			buf_adds(p->b, ", ");
			commas--;
		}
	}
	return 0;
}

static int table(struct printer *p, const struct path *key,
		 const struct val *v, bool in_line)
{
	const struct val_type *t = val_struct_type(v->type);
	size_t n = t ? t->nfields : val_map_len(v), direct = 0, subs = 0;
	struct path inner = *key;

	if (!t && v->type->key->kind != KIND_STRING)
		return fail(p, "toml: cannot encode a map with non-string key "
			       "type");
	if (++p->depth > DEPTH_MAX)
		return fail(p, "toml: nested too deeply");
	if (in_line)
		inner = (struct path){0};
	for (size_t i = 0; i < n; i++) {
		struct str name;
		struct val x;
		enum what w;

		member(v, i, &name, &x);
		w = classify(p, &x);
		if (w == FAILED)
			return -1;
		direct += !is_sub(w);
		subs += is_sub(w);
	}
	if (in_line)
		buf_addc(p->b, '{');
	if (round_of(p, &inner, v, n, false, in_line,
		     direct ? direct - (subs == 0) : 0) < 0 ||
	    round_of(p, &inner, v, n, true, in_line, subs ? subs - 1 : 0) < 0)
		return -1;
	if (in_line)
		buf_addc(p->b, '}');
	p->depth--;
	return 0;
}

int toml_print(struct arena *a, struct buf *b, const struct val *v,
	       struct err *e)
{
	static const struct path none = {0};
	struct printer p = {.b = b, .arena = a, .err = e};
	int rc = -1;

	switch (classify(&p, v)) {
	case NOTHING:
		rc = 0;
		break;
	case VALUE:
		rc = element(&p, v);
		break;
	case TABLE:
		rc = table(&p, &none, v, false);
		break;
	case TABLES:
		return fail(&p, "toml: top-level values must be Go maps or "
				"structs");
	case FAILED:
		return -1;
	}
	if (rc == 0 && b->failed)
		return err_set(e, 0, "toml: output too long");
	return rc;
}

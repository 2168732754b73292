// SPDX-License-Identifier: MIT
/* yaml_print - values as yaml.v2 marshals them: block style, lists not
 * indented below a key, keys in its "natural" order, struct fields under
 * their names in lower case. */
#include "yaml_inner.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/utf8.h"
#include "regex/unicode.h"

/* Where a node stands: in a map (as key or value) a list is not indented. */
enum place { ROOT, IN_LIST, IN_MAP, KEY };

static int node(struct yaml_out *o, const struct val *v, enum place place);

/* --- scalars --- */

/* Base64 in lines of 70. */
static struct str base64_lines(struct arena *a, struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = (s.n + 2) / 3 * 4, n = 0, k = 0;
	char *out = arena_alloc(a, len + len / 70 + 2);

	for (size_t i = 0; out && i < len; i++) {
		size_t from = i / 4 * 3, part = i & 3;
		uint32_t w = 0;

		for (size_t j = from; j < from + 3; j++)
			w = w << 8 | (j < s.n ? (unsigned char)s.p[j] : 0);
		out[n++] = from + part > s.n ? '='
					     : set[w >> (18 - 6 * part) & 63];
		if (++k == 70 && len >= 70) {
			out[n++] = '\n';
			k = 0;
		}
	}
	if (out && k && len >= 70)
		out[n++] = '\n';
	return out ? str_n(out, n) : STR("");
}

/* How yaml.v2 wants a string: not plain when it would read as another type. */
static enum yaml_style wanted(struct str s)
{
	struct val v;

	if (s.n && memchr(s.p, '\n', s.n))
		return YAML_LITERAL;
	if (yaml_resolve(s, true, &v) != YAML_STR || yaml_base60(s))
		return YAML_DOUBLE;
	return YAML_PLAIN;
}

static void string(struct yaml_out *o, struct str s, enum place place)
{
	bool binary = !utf8_valid(s.p, s.n);
	enum yaml_style style;

	if (binary) {
		s = base64_lines(o->arena, s);
		style = memchr(s.p, '\n', s.n) ? YAML_LITERAL : YAML_PLAIN;
	} else {
		style = wanted(s);
	}
	yaml_out_scalar(o, s, binary, style, place == KEY);
}

static void plain(struct yaml_out *o, const char *text, enum place place)
{
	yaml_out_scalar(o, str_of(text), false, YAML_PLAIN, place == KEY);
}

static void floating(struct yaml_out *o, const struct val *v, enum place place)
{
	char t[NUM_FLOAT];

	num_put_float(t, v->f, 'g', -1, v->type->bits == 32 ? 32 : 64);
	if (t[0] == 'N')
		plain(o, ".nan", place);
	else if (t[0] == '+' || t[1] == 'I')
		plain(o, t[0] == '+' ? ".inf" : "-.inf", place);
	else
		plain(o, t, place);
}

/* A json.Number is the number that its text says, if it says one. */
static void json_number(struct yaml_out *o, struct str s, enum place place)
{
	struct val v;
	int64_t i;
	double f;

	if (num_i64(s, INT64_MIN, INT64_MAX, &i))
		v = val_int64(i);
	else if (num_double(s, &f))
		v = val_float(f);
	else
		v = val_str(s);
	node(o, &v, place);
}

/* --- lists and maps --- */

static int deeper(struct yaml_out *o)
{
	if (++o->depth > YAML_DEPTH_MAX)
		return err_set(o->err, 0, "yaml: nested too deeply");
	return 0;
}

static int empty(struct yaml_out *o, const char *open, const char *shut)
{
	yaml_out_mark(o, open, true, true, false);
	yaml_out_mark(o, shut, false, false, false);
	return 0;
}

static int list(struct yaml_out *o, const struct val *v, enum place place)
{
	size_t n = val_len_list(v);
	int indent = o->indent;

	if (!n)
		return empty(o, "[", "]");
	if (deeper(o) < 0)
		return -1;
	if (indent < 0)
		o->indent = 0;
	else if (place != IN_MAP || o->indention)
		o->indent += 2;
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);

		yaml_out_indent(o);
		yaml_out_mark(o, "-", true, false, true);
		if (node(o, &x, IN_LIST) < 0)
			return -1;
	}
	o->indent = indent;
	o->depth--;
	return 0;
}

/* Only scalars can be keys, so only a string can be too long or too broad. */
static bool simple(struct yaml_out *o, const struct val *key)
{
	struct str s = val_kind(key) == KIND_STRING ? key->s : STR("");
	bool binary = !utf8_valid(s.p, s.n);

	return yaml_simple_key(binary ? base64_lines(o->arena, s) : s, binary);
}

static int pair(struct yaml_out *o, const struct val *k, const struct val *v)
{
	yaml_out_indent(o);
	if (simple(o, k)) {
		if (node(o, k, KEY) < 0)
			return -1;
		yaml_out_mark(o, ":", false, false, false);
	} else {
		yaml_out_mark(o, "?", true, false, true);
		if (node(o, k, IN_MAP) < 0)
			return -1;
		yaml_out_indent(o);
		yaml_out_mark(o, ":", true, false, true);
	}
	return node(o, v, IN_MAP);
}

/* --- the order of keys --- */

static bool key_number(const struct val *v, double *f)
{
	switch ((int)val_kind(v)) {
	case KIND_BOOL:
		*f = v->b;
		return true;
	case KIND_INT:
		*f = (double)v->i;
		return true;
	case KIND_UINT:
		*f = (double)v->u;
		return true;
	case KIND_FLOAT:
		*f = v->f;
		return true;
	default:
		return false;
	}
}

static int three(bool less, bool more)
{
	return less ? -1 : more;
}

/* The runes of digits (Go's unicode.IsDigit) at the start of s behind *n, which
 * they continue; returns how many. */
static size_t take_digits(struct str s, int64_t *n)
{
	size_t count = 0;
	uint32_t r;
	int w;

	for (; s.n; s = str_cut(s, (size_t)w, s.n), count++) {
		r = utf8_decode(s.p, s.n, &w);
		if (!unicode_is(r, UNI_BIT(UNI_ND)))
			break;
		*n = (int64_t)((uint64_t)*n * 10 + r - '0');
	}
	return count;
}

/* Whether a digit other than zero stands before the zeros at the end of s. */
static bool in_number(struct str s)
{
	int w;

	for (; s.n; s.n -= (size_t)w) {
		uint32_t r = utf8_decode_last(s.p, s.n, &w);

		if (r != '0')
			return unicode_is(r, UNI_BIT(UNI_ND));
	}
	return false;
}

/* Runs of digits from i on, as numbers; a zero behind a digit other than zero
 * counts as one more place. */
static int digit_runs(struct str a, struct str b, size_t i, uint32_t ra,
		      uint32_t rb)
{
	int64_t an = 0, bn = 0;
	size_t ai, bi;

	if ((ra == '0' || rb == '0') && in_number(str_cut(a, 0, i)))
		an = bn = 1;
	ai = take_digits(str_cut(a, i, a.n), &an);
	bi = take_digits(str_cut(b, i, b.n), &bn);
	if (an != bn)
		return three(an < bn, true);
	if (ai != bi)
		return three(ai < bi, true);
	return three(ra < rb, true);
}

static int natural(struct str a, struct str b)
{
	size_t i = 0;

	while (i < a.n && i < b.n) {
		int wa, wb;
		uint32_t ra = utf8_decode(a.p + i, a.n - i, &wa);
		uint32_t rb = utf8_decode(b.p + i, b.n - i, &wb);
		bool la, lb;

		if (ra == rb && wa == wb) {
			i += (size_t)wa;
			continue;
		}
		la = unicode_is(ra, UNI_LETTER);
		lb = unicode_is(rb, UNI_LETTER);
		if (la && lb)
			return three(ra < rb, true);
		if (la || lb)
			return three(lb, true);
		return digit_runs(a, b, i, ra, rb);
	}
	return three(a.n<b.n, a.n> b.n);
}

/* Go's order of kinds; a nil stands between numbers and strings. */
static int rank(const struct val *v)
{
	return v->type ? (int)v->type->kind : KIND_COMPLEX;
}

static int by_key(const void *x, const void *y)
{
	const struct val *a = &((const struct val_entry *)x)->key;
	const struct val *b = &((const struct val_entry *)y)->key;
	double fa, fb;

	if (key_number(a, &fa) && key_number(b, &fb)) {
		if (fa < fb || fa > fb)
			return three(fa < fb, true);
		if (rank(a) != rank(b))
			return three(rank(a) < rank(b), true);
		return val_key_cmp(a, b);
	}
	if (val_kind(a) == KIND_STRING && val_kind(b) == KIND_STRING)
		return natural(a->s, b->s);
	return three(rank(a) < rank(b), rank(a) > rank(b));
}

static int map(struct yaml_out *o, const struct val *v)
{
	const struct val_entry *all;
	struct val_entry *e;
	int indent = o->indent;
	size_t n = 0;

	all = v->map ? val_map_entries(v, &n) : NULL;
	if (!n)
		return empty(o, "{", "}");
	e = arena_array(o->arena, n, sizeof(*e));
	if (!e)
		return err_nomem(o->err);
	memcpy(e, all, n * sizeof(*e));
	qsort(e, n, sizeof(*e), by_key);
	if (deeper(o) < 0)
		return -1;
	o->indent = indent < 0 ? 0 : indent + 2;
	for (size_t i = 0; i < n; i++)
		if (pair(o, &e[i].key, &e[i].v) < 0)
			return -1;
	o->indent = indent;
	o->depth--;
	return 0;
}

static int fields(struct yaml_out *o, const struct val *v, enum place place)
{
	const struct val_type *t = val_struct_type(v->type);
	int indent = o->indent;

	if (!t || !v->fields) {
		plain(o, "null", place);
		return 0;
	}
	if (v->type->text && v->type->text != v->type->string) {
		yaml_out_scalar(o, v->type->text(o->arena, v), false,
				YAML_PLAIN, place == KEY);
		return 0;
	}
	if (v->type->text || (!t->nfields && v->type->string)) {
		string(o, v->type->string(o->arena, v), place);
		return 0;
	}
	if (!t->nfields)
		return empty(o, "{", "}");
	if (deeper(o) < 0)
		return -1;
	o->indent = indent < 0 ? 0 : indent + 2;
	for (size_t i = 0; i < t->nfields; i++) {
		char *name = arena_strdup(o->arena, t->fields[i].name);
		struct val key;

		for (char *c = name; c && *c; c++)
			*c = (char)ascii_lower((unsigned char)*c);
		key = val_cstr(name);
		if (pair(o, &key, &v->fields[i]) < 0)
			return -1;
	}
	o->indent = indent;
	o->depth--;
	return 0;
}

static int node(struct yaml_out *o, const struct val *v, enum place place)
{
	char num[NUM_TEXT];

	switch (val_kind(v)) {
	case KIND_INVALID:
	case KIND_INTERFACE:
		plain(o, "null", place);
		return 0;
	case KIND_BOOL:
		plain(o, v->b ? "true" : "false", place);
		return 0;
	case KIND_INT:
		if (v->type->string) {
			string(o, v->type->string(o->arena, v), place);
			return 0;
		}
		num_put_i64(num, v->i);
		plain(o, num, place);
		return 0;
	case KIND_UINT:
		num_put_u64(num, v->u);
		plain(o, num, place);
		return 0;
	case KIND_FLOAT:
		floating(o, v, place);
		return 0;
	case KIND_STRING:
		if (v->type == &type_json_number)
			json_number(o, v->s, place);
		else
			string(o, v->s, place);
		return 0;
	case KIND_SLICE:
		return list(o, v, place);
	case KIND_MAP:
		return map(o, v);
	case KIND_PTR:
	case KIND_STRUCT:
		return fields(o, v, place);
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
		break;
	}
	return err_set(o->err, 0, "cannot marshal type: %s", v->type->name);
}

int yaml_print(struct arena *a, struct buf *b, const struct val *v,
	       struct err *e)
{
	struct yaml_out o = {.b = b,
			     .arena = a,
			     .err = e,
			     .indent = -1,
			     .space = true,
			     .indention = true};

	if (node(&o, v, ROOT) < 0)
		return -1;
	yaml_out_indent(&o);
	if (b->failed)
		return err_set(e, 0, "yaml: output too long");
	return 0;
}

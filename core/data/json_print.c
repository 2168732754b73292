// SPDX-License-Identifier: MIT
/* json_print - values as Go's encoding/json writes them: keys in byte order,
 * HTML's three signs escaped, floats short and switching to the exponent form
 * below 1e-6 and from 1e21 on. */
#include "data/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/utf8.h"

/* A map that holds itself (a template can build one) ends here. */
enum { DEPTH_MAX = JSON_DEPTH_MAX + 1 };

struct printer {
	struct buf *b;
	struct arena *arena;
	struct err *err;
	unsigned style;
	int depth;
};

static int value(struct printer *p, const struct val *v);

/* --- strings --- */

static void escape_rune(struct buf *b, uint32_t rune)
{
	char text[6] = "\\u";

	for (int i = 0; i < 4; i++)
		text[2 + i] = "0123456789abcdef"[rune >> (12 - 4 * i) & 15];
	buf_add(b, text, sizeof(text));
}

static void escape_byte(struct buf *b, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *at = c ? strchr(names, c) : NULL;

	if (at)
		buf_add(b, (const char[]){'\\', letters[at - names]}, 2);
	else
		escape_rune(b, c);
}

static bool plain_byte(unsigned char c, unsigned style)
{
	if (c < 0x20 || c == '"' || c == '\\')
		return false;
	return (style & JSON_PLAIN) || (c != '<' && c != '>' && c != '&');
}

int json_print_str(struct buf *b, struct str s, unsigned style)
{
	size_t from = 0, i = 0;

	buf_addc(b, '"');
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		uint32_t rune = c;
		int width = 1;

		if (c >= 0x80)
			rune = utf8_decode(s.p + i, s.n - i, &width);
		if (c < 0x80 ? plain_byte(c, style)
			     : rune != 0x2028 && rune != 0x2029 &&
				       (rune != RUNE_ERROR || width > 1)) {
			i += (size_t)width;
			continue;
		}
		buf_add(b, s.p + from, i - from);
		if (c < 0x80)
			escape_byte(b, c);
		else
			escape_rune(b, rune);
		i += (size_t)width;
		from = i;
	}
	buf_add(b, s.p ? s.p + from : "", s.n - from);
	return buf_addc(b, '"');
}

static void base64(struct buf *b, struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t w = (uint32_t)(unsigned char)s.p[i] << 16;
		char q[4];

		if (left > 1)
			w |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (left > 2)
			w |= (unsigned char)s.p[i + 2];
		for (int k = 0; k < 4; k++)
			q[k] = set[w >> (18 - 6 * k) & 63];
		if (left < 3)
			q[3] = '=';
		if (left < 2)
			q[2] = '=';
		buf_add(b, q, 4);
	}
}

/* --- scalars --- */

static int float_text(struct printer *p, double f, int bits)
{
	char t[NUM_FLOAT];
	double a = fabs(f);
	bool exp = a != 0 && (a < 1e-6 || a >= 1e21);
	size_t n;

	if (isnan(f) || isinf(f)) {
		num_put_float(t, f, 'g', -1, bits);
		return err_set(p->err, 0, "json: unsupported value: %s", t);
	}
	n = num_put_float(t, f, exp ? 'e' : 'f', -1, bits);
	/* one digit is enough for a small negative exponent: 1e-09 -> 1e-9 */
	if (exp && n >= 4 && t[n - 4] == 'e' && t[n - 3] == '-' &&
	    t[n - 2] == '0') {
		t[n - 2] = t[n - 1];
		n--;
	}
	return buf_add(p->b, t, n);
}

static int unsupported(struct printer *p, const struct val_type *t)
{
	return err_set(p->err, 0, "json: unsupported type: %s", t->name);
}

static int text(struct printer *p, const struct val *v)
{
	if (v->type == &type_json_number)
		return v->s.n ? buf_add(p->b, v->s.p, v->s.n)
			      : buf_addc(p->b, '0');
	return json_print_str(p->b, v->s, p->style);
}

/* --- containers --- */

static void line(struct printer *p)
{
	if (!(p->style & JSON_PRETTY))
		return;
	buf_addc(p->b, '\n');
	buf_addn(p->b, ' ', 2 * (size_t)p->depth);
}

static int begin(struct printer *p, char c, const struct val_type *t)
{
	buf_addc(p->b, c);
	if (++p->depth > DEPTH_MAX)
		return err_set(p->err, 0,
			       "json: unsupported value: encountered a cycle "
			       "via %s",
			       t->name);
	return 0;
}

static int finish(struct printer *p, char c, size_t n)
{
	p->depth--;
	if (n)
		line(p);
	return buf_addc(p->b, c);
}

static int list(struct printer *p, const struct val *v)
{
	size_t n = val_len_list(v);

	if (!v->list)
		return buf_adds(p->b, "null");
	if (val_is_bytes(v)) {
		buf_addc(p->b, '"');
		base64(p->b, val_bytes_str(p->arena, v));
		return buf_addc(p->b, '"');
	}
	if (begin(p, '[', v->type) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);

		if (i)
			buf_addc(p->b, ',');
		line(p);
		if (value(p, &x) < 0)
			return -1;
	}
	return finish(p, ']', n);
}

static int member(struct printer *p, struct str key, const struct val *v,
		  size_t *n)
{
	if ((*n)++)
		buf_addc(p->b, ',');
	line(p);
	json_print_str(p->b, key, p->style);
	buf_adds(p->b, p->style & JSON_PRETTY ? ": " : ":");
	return value(p, v);
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct val_entry *)a)->key.s,
		       ((const struct val_entry *)b)->key.s);
}

/* Integer keys become strings, and are sorted as such. */
static struct val_entry *text_keys(struct printer *p,
				   const struct val_entry *in, size_t n)
{
	struct val_entry *e = arena_array(p->arena, n + 1, sizeof(*e));
	char t[NUM_TEXT];

	for (size_t i = 0; e && i < n; i++) {
		e[i] = in[i];
		if (val_kind(&in[i].key) == KIND_INT)
			num_put_i64(t, in[i].key.i);
		else
			num_put_u64(t, in[i].key.u);
		e[i].key = val_cstr(arena_strdup(p->arena, t));
	}
	if (e)
		qsort(e, n, sizeof(*e), by_key);
	return e;
}

static int map(struct printer *p, const struct val *v)
{
	enum val_kind k = v->type->key->kind;
	const struct val_entry *e;
	size_t len, n = 0;

	if (k != KIND_STRING && k != KIND_INT && k != KIND_UINT)
		return unsupported(p, v->type);
	if (!v->map)
		return buf_adds(p->b, "null");
	if (begin(p, '{', v->type) < 0)
		return -1;
	e = val_map_entries(v, &len);
	if (k != KIND_STRING)
		e = text_keys(p, e, len);
	if (!e && len)
		return err_nomem(p->err);
	for (size_t i = 0; i < len; i++)
		if (member(p, e[i].key.s, &e[i].v, &n) < 0)
			return -1;
	return finish(p, '}', n);
}

/* The key of a field, NULL when it is left out. */
static const char *field_key(const struct val_field *f, const struct val *v)
{
	if (!f->json || strcmp(f->json, "") == 0)
		return f->name;
	if (strcmp(f->json, ",omitempty") == 0)
		return val_truth(v) ? f->name : NULL;
	return strcmp(f->json, "-") == 0 ? NULL : f->json;
}

static int fields(struct printer *p, const struct val *v)
{
	const struct val_type *t = val_struct_type(v->type);
	size_t n = 0;

	if (!t)
		return unsupported(p, v->type);
	if (!v->fields)
		return buf_adds(p->b, "null");
	if (v->type->text)
		return json_print_str(p->b, v->type->text(p->arena, v),
				      p->style);
	if (begin(p, '{', v->type) < 0)
		return -1;
	for (size_t i = 0; i < t->nfields; i++) {
		const char *name = field_key(&t->fields[i], &v->fields[i]);

		if (name && member(p, str_of(name), &v->fields[i], &n) < 0)
			return -1;
	}
	return finish(p, '}', n);
}

static int value(struct printer *p, const struct val *v)
{
	char num[NUM_TEXT];

	switch (val_kind(v)) {
	case KIND_INVALID:
	case KIND_INTERFACE:
		return buf_adds(p->b, "null");
	case KIND_BOOL:
		return buf_adds(p->b, v->b ? "true" : "false");
	case KIND_INT:
		num_put_i64(num, v->i);
		return buf_adds(p->b, num);
	case KIND_UINT:
		num_put_u64(num, v->u);
		return buf_adds(p->b, num);
	case KIND_FLOAT:
		return float_text(p, v->f, v->type->bits == 32 ? 32 : 64);
	case KIND_STRING:
		return text(p, v);
	case KIND_SLICE:
		return list(p, v);
	case KIND_MAP:
		return map(p, v);
	case KIND_PTR:
	case KIND_STRUCT:
		return fields(p, v);
	case KIND_COMPLEX:
	case KIND_CHAN:
	case KIND_FUNC:
		return unsupported(p, v->type);
	}
	return 0;
}

int json_print(struct arena *a, struct buf *b, const struct val *v,
	       unsigned style, struct err *e)
{
	struct printer p = {.b = b, .arena = a, .err = e, .style = style};

	if (value(&p, v) < 0 && !b->failed)
		return -1;
	if (b->failed)
		return err_set(e, 0, "json: output too long");
	return 0;
}

// SPDX-License-Identifier: MIT
/* kit - what the theme files share. */
#include <stdio.h>

#include "base/fmt.h"
#include "funcs/kit.h"
#include "funcs/state.h"
#include "regex/unicode.h"

/* --- results --- */

int ret(struct val *out, struct val v)
{
	*out = v;
	return 0;
}

int ret_str(struct val *out, struct str s)
{
	out->type = &type_string;
	out->s = s;
	return 0;
}

int ret_cstr(struct val *out, const char *s)
{
	return ret_str(out, str_of(s));
}

int ret_bool(struct val *out, bool b)
{
	out->type = &type_bool;
	out->b = b;
	return 0;
}

int ret_int64(struct val *out, int64_t i)
{
	out->type = &type_int64;
	out->i = i;
	return 0;
}

int ret_int(struct val *out, int64_t i)
{
	ret_int64(out, i);
	out->type = &type_int;
	return 0;
}

int ret_uint64(struct val *out, uint64_t u)
{
	ret_int64(out, (int64_t)u);
	out->type = &type_uint64;
	return 0;
}

int ret_float(struct val *out, double f)
{
	out->type = &type_float64;
	out->f = f;
	return 0;
}

/* --- errors --- */

int (fail)(struct tmpl_call *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (c->err) {
		c->err->num = 0;
		fmt_vprint(c->err->text, sizeof(c->err->text), fmt, ap);
	}
	va_end(ap);
	return -1;
}

int fail_nil(struct tmpl_call *c)
{
	return fail(c, "runtime error: invalid memory address or nil pointer "
		       "dereference");
}

int fail_zero(struct tmpl_call *c)
{
	return fail(c, "reflect: call of reflect.Value.Type on zero Value");
}

int room_text(struct tmpl_call *c, size_t n)
{
	if (n <= TMPL_STRING)
		return 0;
	return fail(c, "result longer than %d bytes", (int)TMPL_STRING);
}

int room_list(struct tmpl_call *c, size_t n)
{
	if (n <= TMPL_LIST)
		return 0;
	return fail(c, "more than %d elements", (int)TMPL_LIST);
}

/* --- text --- */

void text_f(struct text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(t->a, fmt, ap);
	va_end(ap);
	if (s)
		text_adds(t, s);
}

int ret_text(const struct text *t, struct val *out)
{
	return ret_str(out, text_str(t));
}

struct str hex(struct arena *a, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = p;
	char *s = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; s && i < n; i++) {
		s[2 * i] = digits[b[i] >> 4];
		s[2 * i + 1] = digits[b[i] & 15];
	}
	return str_n(s, s ? 2 * n : 0);
}

/* --- heap memory beside the arena --- */

jmp_buf *arena_hold(struct arena *a)
{
	jmp_buf *was = a->oom;

	a->oom = NULL;
	return was;
}

int arena_release(struct tmpl_call *c, jmp_buf *was, bool failed)
{
	c->arena->oom = was;
	if (!failed)
		return 0;
	if (was)
		longjmp(*was, 1);
	return err_nomem(c->err);
}

int ret_buf(struct tmpl_call *c, struct buf *b, struct val *out)
{
	jmp_buf *was = arena_hold(c->arena);
	bool failed = b->failed;
	size_t n = b->len;
	char *p = failed ? NULL : arena_dup(c->arena, buf_str(b), n);

	buf_free(b);
	if (failed) {
		arena_release(c, was, false);
		return room_text(c, (size_t)TMPL_STRING + 1);
	}
	if (arena_release(c, was, !p) < 0)
		return -1;
	return ret_str(out, str_n(p, n));
}

/* --- strings --- */

bool str_has(struct str s, struct str sub)
{
	return str_find(s, sub) >= 0;
}

struct str space_trim(struct str s)
{
	int w;

	while (s.n && unicode_space(utf8_decode(s.p, s.n, &w)))
		s = str_cut(s, (size_t)w, s.n);
	while (s.n && unicode_space(utf8_decode_last(s.p, s.n, &w)))
		s.n -= (size_t)w;
	return s;
}

/* An empty one is found before each rune and at the end. */
static size_t count_of(struct str s, struct str part)
{
	size_t n = 0;
	ptrdiff_t at;

	if (!part.n)
		return utf8_count(s.p, s.n) + 1;
	while ((at = str_find(s, part)) >= 0) {
		n++;
		s = str_cut(s, (size_t)at + part.n, s.n);
	}
	return n;
}

struct val split_strings(struct tmpl_call *c, struct str s, struct str sep,
			 size_t max, const struct val_type *t)
{
	size_t n = sep.n ? count_of(s, sep) + 1 : utf8_count(s.p, s.n);
	struct val list;
	int w;

	if (max && max < n)
		n = max;
	list = val_list(c->arena, t, n); /* exact: slice shows the capacity */
	while (n-- > 1) {
		size_t at = (size_t)str_find(s, sep);

		if (!sep.n) {
			utf8_decode(s.p, s.n, &w);
			at = (size_t)w;
		}
		val_push(c->arena, &list, val_str(str_cut(s, 0, at)));
		s = str_cut(s, at + sep.n, s.n);
	}
	if (sep.n || s.n)
		val_push(c->arena, &list, val_str(s));
	return list;
}

int replace_all(struct tmpl_call *c, struct str s, struct str from,
		struct str to, struct val *out)
{
	size_t n = count_of(s, from), at;
	struct text t = text_in(c);
	int w;

	if (!n)
		return ret_str(out, s);
	if (to.n > TMPL_STRING / n ||
	    room_text(c, s.n + n * to.n - n * from.n) < 0)
		return room_text(c, (size_t)TMPL_STRING + 1);
	for (size_t i = 0; i < n; i++) {
		w = 0;
		if (from.n)
			at = (size_t)str_find(s, from);
		else if (i)
			utf8_decode(s.p, s.n, &w), at = (size_t)w;
		else
			at = 0;
		text_add(&t, s.p, at);
		text_s(&t, to);
		s = str_cut(s, at + from.n, s.n);
	}
	text_s(&t, s);
	return ret_text(&t, out);
}

/* --- Go's words --- */

const char *go_kind(const struct val *v)
{
	static const char *const words[] = {
		[KIND_INVALID] = "invalid", [KIND_BOOL] = "bool",
		[KIND_INT] = "int",	    [KIND_UINT] = "uint",
		[KIND_FLOAT] = "float64",   [KIND_COMPLEX] = "complex128",
		[KIND_STRING] = "string",   [KIND_SLICE] = "slice",
		[KIND_MAP] = "map",	    [KIND_PTR] = "ptr",
		[KIND_STRUCT] = "struct",   [KIND_CHAN] = "chan",
		[KIND_FUNC] = "func",	    [KIND_INTERFACE] = "interface",
	};
	enum val_kind k = val_kind(v);

	if ((k == KIND_INT || k == KIND_UINT) && !strchr(v->type->name, '.'))
		return v->type->name;
	return k == KIND_INT ? "int64" : words[k];
}

/* --- state --- */

struct state *state_of(struct tmpl_call *c)
{
	if (!c->state)
		c->state = arena_alloc(c->arena, sizeof(struct state));
	return c->state;
}

// SPDX-License-Identifier: MIT
/* fmt_value - one operand under one verb, whatever its type: scalars, text and
 * bytes, lists, maps and structs element by element, pointers as addresses.
 * Source: Go's fmt, as facts. */
#include "tmpl/fmt.h"

static void put_value(struct fmt *f, const struct val *v,
		      const struct val_type *st, uint32_t verb, int depth);

/* %!d(string=x) */
static void bad_verb(struct fmt *f, uint32_t verb)
{
	bool was = f->erroring;

	f->erroring = true;
	text_adds(f->t, "%!");
	text_rune(f->t, verb);
	text_addc(f->t, '(');
	if (f->arg && f->arg->type) {
		text_adds(f->t, f->arg->type->name);
		text_addc(f->t, '=');
		fmt_operand(f, f->arg, 'v');
	} else {
		text_adds(f->t, "<nil>");
	}
	text_addc(f->t, ')');
	f->erroring = was;
}

/* --- scalars --- */

static void put_0x(struct fmt *f, uint64_t u, bool prefix)
{
	bool sharp = f->sharp;

	f->sharp = prefix;
	fmt_uint(f, u, 16, false, 'v');
	f->sharp = sharp;
}

static void put_int(struct fmt *f, uint64_t u, bool is_signed, uint32_t verb)
{
	switch (verb) {
	case 'v':
		if (f->sharp_v && !is_signed) {
			put_0x(f, u, true);
			break;
		}
		/* fall through */
	case 'd':
		fmt_uint(f, u, 10, is_signed, 'd');
		break;
	case 'b':
		fmt_uint(f, u, 2, is_signed, 'b');
		break;
	case 'o':
	case 'O':
		fmt_uint(f, u, 8, is_signed, (char)verb);
		break;
	case 'x':
	case 'X':
		fmt_uint(f, u, 16, is_signed, (char)verb);
		break;
	case 'c':
	case 'q':
		fmt_rune(f, u, verb == 'q');
		break;
	case 'U':
		fmt_unicode(f, u);
		break;
	default:
		bad_verb(f, verb);
	}
}

static void put_float(struct fmt *f, double v, uint32_t verb)
{
	if (verb == 'v')
		fmt_float(f, v, 'g', -1);
	else if (verb < 128 && verb && strchr("bgGxX", (int)verb))
		fmt_float(f, v, (char)verb, -1);
	else if (verb == 'f' || verb == 'e' || verb == 'E')
		fmt_float(f, v, (char)verb, 6);
	else if (verb == 'F')
		fmt_float(f, v, 'f', 6);
	else
		bad_verb(f, verb);
}

static void put_complex(struct fmt *f, double re, double im, uint32_t verb)
{
	bool plus = f->plus;

	if (verb >= 128 || !verb || !strchr("vbgGxXfFeE", (int)verb)) {
		bad_verb(f, verb);
		return;
	}
	text_addc(f->t, '(');
	put_float(f, re, verb);
	f->plus = true; /* the imaginary part always has a sign */
	put_float(f, im, verb);
	text_adds(f->t, "i)");
	f->plus = plus;
}

/* --- text and bytes --- */

static struct str cut_runes(const struct fmt *f, struct str s)
{
	size_t at = 0;

	if (!f->has_prec)
		return s;
	for (int i = 0, w; i < f->prec && at < s.n; i++) {
		utf8_decode(s.p + at, s.n - at, &w);
		at += (size_t)w;
	}
	return str_cut(s, 0, at);
}

static void put_hex(struct fmt *f, struct str s, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *mark = !f->sharp ? "" : upper ? "0X" : "0x";
	size_t width, pad = 0;

	if (f->has_prec && (size_t)f->prec < s.n)
		s.n = (size_t)f->prec;
	width = 2 * s.n;
	if (s.n && f->space)
		width += s.n - 1 + (f->sharp ? 2 * s.n : 0);
	else if (s.n && f->sharp)
		width += 2;
	if (f->has_wid && (size_t)f->wid > width)
		pad = (size_t)f->wid - width;
	if (!f->minus || !s.n)
		fmt_padding(f, pad);
	if (!s.n)
		return;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (i && f->space)
			text_addc(f->t, ' ');
		if (!i || f->space)
			text_adds(f->t, mark);
		text_addc(f->t, set[c >> 4]);
		text_addc(f->t, set[c & 15]);
	}
	if (f->minus)
		fmt_padding(f, pad);
}

/* strconv.CanBackquote. */
static bool can_backquote(struct str s)
{
	for (size_t at = 0; at < s.n;) {
		int w;
		uint32_t r = utf8_decode(s.p + at, s.n - at, &w);

		if ((r < ' ' && r != '\t') || r == '`' || r == 127 ||
		    r == 0xFEFF || (r == RUNE_ERROR && w == 1))
			return false;
		at += (size_t)w;
	}
	return true;
}

static void put_quoted(struct fmt *f, struct str s)
{
	struct text q = {.a = f->t->a};

	s = cut_runes(f, s);
	if (f->sharp && can_backquote(s)) {
		text_addc(&q, '`');
		text_add(&q, s.p, s.n);
		text_addc(&q, '`');
	} else {
		print_quote(&q, s, f->plus);
	}
	fmt_pad(f, text_str(&q));
}

/* true when the verb is one for text. */
static bool put_text(struct fmt *f, struct str s, uint32_t verb)
{
	if (verb == 's' || (verb == 'v' && !f->sharp_v))
		fmt_pad(f, cut_runes(f, s));
	else if (verb == 'q' || verb == 'v')
		put_quoted(f, s);
	else if (verb == 'x' || verb == 'X')
		put_hex(f, s, verb == 'X');
	else
		return false;
	return true;
}

static bool put_bytes(struct fmt *f, const struct val *v, uint32_t verb,
		      const char *type)
{
	struct str s = val_bytes_str(f->t->a, v);

	if (verb != 'v' && verb != 'd')
		return put_text(f, s, verb);
	if (f->sharp_v) {
		text_adds(f->t, type);
		if (!v->list) {
			text_adds(f->t, "(nil)");
			return true;
		}
	}
	text_addc(f->t, f->sharp_v ? '{' : '[');
	for (size_t i = 0; i < s.n; i++) {
		if (i)
			text_adds(f->t, f->sharp_v ? ", " : " ");
		if (f->sharp_v)
			put_0x(f, (unsigned char)s.p[i], true);
		else
			fmt_uint(f, (unsigned char)s.p[i], 10, false, 'd');
	}
	text_addc(f->t, f->sharp_v ? '}' : ']');
	return true;
}

/* --- what has elements --- */

static void separate(struct fmt *f, size_t i)
{
	if (i)
		text_adds(f->t, f->sharp_v ? ", " : " ");
}

/* With # the type's name; true when a nil was printed whole. */
static bool open_typed(struct fmt *f, const struct val *v, bool nil, char c)
{
	if (!f->sharp_v) {
		text_addc(f->t, c);
		return false;
	}
	text_adds(f->t, v->type->name);
	text_adds(f->t, nil ? "(nil)" : "{");
	return nil;
}

static void put_list(struct fmt *f, const struct val *v, uint32_t verb,
		     int depth)
{
	size_t n = val_len_list(v);

	if (val_is_bytes(v) && verb < 128 && verb && strchr("sqxX", (int)verb)) {
		put_bytes(f, v, verb, v->type->name);
		return;
	}
	if (open_typed(f, v, !v->list, '['))
		return;
	for (size_t i = 0; i < n; i++) {
		struct val x = val_at(v, i);

		separate(f, i);
		put_value(f, &x, v->type->elem, verb, depth + 1);
	}
	text_addc(f->t, f->sharp_v ? '}' : ']');
}

static void put_map(struct fmt *f, const struct val *v, uint32_t verb, int depth)
{
	size_t n;
	const struct val_entry *e = val_map_entries(v, &n);

	if (!f->sharp_v)
		text_adds(f->t, "map");
	if (open_typed(f, v, !v->map, '['))
		return;
	for (size_t i = 0; i < n; i++) {
		separate(f, i);
		put_value(f, &e[i].key, v->type->key, verb, depth + 1);
		text_addc(f->t, ':');
		put_value(f, &e[i].v, v->type->elem, verb, depth + 1);
	}
	text_addc(f->t, f->sharp_v ? '}' : ']');
}

static void put_struct(struct fmt *f, const struct val *v, uint32_t verb,
		       int depth)
{
	const struct val_type *st = val_struct_type(v->type);

	if (f->sharp_v)
		text_adds(f->t, st->name);
	text_addc(f->t, '{');
	for (size_t i = 0; i < st->nfields; i++) {
		const struct val_type *ft = st->fields[i].type;
		struct val x = v->fields ? v->fields[i] : val_zero(ft);

		separate(f, i);
		if (f->plus_v || f->sharp_v) {
			text_adds(f->t, st->fields[i].name);
			text_addc(f->t, ':');
		}
		put_value(f, &x, ft, verb, depth + 1);
	}
	text_addc(f->t, '}');
}

static const void *address(const struct val *v)
{
	switch (val_kind(v)) {
	case KIND_PTR:
		return v->fields;
	case KIND_SLICE:
		return v->list;
	case KIND_MAP:
		return v->map;
	case KIND_CHAN:
	case KIND_FUNC:
		return v->type;
	case KIND_INVALID:
	case KIND_BOOL:
	case KIND_INT:
	case KIND_UINT:
	case KIND_FLOAT:
	case KIND_COMPLEX:
	case KIND_STRING:
	case KIND_STRUCT:
	case KIND_INTERFACE:
		break;
	}
	return NULL;
}

static void put_pointer(struct fmt *f, const struct val *v, uint32_t verb)
{
	uint64_t u = (uintptr_t)address(v);
	enum val_kind k = val_kind(v);

	if (k != KIND_PTR && k != KIND_SLICE && k != KIND_MAP &&
	    k != KIND_CHAN && k != KIND_FUNC) {
		bad_verb(f, verb);
	} else if (verb == 'v' && f->sharp_v) {
		text_addc(f->t, '(');
		text_adds(f->t, v->type->name);
		text_adds(f->t, ")(");
		if (u)
			put_0x(f, u, true);
		else
			text_adds(f->t, "nil");
		text_addc(f->t, ')');
	} else if (verb == 'v' && !u) {
		fmt_pad(f, STR("<nil>"));
	} else if (verb == 'v' || verb == 'p') {
		put_0x(f, u, !f->sharp);
	} else if (verb < 128 && verb && strchr("bodxX", (int)verb)) {
		put_int(f, u, false, verb);
	} else {
		bad_verb(f, verb);
	}
}

/* --- any value --- */

/* Prints through the type's String method, if it has one. */
static bool through_string(struct fmt *f, const struct val *v, uint32_t verb)
{
	if (!v->type || !v->type->string || f->erroring || f->sharp_v)
		return false;
	if (verb >= 128 || !verb || !strchr("vsxXq", (int)verb))
		return false;
	if (v->type->kind == KIND_PTR && !v->fields) {
		text_adds(f->t, "<nil>");
		return true;
	}
	return put_text(f, v->type->string(f->t->a, v), verb);
}

static void put_by_kind(struct fmt *f, const struct val *v, uint32_t verb,
			int depth)
{
	switch (val_kind(v)) {
	case KIND_BOOL:
		if (verb == 't' || verb == 'v')
			fmt_pad(f, v->b ? STR("true") : STR("false"));
		else
			bad_verb(f, verb);
		break;
	case KIND_INT:
	case KIND_UINT:
		put_int(f, v->u, v->type->kind == KIND_INT, verb);
		break;
	case KIND_FLOAT:
		put_float(f, v->f, verb);
		break;
	case KIND_COMPLEX:
		put_complex(f, v->c.re, v->c.im, verb);
		break;
	case KIND_STRING:
		if (!put_text(f, v->s, verb))
			bad_verb(f, verb);
		break;
	case KIND_SLICE:
		put_list(f, v, verb, depth);
		break;
	case KIND_MAP:
		put_map(f, v, verb, depth);
		break;
	case KIND_STRUCT:
		put_struct(f, v, verb, depth);
		break;
	case KIND_PTR:
		if (depth == 0 && v->fields) {
			text_addc(f->t, '&');
			put_struct(f, v, verb, depth + 1);
			break;
		}
		put_pointer(f, v, verb);
		break;
	case KIND_CHAN:
	case KIND_FUNC:
		put_pointer(f, v, verb);
		break;
	case KIND_INVALID:
	case KIND_INTERFACE:
		text_adds(f->t, "<nil>");
		break;
	}
}

/* st is the static type of the place where the value is. */
static void put_value(struct fmt *f, const struct val *v,
		      const struct val_type *st, uint32_t verb, int depth)
{
	const struct val *was = f->arg;

	if (!v->type) {
		if (f->sharp_v)
			text_adds(f->t, st ? st->name : "interface {}");
		text_adds(f->t, f->sharp_v ? "(nil)" : "<nil>");
		return;
	}
	if (depth > TMPL_PRINT_DEPTH) {
		text_adds(f->t, "...");
		return;
	}
	f->arg = v;
	if (!through_string(f, v, verb))
		put_by_kind(f, v, verb, depth);
	f->arg = was;
}

void fmt_operand(struct fmt *f, const struct val *v, uint32_t verb)
{
	f->arg = v;
	if (!v->type && (verb == 'v' || verb == 'T')) {
		fmt_pad(f, STR("<nil>"));
	} else if (!v->type || verb == 'w') { /* %w is for errors alone */
		bad_verb(f, verb);
	} else if (verb == 'T') {
		fmt_pad(f, cut_runes(f, str_of(v->type->name)));
	} else if (verb == 'p') {
		put_pointer(f, v, 'p');
	} else if (through_string(f, v, verb)) {
		return;
	} else if (!val_is_bytes(v) || !put_bytes(f, v, verb, "[]byte")) {
		put_by_kind(f, v, verb, 0);
	}
}

// SPDX-License-Identifier: MIT
/* format - Go's Printf: reading the format, its flags, widths and argument
 * indexes, and what it says about wrong ones; and Print and Println.
 * Source: Go's fmt, as facts. */
#include "tmpl/fmt.h"

/* The format being read, and the operands. */
struct reader {
	struct fmt f;
	struct str s;
	size_t i;
	const struct val *args;
	size_t nargs, arg; /* the next operand */
	bool after_index;
};

static void clear_flags(struct fmt *f)
{
	*f = (struct fmt){.t = f->t,
			  .good_index = f->good_index,
			  .reordered = f->reordered};
}

static char at(const struct reader *r)
{
	return r->i < r->s.n ? r->s.p[r->i] : '\0';
}

/* A number up to `end`; false when there is none or it is too large: then
 * *i is at the end. */
static bool take_num(const struct reader *r, size_t *i, size_t end, int *num)
{
	size_t from = *i;

	*num = 0;
	for (; *i < end && ascii_digit((unsigned char)r->s.p[*i]); (*i)++) {
		if (*num > TMPL_WIDTH) {
			*num = 0;
			*i = end;
			return false;
		}
		*num = *num * 10 + (r->s.p[*i] - '0');
	}
	return *i > from;
}

/* [n] */
static void take_index(struct reader *r)
{
	const char *close;
	size_t i = r->i + 1, end;
	int num;

	r->after_index = false;
	if (at(r) != '[')
		return;
	r->f.reordered = true;
	close = memchr(r->s.p + r->i, ']', r->s.n - r->i);
	if (!close || r->s.n - r->i < 3) {
		r->f.good_index = false;
		r->i++;
		return;
	}
	end = (size_t)(close - r->s.p);
	r->i = end + 1;
	if (!take_num(r, &i, end, &num) || i != end) {
		r->f.good_index = false;
		return;
	}
	r->after_index = true;
	if (num < 1 || (size_t)num > r->nargs)
		r->f.good_index = false;
	else
		r->arg = (size_t)num - 1;
}

/* The operand for a star; false when it is no small integer. */
static bool star_arg(struct reader *r, int *num)
{
	const struct val *v;

	*num = 0;
	if (r->arg >= r->nargs)
		return false;
	v = &r->args[r->arg++];
	if (val_kind(v) == KIND_UINT
		    ? v->u > TMPL_WIDTH
		    : val_kind(v) != KIND_INT || v->i > TMPL_WIDTH ||
			      v->i < -TMPL_WIDTH)
		return false;
	*num = (int)v->i;
	return true;
}

static void take_flags(struct reader *r)
{
	for (; r->i < r->s.n; r->i++) {
		switch (r->s.p[r->i]) {
		case '#':
			r->f.sharp = true;
			break;
		case '0':
			r->f.zero = true;
			break;
		case '+':
			r->f.plus = true;
			break;
		case '-':
			r->f.minus = true;
			break;
		case ' ':
			r->f.space = true;
			break;
		default:
			return;
		}
	}
}

static void take_width(struct reader *r)
{
	if (at(r) == '*' && r->i < r->s.n) {
		r->i++;
		r->f.has_wid = star_arg(r, &r->f.wid);
		if (!r->f.has_wid)
			text_adds(r->f.t, "%!(BADWIDTH)");
		if (r->f.wid < 0) {
			r->f.wid = -r->f.wid;
			r->f.minus = true;
			r->f.zero = false;
		}
		r->after_index = false;
		return;
	}
	r->f.has_wid = take_num(r, &r->i, r->s.n, &r->f.wid);
	if (r->after_index && r->f.has_wid) /* "%[3]2d" */
		r->f.good_index = false;
}

static void take_prec(struct reader *r)
{
	if (at(r) != '.' || r->i + 1 == r->s.n) /* a last one is the verb */
		return;
	r->i++;
	if (r->after_index) /* "%[3].2d" */
		r->f.good_index = false;
	take_index(r);
	if (at(r) == '*') {
		r->i++;
		r->f.has_prec = star_arg(r, &r->f.prec);
		if (r->f.prec < 0) {
			r->f.prec = 0;
			r->f.has_prec = false;
		}
		if (!r->f.has_prec)
			text_adds(r->f.t, "%!(BADPREC)");
		r->after_index = false;
		return;
	}
	take_num(r, &r->i, r->s.n, &r->f.prec);
	r->f.has_prec = true;
}

static void complain(struct fmt *f, uint32_t verb, const char *what)
{
	text_adds(f->t, "%!");
	text_rune(f->t, verb);
	text_adds(f->t, what);
}

static void put_verb(struct reader *r, uint32_t verb)
{
	struct fmt *f = &r->f;

	if (verb == '%') {
		text_addc(f->t, '%');
	} else if (!f->good_index) {
		complain(f, verb, "(BADINDEX)");
	} else if (r->arg >= r->nargs) {
		complain(f, verb, "(MISSING)");
	} else {
		if (verb == 'v' || verb == 'w') {
			f->sharp_v = f->sharp;
			f->plus_v = f->plus;
			f->sharp = f->plus = false;
		}
		fmt_operand(f, &r->args[r->arg++], verb);
	}
}

/* Behind a %. */
static void directive(struct reader *r)
{
	uint32_t verb;
	int w;

	clear_flags(&r->f);
	r->f.good_index = true;
	r->after_index = false;
	take_flags(r);
	take_index(r);
	take_width(r);
	take_prec(r);
	if (!r->after_index)
		take_index(r);
	if (r->i >= r->s.n) {
		text_adds(r->f.t, "%!(NOVERB)");
		return;
	}
	verb = utf8_decode(r->s.p + r->i, r->s.n - r->i, &w);
	r->i += (size_t)w;
	put_verb(r, verb);
}

static void extra_args(struct reader *r)
{
	struct text *t = r->f.t;

	clear_flags(&r->f);
	text_adds(t, "%!(EXTRA ");
	for (size_t i = r->arg; i < r->nargs; i++) {
		if (i > r->arg)
			text_adds(t, ", ");
		if (r->args[i].type) {
			text_adds(t, r->args[i].type->name);
			text_addc(t, '=');
		}
		fmt_operand(&r->f, &r->args[i], 'v');
	}
	text_addc(t, ')');
}

void print_format(struct text *t, struct str format, const struct val *args,
		  size_t n)
{
	struct reader r = {.f.t = t, .s = format, .args = args, .nargs = n};

	while (r.i < r.s.n) {
		const char *from = r.s.p + r.i;
		const char *p = memchr(from, '%', r.s.n - r.i);
		size_t len = p ? (size_t)(p - from) : r.s.n - r.i;

		text_add(t, from, len);
		r.i += len + (p != NULL);
		if (p)
			directive(&r);
	}
	if (!r.f.reordered && r.arg < n)
		extra_args(&r);
}

/* --- without a format --- */

void print_value(struct text *t, const struct val *v)
{
	struct fmt f = {.t = t};

	fmt_operand(&f, v, 'v');
}

void print_args(struct text *t, const struct val *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i && val_kind(&args[i]) != KIND_STRING &&
		    val_kind(&args[i - 1]) != KIND_STRING)
			text_addc(t, ' ');
		print_value(t, &args[i]);
	}
}

void println_args(struct text *t, const struct val *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_addc(t, ' ');
		print_value(t, &args[i]);
	}
	text_addc(t, '\n');
}

static struct str finish(struct text *t)
{
	text_addc(t, '\0');
	return t->n ? str_n(t->p, t->n - 1) : STR("");
}

struct str print_str(struct arena *a, const struct val *v)
{
	struct text t = {.a = a};

	print_value(&t, v);
	return finish(&t);
}

struct str print_fmt(struct arena *a, const char *format,
		     const struct val *args, size_t n)
{
	struct text t = {.a = a};

	print_format(&t, str_of(format), args, n);
	return finish(&t);
}

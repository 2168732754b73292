// SPDX-License-Identifier: MIT
/* conf_read - a text to a tree: HCL or JSON to data, data checked against the
 * schema. Strict as the original's mapping (mapstructure), all complaints at
 * once in its words: `N error(s) decoding:` and a sorted list. */
#include "conf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "data/hcl.h"

struct reader {
	struct arena *arena;
	const char **errors;
	size_t n, cap;
};

/* What a field is called in Go, for messages. */
static const char *const type_names[] = {
	[CONF_STR] = "string",	   [CONF_BOOL] = "bool",
	[CONF_INT] = "int",	   [CONF_FLOAT] = "float64",
	[CONF_DUR] = "time.Duration", [CONF_SIGNAL] = "os.Signal",
	[CONF_LIST] = "[]string",  [CONF_WORDS] = "[]string",
	[CONF_PERMS] = "fs.FileMode", [CONF_ID] = "string",
	[CONF_BLOCK] = "map",	   [CONF_BLOCKS] = "slice",
};

static void add(struct reader *r, const char *text)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 8;

		r->errors = arena_grow(r->arena, r->errors,
				       r->n * sizeof(*r->errors),
				       cap * sizeof(*r->errors));
		r->cap = cap;
	}
	r->errors[r->n++] = text;
}

static bool bad(struct reader *r, const char *fmt, ...) PRINTF(2, 3);
static bool bad(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, arena_vprintf(r->arena, fmt, ap));
	va_end(ap);
	return false;
}

/* A value as Go's %v shows it. */
static void show(struct arena *a, struct buf *b, const struct val *v)
{
	char num[NUM_FLOAT];

	switch ((int)val_kind(v)) {
	case KIND_STRING:
		buf_add(b, v->s.p, v->s.n);
		return;
	case KIND_BOOL:
		buf_adds(b, v->b ? "true" : "false");
		return;
	case KIND_INT:
		buf_addf(b, "%lld", (long long)v->i);
		return;
	case KIND_FLOAT:
		num_put_float(num, v->f, 'g', -1, 64);
		buf_adds(b, num);
		return;
	case KIND_SLICE:
		buf_addc(b, '[');
		for (size_t i = 0; i < val_len_list(v); i++) {
			struct val x = val_at(v, i);

			buf_adds(b, i ? " " : "");
			show(a, b, &x);
		}
		buf_addc(b, ']');
		return;
	case KIND_MAP:
		buf_adds(b, "map[");
		for (size_t i = 0; i < val_map_len(v); i++) {
			struct val k, x;

			val_map_at(a, v, i, &k, &x);
			buf_adds(b, i ? " " : "");
			show(a, b, &k);
			buf_addc(b, ':');
			show(a, b, &x);
		}
		buf_addc(b, ']');
		return;
	default:
		buf_adds(b, "<nil>");
	}
}

static bool unconvertible(struct reader *r, const char *name,
			  enum conf_type want, const struct val *v)
{
	struct buf BUF_AUTO b = {.max = 1024};

	show(r->arena, &b, v);
	return bad(r,
		   "'%s' expected type '%s', got unconvertible type '%s', "
		   "value: '%s'",
		   name, type_names[want], v->type->name, buf_str(&b));
}

/* Go's reflect.Kind of a value. */
static const char *kind_name(const struct val *v)
{
	switch ((int)val_kind(v)) {
	case KIND_SLICE:
		return "slice";
	case KIND_MAP:
		return "map";
	default:
		return v->type->name;
	}
}

/* --- leaves --- */

static bool decoding(struct reader *r, const char *name, const struct err *e)
{
	return bad(r, "error decoding '%s': %s", name, e->text);
}

/* A number where Go takes any kind of number; a fraction is cut off. */
static bool integer(struct reader *r, const char *name, enum conf_type type,
		    const struct val *v, struct val *out)
{
	int64_t i;

	if (val_kind(v) == KIND_INT)
		i = v->i;
	else if (val_kind(v) == KIND_FLOAT)
		i = v->f >= 9.2e18    ? INT64_MAX
		    : v->f <= -9.2e18 ? INT64_MIN
				      : (int64_t)v->f;
	else
		return unconvertible(r, name, type, v);
	if (type == CONF_PERMS && i < 0)
		return bad(r, "cannot parse '%s', %lld overflows uint", name,
			   (long long)i);
	*out = val_int64(i);
	return true;
}

static bool duration(struct reader *r, const char *name, const struct val *v,
		     struct val *out)
{
	struct err e;
	int64_t ns;

	if (val_kind(v) != KIND_STRING)
		return integer(r, name, CONF_DUR, v, out);
	if (dur_parse(v->s, &ns, &e) < 0)
		return decoding(r, name, &e);
	*out = val_int64(ns);
	return true;
}

static bool perms(struct reader *r, const char *name, const struct val *v,
		  struct val *out)
{
	bool octal = val_kind(v) == KIND_STRING && v->s.n > 0;
	uint64_t u;

	if (val_kind(v) != KIND_STRING)
		return integer(r, name, CONF_PERMS, v, out);
	for (size_t i = 0; i < v->s.n; i++)
		octal = octal && v->s.p[i] >= '0' && v->s.p[i] <= '7';
	if (octal && num_oct(v->s, 07777, &u)) {
		*out = val_int64((int64_t)u);
		return true;
	}
	return bad(r, "error decoding '%s': strconv.ParseUint: parsing \"%.*s\": "
		      "%s",
		   name, (int)v->s.n, v->s.p,
		   octal ? "value out of range" : "invalid syntax");
}

static bool signal_number(struct reader *r, const char *name,
			  const struct val *v, struct val *out)
{
	struct err e;
	int number = 0;

	if (val_kind(v) != KIND_STRING)
		return bad(r, "'%s' expected type 'os.Signal', got '%s'", name,
			   v->type->name);
	if (v->s.n && conf_signal(v->s, &number, &e) < 0)
		return decoding(r, name, &e);
	*out = val_int64(number);
	return true;
}

static bool list(struct reader *r, const char *name, enum conf_type type,
		 const struct val *v, struct val *out)
{
	size_t before = r->n;

	if (val_kind(v) == KIND_STRING && type == CONF_LIST) {
		*out = conf_commas(r->arena, v->s);
		return true;
	}
	*out = val_list(r->arena, &type_strings, 0);
	if (val_kind(v) == KIND_STRING) {
		if (v->s.n)
			val_push(r->arena, out, *v);
		return true;
	}
	if (val_kind(v) != KIND_SLICE)
		return bad(r,
			   "'%s': source data must be an array or slice, got "
			   "%s",
			   name, kind_name(v));
	for (size_t i = 0; i < val_len_list(v); i++) {
		struct val x = val_at(v, i);

		if (val_kind(&x) == KIND_STRING)
			val_push(r->arena, out, x);
		else
			unconvertible(r,
				      arena_printf(r->arena, "%s[%zu]", name, i),
				      CONF_STR, &x);
	}
	return r->n == before;
}

static bool identity(struct reader *r, const char *name, const struct val *v,
		     struct val *out)
{
	if (val_kind(v) == KIND_STRING)
		*out = *v;
	else if (val_kind(v) == KIND_INT)
		*out = val_cstr(arena_printf(r->arena, "%lld",
					     (long long)v->i));
	else
		return unconvertible(r, name, CONF_ID, v);
	return true;
}

static bool leaf(struct reader *r, const char *name, enum conf_type type,
		 const struct val *v, struct val *out)
{
	*out = *v;
	switch (type) {
	case CONF_STR:
		return val_kind(v) == KIND_STRING ||
		       unconvertible(r, name, type, v);
	case CONF_BOOL:
		return val_kind(v) == KIND_BOOL ||
		       unconvertible(r, name, type, v);
	case CONF_FLOAT:
		if (val_kind(v) == KIND_INT)
			*out = val_float((double)v->i);
		return val_kind(out) == KIND_FLOAT ||
		       unconvertible(r, name, type, v);
	case CONF_INT:
		return integer(r, name, type, v, out);
	case CONF_DUR:
		return duration(r, name, v, out);
	case CONF_SIGNAL:
		return signal_number(r, name, v, out);
	case CONF_LIST:
	case CONF_WORDS:
		return list(r, name, type, v, out);
	case CONF_PERMS:
		return perms(r, name, v, out);
	case CONF_ID:
		return identity(r, name, v, out);
	case CONF_BLOCK:
	case CONF_BLOCKS:
		break;
	}
	return false;
}

/* --- blocks --- */

static bool block(struct reader *r, const char *name, const struct conf_block *b,
		  const struct val *v, struct val *out);

/* Of several blocks of one name in a file the last one counts, whole. */
static bool last_block(struct reader *r, const char *name,
		       const struct conf_block *b, const struct val *v,
		       struct val *out)
{
	size_t n = val_kind(v) == KIND_SLICE ? val_len_list(v) : 0;
	struct val last;
	struct err e;

	if (val_kind(v) == KIND_STRING && b->text) {
		if (b->text(r->arena, v->s, out, &e) < 0)
			return decoding(r, name, &e);
		return true;
	}
	if (n) {
		last = val_at(v, n - 1);
		if (val_kind(&last) == KIND_MAP)
			return block(r, name, b, &last, out);
	}
	return block(r, name, b, v, out);
}

static bool blocks(struct reader *r, const char *name,
		   const struct conf_block *b, const struct val *v,
		   struct val *out)
{
	size_t before = r->n;
	struct val in = *v;

	*out = val_list(r->arena, &type_anys, 0);
	if (val_kind(v) == KIND_STRING)
		in = conf_commas(r->arena, v->s);
	else if (val_kind(v) != KIND_SLICE)
		return bad(r,
			   "'%s': source data must be an array or slice, got "
			   "%s",
			   name, kind_name(v));
	for (size_t i = 0; i < val_len_list(&in); i++) {
		struct val x = val_at(&in, i), one = val_none();

		if (block(r, arena_printf(r->arena, "%s[%zu]", name, i), b, &x,
			  &one))
			val_push(r->arena, out, one);
	}
	return r->n == before;
}

static void field(struct reader *r, const char *name,
		  const struct conf_key *k, const struct val *v,
		  struct val *out)
{
	struct val x = val_none();
	bool ok;

	if (!v->type) /* null, or an empty list of blocks */
		return;
	if (name[0])
		name = arena_printf(r->arena, "%s.%s", name, k->name);
	else
		name = k->name;
	if (k->type == CONF_BLOCK)
		ok = last_block(r, name, k->block, v, &x);
	else if (k->type == CONF_BLOCKS)
		ok = blocks(r, name, k->block, v, &x);
	else
		ok = leaf(r, name, k->type, v, &x);
	if (ok)
		val_map_sets(r->arena, out, str_of(k->name), x);
}

static bool block(struct reader *r, const char *name, const struct conf_block *b,
		  const struct val *v, struct val *out)
{
	struct buf BUF_AUTO unknown = {0};
	size_t before = r->n, n;
	const struct val_entry *e;

	if (val_kind(v) != KIND_MAP)
		return bad(r, "'%s' expected a map, got '%s'", name,
			   kind_name(v));
	*out = val_map(r->arena, &type_map_any);
	e = val_map_entries(v, &n);
	for (size_t i = 0; i < n; i++) {
		const struct conf_key *k = conf_key(b, e[i].key.s);

		if (k) {
			field(r, name, k, &e[i].v, out);
			continue;
		}
		buf_adds(&unknown, unknown.len ? ", " : "");
		buf_add(&unknown, e[i].key.s.p, e[i].key.s.n);
	}
	if (unknown.len)
		bad(r, "'%s' has invalid keys: %s", name, buf_str(&unknown));
	return r->n == before;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int complain(struct reader *r, struct err *e)
{
	struct buf BUF_AUTO b = {.max = ERR_TEXT};

	qsort(r->errors, r->n, sizeof(*r->errors), by_text);
	for (size_t i = 0; i < r->n; i++)
		if (buf_addf(&b, "\n* %s", r->errors[i]) < 0)
			break;
	return err_set(e, 0,
		       "mapstructure decode failed: %zu error(s) decoding:\n%s",
		       r->n, buf_str(&b));
}

int conf_read(struct arena *a, const struct conf_block *root, struct str text,
	      struct val *tree, struct err *e)
{
	struct reader r = {.arena = a};
	struct hcl_node *node;
	struct val v;

	if (hcl_parse(a, text, &node, e) < 0 || hcl_val(a, node, &v, e) < 0)
		return err_wrap(e, "error decoding config");
	if (!block(&r, "", root, &v, tree))
		return complain(&r, e);
	return 0;
}

// SPDX-License-Identifier: MIT
/* builtin - the language's own functions, and the table of all of them. `and`
 * and `or` are in the table for their signature; call.c evaluates them.
 * Source: Go's text/template, as facts. */
#include "tmpl/builtin.h"

static BUILTIN(builtin_lazy)
{
	(void)v;
	(void)n;
	(void)out;
	return err_set(c->err, 0, "evaluated elsewhere");
}

static BUILTIN(builtin_not)
{
	(void)c;
	(void)n;
	*out = val_bool(!val_truth(&v[0]));
	return 0;
}

/* v[0] is how the function was written; there are no function values. */
static BUILTIN(builtin_call)
{
	struct val f = bare(&v[1]);

	(void)n;
	(void)out;
	if (!f.type)
		return err_set(c->err, 0, "call of nil");
	return err_set(c->err, 0, "non-function %.*s of type %s", (int)v[0].s.n,
		       v[0].s.p, f.type->name);
}

/* --- elements --- */

static bool is_int(const struct val_type *t)
{
	return t && (t->kind == KIND_INT || t->kind == KIND_UINT);
}

/* An index between 0 and max. */
static int list_index(struct tmpl_call *c, const struct val *v, size_t max,
		      size_t *i)
{
	if (!v->type)
		return err_set(c->err, 0, "cannot index slice/array with nil");
	if (!is_int(v->type))
		return err_set(c->err, 0,
			       "cannot index slice/array with type %s",
			       v->type->name);
	if (v->i < 0 || v->u > max)
		return err_set(c->err, 0, "index out of range: %lld",
			       (long long)v->i);
	*i = (size_t)v->u;
	return 0;
}

/* A key in the map's key type. */
static int map_index(struct tmpl_call *c, const struct val *key,
		     const struct val_type *t, struct val *out)
{
	*out = *key;
	if (!key->type) {
		if (t->kind != KIND_INTERFACE)
			return err_set(c->err, 0,
				       "value is nil; should be of type %s",
				       t->name);
		return 0;
	}
	if (val_type_assignable(key->type, t))
		return 0;
	if (!is_int(key->type) || !is_int(t))
		return err_set(c->err, 0, "value has type %s; should be %s",
			       key->type->name, t->name);
	out->type = t;
	return 0;
}

static int index_list(struct tmpl_call *c, struct val *item,
		      const struct val *key)
{
	bool text = val_kind(item) == KIND_STRING;
	size_t i = 0, n = text ? item->s.n : val_len_list(item);

	if (list_index(c, key, n, &i) < 0)
		return -1;
	if (i == n)
		return err_set(c->err, 0, "reflect: %s index out of range",
			       text ? "string" : "slice");
	if (text)
		*item = (struct val){.type = &type_uint8,
				     .u = (unsigned char)item->s.p[i]};
	else
		*item = val_at(item, i);
	return 0;
}

static int index_map(struct tmpl_call *c, struct val *item,
		     const struct val *key)
{
	const struct val *found;
	struct val k;

	if (map_index(c, key, item->type->key, &k) < 0)
		return -1;
	found = val_map_get(item, &k);
	*item = found ? *found : val_zero(item->type->elem);
	return 0;
}

static BUILTIN(builtin_index)
{
	struct val item = bare(&v[0]), key;
	int rc;

	if (!item.type)
		return err_set(c->err, 0, "index of untyped nil");
	for (size_t i = 1; i < n; i++) {
		key = bare(&v[i]);
		if (!item.type || (val_kind(&item) == KIND_PTR && !item.fields))
			return err_set(c->err, 0, "index of nil pointer");
		item = deref(&item);
		if (val_kind(&item) == KIND_SLICE ||
		    val_kind(&item) == KIND_STRING)
			rc = index_list(c, &item, &key);
		else if (val_kind(&item) == KIND_MAP)
			rc = index_map(c, &item, &key);
		else
			rc = err_set(c->err, 0, "can't index item of type %s",
				     item.type->name);
		if (rc < 0)
			return rc;
	}
	*out = item;
	return 0;
}

static int slice_bounds(struct tmpl_call *c, const struct val *v, size_t n,
			size_t len, size_t cap, size_t at[3])
{
	at[0] = 0;
	at[1] = len;
	at[2] = cap;
	for (size_t i = 1; i < n; i++) {
		if (list_index(c, &v[i], cap, &at[i - 1]) < 0)
			return -1;
	}
	if (at[0] > at[1])
		return err_set(c->err, 0, "invalid slice index: %zu > %zu",
			       at[0], at[1]);
	if (n > 3 && at[1] > at[2])
		return err_set(c->err, 0, "invalid slice index: %zu > %zu",
			       at[1], at[2]);
	return 0;
}

static BUILTIN(builtin_slice)
{
	struct val item = bare(&v[0]);
	bool text = val_kind(&item) == KIND_STRING;
	size_t at[3], len, cap;

	if (!item.type)
		return err_set(c->err, 0, "slice of untyped nil");
	if (n > 4)
		return err_set(c->err, 0, "too many slice indexes: %zu", n - 1);
	if (!text && val_kind(&item) != KIND_SLICE)
		return err_set(c->err, 0, "can't slice item of type %s",
			       item.type->name);
	if (text && n == 4)
		return err_set(c->err, 0, "cannot 3-index slice a string");
	len = text ? item.s.n : val_len_list(&item);
	cap = text ? len : item.list ? item.list->cap : 0;
	if (slice_bounds(c, v, n, len, cap, at) < 0)
		return -1;
	if (text) {
		item.s = str_cut(item.s, at[0], at[1]);
	} else {
		item = val_sublist(c->arena, &item, at[0], at[1]);
		if (item.list)
			item.list->cap = at[2] - at[0];
	}
	*out = item;
	return 0;
}

static BUILTIN(builtin_len)
{
	struct val item = v[0], inner = deref(&v[0]);
	size_t len = 0;

	(void)n;
	if (!item.type)
		return err_set(c->err, 0,
			       "reflect: call of reflect.Value.Type on zero "
			       "Value");
	if (item.type == &type_any ||
	    (val_kind(&item) == KIND_PTR && !item.fields))
		return err_set(c->err, 0, "len of nil pointer");
	if (val_kind(&item) == KIND_STRING)
		len = item.s.n;
	else if (val_kind(&item) == KIND_SLICE)
		len = val_len_list(&item);
	else if (val_kind(&item) == KIND_MAP)
		len = val_map_len(&item);
	else if (val_kind(&item) != KIND_CHAN) /* channels hold nothing */
		return err_set(c->err, 0, "len of type %s",
			       val_type_name(&inner));
	*out = val_int((int64_t)len);
	return 0;
}

/* --- printing --- */

static BUILTIN(builtin_print)
{
	struct text t = {.a = c->arena};

	print_args(&t, v, n);
	*out = val_str(text_str(&t));
	return 0;
}

static BUILTIN(builtin_println)
{
	struct text t = {.a = c->arena};

	println_args(&t, v, n);
	*out = val_str(text_str(&t));
	return 0;
}

static BUILTIN(builtin_printf)
{
	struct text t = {.a = c->arena};

	print_format(&t, v[0].s, v + 1, n - 1);
	*out = val_str(text_str(&t));
	return 0;
}

const struct tmpl_func *builtin_find(const char *name, size_t n)
{
	static const struct tmpl_func all[] = {
		{"and", "r..r:a", builtin_lazy},
		{"call", "r..r:a", builtin_call},
		{"eq", "r..r:b", builtin_eq},
		{"ge", "rr:b", builtin_ge},
		{"gt", "rr:b", builtin_gt},
		{"html", "..a:s", builtin_html},
		{"index", "r..r:a", builtin_index},
		{"js", "..a:s", builtin_js},
		{"le", "rr:b", builtin_le},
		{"len", "r:i", builtin_len},
		{"lt", "rr:b", builtin_lt},
		{"ne", "rr:b", builtin_ne},
		{"not", "r:b", builtin_not},
		{"or", "r..r:a", builtin_lazy},
		{"print", "..a:s", builtin_print},
		{"printf", "s..a:s", builtin_printf},
		{"println", "..a:s", builtin_println},
		{"slice", "r..h:a", builtin_slice},
		{"urlquery", "..a:s", builtin_urlquery},
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_is(str_n(name, n), all[i].name))
			return &all[i];
	return NULL;
}

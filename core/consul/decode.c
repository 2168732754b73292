// SPDX-License-Identifier: MIT
/* decode - JSON answers of Consul. Keys are walked without an intermediate
 * form, since one answer may hold many thousands of them. */
#include <string.h>

#include "consul/inner.h"
#include "data/json.h"
#include "funcs/shape.h"

static void set_uint(struct val *pair, const char *field, uint64_t u)
{
	val_field(pair, field)->u = u;
}

static void set_text(struct val *pair, const char *field, struct str s)
{
	val_field(pair, field)->s = s;
}

/* The key without the prefix and without slashes at its start. */
static struct str short_key(struct str path, const char *prefix)
{
	if (str_prefix(path, str_of(prefix)))
		path = str_cut(path, strlen(prefix), path.n);
	while (path.n && path.p[0] == '/')
		path = str_cut(path, 1, path.n);
	return path;
}

/* One object {Key, Value, Flags, ...} into a *dependency.KeyPair. */
static void walk_pair(struct json_in *j, const char *prefix, struct val *pair)
{
	struct str key, v;

	*pair = val_ptr(j->arena, &shape_key_pair_p);
	if (!pair->fields) {
		json_in_fail(j, "out of memory");
		return;
	}
	if (!json_in_object(j))
		return;
	while (json_in_key(j, &key)) {
		if (str_is(key, "Key")) {
			v = json_in_str(j);
			set_text(pair, "Path", v);
			set_text(pair, "Key", short_key(v, prefix));
		} else if (str_is(key, "Value")) {
			if (consul_base64(j->arena, json_in_str(j), &v) < 0)
				json_in_fail(j, "illegal base64 data");
			else
				set_text(pair, "Value", v);
		} else if (str_is(key, "Session")) {
			set_text(pair, "Session", json_in_str(j));
		} else if (str_is(key, "CreateIndex") ||
			   str_is(key, "ModifyIndex") ||
			   str_is(key, "LockIndex") || str_is(key, "Flags")) {
			char name[16];

			memcpy(name, key.p, key.n);
			name[key.n] = '\0';
			set_uint(pair, name, json_in_uint(j));
		} else {
			json_in_skip(j);
		}
	}
}

static int keys(const struct tmpl_query *q, struct str json, struct arena *a,
		struct val *out, struct err *e)
{
	struct json_in j;
	struct val pair;

	*out = val_list(a, &shape_key_pair_l, 8);
	json_in_init(&j, json, a, 0, e);
	if (json_in_array(&j))
		while (json_in_next(&j)) {
			walk_pair(&j, q->name, &pair);
			if (!j.failed && val_push(a, out, pair) < 0)
				json_in_fail(&j, "out of memory");
		}
	return json_in_end(&j);
}

static int one_key(const struct tmpl_query *q, struct str json, struct arena *a,
		   struct val *out, bool *absent, struct err *e)
{
	struct val list;

	if (keys(q, json, a, &list, e) < 0)
		return -1;
	*absent = val_len_list(&list) == 0;
	if (!*absent)
		*out = val_str(val_field(&list.list->items[0], "Value")->s);
	return 0;
}

/* The JSON and what is made of it on the way live in an arena that is given
 * back; only the finished value is copied. */
static int shaped(const struct tmpl_query *q, struct str json, struct arena *a,
		  struct val *out, struct err *e)
{
	struct arena tmp = {0};
	struct val v, made;
	int ret = json_parse(&tmp, json, JSON_NUMBER | JSON_BORROW, &v, e);

	if (ret == 0)
		ret = consul_shape(q, &v, &tmp, &made, e);
	if (ret == 0)
		*out = val_deep_copy(a, &made);
	arena_free(&tmp);
	return ret;
}

int consul_decode(const struct tmpl_query *q, struct str json, struct arena *a,
		  struct val *out, bool *absent, struct err *e)
{
	*absent = false;
	*out = val_none();
	switch ((int)q->kind) {
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
		return one_key(q, json, a, out, absent, e);
	case DEP_KV_LIST:
		return keys(q, json, a, out, e);
	default:
		return shaped(q, json, a, out, e);
	}
}

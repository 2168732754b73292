// SPDX-License-Identifier: MIT
/* consul_kv - keys, in Consul and in a folder store alike: both give lists of
 * the same shape. */
#include "consul_applet.h"

#include <stdio.h>
#include <string.h>

#include "crypto.h"
#include "data/json.h"
#include "funcs/shape.h"

static const char *no_slash(const char *key)
{
	return *key == '/' ? key + 1 : key;
}

static struct str field(const struct val *pair, const char *name)
{
	return val_field(pair, name)->s;
}

static uint64_t number(const struct val *pair, const char *name)
{
	return val_field(pair, name)->u;
}

/* Of a folder: all below the prefix, then the one key when only it is wanted. */
static int folder_pairs(struct ask *k, const struct tmpl_query *q, bool recurse,
			struct val *out)
{
	struct store_wait w = {0};

	if (agent_wait(k, &w,
		       store_fetch(k->store, q, NULL, store_wait_fn, &w, NULL,
				   &k->c.err)) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(&w.reply.value); i++) {
		struct val p = val_at(&w.reply.value, i);

		if (recurse || str_is(field(&p, "Path"), q->name))
			(void)!val_push(&k->arena, out, p);
	}
	return 0;
}

static int pairs(struct ask *k, const char *key, bool recurse, struct val *out)
{
	struct tmpl_query q = {.kind = DEP_KV_LIST,
			       .id = key,
			       .name = key,
			       .tag = "",
			       .dc = "",
			       .near = "",
			       .ns = "",
			       .partition = "",
			       .peer = "",
			       .sameness = "",
			       .filter = ""};
	bool absent;

	*out = val_list(&k->arena, &shape_key_pair_l, 8);
	if (!k->consul)
		return folder_pairs(k, &q, recurse, out);
	if (recurse)
		http_query_add(&k->q, "recurse", "");
	if (agent_call(k, "GET", "/v1/kv/", key, (struct str){0}) < 0)
		return k->c.status == 404 ? 0 : -1;
	return consul_decode(&q, str_n(buf_str(&k->c.body), k->c.body.len),
			     &k->arena, out, &absent, &k->c.err);
}

/* A status alone is all that is said of a read. */
static int read_failed(struct ask *k)
{
	if (k->c.status && k->c.status != 200)
		err_set(&k->c.err, 0, "Unexpected response code: %d",
			k->c.status);
	return agent_failed(k);
}

/* --- get --- */

static void put_value(const struct consul_opts *o, struct str v)
{
	struct buf BUF_AUTO b = {0};

	if (o->base64)
		crypto_base64_put(BASE64_STD, v, &b);
	else
		buf_add(&b, v.p, v.n);
	buf_addc(&b, '\n');
	fwrite(b.p, 1, b.len, stdout);
}

static void put_text(const char *name, struct str v)
{
	printf("%-17s%.*s\n", name, (int)v.n, v.p);
}

static void put_detailed(const struct consul_opts *o, const struct val *p)
{
	static const char *const names[] = {"CreateIndex", "Flags", "Key",
					    "LockIndex", "ModifyIndex"};
	struct str session = field(p, "Session");

	for (size_t i = 0; i < COUNT(names); i++)
		if (i == 2)
			put_text(names[i], field(p, "Path"));
		else
			printf("%-17s%llu\n", names[i],
			       (unsigned long long)number(p, names[i]));
	put_text("Session", session.n ? session : STR("-"));
	printf(field(p, "Value").n ? "%-17s" : "%s", "Value");
	put_value(o, field(p, "Value"));
}

static int get_some(struct ask *k, const char *key)
{
	const struct consul_opts *o = k->o;
	struct val list;

	if (pairs(k, key, o->recurse, &list) < 0)
		return read_failed(k);
	if (!o->recurse && !val_len_list(&list))
		return agent_fail("Error! No key exists at: %s", key);
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct val p = val_at(&list, i);
		struct str path = field(&p, "Path");

		if (o->detailed) {
			if (i)
				putchar('\n');
			put_detailed(o, &p);
			continue;
		}
		if (o->recurse)
			printf("%.*s:", (int)path.n, path.p);
		put_value(o, field(&p, "Value"));
	}
	return 0;
}

/* What Consul's servers do for ?keys: cut behind the first separator after
 * the prefix, each once. */
static int get_folder_keys(struct ask *k, const char *prefix, const char *sep)
{
	struct str last = {0};
	struct val list;

	if (pairs(k, prefix, true, &list) < 0)
		return agent_failed(k);
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct val p = val_at(&list, i);
		struct str path = field(&p, "Path");
		ptrdiff_t at = str_find(str_cut(path, strlen(prefix), path.n),
					str_of(sep));

		if (*sep && at >= 0)
			path.n = strlen(prefix) + (size_t)at + strlen(sep);
		if (!i || !str_eq(path, last))
			printf("%.*s\n", (int)path.n, path.p);
		last = path;
	}
	return 0;
}

static int get_keys(struct ask *k, const char *prefix)
{
	const char *sep = k->o->separator ? k->o->separator : "/";
	struct val list;

	if (!k->consul)
		return get_folder_keys(k, prefix, sep);
	http_query_add(&k->q, "keys", "");
	http_query_opt(&k->q, "separator", sep);
	if (agent_json(k, "/v1/kv/", prefix, KIND_SLICE, KIND_STRING, &list) < 0)
		return k->c.status == 404 ? 0 : read_failed(k);
	for (size_t i = 0; list.type && i < val_len_list(&list); i++) {
		struct str s = val_at(&list, i).s;

		printf("%.*s\n", (int)s.n, s.p);
	}
	return 0;
}

int consul_kv_get(struct consul_opts *o, int argc, char **argv)
{
	const char *key = argc ? no_slash(argv[0]) : "";
	struct ask k;
	int code;

	if (agent_many(argc, 1))
		return 1;
	if (!*key && !o->recurse && !o->keys)
		return agent_fail("Error! Missing KEY argument");
	if ((code = agent_open(&k, o, false)))
		return code;
	return o->keys ? get_keys(&k, key) : get_some(&k, key);
}

/* --- put --- */

static int fail_folder(struct ask *k)
{
	return err_set(&k->c.err, 0,
		       "flags, sessions and this cas need a Consul agent");
}

static int folder_put(struct ask *k, const char *key, struct str value,
		      uint64_t flags)
{
	const struct consul_opts *o = k->o;
	struct store_wait w = {0};

	if (flags || o->acquire || o->release)
		return fail_folder(k);
	if (agent_wait(k, &w,
		       o->cas ? store_cas(k->store, key, value, o->modify_index,
					  store_wait_fn, &w, NULL, &k->c.err)
			      : store_put(k->store, key, value, store_wait_fn,
					  &w, NULL, &k->c.err)) < 0)
		return -1;
	return !o->cas || w.reply.yes;
}

/* 1: done, 0: refused (cas, lock), -1. */
static int put(struct ask *k, const char *key, struct str value, uint64_t flags)
{
	const struct consul_opts *o = k->o;
	char n[NUM_TEXT];

	if (!k->consul)
		return folder_put(k, key, value, flags);
	if (*key == '/')
		return err_set(&k->c.err, 0,
			       "Invalid key. Key must not begin "
			       "with a '/': %s",
			       key);
	num_put_u64(n, flags);
	if (flags)
		http_query_add(&k->q, "flags", n);
	if (o->cas)
		agent_number(k, "cas", o->modify_index);
	if (o->acquire || o->release)
		http_query_add(&k->q, o->acquire ? "acquire" : "release",
			       o->session);
	return agent_yes(k, "PUT", "/v1/kv/", key, value.n ? value : STR(""));
}

static int put_answer(const struct consul_opts *o, const char *key, int done)
{
	if (done) {
		printf("Success! %s: %s\n",
		       o->acquire   ? "Lock acquired on"
		       : o->release ? "Lock released on"
				    : "Data written to",
		       key);
		return 0;
	}
	if (o->acquire)
		return agent_fail("Error! Did not acquire lock");
	if (o->release)
		return agent_fail("Error! Did not release lock");
	return agent_fail("Error! Did not write to %s: CAS failed", key);
}

static bool bad_cas(const struct consul_opts *o)
{
	return o->cas && !o->modify_index &&
	       agent_fail("Must specify -modify-index with -cas!");
}

/* Where Go's reader stops; -1: nowhere. */
static ptrdiff_t bad_base64(struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789+/";
	size_t n = 0, pad;

	while (n < s.n && s.p[n] && strchr(set, s.p[n]))
		n++;
	pad = -n % 4;
	if (n == s.n)
		return pad ? (ptrdiff_t)(n - n % 4) : -1;
	if (s.p[n] != '=' || pad == 3 || !pad)
		return (ptrdiff_t)n;
	if (pad == 2 && ++n < s.n && s.p[n] != '=')
		return (ptrdiff_t)n;
	return n + 1 == s.n ? -1 : (ptrdiff_t)(n < s.n ? n + 1 : n);
}

/* In place. Line ends are no part of it, as `base64` writes them. -1: *e. */
static int decode(struct ask *k, struct str *v, struct err *e)
{
	char *p = arena_dup(&k->arena, v->p, v->n);
	size_t n = 0;
	ptrdiff_t bad;

	for (size_t i = 0; p && i < v->n; i++)
		if (p[i] != '\r' && p[i] != '\n')
			p[n++] = p[i];
	bad = p ? bad_base64(str_n(p, n)) : 0;
	if (bad >= 0 || consul_base64(&k->arena, str_n(p, n), v) < 0)
		return err_set(e, 0, "illegal base64 data at input byte %zd",
			       bad);
	return 0;
}

int consul_kv_put(struct consul_opts *o, int argc, char **argv)
{
	const char *key = argc ? argv[0] : "";
	struct buf BUF_AUTO data = {0};
	struct str value;
	struct ask k;
	struct err e;
	int ret;

	if (!argc)
		return agent_fail("Error! Missing KEY argument");
	if (argc > 2)
		return agent_fail("Error! Too many arguments (expected 1 or 2, "
				  "got %d)",
				  argc);
	if (argc > 1 && agent_data(argv[1], &data, &e) < 0)
		return agent_fail("Error! %s", e.text);
	if (!*key)
		return agent_fail("Error! Missing KEY argument");
	if (bad_cas(o))
		return 1;
	if ((o->acquire || o->release) && (!o->session || !*o->session))
		return agent_fail("Error! Missing -session (required with "
				  "-acquire and -release)");
	if ((ret = agent_open(&k, o, false)))
		return ret;
	value = str_n(buf_str(&data), data.len);
	if (o->base64 && decode(&k, &value, &e) < 0)
		return agent_fail("Error! Cannot base 64 decode data: %s",
				  e.text);
	ret = put(&k, key, value, o->flags);
	return ret < 0 ? agent_fail("Error! Failed writing data: %s",
				    k.c.err.text)
		       : put_answer(o, key, ret);
}

/* --- delete --- */

/* 1: done, 0: cas refused, -1. */
static int delete (struct ask *k, const char *key)
{
	const struct consul_opts *o = k->o;
	struct store_wait w = {0};

	if (!k->consul && o->cas)
		return fail_folder(k);
	if (!k->consul)
		return agent_wait(k, &w,
				  store_delete(k->store, key, o->recurse,
					       store_wait_fn, &w, NULL,
					       &k->c.err)) < 0
			       ? -1
			       : 1;
	if (o->recurse)
		http_query_add(&k->q, "recurse", "");
	if (o->cas)
		agent_number(k, "cas", o->modify_index);
	return agent_yes(k, "DELETE", "/v1/kv/", key, (struct str){0});
}

int consul_kv_delete(struct consul_opts *o, int argc, char **argv)
{
	const char *key = argc ? no_slash(argv[0]) : "";
	struct ask k;
	int ret;

	if (agent_many(argc, 1))
		return 1;
	if (!*key && !o->recurse)
		return agent_fail("Error! Missing KEY argument");
	if (bad_cas(o))
		return 1;
	if (o->modify_index && !o->cas)
		return agent_fail("Cannot specify -modify-index without -cas!");
	if (o->cas && o->recurse)
		return agent_fail("Cannot specify both -cas and -recurse!");
	if ((ret = agent_open(&k, o, false)))
		return ret;
	ret = delete (&k, key);
	if (ret < 0)
		agent_fail(o->recurse ? "Error! Did not delete prefix %s: %s"
				      : "Error deleting key %s: %s",
			   key, k.c.err.text);
	else if (!ret)
		agent_fail("Error! Did not delete key %s: CAS failed", key);
	else if (o->recurse)
		printf("Success! Deleted keys with prefix: %s\n", key);
	else
		printf("Success! Deleted key: %s\n", key);
	return ret != 1;
}

/* --- export and import --- */

int consul_kv_export(struct consul_opts *o, int argc, char **argv)
{
	struct buf BUF_AUTO b = {0};
	struct val list;
	struct ask k;
	int ret;

	if (agent_many(argc, 1))
		return 1;
	if ((ret = agent_open(&k, o, false)))
		return ret;
	if (pairs(&k, argc ? no_slash(argv[0]) : "", true, &list) < 0)
		return read_failed(&k);
	buf_addc(&b, '[');
	for (size_t i = 0; i < val_len_list(&list); i++) {
		struct val p = val_at(&list, i);

		buf_addf(&b, "%s\n\t{\n\t\t\"key\": ", i ? "," : "");
		json_print_str(&b, field(&p, "Path"), 0);
		buf_addf(&b, ",\n\t\t\"flags\": %llu,\n\t\t\"value\": \"",
			 (unsigned long long)number(&p, "Flags"));
		crypto_base64_put(BASE64_STD, field(&p, "Value"), &b);
		buf_adds(&b, "\"\n\t}");
	}
	buf_adds(&b, val_len_list(&list) ? "\n]\n" : "]\n");
	return b.failed || fwrite(b.p, 1, b.len, stdout) != b.len;
}

static const struct val_field entry_fields[] = {
	{.name = "Key", .json = "key", .type = &type_string},
	{.name = "Flags", .json = "flags", .type = &type_uint64},
	{.name = "Value", .json = "value", .type = &type_string},
};
static const struct val_type entry = {.name = "impexp.Entry",
				      .kind = KIND_STRUCT,
				      .fields = entry_fields,
				      .nfields = COUNT(entry_fields)};
static const struct val_type entry_p = {
	.name = "*impexp.Entry", .kind = KIND_PTR, .elem = &entry};
static const struct val_type entry_l = {
	.name = "[]*impexp.Entry", .kind = KIND_SLICE, .elem = &entry_p};

static int import_one(struct ask *k, const struct val *m)
{
	struct str key = field(m, "Key"), value = field(m, "Value");
	char *name = arena_dup(&k->arena, key.p, key.n);
	struct err e;

	if (decode(k, &value, &e) < 0)
		return agent_fail("Error base 64 decoding value for key %s: %s",
				  name, e.text);
	/* a folder has no flags: the rest is worth having */
	if (put(k, name, value, k->consul ? number(m, "Flags") : 0) < 0)
		return agent_fail("Error! Failed writing data for key %s: %s",
				  name, k->c.err.text);
	printf("Imported: %s\n", name);
	return 0;
}

int consul_kv_import(struct consul_opts *o, int argc, char **argv)
{
	struct buf BUF_AUTO data = {0};
	struct val v;
	struct ask k;
	struct err e;
	int ret;

	if (!argc)
		return agent_fail("Error! Missing DATA argument");
	if (argc > 1)
		return agent_fail(
			"Error! Too many arguments (expected 1, got %d)", argc);
	if (!*argv[0])
		return agent_fail("Error! Empty DATA argument");
	if (agent_data(argv[0], &data, &e) < 0)
		return agent_fail("Error! %s", e.text);
	if ((ret = agent_open(&k, o, false)))
		return ret;
	if (json_parse(&k.arena, str_n(buf_str(&data), data.len), JSON_NUMBER,
		       &v, &e) < 0 ||
	    shape_decode(&k.arena, &entry_l, &v, &v, &e) < 0)
		return agent_fail("Cannot unmarshal data: %s", e.text);
	for (size_t i = 0; !ret && i < val_len_list(&v); i++)
		ret = import_one(&k, &v.list->items[i]);
	return ret;
}

// SPDX-License-Identifier: MIT
/* keys - a recursive answer taken apart as it comes: the elements of the outer
 * array are found by counting braces outside strings, each is read alone and
 * forgotten. What nobody wants never takes memory. */
#include <stdlib.h>
#include <string.h>

#include "consul/inner.h"
#include "data/json.h"

/* One element: a value of 512 kB in base64, and what stands around it. */
enum { ELEMENT_MAX = CONSUL_VALUE_MAX / 3 * 4 + (64 << 10) };

struct keys {
	consul_key_fn *each;
	void *ctx;
	struct buf element;
	size_t bytes, max;
	int depth;       /* of braces and brackets; the outer array is 1 */
	bool text, back; /* inside a string, behind a backslash */
	bool ended, too_large;
};

struct keys *consul_keys_new(consul_key_fn *each, void *ctx, size_t max)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->each = each;
	k->ctx = ctx;
	k->max = max;
	buf_init(&k->element, ELEMENT_MAX);
	return k;
}

void consul_keys_free(struct keys *k)
{
	if (k)
		buf_free(&k->element);
	free(k);
}

static int one(struct keys *k, struct str text, struct err *e)
{
	struct arena a = {0};
	struct json_in j;
	struct str name, key = {0}, value = {0};
	uint64_t modify = 0;
	int ret;

	json_in_init(&j, text, &a, JSON_BORROW, e);
	if (json_in_object(&j))
		while (json_in_key(&j, &name)) {
			if (str_eq(name, STR("Key")))
				key = json_in_str(&j);
			else if (str_eq(name, STR("Value")))
				value = json_in_str(&j);
			else if (str_eq(name, STR("ModifyIndex")))
				modify = json_in_uint(&j);
			else
				json_in_skip(&j);
		}
	ret = json_in_end(&j);
	if (ret == 0)
		k->each(k->ctx, key, modify, value);
	arena_free(&a);
	return ret;
}

/* More of an element than is kept: who asked for many keys asks for each. */
static int keep(struct keys *k, const char *p, size_t n, struct err *e)
{
	if (buf_add(&k->element, p, n) == 0)
		return 0;
	k->too_large = true;
	return err_nomem(e);
}

/* The end of an element; most lie whole in one piece of the answer. */
static int end_of_one(struct keys *k, struct str last, struct err *e)
{
	int ret;

	if (!k->element.len)
		return one(k, last, e);
	if (keep(k, last.p, last.n, e) < 0)
		return -1;
	ret = one(k, str_n(k->element.p, k->element.len), e);
	buf_reset(&k->element);
	return ret;
}

/* What a byte outside a string does to the depth. */
static void count(struct keys *k, char c)
{
	if (c == '"')
		k->text = true;
	else if (c == '{' || c == '[')
		k->depth++;
	else if (c == '}' || c == ']')
		k->depth--;
}

/* Skips to behind the end of the string that p is in. */
static size_t skip_text(struct keys *k, const char *p, size_t n)
{
	size_t i = k->back;

	for (k->back = false; i < n && p[i] != '"'; i++)
		if (p[i] == '\\' && ++i == n)
			k->back = true;
	k->text = i >= n;
	return k->text ? n : i + 1;
}

/* Skips what means nothing inside an element: all but quotes, and the braces and
 * brackets, which differ in one bit. */
static size_t skip_plain(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != '"' && (p[i] | 0x20) != '{' &&
	       (p[i] | 0x20) != '}')
		i++;
	return i;
}

static int outside(struct keys *k, int was, char c, struct err *e)
{
	if (k->ended && !ascii_space((unsigned char)c))
		return err_set(e, 0,
			       "invalid character after top-level value");
	if (was == 1 && k->depth == 0)
		k->ended = true;
	else if (!ascii_space((unsigned char)c) && c != ',' && c != '[')
		return err_set(e, 0, "the answer is no list of keys");
	return 0;
}

static int feed(struct keys *k, const char *p, size_t n, struct err *e)
{
	size_t from = 0, i = 0; /* p[from..i) belongs to an element */

	while (i < n) {
		int was = k->depth;

		if (k->text) {
			i += skip_text(k, p + i, n - i);
			continue;
		}
		if (was >= 2) {
			i += skip_plain(p + i, n - i);
			if (i == n)
				break;
		}
		count(k, p[i++]);
		if (was >= 2 && k->depth == 1) {
			if (end_of_one(k, str_n(p + from, i - from), e) < 0)
				return -1;
		} else if (was < 2 && k->depth >= 2) {
			from = i - 1;
		} else if (was < 2 && outside(k, was, p[i - 1], e) < 0) {
			return -1;
		}
	}
	if (k->depth < 2)
		return 0;
	return keep(k, p + from, n - from, e);
}

int consul_keys_body(void *ctx, int status, const char *p, size_t n,
		     struct err *e)
{
	struct consul_call *call = ctx;
	struct keys *k = call->keys;

	(void)status;
	k->bytes += n;
	k->too_large = k->max && k->bytes > k->max;
	if (k->too_large)
		return err_set(e, 0, "more than %zu bytes of keys", k->max);
	return feed(k, p, n, e);
}

int consul_keys_end(struct consul_call *call, struct consul_reply *r,
		    struct err *e)
{
	struct keys *k = call->keys;

	r->too_large = k->too_large;
	r->bytes = k->bytes;
	return k->ended ? 0 : err_set(e, 0, "unexpected end of JSON input");
}

int consul_keys(struct consul *c, const struct tmpl_query *q,
		const struct consul_ask *ask, consul_key_fn *each, consul_fn *fn,
		void *ctx, struct consul_call **out, struct err *e)
{
	struct consul_call *call = consul_call_new(c, fn, ctx);

	if (!call ||
	    !(call->keys = consul_keys_new(each, ctx, ask->max_body))) {
		if (call)
			consul_call_free(call);
		return err_nomem(e);
	}
	call->ask = *ask;
	call->ask.max_body = 0;
	call->q = q;
	if (consul_next(call, e) < 0) {
		consul_call_free(call);
		return -1;
	}
	*out = call;
	return 0;
}

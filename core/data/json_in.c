// SPDX-License-Identifier: MIT
/* json_in - one pass over a JSON text: its grammar, Go's error texts and the
 * typed pieces. json_parse is this walk with a value for every piece.
 *
 * A general JSON library would not do here: the messages name the offending
 * byte and its context in Go's words, strings may hold NUL and invalid UTF-8,
 * numbers keep their text or round as Go rounds, and answers of more than a
 * megabyte are read with one copy per wanted string.
 * Source: Go's encoding/json, as facts. */
#include "json_inner.h"

#include <float.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/vec.h"

void json_in_init(struct json_in *j, struct str text, struct arena *a,
		  unsigned flags, struct err *e)
{
	*j = (struct json_in){
		.p = text.n ? text.p : "", .arena = a, .flags = flags, .err = e};
	j->end = j->p + text.n;
	j->first = true;
}

void json_in_fail(struct json_in *j, const char *msg)
{
	if (!j->failed && !j->range)
		err_set(j->err, 0, "%s", msg);
	j->failed = true;
}

enum json_kind json_in_kind(struct json_in *j)
{
	char c;

	if (j->failed)
		return JSON_NONE;
	c = json_look(j);
	switch (c) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	default:
		if (c == '-' || ascii_digit((unsigned char)c))
			return JSON_NUM;
		return JSON_NONE;
	}
}

/* Whether the next value is of this kind; else takes it: a null silently,
 * anything else with an error. */
static bool is(struct json_in *j, enum json_kind want, const char *type)
{
	static const char *const names[] = {
		[JSON_NONE] = "",	  [JSON_NULL] = "null",
		[JSON_BOOL] = "bool",	  [JSON_NUM] = "number",
		[JSON_STRING] = "string", [JSON_ARRAY] = "array",
		[JSON_OBJECT] = "object",
	};
	enum json_kind k = json_in_kind(j);

	if (j->failed || k == want)
		return !j->failed;
	if (k == JSON_NONE)
		return json_bad(j, "looking for beginning of value");
	json_in_skip(j);
	if (k != JSON_NULL && !j->failed) {
		if (!j->range)
			err_set(j->err, 0,
				"json: cannot unmarshal %s into Go value of "
				"type %s",
				names[k], type);
		j->failed = true;
	}
	return false;
}

/* --- containers --- */

static bool enter(struct json_in *j)
{
	j->p++;
	j->first = true;
	if (++j->depth > JSON_DEPTH_MAX)
		json_in_fail(j, "exceeded max depth");
	return !j->failed;
}

static bool leave(struct json_in *j)
{
	j->p++;
	j->first = false;
	j->depth--;
	return false;
}

bool json_in_array(struct json_in *j)
{
	return is(j, JSON_ARRAY, "[]interface {}") && enter(j);
}

bool json_in_object(struct json_in *j)
{
	return is(j, JSON_OBJECT, "map[string]interface {}") && enter(j);
}

bool json_in_next(struct json_in *j)
{
	char c;

	if (j->failed)
		return false;
	c = json_look(j);
	if (c == ']')
		return leave(j);
	if (!j->first) {
		if (c != ',')
			return json_bad(j, "after array element");
		j->p++;
		if (json_look(j) == ']')
			return json_bad(j, "looking for beginning of value");
	}
	j->first = false;
	return true;
}

bool json_in_key(struct json_in *j, struct str *key)
{
	char c;

	if (j->failed)
		return false;
	c = json_look(j);
	if (c == '}')
		return leave(j);
	if (!j->first) {
		if (c != ',')
			return json_bad(j, "after object key:value pair");
		j->p++;
		c = json_look(j);
	}
	if (c != '"')
		return json_bad(j, "looking for beginning of object key string");
	j->first = false;
	if (!json_string(j, key, false))
		return false;
	if (json_look(j) != ':')
		return json_bad(j, "after object key");
	j->p++;
	return true;
}

/* --- scalars --- */

struct str json_in_str(struct json_in *j)
{
	struct str s = STR("");

	if (is(j, JSON_STRING, "string") &&
	    !json_string(j, &s, !(j->flags & JSON_BORROW)))
		return STR("");
	return s;
}

const char *json_in_cstr(struct json_in *j)
{
	struct str s = STR("");

	if (is(j, JSON_STRING, "string") && !json_string(j, &s, true))
		return "";
	return s.p;
}

/* A number that its type cannot hold. The walk goes on, as Go's. */
static void misfit(struct json_in *j, struct str text, const char *type)
{
	if (!j->range && !j->failed)
		err_set(j->err, 0,
			"json: cannot unmarshal number %.*s into Go value of "
			"type %s",
			(int)text.n, text.p, type);
	j->range = true;
}

int64_t json_in_int(struct json_in *j)
{
	struct str s;
	int64_t v = 0;

	if (!is(j, JSON_NUM, "int") || !json_number(j, &s))
		return 0;
	if (!num_i64(s, INT64_MIN, INT64_MAX, &v))
		misfit(j, s, "int");
	return v;
}

uint64_t json_in_uint(struct json_in *j)
{
	struct str s;
	uint64_t v = 0;

	if (!is(j, JSON_NUM, "uint64") || !json_number(j, &s))
		return 0;
	if (!num_u64(s, UINT64_MAX, &v))
		misfit(j, s, "uint64");
	return v;
}

static double to_double(struct json_in *j, struct str s)
{
	double f = 0;
	int64_t i;

	if (s.n <= 15 && num_i64(s, INT64_MIN, INT64_MAX, &i))
		return i == 0 && s.p[0] == '-' ? -0.0 : (double)i;
	if (!num_double(s, &f) || f > DBL_MAX || f < -DBL_MAX) {
		misfit(j, s, "float64");
		return 0;
	}
	return f;
}

double json_in_float(struct json_in *j)
{
	struct str s;

	if (!is(j, JSON_NUM, "float64") || !json_number(j, &s))
		return 0;
	return to_double(j, s);
}

bool json_in_bool(struct json_in *j)
{
	if (!is(j, JSON_BOOL, "bool"))
		return false;
	if (*j->p == 'f') {
		json_word(j, "false");
		return false;
	}
	return json_word(j, "true");
}

/* --- any value --- */

/* Entries and elements of what is still open wait in one heap array until it
 * ends, so that each gets the room that it needs and leaves no smaller copies
 * of itself in the arena; the rest of a very large one goes straight in. */
enum { WAITING = 1 << 16 };

static void pool(struct json_in *j, struct val_entry e)
{
	if (vec_push(&j->open, &j->nopen, &j->cap_open, e, 0) < 0)
		json_nomem(j);
}

/* The map of the open entries from `from` on, which are closed by this. */
static struct val unpool(struct json_in *j, size_t from, size_t extra)
{
	struct val v =
		val_map_room(j->arena, &type_map_any, j->nopen - from + extra);

	for (size_t i = from; i < j->nopen; i++)
		if (val_map_set(j->arena, &v, j->open[i].key, j->open[i].v) < 0)
			json_nomem(j);
	j->nopen = from;
	return v;
}

/* The list of the waiting elements from `from` on; its capacity is what Go's
 * append would have made of it. */
static struct val unpool_list(struct json_in *j, size_t from)
{
	size_t n = j->nopen - from, cap = n ? 1 : 0;
	struct val v;

	while (cap < n)
		cap *= 2;
	v = val_list(j->arena, &type_anys, cap);
	for (size_t i = from; i < j->nopen; i++)
		if (val_push(j->arena, &v, j->open[i].v) < 0)
			json_nomem(j);
	j->nopen = from;
	return v;
}

static struct val array(struct json_in *j)
{
	struct val v = {.type = &type_anys}, item;
	size_t from = j->nopen;
	bool waits = j->pools;

	if (!enter(j))
		return val_list(j->arena, &type_anys, 0);
	while (json_in_next(j)) {
		item = json_in_val(j);
		if (waits && j->nopen - from == WAITING) {
			v = unpool_list(j, from);
			waits = false;
		}
		if (waits)
			pool(j, (struct val_entry){.v = item});
		else if (val_push(j->arena, &v, item) < 0)
			json_nomem(j);
	}
	return waits || !v.list ? unpool_list(j, from) : v;
}

static struct val object(struct json_in *j)
{
	struct val v = {.type = &type_map_any};
	struct val_entry e;
	struct str key = STR("");
	size_t from = j->nopen;
	bool waits = j->pools;

	if (!enter(j))
		return val_map(j->arena, &type_map_any);
	while (json_in_key(j, &key)) {
		if (!(j->flags & JSON_BORROW))
			key = str_n(arena_dup(j->arena, key.p, key.n), key.n);
		if (!key.p)
			json_nomem(j);
		e.key = val_str(key);
		e.v = json_in_val(j);
		if (waits && j->nopen - from == WAITING) {
			v = unpool(j, from, WAITING);
			waits = false;
		}
		if (waits)
			pool(j, e);
		else if (val_map_set(j->arena, &v, e.key, e.v) < 0)
			json_nomem(j);
	}
	return waits || !v.map ? unpool(j, from, 0) : v;
}

static struct val number_val(struct json_in *j)
{
	struct str s = STR("0");
	struct val v;

	if (!json_number(j, &s))
		return val_none();
	if (!(j->flags & JSON_NUMBER))
		return val_float(to_double(j, s));
	v = val_str_dup(j->arena, s);
	v.type = &type_json_number;
	return v;
}

struct val json_in_val(struct json_in *j)
{
	switch (json_in_kind(j)) {
	case JSON_NONE:
		json_bad(j, "looking for beginning of value");
		return val_none();
	case JSON_NULL:
		json_word(j, "null");
		return val_none();
	case JSON_BOOL:
		return val_bool(json_in_bool(j));
	case JSON_NUM:
		return number_val(j);
	case JSON_STRING:
		return val_str(json_in_str(j));
	case JSON_ARRAY:
		return array(j);
	case JSON_OBJECT:
		return object(j);
	}
	return val_none();
}

static void skip_object(struct json_in *j)
{
	struct str key = STR("");

	if (enter(j))
		while (json_in_key(j, &key))
			json_in_skip(j);
}

void json_in_skip(struct json_in *j)
{
	struct str s;
	bool plain;

	switch (json_in_kind(j)) {
	case JSON_NONE:
		json_bad(j, "looking for beginning of value");
		return;
	case JSON_NULL:
		json_word(j, "null");
		return;
	case JSON_BOOL:
		json_word(j, *j->p == 't' ? "true" : "false");
		return;
	case JSON_NUM:
		json_number(j, &s);
		return;
	case JSON_STRING:
		json_pass_string(j, &plain);
		j->first = false;
		return;
	case JSON_ARRAY:
		if (enter(j))
			while (json_in_next(j))
				json_in_skip(j);
		return;
	case JSON_OBJECT:
		skip_object(j);
		return;
	}
}

struct str json_in_raw(struct json_in *j)
{
	const char *start;

	json_look(j);
	start = j->p;
	json_in_skip(j);
	return j->failed ? STR("") : str_n(start, (size_t)(j->p - start));
}

int json_in_end(struct json_in *j)
{
	if (!j->failed) {
		json_look(j);
		if (j->p < j->end)
			json_bad(j, "after top-level value");
	}
	return j->failed || j->range ? -1 : 0;
}

int json_parse(struct arena *a, struct str text, unsigned flags,
	       struct val *out, struct err *e)
{
	jmp_buf *outer = a->oom;
	struct json_in j;
	struct val v;

	a->oom = NULL;
	json_in_init(&j, text, a, flags, e);
	j.pools = true;
	v = json_in_val(&j);
	free(j.open);
	a->oom = outer;
	if (json_in_end(&j) < 0)
		return -1;
	*out = v;
	return 0;
}

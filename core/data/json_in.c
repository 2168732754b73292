// SPDX-License-Identifier: MIT
/* json_in - one pass over a JSON text: its grammar, Go's error texts and the
 * typed pieces. json_parse is this walk with a value for every piece.
 *
 * A general JSON library would not do here: the messages name the offending
 * byte and its context in Go's words, strings may hold NUL and invalid UTF-8,
 * numbers keep their text or round as Go rounds, and answers of more than a
 * megabyte are read with one copy per wanted string.
 * Source: Go's encoding/json, as facts. */
#include "data/json.h"

#include <float.h>
#include <stdio.h>

#include "base/num.h"
#include "base/utf8.h"

void json_in_init(struct json_in *j, struct str text, struct arena *a,
		  unsigned flags, struct err *e)
{
	*j = (struct json_in){.p = text.n ? text.p : "",
			      .arena = a,
			      .flags = flags,
			      .err = e};
	j->end = j->p + text.n;
	j->first = true;
}

void json_in_fail(struct json_in *j, const char *msg)
{
	if (!j->failed && !j->range)
		err_set(j->err, 0, "%s", msg);
	j->failed = true;
}

static void nomem(struct json_in *j)
{
	if (!j->failed)
		err_nomem(j->err);
	j->failed = true;
}

/* The byte as Go quotes it: a rune of Latin-1. */
static void quote_byte(char out[16], unsigned char c)
{
	static const char names[] = "\a\b\f\n\r\t\v\\'";
	static const char letters[] = "abfnrtv\\'";
	const char *at = c ? strchr(names, c) : NULL;
	char rune[UTF8_MAX + 1] = "";

	if (at)
		snprintf(out, 16, "'\\%c'", letters[at - names]);
	else if (c < 0x20 || c == 0x7F)
		snprintf(out, 16, "'\\x%02x'", c);
	else if ((c >= 0x80 && c <= 0xA0) || c == 0xAD)
		snprintf(out, 16, "'\\u%04x'", c);
	else {
		utf8_encode(c, rune);
		snprintf(out, 16, "'%s'", rune);
	}
}

/* What is wrong with the byte at p. The end of the text counts as a space, as
 * in Go: inside a number, word or escape that is the wrong byte, elsewhere the
 * text ends too early. */
static bool bad(struct json_in *j, const char *context)
{
	char c[16];

	if (j->failed)
		return false;
	/* A syntax error anywhere is told before a number out of range. */
	j->range = false;
	j->failed = true;
	if (j->p == j->end && strncmp(context, "in ", 3) != 0 &&
	    strncmp(context, "after decimal", 13) != 0) {
		err_set(j->err, 0, "unexpected end of JSON input");
		return false;
	}
	quote_byte(c, j->p == j->end ? ' ' : (unsigned char)*j->p);
	err_set(j->err, 0, "invalid character %s %s", c, context);
	return false;
}

static char look(struct json_in *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' ||
				 *j->p == '\n' || *j->p == '\r'))
		j->p++;
	return j->p < j->end ? *j->p : '\0';
}

enum json_kind json_in_kind(struct json_in *j)
{
	char c;

	if (j->failed)
		return JSON_NONE;
	c = look(j);
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
		return bad(j, "looking for beginning of value");
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
	c = look(j);
	if (c == ']')
		return leave(j);
	if (!j->first) {
		if (c != ',')
			return bad(j, "after array element");
		j->p++;
		if (look(j) == ']')
			return bad(j, "looking for beginning of value");
	}
	j->first = false;
	return true;
}

static bool string(struct json_in *j, struct str *out, bool copy);

bool json_in_key(struct json_in *j, struct str *key)
{
	char c;

	if (j->failed)
		return false;
	c = look(j);
	if (c == '}')
		return leave(j);
	if (!j->first) {
		if (c != ',')
			return bad(j, "after object key:value pair");
		j->p++;
		c = look(j);
	}
	if (c != '"')
		return bad(j, "looking for beginning of object key string");
	j->first = false;
	if (!string(j, key, false))
		return false;
	if (look(j) != ':')
		return bad(j, "after object key");
	j->p++;
	return true;
}

/* --- strings --- */

/* Four digits of a \u escape, at p. */
static bool hex4(struct json_in *j, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++, j->p++) {
		int d = j->p < j->end ? ascii_hex((unsigned char)*j->p) : -1;

		if (d < 0)
			return bad(j, "in \\u hexadecimal character escape");
		v = v * 16 + (unsigned)d;
	}
	*out = v;
	return true;
}

/* Checks one escape, p behind the backslash; *rune is what it stands for, or
 * half of it. */
static bool escape(struct json_in *j, uint32_t *rune)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *at = j->p < j->end && *j->p ? strchr(names, *j->p) : NULL;

	if (at) {
		j->p++;
		*rune = (unsigned char)values[at - names];
		return true;
	}
	if (j->p == j->end || *j->p != 'u')
		return bad(j, "in string escape code");
	j->p++;
	return hex4(j, rune);
}

/* From the opening quote past the closing one. *plain: the inside is its own
 * value. */
static bool scan_string(struct json_in *j, bool *plain)
{
	uint32_t rune;

	*plain = true;
	for (j->p++; j->p < j->end; ) {
		unsigned char c = (unsigned char)*j->p;

		if (c == '"') {
			j->p++;
			return true;
		}
		if (c < 0x20)
			return bad(j, "in string literal");
		j->p++;
		if (c >= 0x80)
			*plain = false;
		if (c != '\\')
			continue;
		*plain = false;
		if (!escape(j, &rune))
			return false;
	}
	return bad(j, ""); /* the end: a space would fit */
}

/* A \u escape of a string already checked: pairs join, lone halves and what
 * is no rune become U+FFFD. */
static uint32_t unescape(struct json_in *j)
{
	uint32_t rune = 0, low = 0;

	escape(j, &rune);
	if (rune >= 0xD800 && rune < 0xE000) {
		const char *back = j->p;

		if (rune < 0xDC00 && j->end - j->p >= 6 && j->p[0] == '\\' &&
		    j->p[1] == 'u') {
			j->p += 2;
			hex4(j, &low);
			if (low >= 0xDC00 && low < 0xE000)
				return 0x10000 + ((rune - 0xD800) << 10) +
				       (low - 0xDC00);
			j->p = back;
		}
		return RUNE_ERROR;
	}
	return rune;
}

/* Copies with escapes and bad UTF-8 resolved. The result may be longer: a bad
 * byte becomes three. */
static struct str decode(struct json_in *j, struct str in)
{
	struct json_in sub = {.p = in.p, .end = in.p + in.n};
	size_t n = 0, room = in.n + 1, extra = 0;
	char *out;

	if (!utf8_valid(in.p, in.n))
		for (size_t i = 0; i < in.n; i++)
			extra += (unsigned char)in.p[i] >= 0x80;
	out = arena_alloc(j->arena, room + 2 * extra);
	if (!out) {
		nomem(j);
		return STR("");
	}
	while (sub.p < sub.end) {
		int width = 1;
		uint32_t rune = (unsigned char)*sub.p;

		if (rune == '\\') {
			sub.p++;
			rune = unescape(&sub);
		} else {
			if (rune >= 0x80)
				rune = utf8_decode(sub.p,
						   (size_t)(sub.end - sub.p),
						   &width);
			sub.p += width;
		}
		if (rune < 0x80)
			out[n++] = (char)rune;
		else
			n += (size_t)utf8_encode(rune, out + n);
	}
	return str_n(out, n);
}

static bool string(struct json_in *j, struct str *out, bool copy)
{
	const char *start = j->p + 1, *dup;
	struct str in;
	bool plain;

	if (!scan_string(j, &plain))
		return false;
	j->first = false;
	in = str_n(start, (size_t)(j->p - 1 - start));
	if (!plain && !(memchr(in.p, '\\', in.n) == NULL &&
			utf8_valid(in.p, in.n))) {
		*out = decode(j, in);
		return !j->failed;
	}
	*out = in;
	if (!copy)
		return true;
	dup = arena_dup(j->arena, in.p, in.n);
	if (!dup) {
		nomem(j);
		return false;
	}
	out->p = dup;
	return true;
}

struct str json_in_str(struct json_in *j)
{
	struct str s = STR("");

	if (is(j, JSON_STRING, "string") &&
	    !string(j, &s, !(j->flags & JSON_BORROW)))
		return STR("");
	return s;
}

const char *json_in_cstr(struct json_in *j)
{
	struct str s = STR("");

	if (is(j, JSON_STRING, "string") && !string(j, &s, true))
		return "";
	return s.p;
}

/* --- numbers and words --- */

static bool digits(struct json_in *j, const char *context)
{
	if (j->p == j->end || !ascii_digit((unsigned char)*j->p))
		return bad(j, context);
	while (j->p < j->end && ascii_digit((unsigned char)*j->p))
		j->p++;
	return true;
}

static bool number(struct json_in *j, struct str *out)
{
	const char *start = j->p;

	if (*j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!digits(j, "in numeric literal"))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!digits(j, "after decimal point in numeric literal"))
			return false;
	}
	if (j->p < j->end && (*j->p | 32) == 'e') {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		if (!digits(j, "in exponent of numeric literal"))
			return false;
	}
	j->first = false;
	*out = str_n(start, (size_t)(j->p - start));
	return true;
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

	if (!is(j, JSON_NUM, "int") || !number(j, &s))
		return 0;
	if (!num_i64(s, INT64_MIN, INT64_MAX, &v))
		misfit(j, s, "int");
	return v;
}

uint64_t json_in_uint(struct json_in *j)
{
	struct str s;
	uint64_t v = 0;

	if (!is(j, JSON_NUM, "uint64") || !number(j, &s))
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

	if (!is(j, JSON_NUM, "float64") || !number(j, &s))
		return 0;
	return to_double(j, s);
}

/* true, false or null, letter by letter. */
static bool word(struct json_in *j, const char *w)
{
	char context[48];

	for (const char *c = w; *c; c++, j->p++) {
		if (j->p < j->end && *j->p == *c)
			continue;
		snprintf(context, sizeof(context),
			 "in literal %s (expecting '%c')", w, *c);
		return bad(j, context);
	}
	j->first = false;
	return true;
}

bool json_in_bool(struct json_in *j)
{
	if (!is(j, JSON_BOOL, "bool"))
		return false;
	if (*j->p == 'f') {
		word(j, "false");
		return false;
	}
	return word(j, "true");
}

/* --- any value --- */

static struct val array(struct json_in *j)
{
	struct val v = val_list(j->arena, &type_anys, 0);

	if (!enter(j))
		return v;
	while (json_in_next(j))
		if (val_push(j->arena, &v, json_in_val(j)) < 0)
			nomem(j);
	return v;
}

static struct val object(struct json_in *j)
{
	struct val v = val_map(j->arena, &type_map_any);
	struct str key;

	if (!enter(j))
		return v;
	while (json_in_key(j, &key)) {
		if (!(j->flags & JSON_BORROW))
			key = str_n(arena_dup(j->arena, key.p, key.n), key.n);
		if (!key.p ||
		    val_map_sets(j->arena, &v, key, json_in_val(j)) < 0)
			nomem(j);
	}
	return v;
}

static struct val number_val(struct json_in *j)
{
	struct str s = STR("0");
	struct val v;

	if (!number(j, &s))
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
		bad(j, "looking for beginning of value");
		return val_none();
	case JSON_NULL:
		word(j, "null");
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
	struct str key;

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
		bad(j, "looking for beginning of value");
		return;
	case JSON_NULL:
		word(j, "null");
		return;
	case JSON_BOOL:
		word(j, *j->p == 't' ? "true" : "false");
		return;
	case JSON_NUM:
		number(j, &s);
		return;
	case JSON_STRING:
		scan_string(j, &plain);
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

	look(j);
	start = j->p;
	json_in_skip(j);
	return j->failed ? STR("") : str_n(start, (size_t)(j->p - start));
}

int json_in_end(struct json_in *j)
{
	if (!j->failed) {
		look(j);
		if (j->p < j->end)
			bad(j, "after top-level value");
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
	v = json_in_val(&j);
	a->oom = outer;
	if (json_in_end(&j) < 0)
		return -1;
	*out = v;
	return 0;
}

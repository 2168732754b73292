// SPDX-License-Identifier: MIT
/* json - JSON as Go's encoding/json reads and prints it, which is what
 * templates show: error texts, number forms, escapes, key order.
 *
 * Reading: json_parse makes values; a struct json_in walks a text once and
 * hands out typed pieces, for answers of an API whose shape is known. Both
 * work in the caller's arena and check the text as they go.
 * Printing: json_print appends to a buffer. */
#ifndef BASEBOX_DATA_JSON_H
#define BASEBOX_DATA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "data/value.h"

enum { JSON_DEPTH_MAX = 10000 }; /* Go's limit */

enum json_flag {
	JSON_NUMBER = 1, /* numbers keep their text, as json.Number */
	JSON_BORROW = 2, /* strings without escapes point into the text, which
			  * then must live as long as the values */
};

/* A whole text as one value: float64 (or json.Number), string, bool, no value
 * for null, []interface {} and map[string]interface {}. Invalid UTF-8 becomes
 * U+FFFD, of equal keys the last wins. Errors are Go's words alone. */
int json_parse(struct arena *a, struct str text, unsigned flags,
	       struct val *out, struct err *e) MUST_USE;

/* --- walking --- */

enum json_kind {
	JSON_NONE, /* the end of the text, or no value */
	JSON_NULL,
	JSON_BOOL,
	JSON_NUM,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* An error sticks: after it every call does nothing and answers false, so a
 * walk is checked once, by json_in_end. A null reads as an empty value; any
 * other kind than the one asked for is an error. */
struct json_in {
	const char *p, *end;
	struct arena *arena;
	struct err *err;
	unsigned flags;
	int depth;
	bool first; /* no comma is due before the next element */
	bool failed;
	bool range; /* a number did not fit; told at the end */
	/* json_parse: entries of objects not yet closed, so that a map is
	 * made with the room that it needs */
	struct val_entry *open;
	size_t nopen, cap_open;
	bool pools;
};

void json_in_init(struct json_in *j, struct str text, struct arena *a,
		  unsigned flags, struct err *e);
enum json_kind json_in_kind(struct json_in *j);

/*	if (json_in_array(&j))
 *		while (json_in_next(&j))
 *			... take or skip exactly one value
 *	if (json_in_object(&j))
 *		while (json_in_key(&j, &key))
 *			... take or skip exactly one value */
bool json_in_array(struct json_in *j);
bool json_in_next(struct json_in *j);
bool json_in_object(struct json_in *j);
bool json_in_key(struct json_in *j, struct str *key);

/* The value, or an empty one for null and after an error. Strings end with a
 * NUL that is not counted, unless they were borrowed. */
struct str json_in_str(struct json_in *j);
const char *json_in_cstr(struct json_in *j); /* always copied */
int64_t json_in_int(struct json_in *j);
uint64_t json_in_uint(struct json_in *j);
double json_in_float(struct json_in *j);
bool json_in_bool(struct json_in *j);
struct val json_in_val(struct json_in *j);
void json_in_skip(struct json_in *j);
/* The bytes of the next value as written, skipping it. */
struct str json_in_raw(struct json_in *j);

/* Nothing may follow: 0, or -1 with the walk's first error in *err. */
int json_in_end(struct json_in *j) MUST_USE;
/* An error of the caller's own, kept like the walk's. */
void json_in_fail(struct json_in *j, const char *msg);

/* --- printing --- */

enum json_style {
	JSON_PRETTY = 1, /* two spaces per level, as MarshalIndent */
	JSON_PLAIN = 2,	 /* < > & stay as they are */
};

/* Appends v. Map keys sorted by bytes, structs by their fields' JSON names,
 * []byte in base64. Errors (on error the buffer holds a part): `json:
 * unsupported type: ...`, `json: unsupported value: NaN`. */
int json_print(struct arena *a, struct buf *b, const struct val *v,
	       unsigned style, struct err *e) MUST_USE;
/* Appends s in quotes. */
int json_print_str(struct buf *b, struct str s, unsigned style);

#endif

// SPDX-License-Identifier: MIT
/* yaml - YAML 1.1 as the Go library yaml.v2 reads and prints it. */
#ifndef BASEBOX_DATA_YAML_H
#define BASEBOX_DATA_YAML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "data/value.h"

enum { YAML_DEPTH_MAX = 5000 }; /* nested lists and maps */

/* The first document of a text, no value when there is none. Maps are
 * map[interface {}]interface {}, lists []interface {}, scalars int, uint64,
 * float64, bool, string or no value; timestamps stay strings. Errors begin
 * with `yaml: `, and `line N: ` where the original knows one. Aliases are
 * expanded within its bound ("document contains excessive aliasing"). */
int yaml_parse(struct arena *a, struct str text, struct val *out,
	       struct err *e) MUST_USE;

/* Appends v as a document in block style, ended by a newline. */
int yaml_print(struct arena *a, struct buf *b, const struct val *v,
	       struct err *e) MUST_USE;

#endif

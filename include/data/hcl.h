// SPDX-License-Identifier: MIT
/* hcl - HCL 1, and its JSON dialect (a text whose first character is '{'),
 * read into a tree that knows the line and column of every key and value.
 * There is no interpolation: `${...}` inside a string passes through as it is.
 *
 * Two ways to read a tree: walk it (definitions of checks and services, where
 * messages name file:line:key), or turn it into values as the original does
 * before it maps a configuration (hcl_val).
 *
 * Everything lives in the caller's arena; strings there end with a NUL that is
 * not counted. Positions start at 1; a column counts runes. */
#ifndef BASEBOX_DATA_HCL_H
#define BASEBOX_DATA_HCL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "data/value.h"

enum { HCL_DEPTH_MAX = 500 }; /* nested objects and lists */

enum hcl_kind {
	HCL_STRING,
	HCL_INT,
	HCL_FLOAT,
	HCL_BOOL,
	HCL_LIST,
	HCL_OBJECT,
};

struct hcl_pos {
	uint32_t line, col;
};

struct hcl_key {
	struct str name;
	struct str text; /* as written, quotes included */
	struct hcl_pos pos;
};

struct hcl_node;

/* `key = value`, `block { }` or `block "label" { }`: labels are further keys. */
struct hcl_item {
	struct hcl_key *keys;
	size_t nkeys; /* at least 1 */
	struct hcl_node *val;
};

struct hcl_node {
	enum hcl_kind kind;
	bool null; /* JSON's null, an empty string otherwise */
	struct hcl_pos pos;
	size_t n; /* elements of a list, items of an object */
	union {
		struct str s;
		int64_t i;
		double f;
		bool b;
		struct hcl_node **list;
		struct hcl_item *items;
	};
};

/* *root gets the object that the text is. Errors: `At L:C: message`; in the
 * JSON dialect `L:C: message` or a message alone, as the original's. */
int hcl_parse(struct arena *a, struct str text, struct hcl_node **root,
	      struct err *e) MUST_USE;
/* Whether a text would be read as JSON. */
bool hcl_is_json(struct str text);

/* The next item of an object whose first key is `name` (ASCII case ignored),
 * from index *at on, which is moved behind it; NULL when there is none. */
const struct hcl_item *hcl_next(const struct hcl_node *obj, const char *name,
				size_t *at);

/* Whether a key has this name, case and underscores ignored: Consul takes both
 * enable_tag_override and EnableTagOverride. */
bool hcl_key_is(struct str key, const char *name);

/* The word for a kind in messages: "string", "number", "bool", ... */
const char *hcl_kind_name(enum hcl_kind kind);

/* As data: an object becomes map[string]interface {}; every object inside a
 * map becomes a list of maps, one per occurrence of its key; labels nest.
 * A repeated scalar: the last wins; repeated lists are joined. */
int hcl_val(struct arena *a, const struct hcl_node *root, struct val *out,
	    struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* yaml (private) - what a plain scalar means; the emitter's scalars. */
#ifndef BASEBOX_CORE_DATA_YAML_INNER_H
#define BASEBOX_CORE_DATA_YAML_INNER_H

#include "data/yaml.h"

enum yaml_kind {
	YAML_STR,
	YAML_BOOL,
	YAML_INT,
	YAML_FLOAT,
	YAML_NULL,
	YAML_STAMP,
	YAML_OTHER, /* a tag that has no meaning here */
};

/* What an untagged plain scalar is; *v gets its value (the text for strings
 * and timestamps). Stamps are only looked for when wanted. */
enum yaml_kind yaml_resolve(struct str s, bool stamps, struct val *v);

/* 12:30:45 is a number in base 60 to older readers. */
bool yaml_base60(struct str s);

/* The emitter: where it stands on the page. */
struct yaml_out {
	struct buf *b;
	struct arena *arena;
	struct err *err;
	int indent, depth;
	size_t column;   /* runes */
	bool space;      /* the last thing written was white space */
	bool indention;  /* only indention and indicators on this line yet */
};

enum yaml_style {
	YAML_PLAIN,
	YAML_SINGLE,
	YAML_DOUBLE,
	YAML_LITERAL,
};

void yaml_out_indent(struct yaml_out *o);
void yaml_out_mark(struct yaml_out *o, const char *mark, bool space_before,
		   bool space_after, bool indention);
/* A scalar in the wanted style, or the nearest one that can hold it. */
void yaml_out_scalar(struct yaml_out *o, struct str s, bool binary,
		     enum yaml_style style, bool key);
/* Whether a scalar may stand before a ':' without a '?'. */
bool yaml_simple_key(struct str s, bool binary);

#endif

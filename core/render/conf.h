// SPDX-License-Identifier: MIT
/* conf (private) - a configuration on its way: a tree of maps under the
 * canonical key names, holding only what was given, with typed leaves. Files,
 * CT_LOCAL_CONFIG and flags each give one; they are merged, then finished into
 * a struct render_config with defaults and environment.
 *
 *     conf_schema.c   which keys there are          conf_read.c   text -> tree
 *     conf_merge.c    trees onto each other         conf_final.c  tree -> config
 *     conf_path.c     -config files and folders     conf_dump.c   for the log
 *     conf_value.c    durations, signals, wait, -template */
#ifndef BASEBOX_CORE_RENDER_CONF_H
#define BASEBOX_CORE_RENDER_CONF_H

#include "base.h"
#include "data/value.h"
#include "render/config.h"

enum conf_type {
	CONF_STR,
	CONF_BOOL,
	CONF_INT,
	CONF_FLOAT,
	CONF_DUR,    /* leaf: int64 nanoseconds */
	CONF_SIGNAL, /* leaf: int */
	CONF_LIST,   /* leaf: []string; a string is split at commas */
	CONF_WORDS,  /* the same, a string is one element (not the original's) */
	CONF_PERMS,  /* leaf: int */
	CONF_ID,     /* a string; a number is taken as its text */
	CONF_BLOCK,
	CONF_BLOCKS, /* a list of blocks */
};

enum conf_flag {
	CONF_JOIN = 1,   /* lists add up over files instead of replacing */
	CONF_OR = 2,     /* true in any file stays true */
	CONF_SECRET = 4, /* never in the log */
	CONF_WIDE = 8,   /* an integer of 64 bits */
	CONF_CT = 16,    /* consul-template's alone */
	CONF_ENV = 32,   /* envconsul's alone */
};

enum { CONF_NOWHERE = 0xFFFF }; /* the value is used in conf_final.c */

struct conf_block;

struct conf_key {
	const char *name;
	/* Of strings: names of environment variables, the first one set
	 * counts, and the default as "=TEXT"; separated by spaces. */
	const char *env;
	const struct conf_block *block;
	int32_t def;  /* durations in ms, fractions in hundredths */
	uint16_t off; /* in the struct of the block, or CONF_NOWHERE */
	uint8_t type, flags;
};

struct conf_block {
	const struct conf_key *keys;
	size_t n;
	/* Reads the old string form into a block; NULL: there is none. */
	int (*text)(struct arena *a, struct str s, struct val *out,
		    struct err *e);
	uint8_t skip; /* keys with such a flag are not there */
};

extern const struct conf_block conf_root, conf_env_root;
static inline bool conf_has(const struct conf_block *b, size_t i)
{
	return !(b->keys[i].flags & b->skip);
}

/* --- trees --- */

/* A text in HCL or JSON. Error texts as the original's, without the file. */
int conf_read(struct arena *a, const struct conf_block *root, struct str text,
	      struct val *tree, struct err *e) MUST_USE;
/* A file or a folder of files, merged onto *tree. */
int conf_read_path(struct arena *a, const struct conf_block *root,
		   const char *path, struct val *tree, struct err *e) MUST_USE;
/* src over dst; dst is changed, src is not. */
void conf_merge(struct arena *a, const struct conf_block *b, struct val *dst,
		const struct val *src);
/* Sets "a.b.c" in a tree, making blocks on the way. */
void conf_set(struct arena *a, struct val *tree, const char *path,
	      struct val v);
/* The block or leaf under a key, NULL when it was not given. */
const struct val *conf_get(const struct val *tree, const char *key);
const struct conf_key *conf_key(const struct conf_block *b, struct str name);
/* The key at "a.b.c" of the whole configuration. */
const struct conf_key *conf_key_at(const struct conf_block *root,
				   const char *path);

/* --- words --- */

int conf_signal(struct str name, int *out, struct err *e) MUST_USE;
const char *conf_signal_name(int number); /* "SIGHUP"; "" for others */
/* min[:max] as a wait block. */
int conf_wait(struct arena *a, struct str s, struct val *out,
	      struct err *e) MUST_USE;
/* source[:destination[:command]] as a template block. */
int conf_template(struct arena *a, struct str s, struct val *out,
		  struct err *e) MUST_USE;
/* Pieces between commas; "" gives none. */
struct val conf_commas(struct arena *a, struct str s);

/* --- the end of it --- */

int conf_final(const struct conf_block *root, const struct val *tree,
	       struct render_config *c, struct err *e) MUST_USE;
/* The whole configuration as JSON for the debug log, without secrets. */
void conf_dump(const struct render_config *c, struct buf *b);

#endif

// SPDX-License-Identifier: MIT
/* impl - what the files of the regex module share: the syntax tree, character
 * classes, the program and the matchers. Private to core/regex. */
#ifndef BASEBOX_CORE_REGEX_IMPL_H
#define BASEBOX_CORE_REGEX_IMPL_H

#include <setjmp.h>

#include "base.h"
#include "regex.h"

enum {
	RE_REPEAT_MAX = 1000,  /* largest count, and product of nested ones */
	RE_HEIGHT_MAX = 1000,  /* depth of the tree */
	RE_INST_MAX = 3355443, /* instructions: Go's 128 MB / 40 bytes */
};
/* Memory for tree and program while compiling; past it the expression counts
 * as too large. */
#define RE_ARENA_MAX (128u << 20)

/* --- character classes: sorted ranges once cleaned --- */

struct range {
	uint32_t lo, hi;
};

struct class {
	struct arena *a;
	struct range *r;
	uint32_t n, cap;
	int32_t index; /* in the program, or -1 */
};

struct class *class_new(struct arena *a);
void class_add(struct class *c, uint32_t lo, uint32_t hi);
void class_add_class(struct class *c, const struct class *o);
void class_clean(struct class *c); /* sort and merge; the rest wants this */
void class_negate(struct class *c);
void class_fold(struct class *c); /* close under case folding */
bool class_has(const struct class *c, uint32_t rune);
/* Adds \d \s \w by letter, [:name:] by name, \p{name} by name; false when
 * there is none. */
bool class_add_perl(struct class *c, char letter);
bool class_add_posix(struct class *c, struct str name);
bool class_add_unicode(struct class *c, struct str name);

/* --- syntax tree --- */

enum node_op {
	N_EMPTY,  /* matches the empty text */
	N_LIT,    /* rune */
	N_CLASS,  /* cls */
	N_ANY,    /* any rune */
	N_ANYNL,  /* any but newline */
	N_ASSERT, /* num: enum empty_flag */
	N_CAP,    /* num: group number */
	N_STAR,
	N_PLUS,
	N_QUEST,
	N_REPEAT, /* min, max (-1 = no end) */
	N_CAT,
	N_ALT,
	/* on the parser's stack only: */
	N_PAREN, /* num: group number, 0 = none */
	N_BAR,
};

enum node_flag {
	NF_FOLD = 1,     /* N_LIT: ignore case */
	NF_LAZY = 2,     /* repeats: prefer fewer */
	NF_NULLABLE = 4, /* may match without consuming a rune */
};

struct node {
	uint8_t op;    /* enum node_op */
	uint8_t flags; /* enum node_flag; N_PAREN: syntax flags to restore */
	uint16_t height;
	uint16_t rep;  /* largest product of nested counts, 1 to 1000 */
	uint32_t size; /* instructions it will take, about */
	struct node *next; /* sibling; on the stack: the node below */
	struct node *sub;  /* first child */
	union {
		uint32_t rune;
		uint32_t num;
		struct class *cls;
		struct {
			int16_t min, max;
		};
	};
};

/* Zero-width assertions, as bits: what holds at a place of the text. */
enum empty_flag {
	E_BOL = 1,
	E_EOL = 2,
	E_BOT = 4,
	E_EOT = 8,
	E_WORD = 16,
	E_NOWORD = 32,
};

struct group_name {
	struct group_name *next;
	int group;
	const char *name;
};

struct syntax {
	struct node *root;
	struct group_name *names;
	int ngroups;
};

/* Everything is allocated from the arena, whose oom must be set. */
int re_parse(struct arena *a, struct str pattern, unsigned flags,
	     struct syntax *out, struct err *e);
/* `error parsing regexp: CODE: `expr``. Returns -1. */
int re_error(struct err *e, const char *code, struct str expr);
#define RE_TOO_LARGE "expression too large"

/* --- program --- */

/* An instruction is 4 bits of operation and 28 of argument; the next one
 * follows it unless said otherwise. */
enum inst_op {
	I_CHAR,   /* rune */
	I_FOLD,   /* small ASCII letter, either case */
	I_CLASS,  /* index into classes */
	I_ANY,
	I_ANYNL,
	I_SPLIT,  /* go on behind, else at the argument */
	I_PREFER, /* go on at the argument, else behind */
	I_JUMP,
	I_CAP,    /* number of the offset to set */
	I_EMPTY,  /* enum empty_flag that must hold */
	I_MATCH,
	I_FAIL,
};
#define INST(op, arg) ((uint32_t)(op) | (uint32_t)(arg) << 4)
#define INST_OP(i) ((enum inst_op)((i) & 15))
#define INST_ARG(i) ((i) >> 4)

struct prog_class {
	uint32_t ascii[4]; /* bitmap of the runes below 128 */
	const struct range *r;
	uint32_t n;
};

struct regex {
	struct arena mem; /* holds all that follows, and this struct */
	uint32_t *inst;
	uint32_t ninst;
	struct prog_class *classes;
	uint32_t nclasses;
	int ngroups;
	const char **names; /* ngroups + 1, NULL = none */
	bool longest;
	bool anchored;        /* matches only at offset 0 */
	bool prefix_complete;
	bool empty_pattern;   /* compiled from "" */
	bool use_first;       /* first[] tells which bytes may start a match */
	struct str prefix;
	uint8_t first[32];
};

/* Fills inst, classes, anchored, prefix and first from the tree; tmp is for
 * what is not kept. */
void re_generate(struct regex *re, struct node *root, struct arena *tmp);

/* --- matching --- */

/* No place: offset of a group that took no part. */
#define NOPOS UINT32_MAX

/* A step of a matcher put aside: go on at pc, or (RESTORE set) give offset
 * number pc its old value. */
struct job {
	uint32_t pc;
	uint32_t pos;
};
#define RESTORE UINT32_C(0x80000000)

/* Buffers that one match after the other may use again; zeroed at first. The
 * expression and the number of offsets stay the same. */
struct regex_scratch {
	uint32_t *visited; /* backtracker: a bit per position and instruction */
	struct job *jobs;
	size_t njobs, jobs_cap;
	/* what a short text needs, without an allocation */
	uint32_t few_visited[64];
	struct job few_jobs[16];
	uint32_t *mark; /* parallel: the step an instruction was added in */
	uint32_t gen;
	uint32_t *threads[2];
	uint32_t *caps[2]; /* ncap offsets per thread */
	uint32_t *cap;     /* ncap offsets, being built */
};

struct match {
	const struct regex *re;
	const char *s;
	uint32_t n;    /* length of s */
	uint32_t from; /* first place where a match may start */
	uint32_t ncap; /* offsets wanted: 0 (just whether), or even */
	uint32_t *out; /* the result, ncap offsets */
	struct regex_scratch *x;
};

/* Both: 1 match, 0 none, -1 out of memory. */
int re_backtrack(struct match *m);
int re_parallel(struct match *m);
bool re_backtrack_fits(const struct match *m);

/* Where a match could start at or after pos, or NOPOS. */
uint32_t re_candidate(const struct match *m, uint32_t pos);
bool re_class_has(const struct prog_class *c, uint32_t rune);
void re_scratch_free(struct regex_scratch *x);

/* The next match at or after it->pos, and the width of the rune there (1 at
 * the end): what regex_next and the replacing are made of. */
int re_iter_find(struct regex_iter *it, struct err *e);
size_t re_iter_width(const struct regex_iter *it);

#endif

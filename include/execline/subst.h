// SPDX-License-Identifier: MIT
/* subst - replacing $key and ${key} in a command line by values. */
#ifndef BASEBOX_EXECLINE_SUBST_H
#define BASEBOX_EXECLINE_SUBST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/opt.h"
#include "execline/lex.h"

/* A key and the words it stands for: one is the rule, none makes the words
 * that hold the key vanish, several multiply them. */
struct el_value {
	const char *key;
	struct el_words words;
};

/* Several of them, substituted at once. A zeroed struct is empty. */
struct el_values {
	struct el_value *items;
	size_t n, cap;
};

/* A new value under the key (borrowed); dies with 111 when memory is out and
 * of an empty key, too. Keys with one of $ { } \ never match. */
struct el_words *el_values_add(struct el_values *v, const char *key);
void el_values_free(struct el_values *v);
void el_words_add(struct el_words *w, const char *s);

/* Executes argv with the values put in; an empty one exits 0. */
NORETURN void el_subst_exec(char *const *argv, const struct el_values *v);
/* The words of argv with the values put in; -1 = memory. */
int el_subst(char *const *argv, const struct el_values *v,
	     struct el_words *out) MUST_USE;

/* How a value is made of a string. */
struct el_how {
	int crunch;	   /* runs of delimiters become their first one */
	int chomp;	   /* without one delimiter at the end */
	int split;	   /* into words; with delim "" from netstrings */
	const char *delim; /* NULL: blanks and newlines */
};

/* Its options in an applet's table; f is its offset in the options. */
#define EL_HOW_OPTS(f)                                                           \
	{NULL, NULL, 'C', OPT_SET, (f) + offsetof(struct el_how, crunch), 1},    \
		{NULL,                                                           \
		 NULL,                                                           \
		 'c',                                                            \
		 OPT_SET,                                                        \
		 (f) + offsetof(struct el_how, crunch),                          \
		 0},                                                             \
		{NULL, NULL, 'n', OPT_SET, (f) + offsetof(struct el_how, chomp), \
		 1},                                                             \
		{NULL, NULL, 'N', OPT_SET, (f) + offsetof(struct el_how, chomp), \
		 0},                                                             \
	{                                                                        \
		NULL, NULL, 'd', OPT_STR,                                        \
			(f) + offsetof(struct el_how, delim), 0                  \
	}

#define EL_SPLIT_OPTS(f)                                                       \
	EL_HOW_OPTS(f),                                                        \
	{                                                                      \
		NULL, NULL, 's', OPT_SET,                                      \
			(f) + offsetof(struct el_how, split), 1                \
	}

/* How importas takes a variable. */
struct el_import {
	struct el_how how;
	bool insist; /* it must be set: dies with 100 */
	bool unset;  /* for the applet: then take it out of the environment */
	const char *preset; /* instead of a missing one; NULL: no word */
};
#define EL_IMPORT_OPTS(f)                                                      \
	EL_SPLIT_OPTS(f), {NULL,                                               \
			   NULL,                                               \
			   'i',                                                \
			   OPT_FLAG,                                           \
			   (f) + offsetof(struct el_import, insist),           \
			   0},                                                 \
		{NULL,                                                         \
		 NULL,                                                         \
		 'D',                                                          \
		 OPT_STR,                                                      \
		 (f) + offsetof(struct el_import, preset),                     \
		 0},                                                           \
	{                                                                      \
		NULL, NULL, 'u', OPT_FLAG,                                     \
			(f) + offsetof(struct el_import, unset), 0             \
	}
void el_import(struct el_values *v, const struct el_import *how,
	       const char *key, const char *var);

/* How multidefine spreads the words of a value. */
struct el_multi {
	struct el_how how;
	bool zero; /* variables without a word get no word */
	bool rest; /* the last variable gets all that are left */
};
#define EL_MULTI_OPTS(f)                                                       \
	EL_HOW_OPTS(f), {NULL,                                                 \
			 NULL,                                                 \
			 '0',                                                  \
			 OPT_FLAG,                                             \
			 (f) + offsetof(struct el_multi, zero),                \
			 0},                                                   \
	{                                                                      \
		NULL, NULL, 'r', OPT_FLAG,                                     \
			(f) + offsetof(struct el_multi, rest), 0               \
	}
/* vars ends with NULL; an empty name takes a word and is no key. */
void el_multi(struct el_values *v, const struct el_multi *how, const char *s,
	      char *const *vars);

/* How elglob looks for files; flags of glob(3) and of ours. */
struct el_glob {
	unsigned flags;
};
enum {
	EL_GLOB_SORT = 1,
	EL_GLOB_MARK = 2,
	EL_GLOB_NOESCAPE = 4,
	EL_GLOB_NULL = 8,
	EL_GLOB_WARN = 16,
	EL_GLOB_DIE = 32,
};
#define EL_GLOB_OPTS                                                           \
	{NULL, NULL, 's', OPT_BIT, 0, EL_GLOB_SORT},                           \
		{NULL, NULL, 'm', OPT_BIT, 0, EL_GLOB_MARK},                   \
		{NULL, NULL, 'e', OPT_BIT, 0, EL_GLOB_NOESCAPE},               \
		{NULL, NULL, '0', OPT_BIT, 0, EL_GLOB_NULL},                   \
		{NULL, NULL, 'v', OPT_BIT, 0, EL_GLOB_WARN},                   \
	{                                                                      \
		NULL, NULL, 'w', OPT_BIT, 0, EL_GLOB_DIE                       \
	}
void el_glob(struct el_values *v, const struct el_glob *how, const char *key,
	     const char *pattern);
/* Dies with 100 when a key is there twice. */
void el_values_check(const struct el_values *v, int code);

/* The words of the string under `how`; dies with 100 when it should be
 * netstrings and is not. */
void el_transform(struct el_words *out, const char *s, size_t n,
		  const struct el_how *how);

#endif

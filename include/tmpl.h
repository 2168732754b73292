// SPDX-License-Identifier: MIT
/* tmpl - the template language: Go's text/template as consul-template 0.42
 * embeds it (Go 1.26), byte for byte in output and error texts. Pure: the
 * world is reached only through struct tmpl_host and struct tmpl_funcs.
 *
 * A parsed template is never changed by executing it: several executions may
 * run at once. Everything an execution makes lives in the caller's arena;
 * when that is out of memory (or at its maximum) the execution ends with an
 * error. While it runs, arena->oom is its own.
 *
 * Errors: parse errors read `template: NAME:LINE: ...`, execution errors
 * `template: NAME:LINE:COL: executing "NAME" at <...>: ...`. The caller adds
 * its own prefix (`SOURCE: parse: `, `SOURCE: execute: `). */
#ifndef BASEBOX_TMPL_H
#define BASEBOX_TMPL_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "data/value.h"
#include "tmpl/func.h"
#include "tmpl/host.h"
#include "tmpl/limits.h"

struct tmpl;

struct tmpl_opts {
	struct str left, right;		/* delimiters; empty = {{ and }} */
	const struct tmpl_funcs *funcs; /* NULL = the builtins alone */
	const char *name; /* shown in errors; NULL = "" as the renderer's */
	size_t stack;	  /* bytes of C stack it may use, 0 = TMPL_STACK */
	size_t max;	  /* bytes of memory it may take, 0 = TMPL_ARENA */
};

enum tmpl_missing {
	TMPL_MISSING_ZERO,  /* the element type's zero value */
	TMPL_MISSING_ERROR, /* error_on_missing_key = true */
};

/* The text and funcs must outlive the template. */
int tmpl_parse(struct tmpl **t, struct str text, const struct tmpl_opts *o,
	       struct err *e) MUST_USE;
void tmpl_free(struct tmpl *t);

/* Appends the output to *out, whose maximum bounds it. On an error *out holds
 * what was written until then. `data` is the root dot: val_none() for the
 * renderer's templates. */
int tmpl_exec(const struct tmpl *t, const struct tmpl_host *h,
	      enum tmpl_missing missing, struct val data, struct buf *out,
	      struct arena *a, struct err *e) MUST_USE;

#endif

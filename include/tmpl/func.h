// SPDX-License-Identifier: MIT
/* func - how a template function is declared. Each theme file of core/funcs
 * has one table of these; the engine checks argument counts and types by the
 * signature before the call, in Go's words, so a function only sees values of
 * the kinds that it asked for.
 *
 * Signature: parameter letters, then ':' and the result letter.
 *   b bool   i int   l int64   u uint64   f float64   s string   y []byte
 *   S []string   A []interface {}   M map[string]interface {}
 *   a interface {}   m map[string]string   d time.Duration
 *   <NAME> any other type by its Go name, looked up with tmpl_type(), such as
 *          <[]*dependency.KeyPair>
 *   .. before the last parameter letter makes it variadic ("s..a:s").
 *   !TEXT  a method that Go has but no template can call, with the reason.
 *   !!N    the same: it has N results.
 * The result letter is the static type of the result: 'a' means the result is
 * an interface (a nil in it is "no value"). */
#ifndef BASEBOX_TMPL_FUNC_H
#define BASEBOX_TMPL_FUNC_H

#include "base/arena.h"
#include "base/err.h"
#include "data/value.h"
#include "tmpl/host.h"

struct tmpl_run; /* one execution, core/tmpl */

struct tmpl_call {
	struct arena *arena; /* of this execution; longjmps when it fails */
	const struct tmpl_host *host;
	struct tmpl_run *run;
	const char *name; /* the function called */
	struct err *err;
	void *state; /* what funcs keeps for one execution (scratch, ...);
		      * NULL at its start */
};

/* Fills *out (already "no value") and returns 0; or returns -1 after
 * err_set(c->err, 0, ...): the engine adds `error calling NAME: `. */
typedef int tmpl_fn(struct tmpl_call *c, const struct val *args, size_t n,
		    struct val *out);

struct tmpl_func {
	const char *name;
	const char *sig;
	tmpl_fn *fn;
};

/* executeTemplate: runs the template of that name with dot = *data (a val
 * without type: nil) and gives its output as a string. -1: c->err is filled in
 * the original's words. */
int tmpl_execute_template(struct tmpl_call *c, struct str name,
			  const struct val *data, struct val *out) MUST_USE;

/* All functions known to templates besides the language's own builtins; a
 * sorted table is searched by name. The renderer passes the one of funcs. */
struct tmpl_funcs {
	const struct tmpl_func *(*find)(const char *name, size_t n);
	const struct val_type *(*type)(const char *name, size_t n);
};

#endif

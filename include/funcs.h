// SPDX-License-Identifier: MIT
/* funcs - all functions that a template may call besides the language's own
 * builtins: consul-template's and, under sprig_, sprig's hermetic set. They
 * are pure: the world is reached through tmpl/host.h alone, memory comes from
 * the execution's arena.
 *
 *     funcs/shape.h   the types of what data functions return
 *     funcs/query.h   from a query's text to a dependency
 *
 * Whose behaviour: consul-template 0.42, sprig 3.3, go-sockaddr, go-spew. */
#ifndef BASEBOX_FUNCS_H
#define BASEBOX_FUNCS_H

#include "funcs/query.h"
#include "funcs/shape.h"
#include "tmpl/func.h"

/* For the engine: functions by name, types by Go name. Constant; any number
 * of executions may use it at once. */
extern const struct tmpl_funcs funcs_table;
/* Those of go-sockaddr's templates alone ({{ GetPrivateIP }}); the host needs
 * `interfaces`. */
extern const struct tmpl_funcs funcs_sockaddr;

/* Texts and lists that one call makes end at TMPL_STRING and TMPL_LIST
 * (tmpl/limits.h); a call whose result would pass them fails. */
enum {
	FUNCS_DEPTH_MAX = 1000, /* levels of nested maps and lists */
};

#endif

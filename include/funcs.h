// SPDX-License-Identifier: MIT
/* funcs - all functions that a template may call besides the language's own
 * builtins: consul-template's and, under sprig_, sprig's hermetic set. They
 * are pure: the world is reached through tmpl/host.h alone, memory comes from
 * the execution's arena.
 *
 *     funcs/shape.h   the types of what data functions return
 *     funcs/query.h   from a query's text to a dependency
 *
 * Whose behaviour: consul-template 0.42, sprig 3.3, go-sockaddr, go-spew.
 *
 * Plain bugs of theirs that are matched, because somebody's output depends on
 * them (the file named here holds the line that does it):
 *
 *   add true 1            its message quotes with %q what is no text:
 *                         `unknown type for %!q(bool=true) (bool)`    math
 *   sprig_chunk -3 LIST   panics (makeslice) or gives an empty list, by the
 *                         length of LIST                      sprig_lists
 *   parseYAML             an error in the first line has no line number, and
 *                         only the scanner's lines count from 1
 *                                                         data/yaml_parse
 *   toTOML                inline tables count a comma for an entry that is
 *                         left out for being nil          data/toml_print
 *   range, over keys of several types: their order is where the Go linker put
 *                         the types                        data/value_map
 *   datacenters true      has the same identity as without: whichever is
 *                         asked first answers both                catalog
 *   tree "foo"            the prefix is text, not a folder: foobar/x is in it,
 *                         as bar/x                                     kv */
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

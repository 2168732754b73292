// SPDX-License-Identifier: MIT
/* ask - the data functions' way to the host. Private to funcs. */
#ifndef BASEBOX_FUNCS_ASK_H
#define BASEBOX_FUNCS_ASK_H

#include "funcs/kit.h"
#include "funcs/query.h"

/* The data of a query already parsed. *have = false: not known yet. */
int ask(struct tmpl_call *c, const struct tmpl_query *q, struct val *out,
	bool *have);
/* Parses and asks. What is not known yet leaves *out alone, so the caller
 * puts the empty value there first. */
int ask_text(struct tmpl_call *c, enum tmpl_dep kind, struct str s,
	     struct val *out, bool *have);
/* The arguments joined. */
struct str join_args(struct tmpl_call *c, const struct val *args, size_t n,
		     const char *sep);
/* The empty list or nil of a type while data is missing. */
int ask_list(struct tmpl_call *c, enum tmpl_dep kind, struct str s,
	     const struct val_type *t, struct val *out);
/* The function needs a callback that this host has not. */
int no_host(struct tmpl_call *c);

#endif

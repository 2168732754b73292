// SPDX-License-Identifier: MIT
/* state - what the functions keep for one execution of a template: the
 * scratch pad and the local time zone. Private to funcs. */
#ifndef BASEBOX_FUNCS_STATE_H
#define BASEBOX_FUNCS_STATE_H

#include "funcs/kit.h"

struct zone;

struct state {
	struct val scratch;	  /* map[string]interface {} */
	const struct zone *local; /* NULL = UTC */
	bool local_known;
};

/* Made at the first use; lives in the execution's arena. */
struct state *state_of(struct tmpl_call *c);

#endif

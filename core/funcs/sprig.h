// SPDX-License-Identifier: MIT
/* sprig - what sprig's functions share. Private to funcs. */
#ifndef BASEBOX_FUNCS_SPRIG_H
#define BASEBOX_FUNCS_SPRIG_H

#include "funcs/kit.h"

/* sprig's strval: texts and bytes as they are, anything else as %v. */
struct str sprig_string(struct tmpl_call *c, const struct val *v);
/* sprig's strslice: any list as []string, nil elements left out; a single
 * value as a list of one. */
struct val sprig_strings(struct tmpl_call *c, const struct val *v);
/* A random number below `below` (> 0), from the host. */
int random_below(struct tmpl_call *c, uint64_t below, uint64_t *out);

#endif

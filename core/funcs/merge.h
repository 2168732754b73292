// SPDX-License-Identifier: MIT
/* merge - maps into maps by mergo's rules. Private to funcs. */
#ifndef BASEBOX_FUNCS_MERGE_H
#define BASEBOX_FUNCS_MERGE_H

#include "funcs/kit.h"

/* Changes *dst in place: keys that it has not, or (overwrite) all of src's.
 * Without overwrite an empty value of dst (nil, "", 0, false, no elements)
 * gives way. Maps in maps are merged, lists replaced whole. */
int merge_into(struct tmpl_call *c, struct val *dst, const struct val *src,
	       bool overwrite);
/* mergo's notion of empty, which is also sprig's but for nil pointers. */
bool is_empty(const struct val *v);

#endif

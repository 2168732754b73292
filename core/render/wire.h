// SPDX-License-Identifier: MIT
/* wire - values as bytes, for the data that instances share. The type is known
 * on both sides and is not written. */
#ifndef BASEBOX_RENDER_WIRE_H
#define BASEBOX_RENDER_WIRE_H

#include "base.h"
#include "data/value.h"

/* Appends a value of type t. -1: it holds something without a fixed type. */
int wire_put(struct buf *b, const struct val_type *t, const struct val *v);
/* Reads one from *in, which then goes on behind it. -1: cut or broken. */
int wire_get(struct str *in, const struct val_type *t, struct arena *a,
	     struct val *out);

int wire_put_u32(struct buf *b, uint32_t n);
int wire_get_u32(struct str *in, uint32_t *n);
int wire_put_str(struct buf *b, struct str s);
int wire_get_str(struct str *in, struct str *s); /* borrowed */

#endif

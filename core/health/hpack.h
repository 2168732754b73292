// SPDX-License-Identifier: MIT
/* hpack - header compression of HTTP/2 (RFC 7541), as little of it as a client
 * needs that has announced a dynamic table of size 0. Private to core/health. */
#ifndef BASEBOX_CORE_HEALTH_HPACK_H
#define BASEBOX_CORE_HEALTH_HPACK_H

#include "base.h"

/* Appends a header, uncompressed. */
void hpack_put(struct buf *b, const char *name, struct str value);

/* Calls fn for each header of a block. A name from the static table that does
 * not matter here is "". -1: not well-formed. */
typedef void hpack_fn(void *ctx, struct str name, struct str value);
int hpack_read(struct str block, hpack_fn *fn, void *ctx) MUST_USE;

#endif

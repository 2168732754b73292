// SPDX-License-Identifier: MIT
/* toml - values printed as the Go library BurntSushi/toml 1.5 does. */
#ifndef BASEBOX_DATA_TOML_H
#define BASEBOX_DATA_TOML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "data/value.h"

/* Appends v: a map or struct as a document, anything else as a bare value.
 * Errors begin with `toml: ` where the original's do. */
int toml_print(struct arena *a, struct buf *b, const struct val *v,
	       struct err *e) MUST_USE;

#endif

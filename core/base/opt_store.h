// SPDX-License-Identifier: MIT
/* opt_store - what the two readers of the option table share. */
#ifndef CORE_BASE_OPT_STORE_H
#define CORE_BASE_OPT_STORE_H

#include <stdbool.h>

#include "base/opt.h"
#include "base/str.h"

bool opt_takes_value(const struct opt *o);
void *opt_field(void *opts, const struct opt *o);
int opt_store(void *opts, const struct opt *o, const char *value, struct err *e);
const struct opt *opt_by_name(const struct opt *table, struct str name);

#endif

// SPDX-License-Identifier: MIT
/* proc - reading the tables of /proc/net. */
#ifndef CORE_REGISTER_PROC_H
#define CORE_REGISTER_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

size_t reg_fields(struct str line, struct str *out, size_t n);
bool reg_hex(struct str s, uint32_t *out);

#endif

// SPDX-License-Identifier: MIT
/* parse - Go's strconv: numbers from text. Private to funcs. */
#ifndef BASEBOX_FUNCS_PARSE_H
#define BASEBOX_FUNCS_PARSE_H

#include <stdint.h>

#include "funcs/kit.h"

enum num_result { NUM_OK, NUM_SYNTAX, NUM_RANGE };

/* ParseInt and ParseUint: base 2 to 16, or 0 for Go's literals (0x, 0o, 0b, 0
 * and underscores). Out of range: the nearest value and NUM_RANGE. */
enum num_result parse_int(struct str s, int base, int64_t *out);
enum num_result parse_uint(struct str s, int base, uint64_t *out);
/* ParseFloat: Go's literals, inf and nan. */
enum num_result parse_float(struct str s, double *out);

/* `PREFIXstrconv.FN: parsing "x": invalid syntax`; -1. */
int fail_num(struct tmpl_call *c, const char *prefix, const char *fn,
	     struct str s, enum num_result r);
#define fail_num(...) ({ fail_num(__VA_ARGS__); -1; })

#endif

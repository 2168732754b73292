// SPDX-License-Identifier: MIT
/* decimal - exact decimal numbers, as shopspring/decimal computes. Private to
 * funcs. */
#ifndef BASEBOX_FUNCS_DECIMAL_H
#define BASEBOX_FUNCS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* digits (most significant first, one a byte) x 10^exp. */
struct decimal {
	bool neg;
	int n;
	int exp;
	const uint8_t *d;
};

enum decimal_op { DEC_ADD, DEC_SUB, DEC_MUL, DEC_DIV };

/* The shortest decimal that reads back as f (finite). */
struct decimal decimal_of(struct arena *a, double f);
double decimal_float(const struct decimal *v);
/* Division keeps 16 digits behind the point, rounded half away from zero; y
 * must not be 0 then. */
struct decimal decimal_compute(struct arena *a, enum decimal_op op,
			       struct decimal x, struct decimal y);

#endif

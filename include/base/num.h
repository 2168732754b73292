// SPDX-License-Identifier: MIT
/* num - numbers from text and back, strict and locale-free. */
#ifndef BASEBOX_BASE_NUM_H
#define BASEBOX_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

/* Whole string, decimal digits only (at least one), value <= max.
 * false leaves *out untouched. No sign, no space. */
bool num_u64(struct str s, uint64_t max, uint64_t *out) MUST_USE;
/* The same with an optional leading '-' or '+' and a range. */
bool num_i64(struct str s, int64_t min, int64_t max, int64_t *out) MUST_USE;
/* Octal digits only. */
bool num_oct(struct str s, uint64_t max, uint64_t *out) MUST_USE;
/* A C string with both, for command lines: 0 <= value <= max. */
bool num_arg(const char *s, uint64_t max, uint64_t *out) MUST_USE;

/* Decimal text with NUL into NUM_TEXT bytes at most; returns its length. */
enum { NUM_TEXT = 24 };
size_t num_put_u64(char *out, uint64_t v);
size_t num_put_i64(char *out, int64_t v);

/* Strict floating point text (what C99 strtod takes, whole string, no space,
 * no locale; the case of "inf" and "nan" is ignored). */
bool num_double(struct str s, double *out) MUST_USE;

/* Go's strconv.FormatFloat. fmt is one of 'e' 'E' 'f' 'g' 'G'; prec -1 = the
 * fewest digits that read back as the same value ('g' then switches to the
 * exponent form when exp < -4 || exp >= 6: 1e+06, 123456.7; Go's %v is the
 * same, its JSON switches at 21). bits is 32 or 64. out needs NUM_FLOAT bytes
 * when prec <= 300; returns the length without the NUL. Inf and NaN print as
 * "+Inf" "-Inf" "NaN". */
enum { NUM_FLOAT = 680 };
size_t num_put_float(char out[NUM_FLOAT], double v, char fmt, int prec,
		     int bits);

/* The shortest decimal digits of |v| (finite): digits holds n of them (1-17,
 * no NUL needed by callers), the value is 0.d1d2d3... * 10^*exp10. */
int num_shortest(double v, int bits, char digits[20], int *exp10);

#endif

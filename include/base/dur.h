// SPDX-License-Identifier: MIT
/* dur - durations in Go's syntax: "250ms", "1h30m", "-1.5s", "0". The unit is
 * the nanosecond, signed 64 bit.
 * Source: Go's time.ParseDuration and Duration.String, as facts. */
#ifndef BASEBOX_BASE_DUR_H
#define BASEBOX_BASE_DUR_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

#define DUR_US INT64_C(1000)
#define DUR_MS INT64_C(1000000)
#define DUR_S INT64_C(1000000000)
#define DUR_MIN (60 * DUR_S)
#define DUR_HOUR (60 * DUR_MIN)

/* Errors are Go's: `time: invalid duration "x"`, `time: missing unit in
 * duration "5"`, `time: unknown unit "d" in duration "1d"`. */
int dur_parse(struct str s, int64_t *ns, struct err *e) MUST_USE;

/* Go's print form ("1m0s", "250ms", "0s"); returns the length. */
enum { DUR_TEXT = 40 };
size_t dur_put(char out[DUR_TEXT], int64_t ns);

/* As Go's time package quotes in its errors, all but printable ASCII as \x; cut
 * short when it is longer than out. */
const char *dur_quote(char *out, size_t size, struct str s);

/* Whole milliseconds, rounded up, never negative (for timers). */
int64_t dur_ms(int64_t ns);

#endif

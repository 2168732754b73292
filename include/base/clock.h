// SPDX-License-Identifier: MIT
/* clock - the clocks, one word each. Deadlines everywhere are milliseconds of
 * clock_mono_ms(); CLOCK_NEVER means none. */
#ifndef BASEBOX_BASE_CLOCK_H
#define BASEBOX_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_mono_ms(void); /* CLOCK_MONOTONIC */
int64_t clock_mono_ns(void);
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME, comparable between processes */
struct timespec clock_wall(void);

/* "2026-11-29" and "04:49:16" of t (seconds since 1970), with `dash` and `gap`
 * as separators, in UTC or in the zone that TZ names. Returns its distance
 * from UTC in seconds. */
#define CLOCK_DATE 24
long clock_date(char out[CLOCK_DATE], time_t t, bool utc, char dash, char gap);

#endif

// SPDX-License-Identifier: MIT
/* clock - the clocks, one word each. Deadlines everywhere are milliseconds of
 * clock_mono_ms(); CLOCK_NEVER means none. */
#ifndef BASEBOX_BASE_CLOCK_H
#define BASEBOX_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_mono_ms(void); /* CLOCK_MONOTONIC */
int64_t clock_mono_ns(void);
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME, comparable between processes */
struct timespec clock_wall(void);

#endif

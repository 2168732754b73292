// SPDX-License-Identifier: MIT
/* clock - see base/clock.h. The three clocks always exist on Linux. */
#include "base/clock.h"

#include <stdio.h>

static int64_t read_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_boot_ms(void)
{
	return read_ns(CLOCK_BOOTTIME) / 1000000;
}

struct timespec clock_wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

long clock_date(char out[CLOCK_DATE], time_t t, bool utc, char dash, char gap)
{
	struct tm tm = {0};
	int n;

	if (utc)
		gmtime_r(&t, &tm);
	else
		localtime_r(&t, &tm);
	n = snprintf(out, CLOCK_DATE, "%04d%c%02d%c%02d%c%02d:%02d:%02d",
		     tm.tm_year + 1900, dash, tm.tm_mon + 1, dash, tm.tm_mday,
		     gap, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (n < 0) /* cut when the year has more digits, never so */
		out[0] = '\0';
	return tm.tm_gmtoff;
}

// SPDX-License-Identifier: MIT
/* cron - when is the next time that five fields name? Pure but for the zone
 * that TZ names (UTC without it). Source: crontab(5), as facts.
 *
 *	minute hour day-of-month month day-of-week
 *
 * Each is *, or numbers, ranges a-b and steps a-b/n or * /n, separated by
 * commas; months and days by three letters, too; 7 is Sunday. When both days
 * are given (none of them begins with *), either is enough. @hourly @daily
 * @midnight @weekly @monthly @yearly @annually stand for the whole. */
#ifndef BASEBOX_CRON_H
#define BASEBOX_CRON_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base.h"

struct cron {
	uint64_t minute;
	uint32_t hour, day, month, weekday; /* bit n = the value n */
	bool either;			    /* day or weekday */
	bool hours; /* the hour is given: not twice when clocks go back */
};

/* -1: the text says which field is wrong. */
int cron_parse(struct str text, struct cron *c, struct err *e) MUST_USE;
/* The first such second after `after`; 0 = there is none within nine years. A
 * time that clocks going forward leave out does not come that day. */
time_t cron_next(const struct cron *c, time_t after);
/* The next time once somebody has set the clock by `step` seconds, to `now`:
 * `at` was the next one before. As with crontab's daemon, up to three hours
 * leave nothing out (*due: it is to run now) and repeat nothing; a job of every
 * hour goes by the new time unless it is a minute's correction. */
time_t cron_step(const struct cron *c, time_t at, time_t now, int64_t step,
		 bool *due);

#endif

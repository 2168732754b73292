// SPDX-License-Identifier: MIT
/* layout - a reference-time layout in chunks: literal text, then an element.
 * Private to funcs. */
#ifndef BASEBOX_FUNCS_LAYOUT_H
#define BASEBOX_FUNCS_LAYOUT_H

#include "funcs/time.h"

enum elem {
	E_NONE,
	E_LONG_MONTH,	/* January */
	E_MONTH,	/* Jan */
	E_NUM_MONTH,	/* 1 */
	E_ZERO_MONTH,	/* 01 */
	E_LONG_WEEKDAY, /* Monday */
	E_WEEKDAY,	/* Mon */
	E_DAY,		/* 2 */
	E_UNDER_DAY,	/* _2 */
	E_ZERO_DAY,	/* 02 */
	E_UNDER_YDAY,	/* __2 */
	E_ZERO_YDAY,	/* 002 */
	E_HOUR,		/* 15 */
	E_HOUR12,	/* 3 */
	E_ZERO_HOUR12,	/* 03 */
	E_MINUTE,	/* 4 */
	E_ZERO_MINUTE,	/* 04 */
	E_SECOND,	/* 5 */
	E_ZERO_SECOND,	/* 05 */
	E_LONG_YEAR,	/* 2006 */
	E_YEAR,		/* 06 */
	E_PM,		/* PM */
	E_LOWER_PM,	/* pm */
	E_TZ,		/* MST */
	E_OFFSET,	/* Z0700 and its kin, -0700 and its kin */
	E_FRACTION0,	/* .000 */
	E_FRACTION9,	/* .999 */
};

/* How an offset is written: Z or sign, colons, how many parts. */
struct chunk {
	enum elem elem;
	struct str before, text, rest;
	bool iso;    /* Z for UTC */
	bool colon;
	int parts;   /* hours; minutes; seconds */
	int digits;  /* of a fraction */
};

static inline bool digit_at(struct str s, size_t i)
{
	return i < s.n && ascii_digit((unsigned char)s.p[i]);
}

/* The next chunk of a layout; what follows it is c->rest. */
void layout_next(struct str layout, struct chunk *c);

#endif

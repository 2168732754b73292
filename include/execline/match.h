// SPDX-License-Identifier: MIT
/* match - POSIX regular expressions for commands that take them. */
#ifndef BASEBOX_EXECLINE_MATCH_H
#define BASEBOX_EXECLINE_MATCH_H

#include "base/attr.h"
#include "base/err.h"
#include "regex.h"

enum el_re_flag {
	EL_RE_WHOLE = 1, /* ^ and $ are put around it, as they are */
	EL_RE_BASIC = 2, /* basic instead of extended syntax */
	EL_RE_ICASE = 4, /* upper and lower case alike */
	EL_RE_NOANCHOR = 8, /* ^ and $ never match */
};

/* The caller frees *out with regex_free. */
int el_regex(struct regex **out, const char *pattern, unsigned flags,
	     struct err *e) MUST_USE;

#endif

// SPDX-License-Identifier: MIT
/* mini - a handful of template functions, enough to test the language without
 * the real set. */
#ifndef BASEBOX_TESTS_MINI_H
#define BASEBOX_TESTS_MINI_H

#include "tmpl/func.h"

extern const struct tmpl_funcs mini_funcs;

#endif

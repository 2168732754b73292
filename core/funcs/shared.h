// SPDX-License-Identifier: MIT
/* shared - functions that consul-template and sprig have under two names.
 * Private to funcs. */
#ifndef BASEBOX_FUNCS_SHARED_H
#define BASEBOX_FUNCS_SHARED_H

#include "tmpl/func.h"

tmpl_fn strings_lower, strings_upper, strings_trim_space, strings_trim_prefix,
	strings_trim_suffix, strings_trim, strings_replace;
tmpl_fn encode_base64, encode_sha256;

#endif

// SPDX-License-Identifier: MIT
/* regexes - what consul-template's and sprig's regex functions share.
 * Private to funcs. */
#ifndef BASEBOX_FUNCS_REGEXES_H
#define BASEBOX_FUNCS_REGEXES_H

#include "funcs/kit.h"

/* Errors are the compiler's, "regexp: Compile(`...`): " before them when the
 * function called is one of sprig's that panic (no must in its name). */
int re_match(struct tmpl_call *c, struct str re, struct str s,
	     struct val *out);
int re_replace(struct tmpl_call *c, struct str re, struct str s,
	       struct str with, bool literal, struct val *out);

#endif

// SPDX-License-Identifier: MIT
/* builtin - what the files of the language's own functions share. */
#ifndef BASEBOX_CORE_TMPL_BUILTIN_H
#define BASEBOX_CORE_TMPL_BUILTIN_H

#include "tmpl/ast.h"
#include "tmpl/run.h"

#define BUILTIN(name)                                                          \
	int name(struct tmpl_call *c, const struct val *v, size_t n,           \
		 struct val *out)

/* An argument without the interface around it. */
static inline struct val bare(const struct val *v)
{
	return v->type == &type_any ? val_none() : *v;
}

/* --- compare.c --- */
BUILTIN(builtin_eq);
BUILTIN(builtin_ne);
BUILTIN(builtin_lt);
BUILTIN(builtin_le);
BUILTIN(builtin_gt);
BUILTIN(builtin_ge);

/* --- escape.c --- */
BUILTIN(builtin_html);
BUILTIN(builtin_js);
BUILTIN(builtin_urlquery);

#endif

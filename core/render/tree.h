// SPDX-License-Identifier: MIT
/* tree - folders of templates, as single templates. */
#ifndef BASEBOX_RENDER_TREE_H
#define BASEBOX_RENDER_TREE_H

#include "render/runner.h"

/* The configuration's templates, each folder replaced by its files. */
int tree_expand(struct arena *a, const struct render_config *c,
		const struct render_template **out, size_t *n, struct err *e);

#endif

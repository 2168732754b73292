// SPDX-License-Identifier: MIT
/* Any bytes as a template: a tree, which then prints, or an error. */
#include <stdlib.h>

#include "tmpl/ast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tmpl_opts o = {.stack = 1 << 20};
	struct tmpl *t;
	struct arena a;
	struct text text = {.a = &a};
	struct err e;

	if (tmpl_parse(&t, str_n((const char *)data, size), &o, &e) < 0) {
		if (strncmp(e.text, "template: :", 11) != 0)
			abort();
		return 0;
	}
	arena_init(&a, 64 << 20);
	node_print(&text, t->main->root);
	arena_free(&a);
	tmpl_free(t);
	return 0;
}

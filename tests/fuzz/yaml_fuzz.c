// SPDX-License-Identifier: MIT
/* Any bytes as YAML: an error, or a value whose printed form can be read. */
#include <stdlib.h>

#include "data/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = {.max = 1 << 20};
	struct arena a;
	struct val v, w;
	struct err e;

	arena_init(&a, 32 << 20);
	if (yaml_parse(&a, str_n((const char *)data, size), &v, &e) == 0 &&
	    yaml_print(&a, &b, &v, &e) == 0 && a.used < 8 << 20 &&
	    yaml_parse(&a, str_n(b.p, b.len), &w, &e) < 0)
		abort();
	buf_free(&b);
	arena_free(&a);
	return 0;
}

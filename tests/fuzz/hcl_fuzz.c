// SPDX-License-Identifier: MIT
/* Any bytes as HCL or JSON: an answer or an error, within the limits. */
#include <stdlib.h>

#include "data/hcl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct hcl_node *root;
	struct val v;
	struct err e;

	arena_init(&a, 16 << 20);
	if (hcl_parse(&a, str_n((const char *)data, size), &root, &e) < 0 ||
	    hcl_val(&a, root, &v, &e) < 0) {
		if (e.text[0] == '\0')
			abort();
	}
	arena_free(&a);
	return 0;
}

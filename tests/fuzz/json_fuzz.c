// SPDX-License-Identifier: MIT
/* Any bytes as JSON: an error, or a value that prints to a text which reads
 * back as an equal value. */
#include <stdlib.h>

#include "data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = {0};
	struct arena a;
	struct val v, w;
	struct err e;

	arena_init(&a, 64 << 20);
	if (json_parse(&a, str_n((const char *)data, size), 0, &v, &e) == 0 &&
	    json_print(&a, &b, &v, data[0] & 3, &e) == 0 &&
	    (json_parse(&a, str_n(b.p, b.len), 0, &w, &e) < 0 ||
	     !val_deep_equal(&v, &w)))
		abort();
	buf_free(&b);
	arena_free(&a);
	return 0;
}

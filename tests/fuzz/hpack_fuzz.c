// SPDX-License-Identifier: MIT
/* Any bytes as a block of compressed headers: names and values of bounded
 * length, or an error. */
#include <stdlib.h>

#include "health/hpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_header(void *ctx, struct str name, struct str value)
{
	/* A code has 5 bits at least. */
	if ((name.n + value.n) * 5 > *(size_t *)ctx * 8 + 128)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)!hpack_read(str_n((const char *)data, size), on_header, &size);
	return 0;
}

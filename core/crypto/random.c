// SPDX-License-Identifier: MIT
/* random - bytes from the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base.h"
#include "crypto.h"

void crypto_random(void *out, size_t n)
{
	uint8_t *p = out;

	while (n) {
		ssize_t r = getrandom(p, n, 0);

		if (r < 0 && errno == EINTR)
			continue;
		/* Only a kernel without the call fails here; keys made of
		 * anything else would be worse than none. */
		if (r < 0)
			abort();
		p += r;
		n -= (size_t)r;
	}
}

void crypto_uuid(char out[UUID_TEXT])
{
	static const uint8_t ends[] = {4, 6, 8, 10, 16};
	uint8_t b[16];
	size_t i = 0;

	crypto_random(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0F) | 0x40); /* version 4 */
	b[8] = (uint8_t)((b[8] & 0x3F) | 0x80); /* variant of RFC 4122 */
	for (size_t k = 0; k < COUNT(ends); i = ends[k++]) {
		if (k)
			*out++ = '-';
		crypto_hex(b + i, ends[k] - i, out);
		out += 2 * (ends[k] - i);
	}
}

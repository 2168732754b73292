// SPDX-License-Identifier: MIT
/* One-number files. What s6 takes: the first line, cut at the newline, must
 * be decimal digits and nothing else; 11 bytes are looked at. */
#include <errno.h>
#include <string.h>

#include "base.h"
#include "s6/numfile.h"
#include "s6/read.h"

int s6_numfile(int at, const char *path, uint32_t *out, struct err *e)
{
	char b[11];
	uint64_t v;
	ssize_t n = s6_read_small(at, path, b, sizeof b, e);

	if (n < 0 || (!n && errno == ENOENT))
		return (int)n;
	const char *nl = memchr(b, '\n', (size_t)n);
	if (!num_u64(str_n(b, nl ? (size_t)(nl - b) : (size_t)n), UINT32_MAX,
		     &v)) {
		err_set(e, 0, "invalid %s", path);
		if (e)
			e->num = EINVAL;
		return -1;
	}
	*out = (uint32_t)v;
	return 1;
}

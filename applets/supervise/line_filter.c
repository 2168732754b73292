// SPDX-License-Identifier: MIT
/* line_filter - see the header. */
#include "line_filter.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"

enum { LINE_MAX_ = 1 << 16 };

int line_filter(line_fn *fn, void *ctx)
{
	static char in[LINE_MAX_];
	struct buf out = {0};
	size_t len = 0;

	for (;;) {
		ssize_t n = read(0, in + len, sizeof in - len);
		size_t from = 0;
		char *nl;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die_sys(111, errno, "unable to read from stdin");
		len += (size_t)n;
		buf_reset(&out);
		while ((nl = memchr(in + from, '\n', len - from))) {
			size_t end = (size_t)(nl - in) + 1;

			fn(ctx, &out, in + from, end - from);
			from = end;
		}
		if (from < len && (!n || (!from && len == sizeof in))) {
			fn(ctx, &out, in + from, len - from);
			from = len;
		}
		memmove(in, in + from, len - from);
		len -= from;
		if (out.failed || fd_write(1, buf_str(&out), out.len, NULL) < 0)
			die_sys(111, errno, "unable to write to stdout");
		if (!n)
			return 0;
	}
}

// SPDX-License-Identifier: MIT
/* One-number files. What s6 takes: the first line, cut at the newline, must
 * be decimal digits and nothing else; 11 bytes are looked at. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "os/file.h"
#include "s6/numfile.h"

int s6_numfile(int at, const char *path, uint32_t *out, struct err *e)
{
	char b[11];
	uint64_t v;
	struct err own;

	if (!e)
		e = &own;
	ssize_t n = file_peek(at, path, b, sizeof b, e);
	if (n < 0)
		return e->num == ENOENT ? 0 : -1;
	const char *nl = memchr(b, '\n', (size_t)n);
	if (!num_u64(str_n(b, nl ? (size_t)(nl - b) : (size_t)n), UINT32_MAX,
		     &v)) {
		err_set(e, 0, "invalid %s", path);
		e->num = EINVAL;
		return -1;
	}
	*out = (uint32_t)v;
	return 1;
}

int s6_notify_fd(void)
{
	struct stat st;
	uint32_t fd;

	if (s6_numfile(AT_FDCWD, "notification-fd", &fd, NULL) != 1 || fd < 3 ||
	    fd > INT_MAX || fstat((int)fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -1;
	return (int)fd;
}

// SPDX-License-Identifier: MIT
/* Reading and replacing small files whole, for the parts of this module. */
#ifndef CORE_S6_READ_H
#define CORE_S6_READ_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* The first n bytes of the file, or fewer. No such file: 0 with errno ENOENT
 * (an empty one: 0 with errno 0). */
ssize_t s6_read_small(int at, const char *path, void *buf, size_t n,
		      struct err *e);
/* The file becomes what is left to read from descriptor `from` (-1 = nothing),
 * at most `keep` bytes, followed by the n bytes at p. Through PATH.new and
 * rename(2); mode 0644. */
int s6_replace(int at, const char *path, int from, size_t keep, const void *p,
	       size_t n, struct err *e);

#endif

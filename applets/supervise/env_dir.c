// SPDX-License-Identifier: MIT
/* env_dir - a file NAME sets NAME to its content, an empty one unsets it. */
#include "env_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "execline.h"
#include "os/dir.h"
#include "os/file.h"

enum { SHORT = 4095, LONG = 1 << 24 };

/* Cuts and translates the bytes that were read. */
static void make_value(const struct envdir *o, struct buf *b)
{
	char *nl = o->full ? NULL : memchr(b->p, '\n', b->len);
	size_t n = nl ? (size_t)(nl - b->p) : b->len;

	if (o->full)
		n -= !o->keep && n && b->p[n - 1] == '\n';
	else
		while (!o->keep && n && (b->p[n - 1] == ' ' ||
					 b->p[n - 1] == '\t'))
			n--;
	buf_cut(b, n);
	for (char *p = b->p; (p = memchr(p, '\0', b->len - (size_t)(p - b->p)));)
		*p = o->nul ? o->nul[0] : '\n';
}

static int read_value(const struct envdir *o, int dir, const char *name,
		      struct buf *b, struct err *e)
{
	ssize_t n;

	buf_reset(b);
	if (o->large)
		return file_read(dir, name, b, LONG, e);
	if (buf_reserve(b, SHORT) < 0)
		return err_nomem(e);
	n = file_peek(dir, name, b->p, SHORT, e);
	if (n < 0)
		return -1;
	b->len = (size_t)n;
	b->p[n] = '\0';
	return 0;
}

int env_dir_read(const struct envdir *o, const char *path, struct err *e)
{
	struct buf b = {0};
	const char *name;
	struct dir d;

	if (dir_open(&d, AT_FDCWD, path, e) < 0)
		return e->num == ENOENT && o->missing_ok ? 0 : -1;
	while ((name = dir_next(&d))) {
		if (name[0] == '.' || strchr(name, '='))
			continue;
		if (read_value(o, d.fd, name, &b, e) < 0)
			return -1;
		if (!b.len) {
			el_unsetenv(name);
			continue;
		}
		make_value(o, &b);
		el_setenv(name, buf_str(&b));
	}
	e->num = errno;
	dir_close(&d);
	buf_free(&b);
	return e->num ? -1 : 0;
}

// SPDX-License-Identifier: MIT
/* s6-envdir - set variables from the files of a directory
 *
 * usage: s6-envdir [ -I | -i ] [ -n ] [ -f ] [ -L ] [ -c nullchar ] dir prog...
 *
 * A file NAME sets NAME to its first line without the blanks at its end; an
 * empty file unsets it. NUL bytes become newlines.
 *  -f  the whole file, without its last newline
 *  -n  blanks at the end stay (with -f: the last newline, too)
 *  -L  values of any length (otherwise 4095 bytes are read)
 *  -c C  NUL becomes C
 *  -I  dir may be missing      -i  it may not (default)
 *
 * Exit: that of prog, 100 wrong usage, 111 system call failed, 126 prog cannot
 *   be executed, 127 prog not found.
 * See: https://skarnet.org/software/s6/s6-envdir.html
 * Alias: envdir
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "base.h"
#include "os/dir.h"
#include "os/file.h"

enum { SHORT = 4095, LONG = 1 << 24 };

struct envdir {
	int missing_ok;
	bool keep, full, large;
	const char *nul;
};

#define FLAG(c, f) {c, NULL, OPT_FLAG, offsetof(struct envdir, f), 0, NULL}
static const struct opt s6_envdir_opts[] = {
	{'I', NULL, OPT_SET, offsetof(struct envdir, missing_ok), 1, NULL},
	{'i', NULL, OPT_SET, offsetof(struct envdir, missing_ok), 0, NULL},
	FLAG('n', keep),
	FLAG('f', full),
	FLAG('L', large),
	{'c', NULL, OPT_STR, offsetof(struct envdir, nul), 0, NULL},
	{0},
};

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

static int read_dir(const struct envdir *o, const char *path, struct err *e)
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

int s6_envdir_main(int argc, char **argv)
{
	struct envdir o = {0};
	int i = applet_opts("s6-envdir", s6_envdir_opts, &o, argc, argv, 2);
	struct err e;

	if (o.nul && !*o.nul)
		die_sys(111, EINVAL, "unable to envdir %s", argv[i]);
	if (read_dir(&o, argv[i], &e) < 0)
		die_sys(111, e.num, "unable to envdir %s", argv[i]);
	el_exec(argv + i + 1);
}

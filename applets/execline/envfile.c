// SPDX-License-Identifier: MIT
/* envfile - set variables from a file of assignments
 *
 * usage: envfile [ -i | -I ] file prog...
 *
 * Lines KEY = VALUE; empty ones and those that begin with # do not count. VALUE
 * may have parts in double quotes with C escapes; a backslash at the end of a
 * line joins it with the next. The file "-" is standard input.
 *  -I  it may be missing           -i  it may not (default)
 *
 * Exit: prog's; 1 syntax error, 100 wrong usage, 111 system call failed, 126
 *   and 127 prog cannot be executed or found.
 * See: https://skarnet.org/software/execline/envfile.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct envfile {
	int loose;
};

static const struct opt envfile_opts[] = {
	{NULL, NULL, 'I', OPT_SET, offsetof(struct envfile, loose), 1},
	{NULL, NULL, 'i', OPT_SET, offsetof(struct envfile, loose), 0},
	{0},
};

struct reader {
	const char *name, *p, *end;
	unsigned line;
};

enum { END = -1 };

static int peek(const struct reader *r)
{
	return r->p < r->end ? (unsigned char)*r->p : END;
}

static int next(struct reader *r)
{
	int c = peek(r);

	r->p += c != END;
	r->line += c == '\n';
	return c;
}

NORETURN static void wrong(const struct reader *r)
{
	die(1, "in %s: syntax error line %u", r->name, r->line);
}

static bool blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
	while (blank(peek(r)))
		next(r);
}

/* Up to three octal or exactly two hexadecimal digits. */
static int number(struct reader *r, int c)
{
	int v = 0;

	if (c == 'x') {
		for (int i = 0; i < 2; i++) {
			int d = peek(r) == END
					? -1
					: ascii_hex((unsigned char)peek(r));

			if (d < 0)
				wrong(r);
			v = v * 16 + d;
			next(r);
		}
		return v;
	}
	v = c - '0';
	for (int i = 0; i < 2 && peek(r) >= '0' && peek(r) <= '7'; i++)
		v = v * 8 + next(r) - '0';
	return v;
}

static void quoted(struct reader *r, struct buf *b)
{
	static const char from[] = "abtnvfr", to[] = "\a\b\t\n\v\f\r";
	int c;

	while ((c = next(r)) != '"') {
		if (c == '\n')
			r->line--;
		if (c == '\n' || c == END)
			wrong(r);
		if (c != '\\') {
			buf_addc(b, (char)c);
			continue;
		}
		c = next(r);
		if (c == END)
			wrong(r);
		if (c == '\n')
			continue;
		const char *s = strchr(from, c);
		if (s)
			c = (unsigned char)to[s - from];
		else if (c == 'x' || (c >= '0' && c <= '7'))
			c = number(r, c);
		buf_addc(b, (char)c);
	}
}

/* Up to the end of the line, without the blanks there. */
static void value(struct reader *r, struct buf *b)
{
	size_t keep = 0; /* what is before is no blank of the end */
	int c;

	skip_blanks(r);
	while ((c = next(r)) != '\n' && c != END) {
		if (c == '"') {
			quoted(r, b);
		} else if (c == '\\') {
			c = next(r);
			if (c != '\n' && c != '\\' && c != '"' && c != ' ')
				wrong(r);
			if (c != '\n')
				buf_addc(b, (char)c);
		} else {
			buf_addc(b, (char)c);
			if (blank(c))
				continue;
		}
		keep = b->len;
	}
	buf_cut(b, keep);
}

static void assignment(struct reader *r, struct buf *key, struct buf *val)
{
	int c;

	buf_reset(key);
	buf_reset(val);
	while ((c = peek(r)) != '=' && c != '\n' && c != END && !blank(c)) {
		if (c == '\\' || c == '"')
			wrong(r);
		buf_addc(key, (char)next(r));
	}
	skip_blanks(r);
	if (peek(r) != '=' || !key->len)
		wrong(r);
	next(r);
	value(r, val);
	if (key->failed || val->failed)
		die_sys(111, ENOMEM, "unable to read %s", r->name);
	el_setenv(buf_str(key), buf_str(val));
}

static void read_all(struct reader *r)
{
	struct buf key = {0}, val = {0};
	int c;

	for (;;) {
		skip_blanks(r);
		c = peek(r);
		if (c == END)
			break;
		if (c == '#') {
			while (c != '\n' && c != END)
				c = next(r);
		} else if (c == '\n') {
			next(r);
		} else {
			assignment(r, &key, &val);
		}
	}
	buf_free(&key);
	buf_free(&val);
}

int envfile_main(int argc, char **argv)
{
	struct envfile o = {0};
	int i = applet_opts("envfile", envfile_opts, &o, argc, argv, 2), fd = 0;
	struct buf b = {.max = EL_SCRIPT_MAX};

	if (strcmp(argv[i], "-") != 0)
		fd = open(argv[i], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT || !o.loose)
			die_sys(111, errno, "unable to open %s", argv[i]);
		el_exec(argv + i + 1);
	}
	el_slurp(fd, &b);
	if (fd)
		close(fd);
	struct reader r = {argv[i], buf_str(&b), buf_str(&b) + b.len, 1};
	read_all(&r);
	el_exec(argv + i + 1);
}

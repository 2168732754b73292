// SPDX-License-Identifier: MIT
/* render - consul-template's -once for one template without dependencies, on
 * the engine alone: judges the golden corpus without the daemon.
 *
 * Build: gcc -g -O1 -D_GNU_SOURCE -Iinclude -Icore tests/tools/render.c
 *   build/debug/core.a and the libraries of `make debug`
 * usage: render [-default-left-delimiter=X -default-right-delimiter=Y
 *   -config=FILE] -once -template IN:OUT
 *
 * Exit 14 on a template error, as the original. A configuration file is only
 * searched for error_on_missing_key and default_delimiters. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base.h"
#include "funcs.h"
#include "tmpl.h"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0"; /* it exits as it stands */
}

static struct str slurp(const char *path)
{
	static struct buf b;
	char chunk[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	buf_reset(&b);
	if (fd < 0)
		return STR("");
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&b, chunk, (size_t)n);
	close(fd);
	return str_n(buf_str(&b), b.len);
}

static struct timespec now(void *ctx)
{
	(void)ctx;
	return clock_wall();
}

static int fill_random(void *ctx, void *p, size_t n, struct err *e)
{
	(void)ctx;
	return getrandom(p, n, 0) == (ssize_t)n ? 0
						: err_set(e, errno, "random");
}

static const char *env(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

static void env_all(void *ctx, void (*fn)(void *arg, const char *pair),
		    void *arg)
{
	(void)ctx;
	for (char **p = environ; *p; p++)
		fn(arg, *p);
}

/* The text between the quotes behind `key` in a configuration. */
static struct str quoted_after(struct str conf, const char *key)
{
	ptrdiff_t at = str_find(conf, str_of(key)), from, to;

	if (at < 0)
		return STR("");
	conf = str_cut(conf, (size_t)at, conf.n);
	from = str_chr(conf, '"');
	if (from < 0)
		return STR("");
	conf = str_cut(conf, (size_t)from + 1, conf.n);
	to = str_chr(conf, '"');
	return to < 0 ? STR("") : str_cut(conf, 0, (size_t)to);
}

static void read_config(const char *path, struct tmpl_opts *o,
			enum tmpl_missing *missing)
{
	struct str conf = slurp(path);

	conf.p = strndup(conf.p, conf.n);
	if (str_find(conf, STR("error_on_missing_key = true")) >= 0)
		*missing = TMPL_MISSING_ERROR;
	if (str_find(conf, STR("default_delimiters")) >= 0) {
		o->left = quoted_after(conf, "left");
		o->right = quoted_after(conf, "right");
	}
}

static int fail(const char *in, const char *what, const struct err *e)
{
	fprintf(stderr, "[ERR] (cli) %s: %s: %s\n", in, what, e->text);
	return 14;
}

int main(int argc, char **argv)
{
	static const char left[] = "-default-left-delimiter=";
	static const char right[] = "-default-right-delimiter=";
	static struct err e;
	struct tmpl_opts o = {.funcs = &funcs_table};
	const struct tmpl_host host = {.now = now,
				       .random = fill_random,
				       .env = env,
				       .environ = env_all};
	enum tmpl_missing missing = TMPL_MISSING_ZERO;
	char *in = NULL, *out = NULL;
	struct arena a;
	struct buf b;
	struct tmpl *t;
	FILE *f;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], left, strlen(left)) == 0)
			o.left = str_of(argv[i] + strlen(left));
		else if (strncmp(argv[i], right, strlen(right)) == 0)
			o.right = str_of(argv[i] + strlen(right));
		else if (strncmp(argv[i], "-config=", 8) == 0)
			read_config(argv[i] + 8, &o, &missing);
		else if (strcmp(argv[i], "-template") == 0 && i + 1 < argc)
			in = argv[++i];
	}
	if (!in || !(out = strchr(in, ':')))
		return 13;
	*out++ = '\0';
	arena_init(&a, TMPL_ARENA);
	buf_init(&b, TMPL_OUTPUT);
	if (tmpl_parse(&t, slurp(in), &o, &e) < 0)
		return fail(in, "parse", &e);
	if (tmpl_exec(t, &host, missing, val_none(), &b, &a, &e) < 0)
		return fail(in, "execute", &e);
	f = fopen(out, "w");
	if (!f || fwrite(buf_str(&b), 1, b.len, f) != b.len || fclose(f))
		return fail(in, "write", &e);
	tmpl_free(t);
	buf_free(&b);
	arena_free(&a);
	return 0;
}

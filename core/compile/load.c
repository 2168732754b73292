// SPDX-License-Identifier: MIT
/* load.c - the nodes, what is found wrong with them, and reading files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/file.h"

void cp_find(struct cp *c, struct cp_at at, const char *fmt, ...)
{
	struct buf *b = c->findings;
	size_t from = b->len;
	struct str old, line;
	va_list ap;

	c->nfindings++;
	buf_adds(c->findings, at.file);
	if (at.line)
		buf_addf(c->findings, ":%u", at.line);
	if (at.col)
		buf_addf(c->findings, ":%u", at.col);
	buf_adds(c->findings, ": ");
	va_start(ap, fmt);
	buf_addv(c->findings, fmt, ap);
	va_end(ap);
	buf_addc(c->findings, '\n');
	if (b->failed)
		return;
	/* a value may be read more than once: it is told once */
	old = str_n(b->p, from);
	line = str_n(b->p + from, b->len - from);
	if (str_prefix(old, line) ||
	    str_find(old, str_of(arena_printf(&c->a, "\n%s", b->p + from))) >= 0)
		buf_cut(b, from);
}

/* --- nodes --- */

static const char *bad_name(const char *name)
{
	if (!*name || strlen(name) > CP_NAME_MAX)
		return "must have 1 to 200 characters";
	if (*name == '.' || strpbrk(name, "/\n"))
		return "must not begin with a dot or hold a slash or newline";
	if (!strncmp(name, "s6rc-", 5) || !strncmp(name, "s6-rc-", 6))
		return "must not begin with s6rc- or s6-rc-";
	return NULL;
}

struct cp_node *cp_get(struct cp *c, const char *name)
{
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (!strcmp(n->name, name))
			return n;
	return NULL;
}

void cp_drop(struct cp *c, struct cp_node *gone)
{
	struct cp_node **p = &c->nodes;

	while (*p && *p != gone)
		p = &(*p)->next;
	if (*p)
		*p = gone->next;
	if (c->end == &gone->next)
		c->end = p;
	c->n--;
}

/* One that comes from the base image gives way without a word. */
struct cp_node *cp_node(struct cp *c, const char *name, enum cp_type type,
			enum cp_source source, struct cp_at at)
{
	struct cp_node *n = cp_get(c, name);
	const char *bad = bad_name(name);

	if (bad)
		cp_find(c, at, "name \"%s\" %s", name, bad);
	if (n && n->is_default)
		cp_drop(c, n);
	else if (n)
		cp_find(c, at, "a second service \"%s\"; the first is in %s%s",
			name, n->at.file,
			n->at.line ? arena_printf(&c->a, ":%u", n->at.line)
				   : "");
	if (c->n >= CP_NODES) {
		cp_find(c, at, "more than %d services", CP_NODES);
		longjmp(*c->a.oom, 2);
	}
	n = arena_alloc(&c->a, sizeof(*n));
	*n = (struct cp_node){.name = arena_strdup(&c->a, name), .type = type,
			      .source = source, .at = at};
	*c->end = n;
	c->end = &n->next;
	c->n++;
	return n;
}

void cp_add(struct cp *c, struct cp_name **list, const char *name,
	    struct cp_at at)
{
	struct cp_name *x;

	for (; *list; list = &(*list)->next)
		if (!strcmp((*list)->name, name))
			return;
	x = arena_alloc(&c->a, sizeof(*x));
	*x = (struct cp_name){.name = arena_strdup(&c->a, name), .at = at};
	*list = x;
}

bool cp_has(const struct cp_name *list, const char *name)
{
	for (; list; list = list->next)
		if (!strcmp(list->name, name))
			return true;
	return false;
}

struct cp_file *cp_file(struct cp_node *n, const char *path)
{
	for (struct cp_file *f = n->files; f; f = f->next)
		if (!strcmp(f->path, path))
			return f;
	return NULL;
}

/* The file of this name, emptied when it is there. */
static struct cp_file *fresh(struct cp *c, struct cp_node *n, const char *path)
{
	struct cp_file *f = cp_file(n, path);

	if (!f) {
		f = arena_alloc(&c->a, sizeof(*f));
		f->path = arena_strdup(&c->a, path);
		f->next = n->files;
		n->files = f;
	}
	f->text = f->link = NULL;
	return f;
}

void cp_text(struct cp *c, struct cp_node *n, const char *path,
	     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fresh(c, n, path)->text = arena_vprintf(&c->a, fmt, ap);
	va_end(ap);
}

void cp_link(struct cp *c, struct cp_node *n, const char *path,
	     const char *target)
{
	fresh(c, n, path)->link = arena_strdup(&c->a, target);
}

void cp_script(struct cp *c, struct cp_node *n, const char *what,
	       const char *text)
{
	cp_link(c, n, what, c->self);
	cp_text(c, n, arena_printf(&c->a, "%s.ex", what), "%s", text);
}

/* --- files --- */

const char *cp_path(struct cp *c, const char *fmt, ...)
{
	va_list ap;
	const char *p;

	va_start(ap, fmt);
	p = arena_vprintf(&c->a, fmt, ap);
	va_end(ap);
	return *c->o->root ? arena_printf(&c->a, "%s%s", c->o->root, p) : p;
}

const char *cp_read(struct cp *c, const char *path)
{
	BUF_AUTO struct buf b = {0};
	struct err e;

	if (file_read(AT_FDCWD, path, &b, CP_FILE_MAX, &e) == 0)
		return arena_dup(&c->a, buf_str(&b), b.len);
	if (e.num != ENOENT)
		cp_find(c, (struct cp_at){.file = path}, "%s", strerror(e.num));
	return NULL;
}

static int shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* In byte order whatever the locale: s6-overlay's is C. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

const char **cp_list(struct cp *c, const char *path)
{
	struct dirent **d = NULL;
	int n = scandir(path, &d, shown, by_name);
	const char **out;

	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		cp_find(c, (struct cp_at){.file = path}, "%s", strerror(errno));
	out = arena_array(&c->a, (n > 0 ? (size_t)n : 0) + 1, sizeof(*out));
	for (int i = 0; i < n; i++) {
		out[i] = arena_strdup(&c->a, d[i]->d_name);
		free(d[i]);
	}
	free(d);
	return out;
}

bool cp_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool cp_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* --- the whole way --- */

static const char *own_path(struct cp *c)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	return n > 0 && n < PATH_MAX ? arena_dup(&c->a, path, (size_t)n)
				     : "/bin/basebox";
}

static int gather(struct cp *c, struct err *e)
{
	c->self = own_path(c);
	cp_dirs(c, cp_path(c, "/etc/s6"));
	cp_manifest(c, cp_path(c, "/etc/basebox.d"));
	cp_overlay(c);
	cp_graph(c);
	if (c->nfindings)
		return 1;
	return c->o->out ? cp_write(c, e) : 0;
}

int compile_run(const struct compile_opts *o, struct buf *findings,
		struct err *e)
{
	struct cp c = {.o = o, .findings = findings};
	jmp_buf oom;
	int r = setjmp(oom);

	if (!r) {
		arena_init(&c.a, 0);
		c.a.oom = &oom;
		c.end = &c.nodes;
		r = gather(&c, e);
	} else {
		/* 2: too much was found already */
		r = r == 1 ? err_nomem(e) : 1;
	}
	arena_free(&c.a);
	return r;
}

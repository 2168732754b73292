// SPDX-License-Identifier: MIT
/* tree - a folder of templates: with `source` a folder and `destination` one
 * (or a path that ends in '/'), each file in source and below is a template of
 * its own, rendered to the same place below destination, without a .tmpl,
 * .ctmpl or .tpl at its end. Everything else of the stanza holds for each.
 * Names that begin with a dot are skipped, as a mounted ConfigMap has them. In
 * the original a folder is an error. */
#include "render/tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "os/dir.h"

enum { DEPTH_MAX = 16, FILES_MAX = 10000 };

struct walk {
	struct arena *a;
	const struct render_template *t;
	struct render_template *out;
	size_t n, cap;
	struct err *e;
};

static bool folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_tree(const struct render_template *t)
{
	size_t n = strlen(t->destination);

	return *t->source && n && folder(t->source) &&
	       (t->destination[n - 1] == '/' || folder(t->destination));
}

static int push(struct walk *w, const struct render_template *t)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 16;

		w->out = arena_grow(w->a, w->out, w->n * sizeof(*w->out),
				    cap * sizeof(*w->out));
		if (!w->out)
			return err_nomem(w->e);
		w->cap = cap;
	}
	if (w->n >= FILES_MAX)
		return err_set(w->e, 0, "%s: more than %d templates", t->source,
			       FILES_MAX);
	w->out[w->n++] = *t;
	return 0;
}

static size_t bare(const char *name)
{
	static const char *const ends[] = {".tmpl", ".ctmpl", ".tpl"};
	struct str s = str_of(name);

	for (size_t i = 0; i < COUNT(ends); i++)
		if (str_suffix(s, str_of(ends[i])) && s.n > strlen(ends[i]))
			return s.n - strlen(ends[i]);
	return s.n;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static int names_of(const char *path, struct strlist *names, struct err *e)
{
	const char *name;
	struct dir d;
	int ret = dir_open(&d, AT_FDCWD, path, e);

	if (ret < 0)
		return err_wrap(e, "failed to read template");
	while (ret == 0 && (name = dir_next(&d)))
		if (*name != '.' && (names->n >= FILES_MAX ||
				     strlist_add(names, name) < 0))
			ret = err_nomem(e);
	dir_close(&d);
	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), by_name);
	return ret;
}

static int walk(struct walk *w, const char *src, const char *dst, int depth)
{
	struct strlist names = {0};
	int ret = names_of(src, &names, w->e);

	if (ret == 0 && depth > DEPTH_MAX)
		ret = err_set(w->e, 0, "%s: nested too deeply", src);
	for (size_t i = 0; ret == 0 && i < names.n; i++) {
		const char *name = names.items[i];
		const char *s = arena_printf(w->a, "%s/%s", src, name);
		struct render_template t = *w->t;

		t.tree = true;
		t.source = s;
		if (folder(s)) {
			t.destination = arena_printf(w->a, "%s/%s", dst, name);
			ret = t.destination
				      ? walk(w, s, t.destination, depth + 1)
				      : err_nomem(w->e);
			continue;
		}
		t.destination = arena_printf(w->a, "%s/%.*s", dst,
					     (int)bare(name), name);
		ret = s && t.destination ? push(w, &t) : err_nomem(w->e);
	}
	strlist_free(&names);
	return ret;
}

/* Without slashes at the end. */
static const char *trimmed(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return arena_dup(a, path, n);
}

int tree_expand(struct arena *a, const struct render_config *c,
		const struct render_template **out, size_t *n, struct err *e)
{
	struct walk w = {.a = a, .e = e};

	for (size_t i = 0; i < c->ntemplates; i++) {
		const char *src, *dst;

		w.t = &c->templates[i];
		if (!is_tree(w.t)) {
			if (push(&w, w.t) < 0)
				return -1;
			continue;
		}
		src = trimmed(a, w.t->source);
		dst = trimmed(a, w.t->destination);
		if (!src || !dst)
			return err_nomem(e);
		if (walk(&w, src, dst, 0) < 0)
			return -1;
	}
	*out = w.out;
	*n = w.n;
	return 0;
}

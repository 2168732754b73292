// SPDX-License-Identifier: MIT
/* update.c - the live scandir is made to say what the sources say now, while
 * its services run: what is the same is not touched. What was compiled and is
 * no longer wanted (or is another kind of thing now) gets a hidden name, so
 * that what runs there can still be stopped as it was started.
 *
 * Left for init: `.init/gone/NAME` (empty) and `.init/changed/NAME`, `r` when it
 * has to start again and `h` when its reload signal is enough. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/dir.h"
#include "os/fd.h"
#include "os/file.h"
#include "s6/lock.h"

#define GONE ".gone."

static bool there(int at, const char *name, const char *file)
{
	char path[2 * CP_NAME_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", name, file);
	return faccessat(at, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int mark(int out, const char *kind, const char *name, const char *text,
		struct err *e)
{
	char path[CP_NAME_MAX + 32];

	snprintf(path, sizeof(path), ".init/%s/%s", kind, name);
	return cp_put(out, path, text, e);
}

/* --- what is no more --- */

static int bury(struct cp *c, int out, const char *name, struct err *e)
{
	const char *to = arena_printf(&c->a, GONE "%d.%s", (int)getpid(), name);

	if (renameat(out, name, out, to) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "unable to "
						     "rename %s", name);
	return mark(out, "gone", name, "", e);
}

/* Removes what was buried by an earlier update and has ended since. */
static void exhume(struct cp *c, int out)
{
	struct dir d;
	const char *name;

	if (dir_open(&d, out, NULL, NULL) < 0)
		return;
	while ((name = dir_next(&d))) {
		const char *lock = arena_printf(&c->a, "%s/" S6_LOCK, name);

		if (str_prefix(str_of(name), STR(GONE)) &&
		    s6_lock_test(out, lock, NULL) <= 0)
			(void)!compile_remove(arena_printf(&c->a, "%s/%s",
							   c->o->out, name),
					      NULL);
	}
	dir_close(&d);
}

static bool another(const struct cp_node *n, struct str type, int out)
{
	static const char *const types[] = {"longrun", "oneshot", "bundle"};
	struct cp_node *x = (struct cp_node *)(uintptr_t)n;

	return !str_is(type, types[n->type]) ||
	       there(out, n->name, "log/run") != (cp_file(x, "log/run") != NULL);
}

/* The names of the last time are in .init/order. */
static int remove_old(struct cp *c, int out, struct err *e)
{
	BUF_AUTO struct buf b = {0};
	struct str rest, line, name, type;

	if (file_read(out, ".init/order", &b, CP_FILE_MAX, e) < 0)
		return e->num == ENOENT ? 0 : -1;
	rest = str_n(b.p, b.len);
	while (str_split(&rest, '\n', &line)) {
		if (!str_split(&line, ' ', &name) || !name.n)
			continue;
		str_split(&line, ' ', &type);
		const char *old = arena_dup(&c->a, name.p, name.n);
		const struct cp_node *n = cp_get(c, old);

		if ((!n || another(n, type, out)) && bury(c, out, old, e) < 0)
			return -1;
	}
	return 0;
}

/* --- what has changed --- */

/* What a change of this file asks for: 0 = nothing, init or the supervisor
 * reads it when it is needed. */
static char effect(const char *path)
{
	static const char *const start[] = {"run", "run.ex", "run.image",
					    "notification-fd"};

	for (size_t i = 0; i < COUNT(start); i++)
		if (!strcmp(path, start[i]))
			return 'r';
	return str_prefix(str_of(path), STR("manifest.d/")) ? 'h' : 0;
}

/* `r` is more than `h`. */
static void affect(char *all, const char *path)
{
	char one = effect(path);

	if (one > *all)
		*all = one;
}

static bool same(int at, const struct cp_file *f)
{
	char to[PATH_MAX];
	BUF_AUTO struct buf b = {0};
	ssize_t n = readlinkat(at, f->path, to, sizeof(to));

	if (f->link)
		return n >= 0 && str_is(str_n(to, (size_t)n), f->link);
	return n < 0 && file_read(at, f->path, &b, CP_FILE_MAX, NULL) == 0 &&
	       str_is(str_n(b.p, b.len), f->text);
}

/* Of the names in a service directory those that are written here; a program
 * may have made others. */
static bool own_file(const struct cp_node *n, const char *name)
{
	static const char words[] =
		" finish finish.ex run.ex run.image notification-fd "
		"timeout-kill timeout-finish down-signal reload-signal "
		"max-death-tally control-group watch-group down.ex down ";
	ptrdiff_t at = str_find(str_of(words), str_of(name));

	return at > 0 && words[at - 1] == ' ' &&
	       words[(size_t)at + strlen(name)] == ' ' &&
	       (n->type == CP_ONESHOT || strcmp(name, "down") != 0);
}

/* Files that an earlier manifest had asked for, and this one does not. */
static int stale(struct cp *c, struct cp_node *n, int at, const char *dir,
		 const struct cp_name *names, char *all)
{
	struct dir d;
	const char *name;

	if (dir_open(&d, at, *dir ? dir : NULL, NULL) < 0)
		return 0;
	while ((name = dir_next(&d))) {
		const char *path = *dir ? arena_printf(&c->a, "%s/%s", dir,
						       name) : name;

		if (cp_file(n, path) || cp_has(names, name) ||
		    (!*dir && !own_file(n, name)))
			continue;
		if (unlinkat(at, path, 0) == 0)
			affect(all, path);
	}
	dir_close(&d);
	return 0;
}

static int update_node(struct cp *c, struct cp_node *n, int out, bool *any,
		       struct err *e)
{
	bool fresh = !there(out, n->name, "");
	int FD_AUTO at = fresh ? -1 : openat(out, n->name,
					     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cp_file **f = &n->files;
	char all = 0;

	if (fresh)
		*any = true;
	else if (at < 0)
		return err_set(e, errno, "unable to open %s", n->name);
	if (at >= 0) {
		stale(c, n, at, "", NULL, &all);
		stale(c, n, at, "policy", NULL, &all);
		stale(c, n, at, "manifest.d", NULL, &all);
		stale(c, n, at, "policy/stop-after", n->stop_after, &all);
		stale(c, n, at, "dependencies.d", n->deps, &all);
		stale(c, n, at, "contents.d", n->contents, &all);
	}
	while (at >= 0 && *f) {
		if (same(at, *f)) {
			*f = (*f)->next;
			continue;
		}
		*any = true;
		affect(&all, (*f)->path);
		f = &(*f)->next;
	}
	if (cp_write_node(n, out, e) < 0)
		return -1;
	return all ? mark(out, "changed", n->name, all == 'r' ? "r" : "h", e)
		   : 0;
}

int cp_update(struct cp *c, int out, struct err *e)
{
	/* they read the other services' policies */
	static const char *const readers[] = {"cron", "logmux"};
	bool any = false;

	exhume(c, out);
	if (remove_old(c, out, e) < 0)
		return -1;
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (update_node(c, n, out, &any, e) < 0)
			return err_wrap(e, "%s/%s", c->o->out, n->name);
	for (size_t i = 0; any && i < COUNT(readers); i++)
		if (cp_get(c, readers[i]) &&
		    !there(out, ".init/changed", readers[i]) &&
		    mark(out, "changed", readers[i], "h", e) < 0)
			return -1;
	return 0;
}

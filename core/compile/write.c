// SPDX-License-Identifier: MIT
/* write.c - the live scandir. What the supervisor keeps there (.s6-svscan,
 * supervise, event) is never touched: services may be running. */
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

/* --- what is there already --- */

static bool kept(const char *name)
{
	return !strcmp(name, "supervise") || !strcmp(name, "event");
}

/* Empties a directory; keep: but for what the supervisor has there. */
static int empty(int at, const char *path, bool keep, unsigned depth,
		 struct err *e)
{
	struct dir d;
	const char *name;
	int r = 0;

	if (depth > 32)
		return err_set(e, ELOOP, "unable to empty %s", path);
	if (dir_open(&d, at, path, e) < 0)
		return -1;
	while (!r && (name = dir_next(&d))) {
		struct stat st;
		bool is_dir = fstatat(d.fd, name, &st, AT_SYMLINK_NOFOLLOW) ==
				      0 && S_ISDIR(st.st_mode);

		if (keep && kept(name))
			continue;
		if (is_dir)
			r = empty(d.fd, name, keep && !strcmp(name, "log"),
				  depth + 1, e);
		if (!r && unlinkat(d.fd, name, is_dir ? AT_REMOVEDIR : 0) < 0 &&
		    !(keep && errno == ENOTEMPTY))
			r = err_set(e, errno, "unable to remove %s", name);
	}
	dir_close(&d);
	return r;
}

int compile_remove(const char *path, struct err *e)
{
	if (empty(AT_FDCWD, path, false, 0, e) < 0)
		return -1;
	return rmdir(path) < 0 ? err_set(e, errno, "unable to remove %s", path)
			       : 0;
}

/* Services of an earlier life. A plain directory is refused unless it is a
 * compiled one. */
static int clear(struct cp *c, int out, struct err *e)
{
	struct dir d;
	const char *name;
	bool ours = c->o->live || faccessat(out, ".init/order", F_OK, 0) == 0;
	int r = 0;

	if (dir_open(&d, out, NULL, e) < 0)
		return -1;
	while (!r && (name = dir_next(&d))) {
		struct stat st;
		bool mine = *name != '.' && cp_get(c, name);

		if (!strcmp(name, ".s6-svscan"))
			continue;
		if (!ours) {
			r = err_set(e, ENOTEMPTY, "unable to write to %s",
				    c->o->out);
			break;
		}
		if (!strcmp(name, ".init"))
			continue;
		if (fstatat(out, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode)) {
			r = empty(out, name, mine, 0, e);
			if (mine)
				continue;
		}
		if (!r && unlinkat(out, name, S_ISDIR(st.st_mode)
						      ? AT_REMOVEDIR : 0) < 0)
			r = err_set(e, errno, "unable to remove %s/%s",
				    c->o->out, name);
	}
	dir_close(&d);
	return r;
}

/* --- what is new --- */

static int parents(int at, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	if (!slash)
		return 0;
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	return file_mkdirs(at, dir, 0755, e);
}

int cp_put(int at, const char *path, const char *text, struct err *e)
{
	static const struct file_how how = {.flags = FILE_MODE, .mode = 0644};

	if (parents(at, path, e) < 0)
		return -1;
	return file_replace(at, path, text, strlen(text), &how, e);
}

static int point(int at, const char *path, const char *to, struct err *e)
{
	if (parents(at, path, e) < 0)
		return -1;
	if (unlinkat(at, path, 0) < 0 && errno != ENOENT)
		return err_set(e, errno, "unable to remove %s", path);
	if (symlinkat(to, at, path) < 0)
		return err_set(e, errno, "unable to make %s", path);
	return 0;
}

static int put_names(int at, const char *dir, const struct cp_name *l,
		     struct err *e)
{
	char path[PATH_MAX];

	for (; l; l = l->next) {
		snprintf(path, sizeof(path), "%s/%s", dir, l->name);
		if (cp_put(at, path, "", e) < 0)
			return -1;
	}
	return 0;
}

static int fifo(int at, const char *path, struct err *e)
{
	if (parents(at, path, e) < 0)
		return -1;
	if (mkfifoat(at, path, 0600) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to make %s", path);
	return 0;
}

static int node_files(struct cp_node *n, int at, struct err *e)
{
	static const char *const types[] = {NULL, "oneshot\n", "bundle\n"};

	if (types[n->type] && cp_put(at, "type", types[n->type], e) < 0)
		return -1;
	if (put_names(at, "dependencies.d", n->deps, e) < 0 ||
	    put_names(at, "contents.d", n->contents, e) < 0 ||
	    put_names(at, "policy/stop-after", n->stop_after, e) < 0)
		return -1;
	for (struct cp_file *f = n->files; f; f = f->next)
		if (f->link ? point(at, f->path, f->link, e)
			    : cp_put(at, f->path, f->text, e))
			return -1;
	return 0;
}

int cp_write_node(struct cp_node *n, int out, struct err *e)
{
	char path[CP_NAME_MAX + 32];
	int r = file_mkdirs(out, n->name, 0755, e), FD_AUTO at = -1;

	if (r < 0)
		return -1;
	at = openat(out, n->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return err_set(e, errno, "unable to open %s", n->name);
	if (n->consumer) {
		snprintf(path, sizeof(path), ".init/pipes/%s", n->name);
		r = fifo(out, path, e);
	}
	if (!r && n->logged) {
		snprintf(path, sizeof(path), ".init/log/%s", n->name);
		r = fifo(out, path, e);
	}
	return r ? r : node_files(n, at, e);
}

static int write_all(struct cp *c, int out, struct err *e)
{
	if (clear(c, out, e) < 0)
		return -1;
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (cp_write_node(n, out, e) < 0)
			return err_wrap(e, "%s/%s", c->o->out, n->name);
	return 0;
}

int cp_write(struct cp *c, struct err *e)
{
	int FD_AUTO out = -1;
	BUF_AUTO struct buf order = {0};
	char text[16];

	if (file_mkdirs(AT_FDCWD, c->o->out, 0755, e) < 0)
		return -1;
	out = open(c->o->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out < 0)
		return err_set(e, errno, "unable to open %s", c->o->out);
	if (c->o->update ? cp_update(c, out, e) : write_all(c, out, e))
		return -1;
	if (c->shared && cp_share(out, e) < 0)
		return -1;
	cp_order(c, &order);
	snprintf(text, sizeof(text), "%u\n", c->verbosity);
	if (!c->overlay)
		unlinkat(out, ".init/verbosity", 0);
	else if (cp_put(out, ".init/verbosity", text, e) < 0)
		return -1;
	if (!c->lenient)
		unlinkat(out, ".init/lenient", 0);
	else if (cp_put(out, ".init/lenient", "", e) < 0)
		return -1;
	return cp_put(out, ".init/order", buf_str(&order), e);
}

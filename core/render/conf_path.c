// SPDX-License-Identifier: MIT
/* conf_path - configuration files, and folders of them walked in lexical
 * order: every file counts, whatever its name. As in the original a link to a
 * folder inside is an error; not so names that begin with "..", which is how
 * Kubernetes mounts a ConfigMap, and a folder given as a link. */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "os/dir.h"
#include "os/file.h"

enum { FILE_MAX = 16 << 20, DEPTH_MAX = 64, NAMES_MAX = 100000 };

/* Go's words for the errors that are met here: no capital letter. */
static const char *reason(int num)
{
	switch (num) {
	case ENOENT:
		return "no such file or directory";
	case EACCES:
		return "permission denied";
	case EISDIR:
		return "is a directory";
	case ENOTDIR:
		return "not a directory";
	case ELOOP:
		return "too many levels of symbolic links";
	default:
		return strerror(num);
	}
}

static int read_file(struct arena *a, const struct conf_block *root,
		     const char *path, struct val *tree, struct err *e)
{
	struct buf BUF_AUTO b = {0};
	struct val one = val_none();
	struct str text;
	struct stat st;
	int num = 0;

	if (stat(path, &st) < 0)
		return err_set(e, 0, "from file: %s: open %s: %s", path, path,
			       reason(errno));
	if (S_ISDIR(st.st_mode))
		num = EISDIR;
	else if (file_read(AT_FDCWD, path, &b, FILE_MAX, e) < 0)
		num = e && e->num ? e->num : EIO;
	if (num)
		return err_set(e, 0, "from file: %s: %s %s: %s", path,
			       num == EISDIR ? "read" : "open", path,
			       reason(num));
	text = str_n(arena_dup(a, b.p ? b.p : "", b.len), b.len);
	if (conf_read(a, root, text, &one, e) < 0)
		return err_wrap(e, "from file: %s", path);
	conf_merge(a, root, tree, &one);
	return 0;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static int names_of(const char *path, struct strlist *names, struct err *e)
{
	const char *name;
	struct dir d;

	if (dir_open(&d, AT_FDCWD, path, e) < 0)
		return err_set(e, 0, "open %s: %s", path,
			       reason(e && e->num ? e->num : EIO));
	while ((name = dir_next(&d)))
		if (strncmp(name, "..", 2) != 0 &&
		    (names->n >= NAMES_MAX || strlist_add(names, name) < 0)) {
			dir_close(&d);
			return err_nomem(e);
		}
	dir_close(&d);
	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), by_name);
	return 0;
}

static int walk(struct arena *a, const struct conf_block *root,
		const char *path, struct val *tree, int depth, struct err *e)
{
	size_t n = strlen(path);
	struct strlist names = {0};
	int rc = names_of(path, &names, e);

	if (rc == 0 && depth > DEPTH_MAX)
		rc = err_set(e, 0, "open %s: nested too deeply", path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		const char *sep = path[n - 1] == '/' ? "" : "/";
		const char *at = arena_printf(a, "%.*s%s%s", (int)n, path, sep,
					      names.items[i]);
		struct stat st;

		if (lstat(at, &st) < 0)
			rc = err_set(e, 0, "lstat %s: %s", at, reason(errno));
		else if (S_ISDIR(st.st_mode))
			rc = walk(a, root, at, tree, depth + 1, e);
		else
			rc = read_file(a, root, at, tree, e);
	}
	strlist_free(&names);
	return rc;
}

/* The mode of a file that is neither file nor folder, as Go prints it. */
static void mode_text(char out[16], mode_t m)
{
	static const char bits[] = "rwxrwxrwx";
	const char *kind = S_ISFIFO(m)	 ? "p"
			   : S_ISSOCK(m) ? "S"
			   : S_ISCHR(m)	 ? "Dc"
			   : S_ISBLK(m)	 ? "D"
					 : "?";
	size_t n = strlen(kind);

	memcpy(out, kind, n);
	for (int i = 0; i < 9; i++)
		out[n++] = m >> (8 - i) & 1 ? bits[i] : '-';
	out[n] = '\0';
}

int conf_read_path(struct arena *a, const struct conf_block *root,
		   const char *path, struct val *tree, struct err *e)
{
	char mode[16];
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(e, 0, "%s: %s: stat %s: %s",
			       errno == ENOENT ? "missing file/folder"
					       : "failed stating file",
			       path, path, reason(errno));
	if (S_ISREG(st.st_mode))
		return read_file(a, root, path, tree, e);
	if (S_ISDIR(st.st_mode)) {
		if (walk(a, root, path, tree, 0, e) < 0)
			return err_wrap(e, "walk error");
		return 0;
	}
	mode_text(mode, st.st_mode);
	return err_set(e, 0, "unknown filetype: \"%s\"", mode);
}

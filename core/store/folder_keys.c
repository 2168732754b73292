// SPDX-License-Identifier: MIT
/* folder_keys - reading keys: one file, or all files below a prefix. Each
 * folder is put under watch before it is opened or listed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "funcs/shape.h"
#include "os/dir.h"
#include "os/fd.h"
#include "store/folder.h"

void scan_sig(struct scan *s, const void *p, size_t n)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++)
		s->sig = (s->sig ^ b[i]) * 0x100000001b3;
}

static uint64_t mtime_ns(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000 +
	       (uint64_t)st->st_mtim.tv_nsec;
}

static int lost(struct scan *s, const char *what, const char *path)
{
	return err_set(s->e, 0, "%s %s/%s: %s", what, s->f->path, path,
		       err_go(errno));
}

/* --- one file --- */

/* A link's target lies in another folder, which is then looked at as well. */
static void look_behind(struct scan *s, int fd)
{
	char name[64], real[PATH_MAX], root[PATH_MAX], *slash;
	ssize_t n, r;

	if (!s->call)
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, real, sizeof(real) - 1);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", s->f->root);
	r = readlink(name, root, sizeof(root) - 1);
	if (n <= 0 || r <= 0 || n <= r + 1 || memcmp(real, root, (size_t)r) ||
	    real[r] != '/')
		return;
	real[n] = '\0';
	slash = strrchr(real, '/');
	*slash = '\0';
	if (slash > real + r)
		folder_look(s->f, s->call, real + r + 1, slash + 1);
}

/* Reads an open file that may be a value. 1: it is none (not a plain file). */
static int read_value(struct scan *s, int fd, const char *path,
		      struct str *out, struct stat *st)
{
	char *p;
	ssize_t n;

	if (fstat(fd, st) < 0)
		return lost(s, "stat", path);
	if (!S_ISREG(st->st_mode))
		return 1;
	if (st->st_size > CONSUL_VALUE_MAX)
		return err_set(s->e, 0, "%s/%s is longer than %d bytes",
			       s->f->path, path, CONSUL_VALUE_MAX);
	p = arena_alloc(s->arena, (size_t)st->st_size + 1);
	if (!p)
		return err_nomem(s->e);
	n = fd_read(fd, p, (size_t)st->st_size, s->e);
	if (n < 0)
		return -1;
	*out = str_n(p, (size_t)n);
	return 0;
}

/* Opens path for reading, if it is there. -1 = absent, -2 = failure. */
static int open_value(struct scan *s, const char *path)
{
	int fd = folder_at(s->f, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
	    errno == EXDEV)
		return -1;
	lost(s, "open", path);
	return -2;
}

/* Looks at each folder on the way to the last part of path. */
static void look_along(struct scan *s, const char *path)
{
	char dir[FOLDER_DEPTH * (FOLDER_PART + 1)], *slash = dir;
	char name[FOLDER_PART + 1];

	if (!s->call || strlen(path) >= sizeof(dir))
		return;
	memcpy(dir, path, strlen(path) + 1);
	folder_look(s->f, s->call, "", "kv");
	while ((slash = strchr(slash, '/'))) {
		size_t n = strcspn(slash + 1, "/");
		int fd;

		*slash = '\0';
		memcpy(name, slash + 1, n);
		name[n] = '\0';
		fd = folder_at(s->f, dir, O_PATH | O_DIRECTORY);
		if (fd < 0)
			return;
		close(fd);
		folder_look(s->f, s->call, dir, name);
		*slash++ = '/';
	}
}

static int scan_file(struct scan *s, const char *path, bool *found)
{
	int FD_AUTO fd = -1;
	struct stat st;
	struct str bytes = {0};
	uint64_t t;
	int ret;

	fd = open_value(s, path);
	if (fd < 0)
		return fd == -1 ? 0 : -1;
	ret = read_value(s, fd, path, &bytes, &st);
	if (ret)
		return ret < 0 ? -1 : 0;
	look_behind(s, fd);
	*found = true;
	s->value = val_str(bytes);
	t = mtime_ns(&st);
	scan_sig(s, &t, sizeof(t));
	scan_sig(s, bytes.p, bytes.n);
	return 0;
}

int folder_scan_key(struct scan *s, const char *key)
{
	struct buf BUF_AUTO path = {0};
	bool found = false;
	int fd;

	if (folder_key_path(&path, key, s->e) < 0)
		return -1;
	look_along(s, buf_str(&path));
	if (scan_file(s, buf_str(&path), &found) < 0)
		return -1;
	if (!found) {
		/* The key may have others below it. */
		fd = folder_at(s->f, buf_str(&path), O_PATH | O_DIRECTORY);
		if (fd >= 0) {
			close(fd);
			folder_look(s->f, s->call, buf_str(&path), ".value");
			buf_adds(&path, "/.value");
			if (scan_file(s, buf_str(&path), &found) < 0)
				return -1;
		}
	}
	s->absent = !found;
	scan_sig(s, &found, sizeof(found));
	return 0;
}

/* --- all below a prefix --- */

struct list {
	struct scan *s;
	const char *prefix;
	struct buf path; /* of the folder that is listed */
	struct buf key;  /* the key that the folder stands for, with '/' */
	int depth;
};

static struct str short_key(struct str path, const char *prefix)
{
	path = str_cut(path, strlen(prefix), path.n);
	while (path.n && path.p[0] == '/')
		path = str_cut(path, 1, path.n);
	return path;
}

static int add_pair(struct list *l, struct str key, struct str value,
		    const struct stat *st)
{
	struct scan *s = l->s;
	struct val pair = val_ptr(s->arena, &shape_key_pair_p);
	char *path = arena_dup(s->arena, key.p, key.n);
	uint64_t t = mtime_ns(st);

	if (!pair.fields || !path)
		return err_nomem(s->e);
	if (val_len_list(&s->value) >= FOLDER_KEYS)
		return err_set(s->e, 0, "more than %d keys", FOLDER_KEYS);
	key.p = path;
	val_field(&pair, "Path")->s = key;
	val_field(&pair, "Key")->s = short_key(key, l->prefix);
	val_field(&pair, "Value")->s = value;
	val_field(&pair, "CreateIndex")->u = t;
	val_field(&pair, "ModifyIndex")->u = t;
	scan_sig(s, key.p, key.n + 1);
	scan_sig(s, &t, sizeof(t));
	scan_sig(s, value.p, value.n);
	return val_push(s->arena, &s->value, pair) < 0 ? err_nomem(s->e) : 0;
}

static int list_folder(struct list *l);

/* Whether keys that begin with `key` can begin with the prefix. */
static bool leads_to(struct str key, struct str prefix)
{
	size_t n = key.n < prefix.n ? key.n : prefix.n;

	return !memcmp(key.p, prefix.p, n);
}

/* A name of the folder: a value, or a folder below. */
static int list_name(struct list *l, const char *name)
{
	size_t path_n = l->path.len, key_n = l->key.len;
	struct str prefix = str_of(l->prefix), key = {0}, value = {0};
	char part[FOLDER_PART + 1];
	struct stat st;
	int fd, ret = 0;

	if (!strcmp(name, ".value"))
		buf_cut(&l->key, key_n ? key_n - 1 : 0);
	else if (strcmp(name, ".folder")) {
		key = folder_decode(name, part);
		buf_add(&l->key, key.p, key.n);
	}
	buf_addf(&l->path, "/%s", name);
	key = str_n(buf_str(&l->key), l->key.len);
	if (l->path.failed || l->key.failed)
		return err_nomem(l->s->e);
	if (!key.n || !leads_to(key, prefix))
		goto out;
	fd = open_value(l->s, buf_str(&l->path));
	if (fd < 0) {
		ret = fd == -1 ? 0 : -1;
		goto out;
	}
	ret = read_value(l->s, fd, buf_str(&l->path), &value, &st);
	if (ret == 0 && str_prefix(key, prefix)) {
		look_behind(l->s, fd);
		ret = add_pair(l, key, value, &st);
	}
	close(fd);
	if (ret == 1 && S_ISDIR(st.st_mode)) {
		buf_addc(&l->key, '/');
		ret = list_folder(l);
	}
	ret = ret < 0 ? -1 : 0;
out:
	buf_cut(&l->path, path_n);
	/* .value shortened the key below its old length. */
	if (l->key.len < key_n)
		buf_addc(&l->key, '/');
	buf_cut(&l->key, key_n);
	return ret;
}

static bool ignored(const char *name)
{
	return name[0] == '.' && strcmp(name, ".value") &&
	       strcmp(name, ".folder");
}

static int list_folder(struct list *l)
{
	struct dir d;
	const char *name;
	int fd, ret = 0;

	if (l->depth >= FOLDER_DEPTH)
		return 0;
	folder_look(l->s->f, l->s->call, buf_str(&l->path), NULL);
	fd = folder_at(l->s->f, buf_str(&l->path), O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0 : lost(l->s, "open", buf_str(&l->path));
	ret = dir_open(&d, fd, NULL, l->s->e);
	close(fd);
	if (ret < 0)
		return -1;
	l->depth++;
	while (ret == 0 && (name = dir_next(&d)))
		if (!ignored(name))
			ret = list_name(l, name);
	l->depth--;
	dir_close(&d);
	return ret;
}

static int by_path(const void *a, const void *b)
{
	const struct val *x = a, *y = b;

	return str_cmp(val_field(x, "Path")->s, val_field(y, "Path")->s);
}

/* The folders that the prefix names whole: "a/b/c" lists kv/a/b only. */
static int start_at(struct list *l, const char *prefix)
{
	struct str rest = str_of(prefix), part;
	ptrdiff_t slash = str_rfind(rest, STR("/"));

	buf_adds(&l->path, "kv");
	if (slash < 0)
		return 0;
	rest.n = (size_t)slash;
	buf_add(&l->key, prefix, (size_t)slash + 1);
	while (str_split(&rest, '/', &part)) {
		buf_addc(&l->path, '/');
		if (folder_encode(&l->path, part, l->s->e) < 0)
			return -1;
	}
	return 0;
}

int folder_scan_keys(struct scan *s, const char *prefix)
{
	struct list l = {.s = s, .prefix = prefix};
	struct val sig;
	int ret;

	while (*prefix == '/')
		prefix++;
	l.prefix = prefix;
	s->value = val_list(s->arena, &shape_key_pair_l, 16);
	ret = start_at(&l, prefix);
	if (ret == 0) {
		look_along(s, buf_str(&l.path));
		ret = list_folder(&l);
	}
	buf_free(&l.path);
	buf_free(&l.key);
	if (ret < 0)
		return -1;
	sig = s->value;
	if (val_len_list(&sig) > 1)
		qsort(sig.list->items, sig.list->n, sizeof(*sig.list->items),
		      by_path);
	return 0;
}

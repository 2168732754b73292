// SPDX-License-Identifier: MIT
/* folder_write - changing keys: temporary file in the same folder, fsync,
 * rename. The modification time is the key's index, so it always grows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "os/dir.h"
#include "os/fd.h"
#include "store/folder.h"

static int failed(struct folder *f, const char *verb, const char *path,
		  struct err *e)
{
	int num = errno;

	err_set(e, 0, "%s %s/%s: %s", verb, f->path, path, err_go(num));
	if (e)
		e->num = num;
	return -1;
}

/* --- folders --- */

static int open_root(struct folder *f, struct err *e)
{
	if (f->root >= 0)
		return 0;
	if (mkdir(f->path, 0755) < 0 && errno != EEXIST)
		return failed(f, "mkdir", "", e);
	f->root = open(f->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->root < 0 ? failed(f, "open", "", e) : 0;
}

static int split(const char *path, struct buf *dir)
{
	const char *slash = strrchr(path, '/');

	buf_reset(dir);
	return slash ? buf_add(dir, path, (size_t)(slash - path))
		     : buf_adds(dir, ".");
}

static int new_name(struct buf *b)
{
	unsigned char r[8];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return -1;
	buf_adds(b, ".tmp.");
	for (size_t i = 0; i < sizeof(r); i++)
		buf_addf(b, "%02x", r[i]);
	return b->failed ? -1 : 0;
}

/* A plain file where a folder is needed: the key gets keys below it. The
 * folder, with the old value inside, takes the file's place in one step. */
static int into_folder(struct folder *f, int parent, const char *name,
		       struct err *e)
{
	struct buf BUF_AUTO tmp = {0};
	int FD_AUTO dir = -1;

	if (new_name(&tmp) < 0 || mkdirat(parent, buf_str(&tmp), 0755) < 0)
		return failed(f, "mkdir", name, e);
	dir = openat(parent, buf_str(&tmp), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && linkat(parent, name, dir, ".value", 0) == 0 &&
	    renameat2(parent, buf_str(&tmp), parent, name, RENAME_EXCHANGE) ==
		    0) {
		unlinkat(parent, buf_str(&tmp), 0);
		return 0;
	}
	failed(f, "rename", name, e);
	if (dir >= 0)
		unlinkat(dir, ".value", 0);
	unlinkat(parent, buf_str(&tmp), AT_REMOVEDIR);
	return -1;
}

/* Opens the folder of path (relative to the root), making what is missing. */
static int make_folder(struct folder *f, const char *path, struct err *e)
{
	struct str rest = str_of(path), part;
	int at, next;

	if (open_root(f, e) < 0)
		return -1;
	at = openat(f->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (at >= 0 && str_split(&rest, '/', &part)) {
		char name[FOLDER_PART + 1];
		struct stat st;

		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		if (mkdirat(at, name, 0755) < 0 && errno == EEXIST &&
		    fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && into_folder(f, at, name, e) < 0) {
			close(at);
			return -1;
		}
		next = openat(at, name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
	}
	return at < 0 ? failed(f, "open", path, e) : at;
}

/* --- files --- */

static struct timespec after(const struct stat *old)
{
	struct timespec t = clock_wall();

	if (!old || t.tv_sec > old->st_mtim.tv_sec ||
	    (t.tv_sec == old->st_mtim.tv_sec &&
	     t.tv_nsec > old->st_mtim.tv_nsec))
		return t;
	t = old->st_mtim;
	if (++t.tv_nsec == 1000000000) {
		t.tv_nsec = 0;
		t.tv_sec++;
	}
	return t;
}

static int fill(int fd, struct str bytes, const struct timespec *t,
		struct err *e)
{
	struct timespec both[2] = {*t, *t};

	if (fd_write(fd, bytes.p, bytes.n, e) < 0)
		return -1;
	if (futimens(fd, both) < 0 || fsync(fd) < 0)
		return err_set(e, errno, "unable to sync");
	return 0;
}

static int replace(struct folder *f, int dir, const char *name,
		   struct str bytes, struct err *e)
{
	struct buf BUF_AUTO tmp = {0};
	int FD_AUTO fd = -1;
	struct stat old;
	struct timespec t;

	t = after(fstatat(dir, name, &old, AT_SYMLINK_NOFOLLOW) == 0 ? &old
								     : NULL);
	if (new_name(&tmp) < 0)
		return err_nomem(e);
	fd = openat(dir, buf_str(&tmp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0644);
	if (fd < 0)
		return failed(f, "create", name, e);
	if (fill(fd, bytes, &t, e) < 0) {
		unlinkat(dir, buf_str(&tmp), 0);
		return -1;
	}
	if (renameat(dir, buf_str(&tmp), dir, name) < 0) {
		failed(f, "rename", name, e);
		unlinkat(dir, buf_str(&tmp), 0);
		return -1;
	}
	fsync(dir);
	return 0;
}

int folder_write(struct folder *f, const char *path, struct str bytes,
		 struct err *e)
{
	struct buf BUF_AUTO parent = {0};
	const char *slash = strrchr(path, '/');
	int FD_AUTO dir = -1;
	struct err low = {0};
	int ret = -1;

	if (split(path, &parent) < 0)
		return err_nomem(e);
	/* The folder may be removed as empty at the same moment. */
	for (int i = 0; i < 8 && ret < 0; i++) {
		fd_close(&dir);
		dir = make_folder(f, buf_str(&parent), &low);
		if (dir < 0 && low.num != ENOENT)
			break;
		if (dir >= 0)
			ret = replace(f, dir, slash ? slash + 1 : path, bytes,
				      &low);
		if (ret < 0 && low.num != ENOENT)
			break;
	}
	if (ret < 0 && e)
		*e = low;
	return ret;
}

/* --- keys --- */

int folder_put(struct folder *f, const char *key, struct str value,
	       struct err *e)
{
	struct buf BUF_AUTO path = {0};
	int fd;

	if (value.n > CONSUL_VALUE_MAX)
		return err_set(e, 0, "the value is longer than %d bytes",
			       CONSUL_VALUE_MAX);
	if (folder_key_path(&path, *key == '/' ? key + 1 : key, e) < 0)
		return -1;
	fd = folder_at(f, buf_str(&path), O_PATH | O_DIRECTORY);
	if (fd >= 0) {
		close(fd);
		buf_adds(&path, "/.value");
	}
	return path.failed ? err_nomem(e)
			   : folder_write(f, buf_str(&path), value, e);
}

int folder_lock(struct folder *f, struct err *e)
{
	int fd;

	if (open_root(f, e) < 0)
		return -1;
	fd = openat(f->root, ".lock",
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return failed(f, "open", ".lock", e);
	if (fd_lock(fd, false, true, e) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 0 = absent. */
static uint64_t index_of(struct folder *f, const char *key)
{
	struct buf BUF_AUTO path = {0};
	int FD_AUTO fd = -1;
	struct stat st;

	if (folder_key_path(&path, *key == '/' ? key + 1 : key, NULL) < 0)
		return 0;
	fd = folder_at(f, buf_str(&path), O_PATH);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		buf_adds(&path, "/.value");
		fd_close(&fd);
		fd = folder_at(f, buf_str(&path), O_PATH);
	}
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return (uint64_t)st.st_mtim.tv_sec * 1000000000 +
	       (uint64_t)st.st_mtim.tv_nsec;
}

int folder_cas(struct folder *f, const char *key, struct str value,
	       uint64_t index, bool *done, struct err *e)
{
	int FD_AUTO lock = folder_lock(f, e);

	if (lock < 0)
		return -1;
	*done = index_of(f, key) == index;
	return *done ? folder_put(f, key, value, e) : 0;
}

/* Removes folders that have become empty, upwards, but never kv itself. */
static void tidy(struct folder *f, struct buf *path)
{
	for (;;) {
		char *slash = strrchr(path->p, '/');

		if (!slash)
			return;
		buf_cut(path, (size_t)(slash - path->p));
		if (!strchr(path->p, '/') ||
		    unlinkat(f->root, path->p, AT_REMOVEDIR) < 0)
			return;
	}
}

static int remove_path(struct folder *f, struct buf *path, struct err *e)
{
	struct buf BUF_AUTO parent = {0};
	int FD_AUTO dir = -1;
	const char *slash = strrchr(buf_str(path), '/');

	split(buf_str(path), &parent);
	dir = folder_at(f, buf_str(&parent), O_PATH | O_DIRECTORY);
	if (dir < 0)
		return 0;
	if (unlinkat(dir, slash + 1, 0) < 0) {
		if (errno == EISDIR) {
			buf_adds(path, "/.value");
			return remove_path(f, path, e);
		}
		return errno == ENOENT || errno == ENOTDIR
			       ? 0 : failed(f, "unlink", buf_str(path), e);
	}
	tidy(f, path);
	return 0;
}

int folder_delete(struct folder *f, const char *key, bool recurse,
		  struct err *e)
{
	struct arena a = {0};
	struct scan s = {.f = f, .arena = &a, .e = e};
	int ret = 0;

	if (*key == '/')
		key++;
	if (recurse) {
		ret = folder_scan_keys(&s, key);
		for (size_t i = 0; ret == 0 && i < val_len_list(&s.value); i++) {
			struct str k = val_field(&s.value.list->items[i],
						 "Path")->s;
			char *name = arena_dup(&a, k.p, k.n);

			ret = name ? folder_delete(f, name, false, e)
				   : err_nomem(e);
		}
	} else {
		struct buf BUF_AUTO path = {0};

		ret = folder_key_path(&path, key, e);
		if (ret == 0)
			ret = remove_path(f, &path, e);
	}
	arena_free(&a);
	return ret;
}

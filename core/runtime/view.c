// SPDX-License-Identifier: MIT
/* view - one process' JSON view of itself, kept and read; see runtime.h. */
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/json.h"
#include "os/fd.h"
#include "os/file.h"

int runtime_view_open(struct runtime_view *v, const char *name,
		      int64_t interval_ms, struct err *e)
{
	char dir[PATH_MAX], lock[PATH_MAX + 32];
	int fd;

	if (runtime_dir(dir, true, e) < 0)
		return -1;
	snprintf(lock, sizeof(lock), "%s/%s.lock", dir, name);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(e, errno, "open %s", lock);
	if (fd_lock(fd, false, false, e) < 0) {
		close(fd);
		return err_wrap(e, "lock %s", lock);
	}
	v->lock = fd;
	v->interval_ms = interval_ms;
	if ((size_t)snprintf(v->path, sizeof(v->path), "%s/%s.json", dir,
			     name) >= sizeof(v->path)) {
		close(fd);
		return err_set(e, ENAMETOOLONG, "%s/%s.json", dir, name);
	}
	return 0;
}

void runtime_view_begin(const struct runtime_view *v, struct buf *b)
{
	char boot[40];

	buf_addf(b,
		 "{\"version\":1,\"boot_id\":\"%s\",\"at\":%lld,"
		 "\"interval\":%lld,",
		 runtime_boot_id(boot), (long long)clock_boot_ms(),
		 (long long)v->interval_ms);
}

int runtime_view_write(const struct runtime_view *v, const struct buf *b,
		       struct err *e)
{
	const struct file_how how = {.flags = FILE_MODE, .mode = 0644};

	return file_replace(AT_FDCWD, v->path, b->p, b->len, &how, e);
}

void runtime_view_close(struct runtime_view *v)
{
	if (!v->path[0])
		return;
	unlink(v->path);
	fd_close(&v->lock);
	v->path[0] = '\0';
}

/* Whether a writer holds the lock beside the view. */
static int writer_alive(const char *dir, const char *name, struct err *e)
{
	char lock[PATH_MAX + 32];
	int fd, r;

	snprintf(lock, sizeof(lock), "%s/%s.lock", dir, name);
	fd = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "open %s", lock);
	r = fd_lock_test(fd, e);
	close(fd);
	return r;
}

static int64_t number(const struct val *view, const char *key)
{
	const struct val *v = val_map_gets(view, str_of(key));

	return v && val_kind(v) == KIND_FLOAT ? (int64_t)v->f : -1;
}

static enum runtime_state judge(const struct val *view)
{
	const struct val *boot = val_map_gets(view, STR("boot_id"));
	int64_t at = number(view, "at"), interval = number(view, "interval");
	char now[40];

	if (!boot || val_kind(boot) != KIND_STRING || at < 0 || interval < 0 ||
	    !str_is(boot->s, runtime_boot_id(now)))
		return RUNTIME_ABSENT;
	if (clock_boot_ms() - at > 2 * interval)
		return RUNTIME_HANGS;
	return RUNTIME_ALIVE;
}

int runtime_view_read(const char *name, struct arena *a,
		      enum runtime_state *state, struct val *out, struct err *e)
{
	BUF_AUTO struct buf b = {0};
	char dir[PATH_MAX], path[PATH_MAX + 32];
	struct err why;
	int r;

	*state = RUNTIME_ABSENT;
	if (runtime_dir(dir, false, NULL) < 0)
		return 0;
	r = writer_alive(dir, name, e);
	if (r <= 0)
		return r;
	snprintf(path, sizeof(path), "%s/%s.json", dir, name);
	if (file_read(AT_FDCWD, path, &b, RUNTIME_VIEW_MAX, &why) < 0) {
		if (why.num == ENOENT)
			return 0;
		return err_set(e, 0, "%s", why.text);
	}
	if (json_parse(a, str_n(b.p, b.len), 0, out, e) < 0)
		return err_wrap(e, "%s", path);
	if (val_kind(out) != KIND_MAP)
		return err_set(e, 0, "%s: not a JSON object", path);
	*state = judge(out);
	return 0;
}

// SPDX-License-Identifier: MIT
/* file - a rendered text to its destination: nothing when the bytes are there
 * already, else a temporary file beside it, fsync, rename. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto.h"
#include "os/fd.h"
#include "os/file.h"
#include "render/host.h"
#include "render/rollback.h"
#include "render/runner.h"

/* What is at the destination; a link's target counts, as in the original. */
struct old {
	bool there, same;
	struct stat st;
};

static bool same_bytes(int fd, struct str text)
{
	char piece[8192];
	size_t at = 0;
	ssize_t n;

	while ((n = fd_read(fd, piece, sizeof(piece), NULL)) > 0) {
		if ((size_t)n > text.n - at ||
		    memcmp(piece, text.p + at, (size_t)n))
			return false;
		at += (size_t)n;
	}
	return n == 0 && at == text.n;
}

static int look(const char *path, struct str text, struct old *o,
		struct err *e)
{
	int FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*o = (struct old){.there = false};
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &o->st) < 0)
		return err_set(e, 0, "failed reading file: open %s: %s", path,
			       err_go(errno));
	if (S_ISDIR(o->st.st_mode))
		return err_set(e, 0, "failed reading file: read %s: is a "
			       "directory", path);
	o->there = true;
	o->same = S_ISREG(o->st.st_mode) && (size_t)o->st.st_size == text.n &&
		  same_bytes(fd, text);
	return 0;
}

struct owner {
	bool given;
	uid_t uid;
	gid_t gid;
};

static int owner_of(const struct render_template *c, struct owner *o,
		    struct err *e)
{
	*o = (struct owner){.uid = (uid_t)-1, .gid = (gid_t)-1};
	if (*c->user && host_user(c->user, &o->uid, e) < 0)
		return err_wrap(e, "failed looking up user");
	if (*c->group && host_group(c->group, &o->gid, e) < 0)
		return err_wrap(e, "failed looking up group");
	o->given = *c->user || *c->group;
	return 0;
}

static bool owned(const struct old *old, const struct owner *o)
{
	return (o->uid == (uid_t)-1 || o->uid == old->st.st_uid) &&
	       (o->gid == (gid_t)-1 || o->gid == old->st.st_gid);
}

static int make_parent(const struct render_template *c, struct err *e)
{
	struct buf BUF_AUTO dir = {0};
	const char *slash = strrchr(c->destination, '/');
	struct stat st;
	struct err low;

	if (!slash || slash == c->destination)
		return 0;
	buf_add(&dir, c->destination, (size_t)(slash - c->destination));
	if (stat(buf_str(&dir), &st) == 0)
		return 0;
	if (!c->create_dest_dirs)
		return err_set(e, 0, "parent directory is missing");
	if (file_mkdirs(AT_FDCWD, buf_str(&dir), 0755, &low) == 0)
		return 0;
	return err_set(e, 0, "failed making parent directory: mkdir %s: %s",
		       buf_str(&dir), err_go(low.num));
}

/* The old file keeps a second name; the destination is never missing. */
static void back_up(const char *path, bool there)
{
	struct buf BUF_AUTO bak = {0}, old = {0};

	buf_addf(&bak, "%s.bak", path);
	buf_addf(&old, "%s.old.bak", path);
	if (!there) {
		log_warn("runner", "could not backup \"%s\": stat %s: no such "
			 "file or directory", path, path);
		return;
	}
	if (rename(buf_str(&bak), buf_str(&old)) < 0 && errno != ENOENT)
		goto failed;
	if (link(path, buf_str(&bak)) < 0)
		goto failed;
	unlink(buf_str(&old));
	return;
failed:
	log_warn("runner", "could not backup \"%s\": %s", path, err_go(errno));
}

/* Something of a secret store is in it. */
static bool secret(const struct job *j)
{
	for (size_t i = 0; i < j->nused; i++) {
		enum tmpl_dep kind = j->used[i]->q->kind;

		if ((kind >= DEP_VAULT_READ && kind <= DEP_VAULT_PKI) ||
		    kind == DEP_NOMAD_VAR_GET || kind == DEP_NOMAD_VAR_BLOCK ||
		    kind == DEP_CA_LEAF)
			return true;
	}
	return false;
}

/* What the file is to look like. */
static struct file_how how_of(const struct job *j, const struct old *old,
			      const struct owner *owner)
{
	const struct render_template *c = j->conf;
	struct file_how how = {.flags = FILE_SYNC | FILE_MODE, .mode = 0644};

	if (c->perms)
		how.mode = c->perms & 07777;
	else if (old->there)
		how.mode = old->st.st_mode & 07777;
	else if (c->tree && secret(j))
		how.mode = 0600;
	if (owner->given) {
		how.flags |= FILE_OWNER;
		how.uid = owner->uid;
		how.gid = owner->gid;
	} else if (old->there &&
		   (old->st.st_uid != geteuid() || old->st.st_gid != getegid())) {
		how.flags |= geteuid() ? FILE_KEEP_OWNER : FILE_OWNER;
		how.uid = old->st.st_uid;
		how.gid = old->st.st_gid;
	}
	return how;
}

/* ".NAME.check.RANDOM" beside the destination. */
static char *staging_name(const char *dest)
{
	const char *slash = strrchr(dest, '/');
	size_t dir = slash ? (size_t)(slash - dest) + 1 : 0;
	uint32_t mark;
	struct buf b = {0};

	crypto_random(&mark, sizeof(mark));
	buf_addf(&b, "%.*s.%.200s.check.%08x", (int)dir, dest, dest + dir, mark);
	return buf_take(&b);
}

/* A file that is a mount of its own, as engines make of a single file, cannot be
 * replaced: it is written over. The original ends there. */
static int put(const struct job *j, struct str text, const char *path,
	       const struct file_how *how, struct err *e)
{
	const char *p = text.p ? text.p : "";

	if (file_replace(AT_FDCWD, path, p, text.n, how, e) == 0)
		return 0;
	if (e->num != EBUSY)
		return -1;
	log_warn("runner", "\"%s\" is a mount of its own: it is written over, "
		 "not replaced in one step", j->conf->destination);
	return file_overwrite(AT_FDCWD, path, p, text.n, e);
}

static int write_file(struct job *j, struct str text, const struct old *old,
		      const struct owner *owner, struct err *e)
{
	const struct render_template *c = j->conf;
	struct file_how how = how_of(j, old, owner);
	const char *path = c->destination;
	struct err low;

	if (make_parent(c, e) < 0)
		return -1;
	if (c->check.n) {
		file_discard(j);
		path = j->staged = staging_name(c->destination);
		if (!path)
			return err_nomem(e);
	} else {
		rollback_keep(j);
		if (c->backup)
			back_up(c->destination, old->there);
	}
	if (put(j, text, path, &how, &low) == 0)
		return 0;
	return err_set(e, 0, "failed writing file: %s", low.text);
}

static void remember(struct job *j)
{
	struct stat st;

	j->seen.valid = lstat(j->conf->destination, &st) == 0;
	if (!j->seen.valid)
		return;
	j->seen = (struct seen){
		.valid = true, .dev = st.st_dev, .ino = st.st_ino,
		.size = st.st_size, .mtime = st.st_mtim, .ctime = st.st_ctim,
	};
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* ctime is left out: a mode changed by others is not put back (nor does the
 * original), and a hard link for a backup changes it. */
bool file_untouched(const struct job *j)
{
	const struct seen *s = &j->seen;
	struct stat st;

	if (j->r->conf->dry || j->r->conf->env)
		return j->rendered;
	return s->valid && lstat(j->conf->destination, &st) == 0 &&
	       st.st_dev == s->dev && st.st_ino == s->ino &&
	       st.st_size == s->size && same_time(&st.st_mtim, &s->mtime);
}

static void print_dry(const struct job *j, struct str text)
{
	struct buf BUF_AUTO b = {0};

	buf_addf(&b, "> %s\n", j->conf->destination);
	buf_add(&b, text.p, text.n);
	(void)!fd_write(1, buf_str(&b), b.len, NULL);
}

int file_render(struct job *j, struct str text, struct file_result *res,
		struct err *e)
{
	const struct render_template *c = j->conf;
	struct owner owner;
	struct old old;

	if (!*c->destination && !j->r->conf->dry)
		return err_set(e, 0, "missing destination");
	if (look(c->destination, text, &old, e) < 0 ||
	    owner_of(c, &owner, e) < 0)
		return -1;
	res->would = true;
	if (old.there && old.same && (!owner.given || owned(&old, &owner))) {
		remember(j);
		return 0;
	}
	res->did = true;
	if (j->r->conf->dry) {
		print_dry(j, text);
		return 0;
	}
	if (write_file(j, text, &old, &owner, e) < 0) {
		res->would = res->did = false;
		return -1;
	}
	if (j->staged) {
		res->would = res->did = false;
		res->staged = true;
	} else {
		remember(j);
	}
	return 0;
}

/* The checked file's bytes over a mount; -1: errno is that of the rename. */
static int put_staged(struct job *j)
{
	static const struct file_how none;
	struct buf BUF_AUTO b = {0};
	int num = errno;
	struct err e;

	if (num == EBUSY &&
	    file_read(AT_FDCWD, j->staged, &b, SIZE_MAX, &e) == 0 &&
	    put(j, str_n(buf_str(&b), b.len), j->conf->destination, &none,
		&e) == 0) {
		unlink(j->staged);
		return 0;
	}
	errno = num;
	return -1;
}

int file_commit(struct job *j, struct err *e)
{
	const char *dest = j->conf->destination;
	struct stat st;

	rollback_keep(j);
	if (j->conf->backup)
		back_up(dest, stat(dest, &st) == 0);
	if (rename(j->staged, dest) < 0 && put_staged(j) < 0)
		return err_set(e, 0, "error rendering %s: rename %s %s: %s",
			       j->display, j->staged, dest, err_go(errno));
	free(j->staged);
	j->staged = NULL;
	remember(j);
	return 0;
}

int file_restore(struct job *j, struct str text, struct err *e)
{
	const struct render_template *c = j->conf;
	struct file_how how;
	struct owner owner;
	struct old old;

	if (look(c->destination, text, &old, e) < 0 ||
	    owner_of(c, &owner, e) < 0)
		return -1;
	how = how_of(j, &old, &owner);
	if (put(j, text, c->destination, &how, e) < 0)
		return err_wrap(e, "error rolling back %s", j->display);
	remember(j);
	return 0;
}

void file_discard(struct job *j)
{
	if (j->staged)
		unlink(j->staged);
	free(j->staged);
	j->staged = NULL;
}

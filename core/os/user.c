// SPDX-License-Identifier: MIT
/* user.c - passwd(5) and group(5), a line at a time through one buffer. */
#include "os/user.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/str.h"
#include "os/fd.h"

/* Lines longer than this (groups with hundreds of members) are read in
 * pieces by the group search only as far as they fit. */
enum { LINE_CAP = 8192, FIELDS = 7 };

struct lines {
	int fd;
	size_t pos, len;
	char buf[LINE_CAP];
};

static int lines_open(struct lines *l, const char *path, struct err *e)
{
	l->pos = l->len = 0;
	l->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd >= 0 || errno == ENOENT)
		return 0;
	return err_set(e, errno, "unable to open %s", path);
}

/* The next line without its newline; false at the end. */
static bool lines_next(struct lines *l, struct str *line)
{
	for (;;) {
		char *from = l->buf + l->pos;
		size_t have = l->len - l->pos;
		char *nl = memchr(from, '\n', have);
		ssize_t r;

		if (nl || have == LINE_CAP) {
			*line = str_n(from, nl ? (size_t)(nl - from) : have);
			l->pos += line->n + (nl != NULL);
			return true;
		}
		memmove(l->buf, from, have);
		l->pos = 0;
		l->len = have;
		r = l->fd < 0 ? 0
			      : fd_read(l->fd, l->buf + have, LINE_CAP - have,
					NULL);
		if (r > 0) {
			l->len += (size_t)r;
			continue;
		}
		*line = str_n(l->buf, have);
		l->pos = l->len;
		return have > 0;
	}
}

/* The fields of the first line whose field `key` is `value`; false = none. */
static bool find(struct lines *l, size_t key, struct str value,
		 struct str f[FIELDS])
{
	struct str line;

	while (lines_next(l, &line)) {
		size_t n = 0;

		while (n < FIELDS && str_split(&line, ':', &f[n]))
			n++;
		while (n < FIELDS)
			f[n++] = STR("");
		if (str_eq(f[key], value))
			return true;
	}
	return false;
}

static void put(char *out, size_t cap, struct str s)
{
	if (s.n >= cap)
		s.n = cap - 1;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
}

static int user_by(size_t key, struct str value, struct user *u,
		   struct err *e)
{
	struct lines l;
	struct str f[FIELDS];
	uint64_t uid, gid;
	int r = 0;

	if (lines_open(&l, "/etc/passwd", e) < 0)
		return -1;
	while (!r && find(&l, key, value, f)) {
		if (!num_u64(f[2], UINT32_MAX, &uid) ||
		    !num_u64(f[3], UINT32_MAX, &gid))
			continue;
		u->uid = (uid_t)uid;
		u->gid = (gid_t)gid;
		put(u->name, sizeof(u->name), f[0]);
		put(u->home, sizeof(u->home), f[5]);
		put(u->shell, sizeof(u->shell), f[6]);
		r = 1;
	}
	fd_close(&l.fd);
	return r;
}

int user_find(const char *name, struct user *u, struct err *e)
{
	return user_by(0, str_of(name), u, e);
}

int user_find_uid(uid_t uid, struct user *u, struct err *e)
{
	char text[NUM_TEXT];

	num_put_u64(text, uid);
	return user_by(2, str_of(text), u, e);
}

static bool lists(struct str members, struct str name)
{
	struct str m;

	while (str_split(&members, ',', &m))
		if (str_eq(m, name))
			return true;
	return false;
}

static bool among(const gid_t *g, size_t n, gid_t gid)
{
	while (n--)
		if (g[n] == gid)
			return true;
	return false;
}

int user_groups(const char *name, gid_t *out, size_t max, struct err *e)
{
	struct lines l;
	struct str line, f[4];
	uint64_t gid;
	size_t n = 0;

	if (lines_open(&l, "/etc/group", e) < 0)
		return -1;
	while (n < max && lines_next(&l, &line)) {
		size_t k = 0;

		while (k < COUNT(f) && str_split(&line, ':', &f[k]))
			k++;
		if (k < COUNT(f) || !lists(f[3], str_of(name)) ||
		    !num_u64(f[2], UINT32_MAX, &gid) ||
		    among(out, n, (gid_t)gid))
			continue;
		out[n++] = (gid_t)gid;
	}
	fd_close(&l.fd);
	return (int)n;
}

int group_find(const char *name, gid_t *gid, struct err *e)
{
	struct lines l;
	struct str f[FIELDS];
	uint64_t v;
	int r = 0;

	if (lines_open(&l, "/etc/group", e) < 0)
		return -1;
	while (!r && find(&l, 0, str_of(name), f)) {
		if (!num_u64(f[2], UINT32_MAX, &v))
			continue;
		*gid = (gid_t)v;
		r = 1;
	}
	fd_close(&l.fd);
	return r;
}

int group_find_gid(gid_t gid, char *name, size_t n, struct err *e)
{
	struct lines l;
	struct str f[FIELDS];
	char text[NUM_TEXT];
	int r;

	num_put_u64(text, gid);
	if (lines_open(&l, "/etc/group", e) < 0)
		return -1;
	r = find(&l, 2, str_of(text), f);
	if (r)
		put(name, n, f[0]);
	fd_close(&l.fd);
	return r;
}

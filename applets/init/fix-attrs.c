// SPDX-License-Identifier: MIT
/* fix-attrs - owners and modes, as files of /etc/fix-attrs.d say
 *
 * usage: fix-attrs dir
 *
 * Each line of DIR's files, taken in the order of their names:
 *     PATH RECURSE ACCOUNT[,FALLBACK] FILEMODE DIRMODE
 * PATH is a pattern, RECURSE true or false, ACCOUNT user[:group] by name or
 * number, used when both are known, else FALLBACK. With # a comment begins.
 * Hidden files are left alone unless S6_FIX_ATTRS_HIDDEN is 1.
 *
 * Exit: 0 ok, 1 something was wrong, 111 system call failed.
 * See: https://github.com/just-containers/s6-overlay
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/user.h"

enum { FIELDS = 5, DEPTH = 256, FILE_MOST = 1 << 20 };

struct attrs {
	uid_t uid;
	gid_t gid;
	mode_t file, dir;
	bool deep, hidden, wrong;
};

static void wrong(struct attrs *a, const char *path)
{
	say_warnsys(errno, "unable to fix %s", path);
	a->wrong = true;
}

/* The link itself is never followed: what it points to may be anything. */
static void fix(struct attrs *a, int at, const char *path, int depth)
{
	const char *name;
	struct stat st;
	struct dir d;

	if (fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchownat(at, path, a->uid, a->gid, AT_SYMLINK_NOFOLLOW) < 0) {
		wrong(a, path);
		return;
	}
	if (S_ISLNK(st.st_mode))
		return;
	if (fchmodat(at, path, S_ISDIR(st.st_mode) ? a->dir : a->file, 0) < 0)
		wrong(a, path);
	if (!a->deep || !S_ISDIR(st.st_mode) || depth >= DEPTH)
		return;
	if (dir_open(&d, at, path, NULL) < 0) {
		wrong(a, path);
		return;
	}
	while ((name = dir_next(&d)))
		if (a->hidden || *name != '.')
			fix(a, d.fd, name, depth + 1);
	dir_close(&d);
}

/* user[:group]; false: one of them is unknown. */
static bool account(struct attrs *a, struct str s)
{
	char user[64], *group;
	struct user u = {.gid = 0};
	uint64_t n;

	if (!s.n || s.n >= sizeof(user))
		return false;
	memcpy(user, s.p, s.n);
	user[s.n] = '\0';
	group = strchr(user, ':');
	if (group)
		*group++ = '\0';
	if (num_arg(user, UINT32_MAX - 1, &n))
		a->uid = (uid_t)n;
	else if (user_find(user, &u, NULL) > 0)
		a->uid = u.uid;
	else
		return false;
	a->gid = u.gid;
	if (group && num_arg(group, UINT32_MAX - 1, &n))
		a->gid = (gid_t)n;
	else if (group && group_find(group, &a->gid, NULL) <= 0)
		return false;
	return true;
}

static bool read_line(struct attrs *a, struct str line, char path[PATH_MAX])
{
	struct str f[FIELDS] = {0}, word, rest;
	uint64_t file, dir;
	size_t n = 0;

	while (str_split(&line, ' ', &word))
		if (word.n && n < FIELDS)
			f[n++] = word;
	if (n < FIELDS || f[0].n >= PATH_MAX)
		return false;
	memcpy(path, f[0].p, f[0].n);
	path[f[0].n] = '\0';
	a->deep = str_is(f[1], "true");
	rest = f[2];
	str_split(&rest, ',', &word);
	if ((!account(a, word) && !account(a, rest)) ||
	    !num_oct(f[3], 07777, &file) || !num_oct(f[4], 07777, &dir))
		return false;
	a->file = (mode_t)file;
	a->dir = (mode_t)dir;
	return true;
}

static void one_file(struct attrs *a, const char *path)
{
	static const struct el_glob how = {EL_GLOB_SORT | EL_GLOB_NULL};
	BUF_AUTO struct buf b = {0};
	struct str rest, line;
	char pattern[PATH_MAX];
	struct err e;

	if (file_read(AT_FDCWD, path, &b, FILE_MOST, &e) < 0)
		die(111, "%s", e.text);
	for (size_t i = 0; i < b.len; i++)
		if (b.p[i] == '\t')
			b.p[i] = ' ';
	rest = str_n(b.p, b.len);
	for (unsigned no = 1; str_split(&rest, '\n', &line); no++) {
		struct el_values v = {0};

		line = str_trim(line, " \r");
		if (!line.n || *line.p == '#')
			continue;
		if (!read_line(a, line, pattern)) {
			say_warn("%s:%u: not understood", path, no);
			a->wrong = true;
			continue;
		}
		el_glob(&v, &how, "x", pattern);
		const char *p = buf_str(&v.items[0].words.bytes);
		for (size_t i = 0; i < v.items[0].words.n; i++) {
			fix(a, AT_FDCWD, p, 0);
			p += strlen(p) + 1;
		}
		el_values_free(&v);
	}
}

static int shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int fix_attrs_main(int argc, char **argv)
{
	int i = applet_opts("fix-attrs", NULL, NULL, argc, argv, 1), n;
	const char *hidden = getenv("S6_FIX_ATTRS_HIDDEN");
	struct attrs a = {.hidden = hidden && !strcmp(hidden, "1")};
	char path[PATH_MAX];
	struct dirent **d;

	n = scandir(argv[i], &d, shown, by_name);
	if (n < 0)
		die_sys(111, errno, "unable to read %s", argv[i]);
	for (int k = 0; k < n; k++) {
		snprintf(path, sizeof(path), "%s/%s", argv[i], d[k]->d_name);
		one_file(&a, path);
	}
	return a.wrong;
}

// SPDX-License-Identifier: MIT
/* host_file - `writeToFile`, and users and groups by name or number. Neither
 * the file nor its folder may be a link: the name comes from a template. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/file.h"
#include "os/user.h"
#include "render/host.h"

int host_user(const char *name, uid_t *uid, struct err *e)
{
	struct user u;
	uint64_t n;

	if (num_arg(name, UINT32_MAX, &n))
		*uid = (uid_t)n;
	else if (user_find(name, &u, e) == 1)
		*uid = u.uid;
	else
		return err_set(e, 0, "user: unknown user %s", name);
	return 0;
}

int host_group(const char *name, gid_t *gid, struct err *e)
{
	uint64_t n;

	if (num_arg(name, UINT32_MAX, &n))
		*gid = (gid_t)n;
	else if (group_find(name, gid, e) != 1)
		return err_set(e, 0, "group: unknown group %s", name);
	return 0;
}

static int ids(const char *user, const char *group, uid_t *uid, gid_t *gid,
	       struct err *e)
{
	*uid = geteuid();
	*gid = getegid();
	if (*user && host_user(user, uid, e) < 0)
		return err_wrap(e, "writeToFile: failed looking up user");
	if (*group && host_group(group, gid, e) < 0)
		return err_wrap(e, "writeToFile: failed looking up group");
	return 0;
}

static int failed(const char *path, struct err *e)
{
	return err_set(e, 0, "open %s: %s", path, err_go(errno));
}

static int open_target(const char *path, unsigned flags, struct err *e)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	struct stat st;
	int fd;

	if (n >= sizeof(parent))
		return err_set(e, 0, "open %s: file name too long", path);
	memcpy(parent, path, n);
	parent[n] = '\0';
	if (n && file_mkdirs(AT_FDCWD, parent, 0777, e) < 0)
		return -1;
	if (n && lstat(parent, &st) == 0 && S_ISLNK(st.st_mode))
		return err_set(e, 0, "writeToFile: refusing to write through "
			       "symlinked directory in path \"%s\"", path);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
			(flags & 1 ? O_APPEND : O_TRUNC), 0600);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, 0, "writeToFile: refusing to write to "
			       "symlink \"%s\"", path);
	return fd < 0 ? failed(path, e) : fd;
}

int host_write_file(void *ctx, const char *path, const char *user,
		    const char *group, unsigned mode, unsigned flags,
		    struct str content, struct err *e)
{
	struct job *j = ctx;
	int FD_AUTO fd = -1;
	uid_t uid;
	gid_t gid;

	j->pure = false;
	if (ids(user, group, &uid, &gid, e) < 0)
		return -1;
	fd = open_target(path, flags, e);
	if (fd < 0)
		return -1;
	if (fd_write(fd, content.p, content.n, e) < 0 ||
	    (flags & 2 && fd_write(fd, "\n", 1, e) < 0))
		return err_wrap(e, "write %s", path);
	if ((*user || *group) && fchown(fd, uid, gid) < 0)
		return err_set(e, 0, "chown %s: %s", path, err_go(errno));
	if (fchmod(fd, mode & 07777) < 0)
		return err_set(e, 0, "chmod %s: %s", path, err_go(errno));
	return 0;
}

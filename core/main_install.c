// SPDX-License-Identifier: MIT
/* basebox --install [-s] [-f] DIR: a link per applet. Each name appears in one
 * step (link, symlink or rename), so a reader of DIR never sees half a file; a
 * name that exists is left alone unless -f, and is replaced by rename then. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "main.h"

struct install {
	const char *dir;
	char exe[PATH_MAX];    /* this executable, absolute */
	char target[PATH_MAX]; /* what a symlink says */
	bool symbolic;
	bool force;
	unsigned made, kept, left, failed;
};

/* The executable's own path: from /proc, or in a bare chroot from the auxiliary
 * vector, which holds the path that was executed. */
static int find_exe(struct install *in)
{
	ssize_t n = readlink("/proc/self/exe", in->exe, sizeof(in->exe) - 1);
	const char *path = (const char *)getauxval(AT_EXECFN);

	if (n > 0) {
		in->exe[n] = '\0';
		return 0;
	}
	if (path && realpath(path, in->exe))
		return 0;
	say_fatal("unable to find my own executable (no /proc)");
	return -1;
}

/* Within the executable's folder a symlink says only its name, so that the
 * tree can be mounted anywhere. */
static int set_target(struct install *in)
{
	char real[PATH_MAX];
	const char *base = strrchr(in->exe, '/') + 1;
	size_t n = (size_t)(base - in->exe - 1);

	if (!realpath(in->dir, real)) {
		say_warnsys(errno, "unable to install in %s", in->dir);
		return -1;
	}
	if (!n) /* the executable stands in the root */
		n = 1;
	if (strlen(real) == n && !memcmp(real, in->exe, n))
		memcpy(in->target, base, strlen(base) + 1);
	else
		memcpy(in->target, in->exe, sizeof(in->exe));
	return 0;
}

/* Does `path` already lead here as it should? Then there is nothing to do. */
static bool already(const struct install *in, const char *path)
{
	char text[PATH_MAX];
	struct stat a, b;
	ssize_t n;

	if (in->symbolic) {
		n = readlink(path, text, sizeof(text));
		if (n == (ssize_t)strlen(in->target) &&
		    !memcmp(text, in->target, (size_t)n))
			return true;
	}
	return lstat(path, &a) == 0 && stat(in->exe, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int make_link(const struct install *in, const char *path)
{
	return in->symbolic ? symlink(in->target, path) : link(in->exe, path);
}

static int replace(const struct install *in, const char *name, const char *path)
{
	char tmp[PATH_MAX];

	if (snprintf(tmp, sizeof(tmp), "%s/.%s.%d", in->dir, name,
		     (int)getpid()) >= (int)sizeof(tmp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (make_link(in, tmp) < 0)
		return -1;
	if (rename(tmp, path) == 0)
		return 0;
	int num = errno;
	unlink(tmp);
	errno = num;
	return -1;
}

static void install_one(struct install *in, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", in->dir, name) >=
	    (int)sizeof(path)) {
		say_warnsys(ENAMETOOLONG, "unable to install %s", name);
		in->failed++;
		return;
	}
	if (make_link(in, path) == 0) {
		in->made++;
		return;
	}
	if (errno != EEXIST) {
		say_warnsys(errno, "unable to make %s", path);
		in->failed++;
	} else if (already(in, path)) {
		in->kept++;
	} else if (!in->force) {
		say_warn("%s exists and is left as it is", path);
		in->left++;
	} else if (replace(in, name, path) == 0) {
		in->made++;
	} else {
		say_warnsys(errno, "unable to replace %s", path);
		in->failed++;
	}
}

int main_install(const char *dir, bool symbolic, bool force)
{
	struct install in = {.dir = dir, .symbolic = symbolic, .force = force};

	if (find_exe(&in) < 0 || set_target(&in) < 0)
		return 111;
	for (unsigned k = 0; k < applet_count; k++)
		install_one(&in, applet_name(k));
	say_line("basebox: %u made, %u there already, %u left alone, %u failed",
		 in.made, in.kept, in.left, in.failed);
	return in.failed ? 111 : 0;
}

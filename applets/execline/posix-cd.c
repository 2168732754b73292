// SPDX-License-Identifier: MIT
/* posix-cd - change the working directory as cd does
 *
 * usage: posix-cd [ -L | -P ] [ - | path ] [ prog... ]
 *
 * Looks at CDPATH, sets PWD and OLDPWD; "-" is OLDPWD, and its name is printed.
 *  -L  symbolic links are parts of the path (default); -P  they are not
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/posix-cd.html
 * Fds: own
 */
#include <errno.h>
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

struct cd {
	int physical;
};

static const struct opt posix_cd_opts[] = {
	{NULL, NULL, 'L', OPT_SET, offsetof(struct cd, physical), 0},
	{NULL, NULL, 'P', OPT_SET, offsetof(struct cd, physical), 1},
	{0},
};

/* Removes empty parts, "." and "x/.." of an absolute path, in place. */
static void tidy(char *path)
{
	struct str rest = str_of(path), part;
	size_t n = 0;

	while (str_split(&rest, '/', &part)) {
		if (!part.n || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (n && path[--n] != '/')
				;
			continue;
		}
		path[n++] = '/';
		memmove(path + n, part.p, part.n);
		n += part.n;
	}
	if (!n)
		path[n++] = '/';
	path[n] = '\0';
}

/* dir as the new PWD: absolute, without dots. */
static bool logical(char out[PATH_MAX], const char *dir)
{
	const char *pwd = getenv("PWD");
	struct stat a, b;
	int n;

	if (dir[0] == '/')
		n = snprintf(out, PATH_MAX, "%s", dir);
	else if (pwd && pwd[0] == '/' && stat(pwd, &a) == 0 &&
		 stat(".", &b) == 0 && a.st_ino == b.st_ino &&
		 a.st_dev == b.st_dev)
		n = snprintf(out, PATH_MAX, "%s/%s", pwd, dir);
	else
		return false;
	if (n < 0 || n >= PATH_MAX)
		return false;
	tidy(out);
	return true;
}

static bool try_cd(const struct cd *o, const char *dir)
{
	char path[PATH_MAX], old[PATH_MAX];
	const char *pwd = getenv("PWD");

	snprintf(old, sizeof old, "%s",
		 pwd			   ? pwd
		 : getcwd(old, sizeof old) ? old
					   : "");
	if (!o->physical && logical(path, dir)) {
		if (chdir(path) < 0)
			return false;
	} else if (chdir(dir) < 0 || !getcwd(path, sizeof path)) {
		return false;
	}
	el_setenv("OLDPWD", old);
	el_setenv("PWD", path);
	return true;
}

/* In the directories of CDPATH, for names that do not begin with a slash or a
 * dot part; tells where it went. */
static bool try_cdpath(const struct cd *o, const char *dir)
{
	const char *list = getenv("CDPATH");
	struct str rest = str_of(list), part;
	char path[PATH_MAX];

	if (!list || dir[0] == '/' || !strcmp(dir, ".") || !strcmp(dir, "..") ||
	    !strncmp(dir, "./", 2) || !strncmp(dir, "../", 3))
		return false;
	while (str_split(&rest, ':', &part)) {
		if (!part.n ||
		    snprintf(path, sizeof path, "%.*s/%s", (int)part.n, part.p,
			     dir) >= (int)sizeof path)
			continue;
		if (try_cd(o, path)) {
			dprintf(1, "%s\n", getenv("PWD"));
			return true;
		}
	}
	return false;
}

int posix_cd_main(int argc, char **argv)
{
	struct cd o = {0};
	int i = applet_opts("posix-cd", posix_cd_opts, &o, argc, argv, 0);
	const char *dir = argv[i] ? argv[i] : getenv("HOME");
	bool back = argv[i] && !strcmp(argv[i], "-");

	if (back)
		dir = getenv("OLDPWD");
	if (!dir || !*dir)
		applet_usage("posix-cd");
	if (!try_cdpath(&o, dir) && !try_cd(&o, dir))
		die_sys(111, errno, "unable to chdir to %s", dir);
	if (back)
		dprintf(1, "%s\n", getenv("PWD"));
	el_exec(argv + i + (argv[i] != NULL));
}

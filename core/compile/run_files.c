// SPDX-License-Identifier: MIT
/* run_files.c - what the scripts of an s6-overlay image look for below /run;
 * without a right to it they are on their own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/file.h"
#include "os/user.h"

static void make_link(const char *path, const char *to)
{
	(void)unlink(path);
	if (symlink(to, path) < 0)
		say_warnsys(errno, "unable to make %s", path);
}

static void put_variable(const char *dir, const char *var)
{
	static const struct file_how how = {.flags = FILE_MODE, .mode = 0644};
	const char *eq = strchr(var, '=');
	struct buf BUF_AUTO path = {0};
	struct err e;

	if (!eq || eq == var || memchr(var, '/', (size_t)(eq - var)))
		return;
	buf_addf(&path, "%s/%.*s", dir, (int)(eq - var), var);
	if (file_replace(AT_FDCWD, buf_str(&path), eq + 1, strlen(eq + 1), &how,
			 &e) < 0)
		say_warn("%s", e.text);
}

/* Also what an earlier life of the container left there becomes the user's. */
static void uncaught_logs(struct cp *c)
{
	const char *dir = cp_path(c, CP_UNCAUGHT);
	struct user u;
	struct err e;

	if (file_mkdirs(AT_FDCWD, dir, 0700, &e) < 0) {
		say_warn("%s", e.text);
		return;
	}
	if (user_find(c->catchall, &u, NULL) != 1)
		return;
	for (const char **p = cp_list(c, dir); *p; p++)
		(void)!lchown(arena_printf(&c->a, "%s/%s", dir, *p), u.uid,
			      u.gid);
	if (lchown(dir, u.uid, u.gid) < 0)
		say_warnsys(errno, "unable to chown %s", dir);
}

/* v2's paths are below /var/run. Where that is no link to /run it becomes one,
 * or has one in it; on a read-only root it stays as it is. */
static void var_run(struct cp *c)
{
	struct stat run, there;

	if (stat(cp_path(c, "/var/run"), &there) < 0)
		(void)!symlink("/run", cp_path(c, "/var/run"));
	else if (stat(cp_path(c, "/run"), &run) == 0 &&
		 (run.st_ino != there.st_ino || run.st_dev != there.st_dev))
		(void)!symlink("/run/s6", cp_path(c, "/var/run/s6"));
}

void compile_environment(const char *root)
{
	char dir[PATH_MAX];
	struct err e;

	snprintf(dir, sizeof(dir), "%s/run/s6/container_environment", root);
	/* of an earlier life of the container */
	(void)!compile_remove(dir, NULL);
	if (file_mkdirs(AT_FDCWD, dir, 0755, &e) < 0) {
		say_warn("%s", e.text);
		return;
	}
	for (char **v = environ; *v; v++)
		put_variable(dir, *v);
}

void cp_run_files(struct cp *c)
{
	static const char *const dirs[] = {
		"s6-linux-init-container-results", "s6/basedir/bin",
		"s6/env-stage3", "s6-rc",
	};
	static const char *const scandirs[] = {
		"s6/services", "s6/legacy-services", "s6-rc/servicedirs",
	};
	static const char *const ends[] = {"halt", "poweroff", "reboot",
					   "shutdown"};
	const char *hook = getenv("S6_STAGE2_HOOK");
	const char *results = cp_path(c, "/run/%s/exitcode", dirs[0]);
	struct err e;

	for (size_t i = 0; i < COUNT(dirs); i++) {
		if (file_mkdirs(AT_FDCWD, cp_path(c, "/run/%s", dirs[i]), 0755,
				&e) < 0) {
			say_warn("%s", e.text);
			return;
		}
	}
	if (c->catchall)
		uncaught_logs(c);
	(void)unlink(results);
	for (size_t i = 0; i < COUNT(ends); i++)
		make_link(cp_path(c, "/run/%s/%s", dirs[1], ends[i]), c->self);
	for (size_t i = 0; i < COUNT(scandirs); i++)
		make_link(cp_path(c, "/run/%s", scandirs[i]), c->o->out);
	var_run(c);
	make_link(cp_path(c, "/run/%s/S6_STAGE2_EXITED", dirs[2]), results);
	if (!hook || !*hook) /* it may have changed them */
		compile_environment(c->o->root);
}

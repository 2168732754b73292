// SPDX-License-Identifier: MIT
/* live.c - the place of the live scandir: outside the image, which may be
 * read-only, and emptied of what an earlier life of the container left. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/inner.h"
#include "runtime.h"
#include "s6/control.h"
#include "s6/lock.h"

enum { DEPTH_MAX = 16 };

#define STOPPING ".init/stopping"
#define EXIT_CODE ".init/exitcode"

/* --- emptying --- */

static void empty(int at, const char *path, unsigned depth)
{
	struct dir d;
	const char *name;

	if (depth > DEPTH_MAX || dir_open(&d, at, path, NULL) < 0)
		return;
	while ((name = dir_next(&d))) {
		if (unlinkat(d.fd, name, 0) == 0 || errno != EISDIR)
			continue;
		empty(d.fd, name, depth + 1);
		unlinkat(d.fd, name, AT_REMOVEDIR);
	}
	dir_close(&d);
}

/* --- choosing --- */

/* Ours, no symlink, writable, and no other supervisor's. */
static int try_place(struct init *in, const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (file_mkdirs(AT_FDCWD, path, 0755, e) < 0)
		return -1;
	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ENOTDIR, "unable to use %s", path);
	if (st.st_uid != geteuid())
		return err_set(e, EPERM, "unable to use %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (s6_lock_test(fd, S6_SCAN_LOCK, NULL) == 1) {
		err_set(e, EBUSY, "%s is supervised already", path);
	} else {
		empty(fd, NULL, 0);
		if (mkdirat(fd, ".init", 0755) == 0 || errno == EEXIST) {
			snprintf(in->path, sizeof(in->path), "%s", path);
			in->live = fd;
			return 0;
		}
		err_set(e, errno, "unable to write to %s", path);
	}
	close(fd);
	return -1;
}

static int try_below(struct init *in, const char *dir, bool pid,
		     struct err *tried)
{
	char path[PATH_MAX];
	struct err e;
	int n = pid ? snprintf(path, sizeof(path), "%s/service-%u.%d", dir,
			       (unsigned)geteuid(), (int)getpid())
		    : snprintf(path, sizeof(path), "%s/service-%u", dir,
			       (unsigned)geteuid());

	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	if (try_place(in, path, &e) == 0)
		return 0;
	err_wrap(tried, "%s", e.text);
	return -1;
}

/* Only where a directory is already; each once under its usual name, then
 * under one of this process. */
static int choose(struct init *in, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	const char *dirs[] = {tmp && *tmp == '/' ? tmp : "/tmp", "/tmp",
			      "/dev/shm", "/var/tmp"};

	if (try_place(in, "/run/service", e) == 0)
		return 0;
	for (int pid = 0; pid < 2; pid++)
		for (size_t i = 0; i < COUNT(dirs); i++)
			if (access(dirs[i], W_OK) == 0 &&
			    try_below(in, dirs[i], pid, e) == 0)
				return 0;
	return err_wrap(e, "no place for the live scandir");
}

static int enter(struct init *in, struct err *e)
{
	return fchdir(in->live) < 0
		       ? err_set(e, errno, "unable to chdir to %s", in->path)
		       : 0;
}

int live_choose(struct init *in, struct err *e)
{
	unlink(OVERLAY_RESULTS);
	return choose(in, e) < 0 ? -1 : enter(in, e);
}

int live_open(struct init *in, const char *path, struct err *e)
{
	if (!realpath(path, in->path))
		return err_set(e, errno, "unable to open %s", path);
	in->live = open(in->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->live < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (mkdirat(in->live, ".init", 0755) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to write to %s", path);
	unlinkat(in->live, STOPPING, 0);
	unlinkat(in->live, EXIT_CODE, 0);
	return enter(in, e);
}

/* --- taking --- */

/* Commands find it by this name where the environment does not say. */
static void publish(const struct init *in)
{
	char runtime[PATH_MAX], link[PATH_MAX + 16];

	setenv("BASEBOX_SCANDIR", in->path, 1);
	if (runtime_dir(runtime, true, NULL) < 0)
		return;
	snprintf(link, sizeof(link), "%s/scandir", runtime);
	unlink(link);
	(void)!symlink(in->path, link);
}

static int make_files(struct init *in, struct err *e)
{
	if (mkdir(".s6-svscan", 0700) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to mkdir .s6-svscan");
	if (s6_lock_take(AT_FDCWD, S6_SCAN_LOCK, 0600, e) < 0)
		return -1;
	in->control.fd = fd_fifo(AT_FDCWD, S6_SCAN_CONTROL, 0600, e);
	return in->control.fd < 0 ? -1 : 0;
}

int live_take(struct init *in, struct err *e)
{
	mode_t mask = umask(0);
	int r = make_files(in, e);

	umask(mask);
	if (r == 0)
		publish(in);
	return r;
}

int live_add_cmd(struct init *in, struct err *e)
{
	if (mkdirat(in->live, NODE_CMD, 0755) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to mkdir " NODE_CMD);
	if (faccessat(in->live, NODE_CMD "/run", F_OK, 0) == 0)
		return err_set(e, EINVAL, "there is a service " NODE_CMD
					  " and a command too");
	if (mkdirat(in->live, NODE_CMD "/policy", 0755) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to mkdir " NODE_CMD "/policy");
	return file_replace(in->live, NODE_CMD "/policy/essential", "1\n", 2,
			    NULL, e);
}

/* --- the end --- */

void live_stopping(const struct init *in)
{
	int fd = openat(in->live, STOPPING,
			O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);

	fd_close(&fd);
}

static int code_in(int at, const char *path)
{
	char text[16];
	uint64_t v;
	ssize_t n = file_peek(at, path, text, sizeof(text), NULL);

	if (n < 0 || !num_u64(str_trim(str_n(text, (size_t)n), " \t\n"), 255,
			      &v))
		return -1;
	return (int)v;
}

int live_exit_code(const struct init *in)
{
	int code = in->opt->compiled ? -1 : code_in(AT_FDCWD, OVERLAY_RESULTS);

	return code >= 0 ? code : code_in(in->live, EXIT_CODE);
}

// SPDX-License-Identifier: MIT
/* s6-svlink - add a service to a running scandir
 *
 * usage: s6-svlink [ -d | -D ] [ -f ] [ -P ] [ -t timeout ] scandir servicedir
 *        [ name ]
 *
 * Links it, makes s6-svscan look and waits until it is supervised.
 *  -d  it is not started           -D  and a file ./down stays
 *  -P  everybody may wait for its events (otherwise our group)
 *  -f  existing event directories get these permissions, too
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 ok, 1 s6-svscan is not running, 99 timed out, 100 wrong usage or
 *   service directory, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svlink.html
 */
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
#include "sv_link.h"

enum { UP, DOWN_ONCE, DOWN };

struct svlink {
	int down;
	bool force, public;
	uint32_t timeout;
};

static const struct opt s6_svlink_opts[] = {
	{NULL, NULL, 'd', OPT_SET, offsetof(struct svlink, down), DOWN_ONCE},
	{NULL, NULL, 'D', OPT_SET, offsetof(struct svlink, down), DOWN},
	{NULL, NULL, 'f', OPT_FLAG, offsetof(struct svlink, force), 0},
	{NULL, NULL, 'P', OPT_FLAG, offsetof(struct svlink, public), 0},
	{"timeout", NULL, 't', OPT_U32, offsetof(struct svlink, timeout), 0},
	{0},
};

/* What is to be taken back when it fails. */
static struct undo {
	char link[PATH_MAX];
	const char *scandir;
	char down[2][PATH_MAX]; /* files that we made */
} undo;

static void take_back(void)
{
	for (int i = 0; i < 2; i++)
		if (undo.down[i][0])
			unlink(undo.down[i]);
	if (undo.link[0] && unlink(undo.link) == 0)
		sv_send_scan(undo.scandir, "an", 2);
}

NORETURN static void failed(int code, int num, const char *dir, const char *name)
{
	take_back();
	die_sys(code, num,
		"unable to link servicedir %s into scandir %s with "
		"name %s",
		dir, undo.scandir, name);
}

/* It has a run that its owner may execute. */
static void check_run(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	sv_path(path, dir, "run");
	if (stat(path, &st) < 0)
		die_sys(111, errno, "unable to stat %s", path);
	if (!(st.st_mode & S_IXUSR))
		die(100, "%s is not executable", path);
}

static void prepare(const struct svlink *o, const char *dir, int i)
{
	char path[PATH_MAX];
	struct err e;
	int fd;

	sv_path(path, dir, S6_EVENT);
	if (s6_fifodir_make(AT_FDCWD, path, o->public ? (gid_t)-1 : getegid(),
			    o->force, &e) < 0) {
		take_back();
		die_sys(111, e.num, "unable to create fifodir at %s", path);
	}
	if (!o->down)
		return;
	sv_path(path, dir, "down");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		close(fd);
		memcpy(undo.down[i], path, sizeof path);
	} else if (errno != EEXIST) {
		int num = errno;

		take_back();
		die_sys(111, num, "unable to create %s", path);
	}
}

/* "DIR/log" if the service has a logger. */
static bool logger(char log[PATH_MAX], const char *dir)
{
	struct stat st;

	sv_path(log, dir, "log");
	return stat(log, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *name_of(const char *dir, char **argv)
{
	const char *slash = strrchr(dir, '/');
	const char *name = argv[0] ? argv[0] : slash ? slash + 1 : dir;

	if (!*name || *name == '.' || *name == '/')
		die(100, "invalid name");
	return name;
}

/* A link that is there already and right is fine, and is not taken back. */
static int add_link(const char *scandir, const char *name, const char *target)
{
	char link[PATH_MAX], there[PATH_MAX];
	ssize_t n;

	sv_path(link, scandir, name);
	if (symlink(target, link) == 0) {
		memcpy(undo.link, link, sizeof link);
		return 0;
	}
	if (errno != EEXIST)
		return -1;
	n = readlink(link, there, sizeof there);
	errno = EEXIST;
	return n > 0 && str_is(str_n(there, (size_t)n), target) ? 0 : -1;
}

int s6_svlink_main(int argc, char **argv)
{
	struct svlink o = {0};
	int i = applet_opts("s6-svlink", s6_svlink_opts, &o, argc, argv, 2);
	const char *scandir = argv[i], *dir = argv[i + 1];
	const char *name = name_of(dir, argv + i + 2);
	int64_t deadline = ev_deadline(o.timeout);
	char log[PATH_MAX], real[PATH_MAX];
	const char *dirs[2] = {dir, log};
	struct sv_events ev;
	struct err e;

	undo.scandir = scandir;
	sv_path(log, scandir, S6_SCAN_LOCK);
	if (access(log, F_OK) < 0)
		die_sys(111, errno, "unable to open %s", log);
	if (s6_lock_test(AT_FDCWD, log, &e) == 0)
		die(1, "s6-svscan not running on %s", scandir);
	int last = logger(log, dir) ? 1 : 0;
	for (int k = 0; k <= last; k++)
		check_run(dirs[k]);
	for (int k = 0; k <= last; k++)
		prepare(&o, dirs[k], k);
	sv_events_open(&ev, S6_EV_SUPERVISED);
	for (int k = 0; k <= last; k++)
		if (sv_supervised(dirs[k]))
			say_warn("supervisor already running on %s", dirs[k]);
		else
			sv_events_add(&ev, dirs[k]);
	if (!realpath(dir, real))
		failed(111, errno, dir, name);
	if (add_link(scandir, name, real) < 0)
		failed(111, errno, dir, name);
	if (sv_send_scan(scandir, "a", 1)) {
		take_back();
		return 111;
	}
	if (sv_events_wait(&ev, deadline) < 0)
		failed(99, ETIMEDOUT, dir, name);
	if (o.down == DOWN_ONCE)
		for (int k = 0; k < 2; k++)
			if (undo.down[k][0])
				unlink(undo.down[k]);
	return 0;
}

// SPDX-License-Identifier: MIT
/* reload - `reload = "SERVICE"`: a written file is told to the supervised
 * service that reads it, through supervise/control, without a command or a
 * shell. A service that is not up (and ready, where it can say so) reads its
 * new file when it starts, so it is left alone: a HUP that comes before the
 * program is executed would kill it. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/dir.h"
#include "render/runner.h"
#include "runtime.h"
#include "s6.h"

enum { DEPTH_MAX = 8 }; /* bundles in bundles */

/* 'l' sends what the file reload-signal says; supervisors before 2.15 ignore
 * it, but have no such file either. */
static char reload_byte(const char *dir)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/reload-signal", dir) >=
	    sizeof(path))
		return 'h';
	return access(path, F_OK) == 0 ? 'l' : 'h';
}

static bool listening(const char *dir)
{
	char path[PATH_MAX];
	struct s6_status st;

	if (s6_place(path, dir, S6_STATUS, NULL) < 0 ||
	    s6_status_read(AT_FDCWD, path, &st, NULL) < 0 || !s6_status_up(&st))
		return false;
	if ((size_t)snprintf(path, sizeof(path), "%s/notification-fd", dir) >=
	    sizeof(path))
		return false;
	return st.ready || access(path, F_OK) < 0;
}

static int reload_one(const char *scandir, const char *name, unsigned depth,
		      struct err *e);

/* A bundle (N instances of one service) is its members. 0: it is none. */
static int reload_members(const char *scandir, const char *dir, unsigned depth,
			  struct err *e)
{
	char path[PATH_MAX];
	const char *name;
	struct dir d;
	int r = 1;

	if ((size_t)snprintf(path, sizeof(path), "%s/contents.d", dir) >=
		    sizeof(path) ||
	    !depth || dir_open(&d, AT_FDCWD, path, NULL) < 0)
		return 0;
	while (r > 0 && (name = dir_next(&d)))
		if (*name != '.' && reload_one(scandir, name, depth - 1, e) < 0)
			r = -1;
	dir_close(&d);
	return r;
}

static int reload_one(const char *scandir, const char *name, unsigned depth,
		      struct err *e)
{
	char dir[PATH_MAX], path[PATH_MAX];
	char byte;
	int r;

	if ((size_t)snprintf(dir, sizeof(dir), "%s/%s", scandir, name) >=
	    sizeof(dir))
		return err_set(e, 0, "the path is too long");
	r = reload_members(scandir, dir, depth, e);
	if (r)
		return r < 0 ? -1 : 0;
	if (!listening(dir)) {
		log_debug("runner",
			  "%s is not up: it reads the file when it "
			  "starts",
			  name);
		return 0;
	}
	byte = reload_byte(dir);
	if (s6_place(path, dir, S6_CONTROL, e) < 0 ||
	    s6_control_send(AT_FDCWD, path, &byte, 1, e) < 0)
		return -1;
	log_info("runner", "reloaded service %s", name);
	return 0;
}

static int reload(const char *name, struct err *e)
{
	char scandir[PATH_MAX], runtime[PATH_MAX];

	if (!*name || *name == '.' || strchr(name, '/'))
		return err_set(e, 0, "not the name of a service");
	if (s6_scandir_find(scandir, NULL,
			    runtime_dir(runtime, false, NULL) < 0 ? NULL
								  : runtime,
			    e) < 0)
		return -1;
	return reload_one(scandir, name, DEPTH_MAX, e);
}

void reload_services(struct runner *r)
{
	struct err e;

	for (size_t i = 0; i < r->njobs; i++) {
		const char *name = r->jobs[i].conf->reload;
		bool due = r->jobs[i].reload_due;

		r->jobs[i].reload_due = false;
		for (size_t k = 0; due && k < i; k++)
			if (r->jobs[k].reload_done &&
			    !strcmp(r->jobs[k].conf->reload, name))
				due = false;
		r->jobs[i].reload_done = due;
		if (due && reload(name, &e) < 0)
			log_warn("runner", "reload of %s: %s", name, e.text);
	}
	for (size_t i = 0; i < r->njobs; i++)
		r->jobs[i].reload_done = false;
}

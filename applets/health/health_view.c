// SPDX-License-Identifier: MIT
/* health_view - this container's own verdict: the registrar's view when one is
 * alive (a view whose writer is gone counts as absent, one whose writer hangs
 * as critical), else the states of the supervised services. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "health_applet.h"
#include "os/dir.h"
#include "runtime.h"
#include "s6.h"

static struct str member(const struct val *m, const char *key)
{
	const struct val *v = val_map_gets(m, str_of(key));

	return v && val_kind(v) == KIND_STRING ? v->s : STR("");
}

/* true: a view decided. */
static bool from_view(enum health_state *state, struct buf *text)
{
	enum runtime_state alive;
	struct arena a;
	struct val v;
	struct str verdict, output;
	struct err e;
	bool decided = true;

	arena_init(&a, 8 << 20);
	*state = HEALTH_CRITICAL;
	if (runtime_view_read("register", &a, &alive, &v, &e) < 0) {
		buf_addf(text, "register: %s", e.text);
	} else if (alive == RUNTIME_ABSENT) {
		decided = false;
	} else if (alive == RUNTIME_HANGS) {
		buf_adds(text, "register: its view is stale, it hangs");
	} else {
		verdict = member(&v, "verdict");
		output = member(&v, "output");
		*state = str_is(verdict, "passing")   ? HEALTH_PASSING
			 : str_is(verdict, "warning") ? HEALTH_WARNING
						      : HEALTH_CRITICAL;
		buf_addf(text, "register: %s%s%.*s", health_state_name(*state),
			 output.n ? ": " : "", (int)output.n, output.p);
	}
	arena_free(&a);
	return decided;
}

/* How one service directory stands; passing also when it is wanted down. */
static enum health_state service(const char *scandir, const char *name,
				 struct buf *why)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX];
	struct s6_status st;
	struct err e;

	if ((size_t)snprintf(dir, sizeof(dir), "%s/%s", scandir, name) >=
		    sizeof(dir) ||
	    s6_place(path, dir, S6_LOCK, &e) < 0 ||
	    s6_lock_test(AT_FDCWD, path, &e) <= 0 ||
	    s6_place(path, dir, S6_STATUS, &e) < 0 ||
	    s6_status_read(AT_FDCWD, path, &st, &e) < 0) {
		buf_addf(why, "%s is not supervised", name);
		return HEALTH_CRITICAL;
	}
	if (!st.want_up && !s6_status_up(&st))
		return HEALTH_PASSING;
	if (!s6_status_up(&st)) {
		buf_addf(why, "%s is down", name);
		return HEALTH_CRITICAL;
	}
	snprintf(path, sizeof(path), "%s/notification-fd", dir);
	if (!st.ready && access(path, F_OK) == 0) {
		buf_addf(why, "%s is not ready yet", name);
		return HEALTH_CRITICAL;
	}
	return HEALTH_PASSING;
}

static enum health_state from_services(const char *scandir, struct buf *text)
{
	enum health_state worst = HEALTH_PASSING;
	struct dir d;
	const char *name;
	struct err e;
	size_t n = 0;

	if (dir_open(&d, AT_FDCWD, scandir, &e) < 0) {
		buf_adds(text, e.text);
		return HEALTH_CRITICAL;
	}
	buf_adds(text, "services: ");
	while ((name = dir_next(&d))) {
		char path[PATH_MAX];

		if (name[0] == '.' ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s/run", scandir,
				     name) >= sizeof(path) ||
		    access(path, F_OK) < 0)
			continue;
		n++;
		if (worst == HEALTH_PASSING)
			worst = service(scandir, name, text);
	}
	dir_close(&d);
	if (!n) {
		buf_addf(text, "none in %s", scandir);
		return HEALTH_CRITICAL;
	}
	if (worst == HEALTH_PASSING)
		buf_adds(text, "all that are wanted are up");
	return worst;
}

enum health_state health_container(const char *wanted, struct buf *text)
{
	char scandir[PATH_MAX], runtime[PATH_MAX];
	enum health_state state;
	struct err e;

	if (!wanted && from_view(&state, text))
		return state;
	if (s6_scandir_find(scandir, wanted,
			    runtime_dir(runtime, false, NULL) < 0 ? NULL
								  : runtime,
			    &e) < 0) {
		buf_adds(text, e.text);
		return HEALTH_CRITICAL;
	}
	return from_services(scandir, text);
}

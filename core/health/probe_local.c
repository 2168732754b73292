// SPDX-License-Identifier: MIT
/* probe_local - checks that look at this container's own files: a file that is
 * there and fresh, a service as its supervisor's status has it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "health/inner.h"
#include "s6.h"

/* file:///path?max-age=30s */
static int file_target(const char *url, char path[PATH_MAX], int64_t *max_age,
		       struct err *e)
{
	struct target t;

	*max_age = 0;
	if (!target_parse(url, &t) || t.host.n || !t.path.n ||
	    t.path.n >= PATH_MAX)
		return err_set(e, 0, "expected file:///path");
	memcpy(path, t.path.p, t.path.n);
	path[t.path.n] = '\0';
	if (!t.query.n)
		return 0;
	if (!str_prefix(t.query, STR("max-age=")))
		return err_set(e, 0, "expected file:///path?max-age=DURATION");
	if (dur_parse(str_cut(t.query, 8, t.query.n), max_age, e) < 0)
		return -1;
	return *max_age < 0 ? err_set(e, 0, "max-age is not negative") : 0;
}

static void file_begin(struct health_probe *p)
{
	struct timespec now = clock_wall();
	char path[PATH_MAX], limit[DUR_TEXT];
	struct stat st;
	int64_t max_age, age;
	struct err e;

	if (file_target(p->d->target, path, &max_age, &e) < 0) {
		probe_done(p, HEALTH_CRITICAL, "file: %s", e.text);
		return;
	}
	if (stat(path, &st) < 0) {
		probe_done(p, HEALTH_CRITICAL, "file %s: %s", path,
			   strerror(errno));
		return;
	}
	age = (now.tv_sec - st.st_mtim.tv_sec) * DUR_S +
	      (now.tv_nsec - st.st_mtim.tv_nsec);
	/* the age itself is not told: an output that changes each time would
	 * be sent each time */
	dur_put(limit, max_age);
	if (max_age && age > max_age)
		probe_done(p, HEALTH_CRITICAL, "file %s: older than %s", path,
			   limit);
	else
		probe_done(p, HEALTH_PASSING, "file %s: there", path);
}

int health_file_valid(const char *url, struct err *e)
{
	char path[PATH_MAX];
	int64_t age;

	return file_target(url, path, &age, e);
}

static void service_state(struct health_probe *p, const char *name,
			  const char *dir)
{
	char path[PATH_MAX + NAME_MAX];
	struct s6_status st;
	struct err e;
	bool can_say;

	if (s6_place(path, dir, S6_LOCK, &e) < 0 ||
	    s6_lock_test(AT_FDCWD, path, &e) <= 0) {
		probe_done(p, HEALTH_CRITICAL, "service %s: not supervised",
			   name);
		return;
	}
	if (s6_place(path, dir, S6_STATUS, &e) < 0 ||
	    s6_status_read(AT_FDCWD, path, &st, &e) < 0) {
		probe_done(p, HEALTH_CRITICAL, "service %s: %s", name, e.text);
		return;
	}
	snprintf(path, sizeof(path), "%s/notification-fd", dir);
	can_say = access(path, F_OK) == 0;
	if (!s6_status_up(&st))
		probe_done(p, HEALTH_CRITICAL, "service %s: down", name);
	else if (can_say && !st.ready)
		probe_done(p, HEALTH_WARNING, "service %s: up, not ready yet",
			   name);
	else
		probe_done(p, HEALTH_PASSING, "service %s: up%s", name,
			   can_say ? " and ready" : "");
}

static void service_begin(struct health_probe *p)
{
	const char *name = strchr(p->d->target, ':') + 1;
	char scandir[PATH_MAX], dir[PATH_MAX];
	struct err e;

	if (p->env.scandir)
		snprintf(scandir, sizeof(scandir), "%s", p->env.scandir);
	else if (s6_scandir_find(scandir, NULL, NULL, &e) < 0) {
		probe_done(p, HEALTH_CRITICAL, "service %s: %s", name, e.text);
		return;
	}
	if ((size_t)snprintf(dir, sizeof(dir), "%s/%s", scandir, name) >=
	    sizeof(dir))
		probe_done(p, HEALTH_CRITICAL, "service %s: name too long",
			   name);
	else
		service_state(p, name, dir);
}

static void no_stop(struct health_probe *p)
{
	(void)p; /* these end at once */
}

const struct probe_kind probe_file = {NULL, file_begin, no_stop,
				      NULL, "file",	NULL};
const struct probe_kind probe_service = {NULL, service_begin, no_stop,
					 NULL, "service",     NULL};

// SPDX-License-Identifier: MIT
/* cron - start services of a scandir again and again, at their times
 *
 * usage: cron [SCANDIR]
 *
 * A service of its own. Reads of each service
 *   policy/every  milliseconds: so often, first after that time
 *   policy/cron   a line each: minute hour day month weekday, or @hourly,
 *                 @daily, @weekly, @monthly, @yearly; in the zone of $TZ
 * and then orders the service once (as `s6-svc -o` does). One that runs still
 * is not started a second time. When the clock is set, the times are found
 * anew; up to three hours leave nothing out and repeat nothing. SCANDIR is
 * $BASEBOX_SCANDIR by default, else the parent directory.
 *
 * HUP reads the policies again. TERM ends.
 * Exit: 0 ended by a signal, 100 wrong usage, 111 system call failed.
 * See: README.md
 */
#include "cron.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/loop.h"
#include "os/signal.h"
#include "s6.h"

enum { JOBS = 1024, TEXT_MAX = 4096 };

struct job {
	struct job *next;
	char name[NAME_MAX + 1];
	struct cron when;
	time_t at;	/* of `when`; 0 = never */
	uint32_t every; /* ms; 0 = by `when` */
	struct loop_timer timer;
};

struct cron_run {
	struct loop loop;
	struct loop_fd clock; /* w.fd is the timerfd of all calendar times */
	const char *scandir;
	struct job *jobs;
	size_t n;
	int64_t offset; /* the wall clock's from the boot clock, s */
};

/* --- orders --- */

static void order(const struct cron_run *c, const char *name)
{
	char dir[PATH_MAX + NAME_MAX + 2], path[PATH_MAX];
	struct err e;

	snprintf(dir, sizeof(dir), "%s/%s", c->scandir, name);
	if (s6_place(path, dir, S6_CONTROL, &e) < 0 ||
	    s6_control_send(AT_FDCWD, path, "o", 1, &e) < 0)
		say_warn("unable to start %s: %s", name, e.text);
}

static struct cron_run *run_of(const struct loop_timer *t)
{
	return t->ctx;
}

/* The rhythm stays, whatever the delay; what was missed is left out. */
static void on_every(struct loop_timer *t)
{
	struct job *j = (struct job *)((char *)t - offsetof(struct job, timer));
	struct cron_run *c = run_of(t);
	int64_t at = t->at + j->every;

	order(c, j->name);
	if (at <= c->loop.now)
		at = c->loop.now + j->every;
	loop_timer_set(&c->loop, t, at, on_every, c);
}

/* --- calendar times --- */

/* The clock for the earliest; it also rings when somebody sets the time. */
static void arm(struct cron_run *c)
{
	const int how = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
	struct itimerspec t = {0};

	for (const struct job *j = c->jobs; j; j = j->next)
		if (!j->every && j->at &&
		    (!t.it_value.tv_sec || j->at < t.it_value.tv_sec))
			t.it_value.tv_sec = j->at;
	c->offset = clock_wall().tv_sec - clock_boot_ms() / 1000;
	timerfd_settime(c->clock.fd, how, &t, NULL);
}

static void find_times(struct cron_run *c)
{
	time_t now = clock_wall().tv_sec;

	for (struct job *j = c->jobs; j; j = j->next)
		if (!j->every)
			j->at = cron_next(&j->when, now);
	arm(c);
}

static void on_clock(struct loop_fd *w, uint32_t events UNUSED)
{
	struct cron_run *c = w->ctx;
	time_t now = clock_wall().tv_sec;
	int64_t step = now - clock_boot_ms() / 1000 - c->offset;
	uint64_t n;

	if (read(w->fd, &n, sizeof(n)) == sizeof(n))
		step = 0;
	else if (errno != ECANCELED)
		return;
	for (struct job *j = c->jobs; j; j = j->next) {
		bool due = false;

		if (!j->every && (step || (j->at && j->at <= now)))
			j->at = cron_step(&j->when, j->at, now, step, &due);
		if (due)
			order(c, j->name);
	}
	arm(c);
}

/* --- policies --- */

static struct job *add(struct cron_run *c, const char *name)
{
	struct job *j = c->n < JOBS ? calloc(1, sizeof(*j)) : NULL;

	if (!j) {
		say_warn("too many jobs: %s is left out", name);
		return NULL;
	}
	snprintf(j->name, sizeof(j->name), "%s", name);
	j->next = c->jobs;
	c->jobs = j;
	c->n++;
	return j;
}

static void read_every(struct cron_run *c, const char *name)
{
	char path[PATH_MAX + NAME_MAX + 32];
	uint32_t ms = 0;
	struct job *j;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s/policy/every", c->scandir, name);
	if (s6_numfile(AT_FDCWD, path, &ms, &e) < 0)
		say_warn("%s", e.text);
	if (!ms || !(j = add(c, name)))
		return;
	j->every = ms;
	loop_timer_set(&c->loop, &j->timer, clock_mono_ms() + ms, on_every, c);
}

static void read_cron(struct cron_run *c, const char *name)
{
	char path[PATH_MAX + NAME_MAX + 32];
	BUF_AUTO struct buf b = {0};
	struct str rest, line;
	struct cron when;
	struct job *j;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s/policy/cron", c->scandir, name);
	if (file_read(AT_FDCWD, path, &b, TEXT_MAX, &e) < 0) {
		if (e.num != ENOENT && e.num != ENOTDIR)
			say_warn("%s", e.text);
		return;
	}
	rest = str_n(b.p, b.len);
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line, " \t\r");
		if (!line.n || *line.p == '#')
			continue;
		if (cron_parse(line, &when, &e) < 0)
			say_warn("%s: %s", path, e.text);
		else if ((j = add(c, name)))
			j->when = when;
	}
}

static void read_all(struct cron_run *c)
{
	const char *name;
	struct dir d;
	struct err e;

	while (c->jobs) {
		struct job *j = c->jobs;

		c->jobs = j->next;
		loop_timer_unset(&j->timer);
		free(j);
	}
	c->n = 0;
	if (dir_open(&d, AT_FDCWD, c->scandir, &e) < 0)
		die(111, "%s", e.text);
	while ((name = dir_next(&d))) {
		if (name[0] == '.')
			continue;
		read_every(c, name);
		read_cron(c, name);
	}
	dir_close(&d);
	find_times(c);
}

static void on_signal(void *ctx, int sig)
{
	struct cron_run *c = ctx;

	if (sig == SIGHUP)
		read_all(c);
	else
		loop_stop(&c->loop);
}

int cron_main(int argc, char **argv)
{
	static const int list[] = {SIGTERM, SIGINT, SIGHUP, 0};
	const char *dir = getenv("BASEBOX_SCANDIR");
	struct cron_run c = {.scandir = dir && *dir ? dir : ".."};
	int i = applet_opts("cron", NULL, NULL, argc, argv, 0);
	struct signals sig = {0};
	struct err e;

	if (argv[i])
		c.scandir = argv[i];
	signal_no_pipe();
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0)
		die_sys(111, errno, "unable to create a timer");
	if (loop_init(&c.loop, &e) < 0 ||
	    signals_open(&sig, &c.loop, list, on_signal, &c, &e) < 0 ||
	    loop_watch(&c.loop, &c.clock, fd, EPOLLIN, on_clock, &c, &e) < 0)
		die(111, "%s", e.text);
	read_all(&c);
	if (loop_run(&c.loop, &e) < 0)
		die(111, "%s", e.text);
	return 0;
}

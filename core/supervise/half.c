// SPDX-License-Identifier: MIT
/* half.c - supervising one directory of an entry, in this process or in one of
 * its own; when it ends, again; and the pipe that a pair shares. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervise/scandir.h"

enum {
	AGAIN_MS = 1000,    /* after supervision ended by itself */
	SHORTAGE_MS = 10000, /* after descriptors or memory were short */
	RESERVE_MAX = 64,   /* descriptors kept free for starts and events */
};

bool half_alive(const struct half *h)
{
	return h && (h->service.state != SERVICE_GONE || h->process.pid);
}

/* --- the pipe of a pair --- */

static bool uses(const struct half *h, int fd)
{
	return h->service.state != SERVICE_GONE &&
	       (h->service.in == fd || h->service.out == fd);
}

/* Not held any more: each end goes when its user lets go of it. */
static void check_pipe(struct entry *en)
{
	if (!en->log || en->held)
		return;
	if (!uses(&en->main, en->pipe[1]))
		fd_close(&en->pipe[1]);
	if (!uses(en->log, en->pipe[0]))
		fd_close(&en->pipe[0]);
}

void entry_let_go(struct entry *en)
{
	en->held = false;
	check_pipe(en);
}

/* --- supervising one directory --- */

/* Says why there is no supervision, once for each reason. */
static void complain(struct half *h, const struct err *e)
{
	const char *what = e->num == EMFILE || e->num == ENFILE
				   ? "too many services"
				   : e->text;
	uint32_t hash = str_hash(str_of(what)) | 1;

	if (h->complaint != hash)
		say_warn("unable to start supervisor for %s: %s",
			 h->name ? h->name : h->entry->name, what);
	h->complaint = hash;
}

static void on_again(struct loop_timer *t)
{
	struct half *h = t->ctx;

	entry_settle(h->entry);
}

static void try_again(struct half *h, int ms)
{
	loop_timer_set(h->entry->scan->sup->loop, &h->again,
		       clock_mono_ms() + ms, on_again, h);
}

static void failed(struct half *h, const struct err *e)
{
	bool shortage = e->num == EMFILE || e->num == ENFILE ||
			e->num == ENOMEM || e->num == EAGAIN;

	complain(h, e);
	try_again(h, shortage ? SHORTAGE_MS : AGAIN_MS);
}

static void ended(struct half *h)
{
	struct entry *en = h->entry;
	struct scandir *d = en->scan;

	if (en->active && !d->stopping) {
		try_again(h, AGAIN_MS);
	} else {
		entry_let_go(en);
		scandir_sweep_soon(d);
	}
}

void half_left(struct service *s)
{
	ended(s->owner);
}

void half_released(struct service *s)
{
	struct half *h = s->owner;

	check_pipe(h->entry);
}

static void on_process(struct child *c, int wstat)
{
	(void)wstat;
	ended(c->ctx);
}

/* What the service's processes get as 0, 1 and 2. */
static void set_stdio(struct half *h)
{
	struct entry *en = h->entry;
	int console = en->scan->opt->console;

	h->service.in = h == en->log ? en->pipe[0] : 0;
	h->service.out = h == &en->main && en->log ? en->pipe[1] : 1;
	h->service.err = console && h == &en->main &&
					 !strcmp(en->name, SCAN_CATCH_ALL)
				 ? console
				 : 2;
}

/* "NAME" or "NAME/log", as s6-supervise would be given. */
static int set_name(struct half *h, struct err *e)
{
	const char *name = h->entry->name;
	size_t n = strlen(name);
	char *copy = malloc(n + sizeof("/log"));

	if (!copy)
		return err_nomem(e);
	memcpy(copy, name, n + 1);
	if (h == h->entry->log)
		memcpy(copy + n, "/log", sizeof("/log"));
	free(h->name);
	h->name = copy;
	return 0;
}

/* A share of the descriptors is kept for starts, status files and events. */
static bool crowded(const struct scandir *d, int fd)
{
	rlim_t limit = d->sup->nofile.rlim_max;
	rlim_t reserve = limit / 8 < RESERVE_MAX ? limit / 8 : RESERVE_MAX;

	return (rlim_t)fd + 2 + reserve >= limit;
}

static int open_dir(struct half *h, struct err *e)
{
	struct entry *en = h->entry;
	struct stat st;
	int fd = open(h->name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "unable to chdir to %s", h->name);
	if (crowded(en->scan, fd)) {
		err_set(e, EMFILE, "unable to open %s", h->name);
	} else if (h == &en->main &&
		   (fstat(fd, &st) < 0 || st.st_dev != en->dev ||
		    st.st_ino != en->ino)) {
		err_set(e, 0, "%s is another directory now", h->name);
	} else {
		return fd;
	}
	close(fd);
	return -1;
}

/* A supervisor process of its own: we know its pid and nothing else. */
static int spawn_supervisor(struct half *h, struct err *e)
{
	char *argv[] = {(char *)"s6-supervise", h->name, NULL};
	struct spawn_fd map[] = {{h->service.in, 0},
				 {h->service.out, 1},
				 {h->service.err, 2}};
	struct supervisor *sup = h->entry->scan->sup;
	struct spawn how = {
		.path = access("/proc/self/exe", X_OK) ? NULL
						       : "/proc/self/exe",
		.argv = argv,
		.fds = map,
		.nfds = COUNT(map),
		.nofile = &sup->nofile,
	};
	struct spawn_child c;

	if (spawn_start(&how, &c, e) < 0)
		return -1;
	fd_close(&c.status_fd);
	reaper_add(&sup->reaper, &h->process, c.pid, on_process, h);
	return 0;
}

static bool isolated(const struct half *h, int dir)
{
	return h->entry->scan->opt->isolate ||
	       faccessat(dir, "flag-own-supervisor", F_OK, 0) == 0;
}

static int supervise(struct half *h, struct err *e)
{
	int fd;

	if (set_name(h, e) < 0 || (fd = open_dir(h, e)) < 0)
		return -1;
	set_stdio(h);
	if (isolated(h, fd)) {
		close(fd);
		return spawn_supervisor(h, e);
	}
	h->service.sup = h->entry->scan->sup;
	h->service.owner = h;
	h->service.name = h->name;
	return service_open(&h->service, fd, e);
}

static void supervise_half(struct half *h)
{
	struct err e;

	if (half_alive(h) || loop_timer_is_set(&h->again))
		return;
	if (supervise(h, &e) < 0)
		failed(h, &e);
	else
		h->complaint = 0;
}

/* A pair shares one pipe for its life. When it was given up, a new one is made
 * only after both have gone. */
static bool has_pipe(struct entry *en)
{
	struct err e;

	if (!en->log || en->held)
		return true;
	if (half_alive(&en->main) || half_alive(en->log) ||
	    loop_timer_is_set(&en->main.again))
		return false;
	if (fd_pipe(en->pipe, false, &e) < 0) {
		failed(&en->main, &e);
		return false;
	}
	en->held = true;
	return true;
}

/* Whatever of an active entry is not supervised, will be. */
void entry_settle(struct entry *en)
{
	if (!en->active || en->scan->stopping || !has_pipe(en))
		return;
	if (en->log)
		supervise_half(en->log);
	supervise_half(&en->main);
}

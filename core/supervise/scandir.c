// SPDX-License-Identifier: MIT
/* scandir.c - entries come, stay and go. */
#include "supervise/scandir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "s6/control.h"

#define CATCH_ALL "s6-svscan-log" /* reads what svscan itself says */

enum {
	AGAIN_MS = 1000,      /* after supervision ended by itself */
	SHORTAGE_MS = 10000,  /* after descriptors or memory were short */
	DANGLING_MS = 3000,   /* between scans while a link points nowhere */
	RESERVE_MAX = 64,     /* descriptors kept free for starts and events */
};

static void settle(struct entry *en);
static void sweep_soon(struct scandir *d);

static struct entry **bucket_of(struct scandir *d, ino_t ino)
{
	return &d->bucket[(unsigned)(ino ^ ino >> 6) % SCAN_BUCKETS];
}

#define EACH_ENTRY(d, en)                                                      \
	for (unsigned b_ = 0; b_ < SCAN_BUCKETS; b_++)                         \
		for (struct entry *en = (d)->bucket[b_]; en; en = en->next)

static bool alive(const struct half *h)
{
	return h && (h->service.state != SERVICE_GONE || h->process.pid);
}

static bool is_logger(const struct half *h)
{
	return h == h->entry->log || !strcmp(h->entry->name, CATCH_ALL);
}

bool scandir_has_catch_all(const struct scandir *d)
{
	EACH_ENTRY(d, en)
		if (!strcmp(en->name, CATCH_ALL) && alive(&en->main))
			return true;
	return false;
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

static void let_go(struct entry *en)
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

	settle(h->entry);
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
		let_go(en);
		sweep_soon(d);
	}
}

static void on_left(struct service *s)
{
	ended(s->owner);
}

static void on_released(struct service *s)
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
					 !strcmp(en->name, CATCH_ALL)
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

	if (alive(h) || loop_timer_is_set(&h->again))
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
	if (alive(&en->main) || alive(en->log) ||
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
static void settle(struct entry *en)
{
	if (!en->active || en->scan->stopping || !has_pipe(en))
		return;
	if (en->log)
		supervise_half(en->log);
	supervise_half(&en->main);
}

/* --- entries --- */

static void forget(struct scandir *d, struct entry **at)
{
	struct entry *en = *at;

	*at = en->next;
	let_go(en);
	loop_timer_unset(&en->main.again);
	if (en->log)
		loop_timer_unset(&en->log->again);
	d->services--;
	d->dirs -= en->log ? 2 : 1;
	if (en->log)
		free(en->log->name);
	free(en->log);
	free(en->main.name);
	free(en->name);
	free(en);
}

static void on_sweep(struct loop_timer *t)
{
	struct scandir *d = t->ctx;
	bool any = false;

	for (unsigned b = 0; b < SCAN_BUCKETS; b++) {
		struct entry **at = &d->bucket[b];

		while (*at) {
			struct entry *en = *at;
			bool lives = alive(&en->main) || alive(en->log);

			any |= lives;
			if (lives || (en->active && !d->stopping))
				at = &en->next;
			else
				forget(d, at);
		}
	}
	if (d->stopping && !any)
		d->stopped(d->ctx);
}

static void sweep_soon(struct scandir *d)
{
	loop_timer_set(d->sup->loop, &d->sweep, 0, on_sweep, d);
}

static struct entry *find(struct scandir *d, const struct stat *st)
{
	struct entry *en = *bucket_of(d, st->st_ino);

	while (en && (en->ino != st->st_ino || en->dev != st->st_dev))
		en = en->next;
	return en;
}

static bool is_dir(const char *name, const char *sub)
{
	struct stat st;
	char path[NAME_MAX + 8];
	int n = snprintf(path, sizeof(path), "%s/%s", name, sub);

	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

static struct entry *entry_new(struct scandir *d, const char *name, bool log)
{
	struct entry *en = calloc(1, sizeof(*en));

	if (!en)
		return NULL;
	en->name = strdup(name);
	en->log = log ? calloc(1, sizeof(*en->log)) : NULL;
	if (!en->name || (log && !en->log)) {
		free(en->name);
		free(en->log);
		free(en);
		return NULL;
	}
	en->scan = d;
	en->pipe[0] = en->pipe[1] = -1;
	en->main.entry = en;
	if (log)
		en->log->entry = en;
	return en;
}

/* NULL after a warning. */
static struct entry *add(struct scandir *d, const char *name,
			 const struct stat *st)
{
	bool log = strcmp(name, CATCH_ALL) && is_dir(name, "log");
	uint32_t dirs = log ? 2 : 1;
	struct entry *en;

	if (d->dirs + dirs > d->opt->max_dirs ||
	    (d->opt->max_services && d->services >= d->opt->max_services)) {
		say_warn("unable to start supervisor for %s: too many "
			 "services",
			 name);
		return NULL;
	}
	en = entry_new(d, name, log);
	if (!en) {
		say_warnsys(ENOMEM, "unable to start supervisor for %s", name);
		return NULL;
	}
	en->dev = st->st_dev;
	en->ino = st->st_ino;
	en->next = *bucket_of(d, st->st_ino);
	*bucket_of(d, st->st_ino) = en;
	d->services++;
	d->dirs += dirs;
	return en;
}

/* The newest name serves when the directory is opened next. */
static void rename_entry(struct entry *en, const char *name)
{
	char *copy;

	if (!strcmp(en->name, name) || !(copy = strdup(name)))
		return;
	free(en->name);
	en->name = copy;
}

/* --- scanning --- */

static void on_rescan(struct loop_timer *t)
{
	scandir_scan(t->ctx);
}

static void rescan_in(struct scandir *d, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;

	if (d->stopping || !ms)
		return;
	if (!loop_timer_is_set(&d->rescan) || d->rescan.at > at)
		loop_timer_set(d->sup->loop, &d->rescan, at, on_rescan, d);
}

/* A name that cannot be looked at (a link that points nowhere) is mentioned
 * once, not at each of the scans that follow. */
static void cannot_stat(struct scandir *d, const char *name, int num)
{
	uint32_t hash = str_hash(str_of(name)) + (uint32_t)num;
	bool said = false;

	for (size_t i = 0; i < COUNT(d->dangling); i++)
		said |= d->dangling[i] == hash;
	if (!said)
		say_warnsys(num, "unable to stat %s", name);
	if (d->odd < COUNT(d->odd_now))
		d->odd_now[d->odd] = hash;
	d->odd++;
}

static void look(struct scandir *d, const char *name)
{
	struct stat st;
	struct entry *en;

	if (name[0] == '.')
		return;
	if (strlen(name) > d->opt->max_name) {
		say_warn("name %s is too long - ignoring it", name);
		return;
	}
	if (stat(name, &st) < 0) {
		cannot_stat(d, name, errno);
		return;
	}
	if (!S_ISDIR(st.st_mode))
		return;
	en = find(d, &st);
	if (!en && !(en = add(d, name, &st)))
		return;
	en->seen = en->active = true;
	rename_entry(en, name);
	settle(en);
}

static int look_at_all(struct scandir *d)
{
	struct dir dir;
	struct err e;
	const char *name;
	int num;

	if (dir_open(&dir, AT_FDCWD, NULL, &e) < 0) {
		say_warn("%s", e.text);
		return -1;
	}
	d->odd = 0;
	memset(d->odd_now, 0, sizeof(d->odd_now));
	while ((name = dir_next(&dir)))
		look(d, name);
	num = errno;
	dir_close(&dir);
	memcpy(d->dangling, d->odd_now, sizeof(d->dangling));
	if (num)
		say_warnsys(num, "unable to read the scan directory");
	return num ? -1 : 0;
}

void scandir_scan(struct scandir *d)
{
	bool again;

	if (d->stopping)
		return;
	loop_timer_unset(&d->rescan);
	EACH_ENTRY(d, en)
		en->seen = false;
	again = look_at_all(d) < 0;
	/* What could not be seen whole says nothing about what is gone. */
	if (!again) {
		EACH_ENTRY(d, en)
			en->active = en->seen;
		sweep_soon(d);
	}
	rescan_in(d, d->opt->rescan);
	if (again || d->odd)
		rescan_in(d, DANGLING_MS);
}

/* --- ending --- */

static void signal_half(struct half *h, int sig)
{
	if (h->process.pid)
		kill(h->process.pid, sig);
	else
		service_signal(&h->service, sig);
}

static void end_half(struct half *h, bool loggers_too)
{
	loop_timer_unset(&h->again);
	signal_half(h, is_logger(h) && !loggers_too ? SIGHUP : SIGTERM);
}

static void end_entry(struct entry *en, bool loggers_too)
{
	end_half(&en->main, loggers_too);
	if (en->log)
		end_half(en->log, loggers_too);
}

void scandir_prune(struct scandir *d, bool loggers_too)
{
	EACH_ENTRY(d, en)
		if (!en->active)
			end_entry(en, loggers_too);
	sweep_soon(d);
}

void scandir_stop(struct scandir *d, bool loggers_too)
{
	d->stopping = true;
	loop_timer_unset(&d->rescan);
	EACH_ENTRY(d, en) {
		end_entry(en, loggers_too);
		let_go(en);
	}
	sweep_soon(d);
}

static void force_half(struct half *h)
{
	struct err e;
	char path[NAME_MAX + 32];

	if (!h->process.pid) {
		service_force(&h->service);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", h->name, S6_CONTROL);
	if (s6_control_send(AT_FDCWD, path, "K", 1, &e) < 0)
		say_warn("%s", e.text);
}

void scandir_force(struct scandir *d)
{
	EACH_ENTRY(d, en) {
		force_half(&en->main);
		if (en->log)
			force_half(en->log);
	}
}

void scandir_init(struct scandir *d, struct supervisor *sup,
		  const struct svscan_options *opt)
{
	memset(d, 0, sizeof(*d));
	d->sup = sup;
	d->opt = opt;
	sup->hooks.left = on_left;
	sup->hooks.released = on_released;
}

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

enum { DANGLING_MS = 3000 }; /* between scans while a link points nowhere */

static struct entry **bucket_of(struct scandir *d, ino_t ino)
{
	return &d->bucket[(unsigned)(ino ^ ino >> 6) % SCAN_BUCKETS];
}

#define EACH_ENTRY(d, en)                                                      \
	for (unsigned b_ = 0; b_ < SCAN_BUCKETS; b_++)                         \
		for (struct entry *en = (d)->bucket[b_]; en; en = en->next)

static bool is_logger(const struct half *h)
{
	return h == h->entry->log || !strcmp(h->entry->name, SCAN_CATCH_ALL);
}

bool scandir_has_catch_all(const struct scandir *d)
{
	EACH_ENTRY(d, en)
		if (!strcmp(en->name, SCAN_CATCH_ALL) && half_alive(&en->main))
			return true;
	return false;
}

/* --- entries --- */

static void forget(struct scandir *d, struct entry **at)
{
	struct entry *en = *at;

	*at = en->next;
	entry_let_go(en);
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
			bool lives = half_alive(&en->main) || half_alive(en->log);

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

void scandir_sweep_soon(struct scandir *d)
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
	bool log = strcmp(name, SCAN_CATCH_ALL) && is_dir(name, "log");
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
	if (!S_ISDIR(st.st_mode) || (d->accepts && !d->accepts(d->ctx, name)))
		return;
	en = find(d, &st);
	if (!en && !(en = add(d, name, &st)))
		return;
	en->seen = en->active = true;
	rename_entry(en, name);
	entry_settle(en);
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
		scandir_sweep_soon(d);
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
	scandir_sweep_soon(d);
}

void scandir_stop(struct scandir *d, bool loggers_too)
{
	d->stopping = true;
	loop_timer_unset(&d->rescan);
	EACH_ENTRY(d, en) {
		end_entry(en, loggers_too);
		entry_let_go(en);
	}
	scandir_sweep_soon(d);
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
	sup->hooks.left = half_left;
	sup->hooks.released = half_released;
}

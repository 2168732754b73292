// SPDX-License-Identifier: MIT
/* logdir - a directory: a file `current` that is appended to, and archives.
 *
 *   lock       locked while a logger lives
 *   current    owner-executable when it is complete: nobody writes to it
 *   @TAI64N.s  an archive;  @TAI64N.u  one of a logger that was interrupted
 *   previous, processed, newstate   while a processor works
 *   state      what the processor left on its descriptor 5 last time, to be
 *              read by the next one from its descriptor 4
 *
 * A rotation is a row of stages. One that fails is tried again after the
 * cooldown; meanwhile what comes waits in memory. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logd/impl.h"
#include "os/dir.h"
#include "os/fd.h"
#include "os/spawn.h"

enum { NAME = TAI_HEX + 3, ARCHIVES_MAX = 1 << 20 };

void queue_took(struct queue *q, size_t n)
{
	q->pos += n;
	if (q->pos == q->b.len) {
		/* A burst's memory is given back, when it is over: short
		 * lines with stamps make several chunks of one. */
		if (q->b.cap > 32 * CHUNK ||
		    (q->b.cap > 4 * CHUNK && q->b.len < q->b.cap / 4))
			buf_free(&q->b);
		else
			buf_reset(&q->b);
		q->pos = 0;
	} else if (q->pos > q->b.len / 2 && q->pos > CHUNK) {
		memmove(q->b.p, q->b.p + q->pos, q->b.len - q->pos);
		buf_cut(&q->b, q->b.len - q->pos);
		q->pos = 0;
	}
}

/* Returns when to try again. */
static int64_t failed(const struct logdir *d, const char *what,
		      const char *file, int64_t now)
{
	logd_warn(errno, "unable to %s %s/%s", what, d->path, file);
	return now + d->cooldown;
}

/* To disk; where the filesystem knows no such thing that is good enough. */
static int sync_fd(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

/* --- archives --- */

/* `from` becomes @NOW.s or .u; a name that is taken is never replaced. */
static int archive(const struct logdir *d, const char *from, char kind)
{
	char name[NAME + 1];
	struct tai now;

	tai_now(&now);
	for (int i = 0; i < 100; i++, now.nano++) {
		tai_put(name, &now);
		name[NAME - 2] = '.';
		name[NAME - 1] = kind;
		name[NAME] = '\0';
		if (faccessat(d->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return renameat(d->dir, from, d->dir, name);
	}
	errno = EEXIST;
	return -1;
}

static bool is_archive(const char *name)
{
	struct tai t;

	return strlen(name) == NAME && tai_parse(name, NAME, &t) &&
	       name[NAME - 2] == '.' &&
	       (name[NAME - 1] == 's' || name[NAME - 1] == 'u');
}

struct names {
	char (*items)[NAME + 1];
	size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int list_archives(const struct logdir *d, struct names *ns)
{
	const char *name;
	struct dir scan;
	int num;

	if (dir_open(&scan, d->dir, NULL, NULL) < 0)
		return -1;
	while ((name = dir_next(&scan))) {
		if (!is_archive(name))
			continue;
		if (vec_room(&ns->items, ns->n, &ns->cap, NAME + 1,
			     ARCHIVES_MAX) < 0) {
			errno = ENOMEM;
			break;
		}
		memcpy(ns->items[ns->n++], name, NAME + 1);
	}
	num = errno;
	dir_close(&scan);
	errno = num;
	if (num)
		return -1;
	if (ns->n)
		qsort(ns->items, ns->n, NAME + 1, by_name);
	return 0;
}

/* The oldest go, as many as are too many or too large together. */
static int trim(const struct logdir *d)
{
	struct names ns = {0};
	uint64_t total = 0;
	size_t keep = 0;
	int r = list_archives(d, &ns);

	for (; r == 0 && keep < ns.n && keep < d->max; keep++) {
		struct stat st;

		if (!d->total)
			continue;
		if (fstatat(d->dir, ns.items[ns.n - 1 - keep], &st, 0) == 0)
			total += (uint64_t)st.st_size;
		if (total > d->total)
			break;
	}
	for (size_t i = 0; r == 0 && i < ns.n - keep; i++)
		if (unlinkat(d->dir, ns.items[i], 0) < 0 && errno != ENOENT)
			r = -1;
	free(ns.items);
	return r;
}

/* --- starting and ending --- */

static int set_complete(int fd, bool complete)
{
	struct stat st;
	mode_t mode;

	if (fstat(fd, &st) < 0)
		return -1;
	mode = st.st_mode & 07777;
	return fchmod(fd, complete ? mode | S_IXUSR : mode & ~(mode_t)S_IXUSR);
}

static int open_current(struct logdir *d)
{
	struct stat st;

	d->fd = openat(d->dir, "current",
		       O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (d->fd < 0)
		return -1;
	if (set_complete(d->fd, false) < 0 || fstat(d->fd, &st) < 0) {
		fd_close(&d->fd);
		return -1;
	}
	d->size = (uint64_t)st.st_size;
	return 0;
}

/* 1 = there and complete, 0 = there, -1 = not there. */
static int look(const struct logdir *d, const char *name, nlink_t *links)
{
	struct stat st;

	if (fstatat(d->dir, name, &st, 0) < 0)
		return -1;
	if (links)
		*links = st.st_nlink;
	return !!(st.st_mode & S_IXUSR);
}

static int drop(const struct logdir *d, const char *name)
{
	return unlinkat(d->dir, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

/* What an interrupted rotation has left. */
static int recover_rotation(const struct logdir *d)
{
	int processed = look(d, "processed", NULL);

	if (processed > 0) {
		if (archive(d, "processed", 's') < 0 || drop(d, "previous") < 0)
			return -1;
	} else if (processed == 0 && drop(d, "processed") < 0) {
		return -1;
	}
	if (look(d, "previous", NULL) >= 0 && archive(d, "previous", 'u') < 0)
		return -1;
	return 0;
}

static int recover(const struct logdir *d)
{
	nlink_t links = 1;
	int current = look(d, "current", &links), fd;

	if (recover_rotation(d) < 0)
		return -1;
	if (current > 0)
		return 0;
	if (drop(d, "state") < 0 || drop(d, "newstate") < 0)
		return -1;
	/* with a second name it is an archive already */
	if (current == 0 && (links > 1 ? drop(d, "current")
				       : archive(d, "current", 'u')) < 0)
		return -1;
	fd = openat(d->dir, "state", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0666);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int logdir_open(struct logdir *d, struct err *e)
{
	char path[4096];

	if (mkdir(d->path, S_IRWXU | S_ISGID) < 0 && errno != EEXIST)
		return err_set(e, errno, "unable to mkdir %s", d->path);
	snprintf(path, sizeof path, "%s/lock", d->path);
	d->lock = open(path, O_WRONLY | O_NONBLOCK | O_CREAT | O_CLOEXEC, 0644);
	if (d->lock < 0)
		return err_set(e, errno, "unable to open %s", path);
	if (fd_lock(d->lock, false, false, e) < 0)
		return err_wrap(e, "%s", path);
	d->dir = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir < 0)
		return err_set(e, errno, "unable to open %s", d->path);
	if (recover(d) < 0 || open_current(d) < 0)
		return err_set(e, errno, "unable to set up %s", d->path);
	d->period = d->every ? clock_mono_ms() + d->every * INT64_C(1000)
			     : CLOCK_NEVER;
	return 0;
}

void logdir_finish(struct logdir *d)
{
	if (d->fd >= 0 && (sync_fd(d->fd) < 0 || set_complete(d->fd, true) < 0))
		logd_warn(errno, "unable to finish %s/current", d->path);
	fd_close(&d->fd);
	fd_close(&d->dir);
	fd_close(&d->lock);
	buf_free(&d->q.b);
}

/* --- the processor --- */

/* At the end of the process a processor that does not work keeps nobody: its
 * input is archived as it is. */
static int without_processor(struct logdir *d)
{
	if (archive(d, "previous", 'u') < 0)
		return -1;
	(void)!drop(d, "processed");
	(void)!drop(d, "newstate");
	d->stage = STAGE_TRIM;
	return 0;
}

static int start_processor(struct logdir *d)
{
	char *argv[] = {(char *)(d->shell ? "/bin/sh" : "execlineb"),
			(char *)(d->shell ? "-c" : "-Pc"), d->processor, NULL};
	int in = openat(d->dir, "previous", O_RDONLY | O_CLOEXEC);
	int state = openat(d->dir, "state", O_RDONLY | O_CREAT | O_CLOEXEC,
			   0666);
	int out = openat(d->dir, "processed",
			 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int newstate = openat(d->dir, "newstate",
			      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct spawn_fd fds[] = {{in, 0}, {out, 1}, {state, 4}, {newstate, 5}};
	struct spawn s = {.argv = argv, .cwd = d->dir, .fds = fds,
			  .nfds = COUNT(fds)};
	struct err e;
	int r = -1;

	if (in >= 0 && state >= 0 && out >= 0 && newstate >= 0) {
		r = spawn_run(&s, &d->pid, &e);
		if (r < 0)
			errno = e.num;
	}
	fd_close(&in);
	fd_close(&state);
	fd_close(&out);
	fd_close(&newstate);
	return r;
}

void logdir_ended(struct logdir *d, int wstat, int64_t now)
{
	d->pid = 0;
	if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) {
		d->stage = STAGE_RESULT;
		return;
	}
	logd_warn(0, "processor failed in %s", d->path);
	d->stage = STAGE_START;
	d->retry = now + d->cooldown;
	/* nobody waits for another try when all else is done */
	if (d->giving_up && without_processor(d) == 0)
		d->retry = 0;
}

static int sync_file(const struct logdir *d, const char *name, bool complete)
{
	int fd = openat(d->dir, name, O_WRONLY | O_CLOEXEC);
	int r = fd;

	if (fd >= 0) {
		r = sync_fd(fd);
		if (r == 0 && complete)
			r = set_complete(fd, true);
		close(fd);
	}
	return r < 0 ? -1 : 0;
}

/* --- rotation --- */

struct stage_text {
	const char *verb, *file;
};

/* What a failed stage could not do. */
static const struct stage_text texts[] = {
	[STAGE_WRITE] = {"write to", "current"},
	[STAGE_SYNC] = {"fsync", "current"},
	[STAGE_MOVE] = {"rename", "current"},
	[STAGE_OPEN] = {"open", "current"},
	[STAGE_START] = {"start the processor of", "previous"},
	[STAGE_RUN] = {"wait for", "previous"},
	[STAGE_RESULT] = {"fsync", "processed"},
	[STAGE_STATE] = {"rename", "newstate"},
	[STAGE_DROP] = {"unlink", "previous"},
	[STAGE_KEEP] = {"rename", "processed"},
	[STAGE_TRIM] = {"trim", ""},
};

/* One stage; 0 and the next one in d->stage, or -1 and errno. */
static int run_stage(struct logdir *d)
{
	switch (d->stage) {
	case STAGE_WRITE:
	case STAGE_RUN:
		return 0;
	case STAGE_SYNC:
		if (sync_fd(d->fd) < 0 || set_complete(d->fd, true) < 0)
			return -1;
		d->stage = STAGE_MOVE;
		return 0;
	case STAGE_MOVE:
		if (d->processor ? renameat(d->dir, "current", d->dir,
					    "previous") < 0
				 : archive(d, "current", 's') < 0)
			return -1;
		fd_close(&d->fd);
		d->stage = STAGE_OPEN;
		return 0;
	case STAGE_OPEN:
		if (open_current(d) < 0)
			return -1;
		d->stage = d->processor ? STAGE_START : STAGE_TRIM;
		return 0;
	case STAGE_START:
		if (start_processor(d) < 0)
			return d->giving_up ? without_processor(d) : -1;
		d->stage = STAGE_RUN;
		return 0;
	case STAGE_RESULT:
		if (sync_file(d, "processed", true) < 0 ||
		    sync_file(d, "newstate", false) < 0)
			return -1;
		d->stage = STAGE_STATE;
		return 0;
	case STAGE_STATE:
		if (renameat(d->dir, "newstate", d->dir, "state") < 0)
			return -1;
		d->stage = STAGE_DROP;
		return 0;
	case STAGE_DROP:
		if (drop(d, "previous") < 0)
			return -1;
		d->stage = STAGE_KEEP;
		return 0;
	case STAGE_KEEP:
		if (archive(d, "processed", 's') < 0)
			return -1;
		d->stage = STAGE_TRIM;
		return 0;
	case STAGE_TRIM:
		if (trim(d) < 0)
			return -1;
		d->stage = STAGE_WRITE;
		return 0;
	}
	return 0;
}

/* current can take something now. */
static bool writable(const struct logdir *d)
{
	return d->stage == STAGE_WRITE ||
	       (d->stage >= STAGE_START && d->fd >= 0);
}

static uint64_t threshold(const struct logdir *d)
{
	return d->size_max > d->tolerance ? d->size_max - d->tolerance : 1;
}

/* How much of the queue goes before the next rotation: whole lines, up to the
 * one that reaches the threshold. 0 = none, that rotation is due. */
static size_t portion(const struct logdir *d)
{
	const char *p = d->q.b.p + d->q.pos, *nl;
	size_t n = queue_len(&d->q);
	uint64_t room = d->size < threshold(d) ? threshold(d) - d->size : 0;

	if (!room && !d->torn)
		return 0;
	if (n <= room)
		return n;
	if (!room)
		room = 1;
	nl = memchr(p + room - 1, '\n', n - room + 1);
	return nl ? (size_t)(nl - p) + 1 : n;
}

/* Writes one portion; false = no more now. */
static bool write_some(struct logdir *d, int64_t now)
{
	size_t n = portion(d), done = 0;

	if (!d->size && d->every)
		d->period = now + d->every * INT64_C(1000);
	while (done < n) {
		ssize_t r = write(d->fd, d->q.b.p + d->q.pos + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			d->hold = failed(d, texts[STAGE_WRITE].verb, "current",
					 now);
			break;
		}
		done += (size_t)r;
	}
	if (done)
		d->torn = d->q.b.p[d->q.pos + done - 1] != '\n';
	d->size += done;
	queue_took(&d->q, done);
	return n && done == n;
}

/* Begins a rotation when it is time and none goes on. */
static void maybe_rotate(struct logdir *d, int64_t now)
{
	bool empty = !queue_len(&d->q);

	if (d->stage != STAGE_WRITE || d->hold || d->torn)
		return;
	if (d->size >= threshold(d) ||
	    (d->size && empty && (d->rotate || now >= d->period)))
		d->stage = STAGE_SYNC;
	if (empty)
		d->rotate = false;
}

void logdir_work(struct logdir *d, int64_t now)
{
	bool more = true;

	if (now >= d->retry)
		d->retry = 0;
	if (now >= d->hold)
		d->hold = 0;
	while (more) {
		enum stage was = d->stage;

		if (!d->retry && run_stage(d) < 0)
			d->retry = failed(d, texts[was].verb, texts[was].file,
					  now);
		more = d->stage != was;
		if (queue_len(&d->q) && writable(d) && !d->hold)
			more = write_some(d, now) || more;
		was = d->stage;
		maybe_rotate(d, now);
		more = more || d->stage != was;
	}
}

bool logdir_idle(const struct logdir *d)
{
	return !queue_len(&d->q) && d->stage == STAGE_WRITE;
}

int64_t logdir_deadline(const struct logdir *d)
{
	int64_t at = d->size && !d->hold ? d->period : CLOCK_NEVER;

	if (d->retry && d->retry < at)
		at = d->retry;
	return d->hold && d->hold < at ? d->hold : at;
}

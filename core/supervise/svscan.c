// SPDX-License-Identifier: MIT
/* svscan.c - the process that supervises a scandir, as PID 1 or not: its lock
 * and control FIFO, signals and their handler files, and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "s6/control.h"
#include "s6/lock.h"
#include "supervise/inner.h"
#include "supervise/scandir.h"

#define OWN_DIR ".s6-svscan"

enum {
	CONTROL_READS = 256, /* most reads of the FIFO at a time */
	SECOND_TERM_MS = 200, /* an earlier second TERM is the first one's echo */
	FORCED_FINISH_MS = 1000,
	QUIET_MS = 300, /* nothing happened so long: memory is given back */
};

/* What the last SIGTERM did; the next one does more. */
enum term { TERM_NONE, TERM_HANDLER, TERM_STOP, TERM_FORCE };

/* A signal that a file in .s6-svscan may divert, and what is done without. */
static const struct divert {
	int sig;
	char byte; /* as if this came through the control FIFO; 0 = nothing */
} diverts[] = {
	{SIGHUP, 'h'},	{SIGINT, 'i'},	{SIGTERM, 't'}, {SIGQUIT, 'q'},
	{SIGUSR1, 0},	{SIGUSR2, 0},	{SIGPWR, 0},	{SIGWINCH, 0},
};

/* A handler that was forked; when it cannot be executed the default is done. */
struct handler {
	struct svscan *scan;
	const struct divert *divert;
	struct spawn_child start;
	struct loop_fd outcome;
};

struct svscan {
	const struct svscan_options *opt;
	struct loop loop;
	struct supervisor sup;
	struct scandir dir;
	struct signals signals;
	struct loop_fd control;
	int lock;
	struct loop_timer quiet;
	bool scan, prune, prune_all; /* asked for, not done yet */
	bool stopping;
	enum term term;
	int64_t term_at;
	struct handler handler[COUNT(diverts)];
};

/* --- what it can be told --- */

static void on_quiet(struct loop_timer *t)
{
	(void)t;
	mem_rest();
}

/* Called whenever something happens; once more it wakes up after that. */
static void not_quiet(struct svscan *s)
{
	loop_timer_set(&s->loop, &s->quiet, clock_mono_ms() + QUIET_MS,
		       on_quiet, NULL);
}

/* A scan that came together with a prune is done first. */
static void do_asked(struct svscan *s)
{
	bool prune = s->prune, all = s->prune_all;

	if (s->scan) {
		s->scan = false;
		scandir_scan(&s->dir);
	}
	s->prune = s->prune_all = false;
	if (prune)
		scandir_prune(&s->dir, all);
}

/* The console comes back, so that what is said from now on does not depend on
 * a logger that is about to leave. */
static void restore_console(struct svscan *s)
{
	int null;

	if (s->opt->console) {
		dup2(s->opt->console, 1);
		dup2(s->opt->console, 2);
	} else if (scandir_has_catch_all(&s->dir)) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (null >= 0) {
			dup2(null, 1);
			close(null);
		}
	}
}

static void stop(struct svscan *s, bool loggers_too)
{
	if (!s->stopping)
		restore_console(s);
	s->stopping = true;
	scandir_stop(&s->dir, loggers_too);
}

static void command(struct svscan *s, char byte)
{
	switch (byte) {
	case 'z':
		supervisor_reap(&s->sup);
		break;
	case 'a':
		s->scan = true;
		break;
	case 'b':
		loop_stop(&s->loop);
		break;
	case 'h':
		s->scan = s->prune = true;
		break;
	case 'n':
		s->prune = true;
		break;
	case 'N':
		s->prune = s->prune_all = true;
		break;
	case 't':
	case 'i':
		stop(s, false);
		break;
	case 'q':
		stop(s, true);
		break;
	default:
		say_warn("received unknown control command: %c", byte);
	}
}

/* One piece of the FIFO; false when it is empty. */
static bool read_control(struct svscan *s)
{
	char b[256];
	ssize_t n = read(s->control.fd, b, sizeof(b));

	for (ssize_t i = 0; i < n; i++)
		command(s, b[i]);
	do_asked(s);
	return n > 0;
}

static void on_control(struct loop_fd *w, uint32_t events)
{
	(void)events;
	read_control(w->ctx);
	not_quiet(w->ctx);
}

static void before_start(void *ctx)
{
	for (int i = 0; i < CONTROL_READS && read_control(ctx); i++)
		;
}

/* --- signals --- */

static const char *handler_path(char out[32], int sig)
{
	const char *name = signal_name(sig);

	memcpy(out, OWN_DIR "/SIG", sizeof(OWN_DIR "/SIG"));
	return strncat(out, name ? name : "", 8);
}

static void on_handler(struct loop_fd *w, uint32_t events)
{
	struct handler *h = w->ctx;
	struct err e;
	int r = spawn_outcome(&h->start, &e);

	(void)events;
	if (!r)
		return;
	loop_unwatch(w);
	fd_close(&h->start.status_fd);
	if (r > 0)
		return;
	say_warnsys(e.num, "unable to exec " OWN_DIR "/SIG%s",
		    signal_name(h->divert->sig));
	if (h->divert->byte)
		command(h->scan, h->divert->byte);
	do_asked(h->scan);
}

/* true: its handler file takes care of the signal. */
static bool handled(struct svscan *s, size_t i)
{
	struct handler *h = &s->handler[i];
	char path[32];
	char *argv[] = {path, NULL};
	struct spawn how = {.path = path, .argv = argv,
			    .nofile = &s->sup.nofile};
	struct err e;

	handler_path(path, diverts[i].sig);
	if (faccessat(AT_FDCWD, path, X_OK, 0) < 0)
		return false;
	if (h->outcome.loop) /* the last one is not executed yet */
		return true;
	h->scan = s;
	h->divert = &diverts[i];
	if (spawn_start(&how, &h->start, &e) < 0) {
		say_warn("unable to run %s: %s", path, e.text);
		return false;
	}
	if (loop_watch(&s->loop, &h->outcome, h->start.status_fd, EPOLLIN,
		       on_handler, h, &e) < 0)
		fd_close(&h->start.status_fd);
	return true;
}

/* The first one may be for the handler file, the next one stops whatever that
 * file says, one more is obeyed by force. Two that come almost together are
 * one: they often reach PID 1 from two sides. */
static void on_term(struct svscan *s, size_t i)
{
	int64_t now = clock_mono_ms();

	if (s->term != TERM_NONE && now - s->term_at < SECOND_TERM_MS)
		return;
	s->term_at = now;
	if (s->term == TERM_NONE && handled(s, i)) {
		s->term = TERM_HANDLER;
	} else if (s->term < TERM_STOP) {
		s->term = TERM_STOP;
		command(s, 't');
	} else {
		s->term = TERM_FORCE;
		s->sup.finish_limit = FORCED_FINISH_MS;
		scandir_force(&s->dir);
	}
}

static void on_signal(void *ctx, int sig)
{
	struct svscan *s = ctx;

	not_quiet(s);
	if (sig == SIGCHLD)
		supervisor_reap(&s->sup);
	else if (sig == SIGALRM)
		command(s, 'a');
	else if (sig == SIGABRT)
		command(s, 'b');
	for (size_t i = 0; i < COUNT(diverts); i++) {
		if (diverts[i].sig != sig)
			continue;
		if (sig == SIGTERM)
			on_term(s, i);
		else if (!handled(s, i) && diverts[i].byte)
			command(s, diverts[i].byte);
	}
	do_asked(s);
}

/* --- beginning and end --- */

static void on_stopped(void *ctx)
{
	struct svscan *s = ctx;

	loop_stop(&s->loop);
}

static int make_own_dir(struct err *e)
{
	struct stat st;

	if (mkdir(OWN_DIR, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set(e, errno, "unable to mkdir " OWN_DIR);
	if (stat(OWN_DIR, &st) < 0)
		return err_set(e, errno, "unable to stat " OWN_DIR);
	if (!S_ISDIR(st.st_mode))
		return err_say(e, ENOTDIR, OWN_DIR
			       " exists and is not a directory");
	return 0;
}

static int make_files(struct svscan *s, struct err *e)
{
	if (make_own_dir(e) < 0)
		return -1;
	s->lock = s6_lock_take(AT_FDCWD, S6_SCAN_LOCK, 0600, e);
	if (s->lock < 0)
		return e->num != EBUSY
			       ? -1
			       : err_say(e, EBUSY, "another instance of "
						   "s6-svscan is already "
						   "running on the same "
						   "directory");
	s->control.fd = fd_fifo(AT_FDCWD, S6_SCAN_CONTROL, 0600, e);
	return s->control.fd < 0 ? -1 : 0;
}

static int prepare(struct svscan *s, struct err *e)
{
	static const int list[] = {SIGCHLD, SIGALRM, SIGABRT,  SIGHUP,
				   SIGINT,  SIGTERM, SIGQUIT,  SIGUSR1,
				   SIGUSR2, SIGPWR,  SIGWINCH, 0};
	mode_t mask;
	int r;

	if (chdir(s->opt->dir) < 0)
		return err_set(e, errno, "unable to chdir");
	mask = umask(0);
	r = make_files(s, e);
	umask(mask);
	if (r < 0 || loop_init(&s->loop, e) < 0)
		return -1;
	supervisor_init(&s->sup, &s->loop);
	scandir_init(&s->dir, &s->sup, s->opt);
	s->sup.hooks.before_start = before_start;
	s->sup.hooks.ctx = s;
	s->dir.stopped = on_stopped;
	s->dir.ctx = s;
	if (getpid() != 1)
		(void)!reap_subreaper(NULL);
	if (signals_open(&s->signals, &s->loop, list, on_signal, s, e) < 0)
		return -1;
	s->control.urgent = true;
	return loop_watch(&s->loop, &s->control, s->control.fd, EPOLLIN,
			  on_control, s, e);
}

static void notify_ready(const struct svscan_options *o)
{
	if (!o->notify)
		return;
	if (fd_write(o->notify, "\n", 1, NULL) < 0)
		say_warnsys(errno, "unable to write to descriptor %d",
			    o->notify);
	close(o->notify);
}

/* Becomes a program of .s6-svscan; returns errno. */
static int become(struct svscan *s, const char *path)
{
	char *argv[] = {(char *)path, NULL};

	signal_reset();
	setrlimit(RLIMIT_NOFILE, &s->sup.nofile);
	execve(path, argv, environ);
	return errno;
}

static int crash(struct svscan *s)
{
	int num;

	say_warn("executing into " OWN_DIR "/crash");
	num = become(s, OWN_DIR "/crash");
	die_sys(111, num, "unable to exec " OWN_DIR "/crash");
}

int svscan_run(const struct svscan_options *o)
{
	static struct svscan s;
	struct err e;
	int num;

	s.opt = o;
	signal_no_pipe();
	log_nowait();
	fd_cloexec_from(3);
	if (prepare(&s, &e) < 0)
		die(e.num == EBUSY || e.num == EEXIST || e.num == ENOTDIR
			    ? 100
			    : 111,
		    "%s", e.text);
	notify_ready(o);
	scandir_scan(&s.dir);
	not_quiet(&s);
	if (loop_run(&s.loop, &e) < 0) {
		say_warn("%s", e.text);
		return crash(&s);
	}
	num = become(&s, OWN_DIR "/finish");
	if (num == ENOENT)
		return 0;
	say_warnsys(num, "unable to exec finish script " OWN_DIR "/finish");
	return crash(&s);
}

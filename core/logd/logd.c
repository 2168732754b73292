// SPDX-License-Identifier: MIT
/* logd - the loop: read a chunk, act on its lines, write; wait in poll(2) for
 * input, for standard output, for signals and for the deadlines of logdirs. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fmt.h"
#include "logd/impl.h"
#include "os/fd.h"

enum mode {
	READING,
	LAST_LINE, /* told to leave: only to the end of the line */
	DRAINING,  /* nothing more to read */
};

struct run {
	struct logd *l;
	enum mode mode;
	int signals;
	int64_t patience; /* deadline of LAST_LINE */
	int flags[2];     /* of standard input and output, as they were */
};

static bool quiet;

void logd_quiet(bool q)
{
	quiet = q;
}

void logd_warn(int num, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	fmt_vprint(text, sizeof text, fmt, ap);
	va_end(ap);
	if (num)
		say_warnsys(num, "%s", text);
	else
		say_warn("%s", text);
}

int logd_open(struct logd **out, char *const *script, const struct logd_opts *o,
	      int *code, struct err *e)
{
	struct logd *l = calloc(1, sizeof *l);

	*code = 111;
	if (!l)
		return err_nomem(e);
	l->o = *o;
	if (l->o.linelimit && l->o.linelimit < 48)
		l->o.linelimit = 48;
	logd_quiet(o->verbosity < 1);
	if (script_compile(l, script, e) < 0) {
		*code = e && e->num ? 111 : 100;
		logd_free(l);
		return -1;
	}
	for (size_t i = 0; i < l->ndirs; i++)
		if (logdir_open(&l->dirs[i], e) < 0) {
			logd_free(l);
			return -1;
		}
	*out = l;
	return 0;
}

void logd_free(struct logd *l)
{
	for (size_t i = 0; i < l->ndirs; i++) {
		fd_close(&l->dirs[i].fd);
		fd_close(&l->dirs[i].dir);
		fd_close(&l->dirs[i].lock);
		buf_free(&l->dirs[i].q.b);
	}
	for (size_t i = 0; i < l->nsteps; i++)
		regex_free(l->steps[i].re);
	buf_free(&l->line);
	buf_free(&l->scratch);
	buf_free(&l->out.b);
	free(l->dirs);
	free(l->steps);
	free(l);
}

/* --- lines --- */

/* Pieces of an overlong line, all but the last one. Returns what they were. */
static size_t split_long(struct logd *l, const char *p, size_t n)
{
	size_t max = l->o.linelimit, done = 0;

	while (max && n - done > max) {
		line_act(l, p + done, max);
		done += max;
	}
	return done;
}

/* Keeps a part of a line. Without memory for it: rather two lines than a lost
 * one. */
static bool keep(struct logd *l, const char *p, size_t n)
{
	if (buf_add(&l->line, p, n) == 0)
		return true;
	line_act(l, buf_str(&l->line), l->line.len);
	line_act(l, p, n);
	buf_reset(&l->line);
	return false;
}

static void whole_line(struct logd *l, const char *p, size_t n)
{
	size_t done;

	if (l->line.len) {
		if (!keep(l, p, n))
			return;
		p = l->line.p;
		n = l->line.len;
	}
	done = split_long(l, p, n);
	line_act(l, p + done, n - done);
	buf_reset(&l->line);
}

/* The beginning of a line; what is too long goes at once. */
static void part_of_line(struct logd *l, const char *p, size_t n)
{
	size_t done;

	if (!keep(l, p, n))
		return;
	done = split_long(l, l->line.p, l->line.len);
	if (done) {
		memmove(l->line.p, l->line.p + done, l->line.len - done);
		buf_cut(&l->line, l->line.len - done);
	}
}

static void take_bytes(struct logd *l, const char *p, size_t n)
{
	const char *nl;

	while ((nl = memchr(p, '\n', n))) {
		size_t len = (size_t)(nl - p);

		whole_line(l, p, len);
		p += len + 1;
		n -= len + 1;
	}
	if (n)
		part_of_line(l, p, n);
}

static void end_of_input(struct run *r)
{
	if (r->l->line.len)
		whole_line(r->l, "", 0);
	r->mode = DRAINING;
	for (size_t i = 0; i < r->l->ndirs; i++)
		r->l->dirs[i].giving_up = true;
}

static void read_input(struct run *r)
{
	static char chunk[CHUNK];
	struct logd *l = r->l;
	ssize_t n = read(0, chunk, r->mode == LAST_LINE ? 1 : sizeof chunk);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		logd_warn(errno, "unable to read from stdin");
	if (n <= 0) {
		end_of_input(r);
		return;
	}
	take_bytes(l, chunk, (size_t)n);
	if (r->mode == LAST_LINE && !l->line.len)
		end_of_input(r);
}

/* --- output --- */

static void write_stdout(struct logd *l)
{
	while (queue_len(&l->out)) {
		ssize_t n = write(1, l->out.b.p + l->out.pos,
				  queue_len(&l->out));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			l->out_closed = true;
			n = (ssize_t)queue_len(&l->out);
		}
		queue_took(&l->out, (size_t)n);
	}
}

static void write_all(struct logd *l)
{
	int64_t now = clock_mono_ms();

	write_stdout(l);
	for (size_t i = 0; i < l->ndirs; i++)
		logdir_work(&l->dirs[i], now);
}

static bool all_written(const struct logd *l)
{
	for (size_t i = 0; i < l->ndirs; i++)
		if (queue_len(&l->dirs[i].q))
			return false;
	return !queue_len(&l->out);
}

static bool all_idle(const struct logd *l)
{
	for (size_t i = 0; i < l->ndirs; i++)
		if (!logdir_idle(&l->dirs[i]))
			return false;
	return !queue_len(&l->out);
}

/* --- signals --- */

static void leave(struct run *r)
{
	if (r->mode != READING)
		return;
	if (!r->l->line.len) {
		end_of_input(r);
		return;
	}
	r->mode = LAST_LINE;
	if (r->l->o.patience)
		r->patience = clock_mono_ms() + r->l->o.patience;
}

static void reap(struct logd *l)
{
	int64_t now = clock_mono_ms();
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
		for (size_t i = 0; i < l->ndirs; i++)
			if (l->dirs[i].pid == pid)
				logdir_ended(&l->dirs[i], wstat, now);
}

static void take_signals(struct run *r)
{
	struct signalfd_siginfo si;

	while (read(r->signals, &si, sizeof si) == sizeof si)
		switch (si.ssi_signo) {
		case SIGCHLD:
			reap(r->l);
			break;
		case SIGALRM:
			for (size_t i = 0; i < r->l->ndirs; i++)
				r->l->dirs[i].rotate = true;
			break;
		case SIGTERM:
			if (!r->l->o.protect)
				leave(r);
			break;
		default: /* SIGHUP */
			leave(r);
			break;
		}
}

static int open_signals(void)
{
	static const int list[] = {SIGCHLD, SIGALRM, SIGTERM, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(list); i++)
		sigaddset(&set, list[i]);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* --- the loop --- */

static int64_t next_deadline(const struct run *r)
{
	int64_t at = r->patience;

	for (size_t i = 0; i < r->l->ndirs; i++) {
		int64_t t = logdir_deadline(&r->l->dirs[i]);

		if (t < at)
			at = t;
	}
	return at;
}

static void turn(struct run *r)
{
	struct logd *l = r->l;
	bool want = r->mode != DRAINING && (!l->o.block || all_written(l));
	struct pollfd x[] = {
		{r->signals, POLLIN, 0},
		{want ? 0 : -1, POLLIN, 0},
		{queue_len(&l->out) ? 1 : -1, POLLOUT, 0},
	};
	int64_t at = next_deadline(r), left = -1;

	if (at != CLOCK_NEVER) {
		left = at - clock_mono_ms();
		left = left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : left;
	}
	if (poll(x, COUNT(x), (int)left) < 0)
		return;
	if (x[0].revents)
		take_signals(r);
	if (r->mode == LAST_LINE && clock_mono_ms() >= r->patience)
		end_of_input(r);
	else if (x[1].revents && r->mode != DRAINING)
		read_input(r);
	write_all(l);
}

int logd_run(struct logd *l)
{
	struct run r = {.l = l, .patience = CLOCK_NEVER};

	r.signals = open_signals();
	if (r.signals < 0) {
		logd_warn(errno, "unable to set up signals");
		return 111;
	}
	for (int fd = 0; fd < 2; fd++) {
		r.flags[fd] = fcntl(fd, F_GETFL);
		(void)!fd_nonblock(fd, NULL);
	}
	while (r.mode != DRAINING || !all_idle(l))
		turn(&r);
	/* others may share them */
	for (int fd = 0; fd < 2; fd++)
		if (r.flags[fd] >= 0)
			fcntl(fd, F_SETFL, r.flags[fd]);
	for (size_t i = 0; i < l->ndirs; i++)
		logdir_finish(&l->dirs[i]);
	close(r.signals);
	return 0;
}

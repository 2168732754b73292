// SPDX-License-Identifier: MIT
/* s6-notifyoncheck - in run: poll a check, then signal readiness
 *
 * usage: s6-notifyoncheck [ -d ] [ -3 fd ] [ -s initialsleep ]
 *        [ -T globaltimeout ] [ -t localtimeout ] [ -w waitingtime ]
 *        [ -n tries ] [ -c checkprog... ] prog...
 *
 * Executes prog and meanwhile, in a child, runs ./data/check until it exits 0.
 * Run in the service directory, while still the supervisor's user.
 *  -d  the child is none of prog   -3 FD  instead of what ./notification-fd says
 *  -s MS  before the first check (10)
 *  -w MS  between checks (1000)    -n NUM  most checks (7; 0: no limit)
 *  -t MS  for one check            -T MS  for all of it (0: no limit)
 *  -c CMD  an execline command line instead of ./data/check
 *
 * Exit: prog's; 100 wrong usage or no supervisor, 111 system call failed, 126
 *   and 127 prog cannot be executed or found. The child: 0 ready, 1 too many
 *   checks, 2 the service died, 3 timed out.
 * See: https://skarnet.org/software/s6/s6-notifyoncheck.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/fd.h"
#include "s6.h"

enum { READY = 0, TOO_MANY = 1, DIED = 2, TIMED_OUT = 3 };

struct notify {
	bool detach;
	uint32_t fd, sleep, total, single, wait, tries;
	const char *check;
};

#define NUM(c, f)                                                              \
	{                                                                      \
		NULL, NULL, c, OPT_U32, offsetof(struct notify, f), 0          \
	}
static const struct opt s6_notifyoncheck_opts[] = {
	{NULL, NULL, 'd', OPT_FLAG, offsetof(struct notify, detach), 0},
	NUM('3', fd),
	NUM('s', sleep),
	NUM('T', total),
	NUM('t', single),
	NUM('w', wait),
	NUM('n', tries),
	{NULL, NULL, 'c', OPT_STR, offsetof(struct notify, check), 0},
	{0},
};

/* What the child waits for. */
struct checker {
	struct s6_listen l;
	int signals; /* readable when a child has ended */
	int64_t end; /* of all */
	pid_t check; /* the running one, or 0 */
	int wstat;
};

NORETURN static void leave(struct checker *c, int code)
{
	if (c->check)
		kill(c->check, SIGTERM);
	s6_listen_close(&c->l);
	_exit(code);
}

/* Until the check ends (true) or the time comes; leaves for other reasons. */
static bool wait_until(struct checker *c, int64_t until)
{
	struct pollfd x[2] = {{c->l.fd, POLLIN, 0}, {c->signals, POLLIN, 0}};
	char b[64];
	ssize_t n;

	for (;;) {
		int64_t now = clock_mono_ms(), left = until;

		if (now >= c->end)
			leave(c, TIMED_OUT);
		if (now >= until)
			return false;
		if (c->end < left)
			left = c->end;
		left = left == CLOCK_NEVER ? -1 : left - now;
		poll(x, 2, left > INT32_MAX ? INT32_MAX : (int)left);
		while ((n = s6_listen_read(&c->l, b, sizeof b)) > 0)
			if (memchr(b, S6_EV_DOWN, (size_t)n))
				leave(c, DIED);
		while (read(c->signals, b, sizeof b) > 0)
			;
		if (c->check && waitpid(c->check, &c->wstat, WNOHANG) > 0) {
			c->check = 0;
			return true;
		}
	}
}

static int64_t after(uint32_t ms)
{
	return ms ? clock_mono_ms() + ms : CLOCK_NEVER;
}

/* One check; true: it was good. */
static bool check(struct checker *c, const struct notify *o)
{
	char *own[] = {(char *)"./data/check", NULL};
	char *given[] = {(char *)"execlineb", (char *)"-Pc", (char *)o->check,
			 NULL};
	char **argv = o->check ? given : own;

	c->check = el_spawn(argv);
	if (c->check < 0) {
		c->check = 0;
		say_warnsys(errno, "unable to spawn %s", argv[0]);
		return false;
	}
	if (!wait_until(c, after(o->single))) {
		/* it is reaped by whoever reaps us */
		kill(c->check, SIGTERM);
		c->check = 0;
		return false;
	}
	return WIFEXITED(c->wstat) && !WEXITSTATUS(c->wstat);
}

/* SIGCHLD becomes a byte of a pipe: unlike a blocked one, a caught signal is not
 * passed on to the checks. */
static int child_pipe[2];

static void on_child(int sig UNUSED)
{
	int num = errno; // NOLINT(bugprone-signal-handler,cert-sig30-c)

	(void)!write(child_pipe[1], "", 1);
	errno = num;
}

NORETURN static void run_checks(const struct notify *o, int go)
{
	struct checker c = {.check = 0};
	struct err e;

	if (s6_listen_open(&c.l, S6_EVENT, &e) < 0)
		die(111, "%s", e.text);
	if (pipe2(child_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		die_sys(111, errno, "unable to pipe");
	c.signals = child_pipe[0];
	signal(SIGCHLD, on_child);
	(void)!write(go, "", 1);
	close(go);
	c.end = after(o->total);
	wait_until(&c, clock_mono_ms() + o->sleep);
	for (uint32_t i = 0; !o->tries || i < o->tries; i++) {
		if (i)
			wait_until(&c, clock_mono_ms() + o->wait);
		if (!check(&c, o))
			continue;
		if (write((int)o->fd, "\n", 1) < 0)
			say_warnsys(errno, "unable to notify");
		leave(&c, READY);
	}
	leave(&c, TOO_MANY);
}

/* Forks the checker; returns when it listens. */
static void start(const struct notify *o)
{
	int p[2];
	pid_t pid;
	char c;

	if (pipe2(p, O_CLOEXEC) < 0)
		die_sys(111, errno, "unable to pipe");
	pid = fork();
	if (pid < 0)
		die_sys(111, errno, "unable to fork");
	if (!pid) {
		close(p[0]);
		if (!o->detach || fork() == 0)
			run_checks(o, p[1]);
		_exit(0);
	}
	close(p[1]);
	if (o->detach)
		el_wait(pid);
	if (fd_read(p[0], &c, 1, NULL) != 1)
		die(111, "unable to start the checks");
	close(p[0]);
}

int s6_notifyoncheck_main(int argc, char **argv)
{
	struct notify o = {
		.fd = UINT32_MAX, .sleep = 10, .wait = 1000, .tries = 7};
	int i = applet_opts("s6-notifyoncheck", s6_notifyoncheck_opts, &o, argc,
			    argv, 1);
	struct err e;
	int r = s6_lock_test(AT_FDCWD, S6_LOCK, &e);

	if (r < 0)
		die(111, "%s", e.text);
	if (!r)
		die(100, "s6-supervise not running.");
	if (o.fd == UINT32_MAX) {
		r = s6_numfile(AT_FDCWD, "notification-fd", &o.fd, &e);
		if (r <= 0)
			die(100, "%s",
			    r ? e.text : "no notification-fd, and no -3");
	}
	if (o.fd > INT32_MAX || fcntl((int)o.fd, F_GETFD) < 0)
		die_sys(111, EBADF, "unable to use notification fd %u", o.fd);
	start(&o);
	close((int)o.fd);
	el_exec(argv + i);
}

// SPDX-License-Identifier: MIT
/* wait - wait for children
 *
 * usage: wait [ -I | -i ] [ -a | -o ] [ -r | -t timeout ] { pids... }
 *        prog...
 *
 * Without pids: for all children.
 *  -a  all of them (default)
 *  -o  one of them; the variables ! and ? get its pid and exit code
 *  -t MS  not longer than this     -r  only those that have ended already
 *  -i  it is fatal when that is not enough; -I  it is not (default)
 * Without a block the arguments are pids, and the exit code is the last one's.
 *
 * Exit: prog's; 99 timed out, 100 wrong usage, 126 and 127 prog cannot be
 *   executed or found.
 * See: https://skarnet.org/software/execline/wait.html
 * Fds: own
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { NO_CHILD = 127 };

struct wait_opts {
	int strict, any;
	uint32_t timeout; /* ms; UINT32_MAX = none */
	pid_t *pids;	  /* 0 = waited for, or no child */
	size_t n, left;
	int code;  /* of the last pid */
	pid_t got; /* the last that ended, and how */
	int got_code;
};

static int now(void *opts, const struct opt *o UNUSED, const char *value UNUSED,
	       struct err *e UNUSED)
{
	((struct wait_opts *)opts)->timeout = 0;
	return 0;
}

static const struct opt wait_opts[] = {
	{NULL, NULL, 'i', OPT_SET, offsetof(struct wait_opts, strict), 1},
	{NULL, NULL, 'I', OPT_SET, offsetof(struct wait_opts, strict), 0},
	{NULL, NULL, 'o', OPT_SET, offsetof(struct wait_opts, any), 1},
	{NULL, NULL, 'a', OPT_SET, offsetof(struct wait_opts, any), 0},
	{NULL, NULL, 't', OPT_U32, offsetof(struct wait_opts, timeout), 0},
	{NULL, now, 'r', OPT_FN0, 0, 0},
	{0},
};

static void read_pids(struct wait_opts *o, char **args)
{
	o->pids = calloc(o->n + 1, sizeof *o->pids);
	if (!o->pids)
		die_sys(111, ENOMEM, "unable to wait");
	for (size_t i = 0; i < o->n; i++)
		o->pids[i] = applet_num("wait", args[i]);
	o->left = o->n;
}

/* Reaps one child if it has ended. */
static pid_t reap(struct wait_opts *o, pid_t pid)
{
	int wstat;
	pid_t r = waitpid(pid, &wstat, WNOHANG);

	if (r > 0) {
		o->got = r;
		o->got_code = el_exit_code(wstat);
	}
	return r;
}

/* Reaps what has ended. true: there is nothing more to wait for. */
static bool look(struct wait_opts *o)
{
	pid_t r;

	if (!o->n) {
		while ((r = reap(o, -1)) > 0)
			if (o->any)
				return true;
		return r < 0;
	}
	for (size_t i = 0; i < o->n; i++) {
		if (!o->pids[i] && o->left < o->n)
			continue;
		r = o->pids[i] ? reap(o, o->pids[i]) : -1;
		if (!r)
			continue;
		o->pids[i] = 0;
		o->left--;
		if (i + 1 == o->n)
			o->code = r > 0 ? o->got_code : NO_CHILD;
		if (r > 0 && o->any)
			return true;
	}
	return !o->left;
}

/* false: the time is over. */
static bool wait_all(struct wait_opts *o)
{
	int64_t end = clock_mono_ms() + o->timeout;
	struct timespec t = {INT32_MAX, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (!look(o)) {
		int64_t left = end - clock_mono_ms();

		if (o->timeout != UINT32_MAX) {
			if (left <= 0)
				return false;
			t = (struct timespec){left / 1000,
					      left % 1000 * 1000000};
		}
		sigtimedwait(&set, NULL, &t);
	}
	return true;
}

int wait_main(int argc, char **argv)
{
	struct wait_opts o = {.timeout = UINT32_MAX, .code = NO_CHILD};
	int i = applet_opts("wait", wait_opts, &o, argc, argv, 0);
	bool block = argv[i + (int)el_block_size(argv + i)];
	sigset_t mask;

	o.n = block ? el_block(argv + i, 1) : (size_t)(argc - i);
	if (!o.n)
		o.code = 0;
	char **rest = argv + i + o.n + 1;
	read_pids(&o, argv + i);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (!wait_all(&o)) {
		if (o.strict)
			die_sys(99, ETIMEDOUT, "unable to wait");
		o.code = NO_CHILD;
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (!block)
		return o.code; // NOLINT(clang-analyzer-unix.Malloc) the process ends
	if (o.any && o.got) {
		el_setenv_num("?", (unsigned)o.got_code);
		el_setenv_num("!", (unsigned)o.got);
	} else if (o.any) {
		el_unsetenv("?");
		el_unsetenv("!");
	}
	el_exec(rest);
}

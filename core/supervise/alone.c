// SPDX-License-Identifier: MIT
/* alone.c - s6-supervise: one service, and the signals that its supervisor
 * understands. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "supervise/inner.h"

struct alone {
	struct loop loop;
	struct supervisor sup;
	struct service service;
	struct signals signals;
};

static void on_signal(void *ctx, int sig)
{
	struct alone *a = ctx;

	if (sig == SIGCHLD)
		supervisor_reap(&a->sup);
	else
		service_signal(&a->service, sig);
}

static void on_left(struct service *s)
{
	loop_stop(s->sup->loop);
}

static int prepare(struct alone *a, const char *dir, struct err *e)
{
	static const int list[] = {SIGCHLD, SIGTERM, SIGHUP, SIGQUIT, SIGINT,
				   0};
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fchdir(fd) < 0)
		die_sys(111, errno, "unable to chdir to %s", dir);
	if (loop_init(&a->loop, e) < 0 ||
	    signals_open(&a->signals, &a->loop, list, on_signal, a, e) < 0)
		return -1;
	supervisor_init(&a->sup, &a->loop);
	a->sup.hooks.left = on_left;
	a->service = (struct service){.sup = &a->sup, .name = dir, .in = 0,
				      .out = 1, .err = 2};
	return service_open(&a->service, fd, e);
}

int supervise_alone(const char *dir)
{
	static struct alone a;
	struct err e;

	signal_no_pipe();
	log_nowait();
	fd_cloexec_from(3);
	if (prepare(&a, dir, &e) < 0) {
		say_line("s6-supervise %s: fatal: %s", dir, e.text);
		return e.num == EBUSY || e.num == EEXIST || e.num == ENOTDIR
			       ? 100
			       : 111;
	}
	if (loop_run(&a.loop, &e) < 0) {
		say_line("s6-supervise %s: fatal: %s", dir, e.text);
		return 111;
	}
	return 0;
}

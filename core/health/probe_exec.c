// SPDX-License-Identifier: MIT
/* probe_exec - a program's exit code as the verdict: 0 passing, 1 warning,
 * anything else critical. Its output is read up to a limit; the rest is read
 * and dropped, so that it never blocks on a full pipe. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "health/inner.h"
#include "os/fd.h"
#include "os/signal.h"
#include "os/spawn.h"

struct probe_exec {
	struct child child;
	struct loop_fd out;
	int fd; /* read end; -1 = closed */
	struct buf text;
	int wstat;
};

static void finish(struct health_probe *p)
{
	struct probe_exec *x = p->exec;
	const char *prog = p->d->argv[0];
	struct str out;
	int code;

	loop_unwatch(&x->out);
	fd_close(&x->fd);
	out = str_trim(str_n(buf_str(&x->text), x->text.len), " \t\r\n");
	if (WIFSIGNALED(x->wstat)) {
		const char *name = signal_name(WTERMSIG(x->wstat));

		probe_done(p, HEALTH_CRITICAL, "exec %s: killed by SIG%s%s%.*s",
			   prog, name ? name : "?", out.n ? ": " : "",
			   (int)out.n, out.p);
		return;
	}
	code = WEXITSTATUS(x->wstat);
	probe_done(p,
		   code == 0   ? HEALTH_PASSING
		   : code == 1 ? HEALTH_WARNING
			       : HEALTH_CRITICAL,
		   "exec %s: exit %d%s%.*s", prog, code, out.n ? ": " : "",
		   (int)out.n, out.p);
}

/* Reads what is there; closes at the end of the pipe. */
static void drain(struct probe_exec *x)
{
	char buf[4096];
	ssize_t n;

	if (x->fd < 0)
		return;
	while ((n = read(x->fd, buf, sizeof(buf))) > 0) {
		size_t room = BODY_MAX - x->text.len;

		buf_add(&x->text, buf, (size_t)n < room ? (size_t)n : room);
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_unwatch(&x->out);
	fd_close(&x->fd);
}

static void on_output(struct loop_fd *w, uint32_t events)
{
	struct health_probe *p = w->ctx;

	(void)events;
	drain(p->exec);
}

/* A grandchild may hold the pipe open: what is there now is all that counts. */
static void on_end(struct child *c, int wstat)
{
	struct health_probe *p = c->ctx;

	drain(p->exec);
	p->exec->wstat = wstat;
	finish(p);
}

static int exec_open(struct health_probe *p, struct err *e)
{
	p->exec = calloc(1, sizeof(*p->exec));
	if (!p->exec)
		return err_nomem(e);
	p->exec->fd = -1;
	return 0;
}

static void exec_begin(struct health_probe *p)
{
	struct probe_exec *x = p->exec;
	struct spawn s = {.argv = (char *const *)p->d->argv,
			  .flags = SPAWN_SETPGID};
	struct spawn_fd fds[3];
	int pipe[2];
	struct err e;
	pid_t pid;

	buf_reset(&x->text);
	if (fd_pipe(pipe, true, &e) < 0) {
		probe_done(p, HEALTH_CRITICAL, "exec %s: %s", p->d->argv[0],
			   e.text);
		return;
	}
	fds[0] = (struct spawn_fd){SPAWN_NULL, 0};
	fds[1] = (struct spawn_fd){pipe[1], 1};
	fds[2] = (struct spawn_fd){pipe[1], 2};
	s.fds = fds;
	s.nfds = COUNT(fds);
	if (spawn_run(&s, &pid, &e) < 0) {
		close(pipe[0]);
		close(pipe[1]);
		probe_done(p, HEALTH_CRITICAL, "exec: %s", e.text);
		return;
	}
	close(pipe[1]);
	x->fd = pipe[0];
	reaper_add(p->env.reaper, &x->child, pid, on_end, p);
	if (loop_watch(p->env.loop, &x->out, x->fd, EPOLLIN, on_output, p, &e) <
	    0)
		fd_close(&x->fd); /* the exit code still counts */
}

static void exec_stop(struct health_probe *p)
{
	struct probe_exec *x = p->exec;

	if (x->child.pid > 0) {
		kill(-x->child.pid, SIGKILL);
		reaper_remove(p->env.reaper, &x->child);
	}
	loop_unwatch(&x->out);
	fd_close(&x->fd);
}

static void exec_close(struct health_probe *p)
{
	buf_free(&p->exec->text);
	free(p->exec);
	p->exec = NULL;
}

const struct probe_kind probe_exec = {exec_open, exec_begin, exec_stop,
				      exec_close, "exec", NULL};

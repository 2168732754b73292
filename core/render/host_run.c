// SPDX-License-Identifier: MIT
/* host_run - `plugin`: the only place where the renderer waits. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/spawn.h"
#include "render/host.h"

enum { PLUGIN_MS = 30000, PLUGIN_OUT = 64 << 20 };

struct pipes {
	int fd[2]; /* standard output, standard error */
	struct buf text[2];
};

/* Reads both until both have ended or the time is over. */
static bool gather(struct pipes *p)
{
	int64_t end = clock_mono_ms() + PLUGIN_MS;
	struct pollfd w[2];
	char piece[4096];

	while (p->fd[0] >= 0 || p->fd[1] >= 0) {
		int64_t left = end - clock_mono_ms();

		if (left <= 0)
			return false;
		for (int i = 0; i < 2; i++)
			w[i] = (struct pollfd){.fd = p->fd[i],
					       .events = POLLIN};
		if (poll(w, 2, (int)left) < 0 && errno != EINTR)
			return false;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p->fd[i] < 0 || !w[i].revents)
				continue;
			n = read(p->fd[i], piece, sizeof(piece));
			if (n > 0)
				buf_add(&p->text[i], piece, (size_t)n);
			else if (n == 0 || errno != EINTR)
				fd_close(&p->fd[i]);
		}
	}
	return true;
}

static int start(const char *const *argv, struct pipes *p, pid_t *pid,
		 struct err *e)
{
	int out[2], err[2], ret;
	struct spawn_fd fds[3] = {{SPAWN_NULL, 0}};
	struct spawn s = {.argv = (char *const *)argv, .fds = fds, .nfds = 3};

	if (fd_pipe(out, false, e) < 0)
		return -1;
	if (fd_pipe(err, false, e) < 0) {
		close(out[0]);
		close(out[1]);
		return -1;
	}
	fds[1] = (struct spawn_fd){out[1], 1};
	fds[2] = (struct spawn_fd){err[1], 2};
	ret = spawn_run(&s, pid, e);
	close(out[1]);
	close(err[1]);
	p->fd[0] = out[0];
	p->fd[1] = err[0];
	return ret;
}

static int judge(const char *name, int wstat, const struct pipes *p,
		 struct err *e)
{
	char sig[SIGNAL_GO];

	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 0)
		return 0;
	if (WIFSIGNALED(wstat))
		return err_set(e, 0, "exec \"%s\": signal: %s\n\nstdout:\n\n%s"
			       "\n\nstderr:\n\n%s", name,
			       signal_go(WTERMSIG(wstat), sig),
			       buf_str(&p->text[0]), buf_str(&p->text[1]));
	return err_set(e, 0, "exec \"%s\": exit status %d\n\nstdout:\n\n%s"
		       "\n\nstderr:\n\n%s", name, WEXITSTATUS(wstat),
		       buf_str(&p->text[0]), buf_str(&p->text[1]));
}

int host_run(void *ctx, struct arena *a, const char *const *argv,
	     struct str *out, struct err *e)
{
	struct job *j = ctx;
	struct pipes p = {.fd = {-1, -1},
			  .text = {{.max = PLUGIN_OUT}, {.max = PLUGIN_OUT}}};
	struct err low;
	pid_t pid;
	int wstat, ret;
	bool ended;

	j->pure = false;
	if (start(argv, &p, &pid, &low) < 0) {
		fd_close(&p.fd[0]);
		fd_close(&p.fd[1]);
		if (low.num == ENOENT && !strchr(argv[0], '/'))
			return err_set(e, 0, "exec \"%s\": exec: \"%s\": "
				       "executable file not found in $PATH",
				       argv[0], argv[0]);
		return err_set(e, 0, "exec \"%s\": fork/exec %s: %s", argv[0],
			       argv[0], err_go(low.num));
	}
	ended = gather(&p);
	if (!ended)
		kill(pid, SIGKILL);
	ret = spawn_wait(pid, &wstat, e);
	if (ret == 0 && !ended)
		ret = err_set(e, 0, "exec \"%s\": did not finish in 30s",
			      argv[0]);
	else if (ret == 0)
		ret = judge(argv[0], wstat, &p, e);
	if (ret == 0) {
		out->n = p.text[0].len;
		out->p = arena_dup(a, buf_str(&p.text[0]), out->n);
	}
	for (int i = 0; i < 2; i++) {
		fd_close(&p.fd[i]);
		buf_free(&p.text[i]);
	}
	return ret;
}

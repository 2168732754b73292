// SPDX-License-Identifier: MIT
/* child - commands that are run and waited for, and what goes through pipes
 * and descriptors between them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "execline.h"
#include "os/fd.h"
#include "os/spawn.h"

static pid_t spawn_with(char *const *argv, const struct spawn_fd *fds, size_t n)
{
	struct spawn s = {.argv = argv,
			  .flags = SPAWN_SIGNALS | SPAWN_FDS_KEEP,
			  .fds = fds,
			  .nfds = n};
	struct err e;
	pid_t pid;

	if (spawn_run(&s, &pid, &e) < 0) {
		errno = e.num;
		return -1;
	}
	return pid;
}

pid_t el_spawn(char *const *argv)
{
	return spawn_with(argv, NULL, 0);
}

NORETURN static void grandchild(char *const *argv, const struct spawn_fd *fd)
{
	char name[64];

	if (fd && el_fd_move(fd->to, fd->from, true) < 0)
		_exit(111);
	snprintf(name, sizeof name, "%s (grandchild)", say_name());
	say_prog(name);
	el_exec(argv);
}

/* A child forks it, tells its pid and leaves. */
static pid_t detached(char *const *argv, const struct spawn_fd *fd)
{
	pid_t child, pid = -1;
	int p[2];

	if (fd_pipe(p, false, NULL) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (!child) {
		pid = fork();
		if (!pid)
			grandchild(argv, fd);
		_exit(fd_write(p[1], &pid, sizeof pid, NULL) < 0);
	}
	close(p[1]);
	(void)!fd_read(p[0], &pid, sizeof pid, NULL);
	close(p[0]);
	el_wait(child);
	errno = EAGAIN;
	return pid;
}

pid_t el_spawn_detached(char *const *argv)
{
	return detached(argv, NULL);
}

void el_die_spawn(const char *prog)
{
	die_sys(111, errno, "unable to spawn %s", prog);
}

pid_t el_spawn_piped(char *const *argv, bool reads, bool detach)
{
	struct err e;
	struct spawn_fd fd;
	pid_t pid;
	int p[2];

	if (fd_pipe(p, false, &e) < 0)
		die(111, "%s", e.text);
	fd = (struct spawn_fd){p[!reads], !reads};
	pid = detach ? detached(argv, &fd) : spawn_with(argv, &fd, 1);
	if (pid < 0)
		el_die_spawn(argv[0] ? argv[0] : "");
	if (el_fd_move(reads, p[reads], false) < 0)
		die_sys(111, errno, "unable to move fds");
	close(p[!reads]);
	return pid;
}

int el_wait(pid_t pid)
{
	struct err e;
	int wstat;

	if (spawn_wait(pid, &wstat, &e) < 0)
		die_sys(111, e.num, "unable to waitpid");
	return wstat;
}

unsigned el_run(char *const *argv)
{
	pid_t pid;
	int wstat;

	if (!argv[0])
		return 0;
	pid = el_spawn(argv);
	if (pid < 0) {
		say_warnsys(errno, "unable to spawn %s", argv[0]);
		return 127;
	}
	wstat = el_wait(pid);
	return WIFSIGNALED(wstat) ? 256U + (unsigned)WTERMSIG(wstat)
				  : (unsigned)WEXITSTATUS(wstat);
}

int el_test(char *const *argv, bool crash_ok)
{
	pid_t pid;
	int wstat;

	if (!argv[0])
		return 0;
	pid = el_spawn(argv);
	if (pid < 0)
		el_die_spawn(argv[0]);
	wstat = el_wait(pid);
	if (WIFSIGNALED(wstat) && !crash_ok)
		die(el_exit_code(wstat), "child crashed with signal %d",
		    WTERMSIG(wstat));
	return el_exit_code(wstat);
}

bool el_test_how(char *const *argv, const struct el_test_how *how)
{
	return (el_test(argv, how->crash_ok) == 0) != how->negate;
}

void el_slurp(int fd, struct buf *b)
{
	char piece[4096];
	struct err e;
	ssize_t n;

	while ((n = fd_read(fd, piece, sizeof piece, &e)) > 0)
		if (buf_add(b, piece, (size_t)n) < 0)
			die_sys(111, ENOMEM, "unable to read");
	if (n < 0)
		die(111, "%s", e.text);
}

pid_t el_spawn_reader(char *const *argv, int *fd)
{
	struct spawn_fd to;
	struct err e;
	pid_t pid;
	int p[2];

	if (fd_pipe(p, false, &e) < 0)
		die(111, "%s", e.text);
	to = (struct spawn_fd){p[1], 1};
	pid = spawn_with(argv, &to, 1);
	if (pid < 0)
		el_die_spawn(argv[0]);
	close(p[1]);
	*fd = p[0];
	return pid;
}

int el_capture(char *const *argv, struct buf *out)
{
	pid_t pid;
	int fd;

	pid = el_spawn_reader(argv, &fd);
	el_slurp(fd, out);
	close(fd);
	return el_exit_code(el_wait(pid));
}

int el_exit_code(int wstat)
{
	if (WIFSIGNALED(wstat))
		return 128 + WTERMSIG(wstat);
	return WEXITSTATUS(wstat) < 128 ? WEXITSTATUS(wstat) : 128;
}

int el_fd_move(int to, int from, bool copy)
{
	if (to == from) {
		errno = EINVAL;
		return copy ? -1 : 0;
	}
	if (dup2(from, to) < 0)
		return -1;
	return copy ? 0 : close(from);
}

int el_fd_blocking(int fd, bool blocking)
{
	int fl = fcntl(fd, F_GETFL);

	if (fl < 0)
		return -1;
	return fcntl(fd, F_SETFL, blocking ? fl & ~O_NONBLOCK : fl | O_NONBLOCK);
}

void el_pipe(int fd[2])
{
	if (pipe(fd) < 0)
		die_sys(111, errno, "unable to pipe");
}

// SPDX-License-Identifier: MIT
/* spawn.c - fork, make the child what the data says, exec. A failed step sends
 * struct report through the close-on-exec pipe; a successful exec closes it. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "os/fd.h"
#include "os/signal.h"

/* What the child writes when a step fails: one write, below PIPE_BUF. */
struct report {
	int num; /* errno */
	enum spawn_stage stage;
};

/* --- finding the program --- */

static const char *path_of(char *const *envp)
{
	for (; *envp; envp++)
		if (!strncmp(*envp, "PATH=", 5))
			return *envp + 5;
	return "/usr/bin:/bin";
}

int exec_search(const char *path, const char *file, char *const *argv,
		char *const *envp)
{
	struct str rest = str_of(path), part;
	size_t n = strlen(file);
	int num = ENOENT;

	if (memchr(file, '/', n)) {
		execve(file, argv, envp);
		return errno;
	}
	while (str_split(&rest, ':', &part)) {
		char full[PATH_MAX];

		if (part.n + n + 2 > sizeof(full))
			continue;
		if (part.n) {
			memcpy(full, part.p, part.n);
			full[part.n++] = '/';
		}
		memcpy(full + part.n, file, n + 1);
		execve(full, argv, envp);
		/* Not there: look on. There but not allowed: look on, and say
		 * so if nothing else is found. */
		if (errno == EACCES)
			num = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return errno;
	}
	return num;
}

int exec_path(const char *file, char *const *argv, char *const *envp)
{
	return exec_search(path_of(envp), file, argv, envp);
}

/* --- the child --- */

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	return fd >= 0 ? fd : open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Moves *fd above every number that the child asks for. */
static int move_up(int *fd, int above)
{
	int up = fcntl(*fd, F_DUPFD_CLOEXEC, above + 1);

	if (up < 0)
		return -1;
	*fd = up;
	return 0;
}

/* The child's descriptors: the caller's map and the lock. */
struct map {
	struct spawn_fd fd[SPAWN_FDS + 1];
	size_t n;
};

static int child_map(const struct spawn *s, struct map *m)
{
	m->n = s->nfds;
	if (m->n > SPAWN_FDS) {
		errno = EINVAL;
		return -1;
	}
	for (size_t i = 0; i < m->n; i++) {
		m->fd[i] = s->fds[i];
		if (m->fd[i].from == SPAWN_NULL &&
		    (m->fd[i].from = open_null()) < 0)
			return -1;
	}
	return 0;
}

static int child_open_lock(const struct spawn *s, struct map *m)
{
	int fd = openat(s->home ? s->home : AT_FDCWD, s->lock,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return -1;
	m->fd[m->n++] = (struct spawn_fd){fd, s->lock_fd};
	return 0;
}

/* The sources are copied out of the way before the first target is taken. */
static int child_fds(struct map *m, int *status)
{
	int top = 2;

	for (size_t i = 0; i < m->n; i++)
		if (m->fd[i].to > top)
			top = m->fd[i].to;
	if (move_up(status, top) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (move_up(&m->fd[i].from, top) < 0)
			return -1;
	for (size_t i = 0; i < m->n; i++)
		if (dup2(m->fd[i].from, m->fd[i].to) < 0)
			return -1;
	return 0;
}

/* Closes all but 0-2, the targets and the status pipe. Really, not at exec: a
 * child that waits for a lock, or for a slow disk, must not hold the pipes
 * and locks of this process meanwhile. */
static void child_close(const struct map *m, int status)
{
	unsigned keep[SPAWN_FDS + 2] = {0}, from = 3;
	size_t n = 0;

	for (size_t i = 0; i <= m->n; i++) {
		int fd = i < m->n ? m->fd[i].to : status;
		size_t k = n;

		if (fd < 3)
			continue;
		for (; k && keep[k - 1] > (unsigned)fd; k--)
			keep[k] = keep[k - 1];
		keep[k] = (unsigned)fd;
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		fd_close_range(from, keep[i] - 1);
		from = keep[i] + 1;
	}
	fd_close_range(from, ~0U);
}

static int child_session(const struct spawn *s)
{
	if ((s->flags & SPAWN_SETSID) && setsid() < 0)
		return -1;
	if ((s->flags & SPAWN_SETPGID) && setpgid(0, 0) < 0)
		return -1;
	if (s->flags & SPAWN_FOREGROUND) {
		sigset_t out, old;

		if (s->flags & SPAWN_SETSID)
			ioctl(0, TIOCSCTTY, 0);
		/* From the background it would be stopped by this. */
		sigemptyset(&out);
		sigaddset(&out, SIGTTOU);
		sigprocmask(SIG_BLOCK, &out, &old);
		(void)!tcsetpgrp(0, getpgrp());
		sigprocmask(SIG_SETMASK, &old, NULL);
	}
	if (s->flags & SPAWN_UMASK)
		umask(s->umask);
	return 0;
}

static int child_ids(const struct spawn *s)
{
	if (s->flags & SPAWN_IDS) {
		if (setgroups(s->ngroups, s->groups) < 0 && errno != EPERM)
			return -1;
		if (setgid(s->gid) < 0 || setuid(s->uid) < 0)
			return -1;
	}
	if ((s->flags & SPAWN_DEATHSIG) &&
	    prctl(PR_SET_PDEATHSIG, s->deathsig) < 0)
		return -1;
	return 0;
}

static int child_chdir(const struct spawn *s)
{
	if (s->cwd && fchdir(s->cwd) < 0)
		return -1;
	return s->chdir ? chdir(s->chdir) : 0;
}

/* All steps in order; returns only when one failed. Paths come first, as the
 * map may overwrite their directories' descriptors; the limit after the map,
 * which may need more than the program is given. */
static enum spawn_stage child_steps(const struct spawn *s, int *status)
{
	char *const *envp = s->envp ? s->envp : environ;
	struct map m;

	if (!(s->flags & SPAWN_SIGNALS))
		signal_reset();
	if (child_chdir(s) < 0)
		return SPAWN_AT_CHDIR;
	if (child_map(s, &m) < 0)
		return SPAWN_AT_FDS;
	if ((s->flags & SPAWN_LOCK) && child_open_lock(s, &m) < 0)
		return SPAWN_AT_LOCK;
	if (child_fds(&m, status) < 0)
		return SPAWN_AT_FDS;
	if (!(s->flags & SPAWN_FDS_KEEP))
		child_close(&m, *status);
	if (s->nofile)
		setrlimit(RLIMIT_NOFILE, s->nofile);
	if (child_session(s) < 0)
		return SPAWN_AT_SESSION;
	if ((s->flags & SPAWN_LOCK) &&
	    fd_lock(s->lock_fd, false, true, NULL) < 0)
		return SPAWN_AT_LOCK;
	if (child_ids(s) < 0)
		return SPAWN_AT_IDS;
	if (s->path)
		execve(s->path, s->argv, envp);
	else
		errno = exec_path(s->argv[0], s->argv, envp);
	return SPAWN_AT_EXEC;
}

NORETURN static void child(const struct spawn *s, int status)
{
	struct report r;

	r.stage = child_steps(s, &status);
	r.num = errno;
	(void)!write(status, &r, sizeof(r));
	_exit(r.num == ENOENT ? 127 : 126);
}

/* --- the parent --- */

static pid_t fork_for(const struct spawn *s)
{
	if (s->flags & SPAWN_NEWPIDNS)
		return (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0,
				      0, 0);
	return fork();
}

int spawn_start(const struct spawn *s, struct spawn_child *c, struct err *e)
{
	int p[2];

	c->stage = SPAWN_AT_FORK;
	c->pid = 0;
	c->status_fd = -1;
	if (fd_pipe(p, true, e) < 0)
		return -1;
	c->pid = fork_for(s);
	if (!c->pid)
		child(s, p[1]);
	if (c->pid < 0) {
		err_set(e, errno, "unable to fork");
		fd_close(&p[0]);
	}
	close(p[1]);
	c->status_fd = p[0];
	return c->pid < 0 ? -1 : 0;
}

static const char *stage_text(enum spawn_stage stage)
{
	switch (stage) {
	case SPAWN_AT_FORK:
		return "start";
	case SPAWN_AT_CHDIR:
		return "chdir for";
	case SPAWN_AT_FDS:
		return "set up descriptors for";
	case SPAWN_AT_LOCK:
		return "take the lock of";
	case SPAWN_AT_SESSION:
		return "make a session for";
	case SPAWN_AT_IDS:
		return "set user and groups for";
	case SPAWN_AT_EXEC:
		break;
	}
	return "exec";
}

int spawn_outcome(struct spawn_child *c, struct err *e)
{
	struct report r = {0, SPAWN_AT_EXEC};
	ssize_t n;

	do
		n = read(c->status_fd, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n != (ssize_t)sizeof(r))
		return 1;
	c->stage = r.stage;
	return err_set(e, r.num, "unable to %s the program",
		       stage_text(r.stage));
}

int spawn_run(const struct spawn *s, pid_t *pid, struct err *e)
{
	struct spawn_child c;
	struct pollfd p = {.events = POLLIN};
	const char *name = s->path ? s->path : s->argv[0];
	int r, num;

	if (spawn_start(s, &c, e) < 0)
		return err_wrap(e, "unable to start %s", name);
	p.fd = c.status_fd;
	while (!(r = spawn_outcome(&c, e)))
		poll(&p, 1, -1);
	fd_close(&c.status_fd);
	if (r > 0) {
		*pid = c.pid;
		return 0;
	}
	num = e ? e->num : 0;
	(void)!spawn_wait(c.pid, &r, NULL);
	return err_set(e, num, "unable to %s %s", stage_text(c.stage), name);
}

int spawn_wait(pid_t pid, int *wstat, struct err *e)
{
	pid_t r;

	do
		r = waitpid(pid, wstat, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(e, errno, "unable to wait for process %d",
			       (int)pid);
	return 0;
}

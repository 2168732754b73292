// SPDX-License-Identifier: MIT
/* launch.c - what run and finish are given, and what is said when one of them
 * cannot be started. Nothing here waits: the outcome of a start is an event. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise/inner.h"

#define SERVICE_LOCK "supervise/service-lock"
#define LAST_ERROR "supervise/last-error"

enum {
	RETRY_SOON = 1000,   /* ms: what was short may be there again */
	RETRY_EXEC = 10000,  /* s6's delay when run cannot be executed */
	RETRY_OTHER = 60000, /* s6's delay for everything around it */
	NO_FD = -1,
	INTERP_MAX = 255,
};

/* The descriptors of a child; entries that change nothing are left out. */
struct fd_map {
	struct spawn_fd fd[4];
	size_t n;
};

static void map_add(struct fd_map *m, int from, int to)
{
	if (from != to)
		m->fd[m->n++] = (struct spawn_fd){from, to};
}

static void map_stdio(struct fd_map *m, const struct service *s)
{
	m->n = 0;
	map_add(m, s->in, 0);
	map_add(m, s->out, 1);
	map_add(m, s->err, 2);
}

/* --- when it fails --- */

static bool temporary(int num)
{
	return num == EAGAIN || num == ENOMEM || num == EMFILE ||
	       num == ENFILE || num == ETXTBSY || num == EINTR;
}

/* The interpreter that a script's first line names, if that is what is
 * missing; "" otherwise. */
static void missing_interpreter(struct service *s, char out[INTERP_MAX + 1])
{
	char line[INTERP_MAX + 1];
	ssize_t n = file_peek(s->dir, "run", line, INTERP_MAX, NULL);
	char *from = line + 2, *to;

	out[0] = '\0';
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return;
	line[n] = '\0';
	from += strspn(from, " \t");
	to = from + strcspn(from, " \t\n");
	*to = '\0';
	if (*from && access(from, X_OK) < 0)
		memcpy(out, from, (size_t)(to - from) + 1);
}

/* One line for people and for tools; only when it is another one. */
static bool remember(struct service *s, const char *text)
{
	struct file_how how = {.flags = FILE_MODE, .mode = 0644,
			       .temp = LAST_ERROR ".new"};
	char line[INTERP_MAX + 256];
	uint32_t hash = str_hash(str_of(text));
	int n;

	if (s->has_error && s->last_error == hash)
		return false;
	s->last_error = hash;
	s->has_error = true;
	n = snprintf(line, sizeof(line), "%s\n", text);
	if (n > 0 && (size_t)n < sizeof(line))
		(void)!file_replace(s->home, LAST_ERROR, line, (size_t)n, &how,
				    NULL);
	return true;
}

void launch_worked(struct service *s)
{
	if (!s->has_error)
		return;
	s->has_error = false;
	unlinkat(s->home, LAST_ERROR, 0);
}

static const char *stage_words(enum spawn_stage stage)
{
	switch (stage) {
	case SPAWN_AT_FORK:
		return "unable to fork";
	case SPAWN_AT_CHDIR:
		return "unable to chdir to the service directory";
	case SPAWN_AT_FDS:
		return "unable to set up descriptors";
	case SPAWN_AT_LOCK:
		return "unable to open " SERVICE_LOCK;
	case SPAWN_AT_SESSION:
		return "unable to make a session";
	case SPAWN_AT_IDS:
		return "unable to set user and groups";
	case SPAWN_AT_EXEC:
		break;
	}
	return "unable to exec run";
}

void launch_failed(struct service *s, enum spawn_stage stage, int num)
{
	char text[INTERP_MAX + 128], interp[INTERP_MAX + 1] = "";
	int wait = temporary(num)	       ? RETRY_SOON
		   : stage == SPAWN_AT_EXEC ? RETRY_EXEC
					    : RETRY_OTHER;

	if (stage == SPAWN_AT_EXEC && num == ENOENT)
		missing_interpreter(s, interp);
	snprintf(text, sizeof(text), "%s: %s%s%s", stage_words(stage), interp,
		 *interp ? ": " : "", strerror(num));
	if (remember(s, text)) {
		say_line("s6-supervise %s (child): fatal: %s", s->name, text);
		service_warn(s, 0, "unable to spawn ./run - waiting %d "
				   "second%s",
			     wait / 1000, wait == 1000 ? "" : "s");
	}
	service_schedule(s, clock_mono_ms() + wait);
}

/* --- run --- */

/* Says so when an earlier instance still holds the lock: then the start waits,
 * in the child. */
static void look_at_lock(struct service *s)
{
	FD_AUTO int fd = openat(s->home, SERVICE_LOCK, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size)
		service_warn(s, 0, "%s is not empty, truncating",
			     SERVICE_LOCK);
	if (fd_lock_test(fd, NULL) > 0)
		service_warn(s, 0, "another instance of the service is still "
				   "running, waiting for its lock");
}

/* Opens the readiness pipe: the service's end, or -1 when it wants none or
 * there is no pipe to be had (then a start is no use). */
static int make_notify(struct service *s, struct err *e)
{
	int p[2];

	if (fd_pipe(p, false, e) < 0)
		return -1;
	s->notify.fd = p[0];
	if (fd_nonblock(p[0], e) == 0)
		return p[1];
	fd_close(&s->notify.fd);
	close(p[1]);
	return -1;
}

/* The numbers of lock-fd and notification-fd, NO_FD when absent or out of
 * range. */
static int fd_number(struct service *s, const char *file)
{
	uint32_t n = service_number(s, file, UINT32_MAX);

	if (n == UINT32_MAX)
		return NO_FD;
	if (n >= s->sup->nofile.rlim_max || n > INT32_MAX) {
		service_warn(s, 0, "invalid %s", file);
		return NO_FD;
	}
	return (int)n;
}

static int spawn_run_file(struct service *s, int lock, int notify, int ready)
{
	char *argv[] = {(char *)"run", (char *)s->name, NULL};
	struct fd_map map;
	struct spawn how = {
		.path = "./run",
		.argv = argv,
		.cwd = s->dir,
		.flags = SPAWN_SETSID,
		.fds = map.fd,
		.nofile = &s->sup->nofile,
		.home = s->home,
		.lock = SERVICE_LOCK,
		.lock_fd = lock,
	};

	map_stdio(&map, s);
	if (notify != NO_FD)
		map.fd[map.n++] = (struct spawn_fd){ready, notify};
	how.nfds = map.n;
	if (lock != NO_FD)
		how.flags |= SPAWN_LOCK;
	if (service_has(s, "flag-newpidns"))
		how.flags |= SPAWN_NEWPIDNS;
	if (s->sup->hooks.prepare)
		s->sup->hooks.prepare(s, &how);
	return spawn_start(&how, &s->start, &s->sup->e);
}

void launch_run(struct service *s)
{
	int lock = fd_number(s, "lock-fd");
	int notify = fd_number(s, "notification-fd");
	struct err *e = &s->sup->e;
	FD_AUTO int ready = -1;

	s->started = clock_mono_ms();
	s->ordered = s->again = false;
	if (lock != NO_FD && lock == notify) {
		/* No deadline: only a command tries again. */
		service_warn(s, 0, "lock-fd and notification-fd are the same, "
				   "not starting");
		return;
	}
	if (lock != NO_FD)
		look_at_lock(s);
	if (notify != NO_FD && (ready = make_notify(s, e)) < 0) {
		launch_failed(s, SPAWN_AT_FDS, e->num);
		return;
	}
	if (spawn_run_file(s, lock, notify, ready) < 0) {
		fd_close(&s->notify.fd);
		launch_failed(s, SPAWN_AT_FORK, e->num);
		return;
	}
	s->state = SERVICE_STARTING;
	s->kill_sent = false;
	service_watch_start(s);
}

/* --- finish --- */

bool launch_finish(struct service *s, pid_t dead, int wstat)
{
	char code[NUM_TEXT], sig[NUM_TEXT], group[NUM_TEXT];
	char *argv[] = {(char *)"finish", code, sig, (char *)s->name, group,
			NULL};
	struct fd_map map;
	struct spawn how = {
		.path = "./finish",
		.argv = argv,
		.cwd = s->dir,
		.flags = SPAWN_SETSID,
		.fds = map.fd,
		.nofile = &s->sup->nofile,
	};

	if (!service_has(s, "finish"))
		return false;
	num_put_i64(code, WIFSIGNALED(wstat) ? 256 : WEXITSTATUS(wstat));
	num_put_i64(sig, WIFSIGNALED(wstat) ? WTERMSIG(wstat) : 0);
	num_put_i64(group, dead);
	map_stdio(&map, s);
	how.nfds = map.n;
	if (spawn_start(&how, &s->start, &s->sup->e) < 0) {
		service_warn(s, 0, "unable to spawn ./finish: %s",
			     s->sup->e.text);
		return false;
	}
	service_watch_start(s);
	return true;
}

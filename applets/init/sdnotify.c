// SPDX-License-Identifier: MIT
/* sdnotify - in run: take sd_notify messages of the program
 *
 * usage: sdnotify FD PROG...
 *
 * Executes PROG with NOTIFY_SOCKET set, and listens there in a process that
 * is none of PROG's children and ends with it. READY=1 becomes a newline on
 * FD (what notification-fd says), once. What STATUS= says, and RELOADING=1,
 * STOPPING=1 and MAINPID=, is kept for `status`; the rest is ignored.
 *
 * Taken are messages of PROG, of its session and of its descendants. Put it
 * before the change of user: the socket is notify/NAME in the runtime
 * directory (NAME: the service directory's).
 *
 * Exit: PROG's; 100 wrong usage, 111 system call failed, 126 and 127 PROG
 *   cannot be executed or found.
 * See: https://www.freedesktop.org/software/systemd/man/sd_notify.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/fd.h"
#include "os/file.h"
#include "runtime.h"

enum {
	MESSAGE = 4096,
	PARENTS = 64,	/* most steps up from a sender */
	LOOK_MS = 1000, /* at PROG, where the kernel cannot tell of its end */
};

struct notify {
	int fd; /* where readiness goes; -1 once it was told */
	int socket;
	int self;    /* pidfd of PROG, or -1 */
	pid_t main;  /* PROG */
	pid_t other; /* MAINPID= */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	char state[16];
	char text[256]; /* STATUS= */
};

/* --- whose message --- */

static pid_t parent_of(pid_t pid)
{
	char path[40], b[512];
	ssize_t n;
	char *p;
	long ppid = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	n = file_peek(AT_FDCWD, path, b, sizeof(b) - 1, NULL);
	if (n <= 0)
		return 0;
	b[n] = '\0';
	/* the name may hold anything, parentheses too */
	p = strrchr(b, ')');
	if (p && strlen(p) > 4)
		ppid = strtol(p + 4, NULL, 10);
	return (pid_t)ppid;
}

/* A sender that has ended already can be told by its user only. */
static bool same_user(const struct notify *s, uid_t uid)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", (int)s->main);
	return !uid || (stat(path, &st) == 0 && st.st_uid == uid);
}

static bool ours(const struct notify *s, const struct ucred *c)
{
	pid_t sid, pid = c->pid;

	if (pid <= 0)
		return false;
	sid = getsid(pid);
	if (sid < 0 && errno == ESRCH)
		return same_user(s, c->uid);
	if (sid == s->main)
		return true;
	for (int i = 0; i < PARENTS && pid > 1; i++) {
		if (pid == s->main || pid == s->other)
			return true;
		pid = parent_of(pid);
	}
	return false;
}

/* --- what it says --- */

/* "PID TEXT": whoever reads it knows by the pid whether it is of today. So
 * nothing needs to be removed, which the next start might have made anew. */
static void keep(const struct notify *s)
{
	const struct file_how how = {.flags = FILE_MODE, .mode = 0644};
	char path[sizeof(s->path) + 8], other[32] = "", line[512];
	int n;

	snprintf(path, sizeof(path), "%s.status", s->path);
	if (s->other)
		snprintf(other, sizeof(other), ", main pid %d", (int)s->other);
	n = snprintf(line, sizeof(line), "%d %s%s%s%s\n", (int)s->main, s->state,
		     *s->state && *s->text ? ": " : "", s->text, other);
	(void)!file_replace(AT_FDCWD, path, line, (size_t)n, &how, NULL);
}

static void take_line(struct notify *s, struct str line)
{
	ptrdiff_t eq = str_chr(line, '=');
	struct str key = str_cut(line, 0, eq < 0 ? 0 : (size_t)eq);
	struct str value = str_cut(line, (size_t)(eq + 1), line.n);
	uint64_t pid;

	if (str_is(key, "READY") && str_is(value, "1")) {
		if (s->fd >= 0)
			(void)!write(s->fd, "\n", 1);
		fd_close(&s->fd);
		*s->state = '\0';
	} else if (str_is(key, "RELOADING")) {
		snprintf(s->state, sizeof(s->state), "reloading");
	} else if (str_is(key, "STOPPING")) {
		snprintf(s->state, sizeof(s->state), "stopping");
	} else if (str_is(key, "STATUS")) {
		snprintf(s->text, sizeof(s->text), "%.*s", (int)value.n,
			 value.p);
	} else if (str_is(key, "MAINPID")) {
		if (num_u64(value, INT32_MAX, &pid))
			s->other = (pid_t)pid == s->main ? 0 : (pid_t)pid;
	}
}

/* Descriptors that come with a message are closed by the kernel, as there is
 * room for credentials only. */
static void take(struct notify *s)
{
	union {
		char b[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	char text[MESSAGE];
	struct iovec io = {text, sizeof(text)};
	struct msghdr m = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(s->socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	struct ucred who;
	struct str rest, line;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	if (!ours(s, &who)) {
		say_warn("%s: a message of process %d, user %u is ignored",
			 s->path, (int)who.pid, (unsigned)who.uid);
		return;
	}
	rest = str_n(text, (size_t)n);
	while (str_split(&rest, '\n', &line))
		take_line(s, line);
	keep(s);
}

/* --- the listener --- */

/* What was sent before the end is still taken. */
NORETURN static void listen_on(struct notify *s)
{
	struct pollfd x[2] = {{s->self, POLLIN, 0}, {s->socket, POLLIN, 0}};
	bool ended = false;

	for (;;) {
		poll(x, 2, ended ? 0 : s->self < 0 ? LOOK_MS : -1);
		if (x[1].revents) {
			take(s);
			continue;
		}
		if (ended)
			_exit(0);
		ended = s->self < 0 ? kill(s->main, 0) < 0 && errno == ESRCH
				    : x[0].revents != 0;
	}
}

static void open_socket(struct notify *s)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char runtime[PATH_MAX], here[PATH_MAX];
	const char *name;
	struct err e;
	int on = 1;

	if (runtime_dir(runtime, true, &e) < 0)
		die(111, "%s", e.text);
	if (!getcwd(here, sizeof(here)))
		die_sys(111, errno, "unable to find the service's name");
	name = strrchr(here, '/') + 1;
	if (snprintf(s->path, sizeof(s->path), "%s/notify/%s", runtime, name) >=
	    (int)sizeof(s->path))
		die_sys(111, ENAMETOOLONG, "unable to make %s/notify/%s",
			runtime, name);
	*strrchr(s->path, '/') = '\0';
	if (file_mkdirs(AT_FDCWD, s->path, 0755, &e) < 0)
		die(111, "%s", e.text);
	s->path[strlen(s->path)] = '/';
	memcpy(a.sun_path, s->path, sizeof(a.sun_path));
	unlink(s->path);
	s->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* the service may be another user: who it is, is checked */
	if (s->socket < 0 ||
	    setsockopt(s->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) <
		    0 ||
	    bind(s->socket, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    chmod(s->path, 0666) < 0)
		die_sys(111, errno, "unable to listen on %s", s->path);
}

/* The listener is a child of a child, so that PROG never reaps it. */
static void start(struct notify *s)
{
	pid_t pid = fork();

	if (pid < 0)
		die_sys(111, errno, "unable to fork");
	if (pid) {
		el_wait(pid);
		return;
	}
	if (fork() == 0) {
		/* a signal to the service's group or terminal is not for us */
		setsid();
		signal(SIGPIPE, SIG_IGN);
		listen_on(s);
	}
	_exit(0);
}

int sdnotify_main(int argc, char **argv)
{
	int i = applet_opts("sdnotify", NULL, NULL, argc, argv, 2);
	struct notify s = {.fd = applet_num("sdnotify", argv[i]),
			   .main = getpid()};

	if (fcntl(s.fd, F_GETFD) < 0)
		die_sys(111, errno, "unable to use descriptor %d", s.fd);
	open_socket(&s);
	s.self = (int)syscall(SYS_pidfd_open, s.main, 0);
	start(&s);
	close(s.fd);
	close(s.socket);
	if (s.self >= 0)
		close(s.self);
	el_setenv("NOTIFY_SOCKET", s.path);
	el_exec(argv + i + 1);
}

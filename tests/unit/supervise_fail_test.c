// SPDX-License-Identifier: MIT
/* Every system call and allocation of the supervision engine fails once: the
 * k-th one, for each k. Whatever fails, the services run in the end and their
 * status files say so.
 *
 * This program has its own versions of the calls; what allocates (half.c
 * and scandir.c) is compiled into it with its own allocator. The clock jumps over
 * waiting times, so that a retry after a minute is seen at once. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "s6.h"
#include "supervise_help.h"

/* --- the calls that fail --- */

static bool armed;
static unsigned calls, fail_at;
static int fail_errno;
static const char *failed_call;

static bool fails(const char *call)
{
	if (!armed || ++calls != fail_at)
		return false;
	failed_call = call;
	errno = fail_errno;
	return true;
}

int openat(int at, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return fails("openat") ? -1
			       : (int)syscall(SYS_openat, at, path, flags,
					      mode);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return fails("open") ? -1
			     : (int)syscall(SYS_openat, AT_FDCWD, path, flags,
					    mode);
}

int renameat(int a, const char *from, int b, const char *to)
{
	return fails("rename") ? -1
			       : (int)syscall(SYS_renameat2, a, from, b, to, 0);
}

int pipe2(int fd[2], int flags)
{
	return fails("pipe") ? -1 : (int)syscall(SYS_pipe2, fd, flags);
}

pid_t fork(void)
{
	return fails("fork") ? -1
			     : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return fails("mkdir") ? -1 : (int)syscall(SYS_mkdirat, at, path, mode);
}

int mkfifoat(int at, const char *path, mode_t mode)
{
	return fails("mkfifo") ? -1
			       : (int)syscall(SYS_mknodat, at, path,
					      mode | S_IFIFO, 0);
}

int epoll_ctl(int ep, int op, int fd, struct epoll_event *ev)
{
	if (op != EPOLL_CTL_DEL && fails("epoll_ctl"))
		return -1;
	return (int)syscall(SYS_epoll_ctl, ep, op, fd, ev);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return fd != 2 && fails("write") ? -1 : syscall(SYS_write, fd, p, n);
}

static void *weak_calloc(size_t n, size_t size)
{
	return fails("calloc") ? NULL : calloc(n, size);
}

static void *weak_malloc(size_t n)
{
	return fails("malloc") ? NULL : malloc(n);
}

static char *weak_strdup(const char *s)
{
	return fails("strdup") ? NULL : strdup(s);
}

#define calloc weak_calloc
#define malloc weak_malloc
#undef strdup
#define strdup weak_strdup
#include "../../core/supervise/half.c"
#include "../../core/supervise/scandir.c"
#undef calloc
#undef malloc
#undef strdup

/* --- the clock that does not wait --- */

enum { REAL_WAIT = 15 }; /* ms in which children get on */

static int64_t jumped; /* ms */

int clock_gettime(clockid_t id, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, id, t);

	t->tv_sec += (time_t)(jumped / 1000);
	t->tv_nsec += (long)(jumped % 1000) * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000;
	}
	return r;
}

int epoll_wait(int ep, struct epoll_event *ev, int n, int timeout)
{
	int wait = timeout < 0 || timeout > REAL_WAIT ? REAL_WAIT : timeout;
	int r = (int)syscall(SYS_epoll_pwait, ep, ev, n, wait, NULL, 8);

	if (r == 0 && timeout > wait)
		jumped += timeout - wait;
	return r;
}

/* --- the scene: a service with everything, and a pair --- */

static struct rig rig;
static struct scandir scan;
static const struct svscan_options options = {
	.dir = ".", .max_dirs = 100, .max_name = 251};
static bool stopped;

static void on_stopped(void *ctx)
{
	(void)ctx;
	stopped = true;
}

static void furnish(void)
{
	rig_put("a", "run", "echo >&4; exec sleep 1000");
	rig_put("a", "finish", "exit 0");
	rig_put("a", "notification-fd", "4");
	rig_put("a", "lock-fd", "5");
	rig_put("a", "timeout-kill", "5000");
	rig_put("b", "run", "exec sleep 1000");
	rig_put("b/log", "run", "exec cat >/dev/null");
}

static struct service *service_of(const char *name)
{
	for (struct service *s = rig.sup.all; s; s = s->next)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

/* Up, and the status file knows. */
static bool is_up(const char *name)
{
	struct service *s = service_of(name);
	struct s6_status st;
	char path[64];

	if (!s || s->state != SERVICE_UP || s->dirty)
		return false;
	snprintf(path, sizeof(path), "%s/" S6_STATUS, name);
	return s6_status_read(AT_FDCWD, path, &st, NULL) == 0 &&
	       st.pid == s->child.pid && kill(st.pid, 0) == 0;
}

static bool all_up(void *arg)
{
	(void)arg;
	return is_up("a") && is_up("b") && is_up("b/log");
}

static bool all_stopped(void *arg)
{
	(void)arg;
	return stopped;
}

static int64_t real_ms(void)
{
	return clock_mono_ms() - jumped;
}

/* Turns until it is so; `ms` are real ones. */
static bool until(bool (*done)(void *), int ms)
{
	int64_t end = real_ms() + ms;
	struct err e;
	bool was;

	while (real_ms() < end) {
		was = armed;
		armed = false;
		if (done(NULL))
			return true;
		armed = was;
		/* Sleeps as long as the engine wants. */
		if (loop_turn(&rig.loop, CLOCK_NEVER, &e) < 0)
			fail_msg("%s", e.text);
	}
	return false;
}

static void order(const char *name, char c)
{
	struct service *s = service_of(name);

	if (s)
		service_command(s, c);
}

/* What happens in a life: found, started, ready, died, stopped, started. */
static void life(void)
{
	struct service *s;

	scandir_scan(&scan);
	until(all_up, 100);
	s = service_of("a");
	if (s && s->child.pid)
		kill(s->child.pid, SIGKILL);
	until(all_up, 100);
	order("a", 'd');
	order("b", 'r');
	until(all_up, 60);
	order("a", 'u');
	until(all_up, 60);
}

static void tell(void)
{
	static const char *const names[] = {"a", "b", "b/log"};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct service *s = service_of(names[i]);

		fprintf(stderr, "%s: state %d pid %d dirty %d want %d "
				"deadline %s\n",
			names[i], s ? (int)s->state : -1,
			s ? (int)s->child.pid : 0, s && s->dirty,
			s && s->status.want_up,
			s && loop_timer_is_set(&s->deadline) ? "yes" : "no");
	}
}

static unsigned play(unsigned k, int num)
{
	int fds = rig_fds();

	rig_begin();
	furnish();
	rig_loop(&rig);
	scandir_init(&scan, &rig.sup, &options);
	scan.stopped = on_stopped;
	stopped = false;
	calls = 0;
	fail_at = k;
	fail_errno = num;
	failed_call = NULL;
	armed = true;
	life();
	armed = false;
	/* The next scan finds what an allocation could not hold, and an order
	 * gets what waits for one. */
	scandir_scan(&scan);
	order("a", 'u');
	if (!until(all_up, 5000)) {
		tell();
		fail_msg("after call %u (%s: %s) not all is up", k,
			 failed_call ? failed_call : "none", strerror(num));
	}
	scandir_stop(&scan, true);
	if (!until(all_stopped, 5000))
		fail_msg("after call %u (%s: %s) not all has stopped", k,
			 failed_call ? failed_call : "none", strerror(num));
	rig_loop_end(&rig);
	while (waitpid(-1, NULL, 0) > 0)
		;
	rig_end();
	assert_int_equal(rig_fds(), fds);
	return calls;
}

static int quiet(void **state)
{
	(void)state;
	/* Hundreds of warnings are what is expected. */
	if (!getenv("LOUD"))
		return freopen("/dev/null", "w", stderr) ? 0 : -1;
	return 0;
}

static void one_by_one(int num)
{
	unsigned all = play(0, num);

	assert_true(all > 50);
	for (unsigned k = 1; k <= all; k++)
		play(k, num);
}

static void every_call_fails_once_for_want_of_something(void **state)
{
	(void)state;
	one_by_one(ENOMEM);
}

static void every_call_fails_once_for_good(void **state)
{
	(void)state;
	one_by_one(EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			every_call_fails_once_for_want_of_something, quiet),
		cmocka_unit_test_setup(every_call_fails_once_for_good, quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* Every system call of init fails once, the k-th one for each k, in a life of
 * its own: boot, an essential service that ends, stop; in another life a reload
 * and what follows. Whatever fails, the life ends with a documented code, and
 * never hangs.
 *
 * This program has its own versions of the calls. The clock jumps over waiting
 * times, so that a retry after a minute is seen at once. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "init.h"
#include "supervise_help.h"

enum { LIFE_S = 30 }; /* no life takes so long */

static bool armed, reloads;
static unsigned fail_at;
static int fail_errno;
static unsigned *calls; /* shared with the life */
static pid_t life_pid;

static bool fails(void)
{
	if (!armed || syscall(SYS_getpid) != life_pid || ++*calls != fail_at)
		return false;
	errno = fail_errno;
	return true;
}

int openat(int at, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	/* what a reload opens first */
	if (reloads && !strncmp(path, ".init/gone/", 11))
		armed = true;
	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return fails() ? -1 : (int)syscall(SYS_openat, at, path, flags, mode);
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
	return fails() ? -1
		       : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int renameat(int a, const char *from, int b, const char *to)
{
	return fails() ? -1 : (int)syscall(SYS_renameat2, a, from, b, to, 0);
}

int pipe2(int fd[2], int flags)
{
	return fails() ? -1 : (int)syscall(SYS_pipe2, fd, flags);
}

pid_t fork(void)
{
	return fails() ? -1 : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, at, path, mode);
}

int mkfifoat(int at, const char *path, mode_t mode)
{
	return fails() ? -1
		       : (int)syscall(SYS_mknodat, at, path, mode | S_IFIFO, 0);
}

int epoll_ctl(int ep, int op, int fd, struct epoll_event *ev)
{
	if (op != EPOLL_CTL_DEL && fails())
		return -1;
	return (int)syscall(SYS_epoll_ctl, ep, op, fd, ev);
}

int epoll_create1(int flags)
{
	return fails() ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int signalfd(int fd, const sigset_t *set, int flags)
{
	return fails() ? -1 : (int)syscall(SYS_signalfd4, fd, set, 8, flags);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return fd != 2 && fails() ? -1 : syscall(SYS_write, fd, p, n);
}

/* Its view of the program file is not the sanitizers'. */
void mem_rest(void)
{
}

/* --- the clock that does not wait --- */

enum { REAL_WAIT = 20 }; /* ms in which children get on */

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

/* The stop's budget is 9 s: what is shorter than that passes as it is, so
 * that a busy machine does not seem to hang. */
int epoll_wait(int ep, struct epoll_event *ev, int n, int timeout)
{
	int wait = timeout < 0 ? timeout
		   : timeout > 300 && jumped < 600000 ? REAL_WAIT
						      : timeout;
	int r = (int)syscall(SYS_epoll_pwait, ep, ev, n, wait, NULL, 8);

	if (r == 0 && timeout > wait)
		jumped += timeout - wait;
	return r;
}

/* --- a life --- */

static void furnish(void)
{
	rig_put("L", "x", "");
	rig_put("L/a", "run", "echo >&3; exec sleep 1000");
	rig_put("L/a", "finish", "exit 0");
	rig_put("L/a", "notification-fd", "3");
	rig_put("L/a/log", "run", "exec cat >/dev/null");
	rig_put("L/m", "run", "exit 0");
	rename("L/m/run", "L/m/up");
	rig_put("L/m", "run", "exit 0");
	rename("L/m/run", "L/m/down");
	rig_put("L/m", "type", "oneshot");
	rig_put("L/m/dependencies.d", "a", "");
	rig_put("L/app", "run", "exit 7");
	rig_put("L/app/policy", "essential", "1");
	rig_put("L/app/dependencies.d", "m", "");
}

/* The oneshot takes one service away, brings one, and has init reload. */
static void furnish_reload(void)
{
	rig_put("L/b", "run", "exec sleep 1000");
	rig_put("L/.n", "run", "echo >../n.up; exec sleep 1000");
	rig_put("L/m", "run", "mv ../b ../.b; mv ../.n ../n; "
			      "echo h >../.s6-svscan/control");
	rename("L/m/run", "L/m/up");
	rig_put("L/m", "type", "oneshot");
	rig_put("L/app", "run", "for i in 1 2 3 4 5; do "
				"[ -e ../n.up ] || sleep 0.05; done; exit 7");
	rig_put("L/app/policy", "essential", "1");
	rig_put("L/app/dependencies.d", "m", "");
}

static void put_all(void)
{
	static const char *const dirs[] = {"L",
					   "L/a",
					   "L/b",
					   "L/.n",
					   "L/a/log",
					   "L/m",
					   "L/m/dependencies.d",
					   "L/app",
					   "L/app/policy",
					   "L/app/dependencies.d"};

	for (size_t i = 0; i < COUNT(dirs); i++)
		mkdir(dirs[i], 0755);
	if (reloads)
		furnish_reload();
	else
		furnish();
	for (size_t i = 0; i < COUNT(dirs); i++)
		rmdir(dirs[i]); /* those of the other life */
}

static bool documented(int wstat)
{
	static const int codes[] = {0, 7, 100, 111, 120, 121, 123, 126, 127,
				    137};

	for (size_t i = 0; i < COUNT(codes); i++)
		if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == codes[i])
			return true;
	return false;
}

NORETURN static void live(unsigned k, int num)
{
	struct init_options o = {.compiled = "L", .stop_timeout = 9000};

	life_pid = (pid_t)syscall(SYS_getpid);
	signal_block_all();
	fail_at = k;
	fail_errno = num;
	armed = !reloads;
	_exit(init_run(&o));
}

static bool taken_over; /* the reload in that life did what it should */

static int play(unsigned k, int num)
{
	time_t end = time(NULL) + LIFE_S;
	int wstat;
	pid_t pid;

	rig_begin();
	put_all();
	*calls = 0;
	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	assert_true(pid >= 0);
	if (!pid)
		live(k, num);
	while (waitpid(pid, &wstat, WNOHANG) == 0) {
		if (time(NULL) > end) {
			kill(pid, SIGKILL);
			fail_msg("call %u (%s): it hangs", k, strerror(num));
		}
		usleep(5000);
	}
	taken_over = access("L/n.up", F_OK) == 0;
	rig_end();
	if (!documented(wstat))
		fail_msg("call %u (%s): status %x", k, strerror(num), wstat);
	return WEXITSTATUS(wstat);
}

#ifndef RELOADS
static void nothing_fails(void **state)
{
	(void)state;
	assert_int_equal(play(0, ENOMEM), 7);
	assert_true(*calls > 50);
}

static void every_call_fails_once(void **state)
{
	unsigned all;

	(void)state;
	assert_int_equal(play(0, ENOMEM), 7);
	all = *calls;
	for (unsigned k = 1; k <= all; k++)
		play(k, k % 2 ? ENOMEM : EIO);
}

#else
static void a_reload(void **state)
{
	unsigned all;

	(void)state;
	reloads = true;
	assert_int_equal(play(0, ENOMEM), 7);
	assert_true(taken_over);
	all = *calls;
	assert_true(all > 10);
	for (unsigned k = 1; k <= all; k++)
		play(k, k % 2 ? ENOMEM : EIO);
}

#endif

static int quiet(void **state)
{
	(void)state;
	setenv("BASEBOX_RUNTIME", "/dev/null/none", 1);
	calls = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (calls == MAP_FAILED)
		return -1;
	/* Hundreds of warnings are what is expected. */
	if (!getenv("LOUD"))
		return freopen("/dev/null", "w", stderr) ? 0 : -1;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifndef RELOADS
		cmocka_unit_test(nothing_fails),
		cmocka_unit_test(every_call_fails_once),
#else
		cmocka_unit_test(a_reload),
#endif
	};

	return cmocka_run_group_tests(tests, quiet, NULL);
}

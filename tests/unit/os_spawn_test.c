// SPDX-License-Identifier: MIT
/* Starting and reaping: what the child gets, and how a failure comes back. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base.h"
#include "os.h"

static char dir[] = "/tmp/os_spawn.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink("lock");
	unlink("noexec");
	unlink("interp");
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

/* Runs a shell line with this spawn and gives back what it printed. */
static const char *output(struct spawn *s, const char *line, int *wstat)
{
	static char out[4096];
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)line, NULL};
	struct spawn_fd map[4];
	struct err e;
	int p[2];
	pid_t pid;
	ssize_t n;

	assert_int_equal(fd_pipe(p, false, NULL), 0);
	for (size_t i = 0; i < s->nfds; i++)
		map[i] = s->fds[i];
	map[s->nfds] = (struct spawn_fd){p[1], 1};
	s->fds = map;
	s->nfds++;
	s->argv = argv;
	if (spawn_run(s, &pid, &e) < 0)
		fail_msg("%s", e.text);
	close(p[1]);
	n = fd_read(p[0], out, sizeof(out) - 1, NULL);
	assert_true(n >= 0);
	out[n] = '\0';
	close(p[0]);
	assert_int_equal(spawn_wait(pid, wstat, NULL), 0);
	return out;
}

static void the_child_is_clean(void **state)
{
	struct spawn s = {.flags = SPAWN_SETSID | SPAWN_UMASK, .umask = 027};
	sigset_t set, old;
	int wstat, leak = dup(0);

	(void)state;
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &old);
	signal(SIGUSR1, SIG_IGN);
	assert_string_equal(
		output(&s,
		       "umask; ls /proc/self/fd | wc -l; "
		       "grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2; "
		       "set -- $(cat /proc/$$/stat); test $5 = $$ && echo sid",
		       &wstat),
		"0027\n4\n0000000000000000\n0000000000000000\nsid\n");
	assert_int_equal(wstat, 0);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(leak);
}

static void maps_may_swap_descriptors(void **state)
{
	int a[2], b[2], wstat;
	char c[2] = "";

	(void)state;
	assert_int_equal(fd_pipe(a, false, NULL), 0);
	assert_int_equal(fd_pipe(b, false, NULL), 0);
	{
		/* Each end of a goes where the other one is. */
		struct spawn_fd map[] = {{a[1], b[1]}, {b[1], a[1]}};
		struct spawn s = {.fds = map, .nfds = 2};
		char line[64];

		snprintf(line, sizeof(line), "echo -n A >&%d; echo -n B >&%d",
			 b[1], a[1]);
		output(&s, line, &wstat);
	}
	assert_int_equal(read(a[0], c, 1), 1);
	assert_int_equal(c[0], 'A');
	assert_int_equal(read(b[0], c, 1), 1);
	assert_int_equal(c[0], 'B');
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void a_missing_program_is_errno(void **state)
{
	char *argv[] = {(char *)"no-such-program", NULL};
	struct spawn s = {.argv = argv};
	struct err e;
	pid_t pid;
	int fd;

	(void)state;
	assert_int_equal(spawn_run(&s, &pid, &e), -1);
	assert_int_equal(e.num, ENOENT);
	assert_string_equal(e.text, "unable to exec no-such-program: "
				    "No such file or directory");
	fd = open("noexec", O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	close(fd);
	s.path = "./noexec";
	assert_int_equal(spawn_run(&s, &pid, &e), -1);
	assert_int_equal(e.num, EACCES);
	s.path = "/bin/true";
	s.chdir = "nowhere";
	assert_int_equal(spawn_run(&s, &pid, &e), -1);
	assert_int_equal(e.num, ENOENT);
	assert_string_equal(e.text, "unable to chdir for /bin/true: "
				    "No such file or directory");
	assert_int_equal(waitpid(-1, &fd, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* The start of a program that waits for a lock is under way until the lock is
 * free; the parent never waits. */
static void a_start_is_asynchronous(void **state)
{
	char *argv[] = {(char *)"true", NULL};
	struct spawn s = {.path = "/bin/true", .argv = argv,
			  .flags = SPAWN_LOCK, .lock = "lock", .lock_fd = 9};
	struct spawn_child c;
	struct pollfd p;
	int fd = open("lock", O_CREAT | O_RDWR | O_CLOEXEC, 0644), wstat;
	struct err e;

	(void)state;
	assert_int_equal(fd_lock(fd, false, false, NULL), 0);
	assert_int_equal(spawn_start(&s, &c, &e), 0);
	p = (struct pollfd){c.status_fd, POLLIN, 0};
	assert_int_equal(poll(&p, 1, 50), 0);
	assert_int_equal(spawn_outcome(&c, &e), 0);
	close(fd);
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_int_equal(spawn_outcome(&c, &e), 1);
	close(c.status_fd);
	assert_int_equal(spawn_wait(c.pid, &wstat, NULL), 0);
	assert_int_equal(wstat, 0);
}

static void an_inherited_lock_is_seen(void **state)
{
	char *argv[] = {(char *)"sh", (char *)"-c",
			(char *)"echo >&8; read x", NULL};
	int in[2], out[2], fd, wstat;
	struct spawn_fd map[2];
	struct spawn s = {.argv = argv, .flags = SPAWN_LOCK, .lock = "lock",
			  .lock_fd = 9, .fds = map, .nfds = 2};
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(fd_pipe(in, false, NULL), 0);
	assert_int_equal(fd_pipe(out, false, NULL), 0);
	map[0] = (struct spawn_fd){in[0], 0};
	map[1] = (struct spawn_fd){out[1], 8};
	assert_int_equal(spawn_run(&s, &pid, NULL), 0);
	assert_int_equal(read(out[0], &c, 1), 1);
	fd = open("lock", O_RDWR | O_CLOEXEC);
	assert_int_equal(fd_lock_test(fd, NULL), 1);
	assert_int_equal(fd_lock(fd, false, false, NULL), -1);
	assert_int_equal(write(in[1], "\n", 1), 1);
	assert_int_equal(spawn_wait(pid, &wstat, NULL), 0);
	assert_int_equal(fd_lock_test(fd, NULL), 0);
	close(fd);
	for (int i = 0; i < 2; i++) {
		close(in[i]);
		close(out[i]);
	}
}

static int deaths, codes;

static void on_death(struct child *c, int wstat)
{
	assert_int_equal(c->pid, 0);
	deaths++;
	codes += WEXITSTATUS(wstat);
}

static void children_are_found_by_pid(void **state)
{
	struct reaper r = {0};
	struct child c[5];

	(void)state;
	deaths = codes = 0;
	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(1 << i);
		/* The last one is nobody's. */
		if (i < 4)
			reaper_add(&r, &c[i], pid, on_death, NULL);
	}
	reaper_remove(&r, &c[0]);
	reaper_remove(&r, &c[0]);
	for (int i = 0; i < 500 && deaths < 3; i++) {
		reaper_run(&r, REAP_TURN);
		usleep(10000);
	}
	assert_int_equal(deaths, 3);
	assert_int_equal(codes, 2 + 4 + 8);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_false(reaper_run(&r, REAP_TURN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_child_is_clean),
		cmocka_unit_test(maps_may_swap_descriptors),
		cmocka_unit_test(a_missing_program_is_errno),
		cmocka_unit_test(a_start_is_asynchronous),
		cmocka_unit_test(an_inherited_lock_is_seen),
		cmocka_unit_test(children_are_found_by_pid),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

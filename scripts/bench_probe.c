// SPDX-License-Identifier: MIT
/* bench_probe - what scripts/bench measures with; built static, so that it
 * costs every peer the same.
 *
 *   bench_probe spawn N PROG ARGS...   of N runs: median and least microseconds
 *                                      from posix_spawn to exit, most kB in
 *                                      memory, exit status of the last
 *   bench_probe stamp FILE             writes the monotonic clock (ns) to FILE
 *                                      in one write and waits for a signal
 *   run                                (a link) the same, with the file "stamp"
 *   bench_probe restart FILE N MS      N times: waits until the process in FILE
 *                                      has run MS ms, kills it, prints the
 *                                      microseconds until the next one started
 *   bench_probe app FILE               the same, but ends with 7 on SIGTERM
 *   bench_probe life FILE PROG ARGS... runs PROG, which runs `app FILE`; sends
 *                                      it SIGTERM: microseconds to the start of
 *                                      the app, from SIGTERM to the end of
 *                                      PROG, and its exit code
 *   bench_probe now                    the monotonic clock (ns) */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static int do_spawn(int n, char **argv)
{
	long long *took = calloc((size_t)n, sizeof(*took));
	struct rusage use;
	int status = 0;
	long rss = 0;
	pid_t pid;

	for (int i = 0; took && i < n; i++) {
		long long t0 = now();

		if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
			return 111;
		wait4(pid, &status, 0, &use);
		took[i] = now() - t0;
		if (use.ru_maxrss > rss)
			rss = use.ru_maxrss;
	}
	qsort(took, (size_t)n, sizeof(*took), ascending);
	printf("%lld %lld %ld %d\n", took[n / 2] / 1000, took[0] / 1000, rss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}

static int do_stamp(const char *path)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%lld %d\n", now(), (int)getpid());
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, line, (size_t)n) != n)
		return 111;
	close(fd);
	for (;;)
		pause();
}

static void on_term(int sig)
{
	(void)sig;
	_exit(7);
}

/* The last line of the file: when, and who. */
static int last(const char *path, long long *when, int *pid)
{
	char buf[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC), lines = 0;
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	close(fd);
	if (n <= 0)
		return 0;
	buf[n] = '\0';
	for (char *p = buf; (p = strchr(p, '\n')); p++)
		lines++;
	buf[n - 1] = '\0';
	n = strrchr(buf, '\n') ? strrchr(buf, '\n') + 1 - buf : 0;
	if (sscanf(buf + n, "%lld %d", when, pid) != 2)
		return 0;
	return lines;
}

static int do_restart(const char *path, int n, int up_ms)
{
	for (int i = 0; i < n; i++) {
		long long when, t0;
		int pid, lines = last(path, &when, &pid);

		while (now() - when < up_ms * 1000000LL)
			usleep(1000);
		t0 = now();
		kill(pid, SIGKILL);
		while (last(path, &when, &pid) == lines)
			usleep(100);
		printf("%lld\n", (when - t0) / 1000);
	}
	return 0;
}

enum { SETTLE_US = 150000 };

static int do_life(const char *path, char **argv)
{
	long long t0 = now(), when;
	posix_spawn_file_actions_t quiet;
	int status, first;
	pid_t pid, app;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ))
		return 111;
	while (!last(path, &when, &app))
		usleep(200);
	first = (int)((when - t0) / 1000);
	usleep(SETTLE_US);
	t0 = now();
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	t0 = now() - t0;
	/* Not everybody stops what it has started. */
	kill(app, SIGKILL);
	printf("%d %lld %d\n", first, t0 / 1000,
	       WIFEXITED(status) ? WEXITSTATUS(status)
				 : 128 + WTERMSIG(status));
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	if (!strcmp(slash ? slash + 1 : argv[0], "run"))
		return do_stamp("stamp");
	if (argc > 2 && !strcmp(argv[1], "app"))
		signal(SIGTERM, on_term);
	if (argc > 3 && !strcmp(argv[1], "life"))
		return do_life(argv[2], argv + 3);
	if (argc > 2 && !strcmp(argv[1], "app"))
		return do_stamp(argv[2]);
	if (argc > 3 && !strcmp(argv[1], "spawn"))
		return do_spawn((int)strtol(argv[2], NULL, 10), argv + 3);
	if (argc == 3 && !strcmp(argv[1], "stamp"))
		return do_stamp(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "restart"))
		return do_restart(argv[2], (int)strtol(argv[3], NULL, 10),
				  (int)strtol(argv[4], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "now")) {
		printf("%lld\n", now());
		return 0;
	}
	return 100;
}

// SPDX-License-Identifier: MIT
/* storm N MS - leaves N orphans behind, each of which ends after about MS
 * milliseconds; prints nothing, ends when all are on their way. */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* A parent of 100 that ends at once makes orphans of them. */
static int litter(long n, long ms)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid)
		return waitpid(pid, NULL, 0) == pid ? 0 : -1;
	while (n--) {
		if (fork())
			continue;
		nap(ms);
		_exit((int)(n & 127));
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	long ms = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	while (n > 0) {
		if (litter(n < 100 ? n : 100, ms) < 0)
			nap(10);
		else
			n -= 100;
	}
	return 0;
}

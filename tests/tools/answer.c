// SPDX-License-Identifier: MIT
/* answer SERVICEDIR N - how long a supervisor takes to obey: N times sends p or
 * c and waits until the status file shows it; prints the median and the worst
 * time in milliseconds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000, PAUSED = 1, FLAGS = 34 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int paused(void)
{
	unsigned char b[35] = "";
	int fd = open("supervise/status", O_RDONLY);

	if (fd < 0 || read(fd, b, sizeof(b)) != sizeof(b))
		return -1;
	close(fd);
	return b[FLAGS] & PAUSED;
}

static int cmp(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

int main(int argc, char **argv)
{
	static double took[MOST];
	int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, fd;
	struct timespec nap = {0, 100000};

	if (n < 1 || n > MOST || chdir(argv[1]) < 0)
		return 100;
	fd = open("supervise/control", O_WRONLY);
	for (int i = 0; i < n; i++) {
		int want = !paused();
		double from = now();

		if (write(fd, want ? "p" : "c", 1) != 1)
			return 111;
		while (paused() != want)
			nanosleep(&nap, NULL);
		took[i] = now() - from;
	}
	qsort(took, (size_t)n, sizeof(*took), cmp);
	printf("%.1f %.1f\n", took[n / 2], took[n - 1]);
	return 0;
}

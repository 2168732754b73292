// SPDX-License-Identifier: MIT
/* bench_store PORT KEY DIR FILE TIMES - how long a change of a key takes until
 * the renamed file is seen: PUT to Consul on 127.0.0.1:PORT, then inotify on
 * DIR. Prints microseconds, median and the worst of TIMES. A pause of 250 ms
 * between two keeps the rate limits of all out of it. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long start;

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int dial(const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((unsigned short)strtol(port, NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1 : fd;
}

static void put(int fd, const char *key, long value)
{
	char text[512], body[32];
	int n = snprintf(body, sizeof(body), "%ld", value);
	int k = snprintf(text, sizeof(text),
			 "PUT /v1/kv/%s HTTP/1.1\r\nHost: x\r\n"
			 "Content-Length: %d\r\n\r\n%s",
			 key, n, body);

	if (write(fd, text, (size_t)k) != k)
		exit(111);
}

/* Reads events until FILE was moved into place. */
static int seen(int in, const char *file, int ms)
{
	char buf[4096] __attribute__((aligned(8)));
	struct pollfd p = {.fd = in, .events = POLLIN};

	while (poll(&p, 1, ms) > 0) {
		ssize_t n = read(in, buf, sizeof(buf));

		for (char *at = buf; at < buf + n;) {
			struct inotify_event *e = (void *)at;

			if (e->len && !strcmp(e->name, file))
				return 1;
			at += sizeof(*e) + e->len;
		}
	}
	return 0;
}

/* Asks, and waits for the end of the answer; its index. */
static long answer(int fd, const char *path, long index, int put_fd,
		   const char *key, long value)
{
	static char buf[1 << 20];
	size_t n = 0;
	char *at;
	int k = snprintf(buf, sizeof(buf),
			 "GET /v1/kv/%s&index=%ld&wait=60s HTTP/1.1\r\n"
			 "Host: x\r\n\r\n",
			 path, index);

	if (write(fd, buf, (size_t)k) != k)
		exit(111);
	if (key) {
		usleep(250000);
		start = now_us();
		put(put_fd, key, value);
	}
	for (;;) {
		ssize_t r = read(fd, buf + n, sizeof(buf) - 1 - n);

		if (r <= 0)
			exit(111);
		buf[n += (size_t)r] = '\0';
		at = strstr(buf, "\r\n\r\n");
		if (at &&
		    (strcasestr(buf, "chunked")
			     ? !strcmp(buf + n - 7, "\r\n0\r\n\r\n")
			     : buf + n - at - 4 >=
				       strtol(strcasestr(buf, "length:") + 7,
					      NULL, 10)))
			break;
	}
	return strtol(strcasestr(buf, "consul-index:") + 13, NULL, 10);
}

static int by_size(const void *x, const void *y)
{
	long long a = *(const long long *)x, b = *(const long long *)y;

	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	long times = argc == 6 ? strtol(argv[5], NULL, 10) : 0;
	long long *us = calloc((size_t)times + 1, sizeof(*us));
	int fd = times ? dial(argv[1]) : -1, in = inotify_init();
	char drop[4096];

	if (fd >= 0 && !strcmp(argv[3], "-")) {
		int ask = dial(argv[1]);
		long index = answer(ask, argv[4], 0, -1, NULL, 0);

		for (long i = 0; i < times; i++) {
			index = answer(ask, argv[4], index, fd, argv[2], i);
			us[i] = now_us() - start;
			if (read(fd, drop, sizeof(drop)) <= 0)
				return 1;
		}
	} else if (fd < 0 || inotify_add_watch(in, argv[3], IN_MOVED_TO) < 0)
		return 100;
	else
		for (long i = 0; i < times; i++) {
			long long t = now_us();

			put(fd, argv[2], t % 1000000000);
			if (!seen(in, argv[4], 10000))
				return 1;
			us[i] = now_us() - t;
			if (read(fd, drop, sizeof(drop)) <= 0)
				return 1;
			usleep(250000);
		}
	qsort(us, (size_t)times, sizeof(*us), by_size);
	printf("%lld %lld\n", us[times / 2], us[times - 1]);
	return 0;
}

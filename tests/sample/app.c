// SPDX-License-Identifier: MIT
/* app - the sample service of the demo and of the end-to-end tests: a program
 * as a user would put into the image, without any library but libc.
 *
 * usage: app CONFIG [LOG]
 *
 * CONFIG holds lines `key = value`: port (read at the start), greeting, delay
 * (ms before it listens), notify (descriptor that gets a newline when it
 * listens), linger (ms that a TERM waits for). It answers any GET with the
 * greeting, /health with 200 (503 after /sick, 200 again after /well), reads
 * CONFIG again on HUP and ends with 0 on TERM. What happens is appended to
 * LOG as `MS event`, MS on the boot clock. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct config {
	int port, delay, notify, linger;
	char greeting[256];
};

static const char *log_path;
static int sick;

static void event(const char *what)
{
	struct timespec t;
	char line[300];
	int fd, n;

	if (!log_path)
		return;
	clock_gettime(CLOCK_BOOTTIME, &t);
	n = snprintf(line, sizeof(line), "%lld %s\n",
		     (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000, what);
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	if (write(fd, line, (size_t)n) != n)
		perror("app: log");
	close(fd);
}

static int read_config(const char *path, struct config *c)
{
	FILE *f = fopen(path, "re");
	char line[512], key[32], value[256];

	if (!f) {
		fprintf(stderr, "app: open %s: %s\n", path, strerror(errno));
		return -1;
	}
	*c = (struct config){.notify = -1};
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %31[a-z] = %255[^\n]", key, value) != 2)
			continue;
		if (!strcmp(key, "port"))
			c->port = (int)strtol(value, NULL, 10);
		else if (!strcmp(key, "delay"))
			c->delay = (int)strtol(value, NULL, 10);
		else if (!strcmp(key, "notify"))
			c->notify = (int)strtol(value, NULL, 10);
		else if (!strcmp(key, "linger"))
			c->linger = (int)strtol(value, NULL, 10);
		else if (!strcmp(key, "greeting"))
			memcpy(c->greeting, value, sizeof(value));
	}
	fclose(f);
	return 0;
}

static int listen_on(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((unsigned short)port),
				.sin_addr.s_addr = htonl(INADDR_ANY)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 128) < 0) {
		fprintf(stderr, "app: port %d: %s\n", port, strerror(errno));
		exit(1);
	}
	return fd;
}

static void answer(int server, const struct config *c)
{
	struct timeval limit = {.tv_sec = 2};
	int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	char in[2048], out[1024];
	int status = 200, n;
	ssize_t got;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	got = read(fd, in, sizeof(in) - 1);
	in[got > 0 ? got : 0] = '\0';
	if (!strncmp(in, "GET /sick", 9))
		sick = 1;
	else if (!strncmp(in, "GET /well", 9))
		sick = 0;
	else if (!strncmp(in, "GET /health", 11) && sick)
		status = 503;
	n = snprintf(out, sizeof(out),
		     "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n"
		     "Connection: close\r\n\r\n%s\n",
		     status, status == 200 ? "OK" : "Service Unavailable",
		     strlen(c->greeting) + 1, c->greeting);
	if (write(fd, out, (size_t)n) != n)
		perror("app: answer");
	close(fd);
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo si;
	struct config c;
	struct pollfd p[2];
	sigset_t set;

	if (argc < 2) {
		fprintf(stderr, "app: usage: app CONFIG [LOG]\n");
		return 100;
	}
	log_path = argc > 2 ? argv[2] : NULL;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	event("start");
	if (read_config(argv[1], &c) < 0)
		return 1;
	usleep((useconds_t)c.delay * 1000);
	p[0] = (struct pollfd){.fd = listen_on(c.port), .events = POLLIN};
	p[1] = (struct pollfd){.fd = signalfd(-1, &set, SFD_CLOEXEC),
			       .events = POLLIN};
	event("listening");
	if (c.notify >= 0 && write(c.notify, "\n", 1) != 1)
		perror("app: notify");
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents)
			answer(p[0].fd, &c);
		if (!p[1].revents || read(p[1].fd, &si, sizeof(si)) < 0)
			continue;
		if (si.ssi_signo == SIGTERM) {
			event("term");
			usleep((useconds_t)c.linger * 1000);
			return 0;
		}
		if (read_config(argv[1], &c) == 0)
			event("reload");
	}
}

// SPDX-License-Identifier: MIT
/* Any bytes as what a gRPC server sends: a verdict, in bounded time and memory.
 * The bytes come through a socket, as they do from a server. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "health/grpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct server {
	struct loop loop;
	struct loop_fd listen;
	struct http *h;
	const uint8_t *data;
	size_t size;
	char url[40];
	bool done;
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Sends the bytes and closes the writing half; what comes is not read. */
static void on_accept(struct loop_fd *w, uint32_t events)
{
	struct server *s = w->ctx;
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)events;
	check(fd >= 0);
	(void)!send(fd, s->data, s->size, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void on_done(void *ctx, const struct health_grpc_answer *a)
{
	struct server *s = ctx;
	char text[NUM_TEXT];

	check(a->called || *a->text);
	check(*health_grpc_code(a->code, text) != '\0');
	s->done = true;
}

static struct server *get_server(void)
{
	static struct server s;
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	int fd;

	if (s.h)
		return &s;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(loop_init(&s.loop, NULL) == 0 &&
	      http_open(&s.h, &s.loop, NULL) == 0);
	check(bind(fd, (void *)&a, n) == 0 && listen(fd, 8) == 0);
	check(getsockname(fd, (void *)&a, &n) == 0);
	check(loop_watch(&s.loop, &s.listen, fd, EPOLLIN, on_accept, &s,
			 NULL) == 0);
	snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%d",
		 ntohs(a.sin_port));
	return &s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct health_grpc_events ev = {.done = on_done};
	struct server *s = get_server();
	struct health_grpc_conf c = {.url = s->url};
	struct health_grpc *g = NULL;
	int64_t end = clock_mono_ms() + 5000;

	s->data = data;
	s->size = size;
	s->done = false;
	check(health_grpc_start(s->h, &c, &ev, s, &g, NULL) == 0);
	while (!s->done) {
		check(loop_turn(&s->loop, end, NULL) == 0);
		check(clock_mono_ms() < end);
	}
	health_grpc_free(g);
	return 0;
}

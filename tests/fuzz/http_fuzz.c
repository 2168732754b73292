// SPDX-License-Identifier: MIT
/* Any bytes as what an HTTP server sends to a health check: one verdict, in
 * bounded time and memory. The server sends the same to whoever follows its
 * redirects. The first byte chooses what the check expects. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "health.h"
#include "http.h"

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
	(void)!send(fd, s->data, s->size, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void on_result(void *ctx, const struct health_result *r)
{
	struct server *s = ctx;
	struct str text = str_of(r->output);

	check(text.n > 0 && text.n <= HEALTH_OUTPUT_MAX);
	for (size_t at = 0; at < text.n;) {
		int w;
		uint32_t c = utf8_decode(text.p + at, text.n - at, &w);

		check(c >= 0x20 && c != 0x7f && (c != RUNE_ERROR || w == 3));
		at += (size_t)w;
	}
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
	snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%d/h",
		 ntohs(a.sin_port));
	return &s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const header[] = {"A: ^b", NULL};
	static const char *const json[] = {"a.0.b=c", "d", NULL};
	struct server *s = get_server();
	struct health_env env = {.loop = &s->loop, .http = s->h};
	struct health_def d = {.kind = HEALTH_HTTP, .target = s->url};
	struct health_probe *p = NULL;
	int64_t end = clock_mono_ms() + 20000;

	if (!size)
		return 0;
	health_def_init(&d);
	d.kind = HEALTH_HTTP;
	d.target = s->url;
	d.timeout = 5 * DUR_S;
	d.disable_redirects = data[0] & 1;
	d.expect_header = data[0] & 2 ? header : NULL;
	d.expect_json = data[0] & 4 ? json : NULL;
	d.expect_body = data[0] & 8 ? "a+(b|c)*$" : NULL;
	d.status = data[0] & 16 ? "200-299,418" : NULL;
	s->data = data + 1;
	s->size = size - 1;
	s->done = false;
	check(health_once(&p, &env, &d, on_result, s, NULL) == 0);
	while (!s->done) {
		check(loop_turn(&s->loop, end, NULL) == 0);
		check(clock_mono_ms() < end);
	}
	health_stop(p);
	return 0;
}

// SPDX-License-Identifier: MIT
/* HTTP/2 and gRPC checks against a server of canned frames in the same loop:
 * good answers in every shape, and bad ones. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "health.h"
#include "health/hpack.h"
#include "http.h"

/* --- HPACK --- */

static void note(void *ctx, struct str name, struct str value)
{
	buf_addf(ctx, "%.*s=%.*s;", (int)name.n, name.p, (int)value.n, value.p);
}

static void block_is(struct str block, const char *want)
{
	struct buf b = {0};

	if (!want) {
		assert_int_equal(hpack_read(block, note, &b), -1);
	} else {
		assert_int_equal(hpack_read(block, note, &b), 0);
		assert_string_equal(buf_str(&b), want);
	}
	buf_free(&b);
}

static void hpack(void **state)
{
	struct buf b = {0};
	char long_one[400];

	(void)state;
	/* RFC 7541, C.4.3: a literal, both strings in Huffman code. */
	block_is(STR("\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49"
		     "\xe9\x5b\xb8\xe8\xb4\xbf"),
		 "custom-key=custom-value;");
	/* C.6.1: 302 as a literal value of :status. */
	block_is(STR("\x48\x82\x64\x02"), ":status=302;");
	block_is(STR("\x20\x88\x8d\x90"), ":status=200;:status=404;=;");
	block_is(STR("\x5f\x01x"), "content-type=x;");
	/* \ and bytes past ASCII, where the text ends. */
	block_is(STR("\x00\x01k\x83\xff\xfe\x1f"), "k=\\;");
	block_is(STR("\x00\x01k\x83\xff\xff\xff"), "k=;");
	/* A larger table than we allow, entries that are not there. */
	block_is(STR("\x3f\xe1\x1f"), NULL);
	block_is(STR("\xbe"), NULL);
	block_is(STR("\x80"), NULL);
	block_is(STR("\x7f\x00\x01x"), NULL);
	/* Cut short; endless numbers. */
	block_is(STR("\x00\x05k"), NULL);
	block_is(STR("\x00\x01k"), NULL);
	block_is(STR("\x00\x01k\x7f"), NULL);
	block_is(STR("\xff\xff\xff\xff\xff\xff\xff\xff"), NULL);
	/* What we write can be read. */
	memset(long_one, 'v', sizeof(long_one));
	hpack_put(&b, "n", str_n(long_one, 127));
	hpack_put(&b, "m", str_n(long_one, 399));
	long_one[399] = '\0';
	{
		struct buf want = {0};

		buf_addf(&want, "n=%.127s;m=%s;", long_one, long_one);
		block_is(str_n(b.p, b.len), want.p);
		buf_free(&want);
	}
	buf_free(&b);
}

/* --- the server --- */

struct server {
	struct loop loop;
	struct http *h;
	struct loop_fd listen, peer;
	struct buf seen;
	struct str reply;
	size_t repeat; /* how often the reply is sent */
	size_t after;  /* bytes to wait for before it */
	bool close;    /* afterwards */
	bool done;
	enum health_state state;
	char output[1024];
	char url[64];
};

static void on_peer(struct loop_fd *w, uint32_t events)
{
	struct server *s = w->ctx;
	char tmp[4096];
	ssize_t n = recv(w->fd, tmp, sizeof(tmp), 0);
	int fd = w->fd;

	(void)events;
	if (n > 0) {
		buf_add(&s->seen, tmp, (size_t)n);
		if (s->seen.len < s->after)
			return;
		for (; s->repeat; s->repeat--)
			if (send(fd, s->reply.p, s->reply.n, MSG_NOSIGNAL) < 0)
				break;
		if (!s->close)
			return;
	}
	loop_unwatch(w);
	close(fd);
}

static void on_accept(struct loop_fd *w, uint32_t events)
{
	struct server *s = w->ctx;
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)events;
	assert_true(fd >= 0);
	assert_int_equal(loop_watch(&s->loop, &s->peer, fd, EPOLLIN, on_peer,
				    s, NULL), 0);
}

static int set_up(void **state)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	struct err e;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(loop_init(&s->loop, &e), 0);
	assert_int_equal(http_open(&s->h, &s->loop, &e), 0);
	assert_int_equal(bind(fd, (void *)&a, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(loop_watch(&s->loop, &s->listen, fd, EPOLLIN,
				    on_accept, s, NULL), 0);
	getsockname(fd, (void *)&a, &n);
	snprintf(s->url, sizeof(s->url), "127.0.0.1:%d", ntohs(a.sin_port));
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct server *s = *state;

	if (s->peer.loop) {
		int fd = s->peer.fd;

		loop_unwatch(&s->peer);
		close(fd);
	}
	loop_unwatch(&s->listen);
	close(s->listen.fd);
	http_close(s->h);
	loop_free(&s->loop);
	buf_free(&s->seen);
	free(s);
	return 0;
}

static void on_verdict(void *ctx, const struct health_result *r)
{
	struct server *s = ctx;

	s->done = true;
	s->state = r->state;
	snprintf(s->output, sizeof(s->output), "%s", r->output);
}

/* Probes once; "HOST" in want stands for the server's address. */
static void probe_is(struct server *s, const char *scheme, const char *path,
		     enum health_state state, const char *want)
{
	struct health_env env = {.loop = &s->loop, .http = s->h};
	const char *headers[] = {"X-Extra: one", NULL};
	struct health_probe *p = NULL;
	struct health_def d;
	struct buf url = {0}, text = {0};
	const char *host = strstr(want, "HOST");
	struct arena a;
	struct err e;

	arena_init(&a, 0);
	health_def_init(&d);
	d.timeout = 400 * DUR_MS;
	d.headers = headers;
	buf_addf(&url, "%s://%s%s", scheme, s->url, path);
	assert_int_equal(health_def_url(&a, url.p, &d, &e), 0);
	s->done = false;
	assert_int_equal(health_once(&p, &env, &d, on_verdict, s, &e), 0);
	while (!s->done)
		assert_int_equal(loop_turn(&s->loop, CLOCK_NEVER, &e), 0);
	health_stop(p);
	/* The server reads what is left and sees the end. */
	while (s->peer.loop)
		assert_int_equal(loop_turn(&s->loop, CLOCK_NEVER, &e), 0);
	buf_addf(&text, "%.*s%s%s", (int)(host - want), want, s->url, host + 4);
	assert_string_equal(s->output, text.p);
	assert_int_equal(s->state, state);
	arena_free(&a);
	buf_free(&url);
	buf_free(&text);
}

static void answer(struct server *s, struct str reply)
{
	buf_reset(&s->seen);
	s->reply = reply;
	s->repeat = 1;
	s->after = 40;
	s->close = false;
}

/* --- gRPC --- */

#define SETTINGS "\0\0\0\4\0\0\0\0\0"
/* :status 200, content-type: application/grpc */
#define HEAD_BLOCK "\x88\x5f\x10" "application/grpc"
#define HEADERS "\0\0\x13\1\4\0\0\0\1" HEAD_BLOCK
#define SERVING "\0\0\7\0\0\0\0\0\1" "\0\0\0\0\2\x08\1"
#define TRAILER_BLOCK(code) "\0\x0bgrpc-status\1" code
#define TRAILERS(code) "\0\0\x0f\1\5\0\0\0\1" TRAILER_BLOCK(code)

static void grpc_good(void **state)
{
	struct server *s = *state;
	const char *ok = "gRPC grpc://HOST: SERVING";

	answer(s, STR(SETTINGS HEADERS SERVING TRAILERS("0")));
	probe_is(s, "grpc", "", HEALTH_PASSING, ok);
	assert_memory_equal(s->seen.p, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
	assert_non_null(memmem(s->seen.p, s->seen.len,
			       "/grpc.health.v1.Health/Check", 28));
	assert_non_null(memmem(s->seen.p, s->seen.len, "\7x-extra\3one", 12));
	/* The empty message of the request is the last frame. */
	assert_memory_equal(s->seen.p + s->seen.len - 14,
			    "\0\0\5\0\1\0\0\0\1\0\0\0\0\0", 14);
	/* The service's name is in the message. */
	answer(s, STR(SETTINGS HEADERS SERVING TRAILERS("0")));
	probe_is(s, "grpc", "/a.b", HEALTH_PASSING,
		 "gRPC grpc://HOST/a.b: SERVING");
	assert_memory_equal(s->seen.p + s->seen.len - 10,
			    "\0\0\0\0\5\x0a\3a.b", 10);
	/* Padding, priorities, a block in two frames, frames of no meaning, a
	 * settings' acknowledgement, a farewell without an error. */
	answer(s, STR(SETTINGS "\0\0\0\4\1\0\0\0\0"
		      "\0\0\x08\6\0\0\0\0\0abcdefgh"
		      "\0\0\4\x08\0\0\0\0\0\0\0\1\0"
		      "\0\0\x08\7\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\0"
		      "\0\0\2\xfe\0\0\0\0\0zz"
		      "\0\0\x0b\1\x28\0\0\0\1\4\0\0\0\0\0\x88PPPP"
		      "\0\0\x12\x09\4\0\0\0\1\x5f\x10" "application/grpc"
		      "\0\0\x0a\0\x08\0\0\0\1\2\0\0\0\0\2\x08\1PP"
		      TRAILERS("0")));
	probe_is(s, "grpc", "", HEALTH_PASSING, ok);
	/* The farewell was pinged before: our answer to that came too. */
	assert_non_null(memmem(s->seen.p, s->seen.len,
			       "\0\0\x08\6\1\0\0\0\0abcdefgh", 17));
}

static void grpc_states(void **state)
{
	struct server *s = *state;

	answer(s, STR(SETTINGS HEADERS "\0\0\7\0\0\0\0\0\1\0\0\0\0\2\x08\2"
		      TRAILERS("0")));
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: NOT_SERVING");
	/* No field: 0; other fields are skipped. */
	answer(s, STR(SETTINGS HEADERS "\0\0\5\0\0\0\0\0\1\0\0\0\0\0"
		      TRAILERS("0")));
	probe_is(s, "grpc", "", HEALTH_CRITICAL, "gRPC grpc://HOST: UNKNOWN");
	answer(s, STR(SETTINGS HEADERS
		      "\0\0\x10\0\0\0\0\0\1\0\0\0\0\x0b"
		      "\x12\2hi\x1d" "abcd\x08\1" TRAILERS("0")));
	probe_is(s, "grpc", "", HEALTH_PASSING, "gRPC grpc://HOST: SERVING");
	/* Status and message in trailers without an answer. */
	answer(s, STR(SETTINGS "\0\0\x3a\1\5\0\0\0\1" HEAD_BLOCK
		      TRAILER_BLOCK("5") "\0\x0cgrpc-message\x09no%20%22x"));
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: NOT_FOUND: no \"x");
	answer(s, STR(SETTINGS HEADERS "\0\0\x10\1\5\0\0\0\1"
		      "\0\x0bgrpc-status\2" "12"));
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: UNIMPLEMENTED");
	answer(s, STR(SETTINGS HEADERS "\0\0\x10\1\5\0\0\0\1"
		      "\0\x0bgrpc-status\2" "77"));
	probe_is(s, "grpc", "", HEALTH_CRITICAL, "gRPC grpc://HOST: 77");
}

static void grpc_bad(void **state)
{
	static const struct {
		struct str reply;
		const char *want;
	} cases[] = {
		{STR("HTTP/1.1 400 Bad Request\r\n\r\n"),
		 "the other side speaks HTTP/1"},
		{STR("220 mail.example ESMTP\r\n"),
		 "the other side does not speak HTTP/2"},
		{STR(HEADERS), "the other side does not speak HTTP/2"},
		{STR(SETTINGS "\0\0\4\3\0\0\0\0\1\0\0\0\7"),
		 "the request was reset: REFUSED_STREAM"},
		{STR(SETTINGS "\0\0\1\3\0\0\0\0\1\0"),
		 "the request was reset: unknown error"},
		{STR(SETTINGS "\0\0\x08\7\0\0\0\0\0\0\0\0\0\0\0\0\x0b"),
		 "the connection is being closed: ENHANCE_YOUR_CALM"},
		{STR(SETTINGS "\1\0\0\0\0\0\0\0\1"), "a frame is too long"},
		{STR(SETTINGS "\0\0\1\1\4\0\0\0\1\xff"), "malformed headers"},
		{STR(SETTINGS "\0\0\1\1\0\0\0\0\1\x88" SERVING),
		 "malformed headers"},
		{STR(SETTINGS "\0\0\1\x09\4\0\0\0\1\x88"), "malformed headers"},
		{STR(SETTINGS "\0\0\1\1\4\0\0\0\3\x88"), "malformed headers"},
		{STR(SETTINGS "\0\0\2\0\x08\0\0\0\1\7x"), "malformed frame"},
		{STR(SETTINGS "\0\0\1\1\5\0\0\0\1\x8d"),
		 "HTTP status 404 instead of an answer"},
		{STR(SETTINGS "\0\0\1\1\5\0\0\0\1\x88"),
		 "the answer is not of gRPC"},
		{STR(SETTINGS "\0\0\x13\1\5\0\0\0\1" HEAD_BLOCK),
		 "the answer has no grpc-status"},
		{STR(SETTINGS HEADERS TRAILERS("0")),
		 "the answer is malformed"},
		{STR(SETTINGS HEADERS "\0\0\7\0\0\0\0\0\1\1\0\0\0\2\x08\1"
		     TRAILERS("0")),
		 "the answer is malformed"},
		{STR(SETTINGS HEADERS "\0\0\7\0\0\0\0\0\1\0\0\0\0\2\x12\x09"
		     TRAILERS("0")),
		 "the answer is malformed"},
	};
	struct server *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char want[200];

		snprintf(want, sizeof(want), "gRPC grpc://HOST: %s",
			 cases[i].want);
		answer(s, cases[i].reply);
		probe_is(s, "grpc", "", HEALTH_CRITICAL, want);
	}
	answer(s, STR(""));
	s->close = true;
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: the connection was closed");
	/* Silence, and an answer without an end. */
	answer(s, STR(SETTINGS HEADERS));
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: timed out after 400ms");
	answer(s, STR("\0\0\0\6\0\0\0\0\0"));
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: the other side does not speak HTTP/2");
	answer(s, STR(SETTINGS));
	s->repeat = 20000;
	probe_is(s, "grpc", "", HEALTH_CRITICAL,
		 "gRPC grpc://HOST: the other side sends too much");
}

static void ping(void **state)
{
	struct server *s = *state;

	answer(s, STR(SETTINGS "\0\0\x08\6\1\0\0\0\0other..."
		      "\0\0\x08\6\1\0\0\0\0basebox!"));
	probe_is(s, "h2ping", "", HEALTH_PASSING,
		 "HTTP/2 PING h2ping://HOST: answered");
	answer(s, STR(SETTINGS "\0\0\x08\6\1\0\0\0\0other..."));
	probe_is(s, "h2ping", "", HEALTH_CRITICAL,
		 "HTTP/2 PING h2ping://HOST: timed out after 400ms");
	answer(s, STR("HTTP/1.0 200 OK\r\n\r\n"));
	probe_is(s, "h2ping", "", HEALTH_CRITICAL,
		 "HTTP/2 PING h2ping://HOST: the other side speaks HTTP/1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hpack),
		cmocka_unit_test_setup_teardown(grpc_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(grpc_states, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(grpc_bad, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ping, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

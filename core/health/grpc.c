// SPDX-License-Identifier: MIT
/* grpc - the health service of gRPC. The messages are small enough to be put
 * together by hand:
 *
 *	request   0 LENGTH4  0x0A LENGTH "service"   (field 1, a string)
 *	answer    0 LENGTH4  0x08 STATUS             (field 1, an enum)
 *
 * Sources: grpc/doc/PROTOCOL-HTTP2.md, grpc/doc/health-checking.md. */
#include "health/grpc.h"

#include <stdio.h>
#include <stdlib.h>

#include "health/h2.h"
#include "health/hpack.h"

enum { PREFIX = 5, ANSWER_MAX = 4096 };

struct health_grpc {
	struct h2 *h2;
	const struct health_grpc_events *ev;
	void *ctx;
	struct buf headers, body; /* of the request */
	struct buf got;           /* body of the answer */
	struct health_grpc_answer a;
	int http; /* status; 0 = none yet */
	bool typed; /* content-type: application/grpc... */
	bool busy, dead;
};

/* The i-th of some names that end with '\0' each, or the number. */
static const char *name_of(const char *names, int i, char out[NUM_TEXT])
{
	for (int k = i; k > 0 && *names; k--)
		names += strlen(names) + 1;
	if (i >= 0 && *names)
		return names;
	num_put_i64(out, i);
	return out;
}

const char *health_grpc_serving(int serving, char out[NUM_TEXT])
{
	return name_of("UNKNOWN\0SERVING\0NOT_SERVING\0SERVICE_UNKNOWN\0",
		       serving, out);
}

const char *health_grpc_code(int code, char out[NUM_TEXT])
{
	return name_of("OK\0CANCELLED\0UNKNOWN\0INVALID_ARGUMENT\0"
		       "DEADLINE_EXCEEDED\0NOT_FOUND\0ALREADY_EXISTS\0"
		       "PERMISSION_DENIED\0RESOURCE_EXHAUSTED\0"
		       "FAILED_PRECONDITION\0ABORTED\0OUT_OF_RANGE\0"
		       "UNIMPLEMENTED\0INTERNAL\0UNAVAILABLE\0DATA_LOSS\0"
		       "UNAUTHENTICATED\0",
		       code, out);
}

void health_grpc_free(struct health_grpc *g)
{
	if (!g)
		return;
	h2_free(g->h2);
	g->h2 = NULL;
	g->dead = true;
	if (g->busy)
		return;
	buf_free(&g->headers);
	buf_free(&g->body);
	buf_free(&g->got);
	free(g);
}

/* Tells the owner, once; the call may be gone afterwards. */
static void done(struct health_grpc *g)
{
	h2_free(g->h2);
	g->h2 = NULL;
	g->busy = true;
	g->ev->done(g->ctx, &g->a);
	g->busy = false;
	if (g->dead)
		health_grpc_free(g);
}

static void on_fail(void *ctx, const char *why)
{
	struct health_grpc *g = ctx;

	g->a.called = false;
	snprintf(g->a.text, sizeof(g->a.text), "%s", why);
	done(g);
}

/* --- the request --- */

static void put_header(struct buf *b, const char *line)
{
	struct str name = str_of(line), value;
	ptrdiff_t colon = str_chr(name, ':');
	char low[128];

	if (colon < 0)
		return;
	value = str_trim(str_cut(name, (size_t)colon + 1, name.n), " \t");
	name = str_trim(str_cut(name, 0, (size_t)colon), " \t");
	if (!name.n || name.n >= sizeof(low))
		return;
	for (size_t i = 0; i < name.n; i++)
		low[i] = (char)ascii_lower((unsigned char)name.p[i]);
	low[name.n] = '\0';
	hpack_put(b, low, value);
}

/* Authority: the address as it was given, "localhost" for a socket. */
static void put_authority(struct buf *b, const char *url)
{
	struct str s = str_of(url);
	ptrdiff_t at = str_find(s, STR("://"));

	if (str_prefix(s, STR("unix:")))
		s = STR("localhost");
	else if (at >= 0)
		s = str_cut(s, (size_t)at + 3, s.n);
	hpack_put(b, ":authority", s);
}

static void make_request(struct health_grpc *g,
			 const struct health_grpc_conf *c)
{
	struct str service = str_of(c->service ? c->service : "");
	struct buf *b = &g->headers, *m = &g->body;
	bool tls = strncmp(c->url, "https:", 6) == 0;
	size_t n;
	char text[NUM_TEXT + 1];

	hpack_put(b, ":method", STR("POST"));
	hpack_put(b, ":scheme", tls ? STR("https") : STR("http"));
	hpack_put(b, ":path", STR("/grpc.health.v1.Health/Check"));
	put_authority(b, c->url);
	hpack_put(b, "content-type", STR("application/grpc"));
	hpack_put(b, "te", STR("trailers"));
	hpack_put(b, "user-agent",
		  str_of(c->user_agent ? c->user_agent : "basebox-health"));
	if (c->deadline_ms > 0 && c->deadline_ms < 100000000) {
		n = num_put_i64(text, c->deadline_ms);
		text[n++] = 'm';
		hpack_put(b, "grpc-timeout", str_n(text, n));
	}
	for (size_t i = 0; c->headers && c->headers[i]; i++)
		put_header(b, c->headers[i]);
	if (service.n) {
		buf_addc(m, 0x0A);
		for (n = service.n; n > 127; n >>= 7)
			buf_addc(m, (char)((n & 127) | 128));
		buf_addc(m, (char)n);
		buf_add(m, service.p, service.n);
	}
}

static void on_up(void *ctx)
{
	struct health_grpc *g = ctx;
	size_t n = g->body.len;
	uint8_t prefix[PREFIX] = {0, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
				  (uint8_t)(n >> 8), (uint8_t)n};
	struct buf BUF_AUTO message = {0};

	g->a.connected = true;
	buf_add(&message, prefix, PREFIX);
	if (n)
		buf_add(&message, g->body.p, n);
	g->busy = true;
	if (g->ev->up)
		g->ev->up(g->ctx);
	g->busy = false;
	if (g->dead)
		health_grpc_free(g);
	else
		h2_request(g->h2, str_n(g->headers.p, g->headers.len),
			   str_n(buf_str(&message), message.len));
}

/* --- the answer --- */

/* Percent-encoded, as grpc-message is. */
static void put_message(struct str s, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 1 < room; i++) {
		int hi = i + 2 < s.n ? ascii_hex((unsigned char)s.p[i + 1])
				     : -1;
		int lo = hi >= 0 ? ascii_hex((unsigned char)s.p[i + 2]) : -1;

		if (s.p[i] == '%' && lo >= 0) {
			out[n++] = (char)(hi * 16 + lo);
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	out[n] = '\0';
}

static void on_header(void *ctx, struct str name, struct str value)
{
	struct health_grpc *g = ctx;
	uint64_t n;

	if (str_is(name, ":status") && num_u64(value, 999, &n)) {
		g->http = (int)n;
	} else if (str_is(name, "grpc-status") && num_u64(value, 999, &n)) {
		g->a.called = true;
		g->a.code = (int)n;
	} else if (str_is(name, "grpc-message")) {
		put_message(value, g->a.text, sizeof(g->a.text));
	} else if (str_is(name, "content-type")) {
		g->typed = str_prefix(value, STR("application/grpc"));
	}
}

static void on_data(void *ctx, struct str bytes)
{
	struct health_grpc *g = ctx;

	if (buf_add(&g->got, bytes.p, bytes.n) < 0)
		on_fail(g, "the answer is too long");
}

/* A number of protobuf's, low seven bits first. */
static bool read_varint(struct str *s, uint64_t *out)
{
	int shift = 0;
	uint8_t c;

	*out = 0;
	do {
		if (s->n == 0 || shift > 63)
			return false;
		c = (uint8_t)*s->p;
		*out |= (uint64_t)(c & 127) << shift;
		shift += 7;
		*s = str_cut(*s, 1, s->n);
	} while (c & 128);
	return true;
}

/* The status in the message; an absent field is 0. */
static bool read_answer(struct str s, int *serving)
{
	uint64_t key, v = 0, n;

	if (s.n < PREFIX || s.p[0])
		return false; /* compressed: never asked for */
	s = str_cut(s, PREFIX, s.n);
	*serving = 0;
	while (s.n) {
		if (!read_varint(&s, &key))
			return false;
		switch (key & 7) {
		case 0:
			if (!read_varint(&s, &v))
				return false;
			if (key == 8)
				*serving = v > 99 ? 99 : (int)v;
			continue;
		case 1:
			n = 8;
			break;
		case 2:
			if (!read_varint(&s, &n))
				return false;
			break;
		case 5:
			n = 4;
			break;
		default:
			return false;
		}
		if (n > s.n)
			return false;
		s = str_cut(s, (size_t)n, s.n);
	}
	return true;
}

static void on_end(void *ctx)
{
	struct health_grpc *g = ctx;
	char text[80];

	if (!g->a.called && g->http != 200) {
		snprintf(text, sizeof(text), "HTTP status %d instead of an "
			 "answer", g->http);
		on_fail(g, text);
		return;
	}
	if (!g->a.called) {
		on_fail(g, g->typed ? "the answer has no grpc-status"
				    : "the answer is not of gRPC");
		return;
	}
	if (g->a.code == GRPC_OK &&
	    !read_answer(str_n(buf_str(&g->got), g->got.len), &g->a.serving)) {
		on_fail(g, "the answer is malformed");
		return;
	}
	done(g);
}

static const struct h2_events events = {
	.up = on_up,
	.header = on_header,
	.data = on_data,
	.end = on_end,
	.fail = on_fail,
};

int health_grpc_start(struct http *h, const struct health_grpc_conf *c,
		      const struct health_grpc_events *ev, void *ctx,
		      struct health_grpc **out, struct err *e)
{
	struct http_stream_conf conf = {.url = c->url, .tls = c->tls,
					.alpn = "h2"};
	struct health_grpc *g = calloc(1, sizeof(*g));

	if (!g)
		return err_nomem(e);
	g->ev = ev;
	g->ctx = ctx;
	g->a.code = GRPC_UNKNOWN;
	g->got.max = ANSWER_MAX;
	g->headers.max = H2_RECEIVE_MAX / 4; /* one frame's payload */
	make_request(g, c);
	if (g->headers.failed || g->body.failed) {
		health_grpc_free(g);
		return err_set(e, 0, "the headers are too long");
	}
	if (h2_open(h, &conf, &events, g, &g->h2, e) < 0) {
		health_grpc_free(g);
		return -1;
	}
	*out = g;
	return 0;
}

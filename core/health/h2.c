// SPDX-License-Identifier: MIT
/* h2 - frames of HTTP/2 (RFC 9113): nine bytes of head, then the payload.
 *
 *	0  3  length of the payload, at most 16384 (we announce no more)
 *	3  1  type
 *	4  1  flags
 *	5  4  stream, high bit reserved
 *
 * A client of our own by size: this file and hpack.c are 4.0 kB; nghttp2 1.64
 * under the same flags, with the calls that one check needs, is 87 kB. */
#include "health/h2.h"

#include <stdio.h>
#include <stdlib.h>

#include "health/hpack.h"

enum { HEAD = 9, PAYLOAD_MAX = 16384, STREAM = 1 };

enum frame_type {
	F_DATA,
	F_HEADERS,
	F_PRIORITY,
	F_RST_STREAM,
	F_SETTINGS,
	F_PUSH_PROMISE,
	F_PING,
	F_GOAWAY,
	F_WINDOW_UPDATE,
	F_CONTINUATION,
};

enum frame_flag {
	FF_END_STREAM = 0x01, /* DATA, HEADERS */
	FF_ACK = 0x01,        /* SETTINGS, PING */
	FF_END_HEADERS = 0x04,
	FF_PADDED = 0x08,
	FF_PRIORITY = 0x20,
};

struct frame {
	uint8_t type, flags;
	uint32_t stream;
	struct str body;
};

struct h2 {
	struct http_stream *s;
	const struct h2_events *ev;
	void *ctx;
	struct buf in;    /* not taken apart yet */
	struct buf block; /* a header block under way */
	bool block_ends;  /* ... ends the answer */
	bool in_block;
	bool up;
	size_t received;
	bool busy, dead; /* freed from inside a callback */
};

void h2_free(struct h2 *c)
{
	if (!c)
		return;
	http_stream_free(c->s);
	c->s = NULL;
	c->dead = true;
	if (c->busy)
		return;
	buf_free(&c->in);
	buf_free(&c->block);
	free(c);
}

static void fail(struct h2 *c, const char *why)
{
	if (!c->dead)
		c->ev->fail(c->ctx, why);
}

/* A big endian number of four bytes; all ones when there are fewer. */
static uint32_t number(struct str s)
{
	uint32_t v = UINT32_MAX;

	for (size_t i = 0; s.n >= 4 && i < 4; i++)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

/* With the name of the error code, as in the RFC. */
static void fail_code(struct h2 *c, const char *what, uint32_t code)
{
	static const char names[] =
		"NO_ERROR\0PROTOCOL_ERROR\0INTERNAL_ERROR\0"
		"FLOW_CONTROL_ERROR\0SETTINGS_TIMEOUT\0STREAM_CLOSED\0"
		"FRAME_SIZE_ERROR\0REFUSED_STREAM\0CANCEL\0COMPRESSION_ERROR\0"
		"CONNECT_ERROR\0ENHANCE_YOUR_CALM\0INADEQUATE_SECURITY\0"
		"HTTP_1_1_REQUIRED\0";
	const char *name = names, *end = names + sizeof(names) - 1;
	char text[80];

	for (; code && name < end; code--)
		name += strlen(name) + 1;
	snprintf(text, sizeof(text), "%s: %s", what,
		 name < end ? name : "unknown error");
	fail(c, text);
}

static void send_frame(struct h2 *c, enum frame_type type, uint8_t flags,
		       uint32_t stream, struct str body)
{
	uint8_t head[HEAD] = {
		(uint8_t)(body.n >> 16), (uint8_t)(body.n >> 8),
		(uint8_t)body.n,	 (uint8_t)type,
		flags,			 0,
		0,			 0,
		(uint8_t)stream,
	};
	struct err e;

	if (c->dead)
		return;
	if (http_stream_write(c->s, head, HEAD, &e) < 0 ||
	    (body.n && http_stream_write(c->s, body.p, body.n, &e) < 0))
		fail(c, e.text);
}

void h2_request(struct h2 *c, struct str headers, struct str body)
{
	send_frame(c, F_HEADERS, FF_END_HEADERS, STREAM, headers);
	send_frame(c, F_DATA, FF_END_STREAM, STREAM, body);
}

void h2_ping(struct h2 *c)
{
	send_frame(c, F_PING, 0, 0, STR("basebox!"));
}

/* --- what comes in --- */

/* Takes padding and priority away. */
static bool unpad(struct frame *f)
{
	size_t head = 0, pad = 0;

	if (f->flags & FF_PADDED) {
		if (!f->body.n)
			return false;
		pad = (uint8_t)f->body.p[0];
		head = 1;
	}
	if (f->type == F_HEADERS && f->flags & FF_PRIORITY)
		head += 5;
	if (head + pad > f->body.n)
		return false;
	f->body = str_cut(f->body, head, f->body.n - pad);
	return true;
}

static void on_header(void *ctx, struct str name, struct str value)
{
	struct h2 *c = ctx;

	if (!c->dead && c->ev->header)
		c->ev->header(c->ctx, name, value);
}

static void end_block(struct h2 *c)
{
	c->in_block = false;
	if (hpack_read(str_n(buf_str(&c->block), c->block.len), on_header,
		       c) < 0) {
		fail(c, "malformed headers");
		return;
	}
	buf_reset(&c->block);
	if (c->block_ends && !c->dead && c->ev->end)
		c->ev->end(c->ctx);
}

static void on_headers(struct h2 *c, struct frame *f)
{
	if (f->type == F_HEADERS) {
		if (!unpad(f)) {
			fail(c, "malformed frame");
			return;
		}
		c->block_ends = f->flags & FF_END_STREAM;
		c->in_block = true;
	}
	if (f->stream != STREAM || buf_add(&c->block, f->body.p, f->body.n)) {
		fail(c, "malformed headers");
		return;
	}
	if (f->flags & FF_END_HEADERS)
		end_block(c);
}

static void on_data(struct h2 *c, struct frame *f)
{
	if (f->stream != STREAM || !unpad(f)) {
		fail(c, "malformed frame");
		return;
	}
	if (c->ev->data)
		c->ev->data(c->ctx, f->body);
	if (f->flags & FF_END_STREAM && !c->dead && c->ev->end)
		c->ev->end(c->ctx);
}

static void on_frame(struct h2 *c, struct frame *f)
{
	uint32_t code;

	if (!c->up && (f->type != F_SETTINGS || f->flags & FF_ACK)) {
		fail(c, "the other side does not speak HTTP/2");
		return;
	}
	/* A header block is not interrupted (6.10). */
	if (c->in_block != (f->type == F_CONTINUATION)) {
		fail(c, "malformed headers");
		return;
	}
	switch (f->type) {
	case F_DATA:
		on_data(c, f);
		break;
	case F_HEADERS:
	case F_CONTINUATION:
		on_headers(c, f);
		break;
	case F_RST_STREAM:
		fail_code(c, "the request was reset", number(f->body));
		break;
	case F_GOAWAY:
		/* Without an error what is under way may still end well. */
		code = number(str_cut(f->body, 4, f->body.n));
		if (code)
			fail_code(c, "the connection is being closed", code);
		break;
	case F_SETTINGS:
		if (f->flags & FF_ACK)
			break;
		send_frame(c, F_SETTINGS, FF_ACK, 0, STR(""));
		if (c->up || c->dead)
			break;
		c->up = true;
		if (c->ev->up)
			c->ev->up(c->ctx);
		break;
	case F_PING:
		if (!(f->flags & FF_ACK))
			send_frame(c, F_PING, FF_ACK, 0, f->body);
		else if (c->ev->pong && str_is(f->body, "basebox!"))
			c->ev->pong(c->ctx);
		break;
	default: /* of no meaning here, or unknown: to be ignored */
		break;
	}
}

/* The next whole frame of the input; false when it is not there yet. */
static bool take_frame(struct h2 *c, size_t *at, struct frame *f)
{
	const uint8_t *p = (const uint8_t *)c->in.p + *at;
	size_t left = c->in.len - *at, n;

	if (left >= 5 && !c->up && memcmp(p, "HTTP/", 5) == 0) {
		fail(c, "the other side speaks HTTP/1");
		return false;
	}
	if (left < HEAD)
		return false;
	n = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];
	if (n > PAYLOAD_MAX) {
		fail(c, c->up ? "a frame is too long"
			      : "the other side does not speak HTTP/2");
		return false;
	}
	if (left < HEAD + n)
		return false;
	f->type = p[3];
	f->flags = p[4];
	f->stream = (uint32_t)(p[5] & 127) << 24 | (uint32_t)p[6] << 16 |
		    (uint32_t)p[7] << 8 | p[8];
	f->body = str_n((const char *)p + HEAD, n);
	*at += HEAD + n;
	return true;
}

static void on_input(struct h2 *c)
{
	struct frame f;
	size_t at = 0;

	while (!c->dead && take_frame(c, &at, &f))
		on_frame(c, &f);
	if (c->dead)
		return;
	if (at) {
		memmove(c->in.p, c->in.p + at, c->in.len - at);
		buf_cut(&c->in, c->in.len - at);
	}
}

static void read_all(struct h2 *c)
{
	char tmp[4096];
	struct err e;
	ssize_t n = 0;

	while (!c->dead && (n = http_stream_read(c->s, tmp, sizeof(tmp),
						 &e)) > 0) {
		c->received += (size_t)n;
		if (c->received > H2_RECEIVE_MAX ||
		    buf_add(&c->in, tmp, (size_t)n) < 0)
			fail(c, "the other side sends too much");
		else
			on_input(c);
	}
	if (n < 0)
		fail(c, strcmp(e.text, "EOF") ? e.text
					      : "the connection was closed");
}

/* The preface and our settings: no table for header compression, no pushes. */
static void greet(struct h2 *c)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	struct err e;

	if (http_stream_write(c->s, preface, sizeof(preface) - 1, &e) < 0) {
		fail(c, e.text);
		return;
	}
	send_frame(c, F_SETTINGS, 0, 0, STR("\0\1\0\0\0\0\0\2\0\0\0\0"));
}

static void on_stream(void *ctx, enum http_stream_event event,
		      const struct err *e)
{
	struct h2 *c = ctx;

	c->busy = true;
	if (event == HTTP_STREAM_FAIL)
		fail(c, e->text);
	if (event == HTTP_STREAM_OPEN)
		greet(c);
	/* TLS may hold some bytes as soon as it is open. */
	if (!c->dead)
		read_all(c);
	c->busy = false;
	if (c->dead)
		h2_free(c);
}

int h2_open(struct http *h, const struct http_stream_conf *conf,
	    const struct h2_events *ev, void *ctx, struct h2 **out,
	    struct err *e)
{
	struct h2 *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem(e);
	c->ev = ev;
	c->ctx = ctx;
	c->in.max = HEAD + PAYLOAD_MAX + 4096;
	c->block.max = H2_RECEIVE_MAX;
	if (http_stream_open(h, conf, on_stream, c, &c->s, e) < 0) {
		free(c);
		return -1;
	}
	*out = c;
	return 0;
}

// SPDX-License-Identifier: MIT
/* stream - a connection for another protocol than HTTP/1.1: bytes over TCP, TLS
 * or a UNIX socket, on the event loop. Names are resolved and addresses tried
 * as for HTTP. Nothing blocks; whoever opens it sets the time limit. */
#ifndef BASEBOX_HTTP_STREAM_H
#define BASEBOX_HTTP_STREAM_H

#include <sys/types.h>

#include "http.h"

struct http_stream;

enum http_stream_event {
	HTTP_STREAM_OPEN, /* connected, TLS included */
	HTTP_STREAM_READ, /* something may be read */
	HTTP_STREAM_FAIL, /* it came to nothing; e says why */
};

/* The stream may be freed from here. */
typedef void http_stream_fn(void *ctx, enum http_stream_event event,
			    const struct err *e);

struct http_stream_conf {
	const char *url;      /* see http_addr_parse; https = TLS */
	struct http_tls *tls; /* NULL: a verifying default */
	const char *alpn;     /* the server must agree on it; NULL = none */
};

/* Starts to connect; every failure after that comes through fn. */
int http_stream_open(struct http *h, const struct http_stream_conf *c,
		     http_stream_fn *fn, void *ctx, struct http_stream **out,
		     struct err *e) MUST_USE;
/* Closes it at once, fn is not called again. NULL is fine. */
void http_stream_free(struct http_stream *s);

/* What is there: > 0 bytes, 0 = nothing now, -1 = the end (`EOF`) or an error.
 * After HTTP_STREAM_READ read until it says 0. */
ssize_t http_stream_read(struct http_stream *s, void *p, size_t n,
			 struct err *e) MUST_USE;
/* Sends it, now or as soon as possible. -1: too much is waiting (64 kB). */
int http_stream_write(struct http_stream *s, const void *p, size_t n,
		      struct err *e) MUST_USE;

#endif

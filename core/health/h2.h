// SPDX-License-Identifier: MIT
/* h2 - an HTTP/2 client connection (RFC 9113) that carries one request, or a
 * PING. Private to core/health. What the other side may send is limited; no
 * flow control is needed below that limit. */
#ifndef BASEBOX_CORE_HEALTH_H2_H
#define BASEBOX_CORE_HEALTH_H2_H

#include "base.h"
#include "http/stream.h"

enum {
	H2_RECEIVE_MAX = 64 << 10, /* bytes of one connection, all in all */
};

struct h2;

/* Each may be NULL; each may free the connection. */
struct h2_events {
	void (*up)(void *ctx); /* the other side speaks HTTP/2 */
	void (*header)(void *ctx, struct str name, struct str value);
	void (*data)(void *ctx, struct str bytes);
	void (*end)(void *ctx); /* of the answer */
	void (*pong)(void *ctx);
	/* The connection, or the request, came to nothing; free it. */
	void (*fail)(void *ctx, const char *why);
};

int h2_open(struct http *h, const struct http_stream_conf *c,
	    const struct h2_events *ev, void *ctx, struct h2 **out,
	    struct err *e) MUST_USE;
void h2_free(struct h2 *c); /* NULL is fine */

/* After `up`: sends a request whose header block was made with hpack_put. */
void h2_request(struct h2 *c, struct str headers, struct str body);
void h2_ping(struct h2 *c);

#endif

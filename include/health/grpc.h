// SPDX-License-Identifier: MIT
/* grpc - one call of grpc.health.v1.Health/Check, over HTTP/2 of our own. The
 * check engine makes its verdicts from it, and grpc_health_probe its exit
 * codes. */
#ifndef BASEBOX_HEALTH_GRPC_H
#define BASEBOX_HEALTH_GRPC_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "http/stream.h"

/* Status codes of gRPC that matter here. */
enum { GRPC_OK = 0, GRPC_UNKNOWN = 2, GRPC_UNIMPLEMENTED = 12 };

struct health_grpc_conf {
	const char *url;  /* http://h:p, https://h:p or unix:///path */
	struct http_tls *tls;
	const char *service;    /* NULL or "": the server as a whole */
	const char *user_agent; /* NULL = basebox-health */
	const char *const *headers; /* "name: value", NULL-terminated, or NULL */
	int64_t deadline_ms; /* told to the server; 0 = none */
};

struct health_grpc_answer {
	bool connected; /* the server speaks HTTP/2 */
	bool called;    /* it answered the call: code counts */
	int code;       /* gRPC's status code */
	char text[512]; /* what went wrong, or the status' message */
	int serving;    /* with GRPC_OK: the protocol's enum; 1 = SERVING */
};

/* "SERVING", "NOT_FOUND" ..., or a number. */
const char *health_grpc_serving(int serving, char out[NUM_TEXT]);
const char *health_grpc_code(int code, char out[NUM_TEXT]);

struct health_grpc;
/* `up` (may be NULL) is called when the connection stands and the call is
 * sent; then `done` once, unless the call is freed before; free it there or
 * later. */
struct health_grpc_events {
	void (*up)(void *ctx);
	void (*done)(void *ctx, const struct health_grpc_answer *a);
};
int health_grpc_start(struct http *h, const struct health_grpc_conf *c,
		      const struct health_grpc_events *ev, void *ctx,
		      struct health_grpc **out, struct err *e) MUST_USE;
void health_grpc_free(struct health_grpc *g); /* NULL is fine */

#endif

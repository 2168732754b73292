// SPDX-License-Identifier: MIT
/* inner - what the files of this module share. */
#ifndef BASEBOX_CONSUL_INNER_H
#define BASEBOX_CONSUL_INNER_H

#include "consul.h"

struct consul {
	struct http *http;
	struct http_site *site;
	struct http_tls *tls;
	char *address, *token, *ns, *partition;
};

/* One answer on its way; a fetch may need several requests in a row. */
struct consul_call {
	struct consul *c;
	struct http_call *http;
	consul_fn *fn;
	void *ctx;
	struct arena arena;    /* notes between requests */
	const struct tmpl_query *q; /* NULL: consul_send */
	struct keys *keys;     /* of consul_keys */
	struct consul_ask ask;
	int step;
	const char *node;      /* DEP_NODE: the local node's name */
	struct val list, kept; /* DEP_DATACENTERS: all, and those that answer */
	size_t next;
};

struct consul_call *consul_call_new(struct consul *c, consul_fn *fn,
				    void *ctx);
void consul_call_free(struct consul_call *call);
int consul_request(struct consul_call *call, const char *method,
		   const char *target, struct str body,
		   const char *const *headers, struct err *e);

/* Starts the request of the call's current step. */
int consul_next(struct consul_call *call, struct err *e);
/* What the answer of a step means: 1 = another request is under way, 0 = the
 * reply is complete, -1 = failed with *e. */
int consul_took(struct consul_call *call, const struct http_answer *a,
		struct consul_reply *r, struct err *e);

/* The splitter of consul_keys, as http's body callback. */
int consul_keys_body(void *ctx, int status, const char *p, size_t n,
		     struct err *e);
/* The answer is complete: 0, or -1 when it was cut. */
int consul_keys_end(struct consul_call *call, struct consul_reply *r,
		    struct err *e);
struct keys *consul_keys_new(consul_key_fn *each, void *ctx, size_t max);
void consul_keys_free(struct keys *k);

#endif

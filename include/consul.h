// SPDX-License-Identifier: MIT
/* consul - typed calls on Consul's HTTP API (1.8 and later) over core/http.
 * Answers become the values that templates see (shapes of funcs.h), sorted by
 * the rules of consul-template.
 *
 * The address, token, TLS and header settings come from a struct consul_conf;
 * whatever it leaves out is taken from Consul's own environment variables. */
#ifndef BASEBOX_CONSUL_H
#define BASEBOX_CONSUL_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "data/value.h"
#include "http.h"
#include "tmpl/host.h"

enum { CONSUL_VALUE_MAX = 512 << 10 }; /* bytes of a KV value */

/* NULL and 0 mean "not given". Strings are copied. */
struct consul_conf {
	const char *address;    /* host:port, http(s)://host:port/prefix,
				 * unix:///path; CONSUL_HTTP_ADDR,
				 * else 127.0.0.1:8500 */
	const char *token;      /* CONSUL_HTTP_TOKEN */
	const char *token_file; /* CONSUL_HTTP_TOKEN_FILE; its content wins */
	const char *ns;         /* CONSUL_NAMESPACE */
	const char *partition;  /* CONSUL_PARTITION */
	const char *auth;       /* "user:password"; CONSUL_HTTP_AUTH */
	bool tls_given;         /* tls holds; else the environment does */
	bool tls_on;            /* https whatever the address says */
	struct http_tls_conf tls; /* CONSUL_CACERT, CONSUL_CAPATH, ... */
	int64_t dial_ms, keep_alive_s, idle_s; /* as struct http_site_conf */
	bool no_reuse;
	bool no_env; /* do not look at the environment */
};

struct consul;
int consul_open(struct http *h, const struct consul_conf *conf,
		struct consul **c, struct err *e) MUST_USE;
void consul_close(struct consul *c);
/* The address as configured, for messages and for children. */
const char *consul_address(const struct consul *c);
struct http_site *consul_site(struct consul *c);
/* For calls from now on; NULL or "" = none. */
int consul_set_token(struct consul *c, const char *token, struct err *e);

/* --- answers --- */

struct consul_reply {
	const struct err *err; /* NULL: done. Text without the dependency's id:
				* `Get "...": dial tcp ...`,
				* `Unexpected response code: 500 (oops)` */
	bool timeout;
	int status;            /* 0 = no answer came */
	bool absent;           /* 404 for a key: not there */
	bool yes;              /* what PUTs answer: true or false */
	bool too_large;        /* of consul_keys */
	size_t bytes;          /* of consul_keys: length of the answer */
	bool have_index;
	uint64_t index;        /* X-Consul-Index */
	int64_t last_contact_ms;
	bool known_leader;     /* false only when the answer says so */
	int64_t ms;            /* duration of the call */
	struct val value;      /* lives in *arena */
	struct arena *arena;   /* NULL, or the reply's: consul_reply_take */
	struct str body;       /* of consul_send */
};
/* Hands the arena over: arena_free and free() are the receiver's. */
struct arena *consul_reply_take(struct consul_reply *r);

typedef void consul_fn(void *ctx, struct consul_reply *r);

struct consul_call;
/* No callback comes after it. NULL is fine. */
void consul_cancel(struct consul_call *c);

/* --- reading what a template asks for --- */

struct consul_ask {
	uint64_t index;  /* 0 = whatever is there now */
	int64_t wait_ms; /* longest wait for something newer than index */
	bool stale, consistent;
	size_t max_body; /* 0 = HTTP_BODY_MAX */
};

/* One request (or, for node and datacenters true, a row of them) for a
 * dependency of the kinds DEP_KV_GET to DEP_CA_LEAF. The callback comes once.
 * ask = NULL: a plain read. *q is borrowed until the call ends. */
int consul_fetch(struct consul *c, const struct tmpl_query *q,
		 const struct consul_ask *ask, consul_fn *fn, void *ctx,
		 struct consul_call **call, struct err *e) MUST_USE;

/* One key of a recursive answer; value is base64 as it came. */
typedef void consul_key_fn(void *ctx, struct str key, uint64_t modify_index,
			   struct str value);
/* All keys below a prefix (q->kind DEP_KV_LIST), handed out one by one as they
 * come, so that only one of them is in memory; then the reply, without a
 * value. reply.too_large: it was given up at ask->max_body. Nothing may be
 * started, cancelled or freed from `each`. */
int consul_keys(struct consul *c, const struct tmpl_query *q,
		const struct consul_ask *ask, consul_key_fn *each, consul_fn *fn,
		void *ctx, struct consul_call **call, struct err *e) MUST_USE;
/* Decodes standard base64 into the arena; -1 when it is none. */
int consul_base64(struct arena *a, struct str in, struct str *out);

/* The value of a dependency from a JSON answer, for tests and for stores that
 * hold Consul's JSON. *absent: nothing there. */
int consul_decode(const struct tmpl_query *q, struct str json, struct arena *a,
		  struct val *out, bool *absent, struct err *e) MUST_USE;
/* The same from parsed JSON (lists and maps as data/json.h makes them). */
int consul_shape(const struct tmpl_query *q, const struct val *json,
		 struct arena *a, struct val *out, struct err *e) MUST_USE;

/* --- everything else --- */

enum { CONSUL_SEND_MS = 10000 }; /* an agent that is silent for so long is away */

/* Any request: path is escaped already and may end in "?x=y". token NULL =
 * the client's. On success reply.body holds the answer and reply.yes whether
 * it starts with "true"; statuses other than 200 are errors. */
int consul_send(struct consul *c, const char *method, const char *path,
		struct str body, const char *token, consul_fn *fn, void *ctx,
		struct consul_call **call, struct err *e) MUST_USE;
/* The same for an answer that may take longer than CONSUL_SEND_MS. */
int consul_send_for(struct consul *c, int64_t limit_ms, const char *method,
		    const char *path, struct str body, const char *token,
		    consul_fn *fn, void *ctx, struct consul_call **call,
		    struct err *e) MUST_USE;

#endif

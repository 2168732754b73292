// SPDX-License-Identifier: MIT
/* inner - a store and its calls, as the backends see them. */
#ifndef BASEBOX_STORE_INNER_H
#define BASEBOX_STORE_INNER_H

#include "store.h"

enum store_op {
	STORE_FETCH,
	STORE_PUT,
	STORE_CAS,
	STORE_DELETE,
	STORE_REGISTER,
	STORE_DEREGISTER,
	STORE_CHECK,
	STORE_MAINT,
	STORE_SERVICES,
};

/* What a call asks for. Strings and values are borrowed in `begin`; whoever
 * needs them later keeps copies in the call's arena. */
struct store_req {
	enum store_op op;
	const struct tmpl_query *query;
	struct store_ask ask;
	const char *key;  /* key or service id */
	struct str value; /* or a check's output */
	uint64_t index;	  /* STORE_CAS */
	bool flag;	  /* recurse, maintenance on */
	const char *check, *status, *token;
	const char *reason; /* of maintenance; or a check's name */
	const struct val *service;
};

struct store_call {
	struct store_call *next, *prev;
	struct store *s;
	store_fn *fn;
	void *ctx;
	struct arena arena;
	struct loop_timer timer; /* the folder's: delays and time limits */
	struct consul_call *consul;
	struct folder_call *folder;
	struct outcome *outcome; /* of the folder: done, not yet told */
	int step;
	struct val kept; /* between the steps of a call */
};

struct store_backend {
	/* Starts a call; the answer comes later through store_answer. */
	int (*begin)(struct store_call *c, const struct store_req *r,
		     struct err *e);
	/* Lets go of what begin made; the call is freed afterwards. */
	void (*end)(struct store_call *c);
	void (*close)(struct store *s);
};

struct folder;

struct store {
	const struct store_backend *backend;
	struct loop *loop;
	struct http *http; /* own engine, or NULL */
	struct consul *consul;
	struct folder *folder;
	struct store_call *calls;
	char *name;
	char *node, *node_address; /* of registrations */
	bool catalog;
};

/* Tells the owner and frees the call. The reply's arena, if it was not taken,
 * is freed too. */
void store_answer(struct store_call *c, struct store_reply *r);
/* The same with a failure. */
void store_fail(struct store_call *c, int status, const struct err *e);

extern const struct store_backend store_consul_backend;
extern const struct store_backend store_folder_backend;
int store_folder_open(struct store *s, const char *path, struct err *e) MUST_USE;

/* The payload of /v1/catalog/register for a service in the agent's shape, in
 * arena a. liveness adds Definition with TTL and time of removal to checks. */
int store_payload(struct arena *a, const char *node, const char *address,
		  const struct val *service, struct val *out, struct err *e);
/* Small help with maps. */
const struct val *store_member(const struct val *map, const char *key);
const char *store_text(struct arena *a, const struct val *map, const char *key);
int store_set(struct arena *a, struct val *map, const char *key, struct val v);
int store_set_text(struct arena *a, struct val *map, const char *key,
		   const char *text);

#endif

// SPDX-License-Identifier: MIT
/* store - where keys and registrations live, behind one interface with two
 * backends: a Consul agent, or a folder `dir:///path` that is shared on one
 * machine (kv/ holds keys as files, services/NODE/ID.json registrations,
 * nodes/NODE.json nodes; core/store/dir.c says the exact layout).
 *
 * Calls start on the store's loop and answer through a callback, always later
 * than the start has returned. Strings passed in are copied. A call ends with
 * its callback or with store_cancel; store_close ends all of them silently.
 *
 * What only a cluster can do fails in the folder store with a text that names
 * Consul as the way. */
#ifndef BASEBOX_STORE_H
#define BASEBOX_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "consul.h"
#include "data/value.h"
#include "os/loop.h"
#include "tmpl/host.h"

/* --- opening --- */

/* The store's address: `option` (NULL or "" = not given), else
 * $BASEBOX_STORE, else $CONSUL_HTTP_ADDR, else 127.0.0.1:8500. */
const char *store_address(const char *option);
/* Whether an address names a folder (dir:///path); such an address is never
 * given to children as CONSUL_HTTP_ADDR. */
bool store_address_is_dir(const char *address);

struct store;
/* conf->address is used as it stands (see store_address); conf = NULL: all
 * from the environment. h may be NULL for a folder store; with a Consul
 * address and h = NULL the store makes an engine of its own. */
int store_open(struct store **s, struct loop *l, struct http *h,
	       const struct consul_conf *conf, struct err *e) MUST_USE;
void store_close(struct store *s);
bool store_is_dir(const struct store *s);
/* The address as it was given. */
const char *store_name(const struct store *s);
/* The Consul client, NULL for a folder store. */
struct consul *store_consul(struct store *s);
/* The token for calls from now on (a folder store ignores it). */
int store_set_token(struct store *s, const char *token, struct err *e);

/* --- answers --- */

struct store_reply {
	const struct err *err; /* NULL: done */
	bool timeout;	       /* err is a time limit */
	int status;	       /* 200, 403, 404, 500 ...; 0 = no contact */
	bool absent;	       /* what was asked for is not there */
	bool yes;	       /* compare-and-set, delete: it was done */
	bool have_index;
	uint64_t index; /* for the next fetch */
	int64_t last_contact_ms;
	bool known_leader;
	int64_t ms;	     /* how long it took */
	struct val value;    /* lives in *arena */
	struct arena *arena; /* see store_reply_take */
};
/* The value's arena, now the receiver's: arena_free, then free(). NULL when
 * there is none. */
struct arena *store_reply_take(struct store_reply *r);

typedef void store_fn(void *ctx, struct store_reply *r);

struct store_call;
void store_cancel(struct store_call *c); /* NULL is fine */

/* --- reading --- */

struct store_ask {
	uint64_t index;	 /* answer when there is something newer; 0 = at once */
	int64_t wait_ms; /* at the latest after this time */
	bool stale;	 /* Consul: any server may answer */
	bool consistent; /* Consul: none that may lack what was there before */
};

/* The data of a template dependency (kinds DEP_KV_GET to DEP_CA_LEAF and
 * DEP_CATALOG_SERVICE); value has the shape that templates see. *q is borrowed
 * until the call ends. */
int store_fetch(struct store *s, const struct tmpl_query *q,
		const struct store_ask *ask, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e) MUST_USE;

/* --- keys --- */

int store_put(struct store *s, const char *key, struct str value, store_fn *fn,
	      void *ctx, struct store_call **call, struct err *e) MUST_USE;
/* Only if the key's ModifyIndex is still `index` (0: only if it is absent);
 * reply.yes says whether it was written. */
int store_cas(struct store *s, const char *key, struct str value,
	      uint64_t index, store_fn *fn, void *ctx, struct store_call **call,
	      struct err *e) MUST_USE;
int store_delete(struct store *s, const char *key, bool recurse, store_fn *fn,
		 void *ctx, struct store_call **call, struct err *e) MUST_USE;

/* --- registrations (register) --- */

/* How this process names itself in the catalogue. */
struct store_node {
	const char *name;    /* NULL: the hostname, basebox-HOSTNAME in the
			      * catalogue */
	const char *address; /* NULL: the service's address */
	bool catalog; /* Consul: /v1/catalog/register on a node of this name
		       * (meta external-node) instead of the agent's API */
};
int store_set_node(struct store *s, const struct store_node *n,
		   struct err *e) MUST_USE;

/* Registers or replaces a service. `service` is a map in the shape of PUT
 * /v1/agent/service/register: ID Name Tags Port Address SocketPath Meta
 * TaggedAddresses Weights EnableTagOverride Connect Kind Proxy Locality and
 * Checks, a list of maps CheckID Name Notes Status Output TTL
 * DeregisterCriticalServiceAfter (durations as text) or any other check for
 * the agent to run. token NULL = the store's. */
int store_register(struct store *s, const struct val *service,
		   const char *token, store_fn *fn, void *ctx,
		   struct store_call **call, struct err *e) MUST_USE;
/* status 404 = it was not there (agent: also 500 "Unknown service"). */
int store_deregister(struct store *s, const char *id, const char *token,
		     store_fn *fn, void *ctx, struct store_call **call,
		     struct err *e) MUST_USE;
/* The state of a TTL check (its id and name) of a service registered through
 * this store: status passing, warning or critical; NULL: the check is taken
 * out. A repeated equal state is a heartbeat. An answer 404 or 500 means that
 * the agent has lost it: register again. */
int store_check(struct store *s, const char *service_id, const char *check_id,
		const char *name, const char *status, struct str output,
		const char *token, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e) MUST_USE;
/* Maintenance mode of a service (id NULL: of the whole node). */
int store_maint(struct store *s, const char *id, bool on, const char *reason,
		const char *token, store_fn *fn, void *ctx,
		struct store_call **call, struct err *e) MUST_USE;
/* What is registered at this agent (catalogue mode and folder: at this node):
 * a list of maps {ID, Service, Tags, Address, Port, Meta, Checks: list of
 * {CheckID, Name, Status, Output, Notes}} by ID. */
int store_services(struct store *s, store_fn *fn, void *ctx,
		   struct store_call **call, struct err *e) MUST_USE;
/* Folder store: removes registrations of any node whose liveness is past
 * their DeregisterCriticalServiceAfter; how many, -1 on a failure. In Consul
 * the servers do it; 0. */
int store_sweep(struct store *s, struct err *e);

/* --- the same, waiting: for one-shot tools, outside any callback --- */

/* Turns the store's loop until the call started last has answered. The
 * reply's fields stay valid until the next call; *r is the caller's.
 *     struct store_wait w = {0};
 *     if (store_put(s, k, v, store_wait_fn, &w, NULL, e) < 0 ||
 *         store_wait(s, &w, e) < 0) ...
 * -1: it failed, *e says how. */
struct store_wait {
	bool done;
	bool failed;
	struct err err;
	struct store_reply reply; /* err is NULL; arena is the caller's */
};
store_fn store_wait_fn;
int store_wait(struct store *s, struct store_wait *w, struct err *e) MUST_USE;
void store_wait_free(struct store_wait *w);

#endif

// SPDX-License-Identifier: MIT
/* vault - secrets: the client (vault.c), its requests with their own few retries
 * (vault_call.c), the token and its renewal (vault_token.c), and the views of
 * secrets (vault_view.c). */
#ifndef BASEBOX_RENDER_VAULT_H
#define BASEBOX_RENDER_VAULT_H

#include "render/runner.h"

struct vault {
	struct runner *r;
	struct http_site *site;    /* NULL until it is needed */
	struct http_tls *tls;
	char *token;               /* "" = none */
	struct loop_timer renew, file;
	struct vault_call *renewing;
	unsigned renew_tries;
	bool relogin;              /* its next renewal is a new login */
	struct timespec file_time; /* of the agent's token file */
	off_t file_size;
	int64_t first_until;       /* other requests wait for `renewing` */
	int64_t timeout_ms;        /* of a request */
	int tries;                 /* again after a 5xx or a lost connection */
	double rate;               /* requests per second, 0 = no limit */
	double burst;              /* at once, before that holds */
	double turn;               /* ms: when the next one would be due */
};

/* After another token: every lease of the old one is got anew. */
void vault_read_again(struct runner *r);

int vault_open(struct runner *r, struct err *e);
void vault_close(struct vault *v); /* NULL is fine */

/* --- the token --- */

/* From the configuration, a file or ~/.vault-token. */
int vault_token_first(struct vault *v, struct err *e) MUST_USE;
/* With the client open: unwrapping or login, which wait; then the renewal and
 * the look at the agent's file begin. */
int vault_token_open(struct vault *v, struct err *e) MUST_USE;
void vault_token_close(struct vault *v);
const char *vault_proxy(void); /* of the environment; NULL or "" = none */

/* --- requests --- */

struct vault_answer {
	const struct err *err; /* NULL: JSON, or nothing */
	int status;
	struct val json;       /* no value when there was no body */
	struct arena *arena;   /* of json; may be taken (set to NULL) */
};
typedef void vault_fn(void *ctx, struct vault_answer *a);

struct vault_call;
int vault_send(struct vault *v, const char *method, const char *target,
	       struct str body, vault_fn *fn, void *ctx,
	       struct vault_call **call, struct err *e) MUST_USE;
void vault_cancel(struct vault_call *c); /* NULL is fine */

/* A member of a JSON object, NULL when it is not there or null. */
const struct val *json_member(const struct val *v, const char *key);
struct str json_text(const struct val *v, const char *key);
/* Whole seconds from a number or json.Number; 0 when there is none. */
int64_t json_int(const struct val *v, const char *key);
bool json_true(const struct val *v, const char *key);

/* The pairs of a write as a JSON object, inside {"data":} if wrapped. */
void vault_put_pairs(struct buf *b, const struct tmpl_query *q, bool wrapped);

/* --- leases --- */

/* When a renewed lease is to be renewed next, in ms; -1 = it is over: read
 * anew. lease and prior (the one before) in seconds. */
int64_t vault_renew_after(int64_t lease, int64_t prior, int64_t *grace);
/* A random number in [0, 1). */
double vault_chance(void);

#endif

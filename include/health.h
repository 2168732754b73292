// SPDX-License-Identifier: MIT
/* health - checks: what to probe, how to judge the answer, and a loop that does
 * it again and again. Two faces use it: the `health` applet (one shot, waiting,
 * watching) and `register` (for as long as the container lives). Verdicts come
 * through a callback; nothing here knows a store.
 *
 * The three states and their meaning are Consul's. A definition is plain data
 * whose strings live in the caller's arena; a probe copies nothing and needs
 * its definition until it is freed. */
#ifndef BASEBOX_HEALTH_H
#define BASEBOX_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "data/hcl.h"
#include "os/loop.h"
#include "os/reap.h"

enum health_state { HEALTH_PASSING, HEALTH_WARNING, HEALTH_CRITICAL };

/* "passing", "warning", "critical". */
const char *health_state_name(enum health_state s);
/* -1 when it is none of them. */
int health_state_parse(const char *name);

enum health_kind {
	HEALTH_HTTP,	/* http:// https:// http+unix:// */
	HEALTH_TCP,	/* tcp:// tcp+tls:// */
	HEALTH_UDP,	/* udp:// */
	HEALTH_UNIX,	/* unix:// */
	HEALTH_GRPC,	/* grpc:// grpcs:// */
	HEALTH_H2PING,	/* h2ping:// h2pings:// */
	HEALTH_EXEC,	/* argv */
	HEALTH_FILE,	/* file:// */
	HEALTH_SERVICE, /* service:NAME, a service directory of the scandir */
	HEALTH_TTL,	/* pushed by somebody; register only */
	HEALTH_ALIAS,	/* another service's worst; register only */
};

enum {
	HEALTH_OUTPUT_MAX = 4096, /* default of output_max, bytes */
};

/* All strings NULL when not given. Times are nanoseconds. */
struct health_def {
	enum health_kind kind;
	const char *id; /* check id; NULL: the owner makes one */
	const char *name;
	const char *notes;
	const char *service_id; /* a top-level check: the service it is for */
	const char *target; /* the URL, service name, or alias' service id */
	const char *const *argv; /* exec; NULL-terminated */

	int64_t interval;      /* default 10 s */
	int64_t timeout;       /* default 10 s, exec 30 s */
	int64_t initial_delay; /* before the first probe; default 0 */
	int64_t ttl;
	int64_t deregister_after;	 /* 0 = not given */
	unsigned success_before_passing; /* 0 = at once */
	unsigned failures_before_warning;
	unsigned failures_before_critical;
	bool warning_set;	   /* failures_before_warning was given */
	size_t output_max;	   /* bytes; default HEALTH_OUTPUT_MAX */
	enum health_state initial; /* until the first verdict; critical */

	const char *method;
	const char *body;
	const char *const *headers; /* "Name: value", NULL-terminated */
	bool disable_redirects;
	bool tls_skip_verify;
	const char *tls_server_name;
	const char *ca_file, *cert_file, *key_file;
	const char *status;	 /* "200-399,418"; NULL = Consul's rule */
	const char *expect_body; /* RE2 */
	const char *const *expect_header; /* "Name: regex" */
	const char *const *expect_json;	  /* "path=value" */
	struct hcl_pos pos; /* where it was defined; line 0 = not in a file */
};

/* Sets the defaults. */
void health_def_init(struct health_def *d);
/* A check from its URL form (as `health --help` has them), with validation. */
int health_def_url(struct arena *a, const char *url, struct health_def *d,
		   struct err *e) MUST_USE;

/* The URL as it may be shown: without its user and password. */
const char *health_target_shown(struct arena *a, const char *url);

/* One finding of a lint: where, and what. */
typedef void health_lint_fn(void *ctx, struct hcl_pos pos, const char *text);
/* A Consul check block (snake_case, camelCase and Kubernetes' names). Every
 * finding goes to lint; returns how many there were. */
size_t health_def_hcl(struct arena *a, const struct hcl_node *obj,
		      struct health_def *d, health_lint_fn *lint, void *ctx);
/* Ranges and combinations, unreadable CA files ...; the argument is named. */
int health_def_check(const struct health_def *d, struct err *e) MUST_USE;

/* --- running --- */

struct http;

/* What probes need of the process around them. */
struct health_env {
	struct loop *loop;
	struct http *http;     /* needed by HTTP kinds */
	struct reaper *reaper; /* needed by exec; its owner handles SIGCHLD */
	const char *scandir;   /* for service:NAME; NULL = find it */
};

struct health_result {
	enum health_state state;
	const char *output; /* one line, valid UTF-8, no secrets; borrowed */
	int64_t ms;	    /* how long the probe took */
	bool changed;	    /* another state or output than the last time */
};

typedef void health_fn(void *ctx, const struct health_result *r);

struct health_probe;

/* Probes after initial_delay (plus up to one interval of jitter when spread)
 * and then every interval; fn gets each verdict after thresholds. TTL and
 * alias definitions cannot be probed (-1). */
int health_start(struct health_probe **p, const struct health_env *env,
		 const struct health_def *d, bool spread, health_fn *fn,
		 void *ctx, struct err *e) MUST_USE;
/* One probe now, no repetition, thresholds ignored: fn is called once. */
int health_once(struct health_probe **p, const struct health_env *env,
		const struct health_def *d, health_fn *fn, void *ctx,
		struct err *e) MUST_USE;
/* Stops and frees; kills a running program. NULL is fine. Allowed inside fn. */
void health_stop(struct health_probe *p);

#endif

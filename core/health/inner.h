// SPDX-License-Identifier: MIT
/* inner - a probe and what the kinds of probes share. A kind is one file: it
 * starts, ends by probe_done or is stopped by its `stop`. */
#ifndef CORE_HEALTH_INNER_H
#define CORE_HEALTH_INNER_H

#include <limits.h>
#include <netinet/in.h>
#include <sys/types.h>

#include "health.h"
#include "http.h"
#include "regex.h"

enum {
	BODY_MAX = 64 * 1024, /* bytes of an answer that expectations look at */
	HEADERS_MAX = 64,
};

struct probe_exec;
struct probe_net;
struct probe_http;
struct probe_h2;

struct probe_kind;

struct health_probe {
	struct health_env env;
	const struct health_def *d;
	const struct probe_kind *kind;
	health_fn *fn;
	void *ctx;
	bool once;
	bool running;          /* a probe is under way */
	bool in_fn, dead;      /* freed from inside its callback */
	int64_t started;       /* ms */
	struct loop_timer next, limit;

	unsigned successes, failures; /* in a row */
	bool told;
	enum health_state state; /* last told */
	char *output;            /* last told; heap */

	/* of the kind: made once, used for each probe */
	struct probe_http *http;
	struct probe_net *net;
	struct probe_exec *exec;
	struct probe_h2 *h2;
};

/* The probe's outcome; the text is cleaned, cut and judged. Ends the probe
 * (it may be freed on return). */
void probe_done(struct health_probe *p, enum health_state s, const char *fmt,
		...) PRINTF(3, 4);
void probe_done_text(struct health_probe *p, enum health_state s,
		     struct str text);

/* Each kind: open (once), start (each time), stop (time is out, or the end),
 * close. start ends at once by probe_done, or later. */
struct probe_kind {
	int (*open)(struct health_probe *p, struct err *e);
	void (*start)(struct health_probe *p);
	void (*stop)(struct health_probe *p);
	void (*close)(struct health_probe *p);
	const char *verb; /* "HTTP", "TCP connect" ... for "timed out" */
	/* Time is out and that is no failure; NULL: it is one. */
	void (*quiet)(struct health_probe *p);
};
extern const struct probe_kind probe_http, probe_tcp, probe_udp, probe_unix,
	probe_exec, probe_file, probe_service, probe_grpc, probe_h2ping;

/* --- targets --- */

struct target {
	struct str scheme, user, host, port, path; /* path with its '/' */
	struct str query; /* without '?' */
};
/* scheme://[user@]host[:port][/path][?query]; false = no such form. */
bool target_parse(const char *url, struct target *t);
/* The URL without its password, for outputs; cut to n bytes. */
const char *target_shown(const char *url, char *out, size_t n);
bool target_port(struct str port, unsigned *out);

/* status.c: "200-399,418" */
bool status_valid(const char *list);
bool status_in(const char *list, int status);

/* Whether a file:// target is well-formed. */
int health_file_valid(const char *url, struct err *e);

/* One line of valid UTF-8, at most max bytes. */
void clean_text(struct buf *out, struct str text, size_t max);

#endif

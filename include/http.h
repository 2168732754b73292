// SPDX-License-Identifier: MIT
/* http - HTTP/1.1 requests on the event loop (libcurl inside, seen nowhere
 * else). Requests run side by side over kept-alive connections; names are
 * resolved in short-lived threads, so nothing here blocks the loop but reading
 * certificate files.
 *
 * A `struct http` is the engine (one for each loop), a `struct http_site` is
 * where requests go: address, TLS, time limits, fixed headers. Freeing a site
 * ends its calls without their callbacks; the engine is closed last.
 *
 * Error texts have Go's form, because users' scripts search for them:
 * `Get "http://127.0.0.1:8500/v1/x": dial tcp 127.0.0.1:8500: connect:
 * connection refused`. Every failure of a started call comes through its
 * callback, never before http_start has returned. */
#ifndef BASEBOX_HTTP_H
#define BASEBOX_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "os/loop.h"

enum {
	HTTP_BODY_MAX = 64 << 20,  /* bytes of an answer, unless said */
	HTTP_HEAD_MAX = 256 << 10, /* bytes of all header lines */
	HTTP_REDIRECTS = 10,
};

/* --- addresses and escapes --- */

/* An address taken apart; every string is "" when absent. */
struct http_addr {
	bool tls;
	char *host;   /* without brackets */
	char *port;   /* decimal digits */
	bool port_given;
	char *unix_path;
	char *prefix; /* "/consul", without a slash at its end */
	char *user;   /* from user:pass@, decoded; the password after ':' */
	char *mem;    /* one block for all of them */
};

/* Forms: http://h:p/prefix, https://..., unix:///path, unix:path, h:p, h.
 * Without a port: 443 with TLS, else 80. -1: text says what is wrong. */
int http_addr_parse(const char *text, struct http_addr *a, struct err *e)
	MUST_USE;
void http_addr_free(struct http_addr *a);

/* The same URL at the server that the SRV records of _http._tcp.HOST name, when it
 * has no port and there is such a record (RFC 2782: least priority, then by lot
 * among the weights). Asks the resolver, and waits for it. */
bool http_srv(const char *url, struct buf *out) MUST_USE;

/* Appends s as Go's url.QueryEscape does (space is +). */
int http_escape_query(struct buf *b, struct str s);
/* Appends s as the path of a URL: slashes stay. */
int http_escape_path(struct buf *b, struct str s);

/* A request line's target, built from a path and parameters that are kept
 * sorted by name, as Go sends them. Zeroed = empty. */
struct http_query {
	struct {
		const char *name;  /* borrowed */
		const char *value; /* borrowed; NULL = left out */
	} p[16];
	size_t n;
};
void http_query_add(struct http_query *q, const char *name, const char *value);
/* The same when value is not "". */
void http_query_opt(struct http_query *q, const char *name, const char *value);
/* Appends "?a=b&c=" with escapes, nothing when there are no parameters. */
int http_query_put(struct buf *b, const struct http_query *q);

/* --- TLS --- */

struct http_tls_conf {
	bool insecure;           /* do not verify the server */
	const char *ca_file;     /* PEM; else the folder; else the system's */
	const char *ca_path;     /* each file of the folder */
	struct str ca_pem;       /* PEM text, wins over both */
	const char *cert;        /* client certificate (PEM file) */
	const char *key;         /* its key; NULL: the same file */
	const char *server_name; /* for SNI and verification; NULL: the host */
};

struct http_tls; /* parsed once, shared by all connections that use it */

/* Reads the files that are named. The system's certificates (SSL_CERT_FILE,
 * SSL_CERT_DIR, else the usual places) are read when first needed. */
int http_tls_open(const struct http_tls_conf *c, struct http_tls **t,
		  struct err *e) MUST_USE;
struct http_tls *http_tls_ref(struct http_tls *t);
void http_tls_free(struct http_tls *t); /* drops one reference; NULL is fine */

/* --- the engine --- */

struct http;
int http_open(struct http **h, struct loop *l, struct err *e) MUST_USE;
/* Not from inside a callback, and after its sites were freed. */
void http_close(struct http *h);
/* Most connections to one host, 0 = no limit; further calls wait. */
void http_limit_host(struct http *h, unsigned n);

struct http_site_conf {
	const char *url;      /* see http_addr_parse */
	struct http_tls *tls; /* NULL with https: a verifying default */
	const char *const *headers; /* "Name: value", NULL-terminated; copied */
	const char *basic;    /* "user:password"; NULL = what url has */
	const char *agent;    /* User-Agent; NULL = Go-http-client/1.1 */
	int64_t dial_ms;      /* connect and TLS; 0 = 30 s */
	int64_t keep_alive_s; /* TCP keep-alive; 0 = 30 s, < 0 = none */
	int64_t idle_s;       /* unused connections are closed; 0 = 90 s */
	bool no_reuse;        /* one connection for each request */
	bool no_redirect;
	bool no_proxy;        /* ignore HTTP_PROXY and HTTPS_PROXY */
	const char *proxy;    /* in place of theirs, if it is not empty */
};

struct http_site;
int http_site_open(struct http *h, const struct http_site_conf *c,
		   struct http_site **s, struct err *e) MUST_USE;
void http_site_free(struct http_site *s);
/* Replaces one fixed header ("X-Consul-Token", "value"; NULL or "" removes
 * it) for calls started from now on. */
int http_site_header(struct http_site *s, const char *name, const char *value,
		     struct err *e);
/* "http://127.0.0.1:8500/prefix": without user and password. */
const char *http_site_base(const struct http_site *s);
const struct http_addr *http_site_addr(const struct http_site *s);

/* --- calls --- */

struct http_call;
struct http_answer;

/* Called once for each call that was started and not cancelled. The answer
 * is borrowed; its body may be taken with buf_take. Calls may be started and
 * cancelled, and sites freed, from here. */
typedef void http_done_fn(void *ctx, struct http_answer *a);
/* Pieces of the body of an answer with status 200 as they come; anything but
 * 0 ends the call (with *e, if it is set). Start, cancel or free nothing in
 * here. */
typedef int http_body_fn(void *ctx, int status, const char *p, size_t n,
			 struct err *e);

struct http_req {
	const char *method; /* NULL = GET */
	const char *target; /* "/v1/kv/a?stale=", put behind the site's prefix;
			     * escaped by the caller; copied */
	const char *const *headers; /* further ones; copied */
	struct str body;            /* copied; p != NULL = there is one */
	size_t max_body;    /* 0 = HTTP_BODY_MAX */
	bool cut_body;      /* a longer one is cut there and not an error */
	bool connect_only;  /* connect (and TLS), ask nothing: status 0 */
	int64_t timeout_ms; /* for all of it; 0 = none */
	http_body_fn *on_body; /* NULL: the body is gathered */
};

struct http_answer {
	const struct err *err; /* NULL: an answer came */
	bool timeout;          /* err is a time limit */
	int status;            /* 0 with err */
	struct buf body;
	int64_t ms;            /* from start to end */
	struct buf head;       /* raw header lines of the last answer */
	const char *method;
	const char *url;       /* as in error texts */
	int fd; /* connect_only: the connection, else -1; who sets it to -1
		 * keeps it, else it is closed */
};

/* The first value of a header, any case, trimmed; into out (cut to n bytes).
 * false when it is not there. */
bool http_header(const struct http_answer *a, const char *name, char *out,
		 size_t n);
/* The same as a decimal number. */
bool http_header_u64(const struct http_answer *a, const char *name,
		     uint64_t *out);

int http_start(struct http_site *s, const struct http_req *r, http_done_fn *fn,
	       void *ctx, struct http_call **call, struct err *e) MUST_USE;
/* Ends it; its callback is not called. NULL is fine. */
void http_cancel(struct http_call *c);

/* One request in a loop of its own, blocking, for one-shot tools. *a is the
 * caller's: http_answer_free. -1: no answer came. */
int http_once(const struct http_site_conf *c, const struct http_req *r,
	      struct http_answer *a, struct err *e) MUST_USE;
void http_answer_free(struct http_answer *a);

#endif

// SPDX-License-Identifier: MIT
/* inner - what the files of this module share. */
#ifndef BASEBOX_HTTP_INNER_H
#define BASEBOX_HTTP_INNER_H

#include <curl/curl.h>

#include "http.h"

/* NULL: no proxy. Points into the environment. */
const char *http_proxy_for(const struct http_addr *a);
bool http_is_loopback(const char *host);

/* Names the settings in curl's connection cache: connections are shared only
 * between sites whose TLS settings are the same object. */
const char *http_tls_id(const struct http_tls *t);
const char *http_tls_server_name(const struct http_tls *t);
bool http_tls_insecure(const struct http_tls *t);
/* Random bytes for Mbed TLS. */
int http_tls_rng(void *ctx, unsigned char *out, size_t n);
/* CURLOPT_SSL_CTX_FUNCTION; p is the struct http_tls. */
CURLcode http_tls_setup(CURL *easy, void *conf, void *p);

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	struct http_call *calls; /* all that are under way */
	struct http_sock *socks;
};

struct http_site {
	struct http *h;
	struct http_addr addr;
	struct http_tls *tls; /* own reference */
	struct http_site_conf conf; /* numbers and flags; no pointers */
	struct strlist headers;
	char *base, *basic, *agent, *proxy;
	char *url;     /* what curl gets, without the target */
	char *connect; /* CURLOPT_CONNECT_TO entry, or NULL */
};

struct http_call {
	struct http_call *next, *prev;
	struct http_site *site;
	CURL *easy;
	struct curl_slist *headers, *connect;
	char *method, *url;  /* as in error texts */
	char *send;          /* body, owned */
	http_done_fn *fn;
	http_body_fn *on_body;
	void *ctx;
	size_t max_body, got;
	bool cut;     /* a longer body is cut, not refused */
	bool was_cut;
	bool connect_only;
	struct buf body, head;
	struct err refused; /* we ended the transfer ourselves */
	int64_t started;
	char text[CURL_ERROR_SIZE];
};

/* Fills e with the failure of a finished call in Go's words. */
void http_explain(const struct http_call *c, CURLcode code, struct err *e);

#endif

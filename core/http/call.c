// SPDX-License-Identifier: MIT
/* call - one request and its answer. */
#include "http/call.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "os/fd.h"

/* --- what comes in --- */

static size_t on_head(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;

	n *= size;
	/* The head of a redirect or of "100 Continue" is followed by another
	 * status line: only the last one counts. */
	if (n > 5 && !memcmp(p, "HTTP/", 5))
		buf_reset(&c->head);
	if (buf_add(&c->head, p, n) < 0) {
		err_set(&c->refused, 0, "the headers are longer than %d bytes",
			HTTP_HEAD_MAX);
		return 0;
	}
	return n;
}

static size_t on_data(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;
	long status = 0;

	n *= size;
	c->got += n;
	if (c->got > c->max_body && c->cut) {
		size_t over = c->got - c->max_body;

		c->was_cut = buf_add(&c->body, p, n > over ? n - over : 0) == 0;
		return 0;
	}
	if (c->got > c->max_body) {
		err_set(&c->refused, 0,
			"the answer is longer than the limit of %zu bytes",
			c->max_body);
		return 0;
	}
	if (c->on_body) {
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
		if (status == 200) {
			if (!c->on_body(c->ctx, (int)status, p, n, &c->refused))
				return n;
			if (!*c->refused.text)
				err_set(&c->refused, 0, "the answer was refused");
			return 0;
		}
	}
	if (buf_add(&c->body, p, n) < 0) {
		err_set(&c->refused, 0, "out of memory");
		return 0;
	}
	return n;
}

/* --- setting up --- */

static int add_header(struct http_call *c, const char *line)
{
	struct curl_slist *l = curl_slist_append(c->headers, line);

	if (!l)
		return -1;
	c->headers = l;
	return 0;
}

static bool among(const char *const *lines, const char *line)
{
	size_t n = strcspn(line, ":") + 1;

	for (; lines && *lines; lines++)
		if (!strncasecmp(*lines, line, n))
			return true;
	return false;
}

/* The request's own headers replace the site's. */
static int add_headers(struct http_call *c, const struct http_req *r)
{
	const struct strlist *fixed = &c->site->headers;
	int ret = 0;

	/* Go sends neither of these. */
	ret |= add_header(c, "Accept:");
	ret |= add_header(c, "Expect:");
	for (size_t i = 0; i < fixed->n; i++)
		if (!among(r->headers, fixed->items[i]))
			ret |= add_header(c, fixed->items[i]);
	for (size_t i = 0; r->headers && r->headers[i]; i++)
		ret |= add_header(c, r->headers[i]);
	if (r->body.p)
		ret |= add_header(c, "Content-Type:");
	return ret;
}

/* Each request has these; the rest depends on it. */
static void set_fixed(struct http_call *c)
{
	CURL *h = c->easy;

	curl_easy_setopt(h, CURLOPT_PRIVATE, c);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->text);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(h, CURLOPT_MAXREDIRS, (long)HTTP_REDIRECTS);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_tls(struct http_call *c, const struct http_tls *t)
{
	CURL *h = c->easy;
	bool verify = !http_tls_insecure(t);

	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, (long)verify);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	curl_easy_setopt(h, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_SSL_CTX_FUNCTION, http_tls_setup);
	curl_easy_setopt(h, CURLOPT_SSL_CTX_DATA, t);
	/* Mbed TLS does not use it, but it is part of the key under which
	 * curl keeps connections. */
	curl_easy_setopt(h, CURLOPT_ISSUERCERT, http_tls_id(t));
}

static void set_site(struct http_call *c)
{
	const struct http_site *s = c->site;
	const struct http_site_conf *conf = &s->conf;
	long alive = conf->keep_alive_s ? (long)conf->keep_alive_s : 30;
	CURL *h = c->easy;

	curl_easy_setopt(h, CURLOPT_USERAGENT, s->agent);
	curl_easy_setopt(h, CURLOPT_PROXY, s->proxy ? s->proxy : "");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, conf->no_redirect ? 0L : 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
			 conf->dial_ms > 0 ? (long)conf->dial_ms : 30000L);
	curl_easy_setopt(h, CURLOPT_MAXAGE_CONN,
			 conf->idle_s > 0 ? (long)conf->idle_s : 90L);
	if (alive > 0) {
		curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
		curl_easy_setopt(h, CURLOPT_TCP_KEEPIDLE, alive);
		curl_easy_setopt(h, CURLOPT_TCP_KEEPINTVL, alive);
	}
	if (*s->addr.unix_path)
		curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, s->addr.unix_path);
	if (s->basic) {
		curl_easy_setopt(h, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(h, CURLOPT_USERPWD, s->basic);
	}
	if (conf->no_reuse)
		curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
	if (s->addr.tls)
		set_tls(c, s->tls);
}

static int set_method(struct http_call *c, const struct http_req *r)
{
	CURL *h = c->easy;

	if (r->body.p) {
		c->send = malloc(r->body.n + 1);
		if (!c->send)
			return -1;
		memcpy(c->send, r->body.p, r->body.n);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, c->send);
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)r->body.n);
	}
	if (!strcmp(c->method, "HEAD"))
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	else if (r->body.p || strcmp(c->method, "GET"))
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, c->method);
	return 0;
}

static int set_url(struct http_call *c, const struct http_req *r)
{
	const struct http_site *s = c->site;
	struct buf send = {0}, shown = {0};
	const char *target = r->target ? r->target : "/";

	buf_addf(&send, "%s%s%s", s->url, s->addr.prefix, target);
	buf_addf(&shown, "%s%s%s", s->base, s->addr.prefix, target);
	c->url = buf_take(&shown);
	if (!send.failed)
		curl_easy_setopt(c->easy, CURLOPT_URL, buf_str(&send));
	buf_free(&send);
	return c->url ? 0 : -1;
}

static int set_up(struct http_call *c, const struct http_req *r)
{
	c->max_body = r->max_body ? r->max_body : HTTP_BODY_MAX;
	c->cut = r->cut_body;
	c->connect_only = r->connect_only;
	buf_init(&c->head, HTTP_HEAD_MAX);
	c->on_body = r->on_body;
	c->method = strdup(r->method ? r->method : "GET");
	c->easy = curl_easy_init();
	if (!c->method || !c->easy || set_method(c, r) < 0 ||
	    set_url(c, r) < 0 || add_headers(c, r) != 0)
		return -1;
	set_fixed(c);
	set_site(c);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	if (r->connect_only)
		curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	if (r->timeout_ms > 0)
		curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS,
				 (long)r->timeout_ms);
	if (c->site->connect) {
		c->connect = curl_slist_append(NULL, c->site->connect);
		if (!c->connect)
			return -1;
		curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, c->connect);
	}
	return 0;
}

static void call_free(struct http_call *c)
{
	if (c->easy)
		curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	curl_slist_free_all(c->connect);
	free(c->method);
	free(c->url);
	free(c->send);
	buf_free(&c->body);
	buf_free(&c->head);
	free(c);
}

int http_start(struct http_site *s, const struct http_req *r, http_done_fn *fn,
	       void *ctx, struct http_call **out, struct err *e)
{
	struct http_call *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem(e);
	c->site = s;
	c->fn = fn;
	c->ctx = ctx;
	c->started = clock_mono_ms();
	if (set_up(c, r) < 0 ||
	    curl_multi_add_handle(s->h->multi, c->easy) != CURLM_OK) {
		call_free(c);
		return err_nomem(e);
	}
	c->next = s->h->calls;
	if (c->next)
		c->next->prev = c;
	s->h->calls = c;
	if (out)
		*out = c;
	return 0;
}

static void unlink_call(struct http_call *c)
{
	struct http *h = c->site->h;

	curl_multi_remove_handle(h->multi, c->easy);
	*(c->prev ? &c->prev->next : &h->calls) = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

void http_cancel(struct http_call *c)
{
	if (!c)
		return;
	unlink_call(c);
	call_free(c);
}

/* --- what comes out --- */

/* A second descriptor of the connection: curl closes its own. */
static int keep_socket(struct http_call *c)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &fd);
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

void http_call_finish(struct http_call *c, CURLcode code)
{
	struct http_answer a = {.method = c->method, .url = c->url, .fd = -1};
	struct err e;
	long status = 0;

	a.ms = clock_mono_ms() - c->started;
	if (code == CURLE_OK || c->was_cut) {
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
		a.status = (int)status;
		if (c->connect_only)
			a.fd = keep_socket(c);
	} else {
		http_explain(c, code, &e);
		a.err = &e;
		a.timeout = code == CURLE_OPERATION_TIMEDOUT;
	}
	unlink_call(c);
	a.body = c->body;
	a.head = c->head;
	c->body = c->head = (struct buf){0};
	c->fn(c->ctx, &a);
	fd_close(&a.fd);
	buf_free(&a.body);
	buf_free(&a.head);
	call_free(c);
}

bool http_header(const struct http_answer *a, const char *name, char *out,
		 size_t n)
{
	struct str rest = str_n(buf_str(&a->head), a->head.len), line;
	size_t len = strlen(name);

	while (str_split(&rest, '\n', &line)) {
		if (line.n <= len || line.p[len] != ':' ||
		    strncasecmp(line.p, name, len))
			continue;
		line = str_trim(str_cut(line, len + 1, line.n), " \t\r");
		if (line.n >= n)
			line.n = n - 1;
		memcpy(out, line.p, line.n);
		out[line.n] = '\0';
		return true;
	}
	return false;
}

bool http_header_u64(const struct http_answer *a, const char *name,
		     uint64_t *out)
{
	char text[32];

	return http_header(a, name, text, sizeof(text)) &&
	       num_arg(text, UINT64_MAX, out);
}

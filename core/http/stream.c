// SPDX-License-Identifier: MIT
/* stream - curl resolves the name and connects (without TLS); then the
 * connection is ours. TLS is done here and not by curl, because curl offers
 * only HTTP/1.1 by ALPN. */
#include "http/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include "http/inner.h"
#include "os/fd.h"

enum { WAITING_MAX = 64 << 10 };

enum stage { CONNECTING, GREETING, OPEN };

/* The TLS half; made when the connection stands. */
struct secure {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	const char *alpn[2];
};

struct http_stream {
	struct http *h;
	struct http_site *site;
	struct http_call *call;
	struct http_tls *tls; /* own reference; NULL = plain */
	struct secure *sec;
	char *alpn, *name; /* name for SNI and verification */
	enum stage stage;
	int fd;
	struct loop_fd w;
	struct buf out; /* not sent yet */
	bool want_write; /* TLS waits for room */
	http_stream_fn *fn;
	void *ctx;
};

void http_stream_free(struct http_stream *s)
{
	if (!s)
		return;
	if (s->site)
		http_site_free(s->site);
	loop_unwatch(&s->w);
	fd_close(&s->fd);
	if (s->sec) {
		mbedtls_ssl_free(&s->sec->ssl);
		mbedtls_ssl_config_free(&s->sec->conf);
		free(s->sec);
	}
	http_tls_free(s->tls);
	buf_free(&s->out);
	free(s->alpn);
	free(s->name);
	free(s);
}

/* Ends with a message; the stream may be gone afterwards. */
static void fail(struct http_stream *s, const struct err *e)
{
	loop_unwatch(&s->w);
	s->fn(s->ctx, HTTP_STREAM_FAIL, e);
}

/* --- TLS --- */

static int bio_result(ssize_t n, int again)
{
	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? again
						 : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int bio_send(void *ctx, const unsigned char *p, size_t n)
{
	struct http_stream *s = ctx;

	return bio_result(send(s->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT),
			  MBEDTLS_ERR_SSL_WANT_WRITE);
}

static int bio_recv(void *ctx, unsigned char *p, size_t n)
{
	struct http_stream *s = ctx;

	return bio_result(recv(s->fd, p, n, MSG_DONTWAIT),
			  MBEDTLS_ERR_SSL_WANT_READ);
}

static int tls_error(struct http_stream *s, int ret, struct err *e)
{
	uint32_t why = mbedtls_ssl_get_verify_result(&s->sec->ssl);
	const char *text = "certificate signed by unknown authority";
	char low[128];

	if (ret != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
		mbedtls_strerror(ret, low, sizeof(low));
		return err_set(e, 0, "tls: %s", low);
	}
	if (why & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE))
		text = "certificate has expired or is not yet valid";
	else if (why & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		text = "certificate is not valid for the name";
	return err_set(e, 0, "tls: failed to verify certificate: x509: %s",
		       text);
}

static int tls_open(struct http_stream *s, struct err *e)
{
	struct secure *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return err_nomem(e);
	s->sec = t;
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->conf);
	t->alpn[0] = s->alpn;
	if (psa_crypto_init() != PSA_SUCCESS)
		return err_set(e, 0, "tls: unable to set up cryptography");
	ret = mbedtls_ssl_config_defaults(&t->conf, MBEDTLS_SSL_IS_CLIENT,
					  MBEDTLS_SSL_TRANSPORT_STREAM,
					  MBEDTLS_SSL_PRESET_DEFAULT);
	if (ret)
		return tls_error(s, ret, e);
	mbedtls_ssl_conf_rng(&t->conf, http_tls_rng, NULL);
	mbedtls_ssl_conf_authmode(&t->conf, http_tls_insecure(s->tls)
						    ? MBEDTLS_SSL_VERIFY_NONE
						    : MBEDTLS_SSL_VERIFY_REQUIRED);
	if (s->alpn)
		ret = mbedtls_ssl_conf_alpn_protocols(&t->conf, t->alpn);
	if (ret == 0 && http_tls_setup(NULL, &t->conf, s->tls) != CURLE_OK)
		ret = MBEDTLS_ERR_SSL_BAD_CONFIG;
	if (ret == 0)
		ret = mbedtls_ssl_setup(&t->ssl, &t->conf);
	if (ret == 0)
		ret = mbedtls_ssl_set_hostname(&t->ssl, s->name);
	if (ret)
		return tls_error(s, ret, e);
	mbedtls_ssl_set_bio(&t->ssl, s, bio_send, bio_recv, NULL);
	return 0;
}

/* 1 done, 0 goes on later, -1 failed. */
static int tls_greet(struct http_stream *s, struct err *e)
{
	int ret = mbedtls_ssl_handshake(&s->sec->ssl);
	const char *got;

	s->want_write = ret == MBEDTLS_ERR_SSL_WANT_WRITE;
	if (ret == MBEDTLS_ERR_SSL_WANT_READ || s->want_write)
		return 0;
	if (ret)
		return tls_error(s, ret, e);
	got = mbedtls_ssl_get_alpn_protocol(&s->sec->ssl);
	if (s->alpn && (!got || strcmp(got, s->alpn)))
		return err_set(e, 0, "tls: the server does not speak %s",
			       s->alpn);
	return 1;
}

/* --- bytes --- */

ssize_t http_stream_read(struct http_stream *s, void *p, size_t n,
			 struct err *e)
{
	ssize_t got;

	if (s->stage != OPEN)
		return 0;
	if (!s->sec) {
		got = recv(s->fd, p, n, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (got < 0)
			return err_set(e, 0, "read: %s", err_go(errno));
		return got ? got : err_set(e, 0, "EOF");
	}
	got = mbedtls_ssl_read(&s->sec->ssl, p, n);
	if (got > 0)
		return got;
	if (got == MBEDTLS_ERR_SSL_WANT_READ ||
	    got == MBEDTLS_ERR_SSL_WANT_WRITE)
		return 0;
	if (got == 0 || got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    got == MBEDTLS_ERR_SSL_CONN_EOF)
		return err_set(e, 0, "EOF");
	return tls_error(s, (int)got, e);
}

/* Sends what waits. -1: the connection is broken. */
static int flush(struct http_stream *s, struct err *e)
{
	size_t done = 0;

	s->want_write = false;
	while (done < s->out.len) {
		const void *p = s->out.p + done;
		size_t n = s->out.len - done;
		ssize_t r;

		if (s->sec) {
			r = mbedtls_ssl_write(&s->sec->ssl, p, n);
			if (r == MBEDTLS_ERR_SSL_WANT_READ ||
			    r == MBEDTLS_ERR_SSL_WANT_WRITE)
				break;
			if (r < 0)
				return tls_error(s, (int)r, e);
		} else {
			r = send(s->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
			if (r < 0 && errno != EAGAIN && errno != EINTR)
				return err_set(e, 0, "write: %s",
					       err_go(errno));
			if (r < 0)
				break;
		}
		done += (size_t)r;
	}
	if (done) {
		memmove(s->out.p, s->out.p + done, s->out.len - done);
		buf_cut(&s->out, s->out.len - done);
	}
	s->want_write = s->out.len > 0;
	return 0;
}

static int rewatch(struct http_stream *s, struct err *e)
{
	return loop_rewatch(&s->w, EPOLLIN | (s->want_write ? EPOLLOUT : 0u),
			    e);
}

int http_stream_write(struct http_stream *s, const void *p, size_t n,
		      struct err *e)
{
	if (buf_add(&s->out, p, n) < 0)
		return err_set(e, 0, "write: too much is waiting");
	if (s->stage != OPEN)
		return 0;
	if (flush(s, e) < 0)
		return -1;
	return rewatch(s, e);
}

/* --- events --- */

static void on_event(struct loop_fd *w, uint32_t events)
{
	struct http_stream *s = w->ctx;
	struct err e;
	int r;

	if (s->stage == GREETING) {
		r = tls_greet(s, &e);
		if (r < 0 || rewatch(s, &e) < 0) {
			fail(s, &e);
			return;
		}
		if (r == 0)
			return;
		s->stage = OPEN;
		s->fn(s->ctx, HTTP_STREAM_OPEN, NULL);
		return;
	}
	if (events & EPOLLOUT && (flush(s, &e) < 0 || rewatch(s, &e) < 0)) {
		fail(s, &e);
		return;
	}
	if (events & ~(uint32_t)EPOLLOUT)
		s->fn(s->ctx, HTTP_STREAM_READ, NULL);
}

static int begin(struct http_stream *s, struct err *e)
{
	if (s->tls && tls_open(s, e) < 0)
		return -1;
	if (loop_watch(s->h->loop, &s->w, s->fd, EPOLLIN | EPOLLOUT, on_event,
		       s, e) < 0)
		return -1;
	s->stage = s->tls ? GREETING : OPEN;
	return 0;
}

static void on_connect(void *ctx, struct http_answer *a)
{
	struct http_stream *s = ctx;
	struct err e;
	const char *why;

	s->call = NULL;
	if (a->err) {
		/* Without the method and URL, which were never asked. */
		why = strstr(a->err->text, "\": ");
		err_set(&e, 0, "%s", why ? why + 3 : a->err->text);
		fail(s, &e);
		return;
	}
	s->fd = a->fd;
	a->fd = -1;
	if (begin(s, &e) < 0)
		fail(s, &e);
	else if (s->stage == OPEN)
		s->fn(s->ctx, HTTP_STREAM_OPEN, NULL);
}

/* --- opening --- */

static int set_names(struct http_stream *s, const struct http_stream_conf *c,
		     const struct http_addr *a, struct err *e)
{
	const char *name = NULL;
	struct http_tls_conf verify = {0};

	if (!a->tls)
		return 0;
	if (c->tls)
		s->tls = http_tls_ref(c->tls);
	else if (http_tls_open(&verify, &s->tls, e) < 0)
		return -1;
	name = http_tls_server_name(s->tls);
	s->name = strdup(name ? name : a->host);
	if (c->alpn)
		s->alpn = strdup(c->alpn);
	return s->name && (!c->alpn || s->alpn) ? 0 : err_nomem(e);
}

/* The address without TLS, for curl. */
static int open_site(struct http_stream *s, const struct http_addr *a,
		     struct err *e)
{
	struct buf BUF_AUTO url = {0};
	/* Not no_reuse: curl would close the connection before we get it. */
	struct http_site_conf conf = {.no_proxy = true};
	struct http_req r = {.connect_only = true};

	if (*a->unix_path)
		buf_addf(&url, "unix://%s", a->unix_path);
	else
		buf_addf(&url, strchr(a->host, ':') ? "http://[%s]:%s"
						    : "http://%s:%s",
			 a->host, a->port);
	if (url.failed)
		return err_nomem(e);
	conf.url = url.p;
	if (http_site_open(s->h, &conf, &s->site, e) < 0)
		return -1;
	return http_start(s->site, &r, on_connect, s, &s->call, e);
}

int http_stream_open(struct http *h, const struct http_stream_conf *c,
		     http_stream_fn *fn, void *ctx, struct http_stream **out,
		     struct err *e)
{
	struct http_stream *s = calloc(1, sizeof(*s));
	struct http_addr a;
	int r;

	if (!s)
		return err_nomem(e);
	s->h = h;
	s->fd = -1;
	s->fn = fn;
	s->ctx = ctx;
	s->out.max = WAITING_MAX;
	if (http_addr_parse(c->url, &a, e) < 0) {
		http_stream_free(s);
		return -1;
	}
	r = set_names(s, c, &a, e) < 0 ? -1 : open_site(s, &a, e);
	http_addr_free(&a);
	if (r < 0) {
		http_stream_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

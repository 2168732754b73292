// SPDX-License-Identifier: MIT
/* HTTP against a server of canned answers that lives in the same loop. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/inner.h"
#include "os/fd.h"

/* --- the server: each connection gets `reply` for each request --- */

struct peer {
	struct loop_fd w;
	struct server *s;
	struct peer *next;
	struct buf in;
};

struct server {
	struct loop loop;
	struct loop_fd listen;
	struct http *h;
	struct http_site *site;
	struct peer *peers;
	const char *reply; /* NULL: never answers */
	bool close;        /* after one answer */
	int accepted, requests;
	struct buf seen;
	char url[64];
};

static void peer_close(struct peer *p)
{
	struct server *s = p->s;

	for (struct peer **at = &s->peers; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	loop_unwatch(&p->w);
	close(p->w.fd);
	buf_free(&p->in);
	free(p);
}

static void on_peer(struct loop_fd *w, uint32_t events)
{
	struct peer *p = w->ctx;
	struct server *s = p->s;
	char tmp[4096];
	ssize_t n = recv(w->fd, tmp, sizeof(tmp), 0);

	(void)events;
	if (n <= 0) {
		peer_close(p);
		return;
	}
	assert_int_equal(buf_add(&p->in, tmp, (size_t)n), 0);
	if (!strstr(buf_str(&p->in), "\r\n\r\n") || !s->reply)
		return;
	s->requests++;
	buf_reset(&s->seen);
	buf_add(&s->seen, p->in.p, p->in.len);
	buf_reset(&p->in);
	send(w->fd, s->reply, strlen(s->reply), MSG_NOSIGNAL);
	if (s->close)
		peer_close(p);
}

static void on_accept(struct loop_fd *w, uint32_t events)
{
	struct server *s = w->ctx;
	struct peer *p = calloc(1, sizeof(*p));
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)events;
	assert_true(fd >= 0);
	p->s = s;
	p->next = s->peers;
	s->peers = p;
	s->accepted++;
	assert_int_equal(loop_watch(&s->loop, &p->w, fd, EPOLLIN, on_peer, p,
				    NULL), 0);
}

static void listen_on(struct server *s, int fd, void *addr, socklen_t n)
{
	assert_int_equal(bind(fd, addr, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(loop_watch(&s->loop, &s->listen, fd, EPOLLIN,
				    on_accept, s, NULL), 0);
}

static int set_up(void **state)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct http_site_conf c = {.url = s->url};
	socklen_t n = sizeof(a);
	struct err e;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(loop_init(&s->loop, &e), 0);
	assert_int_equal(http_open(&s->h, &s->loop, &e), 0);
	listen_on(s, fd, &a, sizeof(a));
	getsockname(fd, (void *)&a, &n);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/pre",
		 ntohs(a.sin_port));
	assert_int_equal(http_site_open(s->h, &c, &s->site, &e), 0);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct server *s = *state;
	int fd = s->listen.fd;

	http_site_free(s->site);
	http_close(s->h);
	while (s->peers)
		peer_close(s->peers);
	loop_unwatch(&s->listen);
	close(fd);
	assert_int_equal(s->loop.watches, 0);
	loop_free(&s->loop);
	buf_free(&s->seen);
	free(s);
	return 0;
}

/* --- one call --- */

struct got {
	bool done;
	int status;
	bool timeout;
	uint64_t index;
	char body[256], err[ERR_TEXT];
	struct buf streamed;
	size_t refuse_after;
	struct http_call *cancel;
};

static void on_done(void *ctx, struct http_answer *a)
{
	struct got *g = ctx;

	g->done = true;
	g->status = a->status;
	g->timeout = a->timeout;
	g->index = 0;
	(void)!http_header_u64(a, "x-consul-index", &g->index);
	snprintf(g->body, sizeof(g->body), "%s", buf_str(&a->body));
	snprintf(g->err, sizeof(g->err), "%s", a->err ? a->err->text : "");
	http_cancel(g->cancel);
	g->cancel = NULL;
}

static int on_body(void *ctx, int status, const char *p, size_t n,
		   struct err *e)
{
	struct got *g = ctx;

	assert_int_equal(status, 200);
	buf_add(&g->streamed, p, n);
	if (g->refuse_after && g->streamed.len > g->refuse_after)
		return err_set(e, 0, "enough");
	return 0;
}

static void wait_for(struct server *s, struct got *g)
{
	int64_t end = clock_mono_ms() + 5000;

	while (!g->done && clock_mono_ms() < end)
		assert_int_equal(loop_turn(&s->loop, end, NULL), 0);
	assert_true(g->done);
}

static void get(struct server *s, struct got *g, const struct http_req *r)
{
	struct err e;

	memset(g, 0, sizeof(*g));
	assert_int_equal(http_start(s->site, r, on_done, g, NULL, &e), 0);
	wait_for(s, g);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" \
	   "X-Consul-Index:  42 \r\n\r\nhello"

static void get_and_reuse(void **state)
{
	struct server *s = *state;
	struct http_req r = {.target = "/v1/x?a="};
	struct got g;

	s->reply = OK;
	for (int i = 0; i < 3; i++) {
		get(s, &g, &r);
		assert_string_equal(g.err, "");
		assert_int_equal(g.status, 200);
		assert_string_equal(g.body, "hello");
		assert_int_equal(g.index, 42);
	}
	assert_int_equal(s->accepted, 1);
	assert_non_null(strstr(buf_str(&s->seen), "GET /pre/v1/x?a= HTTP/1.1"));
	assert_non_null(strstr(buf_str(&s->seen),
			       "User-Agent: Go-http-client/1.1\r\n"));
	assert_null(strstr(buf_str(&s->seen), "Accept:"));
}

static void put_with_headers(void **state)
{
	struct server *s = *state;
	const char *const headers[] = {"X-One: 1", NULL};
	struct http_req r = {.method = "PUT", .target = "/k", .body = STR("v1"),
			     .headers = headers};
	struct got g;

	s->reply = OK;
	assert_int_equal(http_site_header(s->site, "X-Consul-Token", "tok",
					  NULL), 0);
	get(s, &g, &r);
	assert_non_null(strstr(buf_str(&s->seen), "PUT /pre/k HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_str(&s->seen), "X-One: 1\r\n"));
	assert_non_null(strstr(buf_str(&s->seen), "X-Consul-Token: tok\r\n"));
	assert_non_null(strstr(buf_str(&s->seen), "Content-Length: 2\r\n"));
	assert_int_equal(http_site_header(s->site, "x-consul-token", NULL,
					  NULL), 0);
	r = (struct http_req){.method = "DELETE", .target = "/k"};
	get(s, &g, &r);
	assert_non_null(strstr(buf_str(&s->seen), "DELETE /pre/k HTTP/1.1\r\n"));
	assert_null(strstr(buf_str(&s->seen), "X-Consul-Token"));
}

static void failures_in_words_of_go(void **state)
{
	struct server *s = *state;
	struct http_site_conf c = {.url = "127.0.0.1:1"};
	struct http_req r = {.target = "/v1/kv/k?stale="};
	struct http_site *good = s->site;
	struct got g;
	char want[200];

	assert_int_equal(http_site_open(s->h, &c, &s->site, NULL), 0);
	get(s, &g, &r);
	assert_string_equal(g.err, "Get \"http://127.0.0.1:1/v1/kv/k?stale=\": "
		"dial tcp 127.0.0.1:1: connect: connection refused");
	assert_int_equal(g.status, 0);
	http_site_free(s->site);
	s->site = good;

	s->reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
	s->close = true;
	get(s, &g, &r);
	snprintf(want, sizeof(want), "Get \"%s/v1/kv/k?stale=\": unexpected EOF",
		 s->url);
	assert_string_equal(g.err, want);
	s->reply = "not http\r\n\r\n";
	get(s, &g, &r);
	assert_non_null(strstr(g.err, "malformed HTTP response"));
	s->reply = NULL;
	r.timeout_ms = 50;
	get(s, &g, &r);
	assert_true(g.timeout);
	assert_non_null(strstr(g.err, "deadline exceeded"));
}

static void body_limits(void **state)
{
	struct server *s = *state;
	struct http_req r = {.target = "/", .max_body = 4};
	struct got g;

	s->reply = OK;
	get(s, &g, &r);
	assert_non_null(strstr(g.err, "longer than the limit of 4 bytes"));
	r.max_body = 5;
	get(s, &g, &r);
	assert_string_equal(g.body, "hello");
}

static void streaming(void **state)
{
	struct server *s = *state;
	struct http_req r = {.target = "/", .on_body = on_body};
	struct got g;

	s->reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n";
	get(s, &g, &r);
	assert_string_equal(buf_str(&g.streamed), "abcde");
	assert_string_equal(g.body, "");
	buf_free(&g.streamed);
	s->reply = "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops";
	get(s, &g, &r);
	assert_int_equal(g.status, 500);
	assert_string_equal(g.body, "oops");

	memset(&g, 0, sizeof(g));
	g.refuse_after = 2;
	s->reply = OK;
	assert_int_equal(http_start(s->site, &r, on_done, &g, NULL, NULL), 0);
	wait_for(s, &g);
	assert_non_null(strstr(g.err, ": enough"));
	buf_free(&g.streamed);
}

static void cancelling(void **state)
{
	struct server *s = *state;
	struct http_req r = {.target = "/"};
	struct got a = {0}, b = {0};

	s->reply = OK;
	assert_int_equal(http_start(s->site, &r, on_done, &a, NULL, NULL), 0);
	assert_int_equal(http_start(s->site, &r, on_done, &b, &a.cancel, NULL),
			 0);
	wait_for(s, &a);
	for (int i = 0; i < 20; i++)
		assert_int_equal(loop_turn(&s->loop, clock_mono_ms() + 5,
					   NULL), 0);
	assert_false(b.done);
	/* One that is never answered is ended by tear_down. */
	s->reply = NULL;
	assert_int_equal(http_start(s->site, &r, on_done, &b, NULL, NULL), 0);
	assert_int_equal(loop_turn(&s->loop, 0, NULL), 0);
}

static void unix_socket(void **state)
{
	struct server *s = *state;
	char dir[] = "/tmp/http_test.XXXXXX", url[200];
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct http_site_conf c = {.url = url};
	struct http_site *old = s->site;
	struct http_req r = {.target = "/v1"};
	int tcp = s->listen.fd;
	struct got g;

	assert_non_null(mkdtemp(dir));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/s", dir);
	snprintf(url, sizeof(url), "unix://%s", a.sun_path);
	assert_int_equal(http_site_open(s->h, &c, &s->site, NULL), 0);
	get(s, &g, &r);
	assert_non_null(strstr(g.err, "dial unix "));
	assert_non_null(strstr(g.err, "connect: no such file or directory"));
	loop_unwatch(&s->listen);
	close(tcp);
	listen_on(s, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), &a,
		  sizeof(a));
	s->reply = OK;
	get(s, &g, &r);
	assert_string_equal(g.body, "hello");
	http_site_free(s->site);
	s->site = old;
	unlink(a.sun_path);
	rmdir(dir);
}

/* --- addresses --- */

static void addresses(void **state)
{
	static const struct {
		const char *in, *host, *port, *prefix, *user, *sock;
		bool tls;
	} t[] = {
		{"127.0.0.1:8500", "127.0.0.1", "8500", "", "", "", false},
		{"127.0.0.1", "127.0.0.1", "80", "", "", "", false},
		{"https://a.b/x/y/", "a.b", "443", "/x/y", "", "", true},
		{"http://[::1]:99/", "::1", "99", "", "", "", false},
		{"http://u:p%40@h:1", "h", "1", "", "u:p@", "", false},
		{"unix:///a/b", "localhost", "80", "", "", "/a/b", false},
		{"unix:/a/b", "localhost", "80", "", "", "/a/b", false},
	};
	struct http_addr a;
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		assert_int_equal(http_addr_parse(t[i].in, &a, &e), 0);
		assert_string_equal(a.host, t[i].host);
		assert_string_equal(a.port, t[i].port);
		assert_string_equal(a.prefix, t[i].prefix);
		assert_string_equal(a.user, t[i].user);
		assert_string_equal(a.unix_path, t[i].sock);
		assert_int_equal(a.tls, t[i].tls);
		http_addr_free(&a);
	}
	assert_int_equal(http_addr_parse("ftp://x", &a, &e), -1);
	assert_string_equal(e.text, "Unknown protocol scheme: ftp");
	assert_int_equal(http_addr_parse("h:99999", &a, &e), -1);
	assert_int_equal(http_addr_parse("h h:9", &a, &e), -1);
}

static void queries(void **state)
{
	struct http_query q = {0};
	struct buf b = {0};

	(void)state;
	http_query_add(&q, "wait", "60000ms");
	http_query_add(&q, "dc", "a b/c");
	http_query_opt(&q, "ns", "");
	http_query_add(&q, "stale", "");
	http_query_add(&q, "index", NULL);
	http_query_put(&b, &q);
	assert_string_equal(buf_str(&b), "?dc=a+b%2Fc&stale=&wait=60000ms");
	buf_reset(&b);
	http_escape_path(&b, STR("a b/\xc3\xa9?#%x"));
	assert_string_equal(buf_str(&b), "a%20b/%C3%A9%3F%23%25x");
	buf_free(&b);
}

static const char *proxy_of(const char *url)
{
	static char out[64];
	struct http_site_conf c = {.url = url};
	struct http_addr a;
	const char *p;

	assert_int_equal(http_addr_parse(c.url, &a, NULL), 0);
	p = http_proxy_for(&a);
	snprintf(out, sizeof(out), "%s", p ? p : "none");
	http_addr_free(&a);
	return out;
}

static void proxies(void **state)
{
	(void)state;
	setenv("HTTP_PROXY", "http://p:1", 1);
	setenv("https_proxy", "http://s:2", 1);
	setenv("NO_PROXY", "10.0.0.0/8, .sub.org,example.com,host:81", 1);
	assert_string_equal(proxy_of("http://a.b"), "http://p:1");
	assert_string_equal(proxy_of("https://a.b"), "http://s:2");
	assert_string_equal(proxy_of("http://localhost:1"), "none");
	assert_string_equal(proxy_of("http://127.9.9.9"), "none");
	assert_string_equal(proxy_of("http://[::1]"), "none");
	assert_string_equal(proxy_of("http://10.1.2.3"), "none");
	assert_string_equal(proxy_of("http://11.1.2.3"), "http://p:1");
	assert_string_equal(proxy_of("http://x.sub.org"), "none");
	assert_string_equal(proxy_of("http://sub.org"), "http://p:1");
	assert_string_equal(proxy_of("http://example.com"), "none");
	assert_string_equal(proxy_of("http://w.example.com"), "none");
	assert_string_equal(proxy_of("http://wexample.com"), "http://p:1");
	assert_string_equal(proxy_of("http://host:81"), "none");
	assert_string_equal(proxy_of("http://host:82"), "http://p:1");
	setenv("NO_PROXY", "*", 1);
	assert_string_equal(proxy_of("http://a.b"), "none");
	unsetenv("HTTP_PROXY");
	unsetenv("https_proxy");
	unsetenv("NO_PROXY");
}

static void tls_files(void **state)
{
	struct http_tls_conf c = {.ca_file = "/no/such/ca.pem"};
	struct http_tls *t;
	struct err e;

	(void)state;
	assert_int_equal(http_tls_open(&c, &t, &e), -1);
	assert_string_equal(e.text,
			    "open /no/such/ca.pem: no such file or directory");
	c = (struct http_tls_conf){.ca_pem = STR("not a certificate")};
	assert_int_equal(http_tls_open(&c, &t, &e), -1);
	c = (struct http_tls_conf){.cert = "/no/c.pem"};
	assert_int_equal(http_tls_open(&c, &t, &e), -1);
	c = (struct http_tls_conf){.insecure = true};
	assert_int_equal(http_tls_open(&c, &t, &e), 0);
	http_tls_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(queries),
		cmocka_unit_test(proxies),
		cmocka_unit_test(tls_files),
		cmocka_unit_test_setup_teardown(get_and_reuse, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(put_with_headers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(failures_in_words_of_go, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(body_limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(streaming, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cancelling, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unix_socket, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* probe_net - does somebody accept connections (TCP, TLS, UNIX), or answer a
 * datagram (UDP)? Connections are made by core/http, which tries IPv4 and IPv6
 * and resolves names without blocking. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "health/inner.h"
#include "health/resolve.h"
#include "os/fd.h"

struct probe_net {
	struct http_site *site;
	struct http_tls *tls;
	struct http_call *call;
	char shown[256];
	int fd; /* UDP; -1 = closed */
	struct loop_fd w;
	struct resolve *look_up;
};

static void net_close(struct health_probe *p)
{
	struct probe_net *n = p->net;

	http_site_free(n->site);
	http_tls_free(n->tls);
	loop_unwatch(&n->w);
	fd_close(&n->fd);
	free(n);
	p->net = NULL;
}

static int net_new(struct health_probe *p, struct err *e)
{
	p->net = calloc(1, sizeof(*p->net));
	if (!p->net)
		return err_nomem(e);
	p->net->fd = -1;
	target_shown(p->d->target, p->net->shown, sizeof(p->net->shown));
	return 0;
}

/* tcp://h:p is http's connection to http://h:p; tcp+tls:// to https://. */
static int site_url(const char *target, struct buf *url, bool *tls)
{
	struct target t;

	if (!strncmp(target, "unix://", 7))
		return buf_adds(url, target);
	if (!target_parse(target, &t))
		return -1;
	*tls = str_is(t.scheme, "tcp+tls");
	buf_adds(url, *tls ? "https://" : "http://");
	if (str_chr(t.host, ':') >= 0)
		return buf_addf(url, "[%.*s]:%.*s", (int)t.host.n, t.host.p,
				(int)t.port.n, t.port.p);
	return buf_addf(url, "%.*s:%.*s", (int)t.host.n, t.host.p,
			(int)t.port.n, t.port.p);
}

static int tcp_open(struct health_probe *p, struct err *e)
{
	struct http_tls_conf tls = {.insecure = p->d->tls_skip_verify,
				    .ca_file = p->d->ca_file,
				    .cert = p->d->cert_file,
				    .key = p->d->key_file,
				    .server_name = p->d->tls_server_name};
	struct http_site_conf conf = {.no_reuse = true, .no_proxy = true};
	BUF_AUTO struct buf url = {0};
	bool with_tls = false;

	if (net_new(p, e) < 0)
		return -1;
	if (site_url(p->d->target, &url, &with_tls) < 0) {
		net_close(p);
		return err_nomem(e);
	}
	conf.url = url.p;
	if (with_tls && http_tls_open(&tls, &p->net->tls, e) < 0) {
		net_close(p);
		return -1;
	}
	conf.tls = p->net->tls;
	if (http_site_open(p->env.http, &conf, &p->net->site, e) < 0) {
		net_close(p);
		return -1;
	}
	return 0;
}

static const char *verb(const struct health_probe *p)
{
	if (p->d->kind == HEALTH_UNIX)
		return "UNIX connect";
	return p->net->tls ? "TLS connect" : "TCP connect";
}

static void on_connect(void *ctx, struct http_answer *a)
{
	struct health_probe *p = ctx;
	const char *why;

	p->net->call = NULL;
	if (!a->err) {
		probe_done(p, HEALTH_PASSING, "%s %s: connected", verb(p),
			   p->net->shown);
		return;
	}
	why = strstr(a->err->text, "\": ");
	probe_done(p, HEALTH_CRITICAL, "%s %s: %s", verb(p), p->net->shown,
		   why ? why + 3 : a->err->text);
}

static void tcp_begin(struct health_probe *p)
{
	struct http_req r = {.connect_only = true};
	struct err e;

	if (http_start(p->net->site, &r, on_connect, p, &p->net->call, &e) < 0) {
		p->net->call = NULL;
		probe_done(p, HEALTH_CRITICAL, "%s %s: %s", verb(p),
			   p->net->shown, e.text);
	}
}

static void net_end(struct health_probe *p)
{
	http_cancel(p->net->call);
	p->net->call = NULL;
	resolve_cancel(p->net->look_up);
	p->net->look_up = NULL;
	loop_unwatch(&p->net->w);
	fd_close(&p->net->fd);
}

/* --- UDP --- */

/* Silence until shortly before the limit is no error: nobody refused. */
static void udp_quiet(struct health_probe *p)
{
	bool sent = !p->net->look_up;

	net_end(p);
	if (!sent) {
		probe_done(p, HEALTH_CRITICAL, "UDP %s: the name was not found "
			   "in time", p->net->shown);
		return;
	}
	probe_done(p, HEALTH_PASSING, "UDP %s: sent, nobody refused it",
		   p->net->shown);
}

static void on_datagram(struct loop_fd *w, uint32_t events)
{
	struct health_probe *p = w->ctx;
	char buf[2048];
	ssize_t n = recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT);
	int num = errno;

	(void)events;
	if (n < 0 && (num == EAGAIN || num == EINTR))
		return;
	net_end(p);
	if (n < 0)
		probe_done(p, HEALTH_CRITICAL, "UDP %s: %s", p->net->shown,
			   strerror(num));
	else
		probe_done(p, HEALTH_PASSING, "UDP %s: answered %zd bytes",
			   p->net->shown, n);
}

/* The first address that takes a connection, which for a datagram costs
 * nothing but makes refusals come back. */
static int udp_socket(const struct addrinfo *a, const char **why)
{
	int fd = -1;

	for (; a; a = a->ai_next) {
		fd = socket(a->ai_family,
			    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		*why = strerror(errno);
		fd_close(&fd);
	}
	return fd;
}

static void on_address(void *ctx, struct addrinfo *list, const char *why)
{
	struct health_probe *p = ctx;
	const char *send_this = p->d->body ? p->d->body : "";
	struct err e;

	p->net->look_up = NULL;
	if (list) {
		p->net->fd = udp_socket(list, &why);
		freeaddrinfo(list);
	}
	if (p->net->fd < 0) {
		probe_done(p, HEALTH_CRITICAL, "UDP %s: %s", p->net->shown,
			   why ? why : "no address");
		return;
	}
	if (send(p->net->fd, send_this, strlen(send_this), 0) < 0) {
		int num = errno;

		net_end(p);
		probe_done(p, HEALTH_CRITICAL, "UDP %s: %s", p->net->shown,
			   strerror(num));
		return;
	}
	if (loop_watch(p->env.loop, &p->net->w, p->net->fd, EPOLLIN, on_datagram,
		       p, &e) < 0) {
		net_end(p);
		probe_done(p, HEALTH_CRITICAL, "UDP: %s", e.text);
	}
}

static void udp_begin(struct health_probe *p)
{
	char host[256], port[8];
	struct target t = {0};
	struct err e;

	(void)target_parse(p->d->target, &t); /* it was checked before */
	snprintf(host, sizeof(host), "%.*s", (int)t.host.n, t.host.p);
	snprintf(port, sizeof(port), "%.*s", (int)t.port.n, t.port.p);
	if (resolve_start(p->env.loop, host, port, on_address, p,
			  &p->net->look_up, &e) < 0)
		probe_done(p, HEALTH_CRITICAL, "UDP %s: %s", p->net->shown,
			   e.text);
}

const struct probe_kind probe_tcp = {tcp_open, tcp_begin, net_end, net_close,
				     "TCP connect", NULL};
const struct probe_kind probe_unix = {tcp_open, tcp_begin, net_end, net_close,
				      "UNIX connect", NULL};
const struct probe_kind probe_udp = {net_new, udp_begin, net_end, net_close,
				     "UDP", udp_quiet};

// SPDX-License-Identifier: MIT
/* metrics - Prometheus metrics and a health page of this container
 *
 * usage: metrics [--listen [ADDR]:PORT] [--socket PATH] [--scandir DIR]
 *        metrics --once [--scandir DIR]
 *
 * A service of its own. Answers GET over HTTP on a UNIX socket, and with
 * --listen on a port:
 *   /metrics                services, their ends and restarts, checks, renders
 *   /health?level=alive     200 while the supervisor is there
 *   /health[?level=ready]   200 when the registrar's checks pass and every
 *                           service that is wanted is up and ready, else 503
 *   /status                 what `status --json` prints
 *  --listen    ADDR is an IPv4 address, or an IPv6 one in brackets; all when
 *              left out
 *  --socket    default metrics.sock in the runtime directory; "" = none
 *  --once      prints the metrics and ends
 *  --scandir   where the services are
 *
 * Exit: 0 ended by a signal, 100 wrong usage or no scandir, 111 system call
 *   failed.
 * See: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "os/fd.h"
#include "os/loop.h"
#include "os/signal.h"
#include "survey.h"

enum {
	CLIENTS = 32,
	REQUEST_MAX = 8192,
	PATIENCE = 10000, /* ms for a whole exchange */
	BACKLOG = 16,
};

struct metrics {
	bool once;
	const char *listen, *socket, *scandir;
};

static const struct opt metrics_opts[] = {
	{"once", NULL, 0, OPT_FLAG, offsetof(struct metrics, once), 0},
	{"listen", NULL, 0, OPT_STR, offsetof(struct metrics, listen), 0},
	{"socket", NULL, 0, OPT_STR, offsetof(struct metrics, socket), 0},
	{"scandir", NULL, 0, OPT_STR, offsetof(struct metrics, scandir), 0},
	{0},
};

struct client {
	struct server *server; /* NULL = a free place */
	struct loop_fd w;
	struct loop_timer patience;
	struct buf in, out;
	size_t sent;
};

struct server {
	struct loop loop;
	char scandir[PATH_MAX];
	struct survey_counter *counters;
	struct loop_fd port, local;
	struct client clients[CLIENTS];
};

/* --- answers --- */

static void answer(struct client *c, int status, const char *type,
		   const struct buf *body)
{
	const char *words = status == 200   ? "OK"
			    : status == 404 ? "Not Found"
			    : status == 405 ? "Method Not Allowed"
			    : status == 500 ? "Internal Server Error"
					    : "Service Unavailable";

	buf_addf(&c->out,
		 "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		 "Connection: close\r\nCache-Control: no-store\r\n\r\n",
		 status, words, type, body->len);
	buf_add(&c->out, body->p, body->len);
}

static bool split(struct str *rest, char sep, const char *word)
{
	struct str part;

	return str_split(rest, sep, &part) && str_is(part, word);
}

/* The whole of an answer's making; each request reads everything anew. */
static void serve(struct client *c, struct str path, struct str query)
{
	static const char text[] = "text/plain; charset=utf-8";
	BUF_AUTO struct buf b = {0};
	struct server *s = c->server;
	bool alive = false, good;
	struct survey v;
	struct str part;
	struct err e;

	if (survey_load(&v, s->scandir, &e) < 0) {
		buf_addf(&b, "%s\n", e.text);
		answer(c, 500, text, &b);
		return;
	}
	if (str_is(path, "/metrics")) {
		survey_metrics(&v, &s->counters, &b);
		answer(c, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
	} else if (str_is(path, "/status")) {
		survey_json(&v, NULL, &b);
		answer(c, 200, "application/json", &b);
	} else if (str_is(path, "/health")) {
		while (str_split(&query, '&', &part))
			alive |= str_is(part, "level=alive");
		good = alive ? v.alive : survey_verdict(&v, &b);
		if (!b.len)
			buf_adds(&b, good ? alive ? "alive" : "ready"
					  : "not supervised");
		buf_addc(&b, '\n');
		answer(c, good ? 200 : 503, text, &b);
	} else {
		buf_adds(&b, "/metrics /health /status\n");
		answer(c, 404, text, &b);
	}
	survey_free(&v);
}

static void request(struct client *c)
{
	struct str rest = str_n(c->in.p, c->in.len), target, path;
	BUF_AUTO struct buf b = {0};

	if (!split(&rest, ' ', "GET") || !str_split(&rest, ' ', &target)) {
		answer(c, 405, "text/plain", &b);
		return;
	}
	if (!str_split(&target, '?', &path))
		path = STR("");
	serve(c, path, target);
}

/* --- connections --- */

static void hang_up(struct client *c)
{
	int fd = c->w.fd;

	loop_timer_unset(&c->patience);
	loop_unwatch(&c->w);
	close(fd);
	buf_free(&c->in);
	buf_free(&c->out);
	*c = (struct client){0};
}

static void on_patience(struct loop_timer *t)
{
	hang_up(t->ctx);
}

/* false: the end. */
static bool read_more(struct client *c)
{
	char b[2048];
	ssize_t n = read(c->w.fd, b, sizeof(b));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0 || buf_add(&c->in, b, (size_t)n) < 0)
		return false;
	if (str_find(str_n(c->in.p, c->in.len), STR("\r\n\r\n")) < 0)
		return true;
	request(c);
	return !c->out.failed && loop_rewatch(&c->w, EPOLLOUT, NULL) == 0;
}

static bool write_more(struct client *c)
{
	ssize_t n = send(c->w.fd, c->out.p + c->sent, c->out.len - c->sent,
			 MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->sent += (size_t)n;
	if (c->sent < c->out.len)
		return true;
	shutdown(c->w.fd, SHUT_WR);
	return false;
}

static void on_client(struct loop_fd *w, uint32_t events UNUSED)
{
	struct client *c = w->ctx;

	if (!(c->out.len ? write_more(c) : read_more(c)))
		hang_up(c);
}

/* Beyond the places that there are, whoever comes is sent away. */
static void on_connect(struct loop_fd *w, uint32_t events UNUSED)
{
	struct server *s = w->ctx;
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c = s->clients;

	if (fd < 0)
		return;
	while (c < s->clients + CLIENTS && c->server)
		c++;
	if (c == s->clients + CLIENTS ||
	    loop_watch(&s->loop, &c->w, fd, EPOLLIN, on_client, c, NULL) < 0) {
		close(fd);
		return;
	}
	c->server = s;
	c->in.max = REQUEST_MAX;
	loop_timer_set(&s->loop, &c->patience, clock_mono_ms() + PATIENCE,
		       on_patience, c);
}

/* --- where it listens --- */

static void listen_on(struct server *s, struct loop_fd *w,
		      const struct sockaddr *a, socklen_t n, const char *what)
{
	int fd = socket(a->sa_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0;
	struct err e;

	if (fd >= 0 && a->sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && a->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (fd < 0 || bind(fd, a, n) < 0 || listen(fd, BACKLOG) < 0)
		die_sys(111, errno, "unable to listen on %s", what);
	if (loop_watch(&s->loop, w, fd, EPOLLIN, on_connect, s, &e) < 0)
		die(111, "%s", e.text);
}

static void listen_local(struct server *s, const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (snprintf(a.sun_path, sizeof(a.sun_path), "%s", path) >=
	    (int)sizeof(a.sun_path))
		die_sys(111, ENAMETOOLONG, "unable to listen on %s", path);
	unlink(path);
	listen_on(s, &s->local, (const void *)&a, sizeof(a), path);
	/* it only tells, and no secrets */
	chmod(path, 0666);
}

/* "127.0.0.1:9100", "[::1]:9100", ":9100" or "9100". */
static void listen_port(struct server *s, const char *text)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN] = "";
	uint64_t port;
	bool bracket = n > 2 && text[0] == '[' && text[n - 1] == ']';

	if (!num_arg(colon ? colon + 1 : text, UINT16_MAX, &port) ||
	    n >= sizeof(host) + 2)
		die(100, "not an address: %s", text);
	snprintf(host, sizeof(host), "%.*s", (int)(n - 2 * bracket),
		 text + bracket);
	six.sin6_port = four.sin_port = htons((uint16_t)port);
	if (n && !bracket) {
		if (inet_pton(AF_INET, host, &four.sin_addr) != 1)
			die(100, "not an address: %s", text);
		listen_on(s, &s->port, (const void *)&four, sizeof(four), text);
		return;
	}
	if (n && inet_pton(AF_INET6, host, &six.sin6_addr) != 1)
		die(100, "not an address: %s", text);
	/* a kernel without IPv6 */
	int probe = n ? 0 : socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		listen_on(s, &s->port, (const void *)&four, sizeof(four), text);
	else
		listen_on(s, &s->port, (const void *)&six, sizeof(six), text);
	if (probe > 0)
		close(probe);
}

static void on_signal(void *ctx, int sig UNUSED)
{
	loop_stop(ctx);
}

static int run(struct server *s, const struct metrics *o)
{
	static const int list[] = {SIGTERM, SIGINT, 0};
	char runtime[PATH_MAX], path[PATH_MAX + 16] = "";
	struct signals sig = {0};
	struct err e;
	int fd;

	signal_no_pipe();
	if (loop_init(&s->loop, &e) < 0 ||
	    signals_open(&sig, &s->loop, list, on_signal, &s->loop, &e) < 0)
		die(111, "%s", e.text);
	if (o->socket)
		snprintf(path, sizeof(path), "%s", o->socket);
	else if (runtime_dir(runtime, true, &e) < 0)
		die(111, "%s", e.text);
	else
		snprintf(path, sizeof(path), "%s/metrics.sock", runtime);
	if (*path)
		listen_local(s, path);
	if (o->listen)
		listen_port(s, o->listen);
	fd = s6_notify_fd();
	if (fd >= 0) {
		(void)!write(fd, "\n", 1);
		close(fd);
	}
	if (loop_run(&s->loop, &e) < 0)
		die(111, "%s", e.text);
	if (*path)
		unlink(path);
	return 0;
}

int metrics_main(int argc, char **argv)
{
	static struct server s;
	struct metrics o = {0};
	int i = applet_opts("metrics", metrics_opts, &o, argc, argv, 0);
	struct buf b = {0};
	struct survey v;
	struct err e;

	if (argv[i] || (o.once && (o.listen || o.socket)))
		applet_usage("metrics");
	if (survey_find(s.scandir, o.scandir, &e) < 0)
		die(100, "%s", e.text);
	if (!o.once)
		return run(&s, &o);
	if (survey_load(&v, s.scandir, &e) < 0)
		die(111, "%s", e.text);
	survey_metrics(&v, &s.counters, &b);
	if (fd_write(1, buf_str(&b), b.len, &e) < 0)
		die(111, "%s", e.text);
	return 0;
}

// SPDX-License-Identifier: MIT
/* engine - curl's multi interface driven by the event loop: curl says which
 * sockets and which deadline it waits for, the loop says when they come. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "http/call.h"
#include "http/inner.h"

struct http_sock {
	struct http_sock *next, *prev;
	struct http *h;
	struct loop_fd w;
};

/* Hands finished transfers to their owners. A callback may start and cancel
 * calls: one message is read at a time, and cancelling takes the message of a
 * finished transfer away. */
static void deliver(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct http_call *c = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		http_call_finish(c, m->data.result);
	}
}

static void act(struct http *h, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(h->multi, fd, events, &running);
	deliver(h);
}

static void on_socket(struct loop_fd *w, uint32_t events)
{
	struct http_sock *s = w->ctx;
	int bits = 0;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		bits |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		bits |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		bits |= CURL_CSELECT_ERR;
	act(s->h, w->fd, bits);
}

static void on_timer(struct loop_timer *t)
{
	act(t->ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *m, long ms, void *p)
{
	struct http *h = p;

	(void)m;
	if (ms < 0)
		loop_timer_unset(&h->timer);
	else
		loop_timer_set(h->loop, &h->timer, clock_mono_ms() + ms,
			       on_timer, h);
	return 0;
}

static void sock_free(struct http_sock *s)
{
	loop_unwatch(&s->w);
	*(s->prev ? &s->prev->next : &s->h->socks) = s->next;
	if (s->next)
		s->next->prev = s->prev;
	free(s);
}

static struct http_sock *sock_new(struct http *h)
{
	struct http_sock *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->h = h;
	s->next = h->socks;
	if (s->next)
		s->next->prev = s;
	h->socks = s;
	return s;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *p,
		      void *sockp)
{
	struct http *h = p;
	struct http_sock *s = sockp;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			sock_free(s);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (s && s->w.loop)
		return loop_rewatch(&s->w, events, NULL);
	if (!s && !(s = sock_new(h)))
		return -1;
	curl_multi_assign(h->multi, fd, s);
	return loop_watch(h->loop, &s->w, fd, events, on_socket, s, NULL);
}

int http_open(struct http **out, struct loop *l, struct err *e)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return err_nomem(e);
	h->loop = l;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		h->multi = curl_multi_init();
	if (!h->multi) {
		free(h);
		return err_set(e, 0, "unable to set up HTTP");
	}
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	*out = h;
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	while (h->calls)
		http_cancel(h->calls);
	curl_multi_cleanup(h->multi);
	loop_timer_unset(&h->timer);
	for (struct http_sock *s = h->socks, *next; s; s = next) {
		next = s->next;
		sock_free(s);
	}
	free(h);
}

void http_limit_host(struct http *h, unsigned n)
{
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)n);
}

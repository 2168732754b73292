// SPDX-License-Identifier: MIT
/* resolve - see resolve.h. The thread and the loop share one block of memory;
 * whoever lets go of it last frees it. */
#include "health/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/fd.h"

struct resolve {
	atomic_int owners; /* 2, 1, then nobody */
	int fd;            /* the thread tells its end here */
	char host[256], port[8];
	struct addrinfo *list;
	int code; /* of getaddrinfo */
	/* of the loop's side */
	struct loop_fd w;
	resolve_fn *fn;
	void *ctx;
};

static void let_go(struct resolve *r)
{
	if (atomic_fetch_sub(&r->owners, 1) > 1)
		return;
	if (r->list)
		freeaddrinfo(r->list);
	fd_close(&r->fd);
	free(r);
}

static void *look_up(void *p)
{
	const struct addrinfo hint = {.ai_socktype = SOCK_DGRAM};
	const uint64_t one = 1;
	struct resolve *r = p;

	r->code = getaddrinfo(r->host, r->port, &hint, &r->list);
	if (write(r->fd, &one, sizeof(one)) < 0)
		abort(); /* an eventfd takes a first 1 always */
	let_go(r);
	return NULL;
}

static void on_end(struct loop_fd *w, uint32_t events)
{
	struct resolve *r = w->ctx;
	struct addrinfo *list = r->list;
	const char *why = r->code ? gai_strerror(r->code) : NULL;
	resolve_fn *fn = r->fn;
	void *ctx = r->ctx;

	(void)events;
	r->list = NULL;
	resolve_cancel(r);
	fn(ctx, list, why);
}

/* A thread takes no signals: they are the loop's. */
static int start_thread(struct resolve *r)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	int num;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	num = pthread_create(&thread, &attr, look_up, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return num;
}

int resolve_start(struct loop *l, const char *host, const char *port,
		  resolve_fn *fn, void *ctx, struct resolve **out,
		  struct err *e)
{
	struct resolve *r = calloc(1, sizeof(*r));
	int num;

	if (!r)
		return err_nomem(e);
	atomic_init(&r->owners, 2);
	strncpy(r->host, host, sizeof(r->host) - 1);
	strncpy(r->port, port, sizeof(r->port) - 1);
	r->fn = fn;
	r->ctx = ctx;
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	num = r->fd < 0 ? errno : 0;
	if (!num && loop_watch(l, &r->w, r->fd, EPOLLIN, on_end, r, e) < 0)
		num = errno;
	if (!num)
		num = start_thread(r);
	if (num) {
		loop_unwatch(&r->w);
		atomic_store(&r->owners, 1);
		let_go(r);
		return err_set(e, num, "unable to look up %s", host);
	}
	*out = r;
	return 0;
}

void resolve_cancel(struct resolve *r)
{
	if (!r)
		return;
	loop_unwatch(&r->w);
	let_go(r);
}

// SPDX-License-Identifier: MIT
/* resolve - a name looked up beside the loop, in a thread of its own, as the C
 * library knows only how to wait for the answer. Private to core/health. */
#ifndef BASEBOX_CORE_HEALTH_RESOLVE_H
#define BASEBOX_CORE_HEALTH_RESOLVE_H

#include <netdb.h>

#include "base.h"
#include "os/loop.h"

struct resolve;

/* list is freed by the caller (freeaddrinfo), NULL with why set. */
typedef void resolve_fn(void *ctx, struct addrinfo *list, const char *why);

/* Looks up addresses for datagrams; fn is called once, unless cancelled. */
int resolve_start(struct loop *l, const char *host, const char *port,
		  resolve_fn *fn, void *ctx, struct resolve **out,
		  struct err *e) MUST_USE;
/* The thread may go on for a while, but nobody hears of it. NULL is fine. */
void resolve_cancel(struct resolve *r);

#endif

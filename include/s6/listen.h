// SPDX-License-Identifier: MIT
/* listen - being a listener of a fifodir: a FIFO with a hidden name, opened,
 * then shown. From then on no event is lost. */
#ifndef BASEBOX_S6_LISTEN_H
#define BASEBOX_S6_LISTEN_H

#include <limits.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

struct s6_listen {
	int fd;    /* readable when something happened; non-blocking; -1 = none */
	int wfd;   /* held so that reading never meets an end */
	char path[PATH_MAX]; /* of the FIFO */
};

/* Subscribes to the fifodir at this path (relative to the working directory,
 * which must not change until the close). */
int s6_listen_open(struct s6_listen *l, const char *dir, struct err *e)
	MUST_USE;
/* The event bytes that are there: 0 = none, -1 = errno. */
ssize_t s6_listen_read(struct s6_listen *l, char *buf, size_t n);
/* Unsubscribes; does nothing when not open. */
void s6_listen_close(struct s6_listen *l);

#endif

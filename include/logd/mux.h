// SPDX-License-Identifier: MIT
/* mux - the outputs of many services as one stream of whole lines.
 *
 * The interface is on disk, so nobody holds pipes for anybody: in the live
 * scandir L each service that goes through here has a FIFO L/.init/log/NAME,
 * and its run begins with
 *
 *	redirfd -u 1 ../.init/log/NAME fdmove -c 2 1
 *
 * Opened for reading and writing, a FIFO never blocks at the opening and never
 * gives SIGPIPE; what is written while nobody reads waits in the pipe (64 kB)
 * as long as its writer lives. So a service that may be short depends on the
 * logmux, which says that it is ready when all FIFOs are open.
 * NAME:err is a second FIFO, whose lines go to standard error. Further files
 * of a service, a line or a number each:
 *
 *	L/NAME/policy/tail      absolute paths of files that are followed
 *	L/NAME/policy/log       plain, prefix or json, whatever all others are
 *	L/NAME/policy/log-rate  lines per second, beyond which lines are left
 *	                        out (and counted); 0 = no limit
 *
 * A followed file is read from its end as it is at the start, or from its
 * beginning when it appears later; truncated and replaced files are noticed. */
#ifndef BASEBOX_LOGD_MUX_H
#define BASEBOX_LOGD_MUX_H

#include "base/attr.h"
#include "base/err.h"

enum mux_format {
	MUX_PLAIN,  /* the line */
	MUX_PREFIX, /* NAME | line */
	MUX_JSON,   /* {"time","service","stream" or "file","message"} */
};

enum { MUX_LINE_MAX = 64 * 1024 }; /* longer lines go out in pieces */

struct mux_opts {
	const char *scandir;
	enum mux_format format;
	unsigned rate; /* where a service has no log-rate; 0 = no limit */
};

/* The format of this name, -1 when it is none. "" is MUX_PLAIN. */
int mux_format(const char *name);
/* Runs until SIGTERM or SIGINT: what is there is then read to its end. HUP
 * looks for new FIFOs and policies. -1: it could not start. */
int mux_run(const struct mux_opts *o, struct err *e) MUST_USE;

#endif

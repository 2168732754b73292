// SPDX-License-Identifier: MIT
/* status - supervise/status, the 35 bytes that say how a service is. */
#ifndef BASEBOX_S6_STATUS_H
#define BASEBOX_S6_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "s6/tai.h"

#define S6_SUPERVISE "supervise"
#define S6_STATUS "supervise/status"

enum { S6_STATUS_SIZE = 35 };

struct s6_status {
	struct tai stamp; /* last start or death of run; supervisor start */
	struct tai ready_stamp; /* last readiness, or end of finish */
	pid_t pid;        /* of run, or of finish while it runs; 0 = none */
	uint16_t wstat;   /* how the last run ended, as from waitpid(2) */
	bool paused;      /* together with pid 0: never started yet */
	bool finishing;
	bool want_up;
	bool ready;       /* up: notified; down: finish is over */
};

/* run is running (finish does not count). */
bool s6_status_up(const struct s6_status *s);
/* The marker of a service that was never started by this supervisor. */
bool s6_status_fresh(const struct s6_status *s);

void s6_status_pack(unsigned char out[S6_STATUS_SIZE],
		    const struct s6_status *s);
void s6_status_unpack(struct s6_status *s,
		      const unsigned char in[S6_STATUS_SIZE]);
/* A file that is too short is an error (EPIPE); bytes beyond are ignored. */
int s6_status_read(int at, const char *path, struct s6_status *s,
		   struct err *e) MUST_USE;
/* Replaces the file through "PATH.new" and rename(2), mode 0644 whatever the
 * umask; no fsync: the state does not outlive the supervisor. */
int s6_status_write(int at, const char *path, const struct s6_status *s,
		    struct err *e) MUST_USE;

#endif

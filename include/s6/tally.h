// SPDX-License-Identifier: MIT
/* tally - supervise/death_tally, the last deaths of a service, oldest first. */
#ifndef BASEBOX_S6_TALLY_H
#define BASEBOX_S6_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "s6/tai.h"

#define S6_TALLY "supervise/death_tally"

enum { S6_DEATH_SIZE = 14, S6_TALLY_DEFAULT = 100, S6_TALLY_MAX = 4096 };

struct s6_death {
	struct tai when;
	uint8_t code; /* exit code, or 128 + signal */
	uint8_t sig;  /* 0 = it exited */
};

/* The record of an end now with this wait status. */
void s6_death_now(struct s6_death *d, int wstat);
void s6_death_pack(unsigned char out[S6_DEATH_SIZE], const struct s6_death *d);
void s6_death_unpack(struct s6_death *d, const unsigned char in[S6_DEATH_SIZE]);

/* Adds a death and keeps the last `max` (0 = does nothing; at most
 * S6_TALLY_MAX). Within the maximum it is one append, otherwise the file is
 * replaced through "PATH.new". A file of a wrong size counts as empty. */
int s6_tally_add(int at, const char *path, const struct s6_death *d,
		 unsigned max, struct err *e) MUST_USE;
/* Makes or empties the file. */
int s6_tally_clear(int at, const char *path, struct err *e) MUST_USE;
/* The last deaths, at most max of them, oldest first; returns how many, -1
 * when the file cannot be read. A file of a wrong size is emptied. */
int s6_tally_read(int at, const char *path, struct s6_death *out, size_t max,
		  struct err *e) MUST_USE;

#endif

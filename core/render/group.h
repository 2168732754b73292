// SPDX-License-Identifier: MIT
/* group - many keys below one prefix, served by one recursive blocking query
 * instead of a connection each. Nothing of it shows in results: a key that is
 * missing from a recursive answer is confirmed by a read of its own (Consul
 * leaves out what the token must not list), and a group that does not pay is
 * dissolved.
 *
 * A group is made when at least GROUP_MIN watched keys share a prefix that
 * ends in '/', are at least a quarter of its keys, and the answer is at most
 * 512 kB; it goes at half of either. */
#ifndef BASEBOX_RENDER_GROUP_H
#define BASEBOX_RENDER_GROUP_H

#include "render/runner.h"

enum {
	GROUP_MIN = 8,
	GROUP_SHARE = 4,
	GROUP_BYTES = 512 << 10,
	GROUP_CONFIRM = 4,     /* single reads at a time */
	GROUP_REST_MS = 60000, /* before a dissolved prefix is tried again */
};

/* After a pass: joins new views to groups, makes groups. */
void groups_form(struct runner *r);
/* A member is freed. */
void group_leave(struct view *v);
void groups_close(struct runner *r);

#endif

// SPDX-License-Identifier: MIT
/* policy - what becomes of a service that ended, and which code that is. Pure:
 * the clock comes from the caller. */
#ifndef BASEBOX_INIT_POLICY_H
#define BASEBOX_INIT_POLICY_H

#include "init/graph.h"

/* The exit code of a container for this wait status: 128+n for signal n, 0 for
 * a code that counts as success. */
int policy_code(const struct policy *p, int wstat);
/* After an end that nobody ordered: ms from its start to the next one, or
 * SERVICE_REST; *spent: because there were too many restarts. `up_ms` is how
 * long it ran. */
int64_t policy_died(struct policy *p, int wstat, int64_t up_ms, int64_t now,
		    bool *spent);

#endif

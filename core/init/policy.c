// SPDX-License-Identifier: MIT
/* policy.c - restart always, on failure, never; a budget of restarts in a
 * window; a pause that doubles up to a limit. */
#include "init/policy.h"

#include <sys/wait.h>

enum { STEADY_MS = 10000 }; /* ran so long: what was before is forgotten */

int policy_code(const struct policy *p, int wstat)
{
	int code =
		WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);

	return p->success[code / 64 % 4] >> code % 64 & 1 ? 0 : code;
}

/* More than max_restarts in any stretch of time as long as the window: the ring
 * has the times of so many. */
static bool over_budget(struct policy *p, int64_t now)
{
	int64_t *oldest;

	if (!p->max_restarts)
		return false;
	oldest = &p->restarts[p->nrestarts % p->max_restarts];
	if (p->nrestarts >= p->max_restarts && now - *oldest <= p->window_ms) {
		p->nrestarts = 0;
		return true;
	}
	*oldest = now;
	p->nrestarts++;
	return false;
}

static int64_t pause_after(struct policy *p, int64_t up_ms)
{
	int64_t ms = SERVICE_RESTART_MS;

	if (up_ms >= STEADY_MS)
		p->failures = 0;
	if (!p->backoff_max_ms)
		return ms;
	for (uint32_t i = 0; i < p->failures && ms < p->backoff_max_ms; i++)
		ms *= 2;
	p->failures++;
	/* From its start; a doubled pause is one after its end. */
	if (ms > p->backoff_max_ms)
		ms = p->backoff_max_ms;
	return ms > SERVICE_RESTART_MS ? up_ms + ms : ms;
}

int64_t policy_died(struct policy *p, int wstat, int64_t up_ms, int64_t now,
		    bool *spent)
{
	*spent = false;
	if (p->restart == RESTART_NEVER ||
	    (p->restart == RESTART_ON_FAILURE && !policy_code(p, wstat)))
		return SERVICE_REST;
	*spent = over_budget(p, now);
	return *spent ? SERVICE_REST : pause_after(p, up_ms);
}

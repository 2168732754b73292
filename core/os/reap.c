// SPDX-License-Identifier: MIT
/* reap.c - children by pid, in a small table of chains. */
#include "os/reap.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static struct child **slot(struct reaper *r, pid_t pid)
{
	return &r->bucket[(unsigned)pid % REAP_BUCKETS];
}

void reaper_add(struct reaper *r, struct child *c, pid_t pid, child_fn *fn,
		void *ctx)
{
	struct child **s = slot(r, pid);

	*c = (struct child){.pid = pid, .fn = fn, .ctx = ctx, .next = *s};
	*s = c;
}

void reaper_remove(struct reaper *r, struct child *c)
{
	if (!c->pid)
		return;
	for (struct child **s = slot(r, c->pid); *s; s = &(*s)->next) {
		if (*s != c)
			continue;
		*s = c->next;
		break;
	}
	c->pid = 0;
}

bool reaper_run(struct reaper *r, int most)
{
	while (most-- > 0) {
		struct child *c;
		int wstat;
		pid_t pid = waitpid(-1, &wstat, WNOHANG);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return false;
		for (c = *slot(r, pid); c && c->pid != pid; c = c->next)
			;
		if (!c)
			continue;
		reaper_remove(r, c);
		c->fn(c, wstat);
	}
	return true;
}

int reap_subreaper(struct err *e)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_set(e, errno, "unable to become a subreaper");
	return 0;
}

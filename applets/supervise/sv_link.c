// SPDX-License-Identifier: MIT
/* sv_link - see the header. */
#include "sv_link.h"

#include <errno.h>
#include <fcntl.h>

void sv_path(char out[PATH_MAX], const char *dir, const char *file)
{
	struct err e;

	if (s6_place(out, dir, file, &e) < 0)
		die(111, "%s", e.text);
}

bool sv_supervised(const char *dir)
{
	char path[PATH_MAX];

	sv_path(path, dir, S6_LOCK);
	return s6_lock_test(AT_FDCWD, path, NULL) == 1;
}

static bool feed(void *ctx, size_t i UNUSED, char c)
{
	return c == ((struct sv_events *)ctx)->event;
}

void sv_events_open(struct sv_events *e, char event)
{
	e->event = event;
	ev_open(&e->ev, COUNT(e->l), feed, e);
	e->ev.n = 0;
}

void sv_events_add(struct sv_events *s, const char *dir)
{
	char path[PATH_MAX];
	struct err e;
	size_t i = s->ev.n;

	sv_path(path, dir, S6_EVENT);
	if (s6_listen_open(&s->l[i], path, &e) < 0) {
		ev_close(&s->ev);
		die_sys(111, e.num, "unable to subscribe to events for %s",
			dir);
	}
	s->ev.items[i].l = &s->l[i];
	s->ev.n = i + 1;
}

int sv_events_wait(struct sv_events *e, int64_t deadline)
{
	int r = ev_wait(&e->ev, deadline);

	sv_events_close(e);
	return r;
}

void sv_events_close(struct sv_events *e)
{
	ev_close(&e->ev);
}

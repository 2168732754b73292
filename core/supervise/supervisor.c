// SPDX-License-Identifier: MIT
/* supervisor.c - what services share: reaping, messages, small files, and the
 * status files that are still to be written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "s6/fifodir.h"
#include "s6/numfile.h"
#include "s6/sig.h"
#include "supervise/inner.h"

enum {
	HEAL_MS = 1000, /* between tries to write a status */
	/* One turn of the loop reaps so long, and starts so long and so many: a
	 * command waits no longer, whatever storm there is. */
	TURN_MS = 4,
	REAP_STEP = 4,
	STARTS_PER_TURN = 8,
};

void supervisor_init(struct supervisor *sup, struct loop *l)
{
	memset(sup, 0, sizeof(*sup));
	sup->loop = l;
	fd_limit_raise(&sup->nofile);
}

static void reap_on(struct loop_timer *t)
{
	supervisor_reap(t->ctx);
}

/* So many at most, and no more when they have taken their time: what they
 * cause is paid for here, and commands wait for the next turn. */
void supervisor_reap(struct supervisor *sup)
{
	int64_t end = clock_mono_ms() + TURN_MS;

	for (int i = 0; i < REAP_TURN; i += REAP_STEP) {
		if (!reaper_run(&sup->reaper, REAP_STEP)) {
			if (sup->hooks.reaped)
				sup->hooks.reaped(sup->hooks.ctx);
			return;
		}
		if (clock_mono_ms() > end)
			break;
	}
	loop_timer_set(sup->loop, &sup->reap, 0, reap_on, sup);
}

bool supervisor_has_turn(struct supervisor *sup)
{
	int64_t now = clock_mono_ms();

	if (sup->turn != sup->loop->turn) {
		sup->turn = sup->loop->turn;
		sup->starts = 0;
		sup->turn_end = now + TURN_MS;
	}
	return sup->starts++ < STARTS_PER_TURN && now <= sup->turn_end;
}

void service_warn(const struct service *s, int num, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	fmt_vprint(text, sizeof(text), fmt, ap);
	va_end(ap);
	say_line("s6-supervise %s: warning: %s%s%s", s->name, text,
		 num ? ": " : "", num ? strerror(num) : "");
}

bool service_has(const struct service *s, const char *file)
{
	return faccessat(s->dir, file, F_OK, 0) == 0;
}

uint32_t service_number(struct service *s, const char *file, uint32_t absent)
{
	struct err *e = &s->sup->e;
	uint32_t n;
	int r = s6_numfile(s->dir, file, &n, e);

	if (r < 0)
		service_warn(s, 0, "%s", e->text);
	return r > 0 ? n : absent;
}

int service_signal_file(struct service *s, const char *file, int absent)
{
	struct err *e = &s->sup->e;
	int sig;
	int r = sig_file(s->dir, file, &sig, e);

	if (r < 0)
		service_warn(s, 0, "%s", e->text);
	return r > 0 ? sig : absent;
}

/* --- status and events --- */

static void heal(struct loop_timer *t)
{
	struct supervisor *sup = t->ctx;

	struct service *next;

	for (struct service *s = sup->all; s; s = next) {
		next = s->next;
		service_heal(s);
	}
}

void supervisor_heal(struct supervisor *sup)
{
	if (!loop_timer_is_set(&sup->heal))
		loop_timer_set(sup->loop, &sup->heal,
			       clock_mono_ms() + HEAL_MS, heal, sup);
}

/* A failure is said once for each reason, not at each event. */
static void write_status(struct service *s)
{
	struct err *e = &s->sup->e;

	s->dirty = s6_status_write(s->home, S6_STATUS, &s->status, e) < 0;
	if (!s->dirty) {
		s->status_errno = 0;
		return;
	}
	if (s->status_errno != e->num)
		service_warn(s, 0, "%s", e->text);
	s->status_errno = e->num;
	supervisor_heal(s->sup);
}

void service_tell(struct service *s, const char *events)
{
	struct err *e = &s->sup->e;

	if (s6_fifodir_notify(s->event_home, S6_EVENT, events, strlen(events),
			      e) < 0 &&
	    e->num != ENOENT)
		service_warn(s, 0, "%s", e->text);
	if (s->sup->hooks.changed)
		s->sup->hooks.changed(s, events);
}

void service_publish(struct service *s, const char *events)
{
	s->news = false;
	write_status(s);
	if (*events)
		service_tell(s, events);
}

// SPDX-License-Identifier: MIT
/* service.c - the state machine. Each event below says what it does in each
 * state; a service that is LEAVING passes through the same states and is GONE
 * where others are DOWN. GONE hears nothing.
 *
 *  event              DOWN          STARTING        UP             FINISH
 *  exec worked        -             u, UP           -              -
 *  exec failed        -             DOWN, retry     -              (warned)
 *  child ended        -             as UP           d, FINISH      D, DOWN
 *                                                   or dD, DOWN
 *  deadline           start         KILL the child  KILL run       KILL finish
 *  newline            -             -               ready, U       -
 *  commands, and the signals of a supervisor: command.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "s6/tally.h"
#include "supervise/inner.h"

enum {
	KILL_AGAIN_MS = 5000,    /* between two SIGKILLs */
	FINISH_MS = 5000,        /* timeout-finish without such a file */
	FINISH_PERMANENT = 125,  /* finish's exit code for "do not restart" */
};

static void on_deadline(struct loop_timer *t);
static void on_child(struct child *c, int wstat);

void service_schedule(struct service *s, int64_t at)
{
	loop_timer_set(s->sup->loop, &s->deadline, at, on_deadline, s);
}

static void unwatch_close(struct loop_fd *w)
{
	loop_unwatch(w);
	fd_close(&w->fd);
}

static void close_outcome(struct service *s)
{
	loop_unwatch(&s->outcome);
	fd_close(&s->start.status_fd);
}

/* --- signals to what runs --- */

void service_send(const struct service *s, int sig, bool group)
{
	if (s->child.pid > 0)
		kill(group ? -s->child.pid : s->child.pid, sig);
}

void service_send_group(const struct service *s, int sig)
{
	if (s->child.pid > 0 && kill(-s->child.pid, sig) < 0)
		kill(s->child.pid, sig);
}

/* --- the end of supervision --- */

void service_release(struct service *s)
{
	if (s->in == SPAWN_NULL && s->out == SPAWN_NULL)
		return;
	s->in = s->out = SPAWN_NULL;
	if (s->sup->hooks.released)
		s->sup->hooks.released(s);
}

void service_close(struct service *s)
{
	if (s->child.pid)
		reaper_remove(&s->sup->reaper, &s->child);
	loop_timer_unset(&s->deadline);
	close_outcome(s);
	unwatch_close(&s->notify);
	unwatch_close(&s->control);
	fd_close(&s->lock);
	if (s->event_home != s->dir && s->event_home != s->home)
		fd_close(&s->event_home);
	if (s->home != s->dir)
		fd_close(&s->home);
	fd_close(&s->dir);
	s->state = SERVICE_GONE;
}

void service_leave(struct service *s)
{
	if (s->news || s->dirty)
		service_publish(s, "");
	/* who hears of it finds the lock free */
	fd_close(&s->lock);
	service_tell(s, "x");
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	service_close(s);
	service_release(s);
	if (s->sup->hooks.left)
		s->sup->hooks.left(s);
}

/* After a cycle: nothing runs any more. */
static void rest(struct service *s)
{
	s->state = SERVICE_DOWN;
	loop_timer_unset(&s->deadline);
	if (s->leaving)
		service_leave(s);
	else if (s->status.want_up)
		service_schedule(s, s->ordered ? 0 : s->started + s->pause);
}

/* --- start --- */

/* Commands that were given before a start that nobody ordered just now are
 * heard first; they may change everything. */
static bool still_wanted(struct service *s)
{
	const struct service_hooks *h = &s->sup->hooks;

	service_poll_control(s);
	if (h->before_start && s->state == SERVICE_DOWN)
		h->before_start(h->ctx);
	return s->state == SERVICE_DOWN && s->status.want_up;
}

static bool may_start(struct service *s)
{
	return !s->sup->hooks.may_start || s->sup->hooks.may_start(s);
}

static void start_due(struct service *s, int64_t since)
{
	if (!s->status.want_up)
		return;
	if (!supervisor_has_turn(s->sup))
		service_schedule(s, since);
	else if (still_wanted(s) && may_start(s))
		launch_run(s);
}

void service_go(struct service *s)
{
	if (s->state != SERVICE_DOWN)
		return;
	if (!s->status.want_up) {
		s->status.want_up = true;
		service_publish(s, "");
	}
	service_schedule(s, 0);
}

void service_start_now(struct service *s)
{
	loop_timer_unset(&s->deadline);
	if (may_start(s))
		launch_run(s);
}

/* --- while it runs --- */

static void on_notify(struct loop_fd *w, uint32_t events)
{
	struct service *s = w->ctx;
	char b[512];
	ssize_t n;

	(void)events;
	n = read(w->fd, b, sizeof(b));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && !memchr(b, '\n', (size_t)n))
		return;
	unwatch_close(w);
	if (n <= 0)
		return;
	s->status.ready = true;
	tai_now(&s->status.ready_stamp);
	service_publish(s, "U");
}

static void watch_notify(struct service *s)
{
	struct err *e = &s->sup->e;

	if (loop_watch(s->sup->loop, &s->notify, s->notify.fd, EPOLLIN,
		       on_notify, s, e) == 0)
		return;
	service_warn(s, 0, "%s", e->text);
	supervisor_heal(s->sup);
}

/* run is executed. */
static void up(struct service *s)
{
	s->state = SERVICE_UP;
	launch_worked(s);
	s->status.pid = s->start.pid; /* even if it has ended meanwhile */
	s->status.ready = s->status.paused = s->status.finishing = false;
	tai_now(&s->status.stamp);
	service_publish(s, "u");
	if (s->notify.fd >= 0)
		watch_notify(s);
	if (s->kill_sent)
		service_send(s, service_signal_file(s, "down-signal", SIGTERM), false);
}

static void not_executed(struct service *s, int num)
{
	enum spawn_stage stage = s->start.stage;

	reaper_remove(&s->sup->reaper, &s->child);
	unwatch_close(&s->notify);
	loop_timer_unset(&s->deadline);
	s->state = SERVICE_DOWN;
	launch_failed(s, stage, num);
	if (s->sup->hooks.unrunnable)
		s->sup->hooks.unrunnable(s, num);
	if (s->leaving)
		service_leave(s);
}

/* The start's outcome may be known now. */
static void learn_outcome(struct service *s)
{
	struct err *e = &s->sup->e;
	int r = spawn_outcome(&s->start, e);

	if (!r)
		return;
	close_outcome(s);
	switch (s->state) {
	case SERVICE_STARTING:
		if (r > 0)
			up(s);
		else
			not_executed(s, e->num);
		break;
	case SERVICE_FINISH:
		if (r < 0)
			service_warn(s, e->num, "unable to exec finish");
		break;
	case SERVICE_GONE:
	case SERVICE_DOWN:
	case SERVICE_UP: /* there is no start under way */
		break;
	}
}

static void on_outcome(struct loop_fd *w, uint32_t events)
{
	(void)events;
	learn_outcome(w->ctx);
}

static void watch_outcome(struct service *s)
{
	struct err *e = &s->sup->e;

	if (loop_watch(s->sup->loop, &s->outcome, s->start.status_fd, EPOLLIN,
		       on_outcome, s, e) == 0)
		return;
	service_warn(s, 0, "%s", e->text);
	supervisor_heal(s->sup);
}

void service_watch_start(struct service *s)
{
	reaper_add(&s->sup->reaper, &s->child, s->start.pid, on_child, s);
	watch_outcome(s);
}

void service_heal(struct service *s)
{
	if (s->dirty)
		service_publish(s, "");
	if (s->state == SERVICE_UP && s->notify.fd >= 0 && !s->notify.loop)
		watch_notify(s);
	if (s->start.status_fd >= 0 && !s->outcome.loop)
		watch_outcome(s);
}

/* --- the end of a child --- */

static void tally(struct service *s, int wstat)
{
	uint32_t max = service_number(s, "max-death-tally", S6_TALLY_DEFAULT);
	struct err *e = &s->sup->e;
	struct s6_death d;

	s6_death_now(&d, wstat);
	if (s6_tally_add(s->home, S6_TALLY, &d,
			 max > S6_TALLY_MAX ? S6_TALLY_MAX : max, e) < 0)
		service_warn(s, 0, "%s", e->text);
}

static int64_t finish_deadline(struct service *s)
{
	uint32_t ms = service_number(s, "timeout-finish", FINISH_MS);
	uint32_t most = s->sup->finish_limit;

	if (most && (!ms || ms > most))
		ms = most;
	return ms ? clock_mono_ms() + ms : CLOCK_NEVER;
}

static void over(struct service *s, const char *events)
{
	s->status.pid = 0;
	s->status.finishing = false;
	s->status.ready = true;
	tai_now(&s->status.ready_stamp);
	service_publish(s, events);
	rest(s);
}

/* What becomes of it now that run has ended by itself. */
static void judge(struct service *s, int wstat)
{
	int64_t pause = SERVICE_RESTART_MS;

	if (s->status.want_up && !s->ordered && !s->again &&
	    s->sup->hooks.died)
		pause = s->sup->hooks.died(s, wstat);
	if (pause == SERVICE_REST)
		s->status.want_up = false;
	s->pause = pause < 0 ? SERVICE_RESTART_MS : pause;
}

static void run_died(struct service *s, pid_t pid, int wstat)
{
	/* What it wrote before it died counts. */
	if (s->notify.loop)
		on_notify(&s->notify, EPOLLIN);
	unwatch_close(&s->notify);
	loop_timer_unset(&s->deadline);
	s->status.wstat = (uint16_t)wstat;
	s->status.ready = s->status.paused = false;
	tai_now(&s->status.stamp);
	tally(s, wstat);
	judge(s, wstat);
	if (!launch_finish(s, pid, wstat)) {
		over(s, "dD");
		return;
	}
	s->state = SERVICE_FINISH;
	s->status.pid = s->child.pid;
	s->status.finishing = true;
	service_publish(s, "d");
	service_schedule(s, finish_deadline(s));
}

static void finish_ended(struct service *s, int wstat)
{
	bool failed = WIFEXITED(wstat) &&
		      WEXITSTATUS(wstat) == FINISH_PERMANENT;

	if (failed)
		s->status.want_up = false;
	over(s, failed ? "OD" : "D");
}

static void on_child(struct child *c, int wstat)
{
	struct service *s = c->ctx;
	pid_t pid = s->start.pid;

	if (s->start.status_fd >= 0)
		learn_outcome(s);
	close_outcome(s);
	switch (s->state) {
	case SERVICE_UP:
		run_died(s, pid, wstat);
		break;
	case SERVICE_FINISH:
		finish_ended(s, wstat);
		break;
	case SERVICE_GONE:
	case SERVICE_DOWN: /* it was the child that could not exec */
		break;
	case SERVICE_STARTING: /* the outcome is known by now */
		break;
	}
}

/* --- deadlines --- */

static void kill_run(struct service *s)
{
	bool group = service_has(s, "flag-timeout-killpg");

	service_send(s, SIGKILL, group);
	service_send(s, SIGCONT, group);
	service_schedule(s, clock_mono_ms() + KILL_AGAIN_MS);
}

static void kill_finish(struct service *s)
{
	service_warn(s, 0, "finish script takes too long - killing it");
	service_send(s, SIGCONT, false);
	service_send(s, SIGKILL, false);
	service_schedule(s, clock_mono_ms() + KILL_AGAIN_MS);
}

static void on_deadline(struct loop_timer *t)
{
	struct service *s = t->ctx;

	switch (s->state) {
	case SERVICE_DOWN:
		start_due(s, t->at);
		break;
	case SERVICE_STARTING:
	case SERVICE_UP:
		kill_run(s);
		break;
	case SERVICE_FINISH:
		kill_finish(s);
		break;
	case SERVICE_GONE:
		break;
	}
}

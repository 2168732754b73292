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
 *  command            service_command: a table
 *  TERM               leave         down signal     down signal    let go of
 *                                   and LEAVING     and LEAVING    stdio, LEAVING
 *  HUP                leave         let go of stdio, LEAVING (all three)
 *  QUIT               leave at once, whatever runs goes on
 *  INT                leave         INT to the group, leave at once
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "s6/control.h"
#include "s6/tally.h"
#include "supervise/inner.h"

enum {
	RESTART_MS = 1000,       /* least time between two starts */
	KILL_AGAIN_MS = 5000,    /* between two SIGKILLs */
	FINISH_MS = 5000,        /* timeout-finish without such a file */
	FINISH_PERMANENT = 125,  /* finish's exit code for "do not restart" */
	STARTS_PER_TURN = 8,     /* so that many starts delay no command */
	CONTROL_READS = 256,     /* most reads of one FIFO at a time */
};

static void leave(struct service *s);
static void on_deadline(struct loop_timer *t);
static void on_child(struct child *c, int wstat);

static void set_deadline(struct service *s, int64_t at)
{
	loop_timer_set(s->sup->loop, &s->deadline, at, on_deadline, s);
}

void service_schedule(struct service *s, int64_t at)
{
	set_deadline(s, at);
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

static void send(const struct service *s, int sig, bool group)
{
	if (s->child.pid > 0)
		kill(group ? -s->child.pid : s->child.pid, sig);
}

/* What a group leader that has not called setsid yet would miss, it gets. */
static void send_group(const struct service *s, int sig)
{
	if (s->child.pid > 0 && kill(-s->child.pid, sig) < 0)
		kill(s->child.pid, sig);
}

/* --- the end of supervision --- */

/* The service's children get /dev/null from now on; a logger behind its pipe
 * can see the end. */
static void release(struct service *s)
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

static void leave(struct service *s)
{
	service_publish(s, "x");
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	service_close(s);
	release(s);
	if (s->sup->hooks.left)
		s->sup->hooks.left(s);
}

/* After a cycle: nothing runs any more. */
static void rest(struct service *s)
{
	s->state = SERVICE_DOWN;
	loop_timer_unset(&s->deadline);
	if (s->leaving)
		leave(s);
	else if (s->status.want_up)
		set_deadline(s, s->ordered ? 0 : s->started + RESTART_MS);
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

/* Many starts that are due at once are spread over turns of the loop. */
static bool has_turn(struct supervisor *sup)
{
	if (sup->turn != sup->loop->turn) {
		sup->turn = sup->loop->turn;
		sup->starts = 0;
	}
	return sup->starts++ < STARTS_PER_TURN;
}

static void start_due(struct service *s, int64_t since)
{
	if (!s->status.want_up)
		return;
	if (!has_turn(s->sup))
		set_deadline(s, since);
	else if (still_wanted(s))
		launch_run(s);
}

static void start_now(struct service *s)
{
	loop_timer_unset(&s->deadline);
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
		send(s, service_signal_file(s, "down-signal", SIGTERM), false);
}

static void not_executed(struct service *s, int num)
{
	enum spawn_stage stage = s->start.stage;

	reaper_remove(&s->sup->reaper, &s->child);
	unwatch_close(&s->notify);
	loop_timer_unset(&s->deadline);
	s->state = SERVICE_DOWN;
	launch_failed(s, stage, num);
	if (s->leaving)
		leave(s);
}

/* The start's outcome may be known now. */
static void learn_outcome(struct service *s)
{
	struct err *e = &s->sup->e;
	int r = spawn_outcome(&s->start, e);

	if (!r)
		return;
	loop_unwatch(&s->outcome);
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
	if (!launch_finish(s, pid, wstat)) {
		over(s, "dD");
		return;
	}
	s->state = SERVICE_FINISH;
	s->status.pid = s->child.pid;
	s->status.finishing = true;
	service_publish(s, "d");
	set_deadline(s, finish_deadline(s));
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

	send(s, SIGKILL, group);
	send(s, SIGCONT, group);
	set_deadline(s, clock_mono_ms() + KILL_AGAIN_MS);
}

static void kill_finish(struct service *s)
{
	service_warn(s, 0, "finish script takes too long - killing it");
	send(s, SIGCONT, false);
	send(s, SIGKILL, false);
	set_deadline(s, clock_mono_ms() + KILL_AGAIN_MS);
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

/* --- commands --- */

enum deed {
	WANT_UP = 1,
	WANT_DOWN = 2,
	DOWN_MAKE = 4,    /* the file `down` */
	DOWN_REMOVE = 8,
	LEAVE = 16,
	START = 32,       /* in DOWN */
	SEND = 64,        /* in STARTING and UP: the signal */
	GROUP = 128,      /* to the process group */
	PAUSED = 256,     /* in STARTING and UP: as the status says */
	CONTINUED = 512,
	KILL_LATER = 1024, /* in STARTING and UP: SIGCONT, arm timeout-kill */
};

enum { BY_DOWN_FILE = -1, BY_RELOAD_FILE = -2 };

static const struct command {
	char byte;
	signed char sig;
	uint16_t deeds;
} commands[] = {
	{'a', SIGALRM, SEND},
	{'b', SIGABRT, SEND},
	{'q', SIGQUIT, SEND},
	{'h', SIGHUP, SEND},
	{'k', SIGKILL, SEND},
	{'t', SIGTERM, SEND},
	{'i', SIGINT, SEND},
	{'1', SIGUSR1, SEND},
	{'2', SIGUSR2, SEND},
	{'y', SIGWINCH, SEND},
	{'p', SIGSTOP, SEND | PAUSED},
	{'c', SIGCONT, SEND | CONTINUED},
	{'P', SIGSTOP, SEND | GROUP | PAUSED},
	{'C', SIGCONT, SEND | GROUP | CONTINUED},
	{'K', SIGKILL, SEND | GROUP},
	{'r', BY_DOWN_FILE, SEND},
	{'l', BY_RELOAD_FILE, SEND},
	{'d', BY_DOWN_FILE, WANT_DOWN | SEND | CONTINUED | KILL_LATER},
	{'D', BY_DOWN_FILE,
	 DOWN_MAKE | WANT_DOWN | SEND | CONTINUED | KILL_LATER},
	{'u', 0, WANT_UP | START},
	{'U', 0, DOWN_REMOVE | WANT_UP | START},
	{'o', 0, WANT_DOWN | START},
	{'O', 0, WANT_DOWN},
	{'Q', 0, DOWN_MAKE | WANT_DOWN},
	{'x', 0, LEAVE},
};

static void down_file(struct service *s, bool make)
{
	int fd;

	if (!make) {
		if (unlinkat(s->dir, "down", 0) < 0 && errno != ENOENT)
			service_warn(s, errno, "unable to unlink down");
		return;
	}
	fd = openat(s->dir, "down",
		    O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC,
		    0666);
	if (fd < 0)
		service_warn(s, errno, "unable to touch down");
	else
		close(fd);
}

static int signal_of(struct service *s, int sig)
{
	if (sig == BY_DOWN_FILE)
		return service_signal_file(s, "down-signal", SIGTERM);
	if (sig == BY_RELOAD_FILE)
		return service_signal_file(s, "reload-signal", SIGHUP);
	return sig;
}

/* A stopped process has to go on to hear its signal. An earlier deadline of
 * the same kind stays. */
static void kill_later(struct service *s)
{
	uint32_t ms = service_number(s, "timeout-kill", 0);

	send(s, SIGCONT, false);
	s->kill_sent = s->state == SERVICE_STARTING;
	if (ms && !loop_timer_is_set(&s->deadline))
		set_deadline(s, clock_mono_ms() + ms);
}

static void signal_it(struct service *s, const struct command *c)
{
	send(s, signal_of(s, c->sig), c->deeds & GROUP);
	if (c->deeds & PAUSED)
		s->status.paused = true;
	if (c->deeds & CONTINUED)
		s->status.paused = false;
	if (c->deeds & KILL_LATER)
		kill_later(s);
}

/* Supervision ends when what runs has ended. */
static void leave_after(struct service *s)
{
	release(s);
	s->leaving = true;
	if (s->state == SERVICE_DOWN)
		leave(s);
}

/* Up again after a stop was ordered is an order to start: it is obeyed as soon
 * as nothing runs, without the delay of a restart. */
static void want(struct service *s, const struct command *c)
{
	if (c->deeds & (DOWN_MAKE | DOWN_REMOVE))
		down_file(s, c->deeds & DOWN_MAKE);
	if (c->deeds & WANT_UP) {
		s->ordered |= !s->status.want_up;
		s->status.want_up = true;
	}
	if (c->deeds & WANT_DOWN)
		s->status.want_up = s->ordered = false;
}

static void obey(struct service *s, const struct command *c)
{
	bool wanted = s->status.want_up;
	bool runs = s->state == SERVICE_STARTING || s->state == SERVICE_UP;

	want(s, c);
	if (runs && (c->deeds & SEND))
		signal_it(s, c);
	if (wanted != s->status.want_up ||
	    (runs && (c->deeds & (PAUSED | CONTINUED))))
		s->news = true;
	if (s->state == SERVICE_DOWN && !s->status.want_up)
		loop_timer_unset(&s->deadline);
	if (s->state == SERVICE_DOWN && (c->deeds & START))
		start_now(s);
	if (c->deeds & LEAVE)
		leave_after(s);
}

static void hear(struct service *s, char byte)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (commands[i].byte == byte)
			obey(s, &commands[i]);
}

/* Several commands that came together are one change of the status. */
static void tell_news(struct service *s)
{
	if (s->news && s->state != SERVICE_GONE)
		service_publish(s, "");
}

void service_command(struct service *s, char byte)
{
	if (s->state == SERVICE_GONE)
		return;
	hear(s, byte);
	tell_news(s);
}

/* One piece of the FIFO; false when it is empty. */
static bool read_control(struct service *s)
{
	char b[256];
	ssize_t n = read(s->control.fd, b, sizeof(b));

	for (ssize_t i = 0; i < n && s->state != SERVICE_GONE; i++)
		hear(s, b[i]);
	tell_news(s);
	return n > 0 && s->state != SERVICE_GONE;
}

static void on_control(struct loop_fd *w, uint32_t events)
{
	(void)events;
	read_control(w->ctx);
}

void service_poll_control(struct service *s)
{
	for (int i = 0; i < CONTROL_READS && read_control(s); i++)
		;
}

int service_listen(struct service *s, struct err *e)
{
	return loop_watch(s->sup->loop, &s->control, s->control.fd, EPOLLIN,
			  on_control, s, e);
}

/* --- what a supervisor process would be told by signals --- */

static void terminate(struct service *s)
{
	static const struct command down = {
		'd', BY_DOWN_FILE, WANT_DOWN | SEND | CONTINUED | KILL_LATER};

	switch (s->state) {
	case SERVICE_GONE:
		break;
	case SERVICE_DOWN:
		leave(s);
		break;
	case SERVICE_STARTING:
	case SERVICE_UP:
		s->leaving = true;
		obey(s, &down);
		tell_news(s);
		break;
	case SERVICE_FINISH:
		leave_after(s);
		break;
	}
}

void service_signal(struct service *s, int sig)
{
	if (s->state == SERVICE_GONE)
		return;
	if (sig == SIGTERM) {
		terminate(s);
	} else if (sig == SIGHUP) {
		leave_after(s);
	} else if (sig == SIGINT || sig == SIGQUIT) {
		if (sig == SIGINT)
			send_group(s, SIGINT);
		leave(s);
	}
}

void service_force(struct service *s)
{
	if (s->state == SERVICE_STARTING || s->state == SERVICE_UP)
		send_group(s, SIGKILL);
	else if (s->state == SERVICE_FINISH)
		set_deadline(s, clock_mono_ms() + s->sup->finish_limit);
}

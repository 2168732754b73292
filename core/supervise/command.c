// SPDX-License-Identifier: MIT
/* command.c - what a service is told: the bytes of its control FIFO as a table
 * of deeds, and the signals that a supervisor process of its own would get:
 *
 *  signal  DOWN   STARTING, UP                 FINISH
 *  TERM    leave  down signal, LEAVING         let go of stdio, LEAVING
 *  HUP     leave  let go of stdio, LEAVING     the same
 *  QUIT    leave at once, whatever runs goes on
 *  INT     leave  INT to the group and leave   the same
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "s6/control.h"
#include "supervise/inner.h"

enum { CONTROL_READS = 256 }; /* most reads of one FIFO at a time */

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

	service_send(s, SIGCONT, false);
	s->kill_sent = s->state == SERVICE_STARTING;
	if (ms && !loop_timer_is_set(&s->deadline))
		service_schedule(s, clock_mono_ms() + ms);
}

static void signal_it(struct service *s, const struct command *c)
{
	bool group = (c->deeds & GROUP) ||
		     (c->sig == BY_DOWN_FILE &&
		      service_has(s, "policy/kill-group"));

	service_send(s, signal_of(s, c->sig), group);
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
	service_release(s);
	s->leaving = true;
	if (s->state == SERVICE_DOWN)
		service_leave(s);
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
	if (runs && c->byte == 'r')
		s->again = true;
	if (wanted != s->status.want_up ||
	    (runs && (c->deeds & (PAUSED | CONTINUED))))
		s->news = true;
	if (s->state == SERVICE_DOWN && !s->status.want_up)
		loop_timer_unset(&s->deadline);
	if (s->state == SERVICE_DOWN && (c->deeds & START))
		service_start_now(s);
	if (c->deeds & LEAVE)
		leave_after(s);
}

/* Is the command an order to be up, or down and to stay so? `O` and `Q` leave
 * alone what runs. */
static bool is_order(const struct service *s, const struct command *c)
{
	if (c->deeds & (WANT_UP | START))
		return true;
	return (c->deeds & WANT_DOWN) &&
	       ((c->deeds & SEND) || s->state == SERVICE_DOWN);
}

/* `told`: from outside. */
static void hear(struct service *s, char byte, bool told)
{
	const struct service_hooks *h = &s->sup->hooks;

	for (size_t i = 0; i < COUNT(commands); i++) {
		const struct command *c = &commands[i];

		if (c->byte != byte)
			continue;
		if (told && h->told && is_order(s, c))
			h->told(s, c->deeds & START);
		obey(s, c);
	}
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
	hear(s, byte, false);
	tell_news(s);
}

/* One piece of the FIFO; false when it is empty. */
static bool read_control(struct service *s)
{
	char b[256];
	ssize_t n = read(s->control.fd, b, sizeof(b));

	for (ssize_t i = 0; i < n && s->state != SERVICE_GONE; i++)
		hear(s, b[i], true);
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
	s->control.urgent = true;
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
		service_leave(s);
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
			service_send_group(s, SIGINT);
		service_leave(s);
	}
}

void service_force(struct service *s)
{
	if (s->state == SERVICE_STARTING || s->state == SERVICE_UP)
		service_send_group(s, SIGKILL);
	else if (s->state == SERVICE_FINISH)
		service_schedule(s, clock_mono_ms() + s->sup->finish_limit);
}

// SPDX-License-Identifier: MIT
/* stop.c - the way down: first what is registered elsewhere, a delay when one
 * is wanted, then everything in reverse order, then loggers, then processes
 * that nobody knows. One budget for all of it; a second SIGTERM ends it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/inner.h"

enum {
	FORCED_FINISH_MS = 500, /* for finish scripts once all is killed */
	HARD_MS = 2000,   /* after that we leave, whatever is left */
};

void stop_decide(struct init *in, int code)
{
	if (in->decided || in->phase > PHASE_RUN)
		return;
	in->decided = true;
	in->code = code;
}

int stop_code(const struct init *in)
{
	int left = live_exit_code(in);

	if (left >= 0)
		return left;
	if (in->decided || in->known)
		return in->code;
	return in->killed ? INIT_BUDGET : 0;
}

/* --- one node --- */

static bool runs(const struct service *s)
{
	return s && (s->state == SERVICE_STARTING || s->state == SERVICE_UP);
}

static bool rests(const struct service *s)
{
	return !s || s->state == SERVICE_GONE || s->state == SERVICE_DOWN;
}

/* What succeeded at start is undone at stop, when there is time. */
static bool undo(struct init *in, struct node *n)
{
	if (n->type != NODE_ONESHOT || !n->done || in->forced || !n->service ||
	    runs(n->service) ||
	    faccessat(n->service->dir, "down", F_OK, 0) < 0)
		return false;
	n->done = false;
	n->going = true;
	service_command(n->service, 'o');
	return true;
}

static void stop_node(void *ctx, struct node *n)
{
	struct init *in = ctx;

	loop_timer_unset(&n->timeout);
	if (!undo(in, n) && n->service)
		service_command(n->service, 'd');
	if (rests(n->service))
		n->state = NODE_DOWN;
	else
		tell(in, n, TELL_STOPPING);
}

/* --- the end --- */

static bool no_children(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD;
}

/* As PID 1 to everything there is; otherwise to our children, and to theirs
 * once they have come to us. */
static void signal_strays(int sig)
{
	char text[4096];
	struct str rest, part;
	uint64_t pid;
	ssize_t n;

	if (getpid() == 1) {
		kill(-1, sig);
		return;
	}
	n = file_peek(AT_FDCWD, "/proc/thread-self/children", text,
		      sizeof(text), NULL);
	rest = str_n(text, n > 0 ? (size_t)n : 0);
	while (n > 0 && str_split(&rest, ' ', &part))
		if (num_u64(part, INT32_MAX, &pid) && pid > 1)
			kill((pid_t)pid, sig);
}

static void on_strays(struct loop_timer *t)
{
	struct init *in = t->ctx;

	signal_strays(SIGKILL);
	loop_stop(&in->loop);
}

static void strays(struct init *in)
{
	int64_t at = clock_mono_ms() + in->opt->strays;

	in->phase = PHASE_STRAYS;
	if (no_children()) {
		loop_stop(&in->loop);
		return;
	}
	if (in->forced || at > in->budget.at)
		at = in->forced ? 0 : in->budget.at;
	signal_strays(SIGTERM);
	signal_strays(SIGCONT);
	loop_timer_set(&in->loop, &in->delay, at, on_strays, in);
}

void stop_reaped(void *ctx)
{
	struct init *in = ctx;

	if (in->phase != PHASE_STRAYS)
		return;
	if (no_children())
		loop_stop(&in->loop);
	else if (getpid() != 1)
		signal_strays(SIGTERM);
}

/* Every entry of the scandir has gone. */
static void on_stopped(void *ctx)
{
	strays(ctx);
}

static void on_delay(struct loop_timer *t)
{
	struct init *in = t->ctx;

	in->phase = PHASE_DOWN;
	stop_walk(in);
}

static void delay(struct init *in)
{
	int64_t ms = in->opt->stop_delay;

	if (in->decided || in->forced)
		ms = 0;
	in->phase = PHASE_DELAY;
	loop_timer_set(&in->loop, &in->delay, ms ? clock_mono_ms() + ms : 0,
		       on_delay, in);
}

void stop_walk(struct init *in)
{
	if (in->phase == PHASE_FIRST && graph_down(&in->graph, true))
		delay(in);
	if (in->phase == PHASE_DOWN && graph_down(&in->graph, false)) {
		in->phase = PHASE_LEAVE;
		scandir_stop(&in->dir, false);
	}
}

/* --- the budget --- */

static void on_hard(struct loop_timer *t)
{
	struct init *in = t->ctx;

	signal_strays(SIGKILL);
	loop_stop(&in->loop);
}

/* The essential service's code says that it had to be killed. */
static void note_killed(struct init *in, struct node *n)
{
	if (!runs(n->service))
		return;
	n->killed = in->killed = true;
	if (n->policy.essential && !in->decided && !in->known) {
		in->known = true;
		in->code = INIT_KILLED;
	}
}

void stop_force(struct init *in)
{
	if (in->phase <= PHASE_RUN || in->forced)
		return;
	if (in->verbosity)
		say_line("init: warning: killing what is left");
	in->forced = true;
	in->sup.finish_limit = FORCED_FINISH_MS;
	for (size_t i = 0; i < in->graph.n; i++) {
		struct node *n = &in->graph.node[i];

		note_killed(in, n);
		if (n->service && n->state != NODE_DOWN)
			service_command(n->service, 'd');
	}
	scandir_force(&in->dir);
	loop_timer_set(&in->loop, &in->budget, clock_mono_ms() + HARD_MS,
		       on_hard, in);
	if (in->phase == PHASE_FIRST || in->phase == PHASE_DELAY)
		in->phase = PHASE_DOWN;
	if (in->phase == PHASE_STRAYS)
		on_hard(&in->budget);
	nodes_soon(in);
}

static void on_budget(struct loop_timer *t)
{
	stop_force(t->ctx);
}

void stop_begin(struct init *in, bool ordered)
{
	if (in->phase > PHASE_RUN)
		return;
	if (in->phase == PHASE_COMPILE) {
		if (in->compiler_pid > 0)
			kill(in->compiler_pid, SIGKILL);
		loop_stop(&in->loop);
		return;
	}
	if (!ordered && !in->decided)
		in->decided = true;
	if (in->compiler_pid > 0)
		kill(in->compiler_pid, SIGKILL);
	in->leaving = false;
	in->phase = PHASE_FIRST;
	live_stopping(in);
	view_soon(in);
	loop_timer_set(&in->loop, &in->budget,
		       clock_mono_ms() + in->opt->stop_timeout, on_budget, in);
	nodes_soon(in);
}

void stop_init(struct init *in)
{
	in->graph.stop = stop_node;
	in->dir.stopped = on_stopped;
	in->dir.ctx = in;
}

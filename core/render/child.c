// SPDX-License-Identifier: MIT
/* child - exec mode: one program that is started when every template has been
 * rendered, told of changes, and stopped with us. While it is being restarted
 * no pass runs, as in the original.
 *
 *     step           waits for                        then
 *     CHILD_IDLE     -
 *     CHILD_SPLAY    a random part of `splay`         signal, or stop
 *     CHILD_STOP     its end, at most kill_timeout    SIGKILL
 *     CHILD_KILLED   its end */
#include <signal.h>
#include <string.h>

#include "crypto.h"
#include "render/runner.h"

enum step { CHILD_IDLE, CHILD_SPLAY, CHILD_STOP, CHILD_KILLED };

static const struct render_exec *conf(const struct runner *r)
{
	return &r->conf->exec;
}

static void at(struct runner *r, int64_t ms, loop_timer_fn *fn)
{
	loop_timer_set(r->loop, &r->child_timer, clock_mono_ms() + ms, fn, r);
}

static int64_t splay_ms(const struct runner *r)
{
	int64_t max = dur_ms(conf(r)->splay);
	uint64_t any;

	if (max <= 0)
		return 0;
	crypto_random(&any, sizeof(any));
	return (int64_t)(any % (uint64_t)max);
}

/* --- stopping --- */

static void on_late(struct loop_timer *t)
{
	struct runner *r = t->ctx;

	r->child_step = CHILD_KILLED;
	proc_signal(&r->child, SIGKILL);
}

static void kill_now(struct runner *r)
{
	const struct render_exec *x = conf(r);

	log_info("child", "stopping process");
	if (!x->kill_signal) {
		r->child_step = CHILD_KILLED;
		proc_signal(&r->child, SIGKILL);
		return;
	}
	r->child_step = CHILD_STOP;
	proc_signal(&r->child, x->kill_signal);
	at(r, dur_ms(x->kill_timeout), on_late);
}

static void on_splayed(struct loop_timer *t)
{
	struct runner *r = t->ctx;
	const struct render_exec *x = conf(r);

	if (r->child_stopped || r->child_wanted) {
		kill_now(r);
		return;
	}
	r->child_step = CHILD_IDLE;
	proc_signal(&r->child, x->reload_signal);
	runner_idle(r);
}

/* --- its end --- */

static void restarted(struct runner *r)
{
	struct err e;

	r->child_wanted = false;
	if (child_spawn(r, &e) < 0) {
		runner_fail(r, e.text);
		return;
	}
	runner_idle(r);
}

static void ended_by_itself(struct runner *r, int code)
{
	log_info("runner", "child process exited");
	if (code == 0)
		log_info("cli", "child process exited with code 0");
	else
		log_error("cli",
			  r->conf->env
				  ? "unexpected exit from subprocess (%d)"
				  : "child process exited with code %d",
			  code);
	runner_end(r, code & 255);
}

static void on_end(struct proc *p, int wstat)
{
	struct runner *r = p->r;
	void (*stopped)(struct runner *) = r->child_stopped;

	loop_timer_unset(&r->child_timer);
	r->child_step = CHILD_IDLE;
	if (stopped) {
		r->child_stopped = NULL;
		stopped(r);
	} else if (r->child_wanted) {
		restarted(r);
	} else {
		ended_by_itself(r, proc_code(wstat));
	}
}

/* --- what others ask --- */

int child_spawn(struct runner *r, struct err *e)
{
	struct arena a = {0};
	int ret;

	r->child.ended = on_end;
	ret = proc_start(&r->child, r, &conf(r)->command,
			 env_build(r, conf(r), &a), e);
	arena_free(&a);
	return ret;
}

bool child_busy(const struct runner *r)
{
	return r->child_step != CHILD_IDLE;
}

void child_reload(struct runner *r)
{
	const struct render_exec *x = conf(r);

	if (!r->child.running || child_busy(r))
		return;
	if (x->reload_given && !x->reload_signal)
		return;
	log_info("child", x->reload_given ? "reloading process"
					  : "restarting process");
	r->child_wanted = !x->reload_given;
	r->child_step = CHILD_SPLAY;
	at(r, splay_ms(r), on_splayed);
}

void child_stop(struct runner *r, bool splay, void (*stopped)(struct runner *))
{
	if (!r->child.running) {
		stopped(r);
		return;
	}
	r->child_wanted = false;
	r->child_stopped = stopped;
	if (r->child_step == CHILD_STOP || r->child_step == CHILD_KILLED)
		return; /* a restart has begun to stop it */
	r->child_step = CHILD_SPLAY;
	at(r, splay ? splay_ms(r) : 0, on_splayed);
}

void child_forward(struct runner *r, int sig)
{
	const struct render_exec *x = conf(r);
	char name[SIGNAL_GO];

	if (!r->child.running)
		return;
	log_info("child", "receiving signal \"%s\"", signal_go(sig, name));
	if (x->reload_given && sig == x->reload_signal)
		child_reload(r);
	else if (sig == x->kill_signal && !child_busy(r))
		kill_now(r);
	else
		proc_signal(&r->child, sig);
}

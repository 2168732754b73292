// SPDX-License-Identifier: MIT
/* program - signals, reloads and the exit code: one runner after another.
 *
 * A runner never closes itself: callbacks only say what is to happen, and it
 * happens here, between two turns of the loop. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render.h"
#include "render/runner.h"

enum wish { WISH_NONE, WISH_END, WISH_RELOAD };

struct program {
	struct loop loop;
	struct reaper reaper;
	struct signals signals, ended;
	const struct render_source *source;
	struct render_config *conf;
	struct runner *runner;
	enum wish wish;
	int code;
	bool told_fd, stopping;
};

/* Every signal that the original traps. */
static const int trapped[] = {
	SIGABRT, SIGALRM, SIGCONT, SIGHUP,  SIGINT,  SIGIO,   SIGPIPE,
	SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1,
	SIGUSR2, SIGWINCH, SIGXCPU, SIGXFSZ, 0,
};

static void say(const char *text)
{
	(void)!write(2, text, strlen(text));
}

static void wish(struct program *p, enum wish w, int code)
{
	p->wish = w;
	p->code = code;
	loop_stop(&p->loop);
}

static void on_ended(void *ctx, int code)
{
	wish(ctx, WISH_END, code);
}

static void interrupted(struct runner *r)
{
	wish(r->ctx, WISH_END, RENDER_INTERRUPTED);
}

static void ready_to_reload(struct runner *r)
{
	wish(r->ctx, WISH_RELOAD, 0);
}

static void on_signal(void *ctx, int sig)
{
	struct program *p = ctx;
	const struct render_config *c = p->conf;
	bool alone = !p->runner->child.running;
	char name[SIGNAL_GO];

	log_debug("cli", "receiving signal \"%s\"", signal_go(sig, name));
	if (p->stopping)
		return;
	if (sig == c->reload_signal) {
		say("Reloading configuration...\n");
		p->stopping = true;
		runner_stop(p->runner, true, ready_to_reload);
	} else if (sig == c->kill_signal ||
		   (sig == SIGTERM && alone && c->term_without_child)) {
		say("Cleaning up...\n");
		p->stopping = true;
		runner_stop(p->runner, c->env, interrupted);
	} else {
		child_forward(p->runner, sig);
	}
}

static void on_child(void *ctx, int sig)
{
	struct program *p = ctx;

	(void)sig;
	while (reaper_run(&p->reaper, REAP_TURN))
		;
}

static int fatal(const char *text, int code)
{
	log_error("cli", "%s", text);
	return code;
}

/* Runs one runner to its end. */
static int run(struct program *p, struct err *e)
{
	p->wish = WISH_NONE;
	p->stopping = false;
	if (runner_open(&p->runner, &p->loop, &p->reaper, p->conf,
			&p->told_fd, e) < 0) {
		p->code = fatal(e->text, RENDER_FAILED);
		p->wish = WISH_END;
		return 0;
	}
	runner_start(p->runner, on_ended, p);
	while (p->wish == WISH_NONE)
		if (loop_run(&p->loop, e) < 0)
			return -1;
	runner_close(p->runner);
	p->runner = NULL;
	return 0;
}

static void check_templates(struct program *p)
{
	struct err e;

	p->code = RENDER_OK;
	if (runner_open(&p->runner, &p->loop, &p->reaper, p->conf,
			&p->told_fd, &e) < 0) {
		p->code = fatal(e.text, RENDER_FAILED);
		return;
	}
	for (size_t i = 0; i < p->runner->njobs && !p->code; i++)
		if (job_parse(&p->runner->jobs[i], &e) < 0)
			p->code = fatal(e.text, RENDER_FAILED);
	runner_close(p->runner);
}

static void live(struct program *p)
{
	struct err e;

	for (;;) {
		if (p->conf->parse_only) {
			check_templates(p);
			return;
		}
		if (run(p, &e) < 0) {
			p->code = fatal(e.text, RENDER_FAILED);
			return;
		}
		if (p->wish == WISH_END)
			return;
		p->source->free(p->source->ctx, p->conf);
		p->conf = NULL;
		if (p->source->load(p->source->ctx, &p->conf, &e) < 0) {
			p->code = fatal(e.text, RENDER_CONFIG);
			return;
		}
	}
}

int render_run(struct render_config *cfg, const struct render_source *src)
{
	static const int chld[] = {SIGCHLD, 0};
	struct program *p = calloc(1, sizeof(*p));
	struct err e;
	int code;

	if (!p)
		return fatal("out of memory", RENDER_FAILED);
	p->source = src;
	p->conf = cfg;
	signal_no_pipe();
	if (loop_init(&p->loop, &e) < 0 ||
	    signals_open(&p->ended, &p->loop, chld, on_child, p, &e) < 0 ||
	    signals_open(&p->signals, &p->loop, trapped, on_signal, p, &e) < 0)
		p->code = fatal(e.text, RENDER_FAILED);
	else
		live(p);
	signals_close(&p->signals);
	signals_close(&p->ended);
	loop_free(&p->loop);
	if (p->conf)
		src->free(src->ctx, p->conf);
	code = p->code;
	free(p);
	return code;
}

// SPDX-License-Identifier: MIT
/* runner - opening, settling after a pass, stopping. */
#include "render/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/mem.h"
#include "render.h"
#include "render/clients.h"
#include "render/dedup.h"
#include "render/group.h"
#include "render/load.h"
#include "render/rollback.h"
#include "render/status.h"
#include "render/tree.h"
#include "render/vars.h"

enum { SOURCE_MAX = 64 << 20 };

/* --- opening --- */

static int read_source(struct job *j, struct err *e)
{
	const struct render_template *c = j->conf;
	struct err low;

	if (*c->source && *c->contents)
		return err_set(e, 0, "template: cannot specify both 'source' "
				     "and 'contents'");
	if (!*c->source && !*c->contents)
		return err_set(e, 0, "template: must specify exactly one of "
				     "'source' or 'contents'");
	if (*c->contents)
		return buf_adds(&j->text, c->contents) < 0 ? err_nomem(e) : 0;
	if (file_read(AT_FDCWD, c->source, &j->text, SOURCE_MAX, &low) == 0)
		return 0;
	return err_set(e, 0, "failed to read template: %s %s: %s",
		       low.num == EISDIR ? "read" : "open", c->source,
		       err_go(low.num));
}

/* Go's %q of a plain path. */
static void quote(struct buf *b, const char *s)
{
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

static int job_open(struct job *j, struct runner *r,
		    const struct render_template *c, struct err *e)
{
	struct buf id = {0}, shown = {0};

	j->r = r;
	j->conf = c;
	j->name = *c->source ? c->source : "(dynamic)";
	if (!r->conf->env && read_source(j, e) < 0)
		return -1;
	buf_addf(&id, "%s%c%s%c%s", c->source, 0, c->contents, 0,
		 c->destination);
	crypto_hash_hex(HASH_SHA256, str_n(buf_str(&id), id.len), j->id);
	buf_free(&id);
	quote(&shown, j->name);
	buf_adds(&shown, " => ");
	quote(&shown, c->destination);
	j->display = buf_take(&shown);
	return j->display ? 0 : err_nomem(e);
}

static int open_jobs(struct runner *r, struct err *e)
{
	const struct render_template *t = NULL;
	size_t n = 0;

	if (tree_expand(&r->arena, r->conf, &t, &n, e) < 0)
		return -1;
	r->jobs = calloc(n + 1, sizeof(*r->jobs));
	r->commands = calloc(n + 1, sizeof(*r->commands));
	r->checks = calloc(n + 1, sizeof(*r->checks));
	if (!r->jobs || !r->commands || !r->checks)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		r->njobs++;
		if (job_open(&r->jobs[i], r, &t[i], e) < 0)
			return -1;
	}
	return 0;
}

static void log_config(const struct render_config *conf)
{
	struct buf BUF_AUTO b = {0};

	if (!log_enabled(LOG_DEBUG))
		return;
	render_dump(conf, &b);
	log_debug("runner", "final config: %s", buf_str(&b));
}

int runner_open(struct runner **out, struct loop *l, struct reaper *reaper,
		struct render_config *conf, bool *told_fd, struct err *e)
{
	struct runner *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(e);
	r->loop = l;
	r->reaper = reaper;
	r->conf = conf;
	r->told_fd = told_fd;
	clients_hide(conf);
	log_info("runner", "creating new runner (dry: %s, once: %s)",
		 conf->dry ? "true" : "false", conf->once ? "true" : "false");
	log_config(conf);
	if (http_open(&r->http, l, e) < 0 || clients_open(r, e) < 0 ||
	    open_jobs(r, e) < 0 || vars_open(r, e) < 0 ||
	    dedup_open(r, e) < 0) {
		runner_close(r);
		return -1;
	}
	log_info("runner", "creating watcher");
	*out = r;
	return 0;
}

static void give_back(struct runner *r)
{
	arena_free(&r->scratch);
	buf_free(&r->out);
}

void runner_close(struct runner *r)
{
	if (!r)
		return;
	dedup_close(r);
	status_close(r);
	commands_stop(r);
	proc_forget(&r->child);
	loop_timer_unset(&r->child_timer);
	loop_timer_unset(&r->timer);
	loop_timer_unset(&r->waiting);
	loop_timer_unset(&r->rest);
	give_back(r);
	groups_close(r);
	while (r->first)
		view_free(r->first);
	for (size_t i = 0; i < r->njobs; i++) {
		struct job *j = &r->jobs[i];

		quiet_stop(j);
		file_discard(j);
		rollback_free(j);
		free(j->error);
		tmpl_free(j->tmpl);
		buf_free(&j->text);
		free(j->display);
		free(j->used);
	}
	clients_close(r);
	http_close(r->http);
	buf_free(&r->errors);
	if (r->vars.p)
		explicit_bzero(r->vars.p, r->vars.len);
	buf_free(&r->vars);
	arena_free(&r->arena);
	free(r->buckets);
	free(r->commands);
	free(r->checks);
	free(r->jobs);
	free(r);
}

/* --- the pid file --- */

static int write_pid(struct runner *r, struct err *e)
{
	const char *path = r->conf->pid_file;
	char text[NUM_TEXT];
	size_t n = num_put_i64(text, getpid());
	int FD_AUTO fd = -1;

	if (!*path)
		return 0;
	log_info("runner", "creating pid file at \"%s\"", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set(e, 0, "runner: could not open pid file: open "
			       "%s: %s", path, err_go(errno));
	if (fd_write(fd, text, n, e) < 0)
		return err_wrap(e, "runner: could not write to pid file");
	r->pid_written = true;
	return 0;
}

static void remove_pid(struct runner *r)
{
	if (r->pid_written && unlink(r->conf->pid_file) < 0)
		log_warn("runner", "could not remove pid at \"%s\": %s",
			 r->conf->pid_file, err_go(errno));
	r->pid_written = false;
}

/* --- ends --- */

void runner_end(struct runner *r, int code)
{
	if (r->state == RUNNER_DONE)
		return;
	r->state = RUNNER_DONE;
	loop_timer_unset(&r->timer);
	r->ended(r->ctx, code);
}

static void failed_and_stopped(struct runner *r)
{
	runner_end(r, RENDER_FAILED);
}

void runner_fail(struct runner *r, const char *text)
{
	if (r->state != RUNNER_RUNNING)
		return;
	log_error("cli", "%s", text);
	r->state = RUNNER_STOPPING;
	/* The original leaves the child behind as an orphan. */
	child_stop(r, false, failed_and_stopped);
}

static void stop_views(struct runner *r)
{
	for (struct view *v = r->first; v; v = v->next) {
		loop_timer_unset(&v->timer);
		v->source->cancel(v);
	}
	for (size_t i = 0; i < r->njobs; i++) {
		quiet_stop(&r->jobs[i]);
		rollback_free(&r->jobs[i]);
	}
	loop_timer_unset(&r->timer);
}

static void stopped(struct runner *r)
{
	remove_pid(r);
	r->state = RUNNER_DONE;
	r->on_stopped(r);
}

void runner_stop(struct runner *r, bool splay,
		 void (*on_stopped)(struct runner *))
{
	if (r->state == RUNNER_DONE)
		return;
	log_info("runner", "stopping");
	log_info("runner", "received finish");
	r->state = RUNNER_STOPPING;
	r->on_stopped = on_stopped;
	stop_views(r);
	commands_stop(r);
	child_stop(r, splay, stopped);
}

/* --- passes --- */

static void on_pass(struct loop_timer *t)
{
	struct runner *r = t->ctx;

	if (r->state != RUNNER_RUNNING || r->passing || child_busy(r))
		return;
	if (!r->pass)
		mem_rest();
	pass_run(r);
}

void runner_due(struct runner *r)
{
	r->due = true;
	if (!loop_timer_is_set(&r->timer) && r->state == RUNNER_RUNNING)
		loop_timer_set(r->loop, &r->timer, clock_mono_ms(), on_pass, r);
}

static void on_rest(struct loop_timer *t)
{
	give_back(t->ctx);
	mem_rest();
}

void runner_idle(struct runner *r)
{
	if (r->due)
		runner_due(r);
	else
		loop_timer_set(r->loop, &r->rest, clock_mono_ms() + REST_MS,
			       on_rest, r);
}

void runner_start(struct runner *r, void (*ended)(void *ctx, int code),
		  void *ctx)
{
	struct err e;

	r->ended = ended;
	r->ctx = ctx;
	log_info("runner", "starting");
	log_debug("runner", "running initial templates");
	status_open(r);
	if (r->conf->env)
		quiet_arm(r);
	if (write_pid(r, &e) < 0)
		runner_fail(r, e.text);
	else
		runner_due(r);
	if (r->state == RUNNER_RUNNING)
		dedup_start(r);
}

/* --- after a pass --- */

static void warn_many(const struct runner *r)
{
	size_t n = r->nviews - r->nhidden;

	if (n > VIEW_MANY)
		log_warn("runner", "watching %zu dependencies - watching this "
			 "many dependencies could DDoS your servers",
			 n);
	else
		log_debug("runner", "watching %zu dependencies", n);
}

static bool all_rendered(const struct runner *r)
{
	for (size_t i = 0; i < r->njobs; i++)
		if (r->conf->once || r->conf->env ? !r->jobs[i].rendered
				  : !r->jobs[i].complete)
			return false;
	return true;
}

static void once_done(struct runner *r)
{
	remove_pid(r);
	runner_end(r, RENDER_OK);
}

/* --- what is still missing, said once a minute --- */

enum { WAITING_MS = 60000, WAITING_IDS = 8 };

static void say_waiting(struct runner *r)
{
	struct buf BUF_AUTO b = {0};
	size_t n = 0;

	for (struct view *v = r->first; v; v = v->next)
		if (!v->received && n++ < WAITING_IDS)
			buf_addf(&b, "%s%s", n > 1 ? ", " : "", v->q->id);
	if (n > WAITING_IDS)
		buf_addf(&b, " and %zu more", n - WAITING_IDS);
	if (n)
		log_warn("runner", "still missing: %s", buf_str(&b));
}

static void on_waiting(struct loop_timer *t)
{
	struct runner *r = t->ctx;

	say_waiting(r);
	loop_timer_set(r->loop, t, clock_mono_ms() + WAITING_MS, on_waiting, r);
}

static void watch_missing(struct runner *r, bool complete)
{
	if (complete)
		loop_timer_unset(&r->waiting);
	else if (!loop_timer_is_set(&r->waiting))
		loop_timer_set(r->loop, &r->waiting,
			       clock_mono_ms() + WAITING_MS, on_waiting, r);
}

static void finish_once(struct runner *r)
{
	log_info("runner", "once mode and all templates rendered");
	stop_views(r);
	if (r->child.running) {
		/* Its end is ours. */
		log_info("runner", "waiting for child process to exit");
		return;
	}
	log_info("runner", "stopping");
	once_done(r);
}

/* Once mode, and a template has failed though everything has answered. The
 * original waits for ever. */
static bool stuck(const struct runner *r)
{
	bool failed = false;

	if (!r->conf->once || r->due)
		return false;
	for (const struct view *v = r->first; v; v = v->next)
		if (!v->received)
			return false;
	for (size_t i = 0; i < r->njobs; i++)
		failed = failed || (!r->jobs[i].rendered && r->jobs[i].error);
	return failed;
}

void runner_settle(struct runner *r)
{
	bool complete = all_rendered(r);
	struct err e;

	warn_many(r);
	status_soon(r);
	watch_missing(r, complete);
	if (!complete && stuck(r)) {
		runner_fail(r, "a template cannot be rendered, and nothing "
			       "that it waits for is missing");
		return;
	}
	if (!complete) {
		runner_idle(r);
		return;
	}
	log_debug("runner", "all templates rendered");
	notify_ready(r);
	quiet_arm(r);
	if (r->conf->exec.command.n && !r->child_started) {
		r->child_started = true;
		if (child_spawn(r, &e) < 0) {
			runner_fail(r, e.text);
			return;
		}
	}
	if (r->conf->once)
		finish_once(r);
	else
		runner_idle(r);
}

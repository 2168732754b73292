// SPDX-License-Identifier: MIT
/* pass - all templates in order: execute, start the views that are missing,
 * write what is complete; then the views that nobody uses any more go, then
 * the commands run, then the child is told.
 *
 * A template whose output can only depend on views is skipped when none of
 * them has changed and its file is as we left it: the result is the same as
 * executing it. */
#include <stdlib.h>
#include <string.h>

#include "render/dedup.h"
#include "render/group.h"
#include "render/runner.h"
#include "render/rollback.h"
#include "render/status.h"
#include "render/vars.h"

static uint64_t versions_of(const struct job *j)
{
	uint64_t n = 0;

	for (size_t i = 0; i < j->nused; i++)
		n += j->used[i]->version;
	return n;
}

/* A view that is ours to ask, but is not asked: we have become the leader. */
static bool unwatched(const struct job *j)
{
	for (size_t i = 0; i < j->nused; i++)
		if (!j->used[i]->started &&
		    !dedup_follows(j, j->used[i]->q->kind))
			return true;
	return false;
}

static bool unchanged(const struct job *j)
{
	return j->executed && j->pure && !j->missing &&
	       versions_of(j) == j->versions && !unwatched(j);
}

static void mark_used(struct job *j)
{
	for (size_t i = 0; i < j->nused; i++)
		j->used[i]->used = j->r->pass;
}

/* Starts the views that are not watched yet. true: there were some. */
static bool start_missing(struct job *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->nused; i++)
		if (!j->used[i]->started &&
		    !dedup_follows(j, j->used[i]->q->kind)) {
			view_start(j->used[i]);
			n++;
		}
	if (n)
		log_debug("runner", "was not watching %zu dependencies", n);
	/* A view with data from a leader is started and goes on with them. */
	return n > 0 && j->missing;
}

static void say_missing(const struct job *j)
{
	if (!log_enabled(LOG_DEBUG))
		return;
	log_debug("runner", "missing data for %zu dependencies", j->missing);
	for (size_t i = 0; i < j->nused; i++)
		if (!j->used[i]->received)
			log_debug("runner", "missing dependency: %s",
				  j->used[i]->q->id);
}

static bool same_command(const struct render_list *a,
			 const struct render_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i], b->items[i]))
			return false;
	return true;
}

static void queue_command(struct job *j)
{
	struct runner *r = j->r;

	if (!j->conf->exec.command.n)
		return;
	for (size_t i = 0; i < r->ncommands; i++)
		if (same_command(&r->commands[i]->conf->exec.command,
				 &j->conf->exec.command))
			return;
	r->commands[r->ncommands++] = j;
}

void pass_written(struct job *j)
{
	if (!j->r->conf->env)
		log_info("runner", "rendered %s", j->display);
	j->rendered = j->complete = true;
	j->r->renders++;
	j->written_ms = clock_boot_ms();
	j->trial.due = j->conf->rollback > 0;
	j->trial.bad[0] = '\0';
	status_job(j, NULL);
	if (!j->r->conf->dry) {
		queue_command(j);
		j->reload_due = j->conf->reload && *j->conf->reload;
	}
	j->r->wrote = true;
}

static void well(struct job *j)
{
	j->rendered = j->complete = true;
	if (j->error)
		status_job(j, NULL);
}

static int write_out(struct job *j, struct str text, struct err *e)
{
	struct file_result res = {false, false, false};

	if (j->r->conf->env)
		return vars_write(j, text, e);
	log_debug("runner", "rendering %s", j->display);
	if (rollback_refuses(j, text)) {
		j->rendered = j->complete = true;
		return 0;
	}
	if (file_render(j, text, &res, e) < 0)
		return err_wrap(e, "error rendering %s", j->display);
	if (res.did)
		pass_written(j);
	else if (res.would)
		well(j);
	else if (res.staged)
		j->r->checks[j->r->nchecks++] = j;
	return 0;
}

/* keep_nonempty: a list that had something is empty now. */
static bool emptied(struct job *j)
{
	bool hold = false;

	for (size_t i = 0; j->conf->keep_nonempty && i < j->nused; i++) {
		const struct view *v = j->used[i];

		if (!v->had_items || val_kind(&v->data) != KIND_SLICE ||
		    val_len_list(&v->data))
			continue;
		if (!j->emptied)
			log_warn("runner", "%s is empty now: %s stays as it is",
				 v->q->id, j->display);
		hold = true;
	}
	j->emptied = hold;
	return hold;
}

/* Executes and writes one template. -1: *e ends the pass. */
static int evaluate(struct job *j, struct buf *out, struct err *e)
{
	bool fatal = j->conf->error_fatal;

	log_debug("runner", "checking template %s", j->id);
	buf_reset(out);
	j->complete = false;
	if (job_execute(j, out, e) < 0) {
		j->executed = false;
		if (fatal)
			return -1;
		log_error("runner", "%s", e->text);
		status_job(j, e->text);
		start_missing(j);
		mark_used(j);
		return 0;
	}
	mark_used(j);
	j->executed = true;
	if (j->missing)
		say_missing(j);
	if (start_missing(j) || j->missing)
		return 0;
	dedup_share(j);
	if (emptied(j)) {
		j->complete = j->rendered;
		return 0;
	}
	if (quiet_check(j, versions_of(j) != j->versions ||
				   !file_untouched(j))) {
		j->complete = true;
		return 0;
	}
	j->versions = versions_of(j);
	if (write_out(j, str_n(buf_str(out), out->len), e) < 0) {
		j->versions--;
		if (fatal)
			return -1;
		log_error("runner", "%s", e->text);
		status_job(j, e->text);
	}
	return 0;
}

static int visit(struct job *j, struct buf *out, struct err *e)
{
	if (j->r->conf->once && j->rendered) {
		mark_used(j);
		return 0;
	}
	if (unchanged(j) && file_untouched(j)) {
		mark_used(j);
		return 0;
	}
	return evaluate(j, out, e);
}

static void drop_unused(struct runner *r)
{
	struct view *v, *next;

	log_debug("runner", "diffing and updating dependencies");
	for (v = r->first; v; v = next) {
		next = v->next;
		if (v->hidden)
			continue;
		log_debug("runner", "%s is %s needed", v->q->id,
			  v->used == r->pass ? "still" : "no longer");
		if (v->used != r->pass)
			view_free(v);
	}
}

void pass_again(struct job *j)
{
	struct runner *r = j->r;

	r->ncommands = r->nchecks = 0;
	buf_reset(&r->errors);
	r->nerrors = 0;
	r->wrote = true;
	r->renders++;
	queue_command(j);
	j->reload_due = *j->conf->reload;
	r->passing = true;
	commands_run(r);
}

void pass_run(struct runner *r)
{
	struct err e;

	r->due = false;
	r->out.max = TMPL_OUTPUT;
	r->pass++;
	r->ncommands = r->nchecks = 0;
	r->wrote = false;
	buf_reset(&r->errors);
	r->nerrors = 0;
	log_debug("runner", "initiating run");
	for (size_t i = 0; i < r->njobs; i++)
		if (visit(&r->jobs[i], &r->out, &e) < 0) {
			runner_fail(r, e.text);
			return;
		}
	drop_unused(r);
	groups_form(r);
	r->passing = true;
	checks_run(r);
}

/* Go's multierror. */
static void fail_commands(struct runner *r)
{
	struct buf BUF_AUTO b = {0};

	buf_addf(&b, "%u error%s occurred:\n%s\n", r->nerrors,
		 r->nerrors == 1 ? "" : "s", buf_str(&r->errors));
	runner_fail(r, buf_str(&b));
}

void pass_after_commands(struct runner *r)
{
	reload_services(r);
	rollback_begin(r);
	if (r->wrote && r->child.running)
		child_reload(r);
	if (r->nerrors) {
		fail_commands(r);
		return;
	}
	r->passing = false;
	runner_settle(r);
}

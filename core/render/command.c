// SPDX-License-Identifier: MIT
/* command - the commands of a pass, one after another, each with its time
 * limit. All of them run, whatever becomes of one; the errors are gathered. */
#include <signal.h>

#include "render/runner.h"
#include "render/status.h"

static void next(struct runner *r);

/* "[\"cp\" \"a\" \"b\"]", as Go's %q shows the list inside its message. */
static void put_command(struct buf *b, const struct render_list *c)
{
	buf_adds(b, "\"[");
	for (size_t i = 0; i < c->n; i++) {
		buf_adds(b, i ? " \\\"" : "\\\"");
		for (const char *p = c->items[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_adds(b, "\\\\\\");
			buf_addc(b, *p);
		}
		buf_adds(b, "\\\"");
	}
	buf_adds(b, "]\"");
}

/* The command line that was run, for messages. */
static void put_line(struct buf *b, const struct job *j, const struct proc *p)
{
	const struct render_list *c = &j->conf->exec.command;

	if (p->group)
		buf_adds(b, "sh -c ");
	for (size_t i = 0; i < c->n; i++)
		buf_addf(b, "%s%s", i ? " " : "", c->items[i]);
}

static void failed(struct runner *r, const char *text)
{
	struct job *j = r->commands[r->command_at];
	struct buf BUF_AUTO b = {0};

	buf_adds(&b, "failed to execute command ");
	put_command(&b, &j->conf->exec.command);
	buf_addf(&b, " from %s: %s", j->display, text);
	if (j->conf->command_error_fatal) {
		buf_addf(&r->errors, "\t* %s\n", buf_str(&b));
		r->nerrors++;
		return;
	}
	log_error("runner", "%s", buf_str(&b));
	status_job(j, buf_str(&b));
}

static void failed_line(struct runner *r, const char *before, const char *after)
{
	struct buf BUF_AUTO b = {0};

	buf_addf(&b, "child: %s\n\n    ", before);
	put_line(&b, r->commands[r->command_at], &r->command);
	buf_addf(&b, "\n\n%s", after);
	failed(r, buf_str(&b));
}

static void step(struct runner *r)
{
	r->command_at++;
	next(r);
}

static void on_time(struct loop_timer *t)
{
	struct runner *r = t->ctx;

	r->command_late = true;
	proc_signal(&r->command, SIGKILL);
}

static void on_end(struct proc *p, int wstat)
{
	struct runner *r = p->r;
	struct job *j = r->commands[r->command_at];
	char limit[DUR_TEXT];
	struct buf BUF_AUTO b = {0};

	loop_timer_unset(&r->command_timer);
	if (r->command_late) {
		dur_put(limit, j->conf->exec.timeout);
		buf_addf(&b, "command did not exit within time limit "
			     "(\"%s\"):", limit);
		failed_line(r, buf_str(&b), "");
	} else if (proc_code(wstat) != 0) {
		failed_line(r, "command exited with a non-zero exit status:",
			    "Please ensure the command exits with a zero (0) "
			    "exit status to indicate success.");
	}
	step(r);
}

/* Without a time limit nobody waits for it. */
static bool started(struct runner *r, const struct render_exec *x)
{
	if (x->timeout <= 0) {
		proc_forget(&r->command);
		return false;
	}
	loop_timer_set(r->loop, &r->command_timer,
		       clock_mono_ms() + dur_ms(x->timeout), on_time, r);
	return true;
}

static void next(struct runner *r)
{
	for (; r->command_at < r->ncommands; r->command_at++) {
		struct job *j = r->commands[r->command_at];
		const struct render_exec *x = &j->conf->exec;
		struct buf BUF_AUTO b = {0};
		struct arena a = {0};
		struct err e;
		int ret;

		put_command(&b, &x->command);
		log_info("runner", "executing command %s from %s", buf_str(&b),
			 j->display);
		r->command.ended = on_end;
		r->command_late = false;
		ret = proc_start(&r->command, r, &x->command,
				 env_build(r, x, &a), &e);
		arena_free(&a);
		if (ret < 0)
			failed(r, e.text);
		else if (started(r, x))
			return;
	}
	pass_after_commands(r);
}

void commands_run(struct runner *r)
{
	r->command_at = 0;
	next(r);
}

void commands_stop(struct runner *r)
{
	loop_timer_unset(&r->command_timer);
	proc_forget(&r->command);
}

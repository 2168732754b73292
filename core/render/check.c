// SPDX-License-Identifier: MIT
/* check - `check = ["nginx", "-t", "-c", "{{.src}}"]`: a new file lies beside
 * its destination until this command has said that it is good; only then does
 * it take the old one's place. Checks run one after another, before the pass's
 * commands. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "render/runner.h"
#include "render/status.h"

enum { CHECK_MS = 30000 };

static void next(struct runner *r);

/* Every {{.src}} in the command becomes the staged file's name. */
static char *fill_in(struct arena *a, const char *text, const char *src)
{
	static const char mark[] = "{{.src}}";
	struct buf BUF_AUTO b = {0};
	const char *at;

	while ((at = strstr(text, mark))) {
		buf_add(&b, text, (size_t)(at - text));
		buf_adds(&b, src);
		text = at + sizeof(mark) - 1;
	}
	buf_adds(&b, text);
	return arena_dup(a, buf_str(&b), b.len);
}

static struct render_list command_of(const struct job *j, struct arena *a)
{
	const struct render_list *c = &j->conf->check;
	const char **v = arena_array(a, c->n + 1, sizeof(*v));

	for (size_t i = 0; v && i < c->n; i++)
		v[i] = fill_in(a, c->items[i], j->staged);
	return (struct render_list){v, v ? c->n : 0};
}

/* The old file stays; once mode has nothing to wait for any more. */
static void refuse(struct job *j, const char *why)
{
	struct runner *r = j->r;

	log_error("runner", "check of %s failed: %s; the old file stays",
		  j->display, why);
	file_discard(j);
	status_job(j, why);
	if (r->conf->once) {
		buf_addf(&r->errors, "\t* check of %s failed: %s\n", j->display,
			 why);
		r->nerrors++;
	}
}

static void accept(struct job *j)
{
	struct err e;

	if (file_commit(j, &e) < 0)
		refuse(j, e.text);
	else
		pass_written(j);
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
	struct job *j = r->checks[r->check_at++];
	struct buf BUF_AUTO b = {0};

	loop_timer_unset(&r->command_timer);
	if (r->command_late) {
		refuse(j, "it did not end in 30s");
	} else if (proc_code(wstat) != 0) {
		buf_addf(&b, "exit status %d", proc_code(wstat));
		refuse(j, buf_str(&b));
	} else {
		accept(j);
	}
	next(r);
}

static void next(struct runner *r)
{
	for (; r->check_at < r->nchecks; r->check_at++) {
		struct job *j = r->checks[r->check_at];
		struct arena a = {0};
		struct render_list c = command_of(j, &a);
		struct err e;
		int ret = -1;

		r->command.ended = on_end;
		r->command_late = false;
		err_nomem(&e);
		if (c.n)
			ret = proc_start(&r->command, r, &c,
					 env_build(r, &j->conf->exec, &a), &e);
		arena_free(&a);
		if (ret == 0) {
			loop_timer_set(r->loop, &r->command_timer,
				       clock_mono_ms() + CHECK_MS, on_time, r);
			return;
		}
		refuse(j, e.text);
	}
	commands_run(r);
}

void checks_run(struct runner *r)
{
	r->check_at = 0;
	next(r);
}

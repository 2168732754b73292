// SPDX-License-Identifier: MIT
/* health_run - one shot, waiting and watching: the same checks on one loop,
 * with another idea of when it is over. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/json.h"
#include "health_applet.h"
#include "http.h"
#include "os.h"
#include "register.h"

enum {
	AGAIN_FIRST_MS = 100,
	AGAIN_MAX_MS = 2000,
	PROGRESS_MS = 3000,
	CONFIG_MAX = 1 << 20,
};

struct run;

struct check {
	struct run *run;
	const char *label;
	struct health_def def;
	struct health_probe *probe;
	bool done; /* has a verdict in this round */
	enum health_state state;
	char *output;
	int64_t ms;
};

struct run {
	struct health_opts *o;
	struct loop loop;
	struct http *http;
	struct reaper reaper;
	struct signals signals;
	struct arena arena;
	struct health_env env;
	struct check *checks;
	size_t n;
	struct loop_timer again, limit, progress;
	int64_t pause_ms;
	unsigned in_row; /* rounds that passed */
	bool tty, over, passed;
	bool shown; /* a live line has to be wiped */
};

static bool good(const struct run *r, const struct check *c)
{
	bool ok = c->state == HEALTH_PASSING ||
		  (c->state == HEALTH_WARNING && !r->o->strict);

	return ok != r->o->invert;
}

static bool verdict(const struct run *r)
{
	size_t ok = 0;

	for (size_t i = 0; i < r->n; i++)
		ok += good(r, &r->checks[i]);
	return r->o->any ? ok > 0 : ok == r->n;
}

static const char *said(const struct check *c)
{
	return c->output ? c->output : "no answer yet";
}

static void put_json(struct buf *b, const struct check *c)
{
	buf_adds(b, "{\"check\":");
	json_print_str(b, str_of(c->label), 0);
	buf_addf(b, ",\"status\":\"%s\",\"ms\":%lld,\"output\":",
		 health_state_name(c->state), (long long)c->ms);
	json_print_str(b, str_of(said(c)), 0);
	buf_addc(b, '}');
}

/* A check by itself, as --watch prints it. */
static void print_check(const struct run *r, const struct check *c)
{
	BUF_AUTO struct buf b = {0};

	if (r->o->json)
		put_json(&b, c);
	else
		buf_addf(&b, "%s: %s", health_state_name(c->state), said(c));
	puts(buf_str(&b));
}

static void print(const struct run *r)
{
	BUF_AUTO struct buf b = {0};

	if (r->o->quiet || r->o->watch)
		return;
	buf_addf(&b, "{\"passing\":%s,\"checks\":[",
		 verdict(r) ? "true" : "false");
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_addc(&b, ',');
		if (r->o->json)
			put_json(&b, &r->checks[i]);
		else
			print_check(r, &r->checks[i]);
	}
	buf_adds(&b, "]}");
	if (r->o->json)
		puts(buf_str(&b));
}

/* One live line on a terminal, else a line each time. */
static void progress_line(bool tty, const char *label, const char *why)
{
	BUF_AUTO struct buf b = {0};

	buf_addf(&b, "%shealth: waiting for %s: %s%s", tty ? "\r\033[K" : "",
		 label, why, tty ? "" : "\n");
	(void)!fd_write(2, b.p, b.len, NULL);
}

/* The first check that keeps us waiting, on standard error. */
static void on_progress(struct loop_timer *t)
{
	struct run *r = t->ctx;

	loop_timer_set(&r->loop, t, clock_mono_ms() + PROGRESS_MS, on_progress,
		       r);
	for (size_t i = 0; i < r->n; i++) {
		const struct check *c = &r->checks[i];

		if (c->output && good(r, c))
			continue;
		progress_line(r->tty, c->label, said(c));
		r->shown = r->tty;
		return;
	}
}

static void over(struct run *r, bool passed)
{
	r->over = true;
	r->passed = passed;
	loop_stop(&r->loop);
}

static void round_start(struct loop_timer *t);

static void round_end(struct run *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->checks[i].done)
			return;
	r->in_row = verdict(r) ? r->in_row + 1 : 0;
	if (!r->o->wait ||
	    (r->in_row && r->in_row >= r->o->def.success_before_passing)) {
		over(r, r->in_row > 0);
		return;
	}
	/* up to a quarter more, so that many who wait do not knock at once */
	loop_timer_set(&r->loop, &r->again,
		       clock_mono_ms() + r->pause_ms +
			       clock_mono_ns() % (r->pause_ms / 4 + 1),
		       round_start, r);
	r->pause_ms = r->pause_ms * 3 / 2;
	if (r->pause_ms > AGAIN_MAX_MS)
		r->pause_ms = AGAIN_MAX_MS;
}

static void on_result(void *ctx, const struct health_result *res)
{
	struct check *c = ctx;
	struct run *r = c->run;
	bool changed = !c->output || c->state != res->state;

	free(c->output);
	c->output = strdup(res->output);
	c->state = res->state;
	c->ms = res->ms;
	c->done = true;
	if (r->o->watch) {
		if (changed && !r->o->quiet) {
			print_check(r, c);
			fflush(stdout);
		}
		return;
	}
	round_end(r);
}

static void round_start(struct loop_timer *t)
{
	struct run *r = t->ctx;
	struct err e;

	for (size_t i = 0; i < r->n; i++) {
		struct check *c = &r->checks[i];

		health_stop(c->probe);
		c->probe = NULL;
		c->done = false;
		if ((r->o->watch ? health_start(&c->probe, &r->env, &c->def,
						false, on_result, c, &e)
				 : health_once(&c->probe, &r->env, &c->def,
					       on_result, c, &e)) < 0)
			die(100, "%s: %s", c->label, e.text);
	}
}

static void on_limit(struct loop_timer *t)
{
	over(t->ctx, false);
}

static void on_signal(void *ctx, int sig)
{
	struct run *r = ctx;

	(void)sig;
	while (reaper_run(&r->reaper, REAP_TURN))
		;
}

/* Every argument is looked at before anything is probed. */
static void make_checks(struct run *r)
{
	struct health_opts *o = r->o;
	size_t n = o->checks.n + (o->exec_check != NULL);
	struct err e;

	r->checks = calloc(n, sizeof(*r->checks));
	if (!r->checks)
		die_sys(111, ENOMEM, "start");
	for (size_t i = 0; i < n; i++) {
		struct check *c = &r->checks[i];

		c->run = r;
		c->def = o->def;
		c->state = HEALTH_CRITICAL;
		if (i == o->checks.n) {
			c->def.kind = HEALTH_EXEC;
			c->def.argv = o->exec_check;
			c->label = o->exec_check[0];
		} else {
			c->label = health_target_shown(&r->arena,
						       o->checks.items[i]);
			if (health_def_url(&r->arena, o->checks.items[i],
					   &c->def, &e) < 0)
				die(100, "%s", e.text);
		}
		if (health_def_check(&c->def, &e) < 0)
			die(100, "%s: %s", c->label, e.text);
	}
	r->n = n;
}

static void print_container(const struct health_opts *o, enum health_state s,
			    const struct buf *text)
{
	BUF_AUTO struct buf b = {0};

	if (o->json) {
		json_print_str(&b, str_n(text->p, text->len), 0);
		printf("{\"status\":\"%s\",\"output\":%s}\n",
		       health_state_name(s), buf_str(&b));
	} else {
		puts(buf_str(text));
	}
	fflush(stdout);
}

/* Without any CHECK: this container, looked at again while waiting. */
static int container(struct health_opts *o)
{
	int64_t now = clock_mono_ms(), end = now + dur_ms(o->wait);
	int64_t pause = AGAIN_FIRST_MS, tell = now + PROGRESS_MS;
	int was = -1;

	for (;;) {
		BUF_AUTO struct buf text = {0};
		enum health_state s = health_container(o->scandir, &text);
		bool ok = (s == HEALTH_PASSING ||
			   (s == HEALTH_WARNING && !o->strict)) != o->invert;
		bool over;

		now = clock_mono_ms();
		over = !o->watch && (ok || now + pause > end);
		if (!o->quiet && (over || (o->watch && (int)s != was)))
			print_container(o, s, &text);
		if (over)
			return !ok;
		if (!o->watch && !o->quiet && now >= tell) {
			progress_line(false, "this container", buf_str(&text));
			tell = now + PROGRESS_MS;
		}
		was = (int)s;
		if (o->watch)
			pause = dur_ms(o->def.interval) + 1;
		usleep((useconds_t)pause * 1000);
		pause = pause * 3 / 2 > AGAIN_MAX_MS ? AGAIN_MAX_MS
						     : pause * 3 / 2;
	}
}

int health_run(struct health_opts *o)
{
	static const int sigs[] = {SIGCHLD, 0};
	static struct run r;
	struct err e;

	if (!o->checks.n && !o->exec_check)
		return container(o);
	r.o = o;
	r.pause_ms = AGAIN_FIRST_MS;
	r.tty = isatty(2) == 1;
	arena_init(&r.arena, 1 << 20);
	make_checks(&r);
	signal_no_pipe();
	if (loop_init(&r.loop, &e) < 0 ||
	    signals_open(&r.signals, &r.loop, sigs, on_signal, &r, &e) < 0 ||
	    http_open(&r.http, &r.loop, &e) < 0)
		die(111, "%s", e.text);
	r.env = (struct health_env){&r.loop, r.http, &r.reaper, o->scandir};
	loop_timer_set(&r.loop, &r.again,
		       o->watch ? 0 /* the probes know */
				: clock_mono_ms() + dur_ms(o->def.initial_delay),
		       round_start, &r);
	if (o->wait) {
		loop_timer_set(&r.loop, &r.limit,
			       clock_mono_ms() + dur_ms(o->wait), on_limit, &r);
		if (!o->quiet)
			loop_timer_set(&r.loop, &r.progress,
				       clock_mono_ms() + PROGRESS_MS,
				       on_progress, &r);
	}
	if (loop_run(&r.loop, &e) < 0)
		die(111, "%s", e.text);
	for (size_t i = 0; i < r.n; i++)
		health_stop(r.checks[i].probe);
	if (r.shown)
		(void)!fd_write(2, "\r\033[K", 4, NULL);
	print(&r);
	fflush(stdout);
	signal_reset(); /* a program that is executed next gets a clean slate */
	return !r.passed;
}

/* --- --check-config --- */

struct linting {
	const char *file;
	size_t findings, checks;
};

static void on_finding(void *ctx, struct hcl_pos pos, const char *text)
{
	struct linting *l = ctx;

	l->findings++;
	say_line("%s:%u: %s", l->file, pos.line, text);
}

static void lint_node(struct linting *l, struct arena *a,
		      const struct hcl_node *n)
{
	for (size_t i = 0; n->kind == HCL_LIST && i < n->n; i++)
		lint_node(l, a, n->list[i]);
	for (size_t i = 0; n->kind == HCL_OBJECT && i < n->n; i++) {
		struct str key = n->items[i].keys[0].name;
		const struct hcl_node *v = n->items[i].val;
		struct health_def d;

		if (!hcl_key_is(key, "check") && !hcl_key_is(key, "checks")) {
			lint_node(l, a, v);
			continue;
		}
		for (size_t k = 0; k < (v->kind == HCL_LIST ? v->n : 1); k++) {
			const struct hcl_node *c =
				v->kind == HCL_LIST ? v->list[k] : v;

			if (c->kind != HCL_OBJECT) {
				on_finding(l, c->pos, "check: expected a block");
				continue;
			}
			health_def_init(&d);
			l->checks++;
			health_def_hcl(a, c, &d, on_finding, l);
		}
	}
}

int health_check_config(struct health_opts *o)
{
	struct linting l = {0};

	for (size_t i = 0; i < o->configs.n; i++) {
		BUF_AUTO struct buf b = {0};
		struct hcl_node *root;
		struct arena a;
		struct err e;

		l.file = o->configs.items[i];
		arena_init(&a, 64 << 20);
		if (file_read(AT_FDCWD, l.file, &b, CONFIG_MAX, &e) < 0 ||
		    hcl_parse(&a, str_n(buf_str(&b), b.len), &root, &e) < 0) {
			say_line("%s: %s", l.file, e.text);
			l.findings++;
		} else {
			reg_expand_tree(&a, root, STR(""), on_finding, &l);
			lint_node(&l, &a, root);
		}
		arena_free(&a);
	}
	if (!l.findings && !o->quiet)
		printf("%zu check%s: fine\n", l.checks,
		       l.checks == 1 ? "" : "s");
	return l.findings ? 100 : 0;
}

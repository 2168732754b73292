// SPDX-License-Identifier: MIT
/* probe - the life of a check: wait, probe under a time limit, judge, tell.
 * The thresholds are Consul's: so many successes (passing or warning) in a row
 * before a better state is told, so many failures before a worse one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/inner.h"

static const struct probe_kind *kind_of(const struct health_def *d)
{
	switch (d->kind) {
	case HEALTH_HTTP:
		return &probe_http;
	case HEALTH_TCP:
		return &probe_tcp;
	case HEALTH_UDP:
		return &probe_udp;
	case HEALTH_UNIX:
		return &probe_unix;
	case HEALTH_EXEC:
		return &probe_exec;
	case HEALTH_FILE:
		return &probe_file;
	case HEALTH_SERVICE:
		return &probe_service;
	case HEALTH_GRPC:
		return &probe_grpc;
	case HEALTH_H2PING:
		return &probe_h2ping;
	case HEALTH_TTL:
	case HEALTH_ALIAS:
		break;
	}
	return NULL;
}

static void probe_start(struct health_probe *p);

static void on_next(struct loop_timer *t)
{
	probe_start(t->ctx);
}

static int64_t timeout_of(const struct health_def *d)
{
	if (d->timeout)
		return d->timeout;
	return d->kind == HEALTH_EXEC ? 30 * DUR_S : 10 * DUR_S;
}

static void on_limit(struct loop_timer *t)
{
	struct health_probe *p = t->ctx;
	const struct probe_kind *k = p->kind;
	char shown[256], dur[DUR_TEXT];

	if (k->quiet) {
		k->quiet(p);
		return;
	}
	k->stop(p);
	dur_put(dur, timeout_of(p->d));
	probe_done(p, HEALTH_CRITICAL, "%s %s: timed out after %s", k->verb,
		   p->d->target ? target_shown(p->d->target, shown, sizeof(shown))
				: p->d->argv[0],
		   dur);
}

static void probe_start(struct health_probe *p)
{
	p->running = true;
	p->started = clock_mono_ms();
	loop_timer_set(p->env.loop, &p->limit,
		       p->started + dur_ms(timeout_of(p->d)), on_limit, p);
	p->kind->start(p);
}

/* What the thresholds make of a result: false = nothing to tell yet. */
static bool judge(struct health_probe *p, enum health_state *s)
{
	const struct health_def *d = p->d;
	unsigned warn = d->warning_set ? d->failures_before_warning
				       : d->failures_before_critical;

	if (*s != HEALTH_CRITICAL) {
		p->failures = 0;
		return ++p->successes >= d->success_before_passing;
	}
	p->successes = 0;
	p->failures++;
	if (p->failures >= d->failures_before_critical)
		return true;
	*s = HEALTH_WARNING;
	return p->failures >= warn;
}

static void tell(struct health_probe *p, enum health_state s, struct buf *out)
{
	struct health_result r = {.state = s, .output = buf_str(out),
				  .ms = clock_mono_ms() - p->started};
	char *copy;

	r.changed = !p->told || p->state != s || strcmp(p->output, r.output);
	copy = strdup(r.output);
	if (copy) {
		free(p->output);
		p->output = copy;
		p->state = s;
		p->told = true;
	}
	p->in_fn = true;
	p->fn(p->ctx, &r);
	p->in_fn = false;
}

void probe_done_text(struct health_probe *p, enum health_state s,
		     struct str text)
{
	BUF_AUTO struct buf out = {0};
	size_t max = p->d->output_max ? p->d->output_max : 1;

	p->running = false;
	loop_timer_unset(&p->limit);
	clean_text(&out, text, max);
	if (p->once || judge(p, &s))
		tell(p, s, &out);
	if (p->dead) {
		free(p->output);
		free(p);
		return;
	}
	if (!p->once)
		loop_timer_set(p->env.loop, &p->next,
			       p->started + dur_ms(p->d->interval) >
					       clock_mono_ms()
				       ? p->started + dur_ms(p->d->interval)
				       : clock_mono_ms(),
			       on_next, p);
}

void probe_done(struct health_probe *p, enum health_state s, const char *fmt,
		...)
{
	BUF_AUTO struct buf b = {.max = BODY_MAX + 4096};
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	probe_done_text(p, s, str_n(buf_str(&b), b.len));
}

static int probe_new(struct health_probe **out, const struct health_env *env,
		     const struct health_def *d, health_fn *fn, void *ctx,
		     struct err *e)
{
	const struct probe_kind *k = kind_of(d);
	struct health_probe *p;

	if (!k)
		return err_set(e, 0, "this kind of check cannot be probed here");
	p = calloc(1, sizeof(*p));
	if (!p)
		return err_nomem(e);
	p->env = *env;
	p->d = d;
	p->kind = k;
	p->fn = fn;
	p->ctx = ctx;
	if (k->open && k->open(p, e) < 0) {
		free(p);
		return -1;
	}
	*out = p;
	return 0;
}

int health_start(struct health_probe **out, const struct health_env *env,
		 const struct health_def *d, bool spread, health_fn *fn,
		 void *ctx, struct err *e)
{
	int64_t wait = dur_ms(d->initial_delay);

	if (probe_new(out, env, d, fn, ctx, e) < 0)
		return -1;
	if (spread && d->interval >= DUR_MS)
		wait += clock_mono_ns() / 1000 % (dur_ms(d->interval) + 1);
	loop_timer_set(env->loop, &(*out)->next, clock_mono_ms() + wait, on_next,
		       *out);
	return 0;
}

int health_once(struct health_probe **out, const struct health_env *env,
		const struct health_def *d, health_fn *fn, void *ctx,
		struct err *e)
{
	if (probe_new(out, env, d, fn, ctx, e) < 0)
		return -1;
	(*out)->once = true;
	loop_timer_set(env->loop, &(*out)->next, clock_mono_ms(), on_next, *out);
	return 0;
}

void health_stop(struct health_probe *p)
{
	const struct probe_kind *k;

	if (!p)
		return;
	k = p->kind;
	loop_timer_unset(&p->next);
	loop_timer_unset(&p->limit);
	if (p->running)
		k->stop(p);
	if (k->close)
		k->close(p);
	if (p->in_fn) {
		p->dead = true;
		return;
	}
	free(p->output);
	free(p);
}

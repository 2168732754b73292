// SPDX-License-Identifier: MIT
/* quiet - wait timers (quiescence). A timer is armed once every template has
 * been rendered; from then on a change of its template is written after `min`
 * without another pass, or `max` after the first one.
 *
 * In the original each pass moves every armed timer, so two templates with
 * timers keep waking each other for ever. Here a timer starts only for a
 * template that has something new; a timer that runs is moved by any pass. */
#include "render/runner.h"

static const struct render_wait *wait_of(const struct job *j)
{
	if (j->conf->wait.enabled)
		return &j->conf->wait;
	return &j->r->conf->wait;
}

static void on_fire(struct loop_timer *t)
{
	struct job *j = t->ctx;

	j->quiet = (struct quiet){.fired = true};
	runner_due(j->r);
}

static void tick(struct job *j, const struct render_wait *w)
{
	struct quiet *q = &j->quiet;
	int64_t now = clock_mono_ms(), min = dur_ms(w->min), at;

	if (!q->running) {
		q->running = true;
		q->deadline = now + dur_ms(w->max);
		at = now + min;
	} else if (now + min < q->deadline) {
		at = now + min;
	} else if (now < q->deadline) {
		at = q->deadline;
	} else {
		return;
	}
	loop_timer_set(j->r->loop, &q->timer, at, on_fire, j);
}

int quiet_check(struct job *j, bool dirty)
{
	if (!j->quiet.armed)
		return 0;
	if (dirty || j->quiet.running)
		tick(j, wait_of(j));
	return 1;
}

void quiet_arm(struct runner *r)
{
	if (r->conf->once)
		return;
	for (size_t i = 0; i < r->njobs; i++) {
		struct job *j = &r->jobs[i];

		if (wait_of(j)->enabled)
			j->quiet.armed = true;
		j->quiet.fired = false;
	}
}

void quiet_stop(struct job *j)
{
	loop_timer_unset(&j->quiet.timer);
}

// SPDX-License-Identifier: MIT
/* rollback - see render/rollback.h. The registrar's view is looked at a few
 * times a second while a trial lasts. A service that was critical before is
 * not judged: the new file may be what heals it. */
#include "render/rollback.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "os/file.h"
#include "render/status.h"

enum { LOOK_MS = 200, KEEP_MAX = 16 << 20, VIEW_ARENA = 1 << 20 };

enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_CRITICAL };

static bool is(const struct val *object, const char *key, const char *text)
{
	const struct val *v = val_kind(object) == KIND_MAP
				      ? val_map_gets(object, str_of(key))
				      : NULL;

	return v && val_kind(v) == KIND_STRING && str_is(v->s, text);
}

/* Of the service that is reloaded, or of all when it is not registered. */
static enum verdict judge(const struct val *view, const char *service)
{
	const struct val *list = val_map_gets(view, STR("services"));

	for (size_t i = 0; list && val_kind(list) == KIND_SLICE &&
			   i < val_len_list(list); i++) {
		const struct val *s = &list->list->items[i];

		if (is(s, "name", service) || is(s, "id", service))
			return is(s, "status", "critical") ? VERDICT_CRITICAL
							   : VERDICT_GOOD;
	}
	return is(view, "verdict", "critical") ? VERDICT_CRITICAL
					       : VERDICT_GOOD;
}

static enum verdict look(const struct job *j)
{
	enum verdict verdict = VERDICT_NONE;
	enum runtime_state state;
	struct arena a;
	struct val view;

	arena_init(&a, VIEW_ARENA);
	if (runtime_view_read("register", &a, &state, &view, NULL) == 0 &&
	    state == RUNTIME_ALIVE)
		verdict = judge(&view, j->conf->reload);
	arena_free(&a);
	return verdict;
}

static void over(struct job *j)
{
	j->trial.on = false;
	loop_timer_unset(&j->trial.timer);
	buf_free(&j->trial.good);
}

void rollback_keep(struct job *j)
{
	struct trial *t = &j->trial;
	struct stat st;
	struct err e;

	if (j->conf->rollback <= 0 || t->on)
		return;
	buf_free(&t->good);
	t->have = stat(j->conf->destination, &st) == 0 &&
		  S_ISREG(st.st_mode) &&
		  file_read(AT_FDCWD, j->conf->destination, &t->good, KEEP_MAX,
			    &e) == 0;
	t->was = look(j) == VERDICT_CRITICAL;
}

bool rollback_refuses(const struct job *j, struct str text)
{
	char sum[HASH_HEX];

	if (!j->trial.bad[0])
		return false;
	crypto_hash_hex(HASH_SHA256, text, sum);
	return !strcmp(sum, j->trial.bad);
}

/* The file as it was; command, service and child are told as after a pass. */
static void restore(struct job *j)
{
	struct trial *t = &j->trial;
	struct buf BUF_AUTO now = {0};
	struct err e;

	if (file_read(AT_FDCWD, j->conf->destination, &now, KEEP_MAX, &e) == 0)
		crypto_hash_hex(HASH_SHA256, str_n(buf_str(&now), now.len),
				t->bad);
	if (file_restore(j, str_n(buf_str(&t->good), t->good.len), &e) < 0) {
		log_error("runner", "%s", e.text);
		status_job(j, e.text);
		over(j);
		return;
	}
	log_error("runner", "%s turned critical: %s is what it was before",
		  *j->conf->reload ? j->conf->reload : "the container",
		  j->conf->destination);
	status_job(j, "rolled back: its service turned critical");
	over(j);
	pass_again(j);
}

static void on_look(struct loop_timer *timer)
{
	struct job *j = timer->ctx;
	struct trial *t = &j->trial;
	enum verdict v;
	int64_t now = clock_mono_ms();

	if (j->r->state != RUNNER_RUNNING)
		return;
	v = look(j);
	if (v == VERDICT_GOOD)
		t->was = false;
	if (v == VERDICT_CRITICAL && !t->was) {
		if (!j->r->passing && !child_busy(j->r)) {
			restore(j);
			return;
		}
	} else if (now >= t->until) {
		log_debug("runner", "%s has passed its trial",
			  j->conf->destination);
		over(j);
		return;
	}
	loop_timer_set(j->r->loop, timer, now + LOOK_MS, on_look, j);
}

void rollback_begin(struct runner *r)
{
	for (size_t i = 0; i < r->njobs; i++) {
		struct job *j = &r->jobs[i];
		struct trial *t = &j->trial;

		if (!t->due)
			continue;
		t->due = false;
		t->on = t->have;
		if (!t->on)
			continue;
		if (look(j) == VERDICT_NONE)
			log_warn("runner", "nothing to judge %s by: no "
				 "registrar keeps register.json",
				 j->conf->destination);
		t->until = clock_mono_ms() + dur_ms(j->conf->rollback);
		loop_timer_set(r->loop, &t->timer, clock_mono_ms() + LOOK_MS,
			       on_look, j);
	}
}

void rollback_free(struct job *j)
{
	over(j);
}

// SPDX-License-Identifier: MIT
/* why - the state of a service in sentences, with the chain of causes: what
 * it waits for is explained in the same way, once. */
#include <string.h>
#include <sys/wait.h>

#include "survey.h"

enum { KEYS = 8 }; /* most missing keys that are named */

static void put_ago(const struct survey *v, struct buf *b, const struct tai *t)
{
	buf_addc(b, ' ');
	survey_put_age(b, tai_since(t, &v->now));
	buf_adds(b, " ago");
}

/* "it crashed with SIGSEGV 3s ago" and how often it did. */
static void put_death(const struct survey *v, const struct survey_service *s,
		      struct buf *b)
{
	const struct s6_death *d;

	if (!s->deaths)
		return;
	d = &s->dead[s->deaths - 1];
	buf_adds(b, d->sig ? "; it was ended by " : "; it ended with ");
	survey_put_end(b, d);
	put_ago(v, b, &d->when);
	if (s->deaths > 1)
		buf_addf(b, " (%zu ends so far)", s->deaths);
}

static void put_template(const struct val *t, struct buf *b)
{
	const struct val *missing = survey_list(t, "missing");
	struct str error = survey_member(t, "error");
	struct str dest = survey_member(t, "destination");
	size_t n = missing ? val_len_list(missing) : 0;

	if (!n && !error.n)
		return;
	buf_adds(b, "; ");
	survey_put_text(b, dest);
	buf_adds(b, n ? " is not rendered, as there is no " : ": ");
	for (size_t i = 0; i < n && i < KEYS; i++) {
		const struct val *k = &missing->list->items[i];

		buf_adds(b, i ? ", " : "");
		if (val_kind(k) == KIND_STRING)
			survey_put_text(b, k->s);
	}
	if (n > KEYS)
		buf_addf(b, " and %zu more", n - KEYS);
	if (!n)
		survey_put_text(b, error);
}

/* What the renderer waits for, told of the renderer itself. */
static void put_render(const struct survey *v, struct buf *b)
{
	const struct val *list = survey_list(&v->render, "templates");

	if (v->render_state == RUNTIME_ABSENT || !list)
		return;
	if (v->render_state == RUNTIME_HANGS)
		buf_adds(b, "; it does not answer");
	if (survey_member(&v->render, "error").n) {
		buf_adds(b, "; it tries again after ");
		survey_put_text(b, survey_member(&v->render, "error"));
	}
	for (size_t i = 0; i < val_len_list(list); i++)
		put_template(&list->list->items[i], b);
}

/* The checks that are not passing. */
static void put_checks(const struct survey *v, const struct survey_service *s,
		       struct buf *b)
{
	const struct val *list = survey_list(s->reg, "checks");

	if (v->reg_state == RUNTIME_HANGS)
		buf_adds(b, "; the registrar does not answer");
	else if (survey_registered(v, s) == 0)
		buf_adds(b, "; it is not registered");
	for (size_t i = 0; list && i < val_len_list(list); i++) {
		const struct val *c = &list->list->items[i];
		struct str status = survey_member(c, "status");

		if (str_is(status, "passing"))
			continue;
		buf_adds(b, "; its check ");
		survey_put_text(b, survey_member(c, "name"));
		buf_adds(b, " is ");
		survey_put_text(b, status);
		if (survey_member(c, "output").n) {
			buf_adds(b, ": ");
			survey_put_text(b, survey_member(c, "output"));
		}
	}
}

static void put_state(const struct survey *v, const struct survey_service *s,
		      struct buf *b)
{
	buf_addf(b, "%s is %s%s", s->name, s->state == SURVEY_GROUP ? "a " : "",
		 survey_state_name(s->state));
	if (s->state == SURVEY_UP)
		buf_adds(b, s->notifies ? " and ready" : "");
	if (s->supervised && !s->fresh && s->state != SURVEY_GROUP) {
		buf_adds(b, " for ");
		survey_put_age(b, tai_since(&s->st.stamp, &v->now));
	}
	if (s->up)
		buf_addf(b, " (pid %d)", (int)s->st.pid);
	if (s->says[0]) {
		buf_adds(b, ", and says \"");
		survey_put_text(b, str_of(s->says));
		buf_addc(b, '"');
	}
}

/* Why it is down although nothing went wrong that can be seen. */
static void put_down(const struct survey *v, const struct survey_service *s,
		     struct buf *b)
{
	if (s->fresh && s->normally_down)
		buf_adds(b, "; a file `down` keeps it from being started at "
			    "boot");
	else if (s->fresh && !s->why.n)
		buf_adds(b, "; nobody has started it yet");
	else if (!s->fresh && !s->st.want_up && !s->why.n)
		buf_addf(b, "; it is not wanted up: it was stopped%s",
			 v->of_init ? "" : ", or its finish lets it rest");
}

static void put_reason(const struct survey *v, const struct survey_service *s,
		       struct buf *b)
{
	switch (s->state) {
	case SURVEY_UNSUPERVISED:
		buf_adds(b, v->alive ? "; no supervisor has it: it was added "
				       "after the last scan, or has left"
				     : "; nothing supervises its scandir");
		break;
	case SURVEY_DOWN:
		put_death(v, s, b);
		put_down(v, s, b);
		break;
	case SURVEY_STARTING:
		if (s->type == SURVEY_LONGRUN)
			buf_adds(b, "; it has not said yet that it is ready");
		put_death(v, s, b);
		break;
	case SURVEY_FINISHING:
		put_death(v, s, b);
		buf_adds(b, "; its finish runs");
		break;
	case SURVEY_FAILING:
		put_death(v, s, b);
		if (s->st.want_up)
			buf_adds(b, "; it is tried again");
		break;
	case SURVEY_FAILED:
		buf_adds(b, ": ");
		survey_put_end(
			b, &(struct s6_death){
				   .code = (uint8_t)WEXITSTATUS(s->st.wstat),
				   .sig = (uint8_t)WTERMSIG(s->st.wstat)});
		break;
	case SURVEY_UP:
		put_death(v, s, b);
		break;
	case SURVEY_WAITING:
	case SURVEY_DONE:
	case SURVEY_GROUP:
		break;
	}
	if (s->why.n && s->state != SURVEY_UP &&
	    (s->state != SURVEY_FAILED || WIFSIGNALED(s->st.wstat))) {
		buf_adds(b, "; ");
		survey_put_text(b, s->why);
	}
	if (s->error[0]) {
		buf_adds(b, "; the last try said: ");
		survey_put_text(b, str_of(s->error));
	}
}

static bool is_renderer(const struct survey_service *s)
{
	return !strcmp(s->name, "consul-template") ||
	       !strcmp(s->name, "render");
}

void survey_why(struct survey *v, struct survey_service *s, struct buf *b)
{
	const char *word =
		s->type == SURVEY_BUNDLE ? ", and misses " : "; it waits for ";

	s->seen = true;
	put_state(v, s, b);
	put_reason(v, s, b);
	if (is_renderer(s))
		put_render(v, b);
	put_checks(v, s, b);
	/* what init has not started although all it needs may be there, for a
	 * reason that is told already */
	bool kept = s->state == SURVEY_DOWN && s->fresh && s->why.n;
	bool wants = !s->up && s->state != SURVEY_DONE && !kept;

	for (char **d = s->deps; wants && *d; d++) {
		const struct survey_service *m = survey_get(v, *d);

		if (m && survey_ready(v, m))
			continue;
		buf_adds(b, word);
		buf_adds(b, *d);
		buf_adds(b, m ? "" : ", which does not exist");
		word = ", ";
	}
	if (v->stopping && v->alive)
		buf_adds(b, "; the container is being stopped");
	buf_adds(b, ".\n");
	for (char **d = s->deps; wants && *d; d++) {
		struct survey_service *m = survey_get(v, *d);

		if (m && !m->seen && !survey_ready(v, m))
			survey_why(v, m, b);
	}
}

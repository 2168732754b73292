// SPDX-License-Identifier: MIT
/* metrics - the survey as Prometheus' text format, and as one verdict. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "survey.h"

/* --- the lines --- */

static void family(struct buf *b, const char *name, const char *type,
		   const char *help)
{
	buf_addf(b, "# HELP basebox_%s %s\n# TYPE basebox_%s %s\n", name, help,
		 name, type);
}

static void label(struct buf *b, const char *key, struct str value)
{
	buf_addf(b, "%s=\"", key);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' || c == '"' || c == '\n')
			buf_addc(b, '\\');
		buf_addc(b, c == '\n' ? 'n' : c);
	}
	buf_addc(b, '"');
}

static void sample(struct buf *b, const char *name, const char *service,
		   int64_t value)
{
	buf_addf(b, "basebox_%s{", name);
	label(b, "service", str_of(service));
	buf_addf(b, "} %lld\n", (long long)value);
}

/* --- deaths, counted on --- */

/* The counter of a service, brought up to date; NULL: no memory. */
static struct survey_counter *count(struct survey_counter **all,
				    const struct survey_service *s)
{
	struct survey_counter *c = *all;

	while (c && strcmp(c->name, s->name))
		c = c->next;
	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return NULL;
		memcpy(c->name, s->name, strnlen(s->name, NAME_MAX));
		c->next = *all;
		*all = c;
	}
	for (size_t i = 0; i < s->deaths; i++)
		if (tai_cmp(&s->dead[i].when, &c->last) > 0) {
			c->last = s->dead[i].when;
			c->deaths++;
		}
	return c;
}

/* --- what each family says of a service --- */

enum metric { UP, READY, WANTED, RESTARTS, CHANGED, EXIT, REGISTERED };

static const struct {
	const char *name, *type, *help;
} families[] = {
	[UP] = {"service_up", "gauge", "Whether the service runs."},
	[READY] = {"service_ready", "gauge",
		   "Whether it is ready (a oneshot: done)."},
	[WANTED] = {"service_wanted", "gauge", "Whether it is wanted up."},
	[RESTARTS] = {"service_ends_total", "counter",
		      "How often its process has ended."},
	[CHANGED] = {"service_changed_timestamp_seconds", "gauge",
		     "When it last started or ended."},
	[EXIT] = {"service_last_exit_code", "gauge",
		  "Of its last end; 128 + n for signal n."},
	[REGISTERED] = {"service_registered", "gauge",
			"Whether the store has its registration."},
};

/* false: this service has no such value. */
static bool value_of(const struct survey *v, const struct survey_service *s,
		     struct survey_counter **all, enum metric m, int64_t *out)
{
	struct survey_counter *c;
	struct timespec ts;

	switch (m) {
	case UP:
		*out = s->up;
		return true;
	case READY:
		*out = s->ready;
		return true;
	case WANTED:
		*out = s->st.want_up;
		return s->type == SURVEY_LONGRUN;
	case RESTARTS:
		c = count(all, s);
		*out = c ? (int64_t)c->deaths : 0;
		return c;
	case CHANGED:
		if (!s->supervised || s->fresh)
			return false;
		tai_to_unix(&s->st.stamp, &ts);
		*out = ts.tv_sec;
		return true;
	case EXIT:
		*out = s->deaths ? s->dead[s->deaths - 1].code : 0;
		return s->deaths;
	case REGISTERED:
		*out = survey_registered(v, s);
		return *out >= 0;
	}
	return false;
}

static void put_checks(const struct survey *v, struct buf *b)
{
	const struct val *services = survey_list(&v->reg, "services");

	family(b, "check_status", "gauge",
	       "Of a check: 0 passing, 1 warning, 2 critical.");
	for (size_t i = 0; services && i < val_len_list(services); i++) {
		const struct val *s = &services->list->items[i];
		const struct val *checks = survey_list(s, "checks");

		for (size_t k = 0; checks && k < val_len_list(checks); k++) {
			const struct val *c = &checks->list->items[k];
			struct str status = survey_member(c, "status");

			buf_adds(b, "basebox_check_status{");
			label(b, "service", survey_member(s, "name"));
			buf_addc(b, ',');
			label(b, "check", survey_member(c, "name"));
			buf_addf(b, "} %d\n",
				 str_is(status, "passing")   ? 0
				 : str_is(status, "warning") ? 1
							     : 2);
		}
	}
}

static void put_renders(const struct survey *v, struct buf *b)
{
	const struct val *n = val_kind(&v->render) == KIND_MAP
				      ? val_map_gets(&v->render, STR("renders"))
				      : NULL;

	if (!n || val_kind(n) != KIND_FLOAT)
		return;
	family(b, "renders_total", "counter", "Files that were written.");
	buf_addf(b, "basebox_renders_total %lld\n", (long long)n->f);
}

void survey_metrics(const struct survey *v, struct survey_counter **counters,
		    struct buf *b)
{
	for (size_t m = 0; m < COUNT(families); m++) {
		family(b, families[m].name, families[m].type, families[m].help);
		for (size_t i = 0; i < v->n; i++) {
			const struct survey_service *s = &v->s[i];
			int64_t value;

			if (s->type != SURVEY_BUNDLE &&
			    value_of(v, s, counters, (enum metric)m, &value))
				sample(b, families[m].name, s->name, value);
		}
	}
	if (v->reg_state == RUNTIME_ALIVE)
		put_checks(v, b);
	if (v->render_state == RUNTIME_ALIVE)
		put_renders(v, b);
	family(b, "stopping", "gauge", "Whether the container is stopping.");
	buf_addf(b, "basebox_stopping %d\n", v->stopping);
}

/* --- the verdict --- */

bool survey_verdict(const struct survey *v, struct buf *why)
{
	struct str verdict = survey_member(&v->reg, "verdict");

	if (!v->alive || v->stopping) {
		buf_adds(why, v->alive ? "the container is stopping"
				       : "nothing supervises the scandir");
		return false;
	}
	if (v->reg_state != RUNTIME_ABSENT &&
	    (v->reg_state == RUNTIME_HANGS || str_is(verdict, "critical"))) {
		buf_adds(why, "register: ");
		if (v->reg_state == RUNTIME_HANGS)
			buf_adds(why, "its view is stale, it hangs");
		else
			survey_put_text(why, survey_member(&v->reg, "output"));
		return false;
	}
	for (size_t i = 0; i < v->n; i++) {
		const struct survey_service *s = &v->s[i];

		if (s->ready || s->type == SURVEY_BUNDLE ||
		    (s->type == SURVEY_LONGRUN && s->supervised &&
		     !s->st.want_up && s->state != SURVEY_WAITING) ||
		    (s->type == SURVEY_ONESHOT && s->state == SURVEY_DOWN))
			continue;
		buf_addf(why, "%s is %s", s->name, survey_state_name(s->state));
		return false;
	}
	return true;
}

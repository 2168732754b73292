// SPDX-License-Identifier: MIT
/* show - the table for people and the JSON for programs. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "data/json.h"
#include "survey.h"

enum { NAME, STATE, SINCE, RESTARTS, READY, HEALTH, REGISTERED, END, COLUMNS };

/* The cells of one service, each ended by NUL, in one buffer. */
struct row {
	struct buf text;
	size_t at[COLUMNS + 1];
	const char *colour; /* of the state; NULL = of the head, none */
};

static bool wanted(const struct survey_service *s, char *const *names)
{
	if (!names || !*names)
		return s->type != SURVEY_BUNDLE;
	for (; *names; names++)
		if (!strcmp(*names, s->name))
			return true;
	return false;
}

static const char *colour_of(const struct survey_service *s)
{
	switch (s->state) {
	case SURVEY_UP:
	case SURVEY_DONE:
		return "\033[32m";
	case SURVEY_WAITING:
	case SURVEY_STARTING:
	case SURVEY_FINISHING:
		return "\033[33m";
	case SURVEY_UNSUPERVISED:
	case SURVEY_FAILING:
	case SURVEY_FAILED:
		return "\033[31m";
	case SURVEY_DOWN:
	case SURVEY_GROUP:
		break;
	}
	return "\033[2m";
}

static void cell_end(struct row *r, size_t *i)
{
	if (r->text.len == r->at[*i])
		buf_addc(&r->text, '-');
	buf_addc(&r->text, '\0');
	r->at[++*i] = r->text.len;
}

/* When: for a look its age, for a log the time of day. */
static void put_since(struct buf *b, const struct survey *v,
		      const struct tai *t, bool ages)
{
	char text[TAI_LOCAL];

	if (ages) {
		survey_put_age(b, tai_since(t, &v->now));
		return;
	}
	tai_local(text, t, true);
	buf_add(b, text + 11, 8);
}

/* As far as the tally goes: it was started once more after each end but one
 * that it still rests from. */
static size_t restarts(const struct survey_service *s)
{
	return s->type == SURVEY_LONGRUN && s->deaths ? s->deaths - !s->up : 0;
}

static void fill(const struct survey *v, const struct survey_service *s,
		 bool ages, struct row *r)
{
	struct buf *b = &r->text;
	int reg = survey_registered(v, s);
	size_t i = 0;

	r->colour = colour_of(s);
	buf_adds(b, s->name);
	cell_end(r, &i);
	buf_adds(b, survey_state_name(s->state));
	cell_end(r, &i);
	if (s->supervised && !s->fresh)
		put_since(b, v, &s->st.stamp, ages);
	cell_end(r, &i);
	if (s->type != SURVEY_ONESHOT)
		buf_addf(b, "%zu", restarts(s));
	cell_end(r, &i);
	if (s->up || s->type == SURVEY_ONESHOT)
		buf_adds(b, s->ready ? "yes" : "no");
	cell_end(r, &i);
	survey_put_text(b, survey_health(v, s));
	cell_end(r, &i);
	if (reg >= 0)
		buf_adds(b, reg ? "yes" : "no");
	cell_end(r, &i);
	if (s->deaths)
		survey_put_end(b, &s->dead[s->deaths - 1]);
	cell_end(r, &i);
}

static void put_row(struct buf *b, const struct row *r, const size_t *width,
		    bool colour)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *p = r->text.p + r->at[i];
		bool paint = colour && r->colour && i == STATE;
		size_t n = strlen(p);

		if (paint)
			buf_adds(b, r->colour);
		buf_add(b, p, n);
		if (paint)
			buf_adds(b, "\033[0m");
		if (i + 1 < COLUMNS)
			buf_addn(b, ' ', width[i] - n + 2);
	}
	buf_addc(b, '\n');
}

static void widen(const struct row *r, size_t *width)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (r->at[i + 1] - r->at[i] - 1 > width[i])
			width[i] = r->at[i + 1] - r->at[i] - 1;
}

static void fill_head(struct row *r)
{
	static const char names[COLUMNS][11] = {
		"SERVICE", "STATE",  "SINCE",	   "RESTARTS",
		"READY",   "HEALTH", "REGISTERED", "LAST EXIT"};

	r->colour = NULL;
	for (size_t i = 0; i < COLUMNS;) {
		buf_adds(&r->text, names[i]);
		cell_end(r, &i);
	}
}

void survey_table(const struct survey *v, char *const *names, bool colour,
		  bool ages, struct buf *b)
{
	size_t width[COLUMNS] = {0};
	struct row r = {0};

	/* once for the widths, once for the lines; the head first */
	for (size_t i = 0; i < 2 * (v->n + 1); i++) {
		size_t k = i % (v->n + 1);

		if (k && !wanted(&v->s[k - 1], names))
			continue;
		buf_reset(&r.text);
		if (k)
			fill(v, &v->s[k - 1], ages, &r);
		else
			fill_head(&r);
		if (r.text.failed)
			b->failed = true;
		else if (i > v->n)
			put_row(b, &r, width, colour);
		else
			widen(&r, width);
	}
	buf_free(&r.text);
}

static void put_time(struct buf *b, const struct tai *t)
{
	struct timespec ts;
	char date[CLOCK_DATE];

	tai_to_unix(t, &ts);
	clock_date(date, ts.tv_sec, true, '-', 'T');
	buf_addf(b, "\"%s.%03ldZ\"", date, ts.tv_nsec / 1000000);
}

static void put_bool(struct buf *b, const char *key, bool x)
{
	buf_addf(b, ",\"%s\":%s", key, x ? "true" : "false");
}

static void put_str(struct buf *b, const char *key, struct str s)
{
	if (!s.n)
		return;
	buf_addf(b, ",\"%s\":", key);
	json_print_str(b, s, JSON_PLAIN);
}

static void put_json(const struct survey *v, const struct survey_service *s,
		     struct buf *b)
{
	static const char types[][8] = {"longrun", "oneshot", "bundle"};

	buf_adds(b, "{\"name\":");
	json_print_str(b, str_of(s->name), JSON_PLAIN);
	buf_addf(b, ",\"type\":\"%s\",\"state\":\"%s\"", types[s->type],
		 survey_state_name(s->state));
	put_bool(b, "up", s->up);
	put_bool(b, "ready", s->ready);
	put_bool(b, "wanted", s->st.want_up);
	put_bool(b, "essential", s->essential);
	if (s->supervised && !s->fresh) {
		buf_addf(b, ",\"pid\":%d,\"seconds\":%llu,\"since\":",
			 (int)s->st.pid,
			 (unsigned long long)tai_since(&s->st.stamp, &v->now));
		put_time(b, &s->st.stamp);
	}
	buf_addf(b, ",\"restarts\":%zu", restarts(s));
	put_str(b, "health", survey_health(v, s));
	if (survey_registered(v, s) >= 0)
		put_bool(b, "registered", survey_registered(v, s));
	if (s->deaths) {
		const struct s6_death *d = &s->dead[s->deaths - 1];

		if (d->sig)
			buf_addf(b, ",\"last_exit\":{\"signal\":\"%s\",\"at\":",
				 sig_name(d->sig));
		else
			buf_addf(b,
				 ",\"last_exit\":{\"code\":%u,\"at\":", d->code);
		put_time(b, &d->when);
		buf_addc(b, '}');
	}
	put_str(b, "error", str_of(s->error));
	put_str(b, "says", str_of(s->says));
	put_str(b, "why", s->why);
	buf_addf(b, ",\"%s\":[",
		 s->type == SURVEY_BUNDLE ? "contents" : "depends_on");
	for (char **d = s->deps; *d; d++) {
		if (d != s->deps)
			buf_addc(b, ',');
		json_print_str(b, str_of(*d), JSON_PLAIN);
	}
	buf_adds(b, "]}");
}

int survey_json(const struct survey *v, char *const *names, struct buf *b)
{
	const char *between = "";

	buf_adds(b, "{\"scandir\":");
	json_print_str(b, str_of(v->scandir), JSON_PLAIN);
	put_bool(b, "supervised", v->alive);
	put_bool(b, "stopping", v->stopping);
	buf_adds(b, ",\"services\":[");
	for (size_t i = 0; i < v->n; i++) {
		if (!wanted(&v->s[i], names) &&
		    !(v->s[i].type == SURVEY_BUNDLE && (!names || !*names)))
			continue;
		buf_adds(b, between);
		put_json(v, &v->s[i], b);
		between = ",";
	}
	return buf_adds(b, "]}\n");
}

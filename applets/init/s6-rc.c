// SPDX-License-Identifier: MIT
/* s6-rc - start, stop and list services as s6-rc's command does
 *
 * usage: s6-rc [ options ] change [ service... ]
 * usage: s6-rc [ options ] list [ service... ]
 * usage: s6-rc [ options ] start|stop service...
 *
 * Acts on init's live scandir. A bundle stands for its services.
 *  -u  up, with what is needed (default); -d  down, with what needs it
 *  -a  all that are up, and what is named
 *  -t MS  most time to wait for each; 0 = without end
 *  -v LEVEL  0: no warnings, 1: warnings (default), 2: each step
 *  -l DIR, -n TIMES, -b, -p, -D, -X  are understood, without effect
 *
 * The down of a oneshot runs when the container stops, not before.
 *
 * Exit: 0 ok, 1 a service failed, 2 timed out, 3 unknown service, 100 wrong
 *   usage or no init, 111 system call failed.
 * See: https://skarnet.org/software/s6-rc/s6-rc.html
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "survey.h"

struct s6_rc {
	bool down, all, none;
	const char *text;
	uint32_t timeout; /* ms */
	uint32_t verbosity;
};

#define FLAG(c, f)                                                             \
	{                                                                      \
		NULL, NULL, c, OPT_FLAG, offsetof(struct s6_rc, f), 0          \
	}
#define TEXT(c)                                                                \
	{                                                                      \
		NULL, NULL, c, OPT_STR, offsetof(struct s6_rc, text), 0        \
	}
static const struct opt s6_rc_opts[] = {
	{NULL, NULL, 'u', OPT_SET, offsetof(struct s6_rc, none), 0},
	FLAG('d', down),
	FLAG('a', all),
	{NULL, NULL, 't', OPT_U32, offsetof(struct s6_rc, timeout), 0},
	{NULL, NULL, 'v', OPT_U32, offsetof(struct s6_rc, verbosity), 0},
	TEXT('l'),
	TEXT('n'),
	FLAG('b', none),
	FLAG('p', none),
	FLAG('D', down),
	FLAG('X', none),
	{0},
};

static int64_t deadline(const struct s6_rc *o)
{
	return o->timeout ? clock_mono_ms() + o->timeout : CLOCK_NEVER;
}

static bool active(const struct survey_service *s)
{
	return s->type == SURVEY_ONESHOT ? s->state == SURVEY_DONE : s->up;
}

/* Does m need s, itself or through a bundle? */
static bool needs(const struct survey *v, const struct survey_service *m,
		  const struct survey_service *s, int depth)
{
	for (char **d = m->deps; depth && *d; d++) {
		const struct survey_service *x = survey_get(v, *d);

		if (x == s || (x && x->type == SURVEY_BUNDLE &&
			       needs(v, x, s, depth - 1)))
			return true;
	}
	return false;
}

static void step(const struct s6_rc *o, const struct survey_service *s,
		 const char *text)
{
	if (o->verbosity >= 2 && s->type != SURVEY_BUNDLE)
		say_info("service %s%s", s->name, text);
}

/* What needs it first. */
static int go_down(const struct s6_rc *o, struct survey *v,
		   struct survey_service *s, struct err *e)
{
	int r = 0;

	if (s->seen)
		return 0;
	s->seen = true;
	for (char **d = s->deps; s->type == SURVEY_BUNDLE && *d; d++) {
		struct survey_service *m = survey_get(v, *d);

		if (m && go_down(o, v, m, e) < 0)
			r = -1;
	}
	for (size_t i = 0; i < v->n; i++)
		if (v->s[i].type != SURVEY_BUNDLE &&
		    needs(v, &v->s[i], s, 32) && go_down(o, v, &v->s[i], e) < 0)
			r = -1;
	if (s->type != SURVEY_LONGRUN || !s->supervised ||
	    (!s->up && !s->st.want_up))
		return r;
	step(o, s, ": stopping");
	if (survey_act(v, s, "d", SURVEY_GOAL_DOWN, deadline(o), e) < 0) {
		if (o->verbosity)
			say_warn("unable to stop service %s: %s", s->name,
				 e->text);
		return -1;
	}
	step(o, s, " successfully stopped");
	return r;
}

static int code_of(int code)
{
	return code == 99 ? 2 : code == 100 ? 3 : code;
}

/* What is up now and was not before. */
static void started(const struct s6_rc *o, const struct survey *before)
{
	struct survey now;

	if (o->verbosity < 2 || survey_load(&now, before->scandir, NULL) < 0)
		return;
	for (size_t i = 0; i < now.n; i++) {
		const struct survey_service *old =
			survey_get(before, now.s[i].name);

		if (old && !active(old) && active(&now.s[i]))
			step(o, old, " successfully started");
	}
	survey_free(&now);
}

static int go_up(const struct s6_rc *o, const struct survey *v, char **names)
{
	char wait[NUM_TEXT + 2],
		*words[] = {(char *)"start", (char *)"-t", wait, NULL, NULL};
	int code = 0, r;

	snprintf(wait, sizeof(wait), "%ums", o->timeout);
	for (; *names; names++) {
		const struct survey_service *s = survey_get(v, *names);

		if (!active(s))
			step(o, s, ": starting");
		words[3] = *names;
		r = code_of(start_main(4, words));
		say_prog("s6-rc");
		code = code ? code : r;
	}
	started(o, v);
	return code;
}

static void print(const struct survey *v, struct survey_service *s)
{
	if (s->seen)
		return;
	s->seen = true;
	for (char **d = s->deps; s->type == SURVEY_BUNDLE && *d; d++) {
		struct survey_service *m = survey_get(v, *d);

		if (m)
			print(v, m);
	}
	if (s->type != SURVEY_BUNDLE)
		printf("%s\n", s->name);
}

/* The services that are meant, one call each. */
static int each(const struct s6_rc *o, struct survey *v, char **names, bool list)
{
	struct err e;
	int code = 0;

	for (char **n = names; *n; n++) {
		struct survey_service *s = survey_get(v, *n);

		if (!s)
			continue;
		if (list)
			print(v, s);
		else if (go_down(o, v, s, &e) < 0)
			code = e.num == ETIMEDOUT ? 2 : 1;
	}
	for (size_t i = 0; o->all && i < v->n; i++) {
		if (v->s[i].type == SURVEY_BUNDLE || !active(&v->s[i]))
			continue;
		if (list)
			print(v, &v->s[i]);
		else if (go_down(o, v, &v->s[i], &e) < 0)
			code = e.num == ETIMEDOUT ? 2 : 1;
	}
	return fflush(stdout) ? 111 : code;
}

int s6_rc_main(int argc, char **argv)
{
	struct s6_rc o = {.verbosity = 1};
	int i = applet_opts("s6-rc", s6_rc_opts, &o, argc, argv, 1);
	const char *verb = argv[i++];
	bool list = !strcmp(verb, "list");
	char scandir[PATH_MAX];
	struct survey v;
	struct err e;

	if (!strcmp(verb, "stop"))
		o.down = true;
	else if (!list && strcmp(verb, "start") && strcmp(verb, "change"))
		applet_usage("s6-rc");
	if (survey_find(scandir, NULL, &e) < 0)
		die(100, "%s", e.text);
	if (survey_load(&v, scandir, &e) < 0)
		die(111, "%s", e.text);
	for (char **n = argv + i; *n; n++)
		if (!survey_get(&v, *n))
			die(3, "%s is not a recognized identifier", *n);
	if (!list && !o.down)
		return go_up(&o, &v, argv + i);
	return each(&o, &v, argv + i, list);
}

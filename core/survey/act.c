// SPDX-License-Identifier: MIT
/* act - an order to a service, and its effect. The listener hangs before the
 * order is written, so no event of it can be missed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>

#include "survey.h"

/* Moves on with what has come; true: reached. *other: it has been in the state
 * that is to be left, or for a oneshot to be gone through. */
static bool reached(const struct s6_watch *w, const struct survey_service *s,
		    enum survey_goal goal, bool *other)
{
	bool good = w->up && (w->ready || !s->notifies);
	bool over = !w->up && w->ready;

	switch (goal) {
	case SURVEY_GOAL_NONE:
		return true;
	case SURVEY_GOAL_UP:
		if (s->type != SURVEY_ONESHOT)
			return good;
		*other = *other || w->up;
		return *other && over;
	case SURVEY_GOAL_DOWN:
		return over;
	case SURVEY_GOAL_RESTART:
		*other = *other || !w->up;
		return *other && good;
	}
	return true;
}

/* Reads what has happened, byte by byte. 1 = reached, 0 = not yet, -1. */
static int follow(struct s6_watch *w, const struct survey_service *s,
		  enum survey_goal goal, bool *other, struct err *e)
{
	char c;

	while (s6_listen_read(&w->ev, &c, 1) > 0) {
		s6_watch_byte(w, c);
		if (w->left || (w->failed && goal != SURVEY_GOAL_DOWN)) {
			err_set(e, 0, "%s %s", s->name,
				w->left ? "has lost its supervisor"
					: "has failed for good");
			if (e)
				e->num = ECANCELED;
			return -1;
		}
		if (reached(w, s, goal, other))
			return 1;
	}
	return 0;
}

static int await(struct s6_watch *w, const struct survey_service *s,
		 enum survey_goal goal, int64_t deadline, struct err *e)
{
	struct pollfd x = {.fd = w->ev.fd, .events = POLLIN};
	bool other = false;
	int r = reached(w, s, goal, &other);

	while (!r) {
		int64_t left = deadline - clock_mono_ms();

		if (left <= 0)
			return err_set(e, ETIMEDOUT, "%s", s->name);
		poll(&x, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		r = follow(w, s, goal, &other, e);
	}
	return r < 0 ? -1 : 0;
}

/* How the run of a oneshot ended. */
static int judge(const char *dir, const struct survey_service *s, struct err *e)
{
	char path[PATH_MAX];
	struct s6_status st;

	if (s6_place(path, dir, S6_STATUS, e) < 0 ||
	    s6_status_read(AT_FDCWD, path, &st, e) < 0)
		return -1;
	if (st.wstat) {
		err_set(e, 0, "%s has failed", s->name);
		if (e)
			e->num = ECANCELED;
		return -1;
	}
	return 0;
}

int survey_act(const struct survey *v, const struct survey_service *s,
	       const char *bytes, enum survey_goal goal, int64_t deadline,
	       struct err *e)
{
	char dir[PATH_MAX + NAME_MAX + 2], path[PATH_MAX];
	struct s6_watch w;
	int r;

	snprintf(dir, sizeof(dir), "%s/%s", v->scandir, s->name);
	if (s6_place(path, dir, S6_CONTROL, e) < 0 ||
	    (goal && s6_watch_open(&w, dir, e) < 0))
		return -1;
	r = s6_control_send(AT_FDCWD, path, bytes, strlen(bytes), e);
	if (r == 0 && goal)
		r = await(&w, s, goal, deadline, e);
	if (goal)
		s6_watch_close(&w);
	if (r == 0 && goal == SURVEY_GOAL_UP && s->type == SURVEY_ONESHOT)
		r = judge(dir, s, e);
	return r;
}

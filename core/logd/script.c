// SPDX-License-Identifier: MIT
/* script - one directive per argument, its first character says which:
 *
 *   + - f              select, deselect, select what nothing acted on
 *   n s S l r R E ^ p ! ? t T   settings for what follows
 *   1 2 =FILE /DIR ./DIR        actions
 *
 * Source: skarnet.org/software/s6/s6-log.html. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "logd/impl.h"

enum { STEPS_MAX = 1 << 16 };

/* Settings as they stand; t and T hold for one action. */
struct settings {
	struct logdir dir;
	uint32_t alert, status;
	const char *prefix;
	bool tai, iso;
	bool acted; /* there was an action */
	bool loose; /* a selection that no action follows */
};

static int wrong(const char *directive, struct err *e)
{
	return err_set(e, 0, "syntax error at directive: %s", directive);
}

static int unknown(const char *directive, struct err *e)
{
	return err_set(e, 0, "unrecognized directive: %s", directive);
}

static int add_step(struct logd *l, struct step s, struct err *e)
{
	if (vec_push(&l->steps, &l->nsteps, &l->steps_cap, s, STEPS_MAX) < 0)
		return err_nomem(e);
	return 0;
}

static int selection(struct logd *l, const char *d, struct settings *s,
		     struct err *e)
{
	struct step step = {.kind = *d == '+' ? SELECT : DESELECT};

	s->loose = true;
	if (*d == 'f') {
		if (d[1])
			return wrong(d, e);
		step.kind = REST;
	} else if (d[1] && regex_compile(str_of(d + 1), REGEX_ERE, &step.re,
					 NULL) < 0) {
		return unknown(d, e);
	}
	return add_step(l, step, e);
}

/* The settings that are numbers. */
static int number(const char *d, struct settings *s, struct err *e)
{
	uint64_t v;

	if (!num_arg(d + 1, *d == 'S' ? UINT64_MAX : UINT32_MAX, &v))
		return unknown(d, e);
	switch (*d) {
	case 'n':
		s->dir.max = (uint32_t)v;
		break;
	case 's':
		s->dir.size_max = v < SIZE_MIN	  ? SIZE_MIN
				  : v > SIZE_MAX_ ? SIZE_MAX_
						  : (uint32_t)v;
		break;
	case 'S':
		s->dir.total = v;
		break;
	case 'l':
		if (v > s->dir.size_max / 2)
			return err_set(e, 0,
				       "directive %s conflicts with "
				       "previous s directive",
				       d);
		s->dir.tolerance = (uint32_t)v;
		break;
	case 'r':
		s->dir.cooldown = (uint32_t)v;
		break;
	case 'R':
		s->dir.every = (uint32_t)v;
		break;
	case 'E':
		s->alert = (uint32_t)v;
		break;
	default: /* ^ */
		s->status = (uint32_t)v;
		break;
	}
	return 0;
}

static int setting(const char *d, struct settings *s, struct err *e)
{
	switch (*d) {
	case 'p':
		s->prefix = d + 1;
		return 0;
	case '!':
	case '?':
		s->dir.processor = d[1] ? (char *)d + 1 : NULL;
		s->dir.shell = *d == '?';
		return 0;
	case 't':
	case 'T':
		if (d[1])
			return wrong(d, e);
		*(*d == 't' ? &s->tai : &s->iso) = true;
		return 0;
	default:
		return number(d, s, e);
	}
}

static int action(struct logd *l, const char *d, struct settings *s,
		  struct err *e)
{
	struct step step = {.tai = s->tai, .iso = s->iso, .prefix = s->prefix};

	if (*d == '1' || *d == '2' || *d == '=') {
		step.kind = *d == '1' ? TO_STDOUT : *d == '2' ? ALERT : STATUS;
		step.limit = *d == '2' ? s->alert : s->status;
		step.path = d + 1;
		if ((*d == '=') != !!d[1])
			return wrong(d, e);
	} else {
		struct logdir dir = s->dir;

		dir.path = d;
		step.kind = LOGDIR;
		step.dir = l->ndirs;
		if (vec_push(&l->dirs, &l->ndirs, &l->dirs_cap, dir,
			     STEPS_MAX) < 0)
			return err_nomem(e);
	}
	s->tai = s->iso = s->loose = false;
	s->acted = true;
	return add_step(l, step, e);
}

int script_compile(struct logd *l, char *const *script, struct err *e)
{
	struct settings s = {
		.dir = {.dir = -1,
			.lock = -1,
			.fd = -1,
			.max = 10,
			.size_max = 99999,
			.tolerance = 2000,
			.cooldown = 2000},
		.alert = 200,
		.status = 1001,
		.prefix = "",
	};

	for (; *script; script++) {
		const char *d = *script;
		int r;

		if (!*d)
			return unknown(d, e);
		if (strchr("+-f", *d))
			r = selection(l, d, &s, e);
		else if (strchr("12=/.", *d))
			r = action(l, d, &s, e);
		else if (strchr("nsSlrRE^p!?tT", *d))
			r = setting(d, &s, e);
		else
			r = unknown(d, e);
		if (r < 0)
			return -1;
	}
	if (!s.acted)
		return err_set(e, 0, "no action directive specified");
	if (s.loose)
		logd_warn(0, "ignoring extraneous non-action directives");
	return 0;
}

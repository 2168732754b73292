// SPDX-License-Identifier: MIT
/* words - what states, ends and times are called. */
#include <string.h>

#include "survey.h"

const char *survey_state_name(enum survey_state s)
{
	static const char names[][16] = {
		[SURVEY_UNSUPERVISED] = "not supervised",
		[SURVEY_DOWN] = "down",
		[SURVEY_WAITING] = "waiting",
		[SURVEY_STARTING] = "starting",
		[SURVEY_UP] = "up",
		[SURVEY_FINISHING] = "finishing",
		[SURVEY_FAILING] = "failing",
		[SURVEY_DONE] = "done",
		[SURVEY_FAILED] = "failed",
		[SURVEY_GROUP] = "bundle",
	};

	return names[s];
}

void survey_put_age(struct buf *b, uint64_t s)
{
	const struct {
		unsigned unit;
		char c;
	} steps[] = {{172800, 'd'}, {7200, 'h'}, {120, 'm'}, {0, 's'}};
	const unsigned size[] = {86400, 3600, 60, 1};
	size_t i = 0;

	while (s < steps[i].unit)
		i++;
	buf_addf(b, "%llu%c", (unsigned long long)(s / size[i]), steps[i].c);
}

void survey_put_end(struct buf *b, const struct s6_death *d)
{
	if (d->sig)
		buf_addf(b, "SIG%s", sig_name(d->sig));
	else
		buf_addf(b, "exit %u", d->code);
}

void survey_put_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		buf_addc(b, c < ' ' || c == 127 ? '?' : (char)c);
	}
}

static const struct val *get(const struct val *object, const char *key)
{
	return object && val_kind(object) == KIND_MAP
		       ? val_map_gets(object, str_of(key))
		       : NULL;
}

struct str survey_member(const struct val *object, const char *key)
{
	const struct val *v = get(object, key);

	return v && val_kind(v) == KIND_STRING ? v->s : STR("");
}

const struct val *survey_list(const struct val *object, const char *key)
{
	const struct val *v = get(object, key);

	return v && val_kind(v) == KIND_SLICE && v->list ? v : NULL;
}

struct str survey_health(const struct survey *v, const struct survey_service *s)
{
	return !s->reg ? STR("")
	       : v->reg_state == RUNTIME_HANGS
		       ? STR("stale")
		       : survey_member(s->reg, "status");
}

int survey_registered(const struct survey *v, const struct survey_service *s)
{
	const struct val *r = get(s->reg, "registered");

	if (!r || val_kind(r) != KIND_BOOL || v->reg_state == RUNTIME_HANGS)
		return -1;
	return r->b;
}

// SPDX-License-Identifier: MIT
/* line - a line goes through the script: selections decide, actions take it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "logd/impl.h"
#include "os/fd.h"
#include "os/file.h"

static bool matches(const struct step *s, struct str line)
{
	return !s->re || regex_match(s->re, line, NULL) > 0;
}

/* "2026-11-22 18:19:32.038867277  ": only the nanoseconds are new within a
 * second. */
static void put_iso(struct logd *l, struct buf *b, const struct tai *t)
{
	if (l->iso_sec != t->sec) {
		tai_local(l->iso, t, false);
		l->iso_sec = t->sec;
	}
	char *dot = strrchr(l->iso, '.');
	uint32_t nano = t->nano;
	for (int i = 9; dot && i > 0; i--, nano /= 10)
		dot[i] = (char)('0' + nano % 10);
	buf_adds(b, l->iso);
	buf_adds(b, "  ");
}

/* Stamps and prefix. */
static void put_head(struct logd *l, const struct step *s, struct buf *b,
		     struct tai *now)
{
	char text[TAI_TEXT];

	if ((s->tai || s->iso) && !now->sec)
		tai_now(now);
	if (s->tai) {
		tai_put(text, now);
		buf_adds(b, text);
		buf_addc(b, ' ');
	}
	if (s->iso)
		put_iso(l, b, now);
	if (*s->prefix) {
		buf_adds(b, s->prefix);
		buf_addc(b, ' ');
	}
}

static void put_alert(struct logd *l, const struct step *s, struct str line,
		      struct tai *now)
{
	struct buf *b = &l->scratch;
	bool cut = s->limit && line.n > s->limit;

	buf_reset(b);
	buf_adds(b, "s6-log: alert: ");
	put_head(l, s, b, now);
	buf_add(b, line.p, cut ? s->limit : line.n);
	buf_adds(b, cut ? "...\n" : "\n");
	(void)!fd_write(2, buf_str(b), b->len, NULL);
}

static void put_status(struct logd *l, const struct step *s, struct str line,
		       struct tai *now)
{
	struct buf *b = &l->scratch;
	char temp[PATH_MAX];
	struct file_how how = {.temp = temp};
	struct err e;

	buf_reset(b);
	put_head(l, s, b, now);
	buf_add(b, line.p, line.n);
	if (s->limit && b->len > s->limit)
		buf_cut(b, s->limit);
	else
		buf_addn(b, '\n', s->limit ? s->limit - b->len : 1);
	if (snprintf(temp, sizeof temp, "%s.new", s->path) >= (int)sizeof temp)
		how.temp = NULL;
	if (file_replace(AT_FDCWD, s->path, buf_str(b), b->len, &how, &e) < 0)
		logd_warn(e.num, "unable to write status file %s", s->path);
}

/* Memory is the one thing that can be missing here: the line waits in the
 * caller's hands for no longer than this call, so it is lost, and said so. */
static void queue_line(struct logd *l, const struct step *s, struct queue *q,
		       struct str line, struct tai *now)
{
	size_t was = q->b.len;

	put_head(l, s, &q->b, now);
	buf_add(&q->b, line.p, line.n);
	buf_addc(&q->b, '\n');
	if (q->b.failed) {
		logd_warn(ENOMEM, "unable to keep a line");
		q->b.failed = false;
		buf_cut(&q->b, was);
	}
}

static void act(struct logd *l, const struct step *s, struct str line,
		struct tai *now)
{
	switch (s->kind) {
	case TO_STDOUT:
		if (!l->out_closed)
			queue_line(l, s, &l->out, line, now);
		break;
	case ALERT:
		put_alert(l, s, line, now);
		break;
	case STATUS:
		put_status(l, s, line, now);
		break;
	case LOGDIR:
		queue_line(l, s, &l->dirs[s->dir].q, line, now);
		break;
	case SELECT:
	case DESELECT:
	case REST:
		break;
	}
}

void line_act(struct logd *l, const char *p, size_t n)
{
	struct str line = str_n(p, n);
	struct tai now = {0, 0}; /* taken when it is needed, once */
	bool selected = true, acted = false;

	for (size_t i = 0; i < l->nsteps; i++) {
		const struct step *s = &l->steps[i];

		switch (s->kind) {
		case SELECT:
			selected = selected || matches(s, line);
			break;
		case DESELECT:
			selected = selected && !matches(s, line);
			break;
		case REST:
			selected = !acted;
			break;
		case TO_STDOUT:
		case ALERT:
		case STATUS:
		case LOGDIR:
			if (selected) {
				acted = true;
				act(l, s, line, &now);
			}
			break;
		}
	}
}

// SPDX-License-Identifier: MIT
/* ev_match - the bytes of each listener are collected, and after each of them
 * the whole is matched: a match ends at the first byte that completes it. */
#include "ev_match.h"

#include <errno.h>
#include <stdlib.h>

#include "execline.h"

enum { EVENTS_MAX = 1 << 16 };

struct ev_pattern {
	struct s6_listen l;
	struct regex *re;
	struct buf got;
};

static bool feed(void *ctx, size_t i, char c)
{
	struct ev_match *m = ctx;
	struct ev_pattern *p = &m->patterns[i];
	struct err e;

	/* of endless events the older half is forgotten */
	if (p->got.len == EVENTS_MAX) {
		memmove(p->got.p, p->got.p + EVENTS_MAX / 2, EVENTS_MAX / 2);
		buf_cut(&p->got, EVENTS_MAX / 2);
	}
	buf_addc(&p->got, c);
	if (regex_match(p->re, str_n(p->got.p, p->got.len), &e) <= 0)
		return false;
	m->last = c;
	return true;
}

void ev_match_close(struct ev_match *m)
{
	size_t n = m->ev.n;

	ev_close(&m->ev);
	for (size_t i = 0; i < n; i++) {
		regex_free(m->patterns[i].re);
		buf_free(&m->patterns[i].got);
	}
	free(m->patterns);
}

void ev_match_open(struct ev_match *m, char *const *pairs, size_t n)
{
	struct err e;

	m->last = '\0';
	m->patterns = calloc(n, sizeof *m->patterns);
	if (!m->patterns)
		die_sys(111, ENOMEM, "unable to wait");
	ev_open(&m->ev, n, feed, m);
	for (size_t i = 0; i < n; i++, pairs += 2) {
		struct ev_pattern *p = &m->patterns[i];
		int r = el_regex(&p->re, pairs[1], EL_RE_NOANCHOR, &e);

		if (r < 0)
			e.num = EINVAL;
		else
			r = s6_listen_open(&p->l, pairs[0], &e);
		if (r < 0) {
			ev_match_close(m);
			die_sys(111, e.num,
				"unable to subscribe to %s with regexp %s",
				pairs[0], pairs[1]);
		}
		m->ev.items[i].l = &p->l;
	}
}

void ev_match_run(struct ev_match *m, char *const *prog, int64_t deadline)
{
	if (el_spawn(prog) < 0) {
		int num = errno;

		ev_match_close(m);
		errno = num;
		el_die_spawn(prog[0]);
	}
	if (ev_wait(&m->ev, deadline) < 0) {
		ev_match_close(m);
		die_sys(1, ETIMEDOUT, "unable to get expected event");
	}
}

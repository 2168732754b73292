// SPDX-License-Identifier: MIT
/* match - the two matchers. Both run the same program and find the same match.
 *
 * The backtracker tries one way after the other in order of preference and
 * notes each (instruction, place) it has been at, so it does at most program x
 * text steps; its notes limit it to small texts, where it is the faster.
 * The parallel one (Thompson's, with Pike's offsets) follows all ways at once,
 * rune by rune, and needs memory in proportion to the program only. */
#include "regex/impl.h"

#include <stdlib.h>

/* Bits of notes the backtracker may use. */
enum { BT_BITS = 256 * 1024, BT_PROG = 1000 };

static bool is_word(char c)
{
	return c == '_' || ascii_alpha((unsigned char)c) ||
	       ascii_digit((unsigned char)c);
}

/* enum empty_flag bits that hold before s[pos]. */
static uint32_t empty_at(const struct match *m, uint32_t pos)
{
	bool first = pos == 0, last = pos == m->n;
	bool before = !first && is_word(m->s[pos - 1]);
	bool behind = !last && is_word(m->s[pos]);
	uint32_t f = before != behind ? E_WORD : E_NOWORD;

	if (first)
		f |= E_BOT | E_BOL;
	else if (m->s[pos - 1] == '\n')
		f |= E_BOL;
	if (last)
		f |= E_EOT | E_EOL;
	else if (m->s[pos] == '\n')
		f |= E_EOL;
	return f;
}

uint32_t re_candidate(const struct match *m, uint32_t pos)
{
	const struct regex *re = m->re;

	if (re->prefix.n) {
		const char *p = memmem(m->s + pos, m->n - pos, re->prefix.p,
				       re->prefix.n);

		return p ? (uint32_t)(p - m->s) : NOPOS;
	}
	if (re->use_first) {
		while (pos < m->n) {
			unsigned char c = (unsigned char)m->s[pos];

			if (re->first[c >> 3] >> (c & 7) & 1)
				return pos;
			pos++;
		}
		return NOPOS;
	}
	return pos;
}

/* The rune at pos (< n) and its width. */
static inline uint32_t rune_at(const struct match *m, uint32_t pos, int *w)
{
	unsigned char c = (unsigned char)m->s[pos];

	if (c < 0x80) {
		*w = 1;
		return c;
	}
	return utf8_decode(m->s + pos, m->n - pos, w);
}

static inline bool takes(const struct regex *re, uint32_t inst, uint32_t rune)
{
	const struct prog_class *c;
	uint32_t op = inst & 15;

	if (op == I_CHAR)
		return INST_ARG(inst) == rune;
	if (op == I_FOLD)
		return (rune | 32) == INST_ARG(inst);
	if (op == I_CLASS) {
		c = &re->classes[INST_ARG(inst)];
		if (rune < 128)
			return c->ascii[rune >> 5] >> (rune & 31) & 1;
		return re_class_has(c, rune);
	}
	return op == I_ANY || (op == I_ANYNL && rune != '\n');
}

/* --- the backtracker --- */

struct backtrack {
	struct match *m;
	uint32_t base; /* place of the first notes */
	uint32_t far;  /* farthest place noted */
	uint32_t *cap;
	bool matched;
};

bool re_backtrack_fits(const struct match *m)
{
	uint32_t ninst = m->re->ninst;

	return ninst <= BT_PROG &&
	       (uint64_t)(m->n - m->from + 1) * ninst <= BT_BITS;
}

static int more_jobs(struct regex_scratch *x)
{
	if (!x->jobs) {
		x->jobs = x->few_jobs;
		x->jobs_cap = COUNT(x->few_jobs);
		return 0;
	}
	if (x->jobs == x->few_jobs) {
		x->jobs = calloc(2 * COUNT(x->few_jobs), sizeof(*x->jobs));
		if (!x->jobs)
			return -1;
		memcpy(x->jobs, x->few_jobs, sizeof(x->few_jobs));
		x->jobs_cap *= 2;
		return 0;
	}
	return vec_room(&x->jobs, x->njobs, &x->jobs_cap, sizeof(*x->jobs), 0);
}

static int job_push(struct regex_scratch *x, uint32_t pc, uint32_t pos)
{
	if (x->njobs == x->jobs_cap && more_jobs(x) < 0)
		return -1;
	x->jobs[x->njobs++] = (struct job){pc, pos};
	return 0;
}

/* Notes the place; true when it was noted before. */
static bool bt_seen(struct backtrack *b, uint32_t pc, uint32_t pos)
{
	uint32_t bit = (pos - b->base) * b->m->re->ninst + pc;
	uint32_t *word = &b->m->x->visited[bit >> 5];
	uint32_t mask = UINT32_C(1) << (bit & 31);

	if (*word & mask)
		return true;
	*word |= mask;
	if (pos > b->far)
		b->far = pos;
	return false;
}

/* At I_MATCH: true when no better match can follow. */
static bool bt_match(struct backtrack *b, uint32_t pos)
{
	struct match *m = b->m;

	if (m->ncap && (!b->matched || pos > m->out[1])) {
		memcpy(m->out, b->cap, m->ncap * sizeof(*m->out));
		m->out[1] = pos;
	}
	b->matched = true;
	return !m->ncap || !m->re->longest || pos == m->n;
}

/* Follows one way to its end. 1: done, 0: no way on, -1: out of memory. */
static int bt_follow(struct backtrack *b, uint32_t pc, uint32_t pos)
{
	struct match *m = b->m;
	const struct regex *re = m->re;
	struct regex_scratch *x = m->x;

	while (!bt_seen(b, pc, pos)) {
		uint32_t inst = re->inst[pc], arg = INST_ARG(inst);
		int w;

		switch (INST_OP(inst)) {
		case I_JUMP:
			pc = arg;
			continue;
		case I_SPLIT:
			if (job_push(x, arg, pos) < 0)
				return -1;
			pc++;
			continue;
		case I_PREFER:
			if (job_push(x, pc + 1, pos) < 0)
				return -1;
			pc = arg;
			continue;
		case I_CAP:
			if (arg < m->ncap) {
				if (job_push(x, arg | RESTORE, b->cap[arg]) < 0)
					return -1;
				b->cap[arg] = pos;
			}
			pc++;
			continue;
		case I_EMPTY:
			if (arg & ~empty_at(m, pos))
				return 0;
			pc++;
			continue;
		case I_MATCH:
			return bt_match(b, pos);
		case I_FAIL:
			return 0;
		case I_CHAR:
		case I_FOLD:
		case I_CLASS:
		case I_ANY:
		case I_ANYNL:
			if (pos == m->n || !takes(re, inst, rune_at(m, pos, &w)))
				return 0;
			pos += (uint32_t)w;
			pc++;
			continue;
		}
	}
	return 0;
}

/* All ways from one start. */
static int bt_try(struct backtrack *b, uint32_t start)
{
	struct regex_scratch *x = b->m->x;
	int r = 0;

	if (b->m->ncap) {
		memset(b->cap, 0xFF, b->m->ncap * sizeof(*b->cap));
		b->cap[0] = start;
	}
	x->njobs = 0;
	if (job_push(x, 0, start) < 0)
		return -1;
	while (r == 0 && x->njobs) {
		struct job j = x->jobs[--x->njobs];

		if (j.pc & RESTORE)
			b->cap[j.pc & ~RESTORE] = j.pos;
		else
			r = bt_follow(b, j.pc, j.pos);
	}
	return r < 0 ? -1 : b->matched;
}

int re_backtrack(struct match *m)
{
	struct regex_scratch *x = m->x;
	struct backtrack b = {.m = m, .base = m->from, .far = m->from};
	uint32_t pos = m->from;
	int r = 0, w;

	if (!x->visited) {
		/* for this text: later searches in it begin further behind */
		size_t words = (size_t)(m->n - m->from + 1) * m->re->ninst /
				       32 + 1;

		x->visited = words <= COUNT(x->few_visited)
				     ? x->few_visited
				     : calloc(words, sizeof(*x->visited));
	}
	if (!x->cap && m->ncap)
		x->cap = calloc(m->ncap, sizeof(*x->cap));
	if (!x->visited || (m->ncap && !x->cap))
		return -1;
	b.cap = x->cap;
	for (;;) {
		if (!m->re->anchored)
			pos = re_candidate(m, pos);
		if (pos == NOPOS)
			break;
		r = bt_try(&b, pos);
		if (r != 0 || m->re->anchored || pos == m->n)
			break;
		rune_at(m, pos, &w);
		pos += (uint32_t)w;
	}
	/* Only what was written is cleared again, so that many short matches
	 * in one text cost no more than their length. */
	memset(x->visited, 0, ((b.far - b.base + 1) * m->re->ninst / 32 + 1) *
				      sizeof(*x->visited));
	return r;
}

/* --- the parallel matcher --- */

struct parallel {
	struct match *m;
	struct regex_scratch *x;
	uint32_t n[2]; /* threads in each list */
	bool matched;
};

void re_scratch_free(struct regex_scratch *x)
{
	if (x->visited != x->few_visited)
		free(x->visited);
	if (x->jobs != x->few_jobs)
		free(x->jobs);
	free(x->mark);
	free(x->threads[0]);
	free(x->threads[1]);
	free(x->caps[0]);
	free(x->caps[1]);
	free(x->cap);
	*x = (struct regex_scratch){0};
}

static int par_alloc(struct match *m)
{
	struct regex_scratch *x = m->x;
	size_t n = m->re->ninst, caps = m->ncap;

	if (x->caps[1])
		return 0;
	/* Pages of the offsets that are never written stay unused. */
	if (caps && n > SIZE_MAX / 8 / caps)
		return -1;
	x->mark = calloc(n, sizeof(*x->mark));
	x->threads[0] = calloc(n, sizeof(uint32_t));
	x->threads[1] = calloc(n, sizeof(uint32_t));
	x->caps[0] = calloc(n * caps + 1, sizeof(uint32_t));
	x->caps[1] = calloc(n * caps + 1, sizeof(uint32_t));
	if (!x->cap)
		x->cap = calloc(caps + 1, sizeof(uint32_t));
	if (x->mark && x->threads[0] && x->threads[1] && x->caps[0] &&
	    x->caps[1] && x->cap)
		return 0;
	re_scratch_free(x);
	return -1;
}

/* Adds the threads that are reached from pc without a rune to list `to`, in
 * order of preference; cap is as it was afterwards. */
static int par_add(struct parallel *p, int to, uint32_t pc, uint32_t pos,
		   uint32_t *cap)
{
	struct match *m = p->m;
	struct regex_scratch *x = p->x;
	uint32_t flags = empty_at(m, pos);

	x->njobs = 0;
	if (job_push(x, pc, 0) < 0)
		return -1;
	while (x->njobs) {
		struct job j = x->jobs[--x->njobs];

		pc = j.pc;
		if (pc & RESTORE) {
			cap[pc & ~RESTORE] = j.pos;
			continue;
		}
		while (x->mark[pc] != x->gen) {
			uint32_t inst = m->re->inst[pc], arg = INST_ARG(inst);

			x->mark[pc] = x->gen;
			if (INST_OP(inst) == I_JUMP) {
				pc = arg;
			} else if (INST_OP(inst) == I_SPLIT) {
				if (job_push(x, arg, 0) < 0)
					return -1;
				pc++;
			} else if (INST_OP(inst) == I_PREFER) {
				if (job_push(x, pc + 1, 0) < 0)
					return -1;
				pc = arg;
			} else if (INST_OP(inst) == I_CAP) {
				if (arg < m->ncap) {
					if (job_push(x, arg | RESTORE,
						     cap[arg]) < 0)
						return -1;
					cap[arg] = pos;
				}
				pc++;
			} else if (INST_OP(inst) == I_EMPTY) {
				if (arg & ~flags)
					break;
				pc++;
			} else if (INST_OP(inst) == I_FAIL) {
				break;
			} else {
				uint32_t k = p->n[to]++;

				x->threads[to][k] = pc;
				if (m->ncap)
					memcpy(x->caps[to] + k * m->ncap, cap,
					       m->ncap * sizeof(*cap));
				break;
			}
		}
	}
	return 0;
}

/* Steps the threads of list `from` over the rune at pos (none at the end) into
 * the other list. 1: nothing better can follow. */
static int par_step(struct parallel *p, int from, uint32_t pos, uint32_t rune,
		    uint32_t next)
{
	struct match *m = p->m;
	struct regex_scratch *x = p->x;
	bool longest = m->re->longest;

	p->n[!from] = 0;
	for (uint32_t k = 0; k < p->n[from]; k++) {
		uint32_t pc = x->threads[from][k], inst = m->re->inst[pc];
		uint32_t *cap = x->caps[from] + (size_t)k * m->ncap;

		if (longest && p->matched && m->ncap && m->out[0] < cap[0])
			continue;
		if (INST_OP(inst) != I_MATCH) {
			if (next > pos && takes(m->re, inst, rune) &&
			    par_add(p, !from, pc + 1, next, cap) < 0)
				return -1;
			continue;
		}
		if (!m->ncap) {
			p->matched = true;
			return 1;
		}
		if (!longest || !p->matched || pos > m->out[1]) {
			memcpy(m->out, cap, m->ncap * sizeof(*cap));
			m->out[1] = pos;
		}
		p->matched = true;
		if (!longest)
			break; /* the rest is less preferred */
	}
	return 0;
}

/* A new number for marks; they are cleared when numbers run out. */
static void par_tick(struct match *m)
{
	if (++m->x->gen == 0) {
		memset(m->x->mark, 0, m->re->ninst * sizeof(*m->x->mark));
		m->x->gen = 1;
	}
}

int re_parallel(struct match *m)
{
	struct parallel p = {.m = m, .x = m->x};
	bool anchored = m->re->anchored;
	uint32_t pos = m->from;
	int list = 0, r = 0;

	if (par_alloc(m) < 0)
		return -1;
	par_tick(m);
	for (;;) {
		uint32_t rune = 0;
		int w = 0;

		if (p.n[list] == 0) {
			if (p.matched || (anchored && pos > m->from))
				break;
			if (!anchored)
				pos = re_candidate(m, pos);
			if (pos == NOPOS)
				break;
		}
		if (!p.matched && (!anchored || pos == m->from)) {
			memset(p.x->cap, 0xFF, m->ncap * sizeof(*p.x->cap));
			p.x->cap[0] = pos;
			if (par_add(&p, list, 0, pos, p.x->cap) < 0)
				return -1;
		}
		if (pos < m->n)
			rune = rune_at(m, pos, &w);
		par_tick(m);
		r = par_step(&p, list, pos, rune, pos + (uint32_t)w);
		if (r != 0 || pos == m->n)
			break;
		pos += (uint32_t)w;
		list = !list;
	}
	return r < 0 ? -1 : p.matched;
}

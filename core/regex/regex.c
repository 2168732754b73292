// SPDX-License-Identifier: MIT
/* regex - compiling, searching and iterating: what the callers see. */
#include "regex/impl.h"

#include <stdlib.h>

/* --- compiling --- */

static int build(struct regex *re, struct arena *tmp, struct str pattern,
		 unsigned flags, struct err *e)
{
	struct syntax syn = {0};

	if (re_parse(tmp, pattern, flags, &syn, e) < 0)
		return -1;
	re->ngroups = syn.ngroups;
	re->empty_pattern = pattern.n == 0;
	re->longest = flags & (REGEX_POSIX | REGEX_LONGEST);
	re->names = arena_array(&re->mem, (size_t)syn.ngroups + 1,
				sizeof(*re->names));
	for (struct group_name *g = syn.names; g; g = g->next)
		re->names[g->group] = arena_strdup(&re->mem, g->name);
	re_generate(re, syn.root, tmp);
	return 0;
}

/* Apart from regex_compile, so that nothing lives across the longjmp that
 * ends the building when an arena is full. */
static int build_guarded(struct regex *re, struct arena *tmp,
			 struct str pattern, unsigned flags, struct err *e)
{
	jmp_buf oom;

	if (setjmp(oom))
		return re_error(e, RE_TOO_LARGE, pattern);
	tmp->oom = re->mem.oom = &oom;
	return build(re, tmp, pattern, flags, e);
}

int regex_compile(struct str pattern, unsigned flags, struct regex **out,
		  struct err *e)
{
	struct regex *re = calloc(1, sizeof(*re));
	struct arena tmp;
	int r;

	if (!re)
		return err_nomem(e);
	if (!pattern.p)
		pattern = STR("");
	arena_init(&re->mem, RE_ARENA_MAX);
	arena_init(&tmp, RE_ARENA_MAX);
	r = build_guarded(re, &tmp, pattern, flags, e);
	re->mem.oom = NULL;
	arena_free(&tmp);
	if (r < 0) {
		regex_free(re);
		return -1;
	}
	*out = re;
	return 0;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	arena_free(&re->mem);
	free(re);
}

void regex_freep(struct regex **re)
{
	regex_free(*re);
}

int regex_groups(const struct regex *re)
{
	return re->ngroups;
}

const char *regex_group_name(const struct regex *re, int i)
{
	return i >= 0 && i <= re->ngroups && re->names[i] ? re->names[i] : "";
}

int regex_group_find(const struct regex *re, struct str name)
{
	for (int i = 1; name.n && i <= re->ngroups; i++)
		if (re->names[i] && str_is(name, re->names[i]))
			return i;
	return -1;
}

struct str regex_prefix(const struct regex *re, bool *complete)
{
	if (complete)
		*complete = re->prefix_complete;
	return re->prefix.p ? re->prefix : STR("");
}

/* --- searching --- */

/* Fills m->out; m->from is moved to the first possible start. */
static int search(struct match *m)
{
	const struct regex *re = m->re;

	if (m->from > m->n || (re->anchored && m->from))
		return 0;
	if (!re->anchored) {
		uint32_t pos = re_candidate(m, m->from);

		if (pos == NOPOS)
			return 0;
		m->from = pos;
	}
	if (re->prefix_complete && m->ncap <= 2) {
		/* The whole expression is one text, found already. */
		if (m->ncap) {
			m->out[0] = m->from;
			m->out[1] = m->from + (uint32_t)re->prefix.n;
		}
		return 1;
	}
	return re_backtrack_fits(m) ? re_backtrack(m) : re_parallel(m);
}

static int too_long(struct str s, struct err *e)
{
	if (s.n < NOPOS - 1)
		return 0;
	return err_set(e, 0, "text too long for a regular expression");
}

/* Searches with ncap offsets (<= those of the expression) into cap. */
static int find(const struct regex *re, struct str s, size_t from,
		ptrdiff_t *cap, uint32_t ncap, struct regex_scratch *x,
		struct err *e)
{
	uint32_t few[16], *out = few;
	struct match m = {.re = re, .s = s.p ? s.p : "", .ncap = ncap, .x = x};
	int r;

	if (too_long(s, e) < 0)
		return -1;
	if (ncap > COUNT(few)) {
		out = calloc(ncap, sizeof(*out));
		if (!out)
			return err_nomem(e);
	}
	m.n = (uint32_t)s.n;
	m.from = from > s.n ? NOPOS : (uint32_t)from;
	m.out = out;
	r = search(&m);
	for (uint32_t i = 0; r > 0 && i < ncap; i++)
		cap[i] = out[i] == NOPOS ? -1 : (ptrdiff_t)out[i];
	if (out != few)
		free(out);
	return r < 0 ? err_nomem(e) : r;
}

int regex_match(const struct regex *re, struct str s, struct err *e)
{
	struct regex_scratch x = {0};
	int r = find(re, s, 0, NULL, 0, &x, e);

	re_scratch_free(&x);
	return r;
}

int regex_find(const struct regex *re, struct str s, size_t from,
	       ptrdiff_t *cap, int ncap, struct err *e)
{
	struct regex_scratch x = {0};
	int have = ncap < re->ngroups + 1 ? ncap : re->ngroups + 1, r;

	if (have < 0)
		have = 0;
	r = find(re, s, from, cap, 2 * (uint32_t)have, &x, e);
	re_scratch_free(&x);
	for (int i = 2 * have; r > 0 && i < 2 * ncap; i++)
		cap[i] = -1;
	return r;
}

/* --- iterating --- */

int regex_iter_init(struct regex_iter *it, const struct regex *re, struct str s,
		    struct err *e)
{
	*it = (struct regex_iter){.re = re, .s = s, .prev_end = -1};
	it->ncap = 2 * (re->ngroups + 1);
	it->cap = calloc((size_t)it->ncap, sizeof(*it->cap));
	it->scratch = calloc(1, sizeof(*it->scratch));
	if (it->cap && it->scratch)
		return 0;
	regex_iter_free(it);
	return err_nomem(e);
}

void regex_iter_free(struct regex_iter *it)
{
	if (it->scratch)
		re_scratch_free(it->scratch);
	free(it->scratch);
	free(it->cap);
	*it = (struct regex_iter){0};
}

int re_iter_find(struct regex_iter *it, struct err *e)
{
	return find(it->re, it->s, it->pos, it->cap, (uint32_t)it->ncap,
		    it->scratch, e);
}

size_t re_iter_width(const struct regex_iter *it)
{
	int w = 0;

	utf8_decode(it->s.p + it->pos, it->s.n - it->pos, &w);
	return w > 0 ? (size_t)w : 1;
}

int regex_next(struct regex_iter *it, struct err *e)
{
	while (it->pos <= it->s.n) {
		int r = re_iter_find(it, e);
		bool again = false;

		if (r <= 0)
			return r;
		if (it->cap[1] == (ptrdiff_t)it->pos) {
			/* An empty match: not right behind another one. */
			again = it->cap[0] == it->prev_end;
			it->pos += re_iter_width(it);
		} else {
			it->pos = (size_t)it->cap[1];
		}
		it->prev_end = it->cap[1];
		if (!again)
			return 1;
	}
	return 0;
}

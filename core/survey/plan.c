// SPDX-License-Identifier: MIT
/* plan - the graph of what needs what: lines in an order in which everything
 * can be started, or Graphviz' language. */
#include <errno.h>
#include <string.h>

#include "survey.h"

/* A service stands one line behind the last of what it needs. A bundle passes
 * its members on. Ranks grow until nothing changes: as long as there are
 * services at most, unless there is a cycle. */
static bool raise_ranks(struct survey *v)
{
	bool changed = true;

	for (size_t turn = 0; changed && turn <= v->n; turn++) {
		changed = false;
		for (size_t i = 0; i < v->n; i++) {
			struct survey_service *s = &v->s[i];

			for (char **d = s->deps; *d; d++) {
				const struct survey_service *m =
					survey_get(v, *d);

				if (m && m->rank >= s->rank) {
					s->rank = m->rank + 1;
					changed = true;
				}
			}
		}
	}
	return !changed;
}

static void put_line(const struct survey_service *s, size_t width, struct buf *b)
{
	static const char types[][8] = {"longrun", "oneshot", "bundle"};

	buf_addf(b, "%3u  %-*s  %s", s->rank + 1, (int)width, s->name,
		 types[s->type]);
	for (char **d = s->deps; *d; d++)
		buf_addf(b, "%s%s",
			 d != s->deps		    ? " "
			 : s->type == SURVEY_BUNDLE ? "   of "
						    : "  after ",
			 *d);
	buf_addc(b, '\n');
}

static void put_text(const struct survey *v, struct buf *b)
{
	size_t width = 0, shown = 0;

	for (size_t i = 0; i < v->n; i++)
		if (strlen(v->s[i].name) > width)
			width = strlen(v->s[i].name);
	for (unsigned rank = 0; shown < v->n; rank++)
		for (size_t i = 0; i < v->n; i++) {
			if (v->s[i].rank != rank)
				continue;
			shown++;
			put_line(&v->s[i], width, b);
		}
}

static void put_quoted(const char *s, struct buf *b)
{
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

static void put_dot(const struct survey *v, struct buf *b)
{
	static const char shapes[][8] = {"box", "ellipse", "folder"};

	buf_adds(b, "digraph services {\n\trankdir=RL;\n");
	for (size_t i = 0; i < v->n; i++) {
		const struct survey_service *s = &v->s[i];

		buf_addc(b, '\t');
		put_quoted(s->name, b);
		buf_addf(b, " [shape=%s%s];\n", shapes[s->type],
			 s->essential ? ",penwidth=2" : "");
		for (char **d = s->deps; *d; d++) {
			buf_addc(b, '\t');
			put_quoted(s->name, b);
			buf_adds(b, " -> ");
			put_quoted(*d, b);
			buf_adds(b, s->type == SURVEY_BUNDLE
					    ? " [style=dashed];\n"
					    : ";\n");
		}
	}
	buf_adds(b, "}\n");
}

int survey_plan(struct survey *v, bool dot, struct buf *b, struct err *e)
{
	bool whole = raise_ranks(v);

	if (dot || !whole)
		put_dot(v, b);
	else
		put_text(v, b);
	if (!whole)
		return err_set(e, 0, "there is a cycle");
	for (size_t i = 0; i < v->n; i++)
		for (char **d = v->s[i].deps; *d; d++)
			if (!survey_get(v, *d))
				return err_set(e, 0,
					       "%s needs %s, which does "
					       "not exist",
					       v->s[i].name, *d);
	return 0;
}

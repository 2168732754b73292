// SPDX-License-Identifier: MIT
/* load.c - a live scandir's directories as nodes and names of what they
 * depend on. Only directory names, keywords and small numbers are read. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/graph.h"
#include "os.h"
#include "s6/numfile.h"

enum { WORD_MAX = 1024 }; /* bytes of a keyword file, or of a list of codes */

static bool there(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, 0) == 0;
}

static void wrong(struct load *l, const char *node, const char *what,
		  const char *text)
{
	say_line("init: fatal: %s: %s%s%s", node, what, text ? ": " : "",
		 text ? text : "");
	l->wrong++;
}

/* L/NODE/FILE; false when it is too long. */
static bool path_of(char out[PATH_MAX], const char *node, const char *file)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", node, file);

	return n > 0 && n < PATH_MAX;
}

/* The file's text without its end of line; false when there is none. */
static bool word(struct load *l, const struct node *n, const char *file,
		 char out[WORD_MAX + 1])
{
	char path[PATH_MAX];
	struct err e;
	ssize_t len;

	if (!path_of(path, n->name, file))
		return false;
	len = file_peek(l->dir, path, out, WORD_MAX, &e);
	if (len < 0) {
		if (e.num != ENOENT && e.num != ENOTDIR)
			wrong(l, n->name, e.text, NULL);
		return false;
	}
	while (len && ascii_space((unsigned char)out[len - 1]))
		len--;
	out[len] = '\0';
	return true;
}

/* --- policy --- */

static uint32_t number(struct load *l, const struct node *n, const char *file,
		       uint32_t absent)
{
	char path[PATH_MAX];
	uint32_t v;
	struct err e;
	int r;

	if (!path_of(path, n->name, file))
		return absent;
	r = s6_numfile(l->dir, path, &v, &e);
	if (r < 0)
		wrong(l, n->name, e.text, NULL);
	return r > 0 ? v : absent;
}

static void success_codes(struct load *l, struct node *n, const char *text)
{
	struct str rest = str_of(text), part;
	uint64_t v;

	while (str_split(&rest, ' ', &part)) {
		part = str_trim(part, "\t\n,");
		if (!part.n)
			continue;
		if (num_u64(part, 255, &v))
			n->policy.success[v / 64] |= UINT64_C(1) << v % 64;
		else
			wrong(l, n->name, "invalid policy/success-codes", text);
	}
}

static enum restart restart_word(struct load *l, const struct node *n,
				 const char *text)
{
	if (!strcmp(text, "always"))
		return RESTART_ALWAYS;
	if (!strcmp(text, "on-failure"))
		return RESTART_ON_FAILURE;
	if (strcmp(text, "never") != 0)
		wrong(l, n->name, "invalid policy/restart", text);
	return RESTART_NEVER;
}

void load_policy(struct load *l, struct node *n)
{
	char text[WORD_MAX + 1];
	struct policy *p = &n->policy;

	p->success[0] = 1;
	n->wanted = true;
	p->essential =
		word(l, n, "policy/essential", text) && strcmp(text, "0") != 0;
	p->restart = p->essential ? RESTART_NEVER : RESTART_ALWAYS;
	p->window_ms = 60000;
	if (word(l, n, "policy/restart", text))
		p->restart = restart_word(l, n, text);
	if (word(l, n, "policy/success-codes", text))
		success_codes(l, n, text);
	p->max_restarts = number(l, n, "policy/max-restarts", 0);
	if (p->max_restarts > GRAPH_RESTARTS)
		p->max_restarts = GRAPH_RESTARTS;
	p->window_ms = number(l, n, "policy/window", p->window_ms);
	p->backoff_max_ms = number(l, n, "policy/backoff-max", 0);
	p->start_timeout_ms = number(l, n, "policy/start-timeout", 0);
	if (number(l, n, "policy/on-start", 1) == 0)
		n->wanted = false;
}

/* --- nodes --- */

static enum node_type type_of(struct load *l, const struct node *n)
{
	char text[WORD_MAX + 1];

	if (!word(l, n, "type", text) || !strcmp(text, "longrun"))
		return NODE_LONGRUN;
	if (!strcmp(text, "oneshot"))
		return NODE_ONESHOT;
	if (strcmp(text, "bundle") != 0)
		wrong(l, n->name, "invalid type", text);
	return NODE_BUNDLE;
}

static int by_name(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int add_node(struct load *l, const char *name, struct err *e)
{
	struct graph *g = l->g;
	struct stat st;
	size_t cap = l->cap;
	struct node *more;

	if (name[0] == '.' || fstatat(l->dir, name, &st, 0) < 0 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	if (g->n >= GRAPH_NODES)
		return err_set(e, EINVAL, "more than %d services", GRAPH_NODES);
	if (g->n == cap) {
		cap = cap ? 2 * cap : 16;
		more = arena_grow(&g->arena, g->node, g->n * sizeof(*more),
				  cap * sizeof(*more));
		if (!more)
			return err_nomem(e);
		g->node = more;
		l->cap = cap;
	}
	memset(&g->node[g->n], 0, sizeof(*g->node));
	g->node[g->n].name = arena_strdup(&g->arena, name);
	return g->node[g->n++].name ? 0 : err_nomem(e);
}

int load_nodes(struct load *l, struct err *e)
{
	struct graph *g = l->g;
	struct dir d;
	const char *name;
	char path[PATH_MAX];

	if (dir_open(&d, l->dir, NULL, e) < 0)
		return -1;
	while ((name = dir_next(&d)))
		if (add_node(l, name, e) < 0)
			break;
	dir_close(&d);
	if (name)
		return -1;
	if (g->n)
		qsort(g->node, g->n, sizeof(*g->node), by_name);
	for (size_t i = 0; i < g->n; i++) {
		struct node *n = &g->node[i];

		n->type = type_of(l, n);
		load_policy(l, n);
		n->policy.restarts = arena_array(
			&g->arena, n->policy.max_restarts, sizeof(int64_t));
		if (n->policy.max_restarts && !n->policy.restarts)
			return err_nomem(e);
		n->normally_down = n->type == NODE_LONGRUN &&
				   path_of(path, n->name, "down") &&
				   there(l->dir, path);
	}
	return 0;
}

/* --- edges --- */

static int add_raw(struct load *l, unsigned from, const char *to, size_t len,
		   enum edge_kind kind, bool content, struct err *e)
{
	struct raw_edge r = {.from = from, .kind = kind, .content = content};

	if (!len || *to == '.')
		return 0;
	r.to = arena_dup(&l->g->arena, to, len);
	if (!r.to ||
	    vec_push(&l->raw, &l->raws, &l->raw_cap, r, GRAPH_EDGES) < 0)
		return err_nomem(e);
	return 0;
}

/* The names in L/NODE/DIRECTORY; none when it is not there. */
static int names_in(struct load *l, unsigned from, const char *path,
		    enum edge_kind kind, bool content, struct err *e)
{
	struct dir d;
	const char *name;
	int r = 0;

	if (dir_open(&d, l->dir, path, e) < 0)
		return e->num == ENOENT || e->num == ENOTDIR ? 0 : -1;
	while (r == 0 && (name = dir_next(&d)))
		r = add_raw(l, from, name, strlen(name), kind, content, e);
	dir_close(&d);
	return r;
}

/* A directory of empty files, or a file with names. */
static int stop_after(struct load *l, unsigned from, struct err *e)
{
	struct node *n = &l->g->node[from];
	char path[PATH_MAX], text[WORD_MAX + 1];
	struct str rest, part;
	struct stat st;

	if (!path_of(path, n->name, "policy/stop-after") ||
	    fstatat(l->dir, path, &st, 0) < 0)
		return 0;
	n->first_to_stop = true;
	if (S_ISDIR(st.st_mode))
		return names_in(l, from, path, EDGE_STOPS, false, e);
	if (!word(l, n, "policy/stop-after", text))
		return 0;
	for (char *c = text; *c; c++)
		if (ascii_space((unsigned char)*c))
			*c = ' ';
	rest = str_of(text);
	while (str_split(&rest, ' ', &part))
		if (add_raw(l, from, part.p, part.n, EDGE_STOPS, false, e) < 0)
			return -1;
	return 0;
}

int load_edges(struct load *l, struct err *e)
{
	char path[PATH_MAX];

	for (unsigned i = 0; i < l->g->n; i++) {
		const char *name = l->g->node[i].name;

		if (path_of(path, name, "dependencies.d") &&
		    names_in(l, i, path, EDGE_NEEDS, false, e) < 0)
			return -1;
		if (l->g->node[i].type == NODE_BUNDLE &&
		    path_of(path, name, "contents.d") &&
		    names_in(l, i, path, EDGE_NEEDS, true, e) < 0)
			return -1;
		if (stop_after(l, i, e) < 0)
			return -1;
	}
	return 0;
}

// SPDX-License-Identifier: MIT
/* group_form - which keys become a group, and the group's making. */
#include <stdlib.h>
#include <string.h>

#include "render/group_inner.h"

static bool fits(const struct view *v)
{
	return (v->q->kind == DEP_KV_GET || v->q->kind == DEP_KV_BLOCK) &&
	       v->started && !v->group && !v->alone && !v->done;
}

static bool below(const struct view *v, const char *prefix, size_t n)
{
	return !strncmp(v->q->name, prefix, n) && v->q->name[n];
}

static struct group *known(struct runner *r, const struct view *v,
			   const char *prefix, size_t n)
{
	for (struct group *g = r->groups; g; g = g->next)
		if (strlen(g->prefix) == n && !strncmp(g->prefix, prefix, n) &&
		    (!g->poll || group_same_place(g->poll->q, v->q)))
			return g;
	return NULL;
}

/* The length of the key's prefix `up` levels above it, 0 = none. */
static size_t prefix_of(const char *key, int up)
{
	const char *end = key + strlen(key);

	for (int i = 0; i <= up; i++) {
		do
			if (end == key)
				return 0;
		while (*--end != '/');
	}
	return (size_t)(end - key) + 1;
}

static struct group *group_new(struct runner *r, const char *prefix, size_t n)
{
	struct group *g = calloc(1, sizeof(*g));

	if (!g || !(g->prefix = strndup(prefix, n))) {
		free(g);
		return NULL;
	}
	g->r = r;
	g->next = r->groups;
	r->groups = g;
	return g;
}

static bool set_up(struct group *g, const struct view *like)
{
	struct tmpl_query q = *like->q;
	char *id = arena_printf(&g->arena, "kv.list(%s)#%s%s%s", g->prefix,
				q.dc, q.ns, q.partition);

	if (!id)
		return false;
	q.kind = DEP_KV_LIST;
	q.id = id;
	q.name = g->prefix;
	g->poll = view_hidden(g->r, &q, &group_source, g);
	group_drop_changes(g);
	g->scan = g->answered = 0;
	return g->poll != NULL;
}

/* list[0..n) share the prefix. */
static bool make(struct runner *r, struct view **list, size_t n,
		 const char *prefix, size_t len)
{
	struct group *g = known(r, list[0], prefix, len);

	if (!g)
		g = group_new(r, prefix, len);
	if (!g || (!g->poll && !set_up(g, list[0])))
		return false;
	for (size_t i = 0; i < n; i++)
		group_join(g, list[i]);
	log_debug("view", "kv.list(%s) serves %zu keys", g->prefix, g->n);
	/* New members are in no answer yet. */
	g->poll->index = 0;
	view_restart(g->poll);
	return true;
}

static int by_place(const void *a, const void *b)
{
	struct view *const *x = a, *const *y = b;
	int d = strcmp((*x)->q->dc, (*y)->q->dc);

	d = d ? d : strcmp((*x)->q->ns, (*y)->q->ns);
	d = d ? d : strcmp((*x)->q->partition, (*y)->q->partition);
	return d ? d : group_by_key(a, b);
}

/* One level: runs of views with the same prefix become groups and leave the
 * list. Returns how many are left. */
static size_t level(struct runner *r, struct view **list, size_t n, int up,
		    bool *deeper)
{
	size_t left = 0, i = 0;

	*deeper = false;
	while (i < n) {
		size_t len = prefix_of(list[i]->q->name, up), end = i + 1;
		struct group *old = NULL;

		if (len) {
			*deeper = true;
			while (end < n &&
			       group_same_place(list[i]->q, list[end]->q) &&
			       below(list[end], list[i]->q->name, len))
				end++;
			old = known(r, list[i], list[i]->q->name, len);
		}
		/* What did not pay here pays even less further up. */
		if (old && !old->poll && clock_mono_ms() < old->rest_until) {
			i = end;
			continue;
		}
		if (len && (end - i >= GROUP_MIN || (old && old->poll)) &&
		    make(r, &list[i], end - i, list[i]->q->name, len)) {
			i = end;
			continue;
		}
		list[left++] = list[i++];
	}
	return left;
}

void groups_form(struct runner *r)
{
	struct view **list;
	bool deeper = true;
	size_t n = 0;

	if (!store_consul(r->store) || r->nviews < GROUP_MIN ||
	    r->formed == r->nstarted)
		return;
	r->formed = r->nstarted;
	list = malloc(r->nviews * sizeof(struct view *));
	if (!list)
		return;
	for (struct view *v = r->first; v; v = v->next)
		if (fits(v))
			list[n++] = v;
	if (n > 1)
		qsort(list, n, sizeof(struct view *), by_place);
	for (int up = 0; n && deeper && up < 16; up++)
		n = level(r, list, n, up, &deeper);
	free(list);
}

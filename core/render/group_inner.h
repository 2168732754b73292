// SPDX-License-Identifier: MIT
/* group_inner - what the files of the groups share (group.c, group_form.c). */
#ifndef BASEBOX_RENDER_GROUP_INNER_H
#define BASEBOX_RENDER_GROUP_INNER_H

#include "render/group.h"

struct change {
	struct view *v;
	uint64_t modify;
	struct str text;
};

struct group {
	struct group *next;
	struct runner *r;
	struct view *poll;
	char *prefix;
	struct view **members; /* sorted by key while a query runs */
	size_t n, cap;
	bool sorted;
	size_t hint;           /* the member behind the last one found */
	struct consul_call *call;
	unsigned scan;         /* number of the running or last query */
	unsigned answered;     /* of the last one whose answer was used */
	size_t keys;           /* in the running answer */
	struct arena arena;    /* of the changes found in it */
	struct change *changes;
	size_t nchanges, changes_cap;
	unsigned confirming;
	int64_t rest_until;    /* dissolved: not before */
	bool dissolving;
	struct loop_timer timer;
};

extern const struct view_source group_source;

/* Do both queries go to the same datacentre, namespace and partition? */
bool group_same_place(const struct tmpl_query *a, const struct tmpl_query *b);
/* Orders `struct view *` by their keys. */
int group_by_key(const void *a, const void *b);
void group_join(struct group *g, struct view *v);
void group_drop_changes(struct group *g);

#endif

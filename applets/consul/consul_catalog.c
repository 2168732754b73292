// SPDX-License-Identifier: MIT
/* consul_catalog - datacenters, nodes and services as tables. */
#include "consul_applet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6, SERVICE_PAD = 6 };

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static size_t count(const struct val *v)
{
	return v && val_kind(v) == KIND_SLICE ? val_len_list(v) : 0;
}

int consul_datacenters(struct consul_opts *o, int argc, char **argv)
{
	struct val v;
	struct ask k;
	int code;

	(void)argv;
	if (agent_many(argc, 0))
		return 1;
	if ((code = agent_open(&k, o, true)))
		return code;
	if (agent_json(&k, "/v1/catalog/datacenters", "", KIND_SLICE,
		       KIND_STRING, &v) < 0)
		return agent_fail("Error listing datacenters: %s", k.c.err.text);
	for (size_t i = 0; i < count(&v); i++)
		printf("%.*s\n", (int)v.list->items[i].s.n,
		       v.list->items[i].s.p);
	return 0;
}

/* node-meta=k:v as the API wants it; Consul's flag is key=value. */
static int add_node_meta(struct ask *k)
{
	const struct strlist *l = &k->o->node_meta;

	for (size_t i = 0; i < l->n && i < 8; i++) {
		const char *v = agent_eq("node-meta", l->items[i]);
		char *s = arena_strdup(&k->arena, l->items[i]);

		if (!v)
			return 1;
		s[v - l->items[i] - 1] = ':';
		http_query_add(&k->q, "node-meta", s);
	}
	return 0;
}

/* --- nodes --- */

/* "a=1, b=2" */
static struct str pairs_text(struct ask *k, const struct val *m)
{
	struct buf BUF_AUTO b = {0};
	struct val key, v;

	for (size_t i = 0; m && val_kind(m) == KIND_MAP && i < val_map_len(m);
	     i++) {
		val_map_at(&k->arena, m, i, &key, &v);
		buf_addf(&b, "%s%.*s=%.*s", i ? ", " : "", (int)key.s.n,
			 key.s.p, (int)v.s.n, v.s.p);
	}
	return str_n(arena_dup(&k->arena, buf_str(&b), b.len), b.len);
}

static void node_row(struct ask *k, const struct val *n, bool of_service,
		     struct str row[COLUMNS])
{
	row[0] = agent_text(n, "Node");
	row[1] = agent_text(n, "ID");
	row[2] = agent_text(n, "Address");
	row[3] = agent_text(n, "Datacenter");
	if (!k->o->detailed) {
		row[1] = str_cut(row[1], 0, 8);
		return;
	}
	row[4] = pairs_text(k, agent_member(n, "TaggedAddresses"));
	row[5] = pairs_text(k,
			    agent_member(n, of_service ? "NodeMeta" : "Meta"));
}

/* Columns as wide as their widest cell, two blanks between them. */
static void table(struct str (*rows)[COLUMNS], size_t n, size_t columns)
{
	size_t width[COLUMNS] = {0};

	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < columns; c++)
			if (rows[i][c].n > width[c])
				width[c] = rows[i][c].n;
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < columns; c++) {
			bool last = c + 1 == columns;

			printf("%-*.*s%s", last ? 0 : (int)width[c],
			       (int)rows[i][c].n, rows[i][c].p,
			       last ? "\n" : "  ");
		}
}

int consul_nodes(struct consul_opts *o, int argc, char **argv)
{
	static const char *const heads[COLUMNS] = {
		"Node", "ID", "Address", "DC", "TaggedAddresses", "Meta"};
	bool of_service = o->service && *o->service;
	struct str(*rows)[COLUMNS];
	struct val v;
	struct ask k;
	size_t n;
	int code;

	(void)argv;
	if (agent_many(argc, 0))
		return 1;
	if ((code = agent_open(&k, o, true)))
		return code;
	http_query_opt(&k.q, "near", o->near);
	http_query_opt(&k.q, "filter", o->filter);
	if (add_node_meta(&k))
		return 1;
	if (agent_json(
		    &k,
		    of_service ? "/v1/catalog/service/" : "/v1/catalog/nodes",
		    of_service ? o->service : "", KIND_SLICE, KIND_MAP, &v) < 0)
		return agent_fail("Error listing nodes%s: %s",
				  of_service ? " for service" : "",
				  k.c.err.text);
	n = count(&v);
	rows = arena_array(&k.arena, n + 1, sizeof(*rows));
	if (!n)
		agent_fail("No nodes match the given query - try expanding your "
			   "search.");
	for (size_t i = 0; i < COLUMNS && n; i++)
		rows[0][i] = str_of(heads[i]);
	for (size_t i = 0; i < n; i++)
		node_row(&k, &v.list->items[i], of_service, rows[i + 1]);
	if (n)
		table(rows, n + 1, o->detailed ? COLUMNS : 4);
	return 0;
}

/* --- services --- */

struct service {
	struct str name;
	const struct val *tags;
};

/* Of one node: {"Node", "Services": {id: {Service, Tags}}}; of all: {name:
 * tags}. The order is that of the names. */
static size_t gather(struct ask *k, const struct val *v, struct service *out)
{
	const struct val *map = k->o->node ? agent_member(v, "Services") : v;
	size_t n = 0;

	for (size_t i = 0;
	     map && val_kind(map) == KIND_MAP && i < val_map_len(map); i++) {
		const struct val_entry *e = &val_map_entries(map, &n)[i];

		out[i].name =
			k->o->node ? agent_text(&e->v, "Service") : e->key.s;
		out[i].tags = k->o->node ? agent_member(&e->v, "Tags") : &e->v;
	}
	return n;
}

static void put_tags(struct buf *b, struct ask *k, const struct val *tags)
{
	size_t n = count(tags);
	struct str *all = arena_array(&k->arena, n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = tags->list->items[i].s;
	qsort(all, n, sizeof(*all), by_bytes);
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%.*s", i ? "," : "", (int)all[i].n, all[i].p);
}

static void put_services(struct ask *k, const struct val *v)
{
	const struct val *map = k->o->node ? agent_member(v, "Services") : v;
	size_t max = map && val_kind(map) == KIND_MAP ? val_map_len(map) : 0;
	struct service *all = arena_array(&k->arena, max + 1, sizeof(*all));
	struct buf BUF_AUTO b = {0};
	size_t n = gather(k, v, all), width = 0;
	struct str text;

	qsort(all, n, sizeof(*all), by_bytes); /* the name comes first */
	for (size_t i = 0; i < n; i++)
		if (all[i].name.n > width)
			width = all[i].name.n;
	for (size_t i = 0; i < n; i++) {
		if (i && str_eq(all[i].name, all[i - 1].name))
			continue; /* instances of one node */
		buf_addf(&b, "%-*.*s", k->o->tags ? (int)width + SERVICE_PAD : 0,
			 (int)all[i].name.n, all[i].name.p);
		if (k->o->tags)
			put_tags(&b, k, all[i].tags);
		buf_addc(&b, '\n');
	}
	if (!n) {
		agent_fail("No services match the given query - try expanding "
			   "your search.");
		return;
	}
	text = str_trim(str_n(b.p, b.len), " \n");
	printf("%.*s\n", (int)text.n, text.p);
}

int consul_services(struct consul_opts *o, int argc, char **argv)
{
	struct val v;
	struct ask k;
	int code;

	(void)argv;
	if (agent_many(argc, 0))
		return 1;
	if (o->node && !*o->node)
		o->node = NULL;
	if ((code = agent_open(&k, o, true)))
		return code;
	if (add_node_meta(&k))
		return 1;
	if (agent_json(&k,
		       o->node ? "/v1/catalog/node/" : "/v1/catalog/services",
		       o->node ? o->node : "", KIND_MAP,
		       o->node ? KIND_MAP : KIND_SLICE, &v) < 0)
		return agent_fail("Error listing services%s: %s",
				  o->node ? " for node" : "", k.c.err.text);
	put_services(&k, &v);
	return 0;
}

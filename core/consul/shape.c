// SPDX-License-Identifier: MIT
/* shape - from Consul's JSON to the values that templates see, with the order
 * that consul-template gives each list. */
#include <stdlib.h>
#include <string.h>

#include "consul/inner.h"
#include "data/json.h"
#include "funcs/shape.h"

/* --- order --- */

static struct str text_of(const struct val *v, const char *field)
{
	const struct val *f = val_field(v, field);

	return f && val_kind(f) == KIND_STRING ? f->s : STR("");
}

static int by(const struct val *a, const struct val *b, const char *const *f)
{
	int d = 0;

	for (; *f && !d; f++)
		d = str_cmp(text_of(a, *f), text_of(b, *f));
	return d;
}

static int by_text(const struct val *a, const struct val *b,
		   const char *const *f)
{
	(void)f;
	return str_cmp(a->s, b->s);
}

typedef int order_fn(const struct val *a, const struct val *b,
		     const char *const *f);

/* A stable merge sort: Go sorts some of these lists stably. */
static void merge_sort(struct val *v, size_t n, struct val *tmp, order_fn *fn,
		       const char *const *f)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	merge_sort(v, half, tmp, fn, f);
	merge_sort(v + half, n - half, tmp, fn, f);
	while (i < half || j < n)
		tmp[k++] = j == n || (i < half && fn(&v[i], &v[j], f) <= 0)
				   ? v[i++] : v[j++];
	memcpy(v, tmp, n * sizeof(*v));
}

static void sort(struct arena *a, struct val *list, order_fn *fn,
		 const char *const *f)
{
	size_t n = val_len_list(list);
	struct val *tmp = n > 1 ? arena_array(a, n, sizeof(*tmp)) : NULL;

	if (tmp)
		merge_sort(list->list->items, n, tmp, fn, f);
}

#define SORT(a, list, ...) \
	sort((a), (list), by, (const char *const[]){__VA_ARGS__, NULL})

static void sort_tags(struct arena *a, struct val *v, const char *field)
{
	struct val *tags = val_field(v, field);

	if (tags->list)
		sort(a, tags, by_text, NULL);
	else
		*tags = val_list(a, tags->type, 0);
}

/* --- pieces --- */

static const struct val *member(const struct val *json, const char *key)
{
	return val_kind(json) == KIND_MAP ? val_map_gets(json, str_of(key))
					  : NULL;
}

/* Fills a field of a struct from a key of a JSON object. */
static int fill(struct arena *a, struct val *out, const char *field,
		const struct val *json, const char *key, struct err *e)
{
	const struct val *v = json ? member(json, key) : NULL;
	struct val *f = val_field(out, field);

	return v && v->type ? shape_decode(a, f->type, v, f, e) : 0;
}

struct fill {
	const char *object, *key, *field; /* object NULL: the entry itself */
};

static int fill_all(struct arena *a, struct val *out, const struct val *json,
		    const struct fill *t, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct val *from = json;

		if (t[i].object)
			from = member(json, t[i].object);
		if (fill(a, out, t[i].field, from, t[i].key, e) < 0)
			return -1;
	}
	return 0;
}

/* --- health --- */

static const struct fill health_fields[] = {
	{"Node", "Node", "Node"},
	{"Node", "ID", "NodeID"},
	{"Node", "Address", "NodeAddress"},
	{"Node", "TaggedAddresses", "NodeTaggedAddresses"},
	{"Node", "Meta", "NodeMeta"},
	{"Service", "Meta", "ServiceMeta"},
	{"Service", "Address", "Address"},
	{"Service", "TaggedAddresses", "ServiceTaggedAddresses"},
	{"Service", "ID", "ID"},
	{"Service", "Service", "Name"},
	{"Service", "Tags", "Tags"},
	{"Service", "Port", "Port"},
	{"Service", "Weights", "Weights"},
	{NULL, "Checks", "Checks"},
};

/* Maintenance wins over critical, critical over warning; a status of another
 * name makes the whole unknown. */
static const char *status_of(const struct val *checks)
{
	static const char *const words[] = {"passing", "warning", "critical",
					    "maintenance"};
	size_t worst = 0, k;

	for (size_t i = 0; i < val_len_list(checks); i++) {
		const struct val *c = &checks->list->items[i];
		struct str id = text_of(c, "CheckID");

		for (k = 0; k < 3; k++)
			if (str_is(text_of(c, "Status"), words[k]))
				break;
		if (str_is(id, "_node_maintenance") ||
		    str_prefix(id, STR("_service_maintenance:")))
			k = 3;
		else if (k == 3)
			return "";
		if (k > worst)
			worst = k;
	}
	return words[worst];
}

static bool wanted(const char *filter, const char *status)
{
	struct str rest = str_of(filter && *filter ? filter : "passing"), part;

	while (str_split(&rest, ',', &part))
		if (str_is(part, "any") || str_is(part, status))
			return true;
	return false;
}

static int health(const struct tmpl_query *q, const struct val *json,
		  struct arena *a, struct val *out, struct err *e)
{
	*out = val_list(a, &shape_health_service_l, val_len_list(json));
	for (size_t i = 0; i < val_len_list(json); i++) {
		struct val s = val_ptr(a, &shape_health_service_p);
		const char *status;

		if (!s.fields)
			return err_nomem(e);
		if (fill_all(a, &s, &json->list->items[i], health_fields,
			     COUNT(health_fields), e) < 0)
			return -1;
		status = status_of(val_field(&s, "Checks"));
		if (!wanted(q->filter, status))
			continue;
		val_field(&s, "Status")->s = str_of(status);
		if (!text_of(&s, "Address").n)
			val_field(&s, "Address")->s = text_of(&s, "NodeAddress");
		sort_tags(a, &s, "Tags");
		if (val_push(a, out, s) < 0)
			return err_nomem(e);
	}
	if (!q->near || !*q->near)
		SORT(a, out, "Node", "ID");
	return 0;
}

/* --- catalogue --- */

static int services(const struct val *json, struct arena *a, struct val *out,
		    struct err *e)
{
	size_t n = val_kind(json) == KIND_MAP ? val_map_len(json) : 0;

	*out = val_list(a, &shape_catalog_snippet_l, n);
	for (size_t i = 0; i < n; i++) {
		struct val s = val_ptr(a, &shape_catalog_snippet_p), key, tags;
		struct val *f;

		if (!s.fields)
			return err_nomem(e);
		val_map_at(a, json, i, &key, &tags);
		val_field(&s, "Name")->s = key.s;
		f = val_field(&s, "Tags");
		if (tags.type && shape_decode(a, f->type, &tags, f, e) < 0)
			return -1;
		sort_tags(a, &s, "Tags");
		if (val_push(a, out, s) < 0)
			return err_nomem(e);
	}
	return 0;
}

static int node(const struct tmpl_query *q, const struct val *json,
		struct arena *a, struct val *out, struct err *e)
{
	const struct val *n = member(json, "Node"), *map;
	struct val *list, key, v;

	*out = val_ptr(a, &shape_catalog_node_p);
	if (!out->fields)
		return err_nomem(e);
	list = val_field(out, "Services");
	*list = val_list(a, list->type, 4);
	if (!n || !n->type) {
		log_warn("view", "%s: no node exists with the name \"%s\"",
			 q->id, q->name);
		return 0;
	}
	if (fill(a, out, "Node", json, "Node", e) < 0)
		return -1;
	map = member(json, "Services");
	for (size_t i = 0; map && map->type && i < val_map_len(map); i++) {
		struct val s;

		val_map_at(a, map, i, &key, &v);
		if (shape_decode(a, &shape_catalog_node_service_p, &v, &s, e) < 0)
			return -1;
		sort_tags(a, &s, "Tags");
		if (val_push(a, list, s) < 0)
			return err_nomem(e);
	}
	SORT(a, list, "Service", "ID");
	return 0;
}

static int list_of(const struct val_type *t, const struct val *json,
		   struct arena *a, struct val *out, struct err *e)
{
	*out = val_list(a, t, 0);
	return json && json->type ? shape_decode(a, t, json, out, e) : 0;
}

static int catalog_service(const struct val *json, struct arena *a,
			   struct val *out, struct err *e)
{
	if (list_of(&shape_catalog_service_l, json, a, out, e) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(out); i++)
		sort_tags(a, &out->list->items[i], "ServiceTags");
	SORT(a, out, "Node", "ServiceID");
	return 0;
}

static int peerings(const struct val *json, struct arena *a, struct val *out,
		    struct err *e)
{
	if (list_of(&shape_peering_l, json, a, out, e) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(out); i++)
		if (fill(a, &out->list->items[i], "PeeringState",
			 &json->list->items[i], "State", e) < 0)
			return -1;
	SORT(a, out, "PeeringState", "Partition", "Name");
	return 0;
}

int consul_shape(const struct tmpl_query *q, const struct val *json,
		 struct arena *a, struct val *out, struct err *e)
{
	int ret;

	switch ((int)q->kind) {
	case DEP_SERVICE:
	case DEP_CONNECT:
		return health(q, json, a, out, e);
	case DEP_SERVICES:
		return services(json, a, out, e);
	case DEP_NODE:
		return node(q, json, a, out, e);
	case DEP_NODES:
		ret = list_of(&shape_node_l, json, a, out, e);
		if (!ret && (!q->near || !*q->near))
			SORT(a, out, "Node", "Address");
		return ret;
	case DEP_DATACENTERS:
		ret = list_of(&type_strings, json, a, out, e);
		sort(a, out, by_text, NULL);
		return ret;
	case DEP_CATALOG_SERVICE:
		return catalog_service(json, a, out, e);
	case DEP_PARTITIONS:
		ret = list_of(&shape_partition_l, json, a, out, e);
		SORT(a, out, "Name");
		return ret;
	case DEP_EXPORTED_SERVICES:
		ret = list_of(&shape_exported_service_l, json, a, out, e);
		SORT(a, out, "Service");
		return ret;
	case DEP_IMPORTED_SERVICES:
		if (val_kind(json) == KIND_MAP)
			json = member(json, "Services");
		ret = list_of(&shape_imported_service_l, json, a, out, e);
		SORT(a, out, "Service");
		return ret;
	case DEP_PEERINGS:
		return peerings(json, a, out, e);
	case DEP_CA_ROOTS:
		return list_of(&shape_ca_root_l, member(json, "Roots"), a, out,
			       e);
	case DEP_CA_LEAF:
		return shape_decode(a, &shape_leaf_cert_p, json, out, e);
	default:
		return err_set(e, 0, "%s is not read from Consul", q->id);
	}
}

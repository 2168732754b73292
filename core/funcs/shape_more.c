// SPDX-License-Identifier: MIT
/* shape_more - the struct types of Vault's and Nomad's data.
 *
 * In Go an item of a Nomad variable points to the variable, which holds the
 * items. Here the variable that an item points to keeps them as plain text in
 * its hidden field nVar, and Parent makes the items anew: no cycles, so every
 * value can be copied and compared.
 * Source: dependency.* of consul-template, as facts. */
#include "funcs/shapes.h"
#include "funcs/time.h"

/* --- Vault --- */

FIELDS(secret_auth) = {
	STRING(ClientToken), STRING(Accessor),	 STRINGS(Policies),
	STRMAP(Metadata),    INT(LeaseDuration), BOOL(Renewable),
};
SHAPE(secret_auth, "dependency.SecretAuth");

FIELDS(wrap_info) = {
	STRING(Token),
	INT(TTL),
	FIELD(CreationTime, shape_time),
	STRING(WrappedAccessor),
};
SHAPE(wrap_info, "dependency.SecretWrapInfo");

FIELDS(secret) = {
	STRING(RequestID),
	STRING(LeaseID),
	INT(LeaseDuration),
	BOOL(Renewable),
	FIELD(Data, type_map_any),
	STRINGS(Warnings),
	FIELD(Auth, shape_secret_auth_p),
	FIELD(WrapInfo, shape_wrap_info_p),
};
SHAPE(secret, "dependency.Secret");

FN(pem_data)
{
	return ret(out, args[0]);
}

FN(pem_has)
{
	const struct val *chain = val_field(&args[0], "CAChain");
	bool has = false;

	for (size_t i = 0; i < val_len_list(chain) && !has; i++)
		has = str_eq(chain->list->items[i].s, args[1].s);
	return ret_bool(out, has);
}

FN(pem_equals)
{
	return ret_bool(out, val_deep_equal(&args[0], &args[1]));
}

static const struct val_method pem_methods[] = {
	{"CaChainContains", "s:b", pem_has},
	{"Data", ":<dependency.PemEncoded>", pem_data},
	{"Equals", "<dependency.PemEncoded>:b", pem_equals},
};

FIELDS(pem) = {STRING(Cert), STRING(Key), STRING(CA), STRINGS(CAChain)};
SHAPE_WITH(pem, "dependency.PemEncoded", "[]*", shape_pem_p, NULL,
	   METHODS(pem_methods));

/* --- Nomad --- */

FIELDS(nomad_snippet) = {STRING(Name), FIELD(Tags, shape_tags)};
SHAPE(nomad_snippet, "dependency.NomadServicesSnippet");

FIELDS(nomad_service) = {
	STRING(ID),	 STRING(Name), STRING(Node),
	STRING(Address), INT(Port),    STRING(Datacenter),
	FIELD(Tags, shape_tags), STRING(JobID), STRING(AllocID),
};
SHAPE(nomad_service, "dependency.NomadService");

static struct val nano_time(struct arena *a, const struct val *v)
{
	int64_t sec = v->i / DUR_S;
	int64_t ns = v->i % DUR_S;

	if (ns < 0) {
		ns += DUR_S;
		sec--;
	}
	return shape_time_make(a, sec, (int32_t)ns);
}

static struct str nano_string(struct arena *a, const struct val *v)
{
	struct val t = nano_time(a, v);

	/* The text is in the arena. cppcheck takes it for t's own. */
	/* cppcheck-suppress returnDanglingLifetime */
	return shape_time.string(a, &t);
}

FN(nano_to_string)
{
	return ret_str(out, nano_string(c->arena, &args[0]));
}

FN(nano_to_time)
{
	return ret(out, nano_time(c->arena, &args[0]));
}

static const struct val_method nano_methods[] = {
	{"String", ":s", nano_to_string},
	{"Time", ":<time.Time>", nano_to_time},
};

static const struct val_type nano = {.name = "dependency.nanoTime",
				     .kind = KIND_INT,
				     .bits = 64,
				     .string = nano_string,
				     METHODS(nano_methods)};

#define META_FIELDS                                                            \
	STRING(Namespace), STRING(Path), UINT(CreateIndex), UINT(ModifyIndex), \
		FIELD(CreateTime, nano), FIELD(ModifyTime, nano)
enum { META_COUNT = 6, VAR_ITEMS = META_COUNT, VAR_RAW };

static struct str meta_string(struct arena *a, const struct val *v)
{
	const struct val *path = val_field(v, "Path");

	(void)a;
	return path ? path->s : STR("");
}

FIELDS(nomad_meta) = {META_FIELDS};
SHAPE_WITH(nomad_meta, "dependency.NomadVarMeta", "[]*", shape_nomad_meta_p,
	   meta_string, .bits = 0);

static struct val items_of(struct arena *a, const struct val *var);

/* The metadata of a variable (pointer or struct). */
static struct val meta_of(struct arena *a, const struct val *var)
{
	struct val m;

	if (!var || !var->fields) /* of an item that is not there */
		return val_zero(&shape_nomad_meta_p);
	m = val_ptr(a, &shape_nomad_meta_p);
	for (int i = 0; i < META_COUNT; i++)
		m.fields[i] = var->fields[i];
	return m;
}

FN(var_metadata)
{
	return ret(out, meta_of(c->arena, &args[0]));
}

static const struct val_method var_methods[] = {
	{"Metadata", ":<*dependency.NomadVarMeta>", var_metadata},
};

FIELDS(nomad_var) = {
	META_FIELDS,
	FIELD(Items, shape_nomad_items),
	FIELD(nVar, type_map_str),
};
SHAPE_WITH(nomad_var, "dependency.NomadVariable", "[]*", shape_nomad_var_p,
	   NULL, METHODS(var_methods));

/* The variable an item belongs to, with all its items. */
static struct val parent_of(struct arena *a, const struct val *item)
{
	const struct val *in = val_field(item, "parent");
	struct val var;

	if (!in || !in->fields)
		return val_zero(&shape_nomad_var_p);
	var = val_ptr(a, &shape_nomad_var_p);
	for (int i = 0; i <= VAR_RAW; i++)
		var.fields[i] = in->fields[i];
	var.fields[VAR_ITEMS] = items_of(a, in);
	return var;
}

static struct str item_string(struct arena *a, const struct val *v)
{
	const struct val *text = val_field(v, "Value");

	(void)a;
	return text ? text->s : STR("");
}

FN(item_to_string)
{
	return ret_str(out, item_string(c->arena, &args[0]));
}

FN(item_metadata)
{
	return ret(out, meta_of(c->arena, val_field(&args[0], "parent")));
}

FN(item_parent)
{
	return ret(out, parent_of(c->arena, &args[0]));
}

static const struct val_method item_methods[] = {
	{"Metadata", ":<*dependency.NomadVarMeta>", item_metadata},
	{"Parent", ":<*dependency.NomadVariable>", item_parent},
	{"String", ":s", item_to_string},
};

FIELDS(nomad_item) = {
	STRING(Key),
	STRING(Value),
	FIELD(parent, shape_nomad_var_p),
};
const struct val_type shape_nomad_item = {
	.name = "dependency.NomadVarItem",
	.kind = KIND_STRUCT,
	.fields = nomad_item_fields,
	.nfields = COUNT(nomad_item_fields),
	.string = item_string,
	.text = item_string,
	METHODS(item_methods),
};

FIELDS(tuple) = {STRING(K), STRING(V)};
static const struct val_type tuple =
	STRUCT("struct { K string; V string }", tuple);
const struct val_type shape_nomad_tuples = {
	.name = "[]struct { K string; V string }",
	.kind = KIND_SLICE,
	.elem = &tuple};
static const struct val_type tuple_p = POINTER("tuple", tuple);

/* Keys, Values and Tuples differ in what they take from an entry. */
enum part { PART_KEY, PART_VALUE, PART_TUPLE };

static int items_list(struct tmpl_call *c, const struct val *items,
		      enum part part, struct val *out)
{
	size_t n;
	const struct val_entry *e = val_map_entries(items, &n);
	struct val x;

	*out = val_list(c->arena,
			part == PART_TUPLE ? &shape_nomad_tuples : &type_strings, n);
	for (size_t i = 0; i < n; i++) {
		struct str v = item_string(c->arena, &e[i].v);

		x = part == PART_KEY ? e[i].key : val_str(v);
		if (part == PART_TUPLE) {
			x = val_ptr(c->arena, &tuple_p);
			x.type = &tuple;
			x.fields[0] = e[i].key;
			x.fields[1] = val_str(v);
		}
		val_push(c->arena, out, x);
	}
	return 0;
}

FN(items_keys)
{
	return items_list(c, &args[0], PART_KEY, out);
}

FN(items_values)
{
	return items_list(c, &args[0], PART_VALUE, out);
}

FN(items_tuples)
{
	return items_list(c, &args[0], PART_TUPLE, out);
}

/* The first item of a map of items, NULL when it is empty. */
static const struct val *items_first(const struct val *items)
{
	size_t n;
	const struct val_entry *e = val_map_entries(items, &n);

	return n ? &e[0].v : NULL;
}

FN(items_metadata)
{
	const struct val *first = items_first(&args[0]);

	if (!first)
		return ret(out, val_zero(&shape_nomad_meta_p));
	return ret(out, meta_of(c->arena, val_field(first, "parent")));
}

FN(items_parent)
{
	const struct val *first = items_first(&args[0]);

	if (!first)
		return ret(out, val_zero(&shape_nomad_var_p));
	return ret(out, parent_of(c->arena, first));
}

FN(items_map)
{
	size_t len;
	const struct val_entry *e = val_map_entries(&args[0], &len);

	if (!len)
		return ret(out, val_zero(&type_map_any));
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 0; i < len; i++)
		val_map_set(c->arena, out, e[i].key,
			    val_str(item_string(c->arena, &e[i].v)));
	return 0;
}

static const struct val_method items_methods[] = {
	{"ItemsMap", ":M", items_map},
	{"Keys", ":S", items_keys},
	{"Metadata", ":<*dependency.NomadVarMeta>", items_metadata},
	{"Parent", ":<*dependency.NomadVariable>", items_parent},
	{"Tuples", ":<[]struct { K string; V string }>", items_tuples},
	{"Values", ":S", items_values},
};

const struct val_type shape_nomad_items = {.name = "dependency.NomadVarItems",
					   .kind = KIND_MAP,
					   .key = &type_string,
					   .elem = &shape_nomad_item,
					   METHODS(items_methods)};

static struct val items_of(struct arena *a, const struct val *var)
{
	static const struct val_type item_p =
		POINTER("dependency.NomadVarItem", shape_nomad_item);
	struct val m = val_map(a, &shape_nomad_items);
	struct val parent = *var;
	size_t n;
	const struct val_entry *e = val_map_entries(&var->fields[VAR_RAW], &n);

	parent.type = &shape_nomad_var_p;
	for (size_t i = 0; i < n; i++) {
		struct val item = val_ptr(a, &item_p);

		item.type = &shape_nomad_item;
		item.fields[0] = e[i].key;
		item.fields[1] = e[i].v;
		item.fields[2] = parent;
		val_map_set(a, &m, e[i].key, item);
	}
	return m;
}

struct val shape_nomad_make(struct arena *a, const struct val *meta,
			    const struct val *items)
{
	struct val var = val_ptr(a, &shape_nomad_var_p);

	for (int i = 0; i < META_COUNT; i++)
		var.fields[i] = meta->fields[i];
	var.fields[VAR_RAW] = *items;
	return items_of(a, &var);
}

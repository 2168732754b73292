// SPDX-License-Identifier: MIT
/* payload - a service as the agent's API takes it, turned into what the
 * catalogue holds: {Node, Address, Service, Checks}. */
#include <string.h>

#include "store/inner.h"

const struct val *store_member(const struct val *map, const char *key)
{
	return val_kind(map) == KIND_MAP ? val_map_gets(map, str_of(key))
					 : NULL;
}

const char *store_text(struct arena *a, const struct val *map, const char *key)
{
	const struct val *v = store_member(map, key);

	if (!v || val_kind(v) != KIND_STRING)
		return "";
	return arena_dup(a, v->s.p, v->s.n);
}

int store_set(struct arena *a, struct val *map, const char *key, struct val v)
{
	return val_map_sets(a, map, str_of(key), v);
}

int store_set_text(struct arena *a, struct val *map, const char *key,
		   const char *text)
{
	return store_set(a, map, key, val_cstr(text));
}

static void copy(struct arena *a, struct val *to, const char *to_key,
		 const struct val *from, const char *key)
{
	const struct val *v = store_member(from, key);

	if (v && v->type)
		store_set(a, to, to_key, *v);
}

static struct val service_of(struct arena *a, const struct val *s,
			     const char *id)
{
	static const char *const keys[] = {
		"Tags", "Port", "Address", "SocketPath", "Meta",
		"TaggedAddresses", "Weights", "EnableTagOverride", "Connect",
		"Kind", "Proxy", "Locality",
	};
	struct val m = val_map(a, &type_map_any);

	store_set_text(a, &m, "ID", id);
	copy(a, &m, "Service", s, "Name");
	for (size_t i = 0; i < COUNT(keys); i++)
		copy(a, &m, keys[i], s, keys[i]);
	return m;
}

static struct val check_of(struct arena *a, const struct val *c,
			   const char *node, const struct val *service,
			   const char *id)
{
	struct val m = val_map(a, &type_map_any);
	struct val d = val_map(a, &type_map_any);

	store_set_text(a, &m, "Node", node);
	copy(a, &m, "CheckID", c, "CheckID");
	copy(a, &m, "Name", c, "Name");
	store_set_text(a, &m, "Status", "critical");
	copy(a, &m, "Status", c, "Status");
	copy(a, &m, "Notes", c, "Notes");
	copy(a, &m, "Output", c, "Output");
	store_set_text(a, &m, "ServiceID", id);
	copy(a, &m, "ServiceName", service, "Name");
	copy(a, &m, "ServiceTags", service, "Tags");
	copy(a, &d, "TTL", c, "TTL");
	copy(a, &d, "DeregisterCriticalServiceAfter", c,
	     "DeregisterCriticalServiceAfter");
	if (val_map_len(&d)) {
		store_set_text(a, &m, "Type", "ttl");
		store_set(a, &m, "Definition", d);
	}
	return m;
}

int store_payload(struct arena *a, const char *node, const char *address,
		  const struct val *s, struct val *out, struct err *e)
{
	const struct val *checks = store_member(s, "Checks");
	const char *id = store_text(a, s, "ID"), *own;
	struct val list = val_list(a, &type_anys, 4);

	if (!*id)
		id = store_text(a, s, "Name");
	own = store_text(a, s, "Address");
	if (!*id)
		return err_set(e, 0, "a service without a name");
	*out = val_map(a, &type_map_any);
	store_set_text(a, out, "Node", node);
	store_set_text(a, out, "Address",
		       *address ? address : *own ? own : "127.0.0.1");
	store_set(a, out, "Service", service_of(a, s, id));
	for (size_t i = 0; checks && i < val_len_list(checks); i++)
		if (val_push(a, &list,
			     check_of(a, &checks->list->items[i], node, s,
				      id)) < 0)
			return err_nomem(e);
	if (store_set(a, out, "Checks", list) < 0)
		return err_nomem(e);
	return 0;
}

// SPDX-License-Identifier: MIT
/* shape - the struct types that templates see, with Go's names, fields and
 * field order, and their methods. Whoever fetches data builds values of these
 * types: val_ptr(a, &shape_node_p) makes an empty *dependency.Node (structs
 * inside structs are there already), val_set_field fills it, val_list(a,
 * &shape_node_l, n) makes a []*dependency.Node. shape_decode does it from
 * JSON.
 *
 * Source: the Go types of consul-template 0.42 and of Consul's, Vault's and
 * Nomad's API packages, as facts. */
#ifndef BASEBOX_FUNCS_SHAPE_H
#define BASEBOX_FUNCS_SHAPE_H

#include "base/arena.h"
#include "base/err.h"
#include "data/value.h"

/* X(id, Go name): shape_ID is the struct T, shape_ID_p is *T, shape_ID_l is
 * the list that functions return: []*T, or []T where noted. */
#define SHAPES(X)                                                              \
	X(health_service, "dependency.HealthService")                          \
	X(catalog_snippet, "dependency.CatalogSnippet")                        \
	X(catalog_service, "dependency.CatalogService")                        \
	X(catalog_node, "dependency.CatalogNode")                              \
	X(catalog_node_service, "dependency.CatalogNodeService")               \
	X(node, "dependency.Node")                                             \
	X(key_pair, "dependency.KeyPair")                                      \
	X(partition, "dependency.Partition")                                   \
	X(peering, "dependency.Peering")                                       \
	X(exported_service, "dependency.ExportedService") /* []T */            \
	X(imported_service, "dependency.ImportedService") /* []T */            \
	X(health_check, "api.HealthCheck") /* the list is shape_checks */      \
	X(ca_root, "api.CARoot")                                               \
	X(leaf_cert, "api.LeafCert")                                           \
	X(secret, "dependency.Secret")                                         \
	X(secret_auth, "dependency.SecretAuth")                                \
	X(wrap_info, "dependency.SecretWrapInfo")                              \
	X(pem, "dependency.PemEncoded") /* used as T */                        \
	X(nomad_snippet, "dependency.NomadServicesSnippet")                    \
	X(nomad_service, "dependency.NomadService")                            \
	X(nomad_meta, "dependency.NomadVarMeta")                               \
	X(nomad_var, "dependency.NomadVariable")

#define SHAPE_DECLARE(id, name)                                                \
	extern const struct val_type shape_##id, shape_##id##_p, shape_##id##_l;
SHAPES(SHAPE_DECLARE)

extern const struct val_type shape_tags;   /* dependency.ServiceTags */
extern const struct val_type shape_checks; /* api.HealthChecks */
/* api.ServiceAddress {Address, Port}, and map[string] of it */
extern const struct val_type shape_address, shape_addresses;
extern const struct val_type shape_weights; /* api.AgentWeights */
/* dependency.NomadVarItems: map[string] of dependency.NomadVarItem */
extern const struct val_type shape_nomad_items, shape_nomad_item;
extern const struct val_type shape_time, shape_time_p; /* time.Time */
extern const struct val_type shape_duration; /* time.Duration, .i = ns */

/* A time.Time in UTC: seconds since 1970, nanoseconds of the second. */
struct val shape_time_make(struct arena *a, int64_t sec, int32_t nsec);
/* RFC 3339 text, as JSON carries times. */
int shape_time_parse(struct arena *a, struct str s, struct val *out,
		     struct err *e);

/* The items of a Nomad variable (what nomadVar gives) from its metadata (a
 * *dependency.NomadVarMeta) and its items (a map[string]string). */
struct val shape_nomad_make(struct arena *a, const struct val *meta,
			    const struct val *items);

/* A value of type t (any built from these shapes and predeclared types) from
 * parsed JSON, as Go's encoding/json would: keys by the fields' JSON names,
 * else without regard to ASCII case; null leaves the zero value; unknown keys
 * are skipped; numbers from float64 or json.Number. -1: a JSON value does not
 * fit ("cannot unmarshal string into Go struct field Node.Port of type int"). */
int shape_decode(struct arena *a, const struct val_type *t,
		 const struct val *json, struct val *out, struct err *e);

#endif

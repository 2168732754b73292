// SPDX-License-Identifier: MIT
/* shape - the struct types of Consul's data and the way from JSON to any of
 * them. Vault's and Nomad's are in shape_more.c.
 * Source: dependency.* of consul-template and api.* of Consul, as facts. */
#include <string.h>

#include "funcs/shape.h"
#include "funcs/shapes.h"

/* --- methods --- */

FN(tags_contains)
{
	bool has = false;

	for (size_t i = 0; i < val_len_list(&args[0]) && !has; i++)
		has = str_eq(args[0].list->items[i].s, args[1].s);
	return ret_bool(out, has);
}

static const struct val_method tags_methods[] = {
	{"Contains", "s:b", tags_contains},
};

const struct val_type shape_tags = {.name = "dependency.ServiceTags",
				    .kind = KIND_SLICE,
				    .elem = &type_string,
				    .methods = tags_methods,
				    .nmethods = COUNT(tags_methods)};

/* Maintenance wins over critical, critical over warning. */
static int check_rank(const struct val *check)
{
	static const char *const words[] = {"passing", "warning", "critical"};
	const struct val *id = val_field(check, "CheckID");
	const struct val *status = val_field(check, "Status");

	if (!id || !status)
		return 0;
	if (str_is(id->s, "_node_maintenance") ||
	    str_prefix(id->s, STR("_service_maintenance:")))
		return 3;
	for (int i = 0; i < (int)COUNT(words); i++)
		if (str_is(status->s, words[i]))
			return i;
	return -1;
}

FN(checks_status)
{
	static const char *const words[] = {"passing", "warning", "critical",
					    "maintenance"};
	int worst = 0;

	for (size_t i = 0; i < val_len_list(&args[0]); i++) {
		int r = check_rank(&args[0].list->items[i]);

		if (r < 0)
			return ret_str(out, STR(""));
		worst = r > worst ? r : worst;
	}
	return ret_cstr(out, words[worst]);
}

static const struct val_method checks_methods[] = {
	{"AggregatedStatus", ":s", checks_status},
};

/* --- types --- */

FIELDS(address) = {STRING(Address), INT(Port)};
const struct val_type shape_address = STRUCT("api.ServiceAddress", address);
const struct val_type shape_addresses = {.name =
						 "map[string]api.ServiceAddress",
					 .kind = KIND_MAP,
					 .key = &type_string,
					 .elem = &shape_address};

FIELDS(weights) = {INT(Passing), INT(Warning)};
const struct val_type shape_weights = STRUCT("api.AgentWeights", weights);

static const struct val_type header = {.name = "map[string][]string",
				       .kind = KIND_MAP,
				       .key = &type_string,
				       .elem = &type_strings};
static const struct val_type readable = {
	.name = "api.ReadableDuration", .kind = KIND_INT, .bits = 64};
FIELDS(definition) = {
	STRING(HTTP),
	FIELD(Header, header),
	STRING(Method),
	STRING(Body),
	STRING(TLSServerName),
	BOOL(TLSSkipVerify),
	STRING(TCP),
	BOOL(TCPUseTLS),
	STRING(UDP),
	STRING(GRPC),
	STRING(OSService),
	BOOL(GRPCUseTLS),
	FIELD_JSON(IntervalDuration, shape_duration, "-"),
	FIELD_JSON(TimeoutDuration, shape_duration, "-"),
	FIELD_JSON(DeregisterCriticalServiceAfterDuration, shape_duration, "-"),
	FIELD(Interval, readable),
	FIELD(Timeout, readable),
	FIELD(DeregisterCriticalServiceAfter, readable),
};
static const struct val_type definition =
	STRUCT("api.HealthCheckDefinition", definition);
FIELDS(health_check) = {
	STRING(Node),
	STRING(CheckID),
	STRING(Name),
	STRING(Status),
	STRING(Notes),
	STRING(Output),
	STRING(ServiceID),
	STRING(ServiceName),
	STRINGS(ServiceTags),
	STRING(Type),
	FIELD_JSON(Namespace, type_string, ",omitempty"),
	FIELD_JSON(Partition, type_string, ",omitempty"),
	INT(ExposedPort),
	FIELD_JSON(PeerName, type_string, ",omitempty"),
	FIELD(Definition, definition),
	UINT(CreateIndex),
	UINT(ModifyIndex),
};
SHAPE(health_check, "api.HealthCheck");
const struct val_type shape_checks = {.name = "api.HealthChecks",
				      .kind = KIND_SLICE,
				      .elem = &shape_health_check_p,
				      .methods = checks_methods,
				      .nmethods = COUNT(checks_methods)};

FIELDS(health_service) = {
	STRING(Node),
	STRING(NodeID),
	STRING(NodeAddress),
	STRMAP(NodeTaggedAddresses),
	STRMAP(NodeMeta),
	STRMAP(ServiceMeta),
	STRING(Address),
	FIELD(ServiceTaggedAddresses, shape_addresses),
	STRING(ID),
	STRING(Name),
	FIELD(Tags, shape_tags),
	FIELD(Checks, shape_checks),
	STRING(Status),
	INT(Port),
	FIELD(Weights, shape_weights),
};
SHAPE(health_service, "dependency.HealthService");

FIELDS(catalog_snippet) = {STRING(Name), FIELD(Tags, shape_tags)};
SHAPE(catalog_snippet, "dependency.CatalogSnippet");

FIELDS(catalog_service) = {
	STRING(ID),
	STRING(Node),
	STRING(Address),
	STRING(Datacenter),
	STRMAP(TaggedAddresses),
	STRMAP(NodeMeta),
	STRING(ServiceID),
	STRING(ServiceName),
	STRING(ServiceAddress),
	FIELD(ServiceTags, shape_tags),
	STRMAP(ServiceMeta),
	INT(ServicePort),
	STRING(Namespace),
};
SHAPE(catalog_service, "dependency.CatalogService");

FIELDS(node) = {
	STRING(ID),	    STRING(Node),	     STRING(Address),
	STRING(Datacenter), STRMAP(TaggedAddresses), STRMAP(Meta),
};
SHAPE(node, "dependency.Node");

FIELDS(catalog_node_service) = {
	STRING(ID),	 STRING(Service),
	FIELD(Tags, shape_tags), STRMAP(Meta),
	INT(Port),	 STRING(Address),
	BOOL(EnableTagOverride),
};
SHAPE(catalog_node_service, "dependency.CatalogNodeService");

FIELDS(catalog_node) = {
	FIELD(Node, shape_node_p),
	FIELD(Services, shape_catalog_node_service_l),
};
SHAPE(catalog_node, "dependency.CatalogNode");

FIELDS(key_pair) = {
	STRING(Path),	   STRING(Key),	    STRING(Value), UINT(CreateIndex),
	UINT(ModifyIndex), UINT(LockIndex), UINT(Flags),   STRING(Session),
};
SHAPE(key_pair, "dependency.KeyPair");

FIELDS(partition) = {STRING(Name), STRING(Description)};
SHAPE(partition, "dependency.Partition");

FIELDS(stream) = {
	STRINGS(ImportedServices),	  STRINGS(ExportedServices),
	FIELD(LastHeartbeat, shape_time_p), FIELD(LastReceive, shape_time_p),
	FIELD(LastSend, shape_time_p),
};
static const struct val_type stream =
	STRUCT("dependency.PeeringStreamStatus", stream);
FIELDS(remote) = {STRING(Partition), STRING(Datacenter)};
static const struct val_type remote =
	STRUCT("dependency.PeeringRemoteInfo", remote);
FIELDS(peering) = {
	STRING(ID),
	STRING(Name),
	STRING(Partition),
	STRMAP(Meta),
	STRING(PeeringState),
	STRING(PeerID),
	STRING(PeerServerName),
	STRINGS(PeerServerAddresses),
	FIELD(StreamStatus, stream),
	FIELD(Remote, remote),
};
SHAPE(peering, "dependency.Peering");

FIELDS(consumers) = {STRINGS(Peers), STRINGS(Partitions)};
static const struct val_type consumers =
	STRUCT("dependency.ResolvedConsumers", consumers);
FIELDS(exported_service) = {
	STRING(Service),
	STRING(Partition),
	STRING(Namespace),
	FIELD(Consumers, consumers),
};
SHAPE_VALUES(exported_service, "dependency.ExportedService");

FIELDS(imported_service) = {
	STRING(Service), STRING(Namespace), STRING(SourcePartition),
};
SHAPE_VALUES(imported_service, "dependency.ImportedService");

FIELDS(ca_root) = {
	STRING(ID),	   STRING(Name),
	FIELD_JSON(RootCertPEM, type_string, "RootCert"),
	BOOL(Active),	   UINT(CreateIndex),
	UINT(ModifyIndex),
};
SHAPE(ca_root, "api.CARoot");

FIELDS(leaf_cert) = {
	STRING(SerialNumber),	STRING(CertPEM),
	STRING(PrivateKeyPEM),	STRING(Service),
	STRING(ServiceURI),	FIELD(ValidAfter, shape_time),
	FIELD(ValidBefore, shape_time), UINT(CreateIndex),
	UINT(ModifyIndex),
};
SHAPE(leaf_cert, "api.LeafCert");

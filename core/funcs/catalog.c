// SPDX-License-Identifier: MIT
/* catalog - Consul's services, nodes and what lies around them. While data is
 * missing, lists are empty and objects nil. */
#include "funcs/ask.h"
#include "funcs/shape.h"
#include "funcs/themes.h"

/*: datacenters [IGNORE-FAILING]
 * {{ datacenters | join "," }} ~> dc1,dc2
 */
FN(datacenters)
{
	struct tmpl_query q;
	bool have;

	if (n > 1)
		return fail(c, "datacenters: wrong number of arguments, "
			       "expected 0 or 1, but got %zu",
			    n);
	*out = val_list(c->arena, &type_strings, 0);
	if (query_parse(c->arena, DEP_DATACENTERS, STR(""), "", &q,
			c->err) < 0)
		return -1;
	q.ignore_failing = n && args[0].b;
	return ask(c, &q, out, &have);
}

static int health(struct tmpl_call *c, enum tmpl_dep kind,
		  const struct val *args, size_t n, struct val *out)
{
	*out = val_list(c->arena, &shape_health_service_l, 0);
	if (!n || !args[0].s.n)
		return 0;
	return ask_list(c, kind, join_args(c, args, n, "|"),
			&shape_health_service_l, out);
}

/*: service "[TAG.]NAME[?QUERY][@DC][~NEAR][|STATUS,...]"
 * {{ range service "v1.web|passing" }}{{ .Address }}:{{ .Port }} {{ end }} ~> 10.0.0.1:80 10.0.0.2:80
 */
FN(service)
{
	return health(c, DEP_SERVICE, args, n, out);
}

/*: connect "[TAG.]NAME[?QUERY][@DC][~NEAR][|STATUS,...]"
 * {{ range connect "web" }}{{ .Address }} {{ end }} ~> 10.0.0.1
 */
FN(connect)
{
	return health(c, DEP_CONNECT, args, n, out);
}

/*: services ["[?QUERY][@DC]"]
 * {{ range services }}{{ .Name }}: {{ .Tags | join "," }} {{ end }} ~> consul: web: v1,v2
 */
FN(services)
{
	return ask_list(c, DEP_SERVICES, join_args(c, args, n, ""),
			&shape_catalog_snippet_l, out);
}

/*: node ["NAME[?QUERY][@DC]"]
 * {{ with node }}{{ .Node.Address }}{{ end }} ~> 10.0.0.1
 */
FN(node)
{
	bool have;

	return ask_text(c, DEP_NODE, join_args(c, args, n, ""), out, &have);
}

/*: nodes ["[?QUERY][@DC][~NEAR]"]
 * {{ range nodes }}{{ .Node }} {{ end }} ~> node1 node2
 */
FN(nodes)
{
	return ask_list(c, DEP_NODES, join_args(c, args, n, ""),
			&shape_node_l, out);
}

/*: partitions
 * {{ range partitions }}{{ .Name }} {{ end }} ~> default
 */
FN(partitions)
{
	return ask_list(c, DEP_PARTITIONS, STR(""), &shape_partition_l, out);
}

/*: peerings ["?partition=P"]
 * {{ range peerings }}{{ .Name }} {{ .PeeringState }} {{ end }} ~> east ACTIVE
 */
FN(peerings)
{
	return ask_list(c, DEP_PEERINGS, join_args(c, args, n, ""),
			&shape_peering_l, out);
}

/*: exportedServices [PARTITION]
 * {{ range exportedServices }}{{ .Service }} {{ end }} ~> web
 */
FN(exported_services)
{
	return ask_list(c, DEP_EXPORTED_SERVICES, join_args(c, args, n, ""),
			&shape_exported_service_l, out);
}

/*: importedServices PARTITION
 * {{ range importedServices "default" }}{{ .Service }} {{ end }} ~> db
 */
FN(imported_services)
{
	if (!args[0].s.n)
		return fail(c, "importedServices: partition name is required");
	return ask_list(c, DEP_IMPORTED_SERVICES, args[0].s,
			&shape_imported_service_l, out);
}

/*: caRoots
 * {{ range caRoots }}{{ .RootCertPEM }}{{ end }} ~> -----BEGIN CERTIFICATE-----...
 */
FN(ca_roots)
{
	bool have;

	*out = val_zero(&shape_ca_root_l);
	return ask_text(c, DEP_CA_ROOTS, STR(""), out, &have);
}

/*: caLeaf SERVICE
 * {{ with caLeaf "web" }}{{ .CertPEM }}{{ end }} ~> -----BEGIN CERTIFICATE-----...
 */
FN(ca_leaf)
{
	bool have;

	if (!n || !args[0].s.n)
		return 0;
	return ask_text(c, DEP_CA_LEAF, args[0].s, out, &have);
}

static const struct tmpl_func table[] = {
	{"caLeaf", "..s:a", ca_leaf},
	{"caRoots", "..s:<[]*api.CARoot>", ca_roots},
	{"connect", "..s:<[]*dependency.HealthService>", connect},
	{"datacenters", "..b:S", datacenters},
	{"exportedServices", "..s:<[]dependency.ExportedService>",
	 exported_services},
	{"importedServices", "s:<[]dependency.ImportedService>",
	 imported_services},
	{"node", "..s:a", node},
	{"nodes", "..s:<[]*dependency.Node>", nodes},
	{"partitions", ":<[]*dependency.Partition>", partitions},
	{"peerings", "..s:<[]*dependency.Peering>", peerings},
	{"service", "..s:<[]*dependency.HealthService>", service},
	{"services", "..s:<[]*dependency.CatalogSnippet>", services},
};

THEME(theme_catalog, "catalog", table);

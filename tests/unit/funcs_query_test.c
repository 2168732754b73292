// SPDX-License-Identifier: MIT
/* The texts of queries: identities and errors of consul-template 0.42. */
#include "funcs_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	enum tmpl_dep kind;
	const char *text, *id; /* or the error */
} cases[] = {
	{DEP_KV_GET, "a/b", "kv.get(a/b)"},
	{DEP_KV_BLOCK, "/a/b", "kv.block(a/b)"},
	{DEP_KV_BLOCK, "//a", "kv.block(/a)"},
	{DEP_KV_BLOCK, "/", "kv.block(/)"},
	{DEP_KV_BLOCK, "a b~|c@dc-1.x", "kv.block(a b~|c@dc-1.x)"},
	{DEP_KV_GET, "k?ns=n&partition=p@d", "kv.get(k@d@partition=p@ns=n)"},
	{DEP_KV_GET, "a@", "kv.get: invalid format: \"a@\""},
	{DEP_KV_GET, "@dc", "kv.get: invalid format: \"@dc\""},
	{DEP_KV_GET, "a@b@c", "kv.get: invalid format: \"a@b@c\""},
	{DEP_KV_GET, "a?", "kv.get: invalid format: \"a?\""},
	{DEP_KV_GET, "a@dc?ns=x", "kv.get: invalid format: \"a@dc?ns=x\""},
	{DEP_KV_GET, "a?x=y",
	 "kv.get: invalid query parameter key \"x\" in query \"x=y\": "
	 "supported keys: ns,peer,partition,sameness-group"},
	{DEP_KV_LIST, "/p", "kv.list(p)"},
	{DEP_SERVICE, "web", "health.service(web|passing)"},
	{DEP_SERVICE, "web|passing", "health.service(web|passing)"},
	{DEP_SERVICE, "web|any", "health.service(web|any)"},
	{DEP_SERVICE, "web|warning,critical", "health.service(web|critical,warning)"},
	{DEP_SERVICE, "web|passing,passing", "health.service(web|passing,passing)"},
	{DEP_SERVICE, "web|,", "health.service(web)"},
	{DEP_SERVICE, "web|", "health.service: invalid format: \"web|\""},
	{DEP_SERVICE, "web|Any", "health.service: invalid filter: \"Any\" in \"web|Any\""},
	{DEP_SERVICE, "v1.2.web", "health.service(v1.2.web|passing)"},
	{DEP_SERVICE, "a=b:c.web", "health.service(a=b:c.web|passing)"},
	{DEP_SERVICE, ".web", "health.service: invalid format: \".web\""},
	{DEP_SERVICE, "web.", "health.service: invalid format: \"web.\""},
	{DEP_SERVICE, "a:b", "health.service: invalid format: \"a:b\""},
	{DEP_SERVICE, "w\xc3\xa9", "health.service: invalid format: \"w\xc3\xa9\""},
	{DEP_SERVICE, "t.web?ns=n&peer=p@dc~_agent|any",
	 "health.service(t.web@dc@ns=n@peer=p~_agent|any)"},
	{DEP_SERVICE, "web?peer=a&sameness-group=b",
	 "health.service: cannot specify both peer and sameness-group"},
	{DEP_SERVICE, "web?sameness-group=b",
	 "health.service(web@sameness-group=b|passing)"},
	{DEP_CONNECT, "web|any", "health.connect(web|any)"},
	{DEP_SERVICES, "", "catalog.services"},
	{DEP_SERVICES, "@dc", "catalog.services(@dc)"},
	{DEP_SERVICES, "x", "catalog.services: invalid format: \"x\""},
	{DEP_NODE, "", "catalog.node"},
	{DEP_NODE, "n.x-1@dc", "catalog.node(n.x-1@dc)"},
	{DEP_NODE, "a b", "catalog.node: invalid format: \"a b\""},
	{DEP_NODES, "@dc~near.x", "catalog.nodes(@dc~near.x)"},
	{DEP_NODES, "~n", "catalog.nodes(~n)"},
	{DEP_DATACENTERS, "", "catalog.datacenters"},
	{DEP_PARTITIONS, "", "list.partitions"},
	{DEP_EXPORTED_SERVICES, "p", "list.exportedServices(p)"},
	{DEP_IMPORTED_SERVICES, "p", "list.importedServices(p)"},
	{DEP_PEERINGS, "", "list.peerings"},
	{DEP_PEERINGS, "?partition=p", "list.peerings?partition=p"},
	{DEP_PEERINGS, "p", "list.peering: invalid format: \"p\""},
	{DEP_CA_ROOTS, "", "connect.caroots"},
	{DEP_CA_LEAF, "web", "connect.caleaf(web)"},
	{DEP_FILE, "/x", "file(/x)"},
	{DEP_NOMAD_SERVICES, "", "nomad.services"},
	{DEP_NOMAD_SERVICES, "@r", "nomad.services(@r)"},
	{DEP_NOMAD_SERVICE, "t.web@r", "nomad.service(t.web@r)"},
	{DEP_NOMAD_SERVICE, "", "nomad.service: invalid format: \"\""},
	{DEP_NOMAD_VAR_GET, " /a.b/ ", "nomad.var.get(a.b@default.global)"},
	{DEP_NOMAD_VAR_BLOCK, "a@n.r", "nomad.var.block(a@n.r)"},
	{DEP_NOMAD_VAR_GET, "a@*", "nomad.var.get: invalid format: \"a@*\""},
	{DEP_NOMAD_VAR_LIST, "", "nomad.var.list(@default.global)"},
	{DEP_NOMAD_VAR_LIST, "/", "nomad.var.list(@default.global)"},
	{DEP_NOMAD_VAR_LIST, "/a/@*.r", "nomad.var.list(a/@*.r)"},
	{DEP_NOMAD_VAR_LIST, "a@b@c", "nomad.var.list: invalid format: \"a@b@c\""},
	{DEP_VAULT_READ, " /secret/a/ ", "vault.read(secret/a)"},
	{DEP_VAULT_READ, "s/a?version=3", "vault.read(s/a.v3)"},
	{DEP_VAULT_READ, "s/a?x=1", "vault.read(s/a)"},
	{DEP_VAULT_READ, " / ", "vault.read: invalid format: \"\""},
	{DEP_VAULT_LIST, "s/", "vault.list(s)"},
	{DEP_CATALOG_SERVICE, "t.web@dc~n", "catalog.service(t.web@dc~n)"},
};

static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		struct tmpl_query q;
		struct err e = {0};
		int r;

		arena_init(&a, 0);
		r = query_parse(&a, cases[i].kind, str_of(cases[i].text), "",
				&q, &e);
		assert_string_equal(r < 0 ? e.text : q.id, cases[i].id);
		arena_free(&a);
	}
}

static void parts(void **state)
{
	struct arena a;
	struct tmpl_query q;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(query_parse(&a, DEP_SERVICE,
				     STR("t.web?ns=n&partition=p@d~x|any"), "",
				     &q, NULL),
			 0);
	assert_string_equal(q.name, "web");
	assert_string_equal(q.tag, "t");
	assert_string_equal(q.dc, "d");
	assert_string_equal(q.near, "x");
	assert_string_equal(q.ns, "n");
	assert_string_equal(q.partition, "p");
	assert_string_equal(q.filter, "any");
	assert_int_equal(query_parse(&a, DEP_SERVICE, STR("web|,"), "", &q,
				     NULL),
			 0);
	assert_string_equal(q.filter, ",");
	assert_int_equal(query_parse(&a, DEP_NOMAD_VAR_GET, STR("a"), "team",
				     &q, NULL),
			 0);
	assert_string_equal(q.ns, "team");
	assert_string_equal(q.id, "nomad.var.get(a@team.global)");
	assert_int_equal(query_parse(&a, DEP_VAULT_READ,
				     STR("s/a?version=3&x=y"), "", &q, NULL),
			 0);
	assert_string_equal(q.name, "s/a");
	assert_string_equal(q.version, "version=3&x=y");
	arena_free(&a);
}

/* The hash is of the sorted, trimmed pairs; the last of equal keys counts. */
static void writes(void **state)
{
	static const struct str args[] = {
		{" b = 2 ", 7}, {"", 0}, {"a=1", 3}, {"b=3=4", 5}};
	struct arena a;
	struct tmpl_query q;
	struct err e = {0};

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(query_vault(&a, DEP_VAULT_WRITE, STR("pki/x/"), args,
				     4, "", &q, &e),
			 0);
	assert_string_equal(q.pairs[0], "a=1");
	assert_string_equal(q.pairs[1], "b=3=4");
	assert_null(q.pairs[2]);
	assert_string_equal(q.id, "vault.write(pki/x -> 6e576e3c)");
	assert_int_equal(query_vault(&a, DEP_VAULT_PKI, STR("pki/x"), args, 1,
				     "/etc/c.pem", &q, &e),
			 0);
	assert_string_equal(q.id, "vault.pki(pki/x->/etc/c.pem)");
	assert_int_equal(query_vault(&a, DEP_VAULT_WRITE, STR("p"),
				     &STR("nopair"), 1, "", &q, &e),
			 -1);
	assert_string_equal(e.text, "not k=v pair \"nopair\"");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(parts),
		cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

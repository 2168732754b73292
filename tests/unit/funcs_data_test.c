// SPDX-License-Identifier: MIT
/* Functions that ask for data, the types of what they give and their methods,
 * and what passes through the host. */
#include "funcs_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int setup(void **state)
{
	(void)state;
	world_put("kv.list(app)", &shape_key_pair_l,
		  "[{\"Path\":\"app/a\",\"Key\":\"a\",\"Value\":\"1\"},"
		  "{\"Path\":\"app/d/\",\"Key\":\"d/\",\"Value\":\"\"},"
		  "{\"Path\":\"app/d/x\",\"Key\":\"d/x\",\"Value\":\"2\","
		  "\"CreateIndex\":7},"
		  "{\"Path\":\"app/d/e/y\",\"Key\":\"d/e/y\",\"Value\":\"3\"}]");
	world_put("kv.list(none)", &shape_key_pair_l, "[]");
	world_put("kv.block(k)", &type_string, "\"v\"");
	world_put("kv.get(k)", &type_string, "\"v\"");
	world_put("kv.get(e)", &type_string, "\"\"");
	world_put("kv.get(gone)", &type_string, "");
	world_put("health.service(web|passing)", &shape_health_service_l,
		  "[{\"Node\":\"n1\",\"ID\":\"w1\",\"Name\":\"web\","
		  "\"Address\":\"10.0.0.1\",\"Port\":80,\"Tags\":[\"v1\",\"x\"],"
		  "\"ServiceMeta\":{\"ver\":\"1.2\",\"shard\":\"7\"},"
		  "\"Weights\":{\"Passing\":10,\"Warning\":1},"
		  "\"ServiceTaggedAddresses\":{\"lan\":{\"Address\":\"l\","
		  "\"Port\":1}},"
		  "\"Checks\":[{\"CheckID\":\"c\",\"Status\":\"warning\"},"
		  "{\"CheckID\":\"d\",\"Status\":\"passing\"}]},"
		  "{\"Node\":\"n2\",\"ID\":\"w2\",\"Name\":\"web\","
		  "\"Port\":81,\"Tags\":[\"v1\"]}]");
	world_put("catalog.services", &shape_catalog_snippet_l,
		  "[{\"Name\":\"web\",\"Tags\":[\"v1\"]}]");
	world_put("catalog.node(n1)", &shape_catalog_node_p,
		  "{\"Node\":{\"Node\":\"n1\",\"Address\":\"10.0.0.1\"},"
		  "\"Services\":[{\"ID\":\"w\",\"Service\":\"web\"}]}");
	world_put("vault.read(s)", &shape_secret_p,
		  "{\"LeaseID\":\"l\",\"Data\":{\"a\":\"b\",\"m\":{}}}");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_clear();
	return 0;
}

static void keys(void **state)
{
	(void)state;
	world_check("{{ key \"k\" }} {{ keyExists \"k\" }} "
		    "{{ keyExists \"gone\" }} {{ keyOrDefault \"k\" \"d\" }} "
		    "{{ keyOrDefault \"e\" \"d\" }} "
		    "{{ keyOrDefault \"gone\" \"d\" }} {{ key \"later\" }}|",
		    "v true false v d d |");
	assert_string_equal(world_asked(),
			    "kv.block(k) kv.get(k) kv.get(gone) kv.get(k) "
			    "kv.get(e) kv.get(gone) kv.block(later) ");
	world_check("{{ key \"\" }}{{ ls \"\" | len }}{{ service \"\" | len }}",
		    "00");
	assert_string_equal(world_asked(), "");
	world_check("{{ key \"a@\" }}",
		    "! error calling key: kv.get: invalid format: \"a@\"");
}

static void lists(void **state)
{
	(void)state;
	world_check("{{ range ls \"app\" }}{{ .Key }}={{ .Value }} {{ end }}|"
		    "{{ range tree \"app\" }}{{ .Key }} {{ end }}",
		    "a=1 |a d/x d/e/y ");
	world_check("{{ range $k, $m := tree \"app\" | byKey }}{{ $k }}:"
		    "{{ range $r, $p := $m }}{{ $r }}={{ $p.Value }}"
		    "({{ $p.Path }}) {{ end }}{{ end }}",
		    "d:e/y=3(app/d/e/y) x=2(app/d/x) ");
	world_check("{{ tree \"app\" | explode | toJSON }}",
		    "{\"a\":\"1\",\"d\":{\"e\":{\"y\":\"3\"},\"x\":\"2\"}}");
	world_check("{{ index (tree \"app\") 1 | toJSON }}",
		    "{\"Path\":\"app/d/x\",\"Key\":\"d/x\",\"Value\":\"2\","
		    "\"CreateIndex\":7,\"ModifyIndex\":0,\"LockIndex\":0,"
		    "\"Flags\":0,\"Session\":\"\"}");
	world_check("{{ safeLs \"none\" }}{{ safeTree \"later\" }}"
		    "{{ ls \"none\" }}",
		    "[][][]");
	assert_string_equal(world_asked(),
			    "kv.list(none) kv.list(none)! kv.list(later) "
			    "kv.list(none) ");
}

static void services(void **state)
{
	(void)state;
	world_check("{{ range service \"web\" }}{{ .Address }}:{{ .Port }} "
		    "{{ .Tags.Contains \"x\" }} {{ .Tags | contains \"v1\" }} "
		    "{{ .Tags | join \"+\" }} {{ .Weights }} "
		    "{{ .ServiceTaggedAddresses }} "
		    "{{ .Checks.AggregatedStatus }};{{ end }}",
		    "10.0.0.1:80 true true v1+x {10 1} map[lan:{l 1}] "
		    "warning;:81 false true v1 {0 0} map[] passing;");
	world_check("{{ range $t, $l := service \"web\" | byTag }}{{ $t }}:"
		    "{{ range $l }}{{ .ID }} {{ end }}{{ end }}",
		    "v1:w1 w2 x:w1 ");
	world_check("{{ range $t, $l := services | byTag }}{{ $t }}:"
		    "{{ range $l }}{{ .Name }}{{ end }}{{ end }}",
		    "v1:web");
	world_check("{{ range $p, $l := service \"web\" | byPort }}{{ $p }}:"
		    "{{ len $l }} {{ end }}",
		    "80:1 81:1 ");
	world_check("{{ range $k, $l := service \"web\" | "
		    "byMeta \"ver,shard|int\" }}{{ $k }} {{ end }}",
		    "1_2_00007 _no_ver__00000 ");
	world_check("{{ byMeta \"ver|int\" (service \"web\") }}",
		    "! error calling byMeta: cannot parse 1.2 as number : "
		    "strconv.Atoi: parsing \"1.2\": invalid syntax");
	world_check("{{ printf \"%T %T\" (service \"web\") "
		    "(index (service \"web\") 0).Checks }}",
		    "[]*dependency.HealthService api.HealthChecks");
	world_check("{{ with node \"n1\" }}{{ .Node.Address }} "
		    "{{ range .Services }}{{ .Service }}{{ end }}{{ end }}"
		    "{{ with node \"n2\" }}x{{ else }}none{{ end }}",
		    "10.0.0.1 webnone");
}

/* What a template changes is its own copy. */
static void secrets(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		world_check("{{ with secret \"s\" }}{{ .Data.a }} "
			    "{{ $_ := sprig_set .Data.m \"new\" 1 }}"
			    "{{ .Data.m }}{{ end }} "
			    "{{ with secret \"t\" \"a=b\" }}x{{ end }}",
			    "b map[new:1] ");
	assert_string_equal(world_asked(),
			    "vault.read(s) vault.write(t -> 2b660a4a) ");
	world_check("{{ secret \"t\" \"nopair\" }}",
		    "! error calling secret: not k=v pair \"nopair\"");
	world_check("{{ mustEnv \"NAME\" }}",
		    "! error calling mustEnv: function is disabled");
}

static void nomad(void **state)
{
	struct val meta, items, v;
	struct arena *a = world_arena();

	(void)state;
	meta = val_ptr(a, &shape_nomad_meta_p);
	val_set_field(&meta, "Path", val_cstr("p/q"));
	val_field(&meta, "CreateTime")->i = INT64_C(1700000000000000001);
	items = val_map(a, &type_map_str);
	val_map_sets(a, &items, STR("b"), val_cstr("2"));
	val_map_sets(a, &items, STR("a"), val_cstr("1"));
	v = shape_nomad_make(a, &meta, &items);
	world_put_val("nomad.var.block(x@default.global)", v);
	world_check("{{ with nomadVar \"x\" }}{{ .a }} {{ .Keys }} {{ .Values }} "
		    "{{ .Tuples }} {{ .Metadata }} {{ .Parent.Path }} "
		    "{{ .a.Parent.Items.b }} {{ .b.Metadata.CreateTime }} "
		    "{{ .ItemsMap | toJSON }} {{ . | toJSON }}{{ end }}",
		    "1 [a b] [1 2] [{a 1} {b 2}] p/q p/q 2 "
		    "2023-11-14 22:13:20.000000001 +0000 UTC "
		    "{\"a\":\"1\",\"b\":\"2\"} {\"a\":\"1\",\"b\":\"2\"}");
	world_check("{{ nomadVar \"later\" }}{{ nomadVarListSafe }} "
		    "{{ nomadService 2 \"k\" \"redis\" }}",
		    "map[][] []");
	assert_string_equal(world_asked(),
			    "nomad.var.block(later@default.global) "
			    "nomad.var.list(@default.global) "
			    "nomad.service(redis:2|k) ");
	world_check("{{ nomadService \"x\" \"y\" }}",
		    "! error calling nomadService: expected arguments "
		    "<service> or <count> <key> <service>");
}

static void outside(void **state)
{
	(void)state;
	world_check("{{ env \"NAME\" }}{{ env \"NONE\" }} "
		    "{{ envOrDefault \"EMPTY\" \"d\" }} "
		    "{{ timestamp }} {{ timestamp \"unix\" }} "
		    "{{ timestamp \"15:04:05.000000\" }}",
		    "value  2026-01-02T03:04:05Z 1767323045 03:04:05.000006");
	world_check("{{ plugin \"p\" \" a \" \"\" \"b c\" }}", "<p><a><b c>");
	world_check("{{ \"text\" | writeToFile \"/f\" \"u\" \"g\" \"0640\" "
		    "\"append,newline\" }}{{ spew_dump 1 }}",
		    "");
	assert_string_equal(world_asked(), "/f:u:g:640:3:text (int) 1\n");
	world_check("{{ writeToFile \"f\" \"\" \"\" \"9\" \"x\" }}",
		    "! error calling writeToFile: strconv.ParseUint: parsing "
		    "\"9\": invalid syntax");
}

static void addresses(void **state)
{
	(void)state;
	world_check("{{ sockaddr \"GetPrivateIP\" }} "
		    "{{ sockaddr \"GetPublicIP\" }} "
		    "{{ sockaddr \"GetPrivateIPs\" }} "
		    "{{ sockaddr \"GetInterfaceIPs \\\"eth0\\\"\" }}",
		    "10.1.2.3 8.8.4.4 10.1.2.3 192.168.7.9 "
		    "10.1.2.3 2001:db8::7");
	world_check("{{ sockaddr \"GetAllInterfaces | include `type` `IPv4` | "
		    "exclude `name` `^lo$` | sort `-size,address` | "
		    "join `network` `,`\" }}",
		    "8.8.4.0,192.168.7.0,10.1.0.0");
	world_check("{{ sockaddr \"GetAllInterfaces | include `rfc` `1918` | "
		    "math `network` `+1` | attr `address`\" }} "
		    "{{ sockaddr \"GetAllInterfaces | include `name` `eth1` | "
		    "math `address` `-5` | attr `string`\" }} "
		    "{{ sockaddr \"GetDefaultInterfaces | limit 1 | "
		    "attr `flags`\" }}",
		    "10.1.0.1 8.8.3.255/24 up|broadcast|multicast|running");
	world_check("{{ sockaddr \"GetAllInterfaces | include `flags` "
		    "`loopback` | include `type` `IPv6` | attr `size`\" }}",
		    "1");
	world_check("{{ sockaddr \"Nothing\" }}",
		    "! error calling sockaddr: unable to parse template "
		    "\"{{ Nothing }}\": template: sockaddr.Parse:1: function "
		    "\"Nothing\" not defined");
}

/* JSON that does not fit is refused with Go's words. */
static void misfits(void **state)
{
	struct arena a;
	struct val in, out;
	struct err e = {0};

	(void)state;
	arena_init(&a, 0);
	in = val_map(&a, &type_map_any);
	val_map_sets(&a, &in, STR("Port"), val_cstr("80"));
	assert_int_equal(shape_decode(&a, &shape_health_service_p, &in, &out,
				      &e),
			 -1);
	assert_string_equal(e.text,
			    "json: cannot unmarshal string into Go struct "
			    "field HealthService.Port of type int");
	val_map_sets(&a, &in, STR("Port"), val_float(1.5));
	assert_int_equal(shape_decode(&a, &shape_health_service_p, &in, &out,
				      &e),
			 -1);
	in = val_map(&a, &type_map_any);
	val_map_sets(&a, &in, STR("validafter"),
		     val_cstr("2026-01-02T03:04:05Z"));
	assert_int_equal(shape_decode(&a, &shape_leaf_cert_p, &in, &out, &e),
			 0);
	assert_string_equal(
		shape_time.text(&a, val_field(&out, "ValidAfter")).p,
		"2026-01-02T03:04:05Z");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys, setup, teardown),
		cmocka_unit_test_setup_teardown(lists, setup, teardown),
		cmocka_unit_test_setup_teardown(services, setup, teardown),
		cmocka_unit_test_setup_teardown(secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(nomad, NULL, teardown),
		cmocka_unit_test(outside),
		cmocka_unit_test(addresses),
		cmocka_unit_test(misfits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

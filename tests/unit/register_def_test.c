// SPDX-License-Identifier: MIT
/* Service definitions: Consul's spellings, our keys, registrator's variables,
 * findings with file and line, addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "register.h"

/* A check reader that keeps the first key of the block as the name. */
static size_t read_check(void *ctx, struct arena *a, const struct hcl_node *n,
			 struct reg_check *out, reg_lint_fn *lint, void *lctx)
{
	(void)ctx;
	out->agent = val_map(a, &type_map_any);
	for (size_t i = 0; i < n->n; i++) {
		struct str key = n->items[i].keys[0].name;

		if (str_is(key, "bogus")) {
			lint(lctx, n->items[i].keys[0].pos, "check: bogus");
			return 1;
		}
		if (str_is(key, "service_id"))
			out->service_id = n->items[i].val->s.p;
		else if (str_is(key, "name"))
			out->name = n->items[i].val->s.p;
		else
			val_map_sets(a, &out->agent, key,
				     val_str(n->items[i].val->s));
	}
	return 0;
}

static const struct reg_hooks hooks = {.read = read_check};

struct fix {
	struct reg_conf c;
	struct reg_lint l;
	char path[64];
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	int fd;

	reg_conf_init(&f->c, &hooks);
	strcpy(f->path, "/tmp/register_def_XXXXXX");
	fd = mkstemp(f->path);
	close(fd);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	unlink(f->path);
	reg_conf_free(&f->c);
	reg_lint_free(&f->l);
	free(f);
	return 0;
}

static int load(struct fix *f, const char *text)
{
	FILE *o = fopen(f->path, "w");

	fputs(text, o);
	fclose(o);
	return reg_conf_file(&f->c, f->path, &f->l);
}

static const char *member(const struct reg_service *s, const char *key)
{
	const struct val *v = val_map_gets(&s->body, str_of(key));
	static char out[256];

	if (!v || val_kind(v) != KIND_STRING)
		return NULL;
	snprintf(out, sizeof(out), "%.*s", (int)v->s.n, v->s.p);
	return out;
}

static void reads_consuls_definition(void **state)
{
	struct fix *f = *state;
	const struct val *v;
	struct reg_service *s;

	setenv("REG_PORT", "8080", 1);
	assert_int_equal(
		load(f, "service {\n"
			"  name = \"web\"\n"
			"  id = \"web-1\"\n"
			"  port = \"${REG_PORT}\"\n"
			"  address = \"10.1.2.3\"\n"
			"  tags = [\"a\", \"${REG_TAG:-b}\"]\n"
			"  meta { version = \"1\" }\n"
			"  enableTagOverride = true\n"
			"  weights { passing = 5 warning = 1 }\n"
			"  tagged_addresses { lan { address = \"1.2.3.4\" port = 80 } }\n"
			"  connect { native = true }\n"
			"  drain = \"connections:30s\"\n"
			"  check { http = \"http://localhost/\" }\n"
			"  checks = [{ tcp = \"localhost:1\" }, { name = \"x\" }]\n"
			"}\n"),
		0);
	assert_int_equal(reg_conf_finish(&f->c, "me", &f->l), 0);
	assert_int_equal(f->c.n, 1);
	s = &f->c.services[0];
	assert_string_equal(s->id, "web-1");
	assert_int_equal(s->port, 8080);
	assert_true(s->drain_connections == 30 * DUR_S);
	assert_int_equal(s->nchecks, 3);
	assert_string_equal(s->checks[0].id, "web-1:1");
	assert_string_equal(s->checks[0].name, "Service 'web' check");
	assert_string_equal(s->checks[2].name, "x");
	assert_string_equal(member(s, "Address"), "10.1.2.3");
	v = val_map_gets(&s->body, STR("Tags"));
	assert_int_equal(val_len_list(v), 2);
	assert_true(str_is(v->list->items[1].s, "b"));
	v = val_map_gets(&s->body, STR("Weights"));
	assert_int_equal(val_map_gets(v, STR("Passing"))->i, 5);
	v = val_map_gets(&s->body, STR("TaggedAddresses"));
	v = val_map_gets(v, STR("lan"));
	assert_int_equal(val_map_gets(v, STR("Port"))->i, 80);
	v = val_map_gets(&s->body, STR("Meta"));
	assert_true(str_is(val_map_gets(v, STR("basebox-owner"))->s, "me"));
	assert_true(val_map_gets(&s->body, STR("EnableTagOverride"))->b);
	v = val_map_gets(&s->body, STR("Connect"));
	assert_true(val_map_gets(v, STR("Native"))->b);
}

static void reads_json_and_lists(void **state)
{
	struct fix *f = *state;
	char host[256], want[300];

	assert_int_equal(load(f, "{\"services\": [{\"Name\": \"a\", \"Port\": 1},"
				 " {\"name\": \"b\"}],\n"
				 " \"check\": {\"service_id\": \"b\", \"tcp\": "
				 "\"x:1\"}}"),
			 0);
	assert_int_equal(reg_conf_finish(&f->c, NULL, &f->l), 0);
	gethostname(host, sizeof(host));
	snprintf(want, sizeof(want), "a-%s-1", host);
	assert_string_equal(f->c.services[0].id, want);
	snprintf(want, sizeof(want), "b-%s", host);
	assert_string_equal(f->c.services[1].id, want);
	assert_int_equal(f->c.services[1].nchecks, 1);
}

static void reports_every_finding(void **state)
{
	struct fix *f = *state;
	char want[1024];

	assert_int_equal(load(f, "service {\n"
				 "  nam = \"web\"\n"
				 "  port = 70000\n"
				 "  tags = \"x\"\n"
				 "  drain = \"soon\"\n"
				 "  check { bogus = 1 }\n"
				 "}\n"
				 "agent = {}\n"
				 "check { tcp = \"x:1\" }\n"),
			 -1);
	snprintf(want, sizeof(want),
		 "%s:2: service: unknown key nam\n"
		 "%s:3: port: not a port (0-65535)\n"
		 "%s:4: tags: expected a list of strings\n"
		 "%s:5: drain: expected a duration or connections:MAX, got "
		 "\"soon\"\n"
		 "%s:6: check: bogus\n"
		 "%s:1: service: no name\n"
		 "%s:8: unknown key agent (expected service, services, check "
		 "or checks)\n"
		 "%s:9: check: no service_id (a check outside of a service "
		 "block needs one)\n",
		 f->path, f->path, f->path, f->path, f->path, f->path, f->path,
		 f->path);
	assert_string_equal(buf_str(&f->l.text), want);
	assert_int_equal(f->l.errors, 8);
}

static void reports_inner_keys(void **state)
{
	struct fix *f = *state;
	char want[1024];

	assert_int_equal(load(f, "service {\n"
				 "  name = \"web\"\n"
				 "  weights { pasing = 1 }\n"
				 "  connect { nativ = true }\n"
				 "  tagged_addresses { wan { adress = \"h\" } }\n"
				 "}\n"),
			 -1);
	snprintf(want, sizeof(want),
		 "%s:3: weights: unknown key pasing\n"
		 "%s:4: connect: unknown key nativ\n"
		 "%s:5: tagged_addresses: unknown key adress\n",
		 f->path, f->path, f->path);
	assert_string_equal(buf_str(&f->l.text), want);
}

/* As in Consul's files: what is not given is 1, and its limits hold. */
static void completes_weights(void **state)
{
	struct fix *f = *state;
	const struct val *v;

	assert_int_equal(load(f, "service { name = \"a\" weights { warning = 2 } }\n"
				 "service { name = \"b\" weights { passing = 3 } }\n"),
			 0);
	assert_int_equal(reg_conf_finish(&f->c, "me", &f->l), 0);
	v = val_map_gets(&f->c.services[0].body, STR("Weights"));
	assert_int_equal(val_map_gets(v, STR("Passing"))->i, 1);
	assert_int_equal(val_map_gets(v, STR("Warning"))->i, 2);
	v = val_map_gets(&f->c.services[1].body, STR("Weights"));
	assert_int_equal(val_map_gets(v, STR("Passing"))->i, 3);
	assert_int_equal(val_map_gets(v, STR("Warning"))->i, 1);
}

static void reports_weights(void **state)
{
	struct fix *f = *state;

	assert_int_equal(load(f, "service { name = \"a\" weights { passing = 0 } }\n"
				 "service { name = \"b\" weights { warning = \"x\" } }\n"
				 "service { name = \"c\" weights { warning = 65536 } }\n"),
			 0);
	assert_int_equal(reg_conf_finish(&f->c, "me", &f->l), -1);
	assert_int_equal(f->l.errors, 3);
	assert_non_null(strstr(f->l.text.p, ":1: service a: weights: Passing is "
					    "a number from 1 to 65535\n"));
}

static void reports_broken_text_and_doubles(void **state)
{
	struct fix *f = *state;

	assert_int_equal(load(f, "service {\n  name = \n"), -1);
	assert_non_null(strstr(buf_str(&f->l.text), f->path));
	assert_int_equal(load(f, "service { name = \"a\" id = \"x\" }\n"
				 "service { name = \"b\" id = \"x\" }\n"),
			 0);
	assert_int_equal(reg_conf_finish(&f->c, NULL, &f->l), -1);
	assert_non_null(strstr(buf_str(&f->l.text),
			       ":2: service b: the id x is taken by "));
	assert_int_equal(reg_conf_file(&f->c, "/nonexistent.hcl", &f->l), -1);
	assert_non_null(strstr(buf_str(&f->l.text),
			       "No such file or directory"));
}

static void reads_registrators_variables(void **state)
{
	struct fix *f = *state;
	char *env[] = {(char *)"SERVICE_TAGS=a,b",
		       (char *)"SERVICE_8080_NAME=web",
		       (char *)"SERVICE_8080_CHECK_HTTP=/health",
		       (char *)"SERVICE_8080_CHECK_INTERVAL=5s",
		       (char *)"SERVICE_8080_TEAM=${REG_TEAM:-blue}",
		       (char *)"SERVICE_8080_ADDRESS=10.9.8.7",
		       (char *)"SERVICE_9090_NAME=admin",
		       (char *)"SERVICE_9090_TAGS=c",
		       (char *)"SERVICE_7070_NAME=gone",
		       (char *)"SERVICE_7070_IGNORE=true",
		       (char *)"OTHER=1",
		       NULL};
	const struct val *v;
	struct reg_service *web;

	assert_int_equal(reg_conf_env(&f->c, env, &f->l), 0);
	assert_int_equal(f->c.n, 2);
	web = &f->c.services[0];
	assert_string_equal(web->name, "web");
	assert_int_equal(web->port, 8080);
	assert_int_equal(web->nchecks, 1);
	v = val_map_gets(&web->checks[0].agent, STR("http"));
	assert_true(str_is(v->s, "http://127.0.0.1:8080/health"));
	v = val_map_gets(&web->checks[0].agent, STR("interval"));
	assert_true(str_is(v->s, "5s"));
	v = val_map_gets(&web->body, STR("Meta"));
	assert_true(str_is(val_map_gets(v, STR("team"))->s, "blue"));
	assert_int_equal(val_len_list(val_map_gets(&web->body, STR("Tags"))), 2);
	assert_int_equal(val_len_list(val_map_gets(&f->c.services[1].body,
						   STR("Tags"))),
			 1);
	assert_int_equal(reg_conf_finish(&f->c, "me", &f->l), 0);
	assert_string_equal(member(&f->c.services[0], "Address"), "10.9.8.7");
}

/* What has no port is for every port that does not say it itself. */
static void registrators_defaults(void **state)
{
	struct fix *f = *state;
	char *env[] = {(char *)"SERVICE_80_CHECK_HTTP=/h",
		       (char *)"SERVICE_CHECK_INTERVAL=15s",
		       (char *)"SERVICE_443_CHECK_TCP=true",
		       (char *)"SERVICE_443_CHECK_INTERVAL=5s",
		       (char *)"SERVICE_443_NAME=tls",
		       (char *)"SERVICE_NAME=web",
		       (char *)"SERVICE_TEAM=blue",
		       (char *)"SERVICE_443_TEAM=red",
		       (char *)"SERVICE_TAGS=a\\,b,c",
		       NULL};
	const struct reg_service *s;
	const struct val *v;

	assert_int_equal(reg_conf_env(&f->c, env, &f->l), 0);
	assert_int_equal(f->c.n, 2);
	s = f->c.services;
	assert_string_equal(s[0].name, "web-80");
	assert_string_equal(s[1].name, "tls");
	v = val_map_gets(&s[0].checks[0].agent, STR("interval"));
	assert_true(str_is(v->s, "15s"));
	v = val_map_gets(&s[1].checks[0].agent, STR("interval"));
	assert_true(str_is(v->s, "5s"));
	v = val_map_gets(&s[0].body, STR("Meta"));
	assert_true(str_is(val_map_gets(v, STR("team"))->s, "blue"));
	v = val_map_gets(&s[1].body, STR("Meta"));
	assert_true(str_is(val_map_gets(v, STR("team"))->s, "red"));
	v = val_map_gets(&s[0].body, STR("Tags"));
	assert_int_equal(val_len_list(v), 2);
	assert_true(str_is(v->list->items[0].s, "a,b"));
}

static void expands_variables(void **state)
{
	struct fix *f = *state;
	struct str out;
	struct err e;

	setenv("REG_A", "x", 1);
	setenv("REG_EMPTY", "", 1);
	unsetenv("REG_NO");
	assert_int_equal(reg_expand(&f->c.arena,
				    STR("a${REG_A}b${REG_NO:-d}${REG_NO}$c"
					"${REG_EMPTY:-e}"),
				    &out, &e),
			 0);
	assert_true(str_is(out, "axbd$ce"));
	assert_int_equal(reg_expand(&f->c.arena, STR("${REG_NO:?needed}"), &out,
				    &e),
			 -1);
	assert_string_equal(e.text, "REG_NO: needed");
	assert_int_equal(reg_expand(&f->c.arena, STR("${REG_A"), &out, &e), -1);
	assert_int_equal(reg_expand(&f->c.arena, STR("${REG_A%x}"), &out, &e),
			 -1);
}

static void chooses_addresses(void **state)
{
	static const struct reg_addr all[] = {
		{.ifname = "eth0", .text = "10.0.0.5", .ip = {10, 0, 0, 5},
		 .family = AF_INET, .up = true, .default_route = true},
		{.ifname = "eth0", .text = "fd00::5", .ip = {0xfd},
		 .family = AF_INET6, .up = true, .default_route = true},
		{.ifname = "eth1", .text = "192.168.7.9",
		 .ip = {192, 168, 7, 9}, .family = AF_INET, .up = true},
		{.ifname = "eth2", .text = "172.16.0.1", .ip = {172, 16, 0, 1},
		 .family = AF_INET},
		{.ifname = "lo", .text = "127.0.0.1", .ip = {127, 0, 0, 1},
		 .family = AF_INET, .up = true, .loopback = true},
	};
	static const struct {
		const char *specs[3];
		const char *want;
	} cases[] = {
		{{"eth0"}, "10.0.0.5"},
		{{"eth0:inet6"}, "fd00::5"},
		{{"eth0[1]"}, "fd00::5"},
		{{"192.168.0.0/16"}, "192.168.7.9"},
		{{"192.168.4.0/22"}, "192.168.7.9"},
		{{"inet6"}, "fd00::5"},
		{{"default-route"}, "10.0.0.5"},
		{{"eth2", "eth1"}, "192.168.7.9"}, /* eth2 is down */
		{{"static:1.2.3.4"}, "1.2.3.4"},
		{{"lo"}, "127.0.0.1"},
		{{"eth9"}, NULL},
	};
	static const char *const broken[] = {
		"10.0.0.0/33", "static:x", "eth0[x]", "eth0[",	 "eth0[1",
		"eth0:",       ":inet",	   "1.2.3.4", "::1", "eth0:inet5",
	};
	BUF_AUTO struct buf why = {0};
	char out[REG_ADDR_TEXT];
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int r = reg_addr_choose(cases[i].specs, all, COUNT(all), out,
					&why, &e);

		assert_int_equal(r, cases[i].want ? 0 : -1);
		if (cases[i].want)
			assert_string_equal(out, cases[i].want);
	}
	assert_non_null(strstr(why.p, "interface is down"));
	for (size_t i = 0; i < COUNT(broken); i++)
		assert_int_equal(reg_addr_valid(broken[i], &e), -1);
	assert_int_equal(reg_addr_valid("eth0:1", &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_consuls_definition, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reads_json_and_lists, setup,
						teardown),
		cmocka_unit_test_setup_teardown(completes_weights, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reports_weights, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reports_every_finding, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reports_broken_text_and_doubles,
						setup, teardown),
		cmocka_unit_test_setup_teardown(reports_inner_keys, setup,
						teardown),
		cmocka_unit_test_setup_teardown(registrators_defaults, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reads_registrators_variables,
						setup, teardown),
		cmocka_unit_test_setup_teardown(expands_variables, setup,
						teardown),
		cmocka_unit_test(chooses_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

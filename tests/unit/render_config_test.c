// SPDX-License-Identifier: MIT
/* The renderer's configuration: reading, strictness, merging, defaults, flags.
 * Expected messages are the original's (mapstructure's list form included). */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "render/load.h"

static char dir[] = "/tmp/basebox-config-XXXXXX";

static const char *put(const char *name, const char *text)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

static void clear_environment(void)
{
	static const char *const names[] = {
		"CONSUL_HTTP_ADDR", "CONSUL_TOKEN", "CONSUL_HTTP_TOKEN",
		"BASEBOX_STORE",    "VAULT_ADDR",   "VAULT_TOKEN",
		"CT_LOG",	    "NOMAD_ADDR",   "VAULT_SKIP_VERIFY"};

	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
}

static int group_setup(void **state)
{
	(void)state;
	clear_environment();
	return mkdtemp(dir) ? 0 : -1;
}

static int group_teardown(void **state)
{
	static const char *const names[] = {"a.hcl", "b.json", "d/10-a.hcl",
					    "d/20-b", "d", ""};
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (unlink(path) < 0)
			rmdir(path);
	}
	return 0;
}

/* The configuration of one file, or NULL with the error. */
static struct render_config *load_text(struct render_load *l, const char *text,
				       struct err *e)
{
	struct render_config *c = NULL;

	render_load_init(l);
	assert_int_equal(render_flag(l, "config", put("a.hcl", text), e),
			 0);
	if (render_load(l, &c, e) < 0)
		return NULL;
	return c;
}

static void done(struct render_load *l, struct render_config *c)
{
	render_load_free(l, c);
	render_load_end(l);
}

static void defaults(void **state)
{
	struct render_load l;
	struct err e;
	struct render_config *c = load_text(&l, "template { source = \"x\" }", &e);
	const struct render_template *t;

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->consul.address, "");
	assert_int_equal(c->consul.retry.attempts, 12);
	assert_int_equal(c->consul.retry.backoff, 250 * DUR_MS);
	assert_true(c->consul.retry.enabled);
	assert_false(c->consul.ssl.enabled);
	assert_true(c->vault.ssl.enabled);
	assert_false(c->vault.enabled);
	assert_int_equal(c->max_stale, 2 * DUR_S);
	assert_int_equal(c->reload_signal, SIGHUP);
	assert_int_equal(c->kill_signal, SIGINT);
	assert_string_equal(c->log_level, "WARN");
	assert_false(c->exec.reload_given);
	assert_false(c->wait.enabled);
	assert_int_equal(c->ntemplates, 1);
	t = &c->templates[0];
	assert_string_equal(t->left, "{{");
	assert_true(t->error_fatal);
	assert_true(t->create_dest_dirs);
	assert_int_equal(t->exec.timeout, 30 * DUR_S);
	assert_int_equal(t->exec.command.n, 0);
	done(&l, c);
}

static void values(void **state)
{
	struct render_load l;
	struct err e;
	struct render_config *c = load_text(
		&l,
		"LOG_LEVEL = \"info\" max_stale = 10 kill_signal = \"\"\n"
		"consul { address = \"first:1\" } consul { token = \"t\" }\n"
		"consul { retry { attempts = 3.9 } auth { username = \"u\" } "
		"ssl { verify = false } }\n"
		"deduplicate { prefix = \"p/\" } wait = \"1s\"\n"
		"default_delimiters { left = \"[[\" right = \"]]\" }\n"
		"nomad { retry { attempts = 1 } }\n"
		"exec { reload_signal = \"\" env { custom = \"A=1,B=2\" "
		"blacklist = [\"C\"] denylist = [\"D\"] } }\n"
		"template { contents = \"x\" perms = 0640 uid = 7 group = 8 "
		"command = \"a b,c\" command_timeout = \"1m\" "
		"left_delimiter = \"<<\" wait { bool = true } "
		"function_blacklist = [\"f\"] }\n"
		"template { perms = \"0600\" exec { command = [\"x\", \"y\"] "
		"timeout = 0 } command = \"old\" check = \"nginx -t, really\" "
		"wait { min = \"2s\" max = \"3s\" } }\n",
		&e);
	const struct render_template *t;

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->log_level, "info");
	assert_int_equal(c->max_stale, 10);
	assert_int_equal(c->kill_signal, 0);
	/* of several blocks in one file only the last counts */
	assert_string_equal(c->consul.address, "");
	assert_string_equal(c->consul.token, "");
	assert_int_equal(c->consul.retry.attempts, 3);
	assert_string_equal(c->consul.auth_user, "u");
	assert_true(c->consul.ssl.enabled);
	assert_false(c->consul.ssl.verify);
	assert_int_equal(c->nomad.retry.attempts, 1);
	assert_true(c->dedup.enabled);
	assert_true(c->wait.enabled);
	assert_int_equal(c->wait.max, 4 * DUR_S);
	assert_true(c->exec.reload_given);
	assert_int_equal(c->exec.reload_signal, 0);
	assert_int_equal(c->exec.custom.n, 2);
	assert_string_equal(c->exec.custom.items[1], "B=2");
	assert_int_equal(c->exec.denylist.n, 2);
	t = &c->templates[0];
	assert_int_equal(t->perms, 0640);
	assert_string_equal(t->user, "7");
	assert_string_equal(t->group, "8");
	assert_int_equal(t->exec.command.n, 2);
	assert_string_equal(t->exec.command.items[0], "a b");
	assert_int_equal(t->exec.timeout, DUR_MIN);
	assert_string_equal(t->left, "<<");
	assert_string_equal(t->right, "]]");
	assert_true(t->wait.enabled);
	assert_string_equal(t->denylist.items[0], "f");
	t = &c->templates[1];
	assert_int_equal(t->perms, 0600);
	assert_int_equal(t->exec.command.n, 2);
	assert_int_equal(t->exec.timeout, 0);
	assert_int_equal(t->check.n, 1);
	assert_int_equal(t->wait.max, 3 * DUR_S);
	done(&l, c);
}

static void refusals(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{"bogus = 1", "* '' has invalid keys: bogus"},
		{"consul { b = 1 a = 2 }", "* 'consul' has invalid keys: a, b"},
		{"log_level = 5",
		 "* 'log_level' expected type 'string', got unconvertible type "
		 "'int', value: '5'"},
		{"once = \"x\"", "* 'once' expected type 'bool', got "
				 "unconvertible type 'string', value: 'x'"},
		{"max_stale = \"10\"", "* error decoding 'max_stale': time: "
				       "missing unit in duration \"10\""},
		{"template \"x\" {}", "* 'template[0]' has invalid keys: x"},
		{"template { perms = \"10000\" }",
		 "* error decoding 'template[0].perms': strconv.ParseUint: "
		 "parsing \"10000\": value out of range"},
		{"template { perms = -1 }", "* cannot parse 'template[0].perms',"
					    " -1 overflows uint"},
		{"template { map_to_environment_variable = \"x\" }",
		 "* 'template[0]' has invalid keys: "
		 "map_to_environment_variable"},
		{"exec = \"x\"", "* 'exec' expected a map, got 'string'"},
		{"exec { command = 1 }", "* 'exec.command': source data must be "
					 "an array or slice, got int"},
		{"exec { command = [1, true] }",
		 "* 'exec.command[0]' expected type 'string', got unconvertible "
		 "type 'int', value: '1'\n* 'exec.command[1]' expected type "
		 "'string', got unconvertible type 'bool', value: 'true'"},
		{"pid_file = [1, {a = \"b\"}]",
		 "* 'pid_file' expected type 'string', got unconvertible type "
		 "'[]interface {}', value: '[1 map[a:b]]'"},
		{"kill_signal = 9", "* 'kill_signal' expected type 'os.Signal', "
				    "got 'int'"},
		{"wait = \"5s:1s\"", "* error decoding 'wait': wait: min must "
				     "be less than max"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct render_load l;
		struct err e;
		size_t n = 1;
		char want[512];

		for (const char *p = t[i].want; (p = strchr(p, '\n')); p++)
			n++;
		assert_null(load_text(&l, t[i].text, &e));
		snprintf(want, sizeof(want),
			 "from file: %s/a.hcl: mapstructure decode failed: %zu "
			 "error(s) decoding:\n\n%s",
			 dir, n, t[i].want);
		assert_string_equal(e.text, want);
		render_load_end(&l);
	}
}

static void flag(struct render_load *l, const char *name, const char *value)
{
	struct err e;

	assert_int_equal(render_flag(l, name, value, &e), 0);
}

static void sources_in_order(void **state)
{
	struct render_load l;
	struct render_config *c = NULL;
	struct err e;

	(void)state;
	render_load_init(&l);
	flag(&l, "config",
	     put("a.hcl", "once = true pid_file = \"a\" log_level = \"err\"\n"
			  "consul { address = \"a\" token = \"ta\" }\n"
			  "err_on_failed_lookup = true\n"
			  "exec { env { custom = [\"A\"] } command = [\"a\"] }\n"
			  "template { source = \"a\" error_fatal = true }\n"));
	flag(&l, "config",
	     put("b.json", "{\"consul\": {\"address\": \"b\"}, "
			   "\"err_on_failed_lookup\": false, \"exec\": "
			   "{\"env\": {\"custom\": [\"B\"]}, \"command\": "
			   "[\"b\", \"c\"]}, \"template\": "
			   "{\"source\": \"b\"}}"));
	assert_int_equal(render_load_local(&l,
					   "pid_file = \"local\"\n"
					   "template { source = \"local\" }",
					   &e),
			 0);
	flag(&l, "pid-file", "flag");
	flag(&l, "exec-env-custom", "F");
	flag(&l, "template", "in:out:run x:y");
	flag(&l, "consul-auth", "u:p:q");
	flag(&l, "template-error-fatal", "false");
	assert_int_equal(render_load(&l, &c, &e), 0);
	assert_false(c->once); /* as in the original, only the flag counts */
	assert_string_equal(c->pid_file, "flag");
	assert_string_equal(c->consul.address, "b");
	assert_string_equal(c->consul.token, "ta");
	assert_string_equal(c->consul.auth_user, "u");
	assert_string_equal(c->consul.auth_password, "p:q");
	assert_true(c->err_on_failed_lookup);
	assert_int_equal(c->exec.custom.n, 3);
	assert_string_equal(c->exec.custom.items[2], "F");
	assert_int_equal(c->exec.command.n, 2);
	assert_int_equal(c->ntemplates, 4);
	assert_string_equal(c->templates[2].source, "local");
	assert_string_equal(c->templates[3].destination, "out");
	assert_string_equal(c->templates[3].exec.command.items[0], "run x:y");
	assert_false(c->templates[0].error_fatal);
	render_load_free(&l, c);
	/* a reload reads the files anew */
	put("b.json", "{\"consul\": {\"address\": \"b2\"}}");
	assert_int_equal(render_load(&l, &c, &e), 0);
	assert_string_equal(c->consul.address, "b2");
	assert_int_equal(c->ntemplates, 3);
	done(&l, c);
}

static void template_form(void **state)
{
	static const struct {
		const char *in, *source, *destination, *command;
	} t[] = {
		{"in", "in", "", NULL},
		{"in:out", "in", "out", NULL},
		{"in::cmd", "in", "cmd", NULL},
		{":out", "out", "", NULL},
		{"in:out:", "in", "out", NULL},
		{"a:b:c:d", "a:b", "c:d", NULL}, /* drives of Windows */
		{"in:o:cmd", "in", "o:cmd", NULL},
		{"in:out:curl http://x:80/", "in", "out",
		 "curl http://x:80/"},
		{"in:out:a:b::c", "in", "out", "a:b:c"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct render_load l;
		struct render_config *c;

		render_load_init(&l);
		flag(&l, "template", t[i].in);
		assert_int_equal(render_load(&l, &c, &e), 0);
		assert_string_equal(c->templates[0].source, t[i].source);
		assert_string_equal(c->templates[0].destination,
				    t[i].destination);
		if (t[i].command)
			assert_string_equal(
				c->templates[0].exec.command.items[0],
				t[i].command);
		else
			assert_int_equal(c->templates[0].exec.command.n, 0);
		done(&l, c);
	}
}

static void folders(void **state)
{
	struct render_load l;
	struct render_config *c = NULL;
	struct err e;
	char path[64], want[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/d", dir);
	mkdir(path, 0755);
	put("d/20-b", "log_level = \"info\" template { source = \"2\" }");
	put("d/10-a.hcl", "log_level = \"bogus\" template { source = \"1\" }");
	render_load_init(&l);
	flag(&l, "config", path);
	assert_int_equal(render_load(&l, &c, &e), 0);
	assert_int_equal(c->ntemplates, 2);
	assert_string_equal(c->templates[1].source, "2");
	render_load_free(&l, c);
	put("d/20-b", "x = [");
	assert_int_equal(render_load(&l, &c, &e), -1);
	snprintf(want, sizeof(want),
		 "walk error: from file: %s/20-b: error decoding config: At "
		 "1:6: unexpected token while parsing list: EOF",
		 path);
	assert_string_equal(e.text, want);
	render_load_end(&l);
}

static void environment(void **state)
{
	struct render_load l;
	struct render_config *c;
	struct err e;

	(void)state;
	setenv("CONSUL_HTTP_ADDR", " consul:8500 ", 1);
	setenv("CONSUL_TOKEN", "first", 1);
	setenv("CONSUL_HTTP_TOKEN", "second", 1);
	setenv("VAULT_ADDR", "http://v", 1);
	setenv("VAULT_SKIP_VERIFY", "1", 1);
	setenv("CT_LOG", "debug", 1);
	c = load_text(&l, "consul { namespace = \"n\" }", &e);
	assert_non_null(c);
	assert_string_equal(c->consul.address, "consul:8500");
	assert_string_equal(c->consul.token, "first");
	assert_true(c->vault.enabled);
	assert_false(c->vault.ssl.verify);
	assert_string_equal(c->log_level, "debug");
	done(&l, c);
	clear_environment();
	log_set_level(LOG_WARN);
}

static void secrets_stay_out_of_the_log(void **state)
{
	struct render_load l;
	struct err e;
	struct buf b = {0};
	struct render_config *c = load_text(
		&l,
		"consul { token = \"s3cret\" auth { password = \"s3cret\" } }\n"
		"vault { token = \"s3cret\" } nomad { token = \"s3cret\" "
		"auth_password = \"s3cret\" }\n"
		"exec { env { custom = [\"PW=s3cret\"] } }\n"
		"template { source = \"t\\\"\" }",
		&e);

	(void)state;
	assert_non_null(c);
	render_dump(c, &b);
	assert_null(strstr(b.p, "s3cret"));
	assert_non_null(strstr(b.p, "\"source\":\"t\\\"\""));
	buf_free(&b);
	done(&l, c);
}

static void flags_find_their_keys(void **state)
{
	struct render_load l;
	struct render_config *c = NULL;
	struct err e;

	(void)state;
	render_load_init(&l);
	flag(&l, "consul-addr", "a:1");
	flag(&l, "consul-ssl-ca-cert", "ca");
	flag(&l, "consul-retry", "false");
	flag(&l, "consul-transport-max-idle-conns-per-host", "7");
	flag(&l, "retry", "5s");
	flag(&l, "vault-agent-token-file", "t");
	flag(&l, "vault-ssl-verify", "false");
	flag(&l, "log-rotate-bytes", "9");
	flag(&l, "log-rotate-max-files", "-1");
	flag(&l, "exec", "a,b c");
	flag(&l, "exec-reload-signal", "sigusr1");
	flag(&l, "default-left-delimiter", "<<");
	flag(&l, "max-stale", "1m");
	flag(&l, "once", "true");
	flag(&l, "parse-only", "true");
	flag(&l, "syslog-name", "n");
	flag(&l, "syslog", "false");
	flag(&l, "dedup", "true");
	flag(&l, "wait", "1s:2s");
	flag(&l, "template", "x");
	assert_int_equal(render_flag(&l, "no-such", "", &e), -1);
	assert_int_equal(render_flag(&l, "wait", "x", &e), -1);
	assert_int_equal(render_load(&l, &c, &e), 0);
	assert_string_equal(c->consul.address, "a:1");
	assert_string_equal(c->consul.ssl.ca_cert, "ca");
	assert_true(c->consul.ssl.enabled);
	assert_false(c->consul.retry.enabled);
	assert_int_equal(c->consul.transport.max_idle_conns_per_host, 7);
	assert_int_equal(c->consul.retry.backoff, 5 * DUR_S);
	assert_string_equal(c->vault.agent_token_file, "t");
	assert_false(c->vault.ssl.verify);
	assert_int_equal(c->log_file.rotate_bytes, 9);
	assert_int_equal(c->log_file.max_files, -1);
	assert_int_equal(c->exec.command.n, 1);
	assert_string_equal(c->exec.command.items[0], "a,b c");
	assert_int_equal(c->exec.reload_signal, SIGUSR1);
	assert_int_equal(c->max_stale, DUR_MIN);
	assert_true(c->once && c->parse_only && c->dedup.enabled);
	assert_false(c->syslog.enabled);
	assert_string_equal(c->syslog.name, "n");
	assert_int_equal(c->wait.max, 2 * DUR_S);
	assert_string_equal(c->templates[0].left, "<<");
	assert_string_equal(c->templates[0].right, "}}");
	done(&l, c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(values),
		cmocka_unit_test(refusals),
		cmocka_unit_test(sources_in_order),
		cmocka_unit_test(template_form),
		cmocka_unit_test(flags_find_their_keys),
		cmocka_unit_test(folders),
		cmocka_unit_test(environment),
		cmocka_unit_test(secrets_stay_out_of_the_log),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

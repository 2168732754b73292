// SPDX-License-Identifier: MIT
/* Checks as definitions: the URL form, Consul's and Kubernetes' keys, what is
 * refused and in which words; targets, status lists, cleaned outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "health.h"
#include "health/inner.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void urls_say_the_kind(void **state)
{
	static const struct {
		const char *url;
		int kind; /* -1 = refused */
	} cases[] = {
		{"http://127.0.0.1:8080/health", HEALTH_HTTP},
		{"https://example.com", HEALTH_HTTP},
		{"http+unix:///run/a.sock:/health", HEALTH_HTTP},
		{"tcp://localhost:1", HEALTH_TCP},
		{"tcp+tls://[::1]:443", HEALTH_TCP},
		{"udp://h:53", HEALTH_UDP},
		{"unix:///run/x.sock", HEALTH_UNIX},
		{"grpc://h:1/svc", HEALTH_GRPC},
		{"grpcs://h:1", HEALTH_GRPC},
		{"h2ping://h:1", HEALTH_H2PING},
		{"h2pings://h:1", HEALTH_H2PING},
		{"file:///tmp/x?max-age=30s", HEALTH_FILE},
		{"service:web", HEALTH_SERVICE},
		{"ftp://h", -1},
		{"web", -1},
		{"tcp://h", -1},
		{"tcp://h:0", -1},
		{"tcp://h:65536", -1},
		{"tcp://:80", -1},
		{"tcp://::1:80", -1},
		{"unix://run/x", -1},
		{"file:///x?max-age=soon", -1},
		{"file:///x?min-age=1s", -1},
		{"http+unix:///run/a.sock", -1},
		{"http://", -1},
		{"service:", -1},
		{"service:../x", -1},
	};
	struct health_def d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int r;

		health_def_init(&d);
		r = health_def_url(&arena, cases[i].url, &d, &e);
		if (r != (cases[i].kind < 0 ? -1 : 0))
			fail_msg("%s: %d", cases[i].url, r);
		if (cases[i].kind >= 0)
			assert_int_equal((int)d.kind, cases[i].kind);
	}
}

static char findings[2048];

static void collect(void *ctx, struct hcl_pos pos, const char *text)
{
	size_t n = strlen(findings);

	(void)ctx;
	snprintf(findings + n, sizeof(findings) - n, "%u: %s\n", pos.line, text);
}

static size_t parse(const char *text, struct health_def *d)
{
	struct hcl_node *root;
	struct err e;

	findings[0] = '\0';
	health_def_init(d);
	assert_int_equal(hcl_parse(&arena, str_of(text), &root, &e), 0);
	return health_def_hcl(&arena, root, d, collect, NULL);
}

static void consuls_keys(void **state)
{
	struct health_def d;

	(void)state;
	assert_int_equal(
		parse("id = \"c\" name = \"n\" http = \"http://h/\"\n"
		     "method = \"PUT\" header { A = [\"1\", \"2\"] }\n"
		     "interval = \"5s\" timeout = \"1s\" status = \"passing\"\n"
		     "tls_skip_verify = true success_before_passing = 2\n"
		     "failures_before_critical = 3\n"
		     "deregister_critical_service_after = \"90m\"\n"
		     "expect_body = \"ok\" output_max_size = 100\n",
		     &d),
		0);
	assert_int_equal(d.kind, HEALTH_HTTP);
	assert_string_equal(d.id, "c");
	assert_string_equal(d.headers[1], "A: 2");
	assert_null(d.headers[2]);
	assert_true(d.interval == 5 * DUR_S && d.timeout == DUR_S);
	assert_int_equal(d.initial, HEALTH_PASSING);
	assert_true(d.tls_skip_verify && d.success_before_passing == 2);
	assert_true(d.deregister_after == 90 * DUR_MIN);
	assert_int_equal(d.output_max, 100);
	assert_int_equal(parse("TCP = \"h:1\"", &d), 0);
	assert_string_equal(d.target, "tcp://h:1");
	assert_int_equal(parse("grpc = \"h:1/s\" GRPCUseTLS = true", &d), 0);
	assert_string_equal(d.target, "grpcs://h:1/s");
	assert_int_equal(parse("h2ping = \"h:1\"", &d), 0);
	assert_string_equal(d.target, "h2pings://h:1");
	assert_int_equal(parse("h2ping = \"h:1\" h2ping_use_tls = false", &d),
			 0);
	assert_string_equal(d.target, "h2ping://h:1");
	assert_int_equal(parse("grpc { port = 5000 }", &d), 0);
	assert_string_equal(d.target, "grpc://127.0.0.1:5000");
	assert_int_equal(parse("grpc { port = 5000 service = \"a.b\" }", &d),
			 0);
	assert_string_equal(d.target, "grpc://127.0.0.1:5000/a.b");
	assert_int_equal(parse("grpc { service = \"a.b\" }", &d), 1);
	assert_int_equal(parse("args = [\"true\", \"x\"]", &d), 0);
	assert_int_equal(d.kind, HEALTH_EXEC);
	assert_string_equal(d.argv[1], "x");
	assert_int_equal(parse("ttl = \"30s\"", &d), 0);
	assert_int_equal(d.kind, HEALTH_TTL);
	assert_int_equal(parse("alias_service = \"db\"", &d), 0);
	assert_int_equal(d.kind, HEALTH_ALIAS);
	/* empty is as not given, as programs that write such files have it */
	assert_int_equal(parse("http = \"\" tcp = \"h:1\" args = [] method = \"\"\n"
			       "status = \"\" alias_service = \"\"",
			       &d),
			 0);
	assert_int_equal(d.kind, HEALTH_TCP);
	assert_null(d.method);
	assert_int_equal(d.initial, HEALTH_CRITICAL);
}

static void kubernetes_keys(void **state)
{
	struct health_def d;

	(void)state;
	assert_int_equal(
		parse("httpGet { path = \"/z\" port = 8080 scheme = \"HTTPS\"\n"
		     "  httpHeaders = [{ name = \"A\" value = \"b\" }] }\n"
		     "initialDelaySeconds = 3 periodSeconds = 7\n"
		     "timeoutSeconds = 2 failureThreshold = 4\n",
		     &d),
		0);
	assert_string_equal(d.target, "https://127.0.0.1:8080/z");
	assert_string_equal(d.headers[0], "A: b");
	assert_true(d.initial_delay == 3 * DUR_S && d.interval == 7 * DUR_S);
	assert_int_equal(d.failures_before_critical, 4);
	assert_int_equal(parse("tcpSocket { port = 5 }", &d), 0);
	assert_string_equal(d.target, "tcp://127.0.0.1:5");
	assert_int_equal(parse("exec { command = [\"ls\", \"-l\"] }", &d), 0);
	assert_string_equal(d.argv[1], "-l");
}

static void every_finding_is_told(void **state)
{
	struct health_def d;

	(void)state;
	assert_int_equal(parse("http = 5\ninterval = \"x\"\nbogus = 1\n"
			      "failures_before_critical = -1\n"
			      "status = \"fine\"\n",
			      &d),
			 5);
	assert_string_equal(
		findings,
		"1: check: http: expected a string, got a number\n"
		"2: check: interval: time: invalid duration \"x\"\n"
		"3: check: unknown key bogus\n"
		"4: check: failures_before_critical: expected a number from 0 "
		"to 1000000\n"
		"5: check: status: expected passing, warning or critical\n");
	assert_int_equal(parse("interval = \"1s\"", &d), 1);
	assert_non_null(strstr(findings, "nothing to check"));
	assert_int_equal(parse("http = \"http://h/\" tcp = \"h:1\"", &d), 1);
	assert_non_null(strstr(findings, "more than one"));
	assert_int_equal(parse("http = \"http://h/\" expect_body = \"(\"", &d), 1);
	assert_non_null(strstr(findings, "missing closing )"));
	assert_int_equal(parse("http = \"http://h/\" ca_file = \"/none\"", &d), 1);
	assert_non_null(strstr(findings, "/none: No such file"));
	assert_int_equal(parse("http = \"http://h/\" expect_status = \"9\"", &d),
			 1);
}

static void targets_hide_secrets(void **state)
{
	struct target t;
	char out[64];

	(void)state;
	assert_true(target_parse("https://u:p@[::1]:8/a?b=c#d", &t));
	assert_true(str_is(t.host, "::1") && str_is(t.port, "8"));
	assert_true(str_is(t.path, "/a") && str_is(t.query, "b=c"));
	assert_string_equal(target_shown("http://u:p@h/x@y", out, sizeof(out)),
			    "http://***@h/x@y");
	assert_string_equal(target_shown("tcp://h:1", out, sizeof(out)),
			    "tcp://h:1");
}

static void status_lists(void **state)
{
	(void)state;
	assert_true(status_valid("200-399,418"));
	assert_false(status_valid(""));
	assert_false(status_valid("200-"));
	assert_false(status_valid("399-200"));
	assert_false(status_valid("20"));
	assert_true(status_in("200-399,418", 418));
	assert_true(status_in("200-399,418", 399));
	assert_false(status_in("200-399,418", 400));
}

static void outputs_are_one_clean_line(void **state)
{
	BUF_AUTO struct buf b = {0};

	(void)state;
	clean_text(&b, str_n(" a\r\nb\0c\x1b[0m \xff\xc3\xa9 ", 16), 100);
	assert_string_equal(b.p, "a b c [0m \xEF\xBF\xBD\xC3\xA9");
	buf_reset(&b);
	clean_text(&b, STR("abc\xC3\xA9"), 4);
	assert_string_equal(b.p, "abc"); /* no half rune */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_say_the_kind),
		cmocka_unit_test(consuls_keys),
		cmocka_unit_test(kubernetes_keys),
		cmocka_unit_test(every_finding_is_told),
		cmocka_unit_test(targets_hide_secrets),
		cmocka_unit_test(status_lists),
		cmocka_unit_test(outputs_are_one_clean_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

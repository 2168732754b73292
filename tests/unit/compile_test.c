// SPDX-License-Identifier: MIT
/* The compile step: words that the lexer reads back as they were, capabilities
 * by name, and manifests that are cut or changed at every place, none of which
 * may do more than be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "compile/inner.h"
#include "execline/lex.h"
#include "os/caps.h"

static void words(void **state)
{
	static const char *const all[] = {
		"plain", "", "a b", "\"", "\\", "{", "}", "#x", "tab\there",
		"new\nline", "\\n", "$x ${y}", "\xc3\xa9", "a#", "'", "\x01",
		"-", "\\\"\\", NULL,
	};
	struct el_words w = {0};
	struct buf b = {0};
	struct err e;
	const char *p;

	(void)state;
	cp_words(&b, all);
	assert_int_equal(el_lex(buf_str(&b), b.len, &w, &e), 0);
	assert_int_equal(w.n, COUNT(all) - 1);
	p = w.bytes.p;
	for (size_t i = 0; all[i]; i++) {
		assert_string_equal(p, all[i]);
		p += strlen(p) + 1;
	}
	el_words_free(&w);
	buf_free(&b);
}

static void capabilities(void **state)
{
	(void)state;
	assert_int_equal(cap_number("chown"), 0);
	assert_int_equal(cap_number("CAP_NET_BIND_SERVICE"), 10);
	assert_int_equal(cap_number("sys_admin"), 21);
	assert_int_equal(cap_number("checkpoint_restore"), 40);
	assert_int_equal(cap_number("fly"), -1);
	assert_int_equal(cap_number(""), -1);
}

static const char manifest[] =
	"service \"a\" { command = [\"x\", \"y\"] user = \"root\"\n"
	" env = { A = \"1\" } limits = { nofile = 9 } ready = \"fd=3\"\n"
	" kill_timeout = \"1s\" capabilities = [\"chown\"] instances = 2\n"
	" depends_on = [\"b\"] log { files = 3 } }\n"
	"oneshot \"b\" { command = \"echo x\" before = [\"a\"] }\n"
	"template { source = \"/x\" reload = \"a\" }\n"
	"register \"a\" { port = 1 }\n";

static void put(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* 0 or 1, with findings if and only if it is 1. */
static int compile(const char *root)
{
	struct compile_opts o = {.root = root};
	struct buf found = {0};
	struct err e;
	int r = compile_run(&o, &found, &e);

	assert_true(r == 0 || r == 1);
	assert_int_equal(r == 1, found.len > 0);
	buf_free(&found);
	return r;
}

static void every_cut(void **state)
{
	char root[] = "/tmp/compile-test.XXXXXX", path[128];
	size_t n = sizeof(manifest) - 1;
	char text[sizeof(manifest)];
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/etc", root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/etc/basebox.d", root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/etc/basebox.d/m.hcl", root);
	put(path, manifest, n);
	assert_int_equal(compile(root), 0);
	for (size_t i = 0; i < n; i++) {
		put(path, manifest, i);
		compile(root);
		for (const char *c = "{\"[ x"; *c; c++) {
			memcpy(text, manifest, n);
			text[i] = *c;
			put(path, text, n);
			compile(root);
		}
	}
	assert_int_equal(compile_remove(root, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* Answers of Go 1.26 with sprig 3, yaml.v2 and BurntSushi/toml 1.4 that random
 * templates showed to be others than ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "funcs_world.h"

#include <cmocka.h>

#define DAY "(sprig_toDate \"2006-01-02\" \"2020-03-04\")"

static const struct {
	const char *text, *result;
} cases[] = {
	/* texts of types that marshal themselves */
	{"{{ toYAML " DAY " }}", "2020-03-04T00:00:00Z"},
	{"{{ sprig_dict \"a\" (sprig_list " DAY ") | toYAML }}",
	 "a:\n- 2020-03-04T00:00:00Z"},
	{"{{ sprig_dict \"a\" " DAY " | toTOML }}", "a = 2020-03-04T00:00:00Z"},
	{"{{ sprig_dict \"a\" (sprig_semver \"1.2-x\") | toYAML }}",
	 "a: 1.2.0-x"},
	{"{{ sprig_dict \"a\" (sprig_list (sprig_semver \"1.2\")) | toTOML }}",
	 "a = [\"1.2.0\"]"},
	{"{{ parseJSON \"null\" | toTOML }}",
	 "! error calling toTOML: reflect: call of reflect.Value.Type on zero "
	 "Value"},
	/* keys with other digits than ASCII's */
	{"{{ parseJSON `{\"\\u0663\":1,\"+\":2,\"a10\":3,\"a9\":4,\"a09\":5}` | "
	 "toYAML }}",
	 "+: 2\n٣: 1\na9: 4\na09: 5\na10: 3"},
	/* capacities */
	{"{{ parseJSON \"[1,2,3]\" | spew_sdump | sprig_trunc 32 }}",
	 "([]interface {}) (len=3 cap=4) {"},
	/* the original cannot slice by what an interface holds */
	{"{{ $d := sprig_dict \"n\" 1 }}{{ slice \"abc\" $d.n }}",
	 "! error calling slice: cannot index slice/array with type interface "
	 "{}"},
	{"{{ $d := sprig_dict \"n\" 1 }}{{ $n := $d.n }}"
	 "{{ slice \"abc\" $n 2 }}{{ slice \"abc\" (index $d \"n\") }}"
	 "{{ index \"abc\" $d.n }}",
	 "bbc98"},
	/* messages */
	{"{{ sprig_regexFind \"\\xff\" \"a\" }}",
	 "! error calling sprig_regexFind: regexp: Compile(\"\\xff\"): error "
	 "parsing regexp: invalid UTF-8: `\xff`"},
	{"{{ sprig_mustDateModify \"1µ\\\"\" " DAY " }}",
	 "! error calling sprig_mustDateModify: time: unknown unit "
	 "\"\\xc2\\xb5\\\"\" in duration \"1\\xc2\\xb5\\\"\""},
	{"{{ " DAY ".Clock }}",
	 "! function Clock has 3 return values; should be 1 or 2"},
	/* several hosts are refused in http and https alone */
	{"{{ (sprig_urlParse \"postgresql://a:1,b:2/db\").host }}", "a:1,b:2"},
	{"{{ sprig_urlParse \"http://a:1:2\" }}",
	 "! error calling sprig_urlParse: unable to parse url: parse "
	 "\"http://a:1:2\": invalid port \":1:2\" after host"},
	{"{{ sprig_urlParse \"http://a[::1]\" }}",
	 "! error calling sprig_urlParse: unable to parse url: parse "
	 "\"http://a[::1]\": invalid IP-literal"},
};

static void recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		world_check(cases[i].text, cases[i].result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(recorded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* What a hostile template or a full memory may do: an error, never more. */
#include "funcs_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const huge[] = {
	"{{ sprig_repeat 9223372036854775807 \"ab\" }}",
	"{{ sprig_repeat 1000000000 \"x\" }}",
	"{{ sprig_until 9223372036854775807 }}",
	"{{ sprig_untilStep -9223372036854775808 9223372036854775807 1 }}",
	"{{ sprig_seq 1 1 9223372036854775806 }}",
	"{{ indent 1000000000 \"a\\nb\" }}",
	"{{ sprig_nindent 9223372036854775807 \"a\" }}",
	"{{ replaceAll \"\" (sprig_repeat 20000 \"x\") (sprig_repeat 20000 \"y\") }}",
	"{{ sprig_wrapWith 1 (sprig_repeat 20000 \"x\") (sprig_repeat 20000 \"y\") }}",
	"{{ sprig_add 1 (sprig_until 100000000) }}",
	"{{ regexReplaceAll \"\" (sprig_repeat 20000 \"x\") (sprig_repeat 20000 \"y\") }}",
};

static void sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(huge); i++) {
		struct arena a;
		const char *got;

		arena_init(&a, 0);
		got = world_render(&a, huge[i], 0);
		if (!strstr(got, "longer than") && !strstr(got, "more than"))
			fail_msg("%s: %.80s", huge[i], got);
		arena_free(&a);
	}
	/* an endless count without memory is the language's to bound */
	world_check("{{ range $i, $x := loop 3 9223372036854775807 }}"
		    "{{ if eq $i 2 }}{{ break }}{{ end }}{{ $x }}{{ end }}",
		    "34");
	world_check("{{ sprig_untilStep 9223372036854775800 "
		    "9223372036854775807 5 }} {{ sprig_seq 5 1 0 }} "
		    "{{ sprig_div -9223372036854775808 -1 }} "
		    "{{ divide -1 -9223372036854775808 }} "
		    "{{ modulo -1 5 }} {{ sprig_substr -1 9 \"ab\" | print }}",
		    "! error calling sprig_substr: runtime error: slice bounds "
		    "out of range [:9] with length 2");
}

/* A map within itself. */
static void cycles(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	world_check("{{ $a := sprig_dict }}{{ $_ := sprig_set $a \"a\" $a }}"
		    "{{ $b := sprig_dict }}{{ $_ := sprig_set $b \"a\" $b }}"
		    "{{ len (sprig_merge $a $b) }}",
		    "! error calling sprig_merge: maps nested deeper than "
		    "1000");
	world_render(&a,
		     "{{ $a := sprig_dict }}{{ $_ := sprig_set $a \"a\" $a }}"
		     "{{ sprig_deepEqual $a (sprig_dict \"a\" $a) }}"
		     "{{ sprig_toJson $a | len }}{{ sprig_uniq (sprig_list $a "
		     "$a) | len }}",
		     0);
	world_render(&a,
		     "{{ $a := sprig_dict }}{{ $_ := sprig_set $a \"a\" $a }}"
		     "{{ spew_sdump $a | len }}{{ spew_sprintf \"%v\" $a }}",
		     64 << 20);
	arena_free(&a);
}

static const char busy[] =
	"{{ $d := sprig_dict \"a\" (sprig_list 1 2 3) \"b\" \"x y z\" }}"
	"{{ range $i := sprig_until 9 }}{{ $_ := sprig_set $d (print $i) "
	"(sprig_append $d.a $i) }}{{ end }}"
	"{{ $d | toJSON }}{{ $d | toYAML }}{{ $d | toTOML }}"
	"{{ toTitle $d.b }}{{ split \" \" $d.b | sprig_sortAlpha | join \"-\" }}"
	"{{ regexReplaceAll \"[xyz]\" \"<$0>\" $d.b }}"
	"{{ sprig_regexFindAll \"[a-z]\" $d.b -1 }}"
	"{{ sprig_regexSplit \" \" $d.b -1 }}{{ sprig_snakecase \"FooBarBaz\" }}"
	"{{ sprig_deepCopy $d | sprig_merge $d | len }}"
	"{{ base64Encode $d.b | base64Decode }}{{ sha256Hex \"a\" }}"
	"{{ (sprig_toDate \"2006-01-02\" \"2020-02-03\").Format \"Mon Jan\" }}"
	"{{ sprig_semverCompare \"^1.2 || ~3\" \"1.5.0\" }}"
	"{{ sprig_divf 22 7 }}{{ sprig_urlParse \"http://u:p@h/p?q#f\" | "
	"sprig_urlJoin }}{{ explodeMap (sprig_dict \"a/b\" 1) }}"
	"{{ sockaddr \"GetPrivateIP\" }}{{ spew_sdump $d }}"
	"{{ sprig_encryptAES \"k\" \"v\" | sprig_decryptAES \"k\" }}"
	"{{ (sprig_genCAWithKey \"c\" 1 (sprig_genPrivateKey \"ecdsa\")).Key | "
	"len }}";

/* Whatever the maximum is, the template renders or fails with one message. */
static void memory(void **state)
{
	struct arena a;
	const char *whole, *got;
	bool done = false;

	(void)state;
	arena_init(&a, 0);
	whole = world_render(&a, busy, 0);
	if (whole[0] == '!')
		fail_msg("%s", whole);
	for (size_t max = 2048; !done; max += 2048) {
		got = world_render(&a, busy, max);
		done = got[0] != '!';
		if (!done && !strstr(got, "memory") && !strstr(got, "long"))
			fail_msg("%zu: %s", max, got);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(cycles),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

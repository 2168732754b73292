// SPDX-License-Identifier: MIT
/* The shell patterns: by hand, and against the libc's own on every short
 * pattern. */
#include <dlfcn.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"

static const struct {
	const char *pattern, *string;
	int flags, want;
} cases[] = {
	{"", "", 0, 0},
	{"*", "", 0, 0},
	{"a*b*c", "a-b-bc", 0, 0},
	{"a*b*c", "a-b-b", 0, FNM_NOMATCH},
	{"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, FNM_NOMATCH},
	{"[a-c]x", "bx", 0, 0},
	{"[!a-c]x", "bx", 0, FNM_NOMATCH},
	{"[]a]", "]", 0, 0},
	{"[^]a]", "b", 0, 0},
	{"[a-]", "-", 0, 0},
	{"[[:digit:]x][[:upper:]]", "7Q", 0, 0},
	{"[[:digit:]]", "q", 0, FNM_NOMATCH},
	{"[[.-.]a]", "-", 0, 0},
	{"[[=a=]]", "a", 0, 0},
	{"[ab", "[ab", 0, 0},
	{"\\*", "*", 0, 0},
	{"\\*", "x", 0, FNM_NOMATCH},
	{"\\*", "\\x", FNM_NOESCAPE, 0},
	{"a\\", "a\\", 0, 0},
	{"[\\]]", "]", 0, 0},
	{"*/b", "a/b", FNM_PATHNAME, 0},
	{"*", "a/b", FNM_PATHNAME, FNM_NOMATCH},
	{"?", "/", FNM_PATHNAME, FNM_NOMATCH},
	{"*", ".a", FNM_PERIOD, FNM_NOMATCH},
	{"?a", ".a", FNM_PERIOD, FNM_NOMATCH},
	{"[.]a", ".a", FNM_PERIOD, FNM_NOMATCH},
	{".*", ".a", FNM_PERIOD, 0},
	{"*.a", "b.a", FNM_PERIOD, 0},
	{"*/*", "a/.b", FNM_PERIOD | FNM_PATHNAME, FNM_NOMATCH},
	{"*/*", "a/.b", FNM_PERIOD, 0},
	{"CONSUL_*", "CONSUL_HTTP_ADDR", FNM_PATHNAME, 0},
	{"\xC3?", "\xC3\xA9", 0, 0},
};

static void by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (fnmatch(cases[i].pattern, cases[i].string,
			    cases[i].flags) != cases[i].want)
			fail_msg("%s on %s", cases[i].pattern, cases[i].string);
}

/* The n-th string over an alphabet: "", a, b, ..., aa, ab, ... */
static void nth(char *out, unsigned n, const char *letters)
{
	unsigned k = (unsigned)strlen(letters), i = 0;

	for (; n; n = (n - 1) / k)
		out[i++] = letters[(n - 1) % k];
	out[i] = '\0';
}

/* What POSIX leaves open and libcs do differently: a backslash at the end, a
 * `[.` that does not end. */
static bool undefined(const char *pattern)
{
	size_t n = strlen(pattern);
	const char *open = strchr(pattern, '[');

	return (n && pattern[n - 1] == '\\') ||
	       (open && strstr(open + 1, "[."));
}

static void against_libc(void **state)
{
	int (*theirs)(const char *, const char *, int) =
		(int (*)(const char *, const char *, int))dlsym(RTLD_NEXT,
								"fnmatch");
	char pattern[8], string[8];

	(void)state;
	assert_non_null(theirs);
	assert_true(theirs != fnmatch);
	for (unsigned p = 0; p < 4681; p++) {
		nth(pattern, p, "a*?[]!.\\");
		if (undefined(pattern))
			continue;
		for (unsigned s = 0; s < 85; s++) {
			nth(string, s, "a.[\\");
			for (int flags = 0; flags < 8; flags++)
				if (fnmatch(pattern, string, flags) !=
				    theirs(pattern, string, flags))
					fail_msg("<%s> on <%s>, flags %d",
						 pattern, string, flags);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(against_libc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

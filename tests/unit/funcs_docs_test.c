// SPDX-License-Identifier: MIT
/* The examples that stand above the template functions, and the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "funcs/themes.h"
#include "funcs_world.h"

#include <cmocka.h>

static const struct {
	const char *where, *text, *result;
} cases[] = {
#include "funccases.h"
};

static void examples(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		const char *got;

		arena_init(&a, 0);
		got = world_render(&a, cases[i].text, 0);
		/* spew ends with a newline, which a comment cannot show */
		if (strncmp(got, cases[i].result, strlen(cases[i].result)) ||
		    strspn(got + strlen(cases[i].result), "\n") !=
			    strlen(got + strlen(cases[i].result))) {
			print_message("%s: %s gives %s, not %s\n",
				      cases[i].where, cases[i].text, got,
				      cases[i].result);
			failed++;
		}
		arena_free(&a);
	}
	assert_int_equal(failed, 0);
	assert_true(COUNT(cases) > 200);
}

/* A call of each function with no arguments: its signature must be understood
 * (a bad one is a parse error), and nothing may crash. */
static void signatures(void **state)
{
	const struct theme *t;
	bool sprig;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (t = funcs_theme(i, &sprig)); i++) {
		for (size_t k = 0; k < t->n; k++, n++) {
			const char *name = t->funcs[k].name;
			struct arena a;
			const char *text, *got;

			if (k)
				assert_true(strcmp(t->funcs[k - 1].name,
						   name) < 0);
			arena_init(&a, 0);
			text = arena_printf(&a, "{{ %s%s }}",
					    sprig ? "sprig_" : "", name);
			assert_ptr_equal(
				funcs_table.find(text + 3, strlen(text) - 6),
				&t->funcs[k]);
			got = world_render(&a, text, 0);
			if (strstr(got, "signature") ||
			    strstr(got, "not defined"))
				fail_msg("%s: %s", text, got);
			arena_free(&a);
		}
	}
	assert_int_equal(n, 291);
	assert_null(funcs_table.find("sprig_", 6));
	assert_null(funcs_table.find("upper", 5));
	assert_null(funcs_table.find("sprig_toLower", 13));
	assert_null(funcs_table.type("[]nothing", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),
		cmocka_unit_test(signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* Any bytes as an execline script and, behind a NUL, a value: an error, or
 * words whose number and ends agree; substituting the value keeps every word
 * a word. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "execline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each word ends with its NUL and there are n of them. */
static void agree(const struct el_words *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->bytes.len; i++)
		n += !w->bytes.p[i];
	if (n != w->n || (w->bytes.len && w->bytes.p[w->bytes.len - 1]))
		abort();
}

static void substitute(const struct el_words *w, const char *value)
{
	char **argv = el_words_argv(w);
	struct el_values v = {0};
	struct el_words out = {0};

	el_words_add(el_values_add(&v, "A"), value);
	if (el_subst(argv, &v, &out) == 0) {
		agree(&out);
		if (out.n != w->n)
			abort();
	}
	el_words_free(&out);
	el_values_free(&v);
	free(argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t n = strnlen(text, size);
	struct el_words w = {0};
	char value[64] = "";
	struct err e;

	if (n + 1 < size) {
		size_t k = size - n - 1;

		if (k >= sizeof(value))
			k = sizeof(value) - 1;
		memcpy(value, text + n + 1, k);
	}
	if (el_lex(text, n, &w, &e) == 0) {
		agree(&w);
		substitute(&w, value);
	}
	el_words_free(&w);
	return 0;
}

// SPDX-License-Identifier: MIT
/* Any template, executed with the functions of the unit tests within small
 * limits: output or an error, no more memory and no more stack than allowed. */
#include <stdlib.h>

#include "../unit/mini.c"
#include "tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Large numbers and ranges in ranges make loops that only take time. */
static bool too_slow(const uint8_t *data, size_t size)
{
	struct str s = str_n((const char *)data, size);
	size_t digits = 0, ranges = 0;
	ptrdiff_t at;

	for (size_t i = 0; i < size; i++) {
		bool digit = ascii_hex(data[i]) >= 0 || data[i] == '_' ||
			     data[i] == 'x' || data[i] == 'p';

		digits = digit || data[i] >= 128 ? digits + 1 : 0;
		if (digits > 4)
			return true;
	}
	while ((at = str_find(s, STR("range"))) >= 0) {
		s = str_cut(s, (size_t)at + 5, s.n);
		ranges++;
	}
	return size > 400 || ranges > 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tmpl_opts o = {.funcs = &mini_funcs, .stack = 1 << 20};
	struct tmpl *t;
	struct arena a;
	struct buf out;
	struct err e;

	if (too_slow(data, size) ||
	    tmpl_parse(&t, str_n((const char *)data, size), &o, &e) < 0)
		return 0;
	arena_init(&a, 4 << 20);
	buf_init(&out, 1 << 16);
	e.text[0] = '\0';
	if (tmpl_exec(t, NULL, size & 1, val_none(), &out, &a, &e) < 0 &&
	    strncmp(e.text, "template: :", 11) != 0)
		abort();
	buf_free(&out);
	arena_free(&a);
	tmpl_free(t);
	return 0;
}

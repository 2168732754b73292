// SPDX-License-Identifier: MIT
/* The first line is a pattern, the rest a text: an error, or offsets that lie
 * within the text and in order. */
#include <stdlib.h>

#include "base.h"
#include "regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static int count(void *ctx, struct str piece, struct err *e)
{
	(void)piece;
	(void)e;
	++*(int *)ctx;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_n((const char *)data, size), pattern;
	struct regex_iter it;
	struct regex *re;
	struct buf out = {.max = 1 << 20};
	ptrdiff_t last = 0;
	int pieces = 0, r;
	struct err e;

	/* Long ones only repeat what short ones show, slowly. */
	if (size == 0 || size > 4096)
		return 0;
	str_split(&rest, '\n', &pattern);
	if (!rest.p)
		rest = STR("");
	if (regex_compile(pattern, data[0] & 3, &re, &e) < 0) {
		check(e.text[0]);
		return 0;
	}
	check(regex_iter_init(&it, re, rest, &e) == 0);
	while ((r = regex_next(&it, &e)) > 0) {
		check(it.cap[0] >= last && it.cap[1] >= it.cap[0]);
		last = it.cap[1];
		for (int i = 2; i < it.ncap; i += 2)
			check(it.cap[i] == -1 || it.cap[i + 1] == -1 ||
			      (it.cap[i] <= it.cap[i + 1] &&
			       it.cap[i + 1] <= (ptrdiff_t)rest.n));
	}
	check(r == 0);
	regex_iter_free(&it);
	r = regex_replace(re, rest, pattern, &out, &e);
	check(r == 0 || out.failed);
	check(regex_split(re, rest, -1, count, &pieces, &e) == 0);
	regex_free(re);
	buf_free(&out);
	return 0;
}

// SPDX-License-Identifier: MIT
/* Any bytes as a template's tokens: the lexer ends, and the tokens are pieces
 * of the text in order. The first byte chooses the delimiters. */
#include <stdlib.h>

#include "tmpl/lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *left, *right;
	} of[] = {{"{{", "}}"}, {"<<", ">>"}, {"a", "b"}, {"-", "- "}};
	size_t pick = size ? data[0] % COUNT(of) : 0, last = 0;
	struct arena a;
	struct lexer l;
	struct token t;

	if (!size)
		return 0;
	arena_init(&a, 16 << 20);
	lex_init(&l, &a, str_n((const char *)data + 1, size - 1),
		 str_of(of[pick].left), str_of(of[pick].right));
	do {
		t = lex_next(&l);
		if (t.kind != TOK_ERROR && (t.pos < last || t.pos > size))
			abort();
		last = t.pos;
		if (!token_print(&a, &t))
			abort();
	} while (t.kind != TOK_EOF && t.kind != TOK_ERROR);
	arena_free(&a);
	return 0;
}

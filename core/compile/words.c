// SPDX-License-Identifier: MIT
/* words.c - writing execline: any string as one word that the lexer reads back
 * as it was. */
#include "compile/inner.h"

void cp_word(struct buf *b, const char *word)
{
	if (b->len && b->p[b->len - 1] != '\n')
		buf_addc(b, ' ');
	if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_./:=+,@%") == strlen(word)) {
		buf_adds(b, word);
		return;
	}
	buf_addc(b, '"');
	for (; *word; word++) {
		if (*word == '\n') {
			buf_adds(b, "\\n");
			continue;
		}
		if (*word == '"' || *word == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *word);
	}
	buf_addc(b, '"');
}

void cp_words(struct buf *b, const char *const *words)
{
	for (; *words; words++)
		cp_word(b, *words);
}

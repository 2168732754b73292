// SPDX-License-Identifier: MIT
/* Any words as the script of s6-log (logdirs and files left out): compiled or
 * refused with 100, and nothing is left behind. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "logd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct logd_opts o = {.linelimit = 8192};
	char *text = malloc(size + 1), *argv[WORDS + 1];
	struct logd *l = NULL;
	size_t n = 0, at = 0;
	struct err e;
	int code = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	while (at < size && n < WORDS) {
		char *word = text + at;

		at += strlen(word) + 1;
		if (!strchr("/.=", *word) || !*word)
			argv[n++] = word;
	}
	argv[n] = NULL;
	if (logd_open(&l, argv, &o, &code, &e) == 0)
		logd_free(l);
	else if (code != 100 && code != 111)
		abort();
	free(text);
	return 0;
}

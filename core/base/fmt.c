// SPDX-License-Identifier: MIT
/* Formats of messages: the pieces of a shortened one put together. */
#include "base/fmt.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "pieces.h"

/* A piece is deeper than this only if its table is broken. */
enum { DEPTH = 16 };

const char *fmt_whole(char *buf, const char *fmt)
{
	const uint8_t *in = (const uint8_t *)fmt;
	uint8_t wait[DEPTH];
	size_t n = 0, waits = 0;
	bool shortened = false;

	while ((waits || *in) && n < FMT_MAX) {
		uint8_t c = waits ? wait[--waits] : *in++;

		if (c < 0x80 || waits + 2 > DEPTH) {
			buf[n++] = (char)c;
			continue;
		}
		shortened = true;
		wait[waits++] = pieces[c - 0x80][1];
		wait[waits++] = pieces[c - 0x80][0];
	}
	buf[n] = '\0';
	return shortened ? buf : fmt;
}

int fmt_vprint(char *buf, size_t size, const char *fmt, va_list ap)
{
	char whole[FMT_MAX + 1];

	return vsnprintf(buf, size, fmt_whole(whole, fmt), ap);
}

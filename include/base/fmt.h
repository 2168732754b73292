// SPDX-License-Identifier: MIT
/* Formats of messages. In the product, scripts/shorten.c writes a format that
 * is the literal of a PRINTF function shorter: a byte from 0x80 on stands for
 * two others (core/base/pieces.h), each of which may be such a byte again. A
 * PRINTF function of ours hands its format to fmt_vprint; a format that no tool
 * shortened passes through as it is.
 */
#ifndef BASEBOX_BASE_FMT_H
#define BASEBOX_BASE_FMT_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

/* A shortened format has at most this many bytes when it is whole. */
enum { FMT_MAX = 511 };

/* The whole text of FMT: FMT itself, or in BUF of FMT_MAX + 1 bytes. */
const char *fmt_whole(char *buf, const char *fmt);

/* vsnprintf of a format that may be shortened. */
PRINTF(3, 0)
int fmt_vprint(char *buf, size_t size, const char *fmt, va_list ap);

#endif

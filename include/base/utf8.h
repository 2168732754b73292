// SPDX-License-Identifier: MIT
/* utf8 - decoding and encoding one rune at a time, with Go's rules: an invalid
 * byte decodes as U+FFFD of width 1; surrogates and overlong forms are
 * invalid. */
#ifndef BASEBOX_BASE_UTF8_H
#define BASEBOX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RUNE_ERROR = 0xFFFD, RUNE_MAX = 0x10FFFF, UTF8_MAX = 4 };

/* Decodes the first rune of n bytes; *width gets 0 (n = 0) to 4. An invalid
 * byte gives RUNE_ERROR and width 1 (a real U+FFFD has width 3). */
uint32_t utf8_decode(const char *p, size_t n, int *width);
/* The last rune of n bytes, same rules. */
uint32_t utf8_decode_last(const char *p, size_t n, int *width);
/* Writes 1 to 4 bytes, returns how many; invalid runes become U+FFFD. */
int utf8_encode(uint32_t rune, char out[UTF8_MAX]);
bool utf8_valid(const char *p, size_t n);
/* Number of runes, invalid bytes counting one each. */
size_t utf8_count(const char *p, size_t n);

#endif

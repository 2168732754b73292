// SPDX-License-Identifier: MIT
/* tai - TAI64N stamps. The label of second s is 2^62 + s(TAI); with the 27 leap
 * seconds since 1972 a stamp of today is unix + 37 s. */
#ifndef BASEBOX_S6_TAI_H
#define BASEBOX_S6_TAI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct tai {
	uint64_t sec; /* TAI64 label */
	uint32_t nano;
};

enum { TAI_SIZE = 12, TAI_HEX = 24, TAI_TEXT = TAI_HEX + 2 };

void tai_now(struct tai *t);
void tai_from_unix(struct tai *t, struct timespec unix_time);
/* true: the label is a leap second itself (23:59:60), given as the 59 before. */
bool tai_to_unix(const struct tai *t, struct timespec *unix_time);
int tai_cmp(const struct tai *a, const struct tai *b);
/* Whole seconds from a to b; 0 when a is later. */
uint64_t tai_since(const struct tai *a, const struct tai *b);

/* 12 bytes, big-endian. */
void tai_pack(unsigned char out[TAI_SIZE], const struct tai *t);
void tai_unpack(struct tai *t, const unsigned char in[TAI_SIZE]);
/* "@" and 24 hexadecimal digits, NUL; the length is 25. */
void tai_put(char out[TAI_TEXT], const struct tai *t);
/* Reads "@" and 24 lower- or upper-case digits at p (n bytes there). */
bool tai_parse(const char *p, size_t n, struct tai *t);

/* "2026-11-22 18:19:32.038867277" in the zone TZ names (or UTC), with NUL. */
enum { TAI_LOCAL = 48 };
size_t tai_local(char out[TAI_LOCAL], const struct tai *t, bool utc);

#endif

// SPDX-License-Identifier: MIT
/* TAI64N: a label is 2^62 + seconds of TAI since 1970 TAI; TAI was 10 s ahead
 * of UTC in 1972 and has gained one second at each leap second since.
 *
 *   byte 0-7   label, big-endian      byte 8-11  nanoseconds, big-endian
 *
 * Source: cr.yp.to/libtai/tai64.html; leap seconds: IERS Bulletin C. */
#include <string.h>
#include <stdio.h>

#include "base.h"
#include "s6/tai.h"

#define EPOCH ((UINT64_C(1) << 62) + 10)

/* The first second of UTC after each leap second, as unix time / 86400. */
static const uint16_t leap_days[] = {
	912,   1096,  1461,  1826,  2191,  2557,  2922,  3287,	3652,
	4199,  4564,  4929,  5660,  6574,  7305,  7670,	 8217,	8582,
	8947,  9496,  10043, 10592, 13149, 14245, 15522, 16617, 17167,
};

void tai_from_unix(struct tai *t, struct timespec u)
{
	size_t n = COUNT(leap_days);

	while (n && u.tv_sec < (time_t)leap_days[n - 1] * 86400)
		n--;
	t->sec = EPOCH + (uint64_t)u.tv_sec + n;
	t->nano = (uint32_t)u.tv_nsec;
}

bool tai_to_unix(const struct tai *t, struct timespec *u)
{
	int64_t s = (int64_t)(t->sec - EPOCH);
	size_t n = COUNT(leap_days);

	while (n && s < (int64_t)leap_days[n - 1] * 86400 + (int64_t)n - 1)
		n--;
	bool hit = n && s == (int64_t)leap_days[n - 1] * 86400 + (int64_t)n - 1;
	u->tv_sec = (time_t)(s - (int64_t)n);
	u->tv_nsec = t->nano;
	return hit;
}

void tai_now(struct tai *t)
{
	tai_from_unix(t, clock_wall());
}

int tai_cmp(const struct tai *a, const struct tai *b)
{
	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	return (a->nano > b->nano) - (a->nano < b->nano);
}

uint64_t tai_since(const struct tai *a, const struct tai *b)
{
	if (tai_cmp(a, b) >= 0)
		return 0;
	return b->sec - a->sec - (b->nano < a->nano);
}

void tai_pack(unsigned char out[TAI_SIZE], const struct tai *t)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(t->sec >> (56 - 8 * i));
	for (int i = 0; i < 4; i++)
		out[8 + i] = (unsigned char)(t->nano >> (24 - 8 * i));
}

void tai_unpack(struct tai *t, const unsigned char in[TAI_SIZE])
{
	t->sec = 0;
	t->nano = 0;
	for (int i = 0; i < 8; i++)
		t->sec = t->sec << 8 | in[i];
	for (int i = 8; i < 12; i++)
		t->nano = t->nano << 8 | in[i];
}

void tai_put(char out[TAI_TEXT], const struct tai *t)
{
	unsigned char b[TAI_SIZE];

	tai_pack(b, t);
	*out++ = '@';
	for (size_t i = 0; i < sizeof b; i++) {
		*out++ = "0123456789abcdef"[b[i] >> 4];
		*out++ = "0123456789abcdef"[b[i] & 15];
	}
	*out = '\0';
}

bool tai_parse(const char *p, size_t n, struct tai *t)
{
	unsigned char b[TAI_SIZE];

	if (n < TAI_HEX + 1 || *p++ != '@')
		return false;
	for (size_t i = 0; i < sizeof b; i++) {
		int hi = ascii_hex((unsigned char)p[2 * i]);
		int lo = ascii_hex((unsigned char)p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		b[i] = (unsigned char)(hi << 4 | lo);
	}
	tai_unpack(t, b);
	return true;
}

size_t tai_local(char out[TAI_LOCAL], const struct tai *t, bool utc)
{
	struct timespec u;
	struct tm tm;
	bool leap = tai_to_unix(t, &u);

	memset(&tm, 0, sizeof tm);
	if (utc)
		gmtime_r(&u.tv_sec, &tm);
	else
		localtime_r(&u.tv_sec, &tm);
	int n = snprintf(out, TAI_LOCAL, "%04d-%02d-%02d %02d:%02d:%02d.%09u",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec + leap,
			 (unsigned)u.tv_nsec);
	return n < TAI_LOCAL ? (size_t)n : TAI_LOCAL - 1;
}

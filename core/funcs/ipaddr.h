// SPDX-License-Identifier: MIT
/* ipaddr - IP addresses with a network, and what can be asked of them.
 * Private to funcs. */
#ifndef BASEBOX_FUNCS_IPADDR_H
#define BASEBOX_FUNCS_IPADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

/* aligned as memory of an arena is */
__extension__ typedef unsigned __int128 uint128 __attribute__((aligned(8)));

struct ipaddr {
	uint128 ip;
	int width; /* 32 or 128 */
	int bits;  /* of the network */
};

/* "10.0.0.1/8", "::1"; without a size the whole address is the network. */
bool ip_parse(struct str s, struct ipaddr *out);
/* Without the network's size; 48 bytes are enough. */
enum { IP_TEXT = 48 };
void ip_text(const struct ipaddr *a, char out[IP_TEXT]);
uint128 ip_mask(const struct ipaddr *a);
uint128 ip_first(const struct ipaddr *a); /* the network's own address */
uint128 ip_last(const struct ipaddr *a);  /* v4: the broadcast address */
/* Whether b's network lies within a's; families must be the same. */
bool ip_contains(const struct ipaddr *a, const struct ipaddr *b);

/* The networks of an RFC by its number; false: not known. */
enum { RFC_NO_FORWARD = -1 }; /* what no router passes on */
bool ip_rfc_known(int64_t rfc);
bool ip_in_rfc(const struct ipaddr *a, int64_t rfc);

/* Decimal text of a large number. */
struct str u128_text(struct arena *a, uint128 v);

#endif

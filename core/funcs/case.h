// SPDX-License-Identifier: MIT
/* case - upper, lower and title case of whole texts. Private to funcs. */
#ifndef BASEBOX_FUNCS_CASE_H
#define BASEBOX_FUNCS_CASE_H

#include "funcs/kit.h"

/* Each rune through map, invalid bytes become U+FFFD. */
struct str map_runes(struct arena *a, struct str s,
		     uint32_t (*map)(void *ctx, uint32_t rune), void *ctx);
struct str upper_str(struct arena *a, struct str s);
struct str lower_str(struct arena *a, struct str s);
/* The first letter of each word in title case, by Unicode's word rules and
 * with its full mappings (x/text's cases.Title with NoLower). */
struct str title_words(struct arena *a, struct str s);

#endif

// SPDX-License-Identifier: MIT
/* unicode - general categories, scripts and simple case mappings of all code
 * points, from compact tables (about 8 kB; their version is
 * unicode_version()). A lookup outside ASCII walks some hundred bytes of
 * table: fine for text, not for tight loops over megabytes. Nothing here
 * allocates or fails. */
#ifndef BASEBOX_REGEX_UNICODE_H
#define BASEBOX_REGEX_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The order is that of the generated tables. */
enum unicode_cat {
	UNI_LU, UNI_LL, UNI_LT, UNI_LM, UNI_LO,
	UNI_MN, UNI_MC, UNI_ME,
	UNI_ND, UNI_NL, UNI_NO,
	UNI_PC, UNI_PD, UNI_PS, UNI_PE, UNI_PI, UNI_PF, UNI_PO,
	UNI_SM, UNI_SC, UNI_SK, UNI_SO,
	UNI_ZS, UNI_ZL, UNI_ZP,
	UNI_CC, UNI_CF, UNI_CS, UNI_CO, UNI_CN,
	UNI_CATS
};

/* Sets of categories, for unicode_is. */
#define UNI_BIT(cat) (UINT32_C(1) << (cat))
#define UNI_LETTER (UNI_BIT(UNI_MN) - 1)
#define UNI_MARK ((UNI_BIT(UNI_ND) - 1) & ~UNI_LETTER)
#define UNI_NUMBER ((UNI_BIT(UNI_PC) - 1) & ~(UNI_BIT(UNI_ND) - 1))
#define UNI_PUNCT ((UNI_BIT(UNI_SM) - 1) & ~(UNI_BIT(UNI_PC) - 1))
#define UNI_SYMBOL ((UNI_BIT(UNI_ZS) - 1) & ~(UNI_BIT(UNI_SM) - 1))
#define UNI_SEPARATOR ((UNI_BIT(UNI_CC) - 1) & ~(UNI_BIT(UNI_ZS) - 1))
#define UNI_OTHER ((UNI_BIT(UNI_CATS) - 1) & ~(UNI_BIT(UNI_CC) - 1))

const char *unicode_version(void);

enum unicode_cat unicode_category(uint32_t rune);
/* Whether the rune's category is in the set, e.g. UNI_LETTER | UNI_NUMBER. */
bool unicode_is(uint32_t rune, uint32_t cats);
/* Go's unicode.IsSpace and unicode.IsPrint (letters, marks, numbers,
 * punctuation, symbols and the ASCII space; strconv quotes by it). */
bool unicode_space(uint32_t rune);
bool unicode_print(uint32_t rune);

/* Simple one to one mappings; a rune without one is returned as it is. */
uint32_t unicode_upper(uint32_t rune);
uint32_t unicode_lower(uint32_t rune);
uint32_t unicode_title(uint32_t rune);

/* The runes equal to this one under simple case folding, itself included, in
 * ascending order; returns how many (1 to 4). */
enum { UNI_ORBIT = 4 };
int unicode_orbit(uint32_t rune, uint32_t out[UNI_ORBIT]);

/* Calls fn for each folding class that has more than one member. */
void unicode_orbits(void (*fn)(void *ctx, const uint32_t *runes, int n),
		    void *ctx);

/* Calls fn for each range of code points of the categories in the set, in
 * ascending order; neighbouring ranges may touch. */
void unicode_ranges(uint32_t cats,
		    void (*fn)(void *ctx, uint32_t lo, uint32_t hi), void *ctx);

/* Number of the script with this name (case, '_', '-' and ' ' ignored), or
 * -1; and its ranges, which may include unassigned code points: take those of
 * UNI_CN away. */
int unicode_script(struct str name);
void unicode_script_ranges(int script,
			   void (*fn)(void *ctx, uint32_t lo, uint32_t hi),
			   void *ctx);
/* The set of categories with this name ("Lu", "L", "Uppercase_Letter", ...,
 * spelled as freely), or 0. */
uint32_t unicode_cats(struct str name);

#endif

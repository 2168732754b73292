// SPDX-License-Identifier: MIT
/* unicode - reading the generated tables (unicode_tables.h says how they are
 * coded). */
#include "regex/unicode.h"

#include "base.h"
#include "unicode_tables.h"

/* Codes 30 and 31 of cat_runs: single Lu and Ll taking turns. */
enum { ALT_LU = 30, ALT_LL = 31 };

struct cat_run {
	uint32_t lo, hi;
	unsigned code;
};

/* Reads the run at *at, which starts at code point lo. */
static struct cat_run cat_next(size_t *at, uint32_t lo)
{
	unsigned b = cat_runs[(*at)++];
	uint32_t n = (b >> 5) + 1;

	if (n == 7) {
		n = 7u + cat_runs[(*at)++];
	} else if (n == 8) {
		n = 263u + cat_runs[*at] + 256u * cat_runs[*at + 1];
		*at += 2;
	}
	return (struct cat_run){lo, lo + n - 1, b & 31};
}

static enum unicode_cat cat_of(const struct cat_run *r, uint32_t rune)
{
	if (r->code >= ALT_LU)
		return ((rune - r->lo) ^ r->code) & 1 ? UNI_LL : UNI_LU;
	return (enum unicode_cat)r->code;
}

enum unicode_cat unicode_category(uint32_t rune)
{
	size_t at, m = COUNT(cat_marks) / 2 - 1;
	struct cat_run r;

	if (rune > 0x10FFFF)
		return UNI_CN;
	while (cat_marks[2 * m] > rune)
		m--;
	at = cat_marks[2 * m + 1];
	r = cat_next(&at, cat_marks[2 * m]);
	while (r.hi < rune)
		r = cat_next(&at, r.hi + 1);
	return cat_of(&r, rune);
}

bool unicode_is(uint32_t rune, uint32_t cats)
{
	return UNI_BIT(unicode_category(rune)) & cats;
}

bool unicode_space(uint32_t rune)
{
	if (rune < 0x80)
		return ascii_space((unsigned char)rune);
	return rune == 0x85 || unicode_is(rune, UNI_SEPARATOR);
}

bool unicode_print(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= ' ' && rune < 0x7F;
	return !unicode_is(rune, UNI_SEPARATOR | UNI_OTHER);
}

void unicode_ranges(uint32_t cats,
		    void (*fn)(void *ctx, uint32_t lo, uint32_t hi), void *ctx)
{
	uint32_t pair = cats & (UNI_BIT(UNI_LU) | UNI_BIT(UNI_LL));
	struct cat_run r = {0, 0, 0};
	size_t at = 0;

	for (uint32_t lo = 0; lo < 0x110000; lo = r.hi + 1) {
		r = cat_next(&at, lo);
		if (r.code < ALT_LU) {
			if (UNI_BIT(r.code) & cats)
				fn(ctx, r.lo, r.hi);
			continue;
		}
		if (pair == (UNI_BIT(UNI_LU) | UNI_BIT(UNI_LL)))
			fn(ctx, r.lo, r.hi);
		else if (pair)
			for (uint32_t c = r.lo; c <= r.hi; c++)
				if (UNI_BIT(cat_of(&r, c)) & cats)
					fn(ctx, c, c);
	}
}

/* --- names --- */

static bool name_skip(char c)
{
	return c == '_' || c == '-' || c == ' ';
}

/* Whether name is the table's spelling, loosely compared. */
static bool name_eq(struct str name, const char *table)
{
	size_t i = 0;

	for (;; i++, table++) {
		while (i < name.n && name_skip(name.p[i]))
			i++;
		while (*table == '_')
			table++;
		if (i == name.n || !*table)
			return i == name.n && !*table;
		if (ascii_lower((unsigned char)name.p[i]) !=
		    ascii_lower((unsigned char)*table))
			return false;
	}
}

int unicode_script(struct str name)
{
	int i = 1;

	for (const char *p = script_names; *p; p += strlen(p) + 1, i++)
		if (name_eq(name, p))
			return i;
	return -1;
}

void unicode_script_ranges(int script,
			   void (*fn)(void *ctx, uint32_t lo, uint32_t hi),
			   void *ctx)
{
	uint32_t lo = 0;

	for (size_t at = 0; at < sizeof(script_runs);) {
		int which = script_runs[at++];
		uint32_t n = 0;
		int shift = 0;

		do
			n |= (script_runs[at] & 127u) << shift;
		while (shift += 7, script_runs[at++] & 128);
		if (which == script)
			fn(ctx, lo, lo + n - 1);
		lo += n;
	}
}

/* Each category under its short name and its aliases, by the order of enum
 * unicode_cat; then the groups. A '/' separates the names of one line. */
static const char cat_names[] =
	"Lu/Uppercase_Letter\0Ll/Lowercase_Letter\0Lt/Titlecase_Letter\0"
	"Lm/Modifier_Letter\0Lo/Other_Letter\0"
	"Mn/Nonspacing_Mark\0Mc/Spacing_Mark\0Me/Enclosing_Mark\0"
	"Nd/Decimal_Number/digit\0Nl/Letter_Number\0No/Other_Number\0"
	"Pc/Connector_Punctuation\0Pd/Dash_Punctuation\0"
	"Ps/Open_Punctuation\0Pe/Close_Punctuation\0"
	"Pi/Initial_Punctuation\0Pf/Final_Punctuation\0"
	"Po/Other_Punctuation\0"
	"Sm/Math_Symbol\0Sc/Currency_Symbol\0Sk/Modifier_Symbol\0"
	"So/Other_Symbol\0"
	"Zs/Space_Separator\0Zl/Line_Separator\0Zp/Paragraph_Separator\0"
	"Cc/Control/cntrl\0Cf/Format\0Cs/Surrogate\0Co/Private_Use\0"
	"Cn/Unassigned\0"
	"L/Letter\0M/Mark/Combining_Mark\0N/Number\0P/Punctuation/punct\0"
	"S/Symbol\0Z/Separator\0C/Other\0LC/Cased_Letter\0Any\0Assigned\0";

static uint32_t cat_set(int i)
{
	static const uint32_t groups[] = {
		UNI_LETTER, UNI_MARK, UNI_NUMBER, UNI_PUNCT, UNI_SYMBOL,
		UNI_SEPARATOR, UNI_OTHER, UNI_BIT(UNI_LM) - 1,
		UNI_BIT(UNI_CATS) - 1, UNI_BIT(UNI_CN) - 1,
	};

	return i < UNI_CATS ? UNI_BIT(i) : groups[i - UNI_CATS];
}

uint32_t unicode_cats(struct str name)
{
	char one[32];
	int i = 0;

	for (const char *p = cat_names; *p; i++) {
		size_t n = strcspn(p, "/");

		memcpy(one, p, n);
		one[n] = '\0';
		if (name_eq(name, one))
			return cat_set(i);
		for (p += n; *p == '/'; p += n) {
			n = strcspn(++p, "/");
			memcpy(one, p, n);
			one[n] = '\0';
			if (name_eq(name, one))
				return cat_set(i);
		}
		p++;
	}
	return 0;
}

/* --- case --- */

/* One run of case_runs: n sources, step apart, each with its target delta
 * away. */
struct case_run {
	uint32_t src, n, step;
	int32_t delta;
	int kind; /* 0 both ways, 1 only to lower, 2 only to upper */
};

static uint32_t case_varint(size_t *at)
{
	uint32_t v = 0;
	int shift = 0;

	do
		v |= (case_runs[*at] & 127u) << shift;
	while (shift += 7, case_runs[(*at)++] & 128);
	return v;
}

/* Reads the next run; false at the end. Start with a zeroed run. */
static bool case_next(size_t *at, struct case_run *r)
{
	uint32_t v;

	if (*at == sizeof(case_runs))
		return false;
	r->src += case_varint(at);
	v = case_varint(at);
	r->step = (v & 1) + 1;
	r->kind = v >> 1 & 3;
	r->n = v >> 3;
	v = case_varint(at);
	r->delta = v & 1 ? -(int32_t)(v >> 1) : (int32_t)(v >> 1);
	return true;
}

static bool case_has(const struct case_run *r, uint32_t src)
{
	uint32_t d = src - r->src;

	return src >= r->src && d % r->step == 0 && d / r->step < r->n;
}

uint32_t unicode_upper(uint32_t rune)
{
	struct case_run r = {0};
	size_t at = 0;

	if (rune < 0x80)
		return ascii_upper((unsigned char)rune);
	while (case_next(&at, &r)) {
		if (r.kind == 2 && case_has(&r, rune))
			return rune + (uint32_t)r.delta;
		if (r.kind == 0 && case_has(&r, rune - (uint32_t)r.delta))
			return rune - (uint32_t)r.delta;
	}
	return rune;
}

uint32_t unicode_lower(uint32_t rune)
{
	struct case_run r = {0};
	size_t at = 0;

	if (rune < 0x80)
		return ascii_lower((unsigned char)rune);
	while (case_next(&at, &r) && r.src <= rune)
		if (r.kind != 2 && case_has(&r, rune))
			return rune + (uint32_t)r.delta;
	return rune;
}

uint32_t unicode_title(uint32_t rune)
{
	/* The digraphs DZ, LJ, NJ have a title case of their own; Georgian
	 * has capitals but no title case. */
	if (rune >= 0x1C4 && rune <= 0x1CC)
		return 0x1C5 + (rune - 0x1C4) / 3 * 3;
	if (rune >= 0x1F1 && rune <= 0x1F3)
		return 0x1F2;
	if (rune >= 0x10D0 && rune <= 0x10FF)
		return rune;
	return unicode_upper(rune);
}

/* The class of orbit_list that holds the rune, or NULL. */
static const uint16_t *orbit_special(uint32_t rune, int *n)
{
	for (const uint16_t *p = orbit_list;
	     p < orbit_list + COUNT(orbit_list); p += *n + 1) {
		bool here = false;

		for (*n = 0; p[*n]; ++*n)
			here |= p[*n] == rune;
		if (here)
			return p;
	}
	return NULL;
}

int unicode_orbit(uint32_t rune, uint32_t out[UNI_ORBIT])
{
	uint32_t other;
	const uint16_t *p;
	int n = 0;

	/* In ASCII only k and s have relatives outside it. */
	p = rune < 0x80 && (rune | 32) != 'k' && (rune | 32) != 's'
		    ? NULL
		    : orbit_special(rune, &n);
	if (p) {
		for (int i = 0; i < n; i++)
			out[i] = p[i];
		return n;
	}
	other = unicode_lower(rune);
	if (other == rune)
		other = unicode_upper(rune);
	out[0] = other < rune ? other : rune;
	out[1] = other < rune ? rune : other;
	return other == rune ? 1 : 2;
}

void unicode_orbits(void (*fn)(void *ctx, const uint32_t *runes, int n),
		    void *ctx)
{
	struct case_run r = {0};
	uint32_t set[UNI_ORBIT];
	size_t at = 0;
	int n;

	for (const uint16_t *p = orbit_list;
	     p < orbit_list + COUNT(orbit_list); p += n + 1) {
		for (n = 0; p[n]; n++)
			set[n] = p[n];
		if (n > 1)
			fn(ctx, set, n);
	}
	while (case_next(&at, &r)) {
		for (uint32_t i = 0; i < r.n; i++) {
			set[0] = r.src + i * r.step;
			set[1] = set[0] + (uint32_t)r.delta;
			if (!orbit_special(set[0], &n))
				fn(ctx, set, 2);
		}
	}
}

const char *unicode_version(void)
{
	return UNICODE_VERSION;
}

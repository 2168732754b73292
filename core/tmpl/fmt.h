// SPDX-License-Identifier: MIT
/* fmt - what the files of Go's fmt share: the state of one verb, and the
 * routines for one kind of operand each. */
#ifndef BASEBOX_CORE_TMPL_FMT_H
#define BASEBOX_CORE_TMPL_FMT_H

#include "base.h"
#include "data/value.h"
#include "tmpl/limits.h"
#include "tmpl/print.h"

struct fmt {
	struct text *t;
	const struct val *arg; /* the operand, as bad verbs show it */
	int wid, prec;
	bool has_wid, has_prec;
	bool minus, plus, sharp, space, zero;
	bool plus_v, sharp_v; /* %+v, %#v */
	bool erroring;	      /* inside %!: no String methods */
	/* of the format, not the verb: */
	bool good_index, reordered;
};

/* --- fmt_num.c: padding and numbers --- */
/* Writes text padded to the width, which counts runes. */
void fmt_pad(struct fmt *f, struct str s);
/* The same, never with zeros. */
void fmt_pad_blank(struct fmt *f, struct str s);
void fmt_padding(struct fmt *f, size_t n);
void fmt_uint(struct fmt *f, uint64_t u, unsigned base, bool is_signed,
	      char verb);
void fmt_unicode(struct fmt *f, uint64_t u);
void fmt_rune(struct fmt *f, uint64_t u, bool quoted);
void fmt_float(struct fmt *f, double v, char verb, int prec);

/* --- fmt_value.c: operands of any type --- */
void fmt_operand(struct fmt *f, const struct val *v, uint32_t verb);

/* --- quote.c --- */
void quote_rune(struct text *t, uint32_t r, char quote, bool ascii);

#endif

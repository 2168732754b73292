// SPDX-License-Identifier: MIT
/* opt - one option table, read by two dialects: POSIX short options (s6's:
 * bundled letters, stop at the first operand or "--", optional GNU long names)
 * and Go's flag package (-name v, --name=v; consul-template's).
 *
 * An applet writes its table as `const struct opt NAME_opts[]`, ended by an
 * entry without letter and name; a script holds it against the help text. Each
 * entry says where the value goes: `off` is the offset of a field in the
 * applet's own options struct. */
#ifndef BASEBOX_BASE_OPT_H
#define BASEBOX_BASE_OPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct opt;

/* Takes one value ("" for a bare flag); its error text stands alone in the
 * getopt dialect and is wrapped as `invalid value "v" for flag -x: TEXT` in
 * Go's. `opts` is the applet's struct. */
typedef int opt_fn(void *opts, const struct opt *o, const char *value,
		   struct err *e);

enum opt_kind {
	OPT_FLAG, /* bool at off = true; Go dialect: -x=false understood */
	OPT_SET,  /* int at off = val (several letters, one field) */
	OPT_BIT,  /* unsigned at off |= val */
	OPT_STR,  /* const char * at off; borrowed from argv */
	OPT_U32,  /* uint32_t at off, decimal */
	OPT_U64,  /* uint64_t at off, decimal */
	OPT_INT,  /* int at off, decimal, signed */
	OPT_DUR,  /* int64_t ns at off, Go duration */
	OPT_FN,	  /* fn(opts, o, value, e), with a value */
	OPT_FN0,  /* fn(opts, o, "", e), without one (Go dialect: a bool) */
	OPT_LIST, /* struct strlist at off, appended (copied) */
};

/* 24 bytes a row: there are hundreds. */
struct opt {
	const char *name; /* long form without dashes, NULL = none */
	opt_fn *fn;	  /* OPT_FN, OPT_FN0 */
	char letter;	  /* short form, 0 = none */
	uint8_t kind;	  /* an opt_kind */
	uint16_t off;
	int val; /* OPT_SET, OPT_BIT, or free for fn */
};

/* Reads argv[1...] up to the first operand; *next gets its index. -1: a usage
 * error, *e says which ("" when there is nothing to add). argv is not
 * reordered. A long option may be cut short only if `name` is exact. */
int opt_getopt(const struct opt *table, void *opts, int argc, char **argv,
	       int *next, struct err *e) MUST_USE;

/* The same in Go's dialect, with its error texts. */
int opt_goflags(const struct opt *table, void *opts, int argc, char **argv,
		int *next, struct err *e) MUST_USE;

/* Go's strconv.ParseBool: 1 t T TRUE true True / 0 f F FALSE false False.
 * Returns 1, 0, or -1 for anything else. */
int opt_bool(const char *s);

#endif

// SPDX-License-Identifier: MIT
/* semver - versions as the constraint matcher sees them. Private to funcs. */
#ifndef BASEBOX_FUNCS_SEMVER_H
#define BASEBOX_FUNCS_SEMVER_H

#include "funcs/kit.h"

struct version {
	uint64_t n[3]; /* major, minor, patch */
	struct str pre, meta, original;
};

/* The parts of a version as text; false: it does not begin with one. */
struct parts {
	struct str n[3]; /* those not given are empty */
	struct str pre, meta;
	struct str all;
};

/* Takes a version off the text; wild: x and * stand for numbers. */
bool semver_take(struct str *rest, bool wild, struct parts *p);
/* From parts or from a whole text; -1: the call's error is set. */
int semver_read(struct tmpl_call *c, const struct parts *p,
		      struct version *v);
int semver_parse(struct tmpl_call *c, struct str s, struct version *v);
/* By precedence: <0, 0, >0. */
int semver_order(const struct version *a, const struct version *b);
/* The same of two pre-releases. */
int semver_order_pre(struct str a, struct str b);

tmpl_fn semver_compare; /* semver_match.c */

#endif

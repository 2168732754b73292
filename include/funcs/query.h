// SPDX-License-Identifier: MIT
/* query - from the text of a data function's argument to a dependency, with
 * its identity and the reference's error texts.
 *
 *     [tag.]name[?ns=N&partition=P&peer=R][@dc][~near][|status,...]
 *
 * Source: the regular expressions of consul-template's package dependency. */
#ifndef BASEBOX_FUNCS_QUERY_H
#define BASEBOX_FUNCS_QUERY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "tmpl/host.h"

/* The status words of a service query come sorted in q->filter: "passing" when
 * the text names none, "," when it names a filter without any word (which
 * accepts nothing).
 *
 * Fills *q, its strings made in the arena. kind is any DEP_ but the writes and
 * DEP_VAULT_PKI, which have calls of their own. ns: the default Nomad
 * namespace for DEP_NOMAD_VAR_*, "" elsewhere. */
int query_parse(struct arena *a, enum tmpl_dep kind, struct str s,
		const char *ns, struct tmpl_query *q, struct err *e);

/* A query of this kind with every text "". */
void query_clear(struct tmpl_query *q, enum tmpl_dep kind);

/* secret PATH "k=v"...: pairs are parsed, trimmed and sorted by key. dest is
 * the template's destination for DEP_VAULT_PKI. q->version of DEP_VAULT_READ
 * is the URL query behind '?', not decoded. */
int query_vault(struct arena *a, enum tmpl_dep kind, struct str path,
		const struct str *pairs, size_t n, const char *dest,
		struct tmpl_query *q, struct err *e);

#endif

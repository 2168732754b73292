// SPDX-License-Identifier: MIT
/* dedup - de-duplication: of several instances with the same template one
 * (the leader) asks Consul and shares what it got through one key; the others
 * take it from there. A session and a lock on PREFIX/<template id>/data say
 * who leads, as in the original; the bytes in the key are our own. */
#ifndef BASEBOX_RENDER_DEDUP_H
#define BASEBOX_RENDER_DEDUP_H

#include "render/runner.h"

int dedup_open(struct runner *r, struct err *e);
void dedup_start(struct runner *r);
/* Gives the locks back, waiting a second at most. */
void dedup_close(struct runner *r);

/* Whether this job leaves this dependency to its leader (or does not know yet
 * who leads). */
bool dedup_follows(const struct job *j, enum tmpl_dep kind);
/* The job has all its data: its leader shares them. */
void dedup_share(struct job *j);

#endif

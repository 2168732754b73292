// SPDX-License-Identifier: MIT
/* rollback - `rollback = "10s"`: a written file is on trial for that long. When
 * the service that was told of it turns critical meanwhile (register.json), the
 * bytes before come back and the service is told again. */
#ifndef BASEBOX_RENDER_ROLLBACK_H
#define BASEBOX_RENDER_ROLLBACK_H

#include "render/runner.h"

/* Before the destination is replaced: keeps its bytes, unless those are on
 * trial themselves. */
void rollback_keep(struct job *j);
/* The commands have run and the services are told: the trial begins. */
void rollback_begin(struct runner *r);
/* This text has failed its trial: it is not written again. */
bool rollback_refuses(const struct job *j, struct str text);
void rollback_free(struct job *j);

#endif

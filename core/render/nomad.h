// SPDX-License-Identifier: MIT
/* nomad - services and variables of a Nomad server. */
#ifndef BASEBOX_RENDER_NOMAD_H
#define BASEBOX_RENDER_NOMAD_H

#include "render/runner.h"

int nomad_open(struct runner *r, struct err *e);
void nomad_close(struct nomad *n); /* NULL is fine */

#endif

// SPDX-License-Identifier: MIT
/* status - render.json in the runtime directory; its shape is in status.c. */
#ifndef BASEBOX_RENDER_STATUS_H
#define BASEBOX_RENDER_STATUS_H

#include "render/runner.h"

/* Not in once mode; when another renderer keeps the view there is none. */
void status_open(struct runner *r);
void status_close(struct runner *r);
/* Something has changed. */
void status_soon(struct runner *r);
/* Why a template is not as it should be; NULL = it is. */
void status_job(struct job *j, const char *error);
void status_view(struct runner *r, const char *error);

#endif

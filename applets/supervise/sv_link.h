// SPDX-License-Identifier: MIT
/* sv_link - what s6-svlink and s6-svunlink share: waiting until supervisors of
 * a service and its logger come or go. */
#ifndef APPLETS_SUPERVISE_SV_LINK_H
#define APPLETS_SUPERVISE_SV_LINK_H

#include <limits.h>

#include "ev_wait.h"
#include "sv_send.h"

struct sv_events {
	struct ev_set ev; /* its n are those in use */
	struct s6_listen l[2];
	char event; /* that is waited for */
};

/* "DIR/FILE", or where s6_place has it; dies with 111. */
void sv_path(char out[PATH_MAX], const char *dir, const char *file);
bool sv_supervised(const char *servicedir);
void sv_events_open(struct sv_events *e, char event);
/* Listens to one more service (two at most); dies with 111. */
void sv_events_add(struct sv_events *e, const char *servicedir);
/* Waits for the event of each; takes the listeners down. -1: the time is over. */
int sv_events_wait(struct sv_events *e, int64_t deadline);
void sv_events_close(struct sv_events *e);

#endif

// SPDX-License-Identifier: MIT
/* Service directories for the tests of the supervision engine, and a loop that
 * runs until something is true. */
#ifndef SUPERVISE_HELP_H
#define SUPERVISE_HELP_H

#include <stdbool.h>

#include "supervise.h"

/* A fresh directory that becomes the working directory; rig_end removes it
 * with everything below. */
void rig_begin(void);
void rig_end(void);
/* DIR/FILE with this text; scripts (run, finish) become executable and get
 * "#!/bin/sh" before it. The directory is made when missing. */
void rig_put(const char *dir, const char *file, const char *text);
/* A loop with a supervisor that reaps. */
struct rig {
	struct loop loop;
	struct supervisor sup;
	struct signals signals;
};
void rig_loop(struct rig *r);
void rig_loop_end(struct rig *r);
/* Opens a service of the rig; -1 with *e as service_open. */
int rig_open(struct rig *r, struct service *s, const char *dir, struct err *e);
/* Runs turns until done(arg), at most `ms`; false when it did not come true. */
bool rig_until(struct rig *r, bool (*done)(void *), void *arg, int ms);
/* Just runs for so long. */
void rig_for(struct rig *r, int ms);
bool rig_state(struct rig *r, struct service *s, enum service_state state,
	       int ms);
/* How many descriptors are open. */
int rig_fds(void);
/* Lines of a file; 0 when there is none. */
int rig_lines(const char *path);

#endif

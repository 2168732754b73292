// SPDX-License-Identifier: MIT
/* vars - envconsul: the data of prefixes, services and secrets as variables of
 * the child's environment, in place of templates and files. To the runner it
 * is one job whose output, "NAME=VALUE" ended by NUL each, goes to the child
 * instead of a file. Source: spec of envconsul 0.13.4, section 6. */
#ifndef BASEBOX_RENDER_VARS_H
#define BASEBOX_RENDER_VARS_H

#include "render/runner.h"

/* The command, from the configuration or from the command line's words (NULL =
 * none), and whether every format can be read. -1: a configuration error. */
int vars_check(struct render_config *c, char *const *words, struct err *e);
/* Resolves {{ env "X" }} in paths; what is to be asked for. */
int vars_open(struct runner *r, struct err *e);
int vars_execute(struct job *j, const struct tmpl_host *h, struct buf *out,
		 struct arena *a, struct err *e);
/* Takes a new environment over; an equal one is no news. */
int vars_write(struct job *j, struct str text, struct err *e);

#endif

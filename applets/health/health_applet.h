// SPDX-License-Identifier: MIT
/* health_applet - what the files of the health command share. */
#ifndef APPLETS_HEALTH_APPLET_H
#define APPLETS_HEALTH_APPLET_H

#include "base.h"
#include "health.h"

struct health_opts {
	struct health_def def; /* what each CHECK starts from */
	struct strlist checks, headers, expect_headers, expect_jsons, configs;
	const char *scandir;
	char **prog;                  /* executed after --wait */
	const char *const *exec_check; /* -- prog args without --wait */
	int64_t wait;                 /* ns; 0 = one shot */
	bool any, invert, watch, strict, json, quiet;
};

/* The exit code. */
int health_run(struct health_opts *o);
int health_check_config(struct health_opts *o);

/* The verdict of this container from the registrar's view, else from the
 * service directories. The text is one line in the buffer. */
enum health_state health_container(const char *scandir, struct buf *text);

#endif

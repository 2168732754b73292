// SPDX-License-Identifier: MIT
/* place - where things of a service are, and which scandir is meant. */
#ifndef BASEBOX_S6_PLACE_H
#define BASEBOX_S6_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/err.h"

/* The path of `file` ("supervise/status", "event") of a service directory.
 * Where its first part is not in the service directory and BASEBOX_STATE=DIR
 * is set, it is looked for in DIR/<dev>-<ino>/ second. ENAMETOOLONG is the
 * only failure: a path is given whether or not anything is there. */
int s6_place(char out[PATH_MAX], const char *servicedir, const char *file,
	     struct err *e) MUST_USE;
/* DIR/<dev>-<ino> of a service directory, where its state lives when it cannot
 * live inside. false: BASEBOX_STATE is not set (or the path is too long). */
bool s6_state_dir(char out[PATH_MAX], const struct stat *servicedir);

/* The scandir that commands act on: `wanted` if not NULL, else
 * $BASEBOX_SCANDIR, else of RUNTIME/scandir, /run/service and /etc/s6 the
 * first whose svscan lock is held. `runtime` is the runtime directory or NULL.
 * -1 (ENOENT): none of them is supervised; the text names what was tried. */
int s6_scandir_find(char out[PATH_MAX], const char *wanted,
		    const char *runtime, struct err *e) MUST_USE;

#endif

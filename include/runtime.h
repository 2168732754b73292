// SPDX-License-Identifier: MIT
/* runtime - the runtime directory: where the parts leave their view of things
 * for each other (register.json, render.json, init.json), and how a reader
 * knows that a view is alive. Spec: store.md, "The runtime directory".
 *
 * A view is a JSON file, replaced atomically, beside a lock file NAME.lock that
 * its writer holds: lock free = the writer is gone and the view counts as
 * absent; another boot_id, the same; older than twice the interval it
 * announces = the writer hangs. */
#ifndef BASEBOX_RUNTIME_H
#define BASEBOX_RUNTIME_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "data/value.h"

enum {
	RUNTIME_VIEW_MAX = 64 * 1024, /* bytes of one view */
	/* group basebox: a directory of root's that is sticky and writable by it
	 * (and nobody else) is everybody's of that group */
	RUNTIME_GID = 65531,
};

/* $BASEBOX_RUNTIME, else /run/basebox, else $TMPDIR/basebox-UID, else
 * /tmp/basebox-UID. For a writer (make = true) the first that exists or can be
 * made and is ours, no symlink; for a reader the first that is there and not
 * writable by others. -1: none, the text names all that was tried. */
int runtime_dir(char out[PATH_MAX], bool make, struct err *e) MUST_USE;

/* This boot's id, from the kernel; "" when it cannot be read. */
const char *runtime_boot_id(char out[40]);

/* A view being kept by this process. Zeroed = not open. */
struct runtime_view {
	int lock;            /* descriptor that holds the lock; -1 = closed */
	char path[PATH_MAX]; /* of the JSON file */
	int64_t interval_ms; /* longest time between two writes */
};

/* Takes the lock; EBUSY when another process keeps this view. */
int runtime_view_open(struct runtime_view *v, const char *name,
		      int64_t interval_ms, struct err *e) MUST_USE;
/* Begins the text of a view: {"version":1,"boot_id":...,"at":...,
 * "interval":..., to be followed by a member at least, and "}\n". */
void runtime_view_begin(const struct runtime_view *v, struct buf *b);
/* Replaces the file by a text that has not failed. */
int runtime_view_write(const struct runtime_view *v, const struct buf *b,
		       struct err *e) MUST_USE;
/* Removes the file and drops the lock. */
void runtime_view_close(struct runtime_view *v);

enum runtime_state {
	RUNTIME_ABSENT, /* no file, its writer is gone, or of another boot */
	RUNTIME_ALIVE,
	RUNTIME_HANGS,  /* not rewritten for twice its interval */
};

/* Reads a view; *out (in the arena) is set unless it is absent. -1: it is
 * there but cannot be read or is no JSON. */
int runtime_view_read(const char *name, struct arena *a,
		      enum runtime_state *state, struct val *out,
		      struct err *e) MUST_USE;

#endif

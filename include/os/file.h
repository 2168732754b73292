// SPDX-License-Identifier: MIT
/* file - whole files: read with a limit, replaced in one step so that a reader
 * sees the old bytes or the new ones and nothing between. */
#ifndef BASEBOX_OS_FILE_H
#define BASEBOX_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* Appends the file's bytes to b (allocates). More than max bytes: EFBIG. */
int file_read(int at, const char *path, struct buf *b, size_t max,
	      struct err *e) MUST_USE;
/* The first bytes, at most n, into the caller's memory; how many, or -1. */
ssize_t file_peek(int at, const char *path, void *p, size_t n, struct err *e)
	MUST_USE;

enum file_flag {
	FILE_SYNC = 1,     /* fsync the file before the rename: after a crash
	                      there is the old file or the new one, whole */
	FILE_MODE = 2,     /* exactly `mode`; without it the mode of the file
	                      that is replaced, or 0644 */
	FILE_OWNER = 4,    /* uid and gid, (uid_t)-1 = leave */
	FILE_KEEP_OWNER = 8, /* owner of the file that is replaced; where that is
	                      not permitted, silently ours */
};

struct file_how {
	unsigned flags; /* of enum file_flag */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *temp; /* the temporary name, beside path; NULL: a fresh one,
	                     ".NAME.XXXXXX", that nobody else has */
};

/* Replaces path (or makes it) with these n bytes through a temporary file in
 * the same directory. how may be NULL: no sync, mode kept or 0644. On failure
 * the old file is untouched and no temporary file is left. A symlink at path
 * is replaced, not followed. */
int file_replace(int at, const char *path, const void *p, size_t n,
		 const struct file_how *how, struct err *e) MUST_USE;

/* Writes these n bytes over those of a file that is there, and syncs it: for a
 * file that cannot be replaced, as a mount point (file_replace: EBUSY). Readers
 * may see part of both; on a failure so is what is left. */
int file_overwrite(int at, const char *path, const void *p, size_t n,
		   struct err *e) MUST_USE;

/* Makes the directory and its missing parents (existing ones are kept). */
int file_mkdirs(int at, const char *path, mode_t mode, struct err *e) MUST_USE;

#endif

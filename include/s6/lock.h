// SPDX-License-Identifier: MIT
/* lock - who supervises: a whole-file record lock on supervise/lock or
 * .s6-svscan/lock, held while the supervisor lives. */
#ifndef BASEBOX_S6_LOCK_H
#define BASEBOX_S6_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

#define S6_LOCK "supervise/lock"
#define S6_SCAN_LOCK ".s6-svscan/lock"

/* 1 = somebody holds the lock, 0 = nobody (or there is no such file), -1 = it
 * cannot be known. */
int s6_lock_test(int at, const char *path, struct err *e) MUST_USE;
/* Opens or makes the file with this mode and takes the write lock (an OFD
 * lock: closing another descriptor of the file does not drop it). Returns the
 * close-on-exec descriptor that holds it; -1 with EBUSY when it is taken. */
int s6_lock_take(int at, const char *path, mode_t mode, struct err *e)
	MUST_USE;
#endif

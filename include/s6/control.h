// SPDX-License-Identifier: MIT
/* control - the FIFOs that take commands, one byte each: supervise/control of a
 * service, .s6-svscan/control of a scandir. */
#ifndef BASEBOX_S6_CONTROL_H
#define BASEBOX_S6_CONTROL_H

#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

#define S6_CONTROL "supervise/control"
#define S6_SCAN_CONTROL ".s6-svscan/control"

/* Makes the FIFO (mode 0600, an existing one keeps its mode) and opens both
 * ends, close-on-exec: fd[0] non-blocking for reading, fd[1] only so that
 * reading never meets an end. EEXIST: something else has that name. */
int s6_control_make(int at, const char *path, int fd[2], struct err *e)
	MUST_USE;
/* Opens for writing, blocking from then on. ENXIO: nobody reads. */
int s6_control_open(int at, const char *path, struct err *e) MUST_USE;
/* Opens, writes all n bytes in one write (none: only opens), closes. */
int s6_control_send(int at, const char *path, const char *bytes, size_t n,
		    struct err *e) MUST_USE;

#endif

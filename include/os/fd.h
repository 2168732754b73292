// SPDX-License-Identifier: MIT
/* fd - descriptors: what exists, what is inherited, reading and writing whole
 * pieces, pipes, FIFOs and locks. Everything opened here is close-on-exec. */
#ifndef BASEBOX_OS_FD_H
#define BASEBOX_OS_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

/* Opens /dev/null on those of 0, 1, 2 that are closed. */
int fd_std(struct err *e) MUST_USE;
/* Makes every descriptor >= from close-on-exec (inherited ones). */
void fd_cloexec_from(int from);
/* Closes every descriptor from..to, both included (~0U = to the last). */
void fd_close_range(unsigned from, unsigned to);
/* Closes if >= 0 and sets -1; errno is kept. */
void fd_close(int *fd);
#define FD_AUTO CLEANUP(fd_close)
int fd_nonblock(int fd, struct err *e) MUST_USE;

/* Writes all n bytes, through EINTR and short writes, on a blocking fd. */
int fd_write(int fd, const void *p, size_t n, struct err *e) MUST_USE;
/* Reads until n bytes or the end; returns how many, -1 on failure. */
ssize_t fd_read(int fd, void *p, size_t n, struct err *e) MUST_USE;

/* [0] reads, [1] writes. */
int fd_pipe(int fd[2], bool nonblock, struct err *e) MUST_USE;
/* Makes the FIFO with exactly this mode if there is none (an existing one
 * keeps its mode; something else of that name is EEXIST) and opens it for
 * reading and writing, non-blocking: it never shows an end. */
int fd_fifo(int at, const char *path, mode_t mode, struct err *e) MUST_USE;

/* Whole-file locks of the open file description (they outlive the closing of
 * other descriptors and are inherited by children). fd_lock: -1 with
 * e->num = EBUSY when it is taken and wait is false. */
int fd_lock(int fd, bool shared, bool wait, struct err *e) MUST_USE;
/* 1 = another holder has a write lock, 0 = free, -1 = failure. */
int fd_lock_test(int fd, struct err *e) MUST_USE;

/* Raises the soft limit of descriptors to the hard one; *was gets the limits
 * from before, to be given back to children (struct spawn, nofile). */
void fd_limit_raise(struct rlimit *was);

#endif

// SPDX-License-Identifier: MIT
/* os - everything Linux that more than one engine needs: the event loop,
 * signals, starting and reaping processes, descriptors, files, locks, users.
 *
 * Files are named by (at, path) as in openat(2). Fallible calls fill the
 * caller's struct err with `verb path` and errno. Nothing allocates unless its
 * comment says so, so all of it can be used by PID 1. */
#ifndef BASEBOX_OS_H
#define BASEBOX_OS_H

#include "os/loop.h"
#include "os/signal.h"
#include "os/spawn.h"
#include "os/reap.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/dir.h"
#include "os/user.h"
#include "os/mem.h"

#endif

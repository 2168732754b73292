// SPDX-License-Identifier: MIT
/* s6 - the on-disk contract of the s6 family, as facts: how a supervisor and
 * its tools meet through files. One header per noun; each byte layout is
 * written down once, in the .c file of the same name. Nothing here knows how
 * a service is supervised.
 *
 * Files are named by (at, path) as in openat(2): at is a directory descriptor
 * or AT_FDCWD, path the file itself ("supervise/status"). Fallible calls
 * return -1 with e->num = errno and a text like "unable to open X: reason".
 * Calls that a supervise loop needs allocate nothing. */
#ifndef BASEBOX_S6_H
#define BASEBOX_S6_H

#include "s6/tai.h"
#include "s6/sig.h"
#include "s6/status.h"
#include "s6/tally.h"
#include "s6/control.h"
#include "s6/lock.h"
#include "s6/fifodir.h"
#include "s6/listen.h"
#include "s6/numfile.h"
#include "s6/place.h"
#include "s6/watch.h"

#endif

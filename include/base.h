// SPDX-License-Identifier: MIT
/* base - what every other layer stands on: errors, buffers, arenas, strings,
 * numbers, durations, clocks, log lines and command line options. Nothing here
 * touches a file, a socket or a process. */
#ifndef BASEBOX_BASE_H
#define BASEBOX_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/buf.h"
#include "base/arena.h"
#include "base/vec.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/num.h"
#include "base/dur.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/opt.h"

#endif

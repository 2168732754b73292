// SPDX-License-Identifier: MIT
/* frame - positional parameters in the environment: #, 0, 1, 2 ... Frames of
 * outer scripts are kept under names with :1, :2 ... at their end. */
#ifndef BASEBOX_EXECLINE_FRAME_H
#define BASEBOX_EXECLINE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "execline/subst.h"

/* Prefixes of the names that a frame is made of, each ended by NUL, then an
 * empty one. */
#define EL_FRAME "#\0" "0\0" "1\0" "2\0" "3\0" "4\0" "5\0" "6\0" "7\0" "8\0" "9\0"
#define EL_FRAME_OPTS "ELGETOPT_\0"

/* Push: NAME becomes NAME:1, NAME:1 becomes NAME:2 and so on. Pop: the other
 * way round, the current ones vanish. For all names with these prefixes. */
void el_frame_push(const char *prefixes);
void el_frame_pop(const char *prefixes);

/* Makes #, 0, 1 ... of argv (argv[0] is parameter 0). */
void el_frame_set(char *const *argv, size_t argc);
/* The parameters as an argv of #, with 0 first; the strings are the
 * environment's, the caller frees the array. When one is missing it dies with
 * this code, or with code 0 gives NULL for it; # is needed (100). */
char **el_frame_get(size_t *argc, int code);

/* Drops the first `by` of n parameters from the environment's frame. */
void el_frame_shift(char *const *argv, size_t n, size_t by);
/* The length of the block of parameters that begins behind argv[at], its end
 * included; dies with 100. */
size_t el_frame_block(char *const *argv, size_t n, size_t at);

/* Adds the keys #, 0 to max(n, least) and @ (parameters from `rest` on) for
 * argv[0..n]; missing ones are empty words. */
void el_positionals(struct el_values *v, char *const *argv, size_t n,
		    size_t least, size_t rest);

#endif

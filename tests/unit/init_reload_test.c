// SPDX-License-Identifier: MIT
/* Every system call of a reload fails once: the other half of init_fail_test.c,
 * a program of its own for its time limit. */
#define RELOADS
#include "init_fail_test.c"

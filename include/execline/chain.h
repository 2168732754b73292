// SPDX-License-Identifier: MIT
/* chain - from one command of a chain to the next. */
#ifndef BASEBOX_EXECLINE_CHAIN_H
#define BASEBOX_EXECLINE_CHAIN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

/* Becomes the program, found by PATH; an empty argv exits 0. On failure dies
 * with 127 (not there) or 126: "unable to exec X: reason". */
NORETURN void el_exec(char *const *argv);
/* The same with argv[0] shown to the program as `name`. */
NORETURN void el_exec_as(const char *file, char *const *argv);

/* Starts the program as a child that keeps signals and descriptors as they
 * are. Returns its pid, or -1 with errno (of the exec, too). */
pid_t el_spawn(char *const *argv);
/* "unable to spawn X: reason" (errno), 111. */
NORETURN void el_die_spawn(const char *prog);
/* Waits for this child; dies with 111. Returns its wait status. */
int el_wait(pid_t pid);
/* The exit code of a block's command, as a command's own: 128 + signal when
 * it was killed, at most 128 when it exited. */
int el_exit_code(int wstat);

/* The number of arguments of the block at argv, up to the empty argument that
 * ends it; argv[n] is NULL when nothing does. */
size_t el_block_size(char *const *argv);
/* Takes one leading space off each argument of the block and ends it with
 * NULL in place of the empty argument; returns its size. Dies with 100 when
 * it does not end: "unterminated block". */
size_t el_block(char **argv);

/* setenv and unsetenv; dies with 111 when memory is out. */
void el_setenv(const char *name, const char *value);
void el_unsetenv(const char *name);
void el_setenv_num(const char *name, unsigned value);

#endif

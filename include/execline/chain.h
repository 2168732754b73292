// SPDX-License-Identifier: MIT
/* chain - from one command of a chain to the next. */
#ifndef BASEBOX_EXECLINE_CHAIN_H
#define BASEBOX_EXECLINE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/opt.h"

/* Becomes the program, found by PATH; an empty argv exits 0. On failure dies
 * with 127 (not there) or 126: "unable to exec X: reason". */
NORETURN void el_exec(char *const *argv);
/* The same with argv[0] shown to the program as `name`. */
NORETURN void el_exec_as(const char *file, char *const *argv);
/* The same with this environment for the program. */
NORETURN void el_exec_env(char *const *argv, char *const *envp);
/* The number of the error message, after exec_path or the like. */
NORETURN void el_die_exec(int num, const char *file);

/* Goes on to argv with the variable set to value; with import instead with
 * ${name} substituted in argv and the variable unset. NULL: it is unset, which
 * import does not forgive (100). */
NORETURN void el_exec_var(const char *name, const char *value, bool import,
			  char *const *argv);

/* The options of exec: the offset of struct el_exec in an applet's options. */
struct el_exec {
	bool empty; /* the environment */
	bool login; /* a dash before argv[0] */
	const char *argv0;
};
#define EL_EXEC_OPTS(f)                                                        \
	{NULL, NULL, 'c', OPT_FLAG, (f) + offsetof(struct el_exec, empty), 0}, \
		{NULL,                                                         \
		 NULL,                                                         \
		 'l',                                                          \
		 OPT_FLAG,                                                     \
		 (f) + offsetof(struct el_exec, login),                        \
		 0},                                                           \
	{                                                                      \
		NULL, NULL, 'a', OPT_STR,                                      \
			(f) + offsetof(struct el_exec, argv0), 0               \
	}
NORETURN void el_exec_how(const struct el_exec *how, char **argv);
/* Returns errno when it is not possible; argv is then as it was. */
int el_try_exec(const struct el_exec *how, char **argv);
/* n arguments of a and all of b as one argv, freed by nobody. */
char **el_join(char *const *a, size_t n, char *const *b);

/* Starts the program as a child that keeps signals and descriptors as they
 * are. Returns its pid, or -1 with errno (of the exec, too). */
pid_t el_spawn(char *const *argv);
/* "unable to spawn X: reason" (errno), 111. */
NORETURN void el_die_spawn(const char *prog);
/* The same for a child of a child that is gone already; its pid. */
pid_t el_spawn_detached(char *const *argv);
/* With a pipe between it and this process: it writes to standard input here,
 * or with reads = true it reads from standard output here. Dies with 111. */
pid_t el_spawn_piped(char *const *argv, bool reads, bool detached);
/* Started with its standard output in *fd (close-on-exec). Dies with 111. */
pid_t el_spawn_reader(char *const *argv, int *fd);
/* Runs it and waits; returns its exit code, or 256 + its signal. What cannot
 * be started is 126 or 127 with a warning; an empty argv is 0. */
unsigned el_run(char *const *argv);
/* Runs it as a condition; returns its exit code (el_exit_code). A killed one
 * ends this process in the same way, "child crashed with signal N", unless
 * crash_ok. What cannot be started dies with 111. */
int el_test(char *const *argv, bool crash_ok);
/* Runs it and appends what it writes to standard output; returns its exit
 * code as el_exit_code. */
int el_capture(char *const *argv, struct buf *out);
/* Reads to the end; dies with 111. */
void el_slurp(int fd, struct buf *b);

/* The options -X and -n of conditions. */
struct el_test_how {
	bool crash_ok;
	bool negate;
};
#define EL_TEST_OPTS                                                            \
	{NULL, NULL, 'X', OPT_FLAG, offsetof(struct el_test_how, crash_ok), 0}, \
	{                                                                       \
		NULL, NULL, 'n', OPT_FLAG,                                      \
			offsetof(struct el_test_how, negate), 0                 \
	}
bool el_test_how(char *const *argv, const struct el_test_how *how);

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
 * it does not end: "unterminated block". nth: which block of the command it
 * is, from 1, for the messages of EXECLINE_STRICT. */
size_t el_block(char **argv, unsigned nth);
/* The same for a block with a name: "unterminated WHAT block", and when it is
 * not there at all "WHAT block required". */
size_t el_block_of(const char *what, char **argv, unsigned nth);

/* setenv and unsetenv; dies with 111 when memory is out. */
void el_setenv(const char *name, const char *value);
void el_unsetenv(const char *name);
/* Dies with 100 when it cannot be the name of a variable. */
void el_check_name(const char *name);
void el_setenv_num(const char *name, unsigned value);
/* Unsets every variable whose name begins with one of the prefixes (each ended
 * by NUL, the last one empty). */
void el_env_drop(const char *prefixes);

/* dup2 that takes `from` away unless copy; -1 with errno. */
int el_fd_move(int to, int from, bool copy);
int el_fd_blocking(int fd, bool blocking);
/* A pipe whose ends are inherited; dies with 111. */
void el_pipe(int fd[2]);

#endif

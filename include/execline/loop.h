// SPDX-License-Identifier: MIT
/* loop - running a command once for each value: what forx, forstdin,
 * forbacktickx and loopwhilex have in common. */
#ifndef BASEBOX_EXECLINE_LOOP_H
#define BASEBOX_EXECLINE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/opt.h"

/* A list of exit codes that go on (-o) or that end the loop (-x). */
struct el_codes {
	bool given;
	bool breaks;	 /* the listed ones end it */
	uint32_t set[8]; /* a bit per code */
};

struct el_loop {
	struct el_codes codes;
	bool parallel;
	int import; /* ${var} in the command instead of a variable */
};

#define EL_CODES_OPTS                                                          \
	{NULL, el_codes_opt, 'o', OPT_FN, 0, 0},                               \
	{                                                                      \
		NULL, el_codes_opt, 'x', OPT_FN, 0, 1                          \
	}
/* The options -E -e -p -o -x; struct el_loop is the first field of the
 * applet's options. */
#define EL_LOOP_OPTS                                                             \
	{NULL, NULL, 'E', OPT_SET, offsetof(struct el_loop, import), 1},         \
		{NULL, NULL, 'e', OPT_SET, offsetof(struct el_loop, import), 0}, \
		{NULL, NULL, 'p', OPT_FLAG, offsetof(struct el_loop, parallel),  \
		 0},                                                             \
		EL_CODES_OPTS

opt_fn el_codes_opt;
/* Does the loop go on after this code? Without a list: yes. */
bool el_codes_go_on(const struct el_codes *c, int code);

/* One turn; -1 = go on, otherwise the code to exit with. Dies with 111 when
 * the command cannot be started. */
int el_loop_turn(const struct el_loop *l, const char *var, const char *value,
		 char *const *argv);
/* Waits for all that were started in parallel; false: one of them would have
 * ended the loop. */
bool el_loop_finish(const struct el_loop *l);

/* How forstdin and forbacktickx cut their input. */
struct el_lines {
	struct el_loop loop;
	int keep;	   /* the delimiter stays in the value */
	int crunch;	   /* no turn for an empty line */
	const char *delim; /* "\n"; "" = netstrings; NULL: the NUL byte */
};
#define EL_LINES_OPTS                                                           \
	EL_LOOP_OPTS,                                                           \
		{NULL, NULL, 'N', OPT_SET, offsetof(struct el_lines, keep), 1}, \
		{NULL, NULL, 'n', OPT_SET, offsetof(struct el_lines, keep), 0}, \
		{NULL, NULL, 'C', OPT_SET, offsetof(struct el_lines, crunch),   \
		 1},                                                            \
		{NULL, NULL, 'c', OPT_SET, offsetof(struct el_lines, crunch),   \
		 0},                                                            \
		{NULL, el_lines_nul, '0', OPT_FN0, 0, 0},                       \
	{                                                                       \
		NULL, NULL, 'd', OPT_STR, offsetof(struct el_lines, delim), 0   \
	}
opt_fn el_lines_nul;
/* Reads fd to its end; a turn for each line. Returns the exit code: 0, 1 when
 * there was no turn, or what ended the loop. */
int el_lines_run(const struct el_lines *l, int fd, const char *var,
		 char *const *argv);

#endif

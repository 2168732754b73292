// SPDX-License-Identifier: MIT
/* applet - the table of commands, generated from the header comments in
 * applets/ by scripts/gen-applets (which says what a header holds). An applet
 * is `int NAME_main(int argc, char **argv)` with `-` written as `_`; argv[0]
 * is the name it was called by, without a path. It returns its exit code. */
#ifndef BASEBOX_APPLET_H
#define BASEBOX_APPLET_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/opt.h"

#define BASEBOX_VERSION "0.1.0"

struct applet {
	const char *name;
	const char *job;     /* its folder in applets/ */
	const char *summary; /* one line */
	const char *help;    /* the whole --help text */
	int (*main)(int argc, char **argv);
	bool own_help; /* `Help: own`: it answers --help itself */
	bool own_fds;  /* `Fds: own`: 0, 1, 2 may stay closed (chain-loaders) */
};

/* Sorted by name; an alias is an entry of its own. */
extern const struct applet applets[];
extern const unsigned applet_count;

/* NULL when there is none. */
const struct applet *applet_find(const char *name);

/* Prints `NAME: usage: ...` with the usage lines of the applet's help and exits
 * 100. */
NORETURN void applet_usage(const char *name);
/* say_prog(name), then reads the options of argv. Returns the index of the
 * first operand; applet_usage when something is wrong with the options or
 * fewer than `min` operands are left. */
int applet_opts(const char *name, const struct opt *table, void *opts, int argc,
		char **argv, int min);

#endif
